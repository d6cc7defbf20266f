"""The contract of a source.

A *record source* is a function: from what stands under its key in the
parameter file and a :class:`Context` it makes a frame of ``context.spec``::

    def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame: ...

A *metric source* is opened by its back end
(:class:`~prodmeet_kit.parameters.metrics.backends.MetricBackend`, which also declares its
settings and its query language), and answers one
:class:`~prodmeet_kit.facts.Question` at a time, in several threads at once.

Both raise :class:`~prodmeet_kit.core.errors.SourceError` when the system cannot
answer (the section says so and the rest goes on), and a record source raises
:class:`~prodmeet_kit.core.errors.ParametersError` when what a person wrote is wrong
(nothing is written). No text they give may hold a credential: expand secrets
with ``expand(text, secret=True)`` and pass foreign text through ``redact``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from prodmeet_kit.core.errors import Problem, SourceError
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.parameters.metrics.backends import MetricBackend
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.parameters.places import place_of
from prodmeet_kit.schemas.frames import Spec

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

__all__ = ["NO_ROW", "Broken", "Context", "MetricSource", "RecordSource", "WrongSetting", "grid", "no_series", "wide"]

NO_ROW = "no row: "
"""How a warning of a file begins that has nothing for the time that is asked."""


def no_series(answer: Answer, chosen: MetricBackend) -> str:
    """What to look at when an answer has no series: what a file says of itself, else the words of the back end."""
    told = next((warning for warning in answer.warnings if warning.startswith(NO_ROW)), "")
    return told or f"no series: {chosen.when_empty}"


class WrongSetting(SourceError):
    """A key of ``sources.metrics`` cannot be used. Raised by what makes a metric source, which knows no parameter file.

    Who opens the source (:func:`.gather.open_metrics`) puts the file and line of ``key`` before it.
    """

    def __init__(self, key: str, value: str, fix: str) -> None:
        self.key = key
        super().__init__(f"sources.metrics.{key} is {value}: {fix}")


class MetricSource(Protocol):
    """A system that answers questions in its own language. ``name`` is what people read, without credentials."""

    name: str

    def answer(self, question: Question) -> Answer:
        """The answer, its frame made by :func:`wide`. Raises :class:`~prodmeet_kit.core.errors.SourceError`.

        When the system is down, raise at once for the questions that follow:
        nobody waits for the same silence forty times.
        """

    def close(self) -> None:
        """Let connections go."""


class Broken:
    """Stands for a metric source that is not there or cannot be opened: whatever it is asked, it says why."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason

    def answer(self, question: Question) -> Answer:  # noqa: ARG002 - whatever it is
        """Raises :class:`~prodmeet_kit.core.errors.SourceError` with the reason."""
        raise SourceError(self.reason)

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class Context:
    """What a record source may need beside its own configuration.

    ``key`` is where the source stands in the parameter file, such as
    ``sources.incidents[0]``; ``folder`` is the parameter file's, ``minutes``
    the folder with one folder a product; ``metrics`` is the product's metric
    source, :class:`Broken` when it has none. What a source adds to ``notes`` is
    shown beside its name, such as ``no minutes yet``; what it adds to ``gaps``
    could not be read though the rest could, and becomes a failure of its agenda items.
    """

    product: Product
    window: Window
    spec: Spec
    key: str
    folder: Path
    minutes: Path | None
    metrics: MetricSource
    notes: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def problem(self, key: str, value: str, fix: str) -> Problem:
        """Something wrong in this source's own configuration, with its line; ``key`` is relative to the source."""
        whole = f"{self.key}.{key}"
        way = tuple(int(part) if part.isdecimal() else part for part in re.findall(r"[^.\[\]]+", whole))
        return Problem(place_of(way, self.product.product, self.folder), whole, value, fix)


RecordSource = Callable[[Mapping[str, Any], Context], "pd.DataFrame"]
"""A function that makes a frame of ``context.spec`` from its configuration."""


def grid(question: Question) -> pd.DatetimeIndex:
    """The instants a question asks about: ``start``, ``start + step`` ... not after ``end``; one for an instant."""
    import numpy as np
    import pandas as pd

    step = question.step or timedelta(seconds=1)
    points = 1 if question.instant else (question.end - question.start) // step + 1
    start = round(question.start.timestamp() * 1000)
    times = start + round(step.total_seconds() * 1000) * np.arange(points, dtype=np.int64)
    return pd.DatetimeIndex((times * 1_000_000).view("datetime64[ns]"), tz="UTC", name="time")


def wide(times: pd.DatetimeIndex, keys: list[str], values: npt.NDArray[np.float64]) -> pd.DataFrame:
    """A wide frame (see :mod:`prodmeet_kit.schemas`): ``values`` has a row for each time, a column for each key."""
    import pandas as pd

    return pd.DataFrame(values, index=times, columns=_columns(tuple(keys)).view(), copy=False)


@lru_cache(maxsize=256)
def _columns(keys: tuple[str, ...]) -> pd.Index[str]:
    """The names of series: an index of texts costs more than its frame, and most answers have one and the same name."""
    import pandas as pd

    return pd.Index(keys, dtype="str")
