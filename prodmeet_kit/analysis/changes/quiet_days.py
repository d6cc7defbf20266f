"""How much a difference moves on days on which nothing was done: the yardstick for what a change did.

Time is in seconds since the epoch here: many spans are looked up at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["DAY_S", "Means", "Quiet", "Span", "quiet"]

DAY_S = 86_400.0

MIN_QUIET = 5
"""Fewer days say nothing of noise."""

MIN_KNOWN = 0.5
"""A span of which fewer steps are known has no mean."""

Floats = npt.NDArray[np.float64]
Span = tuple[float, float]


class Means:
    """Means over any spans of a series from running sums: many at once, each for the price of two look-ups.

    ``values`` is a series, or ``[total, bad]`` events a step, whose mean is bad / total. UTC index; the value at
    ``t`` describes ``(t - step, t]``.
    """

    def __init__(self, values: pd.Series[float] | pd.DataFrame, step: timedelta):
        self.ratio, self.step = isinstance(values, pd.DataFrame), step.total_seconds()
        self.times = pd.DatetimeIndex(values.index).as_unit("ns").asi8 / 1e9
        if isinstance(values, pd.DataFrame):
            # No bad series while the total exists is no bad event.
            top = np.nan_to_num(values["bad"].to_numpy(dtype=np.float64))
            bottom = values["total"].to_numpy(dtype=np.float64)
        else:
            top, bottom = values.to_numpy(dtype=np.float64), np.ones(len(values))
        known = np.isfinite(top) & np.isfinite(bottom)
        self._known, self._top, self._bottom = (
            np.concatenate([[0.0], np.cumsum(np.where(known, each, 0.0))]) for each in (known, top, bottom)
        )
        self.begin = float(self.times[0]) - self.step if len(self.times) else 0.0
        self.end = float(self.times[-1]) if len(self.times) else 0.0

    def over(self, start: Floats, end: Floats) -> Floats:
        """Mean over the buckets of each ``(start, end]``; NaN where under half are known or the data does not reach."""
        first, last = (np.searchsorted(self.times, moment + 1e-3, side="right") for moment in (start, end))
        top, bottom, known = (each[last] - each[first] for each in (self._top, self._bottom, self._known))
        enough = (known > 0) & (known >= MIN_KNOWN * (end - start) / self.step) & (bottom > 0)
        enough &= (start >= self.begin - 1e-3) & (end <= self.end + 1e-3)
        found: Floats = np.divide(top, bottom, out=np.full(np.shape(first), np.nan), where=enough)
        return found

    def differences(self, before: Span, after: Span, shifts: Floats) -> Floats:
        """After against before, both moved by each shift: a difference of ratios, else the logarithm of a quotient."""
        old, new = (self.over(span[0] + shifts, span[1] + shifts) for span in (before, after))
        if self.ratio:
            return new - old
        good = (old > 0) & (new > 0)
        found: Floats = np.log(np.where(good, new, np.nan)) - np.log(np.where(good, old, np.nan))
        return found


@dataclass(frozen=True)
class Quiet:
    """``here``: the difference asked for; ``usual``: its mean in ``weeks`` other weeks, same weekday and clock times.

    ``beyond``: of every other quiet day, its difference less that of its other
    weeks, divided by sqrt(1 + 1 / weeks), so that all have one spread.
    """

    here: float
    usual: float
    weeks: int
    beyond: Floats

    @property
    def noise(self) -> float:
        """The spread of the quiet days: root of the mean square."""
        return float(np.sqrt(np.mean(self.beyond**2))) if len(self.beyond) else 0.0


def quiet(means: Means, before: Span, after: Span, busy: Iterable[Span]) -> Quiet:
    """A difference and the same by whole days earlier and later, without the days that touch one of ``busy``."""
    reach = int((means.end - means.begin) // DAY_S) + 1
    shifts = DAY_S * np.arange(-reach, reach + 1, dtype=np.float64)
    moved = means.differences(before, after, shifts)
    here = float(moved[reach])
    moved[reach] = np.nan
    first, last = min(before[0], after[0]) + shifts, max(before[1], after[1]) + shifts
    for start, end in busy:
        moved[(start < last) & (end > first)] = np.nan
    known, weekday = np.isfinite(moved), np.arange(len(moved)) % 7
    filled = np.where(known, moved, 0.0)
    weeks = np.bincount(weekday, known, minlength=7)[weekday] - known
    sums = np.bincount(weekday, filled, minlength=7)[weekday] - filled
    usual = np.divide(sums, weeks, out=np.full(len(moved), np.nan), where=weeks > 0)
    told = known & (weeks > 0)
    beyond = (moved[told] - usual[told]) / np.sqrt(1 + 1 / weeks[told])
    return Quiet(here, float(usual[reach]), int(weeks[reach]), beyond)
