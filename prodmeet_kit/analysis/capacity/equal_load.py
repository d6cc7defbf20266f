"""How much is used at the same load: what a busy day may not be blamed for.

Use and load are averaged over hours, and the hours of this window and of the
one before are fitted together:

    log use = curve of log load + hour of the day + day + before or since the last meeting

The curve is a cubic, so that an idle part, saturation and what does not follow
load at all have their shape. What belongs to an hour of the day (a nightly job)
is shrunk towards nothing as far as the days do not agree about it, and so is what
belongs to a day (a release that made it dearer): load has its rhythm too, and an
effect given to the hour for nothing is lost to the curve. All
of it is weighted after Huber, so that a spike or an outage of some hours does
not move a day. Only hours whose load lies within what both windows have seen
count: no curve is drawn further than the data.

A *day* is 24 hours counted back from the meeting, so that no day lies in two
windows; its level is the mean of what the curve leaves of its hours.

Earlier the hours were paired by load to within a tenth. What was left of growth
inside a pair was then taken away by a slope that the noise of the load had
flattened: with 5% growth a week 1.8% were said where nothing had changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.series import grid
from prodmeet_kit.analysis.series.medians import median
from prodmeet_kit.core.window import Window

__all__ = ["DAY", "Levels", "levels"]

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

MIN_HOURS = 4
"""A day with fewer hours within the common range of load has no level; so few say nothing of a window either."""

MIN_COMMON = 0.2
"""Below this share of hours within the common range the two windows did different work, and are not compared."""

HUBER = 1.345
ROUNDS = 8
DEGREE = 3
CLOCK = 24

LOOSE = 1e9
"""Holds an effect at zero."""

SHAPE = 0.001
"""Standard error of the difference of two windows because use may have another shape than the curve's."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Levels:
    """Use at equal load, as logarithms against the mean of the window before.

    ``days``: one level a day in order, NaN where it is not known; the ``first``
    of them begins at ``window.compare_start`` or up to a day before.
    ``unsure``: covariance of the levels because the curve is not known better.
    ``now``: which days lie since the last meeting. ``starts``: when each hour
    within the common range of load begins, in nanoseconds from 1970, and ``own`` its level. ``matched``: such hours
    since the last meeting; ``matched_fraction``: their share of the hours with both known;
    ``hour``: length of an hour, longer where steps are.
    """

    days: Floats
    unsure: Floats
    now: npt.NDArray[np.bool_]
    first: pd.Timestamp
    starts: Ints
    own: Floats
    matched: int
    matched_fraction: float
    hour: timedelta

    @property
    def hours(self) -> pd.Series[float]:
        """The level of each such hour by its start (UTC)."""
        return pd.Series(self.own, index=_utc(self.starts))

    @property
    def uses(self) -> pd.Series[float]:
        """Use of each such hour against the usual at its load, by the end of the hour."""
        return pd.Series(np.exp(self.own), index=_utc(self.starts + grid.nanoseconds(self.hour)))


def _utc(moments: Ints) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(moments.view("datetime64[ns]"), tz="UTC")


@dataclass(frozen=True)
class _Hours:
    """Hours with use and load, as arrays of one length: ``slot`` counts back from the meeting (-1 is the last)."""

    slot: Ints
    use: Floats
    load: Floats
    length: timedelta

    def __getitem__(self, which: npt.NDArray[np.bool_]) -> _Hours:
        return _Hours(self.slot[which], self.use[which], self.load[which], self.length)


