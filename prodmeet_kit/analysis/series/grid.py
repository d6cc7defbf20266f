"""Cutting series on the grid of a review: since the last meeting, the time before, and what is missing.

A series or frame on the grid has a UTC index; the value at ``t`` describes the
bucket ``(t - step, t]``, so a span ``(start, end]`` holds whole buckets.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

import numpy as np
import pandas as pd

from prodmeet_kit.core.window import Window

__all__ = ["between", "change", "finite", "missing_fraction", "previous", "since"]

T = TypeVar("T", "pd.Series[float]", pd.DataFrame)

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


def between(data: T, start: datetime, end: datetime) -> T:
    """The buckets of ``(start, end]``; a grid is in order of time, so they lie together."""
    first, last = (data.index.searchsorted(pd.Timestamp(moment), side="right") for moment in (start, end))
    return data.iloc[int(first) : max(int(last), int(first))]


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
    return min(max(1 - float(between(series, start, end).count()) / expected, 0.0), 1.0)


def change(series: pd.Series[float], window: Window) -> float:
    """Mean since the last meeting / mean of the window before - 1.

    NaN when the earlier mean is 0 or below (from -2 to -1 is no fall by half), or when under half the steps of
    either window are known: half a window says nothing about the rest.
    """
    covered = [
        missing_fraction(series, start, end, window.step) <= 1 - MIN_COVERAGE
        for start, end in ((window.start, window.end), (window.compare_start, window.start))
    ]
    before = float(previous(series, window).mean())
    if not all(covered) or not before > 0:
        return float("nan")
    return float(since(series, window).mean()) / before - 1
