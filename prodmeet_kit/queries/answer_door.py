"""The door for answers: what a metric source gives is held against its contract before anybody computes with it.

A source may come from another package. An answer that is no answer costs its own question, and no report.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.sources.base import grid, wide

__all__ = ["let_in"]


def let_in(answer: Any, question: Question) -> Answer:
    """The answer with a frame of floats: sorted times in UTC on the grid of the question, one text column a series.

    A frame without rows means no series. Whole numbers become floats, and instants of the grid without a row become
    NaN: a gap. Raises :class:`SourceError` that says what else the source answered.
    """
    if not isinstance(answer, Answer):
        raise _wrong(f"{_kind(answer)} instead of an Answer")
    frame: Any = answer.frame
    if frame is None:
        if not answer.error:
            raise _wrong("neither a frame nor an error")
        return answer
    if not isinstance(frame, pd.DataFrame):
        raise _wrong(f"{_kind(frame)} instead of a frame")
    times = grid(question)
    if frame.empty:
        fits = isinstance(frame.index, pd.DatetimeIndex) and frame.index.equals(times)
        return answer if fits else replace(answer, frame=wide(times, [], np.empty((len(times), 0))))
    _columns(frame)
    if not (isinstance(frame.index, pd.DatetimeIndex) and frame.index.equals(times)):
        frame = _on_grid(frame, times, question)
    if not (frame.dtypes == np.float64).all():
        frame = frame.astype("float64")
    return answer if frame is answer.frame else replace(answer, frame=frame)


def _columns(frame: pd.DataFrame) -> None:
    for name, kind in zip(frame.columns, frame.dtypes, strict=True):
        if not isinstance(name, str):
            raise _wrong(f"a column named {name!r}, which is no text")
        if not pd.api.types.is_numeric_dtype(kind) or kind.kind not in "iuf":
            raise _wrong(f"values of type {kind} instead of numbers")
    if not frame.columns.is_unique:
        raise _wrong(f"the series {frame.columns[frame.columns.duplicated()][0]} twice")


def _on_grid(frame: pd.DataFrame, times: pd.DatetimeIndex, question: Question) -> pd.DataFrame:
    index = frame.index
    if not isinstance(index, pd.DatetimeIndex):
        raise _wrong(f"an index of type {index.dtype} instead of times")
    if str(index.tz) != "UTC":
        raise _wrong(f"times {f'in {index.tz}' if index.tz else 'without a time zone'} instead of UTC")
    if question.instant and len(index) > 1:
        raise _wrong(f"{len(index)} rows to a question about one moment")
    if not index.is_unique:
        raise _wrong(f"two rows for {index[index.duplicated()][0]}")
    if not index.is_monotonic_increasing:
        raise _wrong("times that are not in order")
    beside = ~index.isin(times)
    if beside.any():
        raise _wrong(f"a row for {index[beside][0]}, which is none of the times asked about")
    return frame.reindex(times)


def _kind(value: object) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__}"


def _wrong(what: str) -> SourceError:
    return SourceError(f"the source answered {what}")