def levels(use: pd.Series[float], load: pd.Series[float], window: Window) -> Levels | None:
    """The level of each day at equal load; ``None`` when the windows have too little of their load in common.

    ``use`` and ``load`` are on the grid, UTC. Hours without load or use, or
    with under half of their steps known, are left out. Scaling use or load
    changes nothing; nor does growth of load that use follows.
    """
    hours = _hourly(use, load, window)
    if not len(hours.slot):
        return None
    length, meeting = grid.nanoseconds(hours.length), grid.instant(window.end)
    starts = meeting + hours.slot * length
    now = starts >= grid.instant(window.start)
    common = _common(np.log(hours.load), now)
    matched, known = int((common & now).sum()), int(now.sum())
    if matched < max(MIN_COMMON * known, MIN_HOURS) or int((common & ~now).sum()) < MIN_HOURS:
        return None
    clock = _clock(window, hours.length, int(hours.slot[0]))[hours.slot - hours.slot[0]]
    hours, starts, clock = hours[common], starts[common], clock[common]
    day = np.floor(hours.slot * (hours.length / DAY)).astype(np.int64)
    day -= day.min()
    days = int(day.max()) + 1
    first = window.end - days * DAY
    middles = meeting + (np.arange(days) - days) * grid.nanoseconds(DAY) + grid.nanoseconds(DAY / 2)
    later = middles >= grid.instant(window.start)
    level, own, unsure = _fit(hours, clock, day, later)
    before = np.isfinite(level) & ~later
    if not before.any():
        return None
    base = float(level[before].mean())
    return Levels(
        days=level - base,
        unsure=unsure,
        now=later,
        first=pd.Timestamp(first),
        starts=starts,
        own=own - base,
        matched=matched,
        matched_fraction=matched / known,
        hour=hours.length,
    )


