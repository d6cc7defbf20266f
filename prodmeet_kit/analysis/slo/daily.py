"""One number a day, for a drawing in a table's cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.core.window import Window

__all__ = ["bad_share", "column", "means"]


def means(series: pd.Series[float], window: Window) -> list[float]:
    """The mean of each day since the last meeting, oldest first; NaN for a day without a value.

    Days are counted back from the meeting, 24 hours each: days of the calendar would be cut by it, and what is cut
    looks like a fall. What the window has beyond whole days belongs to the oldest.
    """
    return _days(series, window, "mean")


def bad_share(trend: pd.DataFrame, window: Window) -> list[float]:
    """The share of bad events of each day, of columns ``bad`` and ``total``, as :func:`means`; NaN without events.

    A day on which events came and none is known to have failed is 0: a series of errors may begin with the first.
    """
    seen = burn_rates.events(trend)
    bad, total = (np.array(_days(seen[name], window, "sum")) for name in ("bad", "total"))
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(total > 0, bad / total, np.nan)
    return [float(share) for share in shares]


def column(days: Sequence[list[float]], index: pd.Index[Any]) -> pd.Series[Any]:
    """The days of each row of a summary as a column of lists."""
    return pd.Series(list(days), index=index, dtype="object")


def _days(series: pd.Series[float], window: Window, how: str) -> list[float]:
    since = series[(series.index > window.start) & (series.index <= window.end)]
    if since.empty:
        return []
    day = pd.Timedelta("24h")
    count = max(round((window.end - window.start) / day), 1)
    # 0 is the day that ends with the meeting; a step is named by its end.
    back = np.minimum((window.end - pd.DatetimeIndex(since.index)) // day, count - 1)
    grouped = since.groupby(np.asarray(back))
    found = grouped.mean() if how == "mean" else grouped.sum(min_count=1)
    return [float(value) for value in found.reindex(range(count - 1, -1, -1))]
