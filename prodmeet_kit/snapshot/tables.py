"""Frames as Parquet and back; the same frame always gives the same bytes.

Times are stored as differences and numbers as streams of their bytes, which
zstd then packs: a fifth of the size of the encodings Parquet takes by itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from prodmeet_kit.core.window import EARLIEST, LATEST
from prodmeet_kit.schemas.frames import Spec
from prodmeet_kit.snapshot.manifest import MOST_STEPS
from prodmeet_kit.sources.base import wide

__all__ = ["ADDED", "read_record", "read_series", "write_record", "write_series"]

ADDED = {
    ("action_items", "unconfirmed"),
    ("alert_rules", "reads"),
    ("alert_rules", "recorded"),
    ("alert_runs", "active"),
    ("consultations", "became"),
    ("consultations", "closed"),
    ("meeting_decisions", "corrections"),
    ("meeting_decisions", "unconfirmed"),
    ("meeting_decisions", "unreached"),
    ("meeting_decisions", "verify_expect"),
    ("meeting_decisions", "verify_query"),
    ("meeting_decisions", "what"),
    ("toil", "elsewhere"),
}
"""Columns that earlier kits did not keep: they are missing in their snapshots, which open all the same."""

MOST_VALUES = 20_000_000
"""Rows times columns of one file: a small file may claim any number of them."""

LARGEST_CONTENT = 512 * 2**20
"""Bytes of one file once it is unpacked."""

_FIRST, _LAST = (np.datetime64(moment.replace(tzinfo=None), "ns") for moment in (EARLIEST, LATEST))
_ANY = np.dtype(object)
_TIME = pa.timestamp("ns", tz="UTC")
_TYPES = {"time": _TIME, "float": pa.float64(), "text": pa.string(), "flag": pa.bool_(), "object": pa.string()}
_ENCODINGS = {"time": "DELTA_BINARY_PACKED", "float": "BYTE_STREAM_SPLIT"}


def write_series(frame: pd.DataFrame) -> bytes:
    """A wide frame: the column ``time``, then one column a series under its own name."""
    columns = {"time": pa.array(frame.index, type=_TIME)}
    for number, name in enumerate(frame.columns):
        columns[str(name)] = pa.array(frame.iloc[:, number].to_numpy(np.float64))
    return _write(pa.table(columns), {name: "time" if name == "time" else "float" for name in columns})


def read_series(data: bytes) -> pd.DataFrame:
    """The wide frame that :func:`write_series` wrote."""
    table = _read(data)
    if table.num_rows > MOST_STEPS:
        raise ValueError(f"it holds more than {MOST_STEPS:,} times")
    times = _times(table.column("time"))
    if not times.is_unique or times.hasnans:
        raise ValueError("a time is there twice, or is missing")
    keys = [name for name in table.column_names if name != "time"]
    values = np.empty((table.num_rows, len(keys)), order="F")
    for number, name in enumerate(keys):
        values[:, number] = table.column(name).to_numpy()
    return wide(times, keys, values)


def write_record(spec: Spec, frame: pd.DataFrame) -> bytes:
    """A frame of a spec; lists and mappings become JSON text."""
    columns = {}
    for name, (kind, _) in spec.columns.items():
        values: Any = frame[name]
        if kind == "object":
            values = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
        # Only times have missing values of their own kind: a float's NaN stays NaN.
        columns[name] = pa.array(values, type=_TYPES[kind], from_pandas=kind == "time")
    return _write(pa.table(columns), {name: kind for name, (kind, _) in spec.columns.items()})


def read_record(spec: Spec, data: bytes) -> pd.DataFrame:
    """The frame of the spec that :func:`write_record` wrote. ``ValueError`` when a column is gone that always was."""
    # Texts stay coded: a million rows may hold one long text.
    table = _read(data, [name for name, (kind, _) in spec.columns.items() if kind in ("text", "object")])
    there, index = set(table.column_names), pd.RangeIndex(table.num_rows)
    columns: dict[str, Any] = {}
    for name, (kind, _) in spec.columns.items():
        if name not in there:
            if (spec.name, name) not in ADDED:
                raise ValueError(f"{spec.name} has no column {name}")
            columns[name] = spec.frame([{}] * table.num_rows)[name]
            continue
        column = table.column(name)
        if kind == "time":
            columns[name] = _times(column)
        elif kind == "text":
            texts = _texts(column)
            if name == "labels" and not all(isinstance(json.loads(text or "{}"), dict) for text in set(texts)):
                raise ValueError(f"{spec.name} has labels that are none")
            columns[name] = pd.Series(texts, dtype=_ANY, index=index)
        elif kind == "object":
            values = [None if value is None else json.loads(value) for value in _texts(column)]
            columns[name] = pd.Series(_objects(values), dtype=_ANY, index=index)
        else:
            columns[name] = column.to_numpy().copy()
    return spec.check(pd.DataFrame(columns, index=index))


def _times(column: pa.ChunkedArray) -> pd.DatetimeIndex:
    """Times that can be reckoned with: what lies beyond the years of the kit is their begin or end."""
    if not pa.types.is_timestamp(column.type) and not pa.types.is_null(column.type):
        raise ValueError("a column of times holds none")
    found = column.to_numpy().astype("datetime64[ns]", copy=False)
    steps = np.diff(found.view(np.int64))
    regular = len(found) > 0 and found[0] >= _FIRST and found[-1] <= _LAST and bool((steps == steps[:1]).all())
    if regular and (not len(steps) or steps[0] > 0):
        return _grid(int(found.view(np.int64)[0]), int(steps[0]) if len(steps) else 0, len(found)).view()
    # What is missing stays so.
    return pd.DatetimeIndex(np.minimum(np.maximum(found, _FIRST), _LAST), tz="UTC", name="time")


@lru_cache(maxsize=32)
def _grid(first: int, step: int, count: int) -> pd.DatetimeIndex:
    """Instants by nanoseconds since 1970, kept: the series of a product are on a few grids."""
    return pd.DatetimeIndex((first + step * np.arange(count)).view("datetime64[ns]"), tz="UTC", name="time")


def _objects(values: Sequence[Any]) -> np.ndarray[Any, np.dtype[np.object_]]:
    made = np.empty(len(values), dtype=object)
    made[:] = values  # numpy would make a table of equally long lists
    return made


def _texts(column: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Each different text is made once: alert samples repeat a few thousands of times."""
    coded = column.combine_chunks()
    if not pa.types.is_dictionary(coded.type):
        coded = coded.dictionary_encode()
    different = _objects([*coded.dictionary.to_pylist(), None])
    places = coded.indices.to_numpy(zero_copy_only=False)
    if coded.indices.null_count:
        places = np.where(np.isnan(places), len(different) - 1, places).astype(np.intp)
    texts: np.ndarray[Any, np.dtype[np.object_]] = different[places]
    return texts


def _write(table: pa.Table, kinds: dict[str, str]) -> bytes:
    words = [name for name, kind in kinds.items() if kind in ("text", "object")]
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="zstd",
        compression_level=3,
        use_dictionary=words or False,
        column_encoding={name: _ENCODINGS[kind] for name, kind in kinds.items() if kind in _ENCODINGS},
        write_statistics=False,
        store_schema=False,
    )
    return bytes(sink.getvalue())


def _read(data: bytes, coded: Sequence[str] = ()) -> pa.Table:
    # Not read_table: it loads pyarrow.dataset, which nothing here needs.
    file = pq.ParquetFile(pa.BufferReader(data))
    about = file.metadata
    if about.num_rows * about.num_columns > MOST_VALUES:
        raise ValueError(f"it claims {about.num_rows:,} rows of {about.num_columns:,} columns")
    if sum(about.row_group(number).total_byte_size for number in range(about.num_row_groups)) > LARGEST_CONTENT:
        raise ValueError("it claims more content than any that is written")
    if there := [name for name in coded if name in about.schema.names]:
        file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=there)
    return file.read(use_threads=False)