def _common(load: Floats, now: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The hours whose load both windows have seen."""
    if now.all() or not now.any():
        return np.zeros(len(load), dtype=bool)
    low = max(load[now].min(), load[~now].min())
    high = min(load[now].max(), load[~now].max())
    inside: npt.NDArray[np.bool_] = (load >= low - 1e-12) & (load <= high + 1e-12)
    return inside


@lru_cache(maxsize=16)
def _clock(window: Window, length: timedelta, oldest: int) -> Ints:
    """The hour on the product's clock at which each slot begins, from the oldest to the meeting; kept for all pairs."""
    begins = pd.date_range(end=window.end, periods=1 - oldest, freq=length)[:-1]
    return np.asarray(begins.tz_convert(window.zone).hour, dtype=np.int64)


def _hourly(use: pd.Series[float], load: pd.Series[float], window: Window) -> _Hours:
    """Means over hours (or steps, when those are longer) since the meeting before the last."""
    inside = grid.span(use.index, window.compare_start, window.end)
    values = [grid.numbers(use)[inside], grid.values(load, window.compare_start, window.end)]
    known = np.isfinite(values[0]) & np.isfinite(values[1])
    length = max(HOUR, window.step)
    # The value at t describes (t - step, t]: its middle says which hour it belongs to.
    back = 2 * (grid.instants(use.index)[inside][known] - grid.instant(window.end)) - grid.nanoseconds(window.step)
    slot = back // (2 * grid.nanoseconds(length))
    if not len(slot):
        return _Hours(slot, np.empty(0), np.empty(0), length)
    oldest = slot.min()
    count = np.bincount(slot - oldest)
    means = [np.bincount(slot - oldest, each[known], minlength=len(count)) / np.maximum(count, 1) for each in values]
    enough = (count >= 0.5 * (length / window.step)) & (means[0] > 0) & (means[1] > 0)
    found = np.flatnonzero(enough)
    return _Hours(found + oldest, means[0][found], means[1][found], length)


def _fit(hours: _Hours, clock: Ints, day: Ints, later: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Levels of the days (NaN where too few hours tell), each hour's own level, and the covariance of the levels."""
    y = np.log(hours.use)
    days = len(later)
    columns = _Columns(
        np.vstack([np.ones(len(y)), later[day].astype(np.float64), _curve(np.log(hours.load))]), clock, day, days
    )
    fixed = len(columns.plain)
    by_hour, by_day = slice(fixed, fixed + CLOCK), slice(fixed + CLOCK, fixed + CLOCK + days)
    held = np.full(by_day.stop, 1e-9)
    held[fixed:] = LOOSE
    weight = np.ones(len(y))
    for _ in range(ROUNDS):
        normal = columns.products(weight)
        np.fill_diagonal(normal, normal.diagonal() + held)
        solution = np.linalg.solve(normal, columns.sums(weight * y))
        rest = y - columns.plain.T @ solution[:fixed] - solution[by_hour][clock] - solution[by_day][day]
        scale = median(np.abs(rest)) / 0.6745
        weight = np.minimum(1.0, HUBER * scale / np.maximum(np.abs(rest), 1e-12)) if scale > 1e-12 else weight
        held[by_hour] = _held(rest + solution[by_hour][clock], weight, clock, CLOCK)
        held[by_day] = _held(rest + solution[by_day][day], weight, day, days)
    own = y - columns.plain[2:].T @ solution[2:fixed] - solution[by_hour][clock]
    counted = np.maximum(np.bincount(day, weight, minlength=days), 1e-12)
    members = np.bincount(day, minlength=days)
    enough = members >= MIN_HOURS
    level: Floats = np.where(enough, np.bincount(day, weight * own, minlength=days) / counted, np.nan)
    # How far the curve may be off, from days, not hours, as independent: Liang and Zeger 1986.
    shared = slice(2, by_hour.stop)
    scores, inverse = columns.by_day(weight * rest), np.linalg.inv(normal)
    groups = int((members > 0).sum())
    mine = scores @ inverse[:, shared]
    covariance = mine.T @ mine * (groups / max(groups - 1, 1))
    means = columns.by_day(weight)[:, shared] / counted[:, np.newaxis]
    past = enough & ~later
    against = means - (means[past].mean(axis=0) if past.any() else 0.0)
    return level, own, against @ covariance @ against.T + SHAPE**2 * np.outer(later, later)


@dataclass(frozen=True)
class _Columns:
    """What each hour is explained by: a few numbers (``plain``, one row each), its hour of the clock, and its day.

    Every hour has one hour of the clock and one day, so that sums over columns of these are sums over groups of hours:
    a hundredth of what products of the columns themselves cost, most of which are zero.
    """

    plain: Floats
    clock: Ints
    day: Ints
    days: int

    def sums(self, values: Floats) -> Floats:
        """The sum of the values times each column."""
        by_hour = np.bincount(self.clock, values, minlength=CLOCK)
        return np.concatenate([self.plain @ values, by_hour, np.bincount(self.day, values, minlength=self.days)])

    def by_day(self, values: Floats) -> Floats:
        """The same of the hours of each day: days down, columns across."""
        fixed = len(self.plain)
        found = np.zeros((self.days, fixed + CLOCK + self.days))
        for column, row in enumerate(self.plain * values):
            found[:, column] = np.bincount(self.day, row, minlength=self.days)
        by_hour = np.bincount(self.day * CLOCK + self.clock, values, minlength=self.days * CLOCK)
        found[:, fixed : fixed + CLOCK] = by_hour.reshape(self.days, CLOCK)
        np.fill_diagonal(found[:, fixed + CLOCK :], found[:, 0])  # the first column is the constant
        return found

    def products(self, weight: Floats) -> Floats:
        """The weighted products of the columns with each other."""
        fixed, hours = len(self.plain), slice(len(self.plain), len(self.plain) + CLOCK)
        weighted, days = self.plain * weight, self.by_day(weight)
        found = np.zeros((days.shape[1], days.shape[1]))
        found[:fixed, :fixed] = weighted @ self.plain.T
        for column, row in enumerate(weighted):
            found[column, hours] = np.bincount(self.clock, row, minlength=CLOCK)
        found[hours, :fixed] = found[:fixed, hours].T
        np.fill_diagonal(found[hours, hours], found[0, hours])
        found[hours.stop :], found[:, hours.stop :] = days, days.T
        return found


def _curve(load: Floats) -> Floats:
    """Powers of the logarithm of load, centred and scaled, a row each; none where load does not vary."""
    spread = float(load.std())
    if spread < 1e-9:
        return np.empty((0, len(load)))
    scaled = (load - load.mean()) / spread
    return np.stack([scaled**power for power in range(1, DEGREE + 1)])


def _held(part: Floats, weight: Floats, group: Ints, groups: int) -> float:
    """How much the effects of hours, or of days, are held back: noise against the spread that their members agree on.

    ``part`` is what is left for the effect and noise. The ratio of variances of Robinson 1991.
    """
    counted, members = np.bincount(group, weight, minlength=groups), np.bincount(group, minlength=groups)
    mean = np.bincount(group, weight * part, minlength=groups) / np.maximum(counted, 1e-12)
    inside = np.bincount(group, weight * (part - mean[group]) ** 2, minlength=groups)
    several = members >= 2
    if not several.any():
        return LOOSE
    error = inside[several] / (members[several] - 1) / members[several]
    noise = float(inside.sum()) / max(len(part) - groups, 1)
    agreed = float(np.mean(mean[several] ** 2 - error))
    return min(max(noise, 1e-12) / max(agreed, 1e-12), LOOSE)
