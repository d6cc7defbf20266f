"""The steps of a trend as arrays, taken out of its frame once: an SLO is cut and summed dozens of times a review.

A pandas operation on a frame of some thousand steps costs ten to a hundred times as much as the same on an array, and
nearly all of that is the same however few the steps are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.series.grid import instant, instants, nanoseconds

__all__ = ["Floats", "Instants", "Steps", "time_of", "touched", "trailing"]

Floats = npt.NDArray[np.float64]

Instants = npt.NDArray[np.int64]
"""Nanoseconds since 1970 in UTC, as pandas keeps instants."""


def time_of(moment: int) -> pd.Timestamp:
    """The instant (UTC) of so many nanoseconds since 1970."""
    return pd.Timestamp(int(moment), unit="ns", tz="UTC")


@dataclass(frozen=True, eq=False)
class Steps:
    """The steps of one trend in order of time: when each ends, and its events, 0 <= bad <= total.

    ``bad`` is 0 where only the total is known; both are NaN where the total is not.
    """

    ends: Instants
    total: Floats
    bad: Floats

    @classmethod
    def of(cls, trend: pd.DataFrame, start: datetime | None = None, end: datetime | None = None) -> Steps:
        """The steps of ``(start, end]``; without these from the begin, or to the end. ``trend`` is ``[total, bad]``."""
        ends = instants(trend.index)
        first = 0 if start is None else int(ends.searchsorted(instant(start), side="right"))
        last = len(ends) if end is None else int(ends.searchsorted(instant(end), side="right"))
        part, values = slice(first, max(first, last)), trend.to_numpy(dtype=np.float64)
        total, bad = (values[part, trend.columns.get_loc(name)] for name in ("total", "bad"))
        total = np.maximum(total, 0.0)
        return cls(ends[part], total, np.minimum(np.fmax(bad, 0.0), total))  # fmax takes 0 for NaN

    def __len__(self) -> int:
        return len(self.ends)

    def between(self, start: datetime | int, end: datetime | int) -> Steps:
        """The steps of ``(start, end]``."""
        part = self.places(start, end)
        return Steps(self.ends[part], self.total[part], self.bad[part])

    def places(self, start: datetime | int, end: datetime | int) -> slice:
        """Where the steps of ``(start, end]`` lie; bounds may be in nanoseconds since 1970."""
        first, last = (
            int(self.ends.searchsorted(each if isinstance(each, int) else instant(each), side="right"))
            for each in (start, end)
        )
        return slice(first, max(first, last))

    def last(self, size: int) -> Steps:
        """The last so many steps."""
        return Steps(self.ends[-size:], self.total[-size:], self.bad[-size:])

    def without(self, gone: npt.NDArray[np.bool_]) -> Steps:
        """The same with nothing known of some steps."""
        total, bad = (np.where(gone, np.nan, each) for each in (self.total, self.bad))
        return Steps(self.ends, total, bad)

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """At which steps the total is known."""
        return ~np.isnan(self.total)

    @cached_property
    def counted(self) -> tuple[Floats, Floats]:
        """``total`` and ``bad`` of each step, 0 where they are not known."""
        return np.fmax(self.total, 0.0), np.fmax(self.bad, 0.0)

    @cached_property
    def sums(self) -> tuple[Floats, Floats]:
        """Running sums of ``total`` and ``bad``; what is not known adds nothing."""
        total, bad = (np.cumsum(each) for each in self.counted)
        return total, bad

    def on_grid(self, begin: datetime, count: int, step: timedelta) -> tuple[Floats, Floats]:
        """``total`` and ``bad`` of ``count`` steps, the first of which ends a step after ``begin``; 0 where none is."""
        size = nanoseconds(step)
        place, beside = np.divmod(self.ends - instant(begin), size)
        here = (beside == 0) & (place >= 1) & (place <= count)
        total, bad = np.zeros(count), np.zeros(count)
        total[place[here] - 1], bad[place[here] - 1] = (each[here] for each in self.counted)
        return total, bad

    def trailing(self, size: int) -> tuple[Floats, Floats]:
        """``total`` and ``bad`` of the last ``size`` steps at each step. Over steps without events exactly 0."""
        total, bad = (trailing(each, size) for each in self.sums)
        return total, bad

    def overlapped(self, step: timedelta, starts: Instants, ends: Instants) -> tuple[Floats, Floats, Floats]:
        """Events of the steps that overlap each span: ``total``, ``bad``, and how many of the steps are known.

        A step that a span touches in part counts whole: what failed in it belongs to the trouble.
        """
        first = self.ends.searchsorted(starts, side="right")
        last = np.maximum(self.ends.searchsorted(ends + nanoseconds(step), side="left"), first)
        # Sums of slices, not differences of running sums: where nothing happened the sum is exactly zero.
        borders = np.column_stack([first, last]).ravel()
        total, bad, known = (
            np.where(first < last, np.add.reduceat(np.append(values, 0.0), borders)[::2], 0.0)
            for values in (*self.counted, self.known)
        )
        return total, bad, known


def touched(step: timedelta, starts: Instants, ends: Instants) -> Floats:
    """How many steps of the grid each span overlaps, also in part."""
    size = nanoseconds(step)
    return (-(-ends // size) - starts // size).astype(np.float64)


def trailing(sums: Floats, size: int) -> Floats:
    """Sums over the last ``size`` values from running sums; at the begin over what is there."""
    made: Floats = np.concatenate([sums[:size], sums[size:] - sums[:-size]])
    return made
