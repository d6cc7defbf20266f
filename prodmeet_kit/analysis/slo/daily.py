"""One number a day, for a drawing in a table's cell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.series.grid import instant, instants, nanoseconds
from prodmeet_kit.analysis.slo.steps import Floats, Instants, Steps
from prodmeet_kit.core.window import Window

__all__ = ["bad_share", "column", "means"]


def means(series: pd.Series[float], window: Window) -> list[float]:
    """The mean of each day since the last meeting, oldest first; NaN for a day without a value.

    Days are counted back from the meeting, 24 hours each: days of the calendar would be cut by it, and what is cut
    looks like a fall. What the window has beyond whole days belongs to the oldest.
    """
    ends = instants(series.index)
    first, last = (int(ends.searchsorted(instant(each), side="right")) for each in (window.start, window.end))
    inside = slice(first, last)
    values: Floats = np.asarray(series, dtype=np.float64)
    summed, known = _days(ends[inside], values[inside], window)
    return _divided(summed, known)


def bad_share(trend: pd.DataFrame, window: Window) -> list[float]:
    """The share of bad events of each day, of columns ``bad`` and ``total``, as :func:`means`; NaN without events.

    A day on which events came and none is known to have failed is 0: a series of errors may begin with the first.
    """
    seen = Steps.of(trend, window.start, window.end)
    bad, total = (_days(seen.ends, each, window)[0] for each in (seen.bad, seen.total))
    return _divided(bad, total)


def column(days: Sequence[list[float]], index: pd.Index[Any]) -> pd.Series[Any]:
    """The days of each row of a summary as a column of lists."""
    return pd.Series(list(days), index=index, dtype="object")


def _days(ends: Instants, values: Floats, window: Window) -> tuple[Floats, Floats]:
    """By day since the last meeting, the oldest first: sum of the values, how many are known; none without steps."""
    if not len(ends):
        return np.zeros(0), np.zeros(0)
    day = timedelta(days=1)
    count = max(round((window.end - window.start) / day), 1)
    # 0 is the day that ends with the meeting; a step is named by its end.
    back = np.minimum((instant(window.end) - ends) // nanoseconds(day), count - 1)
    known = ~np.isnan(values)
    summed = np.bincount(back[known], weights=values[known], minlength=count).astype(np.float64)
    seen = np.bincount(back[known], minlength=count).astype(np.float64)
    return summed[::-1], seen[::-1]


def _divided(part: Floats, whole: Floats) -> list[float]:
    share: list[float] = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0).tolist()
    return share
