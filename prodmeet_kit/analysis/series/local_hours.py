"""A series on the clock of the product's zone: one value a day and hour, right when the clock changes.

A local hour that occurs twice (end of DST) is the mean of all its steps, one
that does not occur stays unknown on that day and counts as no gap. The value
at ``t`` describes ``(t - step, t]``, so it belongs to the hour in which its bucket begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.series import grid
from prodmeet_kit.core.window import Window

__all__ = ["COMPLETE", "LocalHours", "days_of", "local_hours", "midnight", "midnights", "wall"]

COMPLETE = 0.98
"""A day with fewer of its steps known has missing data: nothing is said of its total."""

HOURS = 24
DAY, HOUR = (grid.nanoseconds(timedelta(hours=hours)) for hours in (HOURS, 1))
WEEK = 7

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LocalHours:
    """Days down, hours of the day across.

    ``days`` counts days from the day of the meeting (0, the day before it -1),
    ``weekdays`` is 0 for Monday; ``means`` and ``peaks`` are ``[day, hour]``,
    NaN where nothing is known; ``known`` is the share of the day's own steps
    (fewer on a day of 23 hours) that have a value.
    """

    days: Ints
    weekdays: Ints
    means: Floats
    peaks: Floats
    counts: Floats
    known: Floats

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Which days miss (next to) nothing."""
        return self.known >= COMPLETE

    @property
    def day_means(self) -> Floats:
        """The mean of all steps of each day; NaN on a day without any."""
        counts = self.counts.sum(axis=1)
        sums = np.where(self.counts > 0, self.means * self.counts, 0.0).sum(axis=1)
        means: Floats = np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0)
        return means


def local_hours(series: pd.Series[float], window: Window) -> LocalHours:
    """The series by local day and hour. ``series`` has a UTC index on the window's grid; infinite values are gaps."""
    values = series.to_numpy(dtype=np.float64)
    if not len(values):
        empty = np.empty((0, HOURS))
        none = np.empty(0, dtype=np.int64)
        return LocalHours(none, none, empty, empty, empty, np.empty(0))
    at = grid.instants(series.index)
    clock = _clock((int(at[0]), int(at[-1])), len(values), window)
    first, count = clock.first, len(clock.expected)
    kept = np.isfinite(values)
    cells = clock.cells[kept]
    size = count * HOURS
    counts = np.bincount(cells, minlength=size).astype(np.float64)
    sums = np.bincount(cells, weights=values[kept], minlength=size)
    peaks = np.full(size, -np.inf)
    np.maximum.at(peaks, cells, values[kept])
    shape = (count, HOURS)
    days = np.arange(first, first + count)
    return LocalHours(
        days=days,
        weekdays=np.mod(days + window.day.weekday(), WEEK),
        means=np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0).reshape(shape),
        peaks=np.where(counts > 0, peaks, np.nan).reshape(shape),
        counts=counts.reshape(shape),
        known=counts.reshape(shape).sum(axis=1) / clock.expected,
    )


def days_of(at: Ints, window: Window) -> tuple[int, Ints]:
    """The day of the first of these instants of a grid, and at which position each day from it on begins.

    ``at`` is in nanoseconds from 1970 (:func:`.grid.instants`), one instant at least; days are counted from that of the
    meeting. The last position is the number of instants. An instant ends its bucket, so midnight belongs to the day
    before it.
    """
    first, last = (_day(int(moment), window) for moment in (at[0], at[-1]))
    begins = midnights(first, last, window) + grid.nanoseconds(window.step)
    positions: Ints = np.append(at.searchsorted(begins), len(at))
    return first, positions


def _day(moment: int, window: Window) -> int:
    """The day in which the bucket begins that ends at the moment."""
    begin = grid.EPOCH + timedelta(microseconds=moment // 1000) - window.step
    return (begin.astimezone(window.zone).date() - window.day).days


def midnights(first: int, last: int, window: Window) -> Ints:
    """The instants at which days begin, counted from the day of the meeting, in nanoseconds from 1970."""
    return _midnights(first, last, window.day, window.timezone)


@lru_cache(maxsize=64)
def _midnights(first: int, last: int, meeting: date, timezone: str) -> Ints:
    zone = ZoneInfo(timezone)
    days = (datetime.combine(meeting + timedelta(days=day), time(), tzinfo=zone) for day in range(first, last + 1))
    return np.array([grid.instant(day.astimezone(UTC)) for day in days], dtype=np.int64)


def midnight(day: int, window: Window) -> datetime:
    """The instant at which a day, counted from the day of the meeting, begins in the product's zone."""
    return datetime.combine(window.day + timedelta(days=day), time(), tzinfo=window.zone)


def wall(at: Ints, window: Window) -> Ints:
    """What the clock of the product's zone shows when the bucket begins that ends at each of these instants of a grid.

    In nanoseconds from the midnight with which the day of the meeting begins, as if every day had 24 hours. ``at`` is
    in nanoseconds from 1970, one instant at least.
    """
    return _clock((int(at[0]), int(at[-1])), len(at), window).walls


@dataclass(frozen=True)
class _Clock:
    """:func:`wall` of each step; its hour, counted from the begin of the ``first`` day; the steps each day has."""

    walls: Ints
    cells: Ints
    first: int
    expected: Floats


@lru_cache(maxsize=16)
def _clock(span: tuple[int, int], count: int, window: Window) -> _Clock:
    """The clock of so many steps from the first to the last; the same for all series of a review, so kept."""
    starts = pd.date_range(pd.Timestamp(span[0], tz="UTC"), pd.Timestamp(span[1], tz="UTC"), periods=count).as_unit(
        "ns"
    ) - pd.Timedelta(window.step)
    local = starts.tz_convert(window.zone).tz_localize(None)
    walls = grid.instants(local) - grid.instant(pd.Timestamp(window.day))
    first, last = int(walls[0] // DAY), int(walls[-1] // DAY)
    expected = np.diff(midnights(first, last + 1, window)) / grid.nanoseconds(window.step)
    return _Clock(walls, walls // HOUR - first * HOURS, first, expected)
