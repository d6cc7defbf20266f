"""Cutting series on the grid of a review: since the last meeting, the time before, and what is missing.

A series or frame on the grid has a UTC index; the value at ``t`` describes the
bucket ``(t - step, t]``, so a span ``(start, end]`` holds whole buckets.

Numbers are taken of arrays (:func:`values`, :func:`known`): a slice of a series, its gaps left out and one number
of it cost a hundred times what they do on its values.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.core.window import Window

__all__ = [
    "EPOCH",
    "between",
    "change",
    "finite",
    "first_known",
    "instant",
    "instants",
    "known",
    "missing_fraction",
    "nanoseconds",
    "numbers",
    "previous",
    "since",
    "span",
    "values",
]

T = TypeVar("T", "pd.Series[float]", pd.DataFrame)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

MIN_COVERAGE = 0.5
"""Two windows are compared only where at least half the steps of each are known."""


def finite(series: pd.Series[float] | None) -> pd.Series[float] | None:
    """The series with NaN for every infinite value; itself when it has none.

    An infinite value is a sensor's or an exporter's way to say that it does not know (a division by zero): one of
    them would make every mean of the window infinite, so it counts as missing.
    """
    if series is None:
        return None
    infinite = np.isinf(series.to_numpy(dtype=np.float64))
    return series.mask(infinite) if infinite.any() else series


def instant(moment: datetime) -> int:
    """Nanoseconds from 1970 to an instant; below all others for one that is not known (``NaT``)."""
    known = isinstance(moment, pd.Timestamp | type(pd.NaT))
    return int(moment.value) if known else nanoseconds(moment - EPOCH)  # type: ignore[attr-defined] # pandas' own have it


def nanoseconds(length: timedelta) -> int:
    """A length as nanoseconds."""
    return length // MICROSECOND * 1000


def instants(moments: pd.Index[Any] | pd.Series[Any] | list[datetime]) -> Ints:
    """Nanoseconds from 1970 to each instant, such as those of the index of what is on a grid."""
    index = moments if isinstance(moments, pd.DatetimeIndex) else pd.DatetimeIndex(moments)
    return index.asi8 if index.unit == "ns" else index.as_unit("ns").asi8


def span(index: pd.Index[Any], start: datetime, end: datetime) -> slice:
    """Where the buckets of ``(start, end]`` lie; a grid is in order of time, so they lie together."""
    first, last = instants(index).searchsorted((instant(start), instant(end)), side="right").tolist()
    return slice(first, max(last, first))


def numbers(series: pd.Series[float]) -> Floats:
    """All values of a series, NaN where none is known."""
    found: npt.NDArray[Any] = series.to_numpy(dtype=np.float64)
    return found


def values(series: pd.Series[float], start: datetime, end: datetime) -> Floats:
    """The values of the buckets of ``(start, end]``, NaN where none is known."""
    return numbers(series)[span(series.index, start, end)]


def known(series: pd.Series[float], start: datetime, end: datetime) -> Floats:
    """The values of the buckets of ``(start, end]`` that are known."""
    inside = values(series, start, end)
    gaps = np.isnan(inside)
    return inside[~gaps] if gaps.any() else inside


def between(data: T, start: datetime, end: datetime) -> T:
    """The buckets of ``(start, end]``."""
    return data.iloc[span(data.index, start, end)]


def first_known(frame: pd.DataFrame) -> pd.Timestamp | None:
    """The first step at which any column has a value; ``None`` where none has."""
    if frame.empty:
        return None
    known = ~np.isnan(frame.to_numpy(dtype=np.float64))
    first = known.argmax(axis=0)  # of each column; 0 also where it has no value
    there = [int(place) for place, some in zip(first, known.any(axis=0), strict=True) if some]
    return frame.index[min(there)] if there else None


def since(data: T, window: Window) -> T:
    """The buckets since the last meeting."""
    return between(data, window.start, window.end)


def previous(data: T, window: Window) -> T:
    """The buckets between the meeting before the last and the last."""
    return between(data, window.compare_start, window.start)


def missing_fraction(series: pd.Series[float] | None, start: datetime, end: datetime, step: timedelta) -> float:
    """Share of the steps of ``(start, end]`` without a value; 1 without a series."""
    if series is None:
        return 1.0
    expected = max((end - start) / step, 1.0)
    return min(max(1 - len(known(series, start, end)) / expected, 0.0), 1.0)


def change(series: pd.Series[float], window: Window) -> float:
    """Mean since the last meeting / mean of the window before - 1.

    NaN when the earlier mean is 0 or below (from -2 to -1 is no fall by half), or when under half the steps of
    either window are known: half a window says nothing about the rest.
    """
    spans = ((window.compare_start, window.start), (window.start, window.end))
    if any(missing_fraction(series, *each, window.step) > 1 - MIN_COVERAGE for each in spans):
        return float("nan")
    before, after = (float(known(series, *each).mean()) for each in spans)
    return after / before - 1 if before > 0 else float("nan")
