"""How much is used at the same load: what a busy day may not be blamed for.

Use and load are averaged over hours. Hours of this window and of the one
before are alike when they share the hour of the day (product's zone) and a
bucket of load 10% wide; hours that the other window has no like of are left
out. What is left is fitted as

    log use = level of hours alike + level of the day + e * (log load - log load of hours alike)

by least squares with Huber's weights (a spike or an outage of some hours does
not move a day). ``e``, the elasticity between 0 and 1.5, takes away what load
still differs within a bucket: memory that does not follow load has e = 0, CPU
in step with it e = 1. A *day* is 24 hours counted back from the meeting, so
that no day lies in two windows; its level is what growth of load cannot explain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis import grid
from prodmeet_kit.window import Window

__all__ = ["DAY", "Levels", "levels"]

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

BUCKET = np.log(1.1)
"""Hours whose loads differ by less than a tenth are alike; the elasticity takes care of the rest."""

MIN_HOURS = 4
"""A day with fewer hours like those of the other window has no level; days with fewer alike are not compared."""

MIN_MATCHED = 0.2
"""Below this share of matched hours the two windows did different work, and are not compared."""

HUBER = 1.345
ROUNDS = 5
MAX_ELASTICITY = 1.5

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Levels:
    """Use at equal load, as logarithms against the mean of the window before.

    ``days``: one level a day in order, NaN where it is not known; the ``first``
    of them begins at ``window.compare_start`` or up to a day before.
    ``unsure``: covariance of the levels from the noise of hours alone: large
    where few hours link a day to the others.
    ``now``: which days lie since the last meeting. ``hours``: level of each
    matched hour by its start (UTC). ``matched``: matched hours since the last
    meeting; ``matched_fraction``: their share of the hours with both known;
    ``hour``: length of an hour, longer where steps are.
    """

    days: Floats
    unsure: Floats
    now: npt.NDArray[np.bool_]
    first: pd.Timestamp
    hours: pd.Series[float]
    matched: int
    matched_fraction: float
    hour: timedelta

    @property
    def uses(self) -> pd.Series[float]:
        """Use of each matched hour against the usual at its load, by the end of the hour."""
        return pd.Series(np.exp(self.hours.to_numpy()), index=pd.DatetimeIndex(self.hours.index) + self.hour)


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
    """The level of each day at equal load; ``None`` when the windows share too few hours alike.

    ``use`` and ``load`` are on the grid, UTC. Hours without load or use, or
    with under half of their steps known, are left out. Scaling use or load
    changes nothing; nor does growth of load that use follows.
    """
    hours = _hourly(use, load, window)
    if not len(hours.slot):
        return None
    starts = pd.Timestamp(window.end) + pd.to_timedelta(hours.slot * hours.length.total_seconds(), unit="s")
    now = np.asarray(starts >= pd.Timestamp(window.start))
    cell = _cells(hours, starts, window)
    both = _seen(cell, now) & _seen(cell, ~now)
    matched, known = int((both[cell] & now).sum()), int(now.sum())
    if not known or matched < MIN_MATCHED * known or matched < MIN_HOURS:
        return None
    alike = both[cell]
    hours, starts, now = hours[alike], starts[alike], now[alike]
    cell = np.unique(cell[alike], return_inverse=True)[1]
    day = np.floor(hours.slot * (hours.length / DAY)).astype(np.int64)
    day -= day.min()
    fitted, beyond, spread = _fit(hours, cell, day, int(day.max()) + 1)
    against = _against_before(fitted, cell, day, now)
    first = window.end - (int(day.max()) + 1) * DAY
    return Levels(
        days=np.where(np.isfinite(fitted) & against.any(axis=1), against @ np.nan_to_num(fitted), np.nan),
        unsure=against @ spread @ against.T,
        now=np.asarray([first + (k + 0.5) * DAY >= window.start for k in range(len(fitted))]),
        first=pd.Timestamp(first),
        hours=pd.Series(beyond, index=starts),
        matched=matched,
        matched_fraction=matched / known,
        hour=hours.length,
    )


def _hourly(use: pd.Series[float], load: pd.Series[float], window: Window) -> _Hours:
    """Means over hours (or steps, when those are longer) since the meeting before the last."""
    used, loaded = (grid.between(series, window.compare_start, window.end) for series in (use, load))
    values = np.column_stack([used.to_numpy(dtype=np.float64), loaded.to_numpy(dtype=np.float64)])
    known = np.isfinite(values).all(axis=1)
    length = max(HOUR, window.step)
    # The value at t describes (t - step, t]: its middle says which hour it belongs to.
    back = (pd.DatetimeIndex(used.index)[known] - window.step / 2 - window.end) / length
    slot = np.floor(np.asarray(back, dtype=np.float64)).astype(np.int64)
    if not len(slot):
        return _Hours(slot, np.empty(0), np.empty(0), length)
    oldest = slot.min()
    count = np.bincount(slot - oldest)
    means = [
        np.bincount(slot - oldest, values[known, side], minlength=len(count)) / np.maximum(count, 1) for side in (0, 1)
    ]
    enough = (count >= 0.5 * (length / window.step)) & (means[0] > 0) & (means[1] > 0)
    found = np.flatnonzero(enough)
    return _Hours(found + oldest, means[0][found], means[1][found], length)


def _cells(hours: _Hours, starts: pd.DatetimeIndex, window: Window) -> Ints:
    """A number for each hour: equal where hour of the day and bucket of load are."""
    clock = np.asarray(starts.tz_convert(window.zone).hour, dtype=np.int64)
    logs = np.log(hours.load)
    bucket = np.floor((logs - np.median(logs)) / BUCKET + 0.5).astype(np.int64)
    return np.unique(24 * (bucket - bucket.min()) + clock, return_inverse=True)[1]


def _seen(cell: Ints, which: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return np.bincount(cell[which], minlength=int(cell.max()) + 1) > 0


def _fit(hours: _Hours, cell: Ints, day: Ints, days: int) -> tuple[Floats, Floats, Floats]:
    """Levels of the days (NaN where too few hours tell), each hour's own level, and the covariance of the days."""
    y, x = np.log(hours.use), np.log(hours.load)
    columns = np.zeros((len(y), days + 2))
    columns[np.arange(len(y)), day] = 1.0
    columns[:, days], columns[:, days + 1] = x, y
    order = np.argsort(cell, kind="stable")
    begins = np.flatnonzero(np.diff(cell[order], prepend=-1))
    weight = np.ones(len(y))
    for _ in range(ROUNDS):
        weighted = columns * weight[:, np.newaxis]
        means = np.add.reduceat(weighted[order], begins) / np.bincount(cell, weight)[:, np.newaxis]
        inside = columns - means[cell]
        design, left = inside[:, :-1], inside[:, -1]
        heavy = weight[:, np.newaxis] * design
        # einsum, not @: threads of BLAS cost ten times the sums of so small a matrix on a busy machine.
        normal = np.einsum("ni,nj->ij", design, heavy)
        solution = np.linalg.lstsq(normal, np.einsum("ni,n->i", heavy, left), 1e-9)[0]
        solution[days] = min(max(float(solution[days]), 0.0), MAX_ELASTICITY)
        rest = left - design @ solution
        scale = float(np.median(np.abs(rest))) / 0.6745
        weight = np.minimum(1.0, HUBER * scale / np.maximum(np.abs(rest), 1e-12)) if scale > 1e-12 else weight
    fitted: Floats = np.where(np.bincount(day, minlength=days) >= MIN_HOURS, solution[:days], np.nan)
    freedom = max(len(y) - days - len(begins), 1)
    variance = float(weight @ rest**2) / freedom * _alike(rest, hours.slot)
    spread: Floats = np.asarray(variance * np.linalg.pinv(normal, 1e-9)[:days, :days], dtype=np.float64)
    return fitted, solution[day] + rest, spread


