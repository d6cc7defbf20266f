"""What a frame is: a name, and the columns of its rows with type and meaning, declared once.

A :class:`Spec` names a frame, its columns with type and meaning, and makes an
empty one. Instants are ``datetime64[ns, UTC]`` (``NaT`` where unknown),
durations float seconds, ratios fractions, counts floats (an extrapolated count
is not whole), missing numbers ``NaN``. Free text from outside stays text.

Metric answers are *wide* frames: a UTC ``DatetimeIndex`` named ``time`` on the
regular grid of the question (an instant has one row), one ``float64`` column a
series, named by :func:`label_key`; a gap is ``NaN``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast, get_args, get_type_hints

if TYPE_CHECKING:
    import pandas as pd

    Time: TypeAlias = pd.Timestamp
else:

    class Time:
        """An instant in UTC; ``NaT`` where unknown. A class of its own, so that naming a column reads no pandas."""


__all__ = ["Spec", "Time", "TypedSpec", "declared", "label_key", "labels_of", "rows"]

_TYPES: dict[Any, str] = {Time: "time", float: "float", str: "text", bool: "flag"}
_DTYPES = {"time": "datetime64[ns, UTC]", "float": "float64", "text": "object", "flag": "bool", "object": "object"}

_NUMPY = {**_DTYPES, "time": "datetime64[ns]"}

_NUMBERS = frozenset((float, int, bool, type(None)))
_PLAIN = frozenset((*_NUMBERS, str, list, dict, tuple))

R = TypeVar("R", bound=Mapping[str, Any])


def label_key(labels: Mapping[str, str]) -> str:
    """The column name of a series: its labels as compact JSON, sorted; ``{}`` for none."""
    return json.dumps(dict(sorted(labels.items())), ensure_ascii=False, separators=(",", ":"))


def labels_of(key: str) -> dict[str, str]:
    """The labels behind a column name that :func:`label_key` made."""
    return dict(json.loads(key))


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of any frame as mappings from column to value; :meth:`TypedSpec.rows` knows the columns as well."""
    if frame.empty:  # a hundredth of the time, and many frames are
        return []
    table = frame.to_numpy(dtype=object).tolist()
    if _is_plain(table):  # a tenth of the time of to_dict, which looks each column up by its place
        names = [str(column) for column in frame.columns]
        return [dict(zip(names, row, strict=True)) for row in table]
    return [{str(column): value for column, value in row.items()} for row in frame.to_dict("records")]


def _is_plain(table: list[list[Any]]) -> bool:
    """Whether ``to_dict`` would leave these values as they are: none is of numpy, and none ``NA``."""
    import pandas as pd

    return {*map(type, chain.from_iterable(table))} <= {*_PLAIN, pd.Timestamp, type(pd.NaT)}


def _blocks(kind: str, columns: list[list[Any]]) -> list[Any]:
    """The values of all columns of a kind as blocks: an array of shape columns times rows, or one for each column."""
    import numpy as np
    import pandas as pd

    count = len(columns[0])
    if kind == "time":
        moments = list(chain.from_iterable(columns))
        if not {*map(type, moments)} <= {pd.Timestamp, type(pd.NaT), type(None)}:
            return [_guessed(values).array for values in columns]
        since_1970 = np.array([(pd.NaT if moment is None else moment).value for moment in moments], np.int64)
        known = pd.DatetimeIndex(since_1970.view("datetime64[ns]"), tz="UTC").array
        return [known[at : at + count] for at in range(0, len(known), count)]
    if kind == "flag":
        return [np.array([[bool(value) for value in values] for values in columns], dtype=bool)]
    if kind == "float":
        if {*map(type, chain.from_iterable(columns))} <= {*_NUMBERS, np.float64}:
            return [np.array(columns, dtype=np.float64)]  # None becomes NaN
        return [np.array([pd.Series(values, dtype="float64").to_numpy() for values in columns])]
    made = np.empty((len(columns), count), dtype=object)
    for place, values in enumerate(columns):  # one by one: lists in cells stay lists
        made[place] = [_text(value) for value in values] if kind == "text" else values
    return [made]


def _text(value: Any) -> str:
    return value if type(value) is str else "" if value is None else str(value)


def _guessed(values: list[Any]) -> pd.DatetimeIndex:
    """Instants in UTC: ``NaT`` of any zone and ``None`` alike; mixed offsets are brought to UTC."""
    import pandas as pd

    return pd.DatetimeIndex(pd.to_datetime(pd.Index(values, dtype="object"), utc=True)).as_unit("ns")


