"""What the trend of one SLI says of pages: whether it burned round them, and whether it began to in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.alerting.burn_rises import GRACE, MARKED, Course, course
from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.events import MIN_BAD
from prodmeet_kit.core.window import Window

__all__ = ["LOOK_BACK", "TROUBLE", "Flags", "Sli"]

LOOK_BACK = timedelta(hours=1)
"""SLIs are looked at from this long before a page: the long window of the fastest page condition."""

FINE_BELOW = burn_rates.TICKET[0].factor
"""An SLI that burns below the fastest ticket condition round a page is fine as far as paging goes."""

LASTS = burn_rates.TICKET[1]
"""What burns at 1 over the short window of the slowest rule spends more than lasts."""

HALF_DAY = timedelta(hours=12)

SLOW = 2.5
"""A burn of this pace is a ticket's matter, and a page of it must not hang on chance."""

BACKGROUND = timedelta(days=3)
"""What was usual before a page."""

FAR = 4.0
"""Standard deviations of chance from which on more failed than usual."""

MIN_KNOWN = 0.5
"""With fewer of its steps known an SLI says nothing about a page."""

TROUBLE = timedelta(days=1)
"""An event of under a day is one trouble from end to end; of a longer one only what began in time tells."""

Flags = npt.NDArray[np.bool_]


