"""Whether an alert fired because an SLO burned: by when it began, or by what its rule reads.

A page can be due to a burn when it begins soon after an onset or a marked worsening (:mod:`.burn_rises`), or while the
SLO burns if its rule reads that SLO (:mod:`.alert_reads`). Where the rule is not known and only that could decide,
nobody can tell. The ticket conditions are asked too: a burn of 2.5 times the pace is a ticket's matter, not noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis import burn_rates
from prodmeet_kit.analysis.alert_reads import AlertReads
from prodmeet_kit.analysis.burn_rises import GRACE, MARKED, Course, course
from prodmeet_kit.analysis.slo import SloTarget
from prodmeet_kit.analysis.slo_events import MIN_BAD
from prodmeet_kit.window import Window

__all__ = ["Burns"]

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


class Burns:
    """The burns of a product's SLOs. ``trends`` maps ``service/name`` to ``[total, bad]`` a step.

    ``reads`` tells which SLOs an alert's rule reads; without it no rule is known.
    """

    def __init__(
        self,
        trends: Mapping[str, pd.DataFrame],
        slos: Iterable[SloTarget],
        window: Window,
        reads: AlertReads | None = None,
    ) -> None:
        self._window = window
        self._slos = {target.ref: _Slo(trends.get(target.ref), target, window) for target in slos}
        self._reads = reads
        self._read: dict[tuple[str, str, str], dict[str, bool | None]] = {}

    def reads(self, alert: str, service: str, labels: str) -> dict[str, bool | None]:
        """For each SLO of the service (all where it is empty) whether the alert reads it; ``None``: not known."""
        key = (alert, service, labels)
        if key not in self._read:
            mine = [ref for ref, slo in self._slos.items() if service in ("", slo.target.service)]
            told = self._reads.slos(*key) if self._reads else {}
            self._read[key] = {ref: told.get(ref) for ref in mine}
        return self._read[key]

    def verdicts(self, pages: pd.DataFrame) -> list[tuple[str, str]]:
        """The verdict and reason of each page (``PAGES``) by the SLIs of its service alone.

        First that holds:

        - ``could_wait``, ``slow_burn``: its rule reads an SLI that burned;
        - ``could_wait``, ``with_burn``: it began in time after an SLI of its service began to burn or burned markedly
          faster;
        - ``unclear``, ``no_sli``: its service has no SLI, or one whose data is missing;
        - ``unclear``, ``rule_unknown``: an SLI burned all along, and nobody knows whether the rule reads it;
        - ``noise``, ``other_burn``: an SLI burned, but since long before, and the rule does not read it;
        - ``noise``, ``slis_fine``: every SLI was fine.
        """
        services = pages["service"].to_numpy()
        read, beside, other, doubt, unknown, has_sli = (np.zeros(len(pages), dtype=bool) for _ in range(6))
        for ref, slo in self._slos.items():
            mine: Flags = services == slo.target.service
            if not mine.any():
                continue
            has_sli |= mine
            if slo.trend is None:
                unknown |= mine
                continue
            at = np.flatnonzero(mine)
            own = pages.iloc[at]
            blind, fast, marked = slo.around(own)
            in_time = slo.in_time(own["start"]) | marked
            burning = in_time | fast | slo.burning(own)
            reads = [self.reads(*key).get(ref) for key in own[["alert", "service", "labels"]].itertuples(False, None)]
            reader = np.array([told is True for told in reads], dtype=bool)
            nobody = np.array([told is None for told in reads], dtype=bool)
            read[at] |= burning & reader
            beside[at] |= in_time
            doubt[at] |= burning & nobody
            other[at] |= burning
            unknown[at] |= blind
        found = [("noise", "other_burn" if each else "slis_fine") for each in other]
        for flags, verdict in (
            (doubt, ("unclear", "rule_unknown")),
            (unknown | ~has_sli, ("unclear", "no_sli")),
            (beside, ("could_wait", "with_burn")),
            (read, ("could_wait", "slow_burn")),
        ):
            found = [verdict if flag else each for flag, each in zip(flags, found, strict=True)]
        return found

    def caused(
        self, alerts: pd.DataFrame, outage: Mapping[str, Any], events: Sequence[Mapping[str, Any]]
    ) -> pd.Series[bool]:
        """Which of the alerts that overlap an outage (a row of ``OUTAGES``) it may have caused; ``events`` are its own.

        All where no SLO burned, or people wrote it down and it lasted under a day; else what its SLO events may cause.
        """
        brief = outage["written"] and outage["span_end"] - outage["span_start"] <= TROUBLE
        found = pd.Series(brief or not events, index=alerts.index)
        for event in [] if brief else events:
            found |= self.vouches(alerts, event)
        return found

    def vouches(self, alerts: pd.DataFrame, event: Mapping[str, Any]) -> pd.Series[bool]:
        """Which of the alerts that overlap an SLO event (a row of ``SLO_EVENTS``) it may have caused.

        Where it lasted under a day and burned markedly faster than what was usual before: those that read its SLO or
        began an hour before it or later. Of any other, such as a part of a steady burn, those that read its SLO or
        began in time after its onset or a marked worsening; without any of these, those that may read it.
        """
        ref = f"{event['service']}/{event['slo']}"
        slo = self._slos.get(ref)
        if slo is None or slo.course is None:
            return pd.Series(True, index=alerts.index)
        fresh = slo.fresh(event["onset"], event["end"])
        keys = alerts[["alert", "service", "labels"]].itertuples(index=False, name=None)
        reads = [self.reads(*key).get(ref) for key in keys]
        soon = (alerts["start"] >= event["onset"] - LOOK_BACK).to_numpy()
        sure = np.array([told is True for told in reads], dtype=bool)
        if fresh and event["end"] - event["onset"] <= TROUBLE:
            return pd.Series(soon | sure, index=alerts.index)
        sure |= slo.in_time(alerts["start"])
        if fresh:
            sure |= soon & (alerts["start"] <= event["onset"] + LOOK_BACK).to_numpy()
        unknown = np.array([told is None for told in reads], dtype=bool)
        return pd.Series(sure if sure.any() else unknown, index=alerts.index)

    def ticket_held(self, service: str, spans: Sequence[tuple[datetime, datetime]]) -> list[str]:
        """The SLOs of a service (all where it is empty) of which a ticket condition held in one of the spans."""
        starts, ends = (list(times) for times in zip(*spans, strict=True))
        mine = [slo for slo in self._slos.values() if service in ("", slo.target.service) and slo.trend is not None]
        return [slo.target.ref for slo in mine if slo.held_in(starts, ends).any()]

    def rose(self, ref: str, held: pd.Timestamp) -> pd.Timestamp | None:
        """:meth:`.burn_rises.Course.rose` of an SLO; ``None`` without a course."""
        return known.rose(held) if ref in self._slos and (known := self._slos[ref].course) else None

    def targets(self, service: str) -> list[SloTarget]:
        """The objectives of a service; all where it is empty."""
        return [slo.target for slo in self._slos.values() if service in ("", slo.target.service)]

    def readers(self, ref: str) -> list[str]:
        """The alerts whose rules read an SLO."""
        return self._reads.readers(ref) if self._reads else []


class _Slo:
    """One SLO's trend up to the meeting, and what was read off it once."""

    def __init__(self, trend: pd.DataFrame | None, target: SloTarget, window: Window) -> None:
        known = None if trend is None else trend[trend.index <= window.end]
        self.trend = None if known is None or known.empty else known
        self.target = target
        self._step = window.step

    @property
    def _known(self) -> pd.DataFrame:
        assert self.trend is not None  # asked only of SLOs that have one
        return self.trend

    @cached_property
    def course(self) -> Course | None:
        return None if self.trend is None else course(self.trend, self.target, self._step)

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