@dataclass(frozen=True)
class Spec:
    """A frame's name and columns. ``columns`` maps a name to ``(type, meaning)``.

    Types: ``time`` (UTC), ``float``, ``text``, ``flag`` (bool), ``object`` (lists, mappings, and flags that may be
    ``None``: not known).
    """

    name: str
    columns: Mapping[str, tuple[str, str]]

    def frame(self, rows: Iterable[Mapping[str, Any]] = ()) -> pd.DataFrame:
        """A frame of these rows with exactly these columns and types; keys that are absent become missing."""
        import pandas as pd
        from pandas.api import internals  # type: ignore[attr-defined] # the stubs do not know it

        rows = list(rows)
        if not rows:
            return self._empty.copy()
        if not all(row.keys() <= self.columns.keys() for row in rows):
            unknown = sorted({key for row in rows for key in row} - set(self.columns))
            raise ValueError(f"{self.name} has no column {', '.join(unknown)}")
        blocks: list[tuple[Any, Any]] = []
        for kind, (names, places) in self._kinds.items():
            made = _blocks(kind, [[row.get(name) for row in rows] for name in names])
            blocks += zip(made, [places] if len(made) == 1 else places.reshape(-1, 1), strict=True)
        # Most frames have a handful of rows: to look at each column and guess would take ten times as long.
        index, columns = pd.RangeIndex(len(rows)), self._empty.columns.view()
        return cast("pd.DataFrame", internals.create_dataframe_from_blocks(blocks, index, columns))

    def of_columns(self, columns: Mapping[str, Any], order: list[int]) -> pd.DataFrame:
        """A frame of all these columns, lists or arrays, with the rows at these places, in this order.

        Instants are integers: nanoseconds since 1970, and ``pd.NaT.value`` where unknown.
        """
        import numpy as np
        import pandas as pd

        made = {}
        for name, (kind, _) in self.columns.items():
            values = np.empty(len(columns[name]), _NUMPY[kind])
            values[:] = columns[name]
            values = values[order]
            made[name] = pd.DatetimeIndex(values, tz="UTC") if kind == "time" else pd.Series(values, dtype=values.dtype)
        return pd.DataFrame(made)

    @cached_property
    def _kinds(self) -> dict[str, tuple[list[str], Any]]:
        """By type the columns of that type, and their places in the frame."""
        import numpy as np

        kinds = [kind for kind, _ in self.columns.values()]
        return {
            each: (
                [name for name, (kind, _) in self.columns.items() if kind == each],
                np.flatnonzero([kind == each for kind in kinds]),
            )
            for each in dict.fromkeys(kinds)
        }

    @cached_property
    def _empty(self) -> pd.DataFrame:
        """The frame without rows, made once: most frames of a quiet product are. Only copies are handed out."""
        import pandas as pd

        return pd.DataFrame({column: pd.Series([], dtype=_DTYPES[kind]) for column, (kind, _) in self.columns.items()})

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame itself, when it has exactly these columns and types; ``ValueError`` says what differs."""
        found = {column: str(dtype) for column, dtype in zip(frame.columns, frame.dtypes, strict=True)}
        wrong = [
            f"{column}: {found.get(column, 'absent')}, not {_DTYPES[kind]}"
            for column, (kind, _) in self.columns.items()
            if found.get(column) != _DTYPES[kind]
        ]
        wrong += [f"{column}: not declared" for column in found if column not in self.columns]
        if wrong:
            raise ValueError(f"{self.name}: {'; '.join(wrong)}")
        return frame


class TypedSpec(Spec, Generic[R]):
    """A spec whose rows a type checker knows by their columns; made by :func:`declared`."""

    def rows(self, frame: pd.DataFrame) -> list[R]:
        """The rows of such a frame as mappings from column to value, for the few that are looked at one by one."""
        return cast("list[R]", rows(frame))


def declared(name: str, row: type[R]) -> TypedSpec[R]:
    """The spec of a frame with such rows: a ``TypedDict`` whose fields are ``Annotated[type, meaning]``.

    ``Time`` is of type ``time``, ``str`` text, ``bool`` a flag; whatever is no ``float`` either is an ``object``.
    """
    fields = {column: get_args(field) for column, field in get_type_hints(row, include_extras=True).items()}
    return TypedSpec(name, {column: (_TYPES.get(kind, "object"), text) for column, (kind, text) in fields.items()})
