"""How a load moves through the week: like for like, by hour and weekday, week over week, and its peak to come.

Like for like compares this window with what the same weekdays and hours before
would have given: a window with two weekends, a holiday's gap or a clock change
is then no growth and no fall.

    total change   = mean now / mean of the window before - 1
    usual(steps)   = mean over these steps of what their weekday and hour had, on average, before the last meeting
    expected now   = mean of the window before * usual(steps now) / usual(steps before)
    like for like  = mean now / expected now - 1
    calendar       = total change - like for like
"""

from __future__ import annotations

from collections.abc import Mapping
from math import nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.capacity.peak_forecast import expected_peak
from prodmeet_kit.analysis.series import grid
from prodmeet_kit.analysis.series.local_hours import DAY, HOUR, LocalHours, local_hours, wall
from prodmeet_kit.core.window import EARLIEST, Window
from prodmeet_kit.schemas.frames import LOAD_PATTERNS

__all__ = ["hour_by_weekday", "like_for_like", "summarise", "weeks"]

HOURS, WEEK = 24, 7

KNOWN = 0.9
"""Share of the known steps of a window whose weekday and hour must be known before: else they are not compared."""

Floats = npt.NDArray[np.float64]


def summarise(series: Mapping[str, pd.Series[float] | None], units: Mapping[str, str], window: Window) -> pd.DataFrame:
    """Each load as ``LOAD_PATTERNS``, in the order of ``series``.

    ``series`` maps ``service/name`` to values on the grid, UTC, or to ``None``
    without an answer (numbers are NaN then). An infinite value counts as missing.
    """
    return LOAD_PATTERNS.frame(
        _row(ref, grid.finite(values), units.get(ref, ""), window) for ref, values in series.items()
    )


def like_for_like(series: pd.Series[float], window: Window) -> tuple[float, float]:
    """Like-for-like change and what the calendar adds to it, as fractions; their sum is :func:`.grid.change`.

    NaN where the windows cannot be compared, or where a tenth of the steps fall on hours of the week not seen before.
    """
    total = grid.change(series, window)
    usual = _profile(local_hours(grid.between(series, EARLIEST, window.start), window))
    now, before = (_typical(cut(series, window), usual, window) for cut in (grid.since, grid.previous))
    if np.isnan(total) or not before > 0 or not now > 0:
        return nan, nan
    same = (1 + total) * before / now - 1
    return same, total - same


def hour_by_weekday(series: pd.Series[float], window: Window) -> pd.DataFrame:
    """The mean of each hour of the week since the last meeting, on the clock of the product's zone.

    Hours 0 to 23 down, weekdays 0 (Monday) to 6 across; NaN where nothing is known. A local hour that occurred
    twice counts with all its steps, one that the clock skipped does not count.
    """
    usual = _profile(local_hours(grid.since(series, window), window))
    return pd.DataFrame(usual.T, index=pd.RangeIndex(HOURS, name="hour"), columns=pd.RangeIndex(WEEK, name="weekday"))


def weeks(series: pd.Series[float], window: Window) -> pd.DataFrame:
    """Hourly means of each seven days back from the meeting, laid over one Monday to Sunday.

    Index: hours since Monday 00:00 on the clock of the product's zone, 0 to 167. One column for each seven days,
    0 for those that end at the meeting, 1 for those before, as far back as there is data. The hour in which the
    meeting falls holds its newer part. NaN where nothing is known.
    """
    if not len(series):
        return pd.DataFrame(index=pd.RangeIndex(HOURS * WEEK, name="hour"), columns=pd.RangeIndex(0, name="weeks_back"))
    values, walls = grid.numbers(series), wall(grid.instants(series.index), window)
    meeting = pd.Timestamp(window.end).tz_convert(window.zone).tz_localize(None) - pd.Timestamp(window.day)
    back = (grid.nanoseconds(meeting - window.step) - walls) // (WEEK * DAY)
    hour = (walls // HOUR + window.day.weekday() * HOURS) % (HOURS * WEEK)
    known, oldest, newest = ~np.isnan(values), int(back.max()), int(back.min())  # later than the meeting is below 0
    cells = ((back - newest) * HOURS * WEEK + hour)[known]
    size = (oldest - newest + 1) * HOURS * WEEK
    counts = np.bincount(cells, minlength=size)
    # In long doubles, so that no mean depends on the order of its steps; those of an hour lie together.
    first = np.flatnonzero(np.append(True, cells[1:] != cells[:-1])) if len(cells) else np.arange(0)
    sums = np.zeros(size, dtype=np.longdouble)
    np.add.at(sums, cells[first], np.add.reduceat(values[known].astype(np.longdouble), first))
    means = np.divide(sums.astype(np.float64), counts, out=np.full(size, nan), where=counts > 0).reshape(
        -1, HOURS * WEEK
    )
    some = np.flatnonzero(~np.isnan(means).all(axis=1))
    return pd.DataFrame(
        means[some].T,
        index=pd.RangeIndex(HOURS * WEEK, name="hour"),
        columns=pd.Index(some + newest, name="weeks_back"),
    )


def _row(ref: str, series: pd.Series[float] | None, unit: str, window: Window) -> dict[str, object]:
    service, name = ref.split("/", 1)
    row: dict[str, object] = {"service": service, "name": name, "unit": unit}
    if series is None:
        return row
    same, calendar = like_for_like(series, window)
    peak = expected_peak(series, window)
    return row | {
        "change_vs_previous": grid.change(series, window),
        "like_for_like": same,
        "calendar_effect": calendar,
        "expected_peak": peak.expected,
        "expected_peak_low": peak.low,
        "expected_peak_high": peak.high,
    }


def _profile(table: LocalHours) -> Floats:
    """The mean of each weekday and hour, over all their steps; NaN where nothing is known."""
    sums, counts = np.zeros((WEEK, HOURS)), np.zeros((WEEK, HOURS))
    np.add.at(sums, table.weekdays, np.where(table.counts > 0, table.means * table.counts, 0.0))
    np.add.at(counts, table.weekdays, table.counts)
    means: Floats = np.divide(sums, counts, out=np.full((WEEK, HOURS), nan), where=counts > 0)
    return means


def _typical(series: pd.Series[float], usual: Floats, window: Window) -> float:
    """What ``usual`` gives on average at the steps of the series that are known."""
    table = local_hours(series, window)
    values = usual[table.weekdays]
    counted = np.where(np.isnan(values), 0.0, table.counts)
    if not counted.sum() > KNOWN * table.counts.sum():
        return nan
    return float((np.nan_to_num(values) * counted).sum() / counted.sum())
