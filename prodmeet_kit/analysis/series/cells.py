"""Stretches of time for a figure: as many as it can show, each ending whole stretches before the meeting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["CELLS", "cell", "grouped", "highest", "mean", "per_event", "weeks_before"]

CELLS = 360
"""So many stretches are drawn at most: about two pixels each."""

_LENGTHS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440, 2880))


def cell(span: timedelta, step: timedelta, *, at_least: timedelta = timedelta()) -> timedelta:
    """The shortest usual length, of whole steps, of which at most :data:`CELLS` fill ``span``."""
    fits = (each for each in _LENGTHS if each >= max(step, at_least) and not each % step and span / each <= CELLS)
    return next(fits, max(_LENGTHS[-1], step))


def highest(series: pd.Series[float], start: datetime, end: datetime, length: timedelta) -> pd.Series[float]:
    """The highest value of each stretch of ``(start, end]``, named by its end; NaN where nothing is known."""
    inside = series[(series.index > pd.Timestamp(start)) & (series.index <= pd.Timestamp(end))]
    found: pd.Series[float] = grouped(inside.where(np.isfinite(inside)), end, length).max()
    return found


def mean(series: pd.Series[float], start: datetime, end: datetime, length: timedelta) -> pd.Series[float]:
    """The mean of each stretch of ``(start, end]``, named by its end; NaN where nothing is known."""
    inside = series[(series.index > pd.Timestamp(start)) & (series.index <= pd.Timestamp(end))]
    found: pd.Series[float] = grouped(inside.where(np.isfinite(inside)), end, length).mean()
    return found


def per_event(
    use: pd.Series[float], load: pd.Series[float], start: datetime, end: datetime, length: timedelta
) -> pd.Series[float]:
    """Sum of use / sum of load of each stretch, over steps that know both; NaN without load."""
    both = pd.DataFrame({"use": use, "load": load}).dropna()
    inside = both[(both.index > pd.Timestamp(start)) & (both.index <= pd.Timestamp(end))]
    summed = grouped(inside, end, length).sum(min_count=1)
    found: pd.Series[float] = summed["use"] / summed["load"].where(summed["load"] > 0)
    return found.rename("per_event")


def weeks_before(series: pd.Series[float], start: datetime, timezone: str, weeks: int = 4) -> pd.Series[float]:
    """From ``start`` on, the mean of the same weekday and time in up to so many weeks before, on the zone's clock.

    ``series`` has a UTC index. NaN where no week before is known.
    """
    wanted = series.index[series.index > pd.Timestamp(start)]
    clock = pd.DatetimeIndex(wanted).tz_convert(timezone)
    back = [
        series.reindex((clock.tz_localize(None) - pd.Timedelta(weeks=each)).tz_localize(
            timezone, ambiguous=True, nonexistent="shift_forward").tz_convert("UTC")).to_numpy(dtype=float)
        for each in range(1, weeks + 1)
    ]  # fmt: skip
    table = np.vstack(back) if back else np.empty((0, len(wanted)))
    known = np.isfinite(table)
    counted = known.sum(axis=0)
    sums = np.where(known, table, 0.0).sum(axis=0)
    means = np.divide(sums, counted, out=np.full(len(wanted), np.nan), where=counted > 0)
    return pd.Series(means, index=wanted, name="usual")


def grouped(series: Any, end: datetime, length: timedelta) -> Any:
    """Series or frame in stretches that end at ``end`` and whole stretches before it, each named by its end."""
    return series.resample(length, closed="right", label="right", origin=pd.Timestamp(end))