def _alike(rest: Floats, slot: Ints) -> float:
    """How much more unsure a mean of hours is because neighbours resemble each other: (1 + r) / (1 - r)."""
    total, pairs = float(rest @ rest), np.diff(slot) == 1
    if total == 0 or not pairs.any():
        return 1.0
    r = float((rest[:-1] * rest[1:])[pairs].mean()) / (total / len(rest))
    return (1 + min(max(r, 0.0), 0.9)) / (1 - min(max(r, 0.0), 0.9))


def _against_before(fitted: Floats, cell: Ints, day: Ints, now: npt.NDArray[np.bool_]) -> Floats:
    """The matrix that takes from each level the mean of the window before, among days that share hours alike.

    Weekends may have next to no hour like a working day's: then the two are not compared, each is taken against its
    own past.
    A day without a past, or without a level, has a row of zeros.
    """
    days = len(fitted)
    shared = np.zeros((int(cell.max()) + 1, days), dtype=np.int64)
    shared[cell, day] = 1
    linked = shared.T @ shared >= MIN_HOURS
    for _ in range(int(days).bit_length()):
        linked = linked @ linked
    before = np.zeros(days, dtype=bool)
    before[day[~now]] = True
    known = np.isfinite(fitted)
    result = np.zeros((days, days))
    for k in np.flatnonzero(known):
        past = linked[k] & known & before
        if past.any():
            result[k, k] = 1.0
            result[k, past] -= 1 / past.sum()
    return result
