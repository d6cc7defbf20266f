"""One number a day, for a drawing that stands in a table's cell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prodmeet_kit.window import Window

__all__ = ["bad_share", "means"]


def means(series: pd.Series[float], window: Window) -> list[float]:
    """The mean of each day since the last meeting, oldest first; NaN for a day without a value.

    Days are those of the product's calendar; the first and the last may be cut by the meeting.
    """
    return _days(series, window, "mean")


def bad_share(trend: pd.DataFrame, window: Window) -> list[float]:
    """The share of bad events of each day, of columns ``bad`` and ``total``, as :func:`means`; NaN without events."""
    bad, total = (np.array(_days(trend[name], window, "sum")) for name in ("bad", "total"))
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(total > 0, bad / total, np.nan)
    return [float(share) for share in shares]


def _days(series: pd.Series[float], window: Window, how: str) -> list[float]:
    since = series[(series.index > window.start) & (series.index <= window.end)]
    if since.empty:
        return []
    # A step is named by its end: what ends at midnight belongs to the day before.
    days = (pd.DatetimeIndex(since.index) - pd.Timedelta("1ns")).tz_convert(window.zone).date
    grouped = since.groupby(days)
    found = grouped.mean() if how == "mean" else grouped.sum(min_count=1)
    every = pd.date_range(days.min(), days.max(), freq="D").date
    return [float(value) for value in found.reindex(every)]