class Sli:
    """One SLO's trend up to the meeting, and what was read off it once."""

    def __init__(self, trend: pd.DataFrame | None, target: SloTarget, window: Window) -> None:
        known = None if trend is None else trend[trend.index <= window.end]
        self.trend = None if known is None or known.empty else known
        self.target = target
        self._step = window.step
        self._window = window

    @property
    def _known(self) -> pd.DataFrame:
        assert self.trend is not None  # asked only of SLOs that have one
        return self.trend

    @cached_property
    def course(self) -> Course | None:
        """Its stretches and rises; ``None`` without a trend."""
        return None if self.trend is None else course(self.trend, self.target, self._step)

    def without(self, events: Sequence[Mapping[str, Any]]) -> Sli:
        """The same had its fast SLO events (rows of ``SLO_EVENTS``), those under a day, not been: as usual before."""
        known, course = self.trend, self.course
        if known is None or course is None:
            return self
        index, bad = pd.DatetimeIndex(known.index), known["bad"].to_numpy(dtype=np.float64, copy=True)
        total = known["total"].to_numpy(dtype=np.float64)
        for event in events:
            onset, end = event["onset"], event["end"]
            if end - onset <= TROUBLE and self.fresh(onset, end):
                inside = np.asarray((index > onset - self._step) & (index <= end + self._step))
                usual = course.usual(pd.Timestamp(onset)) * self.target.budget * total[inside]
                bad[inside] = np.minimum(bad[inside], usual)
        return Sli(known.assign(bad=bad), self.target, self._window)

    def in_time(self, starts: pd.Series[Any]) -> Flags:
        """Whether each begins in time after an onset or a marked worsening."""
        found = np.zeros(len(starts), dtype=bool)
        for rise in self.course.rises if self.course else ():
            found |= ((starts >= rise.start) & (starts <= rise.until)).to_numpy()
        return found

    def fresh(self, onset: datetime, end: datetime) -> bool:
        """Whether a burn was markedly faster than what was usual before, by more than chance has it."""
        assert self.course is not None  # asked only then
        span = [pd.DatetimeIndex([moment]) for moment in (onset, end)]
        seen = burn_rates.events_between(self._known, self._step, span[0], span[1] - self._step).iloc[0]
        expected = self.course.usual(pd.Timestamp(onset)) * self.target.budget * float(seen["total"])
        return bool(_more(seen["bad"], expected))

    def around(self, pages: pd.DataFrame) -> tuple[Flags, Flags, Flags]:
        """From 1 h before each page to its end: too little is known; it burned at 3 or faster; markedly so.

        Markedly: at least 5 failed, 1.5 times as many as before (3 days, or as it burned), more than chance has it.
        """
        starts, ends = pd.DatetimeIndex(pages["start"]) - LOOK_BACK, pd.DatetimeIndex(pages["end"])
        seen = burn_rates.events_between(self._known, self._step, starts, ends)
        usual = burn_rates.events_between(self._known, self._step, starts - BACKGROUND, starts - self._step)
        rate = burn_rates.burn_rate(seen["bad"] / seen["total"].where(seen["total"] > 0), self.target.objective)
        fast = (rate >= FINE_BELOW).to_numpy()
        before = (usual["bad"] / usual["total"].where(usual["total"] > 0)).fillna(0.0)
        expected = np.maximum(before, self.target.budget * self._lasting_pace(starts)) * seen["total"]
        marked = fast & (_more(seen["bad"], expected) & (seen["bad"] >= MIN_BAD)).to_numpy()
        return (rate.isna() | (seen["known"] < MIN_KNOWN * seen["steps"])).to_numpy(), fast, marked

    def burning(self, pages: pd.DataFrame) -> Flags:
        """Whether the SLO burned faster than lasts: what that gives within one page is chance, so it is asked thrice.

        A ticket condition held during the page; it lies in a stretch of 6 hours or more at a pace of 1 or more; or some
        6 hours round it (a day in little traffic) spent more than lasts. The last two with 5 bad events.
        """
        starts, ends = list(pages["start"]), list(pages["end"])
        found = self.held_in(starts, [end + GRACE for end in ends])
        found |= self._any(self._lasting, starts, [end + LASTS.short for end in ends])
        if self.course is not None:
            place = self.course.at(pd.DatetimeIndex(pages["start"]))
            lasts = self._lasting_pace(pd.DatetimeIndex(pages["start"])) >= LASTS.factor
            found |= lasts & (self.course.bad[place] >= MIN_BAD)
        return found | self._in_little_traffic(pages)

    def _lasting_pace(self, times: pd.DatetimeIndex) -> npt.NDArray[np.float64]:
        """The pace of the stretch each moment lies in; 0 where it is shorter than 6 hours."""
        if self.course is None:
            return np.zeros(len(times))
        place, borders = self.course.at(times), self.course.borders
        return np.where(borders[place + 1] - borders[place] >= pd.Timedelta(LASTS.short), self.course.paces[place], 0.0)

    def _in_little_traffic(self, pages: pd.DataFrame) -> Flags:
        """The same by half a day on both sides, or the slowest rule a little later, where 6 hours are too few."""
        starts, ends = (pd.DatetimeIndex(pages[name]) for name in ("start", "end"))
        seen = burn_rates.events_between(self._known, self._step, starts - HALF_DAY, ends + HALF_DAY)
        allowed = self.target.budget * seen["total"]
        few = allowed * (LASTS.short / self._step) < MIN_BAD * seen["known"]
        spent = (seen["bad"] >= np.maximum(allowed, MIN_BAD)).to_numpy()
        return few.to_numpy() & (spent | self.held_in(list(starts - HALF_DAY), list(ends + LASTS.long / SLOW)))

    def held_in(self, starts: list[Any], ends: list[Any]) -> Flags:
        """Whether a ticket condition held at a step of each span."""
        return self._any(self._held, starts, ends)

    def _any(self, sums: npt.NDArray[np.int64], starts: list[Any], ends: list[Any]) -> Flags:
        index = pd.DatetimeIndex(self._known.index)
        first = index.searchsorted(pd.DatetimeIndex(starts), side="left")
        last = index.searchsorted(pd.DatetimeIndex(ends) + self._step, side="left")
        found: Flags = sums[np.maximum(last, first)] > sums[first]
        return found

    @cached_property
    def _held(self) -> npt.NDArray[np.int64]:
        """How many steps so far held a ticket condition; the first of the data know no long window."""
        known = self._known
        held = np.zeros(len(known), dtype=bool)
        for condition in burn_rates.TICKET:
            held |= condition.holds(known, self.target.objective, self._step).to_numpy()
        shortest = min(condition.long for condition in burn_rates.TICKET)
        held[: round(shortest / self._step)] = False
        return np.concatenate([[0], np.cumsum(held)])

    @cached_property
    def _lasting(self) -> npt.NDArray[np.int64]:
        """How many steps so far looked back on 6 hours that spent more than lasts."""
        known = burn_rates.events(self._known)
        size = max(1, round(LASTS.short / self._step))
        pace = burn_rates.burn(known, self.target.objective, self._step, LASTS.short)
        bad = known["bad"].fillna(0.0).rolling(size, min_periods=1).sum()
        some = ((pace >= LASTS.factor * (1 - burn_rates.TINY)) & (bad >= MIN_BAD)).to_numpy()
        return np.concatenate([[0], np.cumsum(some)])


def _more(bad: Any, expected: Any) -> Any:
    """Whether 1.5 times as many failed as was to be expected, and more than chance has it."""
    return (bad >= MARKED * expected) & (bad - expected >= FAR * np.sqrt(expected))
