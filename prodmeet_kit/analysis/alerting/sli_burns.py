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
from prodmeet_kit.analysis.series.grid import instant, nanoseconds
from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.events import MIN_BAD
from prodmeet_kit.analysis.slo.steps import Floats, Instants, Steps, touched
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
    """One SLO's trend up to the meeting, and what was read off it once.

    ``steps`` is ``None`` where nothing is known of it. Moments of pages are in nanoseconds since 1970.
    """

    def __init__(self, steps: Steps | None, target: SloTarget, window: Window) -> None:
        self.steps = steps if steps is not None and len(steps) else None
        self.target = target
        self._step = window.step
        self._window = window

    @classmethod
    def of(cls, trend: pd.DataFrame | None, target: SloTarget, window: Window) -> Sli:
        """By a ``[total, bad]`` trend, where there is one."""
        return cls(None if trend is None else Steps.of(trend, end=window.end), target, window)

    @property
    def _known(self) -> Steps:
        assert self.steps is not None  # asked only of SLOs that have one
        return self.steps

    @cached_property
    def course(self) -> Course | None:
        """Its stretches and rises; ``None`` without a trend."""
        return None if self.steps is None else course(self.steps, self.target, self._step)

    def without(self, events: Sequence[Mapping[str, Any]]) -> Sli:
        """The same had its fast SLO events (rows of ``SLO_EVENTS``), those under a day, not been: as usual before."""
        known, course = self.steps, self.course
        if known is None or course is None:
            return self
        fast = [(event["onset"], event["end"]) for event in events if event["end"] - event["onset"] <= TROUBLE]
        fast = [span for span in fast if self.fresh(*span)]
        if not fast:
            return self
        bad, edge = known.bad.copy(), nanoseconds(self._step)
        for onset, end in fast:
            inside = known.places(instant(onset) - edge, instant(end) + edge)
            usual = course.usual(instant(onset)) * self.target.budget * known.total[inside]
            bad[inside] = np.minimum(bad[inside], usual)
        return Sli(Steps(known.ends, known.total, bad), self.target, self._window)

    def in_time(self, starts: Instants) -> Flags:
        """Whether each begins in time after an onset or a marked worsening."""
        found = np.zeros(len(starts), dtype=bool)
        for rise in self.course.rises if self.course else ():
            found |= (starts >= instant(rise.start)) & (starts <= instant(rise.until))
        return found

    def fresh(self, onset: datetime, end: datetime) -> bool:
        """Whether a burn was markedly faster than what was usual before, by more than chance has it."""
        assert self.course is not None  # asked only then
        begin, over = (np.array([instant(moment)]) for moment in (onset, end))
        total, bad, _ = self._known.overlapped(self._step, begin, over - nanoseconds(self._step))
        expected = self.course.usual(int(begin[0])) * self.target.budget * total
        return bool(_more(bad, expected)[0])

    def around(self, starts: Instants, ends: Instants) -> tuple[Flags, Flags, Flags]:
        """From 1 h before each page to its end: too little is known; it burned at 3 or faster; markedly so.

        Markedly: at least 5 failed, 1.5 times as many as before (3 days, or as it burned), more than chance has it.
        """
        begins, known = starts - nanoseconds(LOOK_BACK), self._known
        total, bad, seen = known.overlapped(self._step, begins, ends)
        rate = burn_rates.rates(_divided(bad, total), self.target.objective)
        fast = rate >= FINE_BELOW
        usual = known.overlapped(self._step, begins - nanoseconds(BACKGROUND), begins - nanoseconds(self._step))
        before = np.fmax(_divided(usual[1], usual[0]), 0.0)
        expected = np.maximum(before, self.target.budget * self._lasting_pace(begins)) * total
        marked: Flags = fast & _more(bad, expected) & (bad >= MIN_BAD)
        return np.isnan(rate) | (seen < MIN_KNOWN * touched(self._step, begins, ends)), fast, marked

    def burning(self, starts: Instants, ends: Instants) -> Flags:
        """Whether the SLO burned faster than lasts: what that gives within one page is chance, so it is asked thrice.

        A ticket condition held during the page; it lies in a stretch of 6 hours or more at a pace of 1 or more; or some
        6 hours round it (a day in little traffic) spent more than lasts. The last two with 5 bad events.
        """
        found = self.held_in(starts, ends + nanoseconds(GRACE))
        found |= self._any(self._lasting, starts, ends + nanoseconds(LASTS.short))
        if self.course is not None:
            lasts = self._lasting_pace(starts) >= LASTS.factor
            found |= lasts & (self.course.bad[self.course.at(starts)] >= MIN_BAD)
        return found | self._in_little_traffic(starts, ends)

    def _lasting_pace(self, times: Instants) -> Floats:
        """The pace of the stretch each moment lies in; 0 where it is shorter than 6 hours."""
        if self.course is None:
            return np.zeros(len(times))
        place, borders = self.course.at(times), self.course.borders
        return np.where(borders[place + 1] - borders[place] >= nanoseconds(LASTS.short), self.course.paces[place], 0.0)

    def _in_little_traffic(self, starts: Instants, ends: Instants) -> Flags:
        """The same by half a day on both sides, or the slowest rule a little later, where 6 hours are too few."""
        half = nanoseconds(HALF_DAY)
        total, bad, known = self._known.overlapped(self._step, starts - half, ends + half)
        allowed = self.target.budget * total
        few: Flags = allowed * (LASTS.short / self._step) < MIN_BAD * known
        if not few.any():
            return few
        spent = bad >= np.maximum(allowed, MIN_BAD)
        return few & (spent | self.held_in(starts - half, ends + nanoseconds(LASTS.long / SLOW)))

    def held_in(self, starts: Instants, ends: Instants) -> Flags:
        """Whether a ticket condition held at a step of each span."""
        return self._any(self._held, starts, ends)

    def _any(self, sums: npt.NDArray[np.int64], starts: Instants, ends: Instants) -> Flags:
        first, last = (
            self._known.ends.searchsorted(each, side="left") for each in (starts, ends + nanoseconds(self._step))
        )
        found: Flags = sums[np.maximum(last, first)] > sums[first]
        return found

    @cached_property
    def _held(self) -> npt.NDArray[np.int64]:
        """How many steps so far held a ticket condition; the first of the data know no long window."""
        held = np.zeros(len(self._known), dtype=bool)
        for condition in burn_rates.TICKET:
            held |= condition.held(self._known, self.target.objective, self._step)
        shortest = min(condition.long for condition in burn_rates.TICKET)
        held[: round(shortest / self._step)] = False
        return np.concatenate([[0], np.cumsum(held)])

    @cached_property
    def _lasting(self) -> npt.NDArray[np.int64]:
        """How many steps so far looked back on 6 hours that spent more than lasts."""
        pace = burn_rates.burns(self._known, self.target.objective, self._step, LASTS.short)
        _, bad = self._known.trailing(max(1, round(LASTS.short / self._step)))
        some = (pace >= LASTS.factor * (1 - burn_rates.TINY)) & (bad >= MIN_BAD)
        return np.concatenate([[0], np.cumsum(some)])


def _divided(bad: Floats, total: Floats) -> Floats:
    """The share of bad events; NaN without events."""
    share: Floats = np.divide(bad, total, out=np.full(len(total), np.nan), where=total > 0)
    return share


def _more(bad: Floats, expected: Floats) -> Flags:
    """Whether 1.5 times as many failed as was to be expected, and more than chance has it."""
    more: Flags = (bad >= MARKED * expected) & (bad - expected >= FAR * np.sqrt(expected))
    return more
