"""Outages: one downtime is one outage, whoever wrote it down, however many SLOs and services it hit.

The one definition behind outages, verdicts of pages, recall, detection times,
what should have paged, and what spent the budgets.

A **written** outage is an incident. Its span is people's times, extended by
the fast part (:mod:`.fast_parts`) of an SLO event of its services that begins
at most 2 h before the start people wrote, or goes on into their time where it
is not of a burn of a day: people write the start late. One
without an ``end`` ended when it was mitigated. A slow
burn of days never becomes an outage's onset. The extension stops at another
incident of the same service. SLO events of other services that begin within
two steps of its onset are of the same outage, *beside* what people named.

An **unwritten** outage is SLO events that nobody wrote down: one, or several
whose onsets lie within two steps of the first of them and that each last
under a day. That several services failed at the same time is all that is
known until people confirm that it was one trouble.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from prodmeet_kit.analysis.incidents import seen_before
from prodmeet_kit.analysis.incidents.downtime import Downtime
from prodmeet_kit.analysis.incidents.ends import ended
from prodmeet_kit.analysis.series import matching
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.fast_parts import BEFORE, FACTOR, LONG, Burn, Stretch, burns
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import OUTAGES
from prodmeet_kit.schemas.incidents import INCIDENTS

__all__ = ["outages", "since_last", "unwritten_events"]

STEPS = 2
"""Onsets this many steps apart or less are of the same moment."""


def outages(
    incidents: pd.DataFrame,
    events: pd.DataFrame,
    trends: Mapping[str, pd.DataFrame],
    slos: Iterable[SloTarget],
    window: Window,
) -> pd.DataFrame:
    """The outages since the meeting before the last, as ``OUTAGES`` in order of start, without costs and pages.

    ``incidents`` holds the columns of ``INCIDENTS``, ``events`` is
    ``SLO_EVENTS``, ``trends`` maps ``service/name`` to ``[total, bad]`` a step
    (UTC, NaN in a gap).

    Incidents that share a service, overlap and start within 30 min of each
    other are one outage, written down twice. An incident that names no service may be any service's: it
    takes the events nobody else wrote down whose onset is nearest to its
    start, and all that began at that moment, not everything in its time.
    A burn that lasts a day or longer is of an incident only where it begins at
    most 2 h before it, or the incident covers half of it. An event may hold
    burns of several outages, see :mod:`.fast_parts`.
    """
    found = _Outages(events, trends, tuple(slos), window)
    found.add_written(incidents)
    found.add_beside()
    found.add_unwritten()
    return OUTAGES.frame(sorted((one.row(window) for one in found.all), key=lambda row: (row["span_start"], row["id"])))


def since_last(outages: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The outages (``OUTAGES``) of this meeting: written ones that went on since the last, others that began since.

    What began at a meeting belongs to the next.
    """
    here = (outages["span_start"] < window.end) & (outages["span_start"] >= window.start)
    open_since = outages["written"] & (outages["start"] < window.end) & ~(outages["end"] <= window.start)
    return outages[here & ~outages["written"] | open_since].reset_index(drop=True)


def unwritten_events(events: pd.DataFrame, outages: pd.DataFrame, window: Window) -> pd.DataFrame:
    """SLO events (``SLO_EVENTS``) begun since the last meeting in outages (``OUTAGES``) without an incident record."""
    recent = matching.started(events, window.start, window.end, "onset")
    written = {event for ids in outages.loc[outages["written"], "events"] for event in ids}
    return recent[~recent["id"].isin(written)].reset_index(drop=True)


class _Outages:
    """The outages put together so far, and the burns that are in none of them yet."""

    def __init__(
        self, events: pd.DataFrame, trends: Mapping[str, pd.DataFrame], slos: tuple[SloTarget, ...], window: Window
    ):
        self.all: list[Downtime] = []
        self._window = window
        self._trends = trends
        self._slos = {slo.ref: slo for slo in slos}
        self._free = burns(events, trends, slos, window)

    def add_written(self, incidents: pd.DataFrame) -> None:
        """The incidents, each with the burns of its services; those that name none choose last."""
        incidents = ended(incidents)
        known = incidents[(incidents["start"] < self._window.end) & ~(incidents["end"] < self._window.compare_start)]
        for incident in INCIDENTS.rows(known.sort_values(["start", "id"], kind="stable")):
            self._write(incident)
        self._take([one for one in self.all if one.named], self._free)
        for one in (one for one in self.all if not one.named):
            self._take([one], self._nearest(one))
        self._clip()

    def _write(self, incident: Mapping[str, Any]) -> None:
        start, end = incident["start"], incident["end"]
        until = max(start, self._window.end if pd.isna(end) else end)
        well = until if pd.isna(incident["mitigated"]) else incident["mitigated"]
        services = list(incident["services"])
        for one in self.all:
            shared = bool(set(one.named) & set(services)) or not (one.named or services)
            if shared and start <= one.until and start - one.start <= seen_before.AT_ONCE:
                one.incidents.append(incident["id"])
                one.named += [service for service in services if service not in one.named]
                one.end = pd.NaT if pd.isna(end) or pd.isna(one.end) else max(one.end, end)
                one.until = one.latest = max(one.until, until)
                one.well = max(one.well, well)
                return
        self.all.append(Downtime(incident["id"], [incident["id"]], services, start, end, until, start, until, well))

    def _take(self, written: list[Downtime], among: list[Burn]) -> None:
        """Give the burns to the outages they are of; one that goes on may be of several."""
        taken = set()
        for burn in among:
            mine = [one for one in written if burn.service in one.named or not one.named]
            for one in mine:
                if _explained(burn, one, mine):
                    one.burns.append(burn)
                    taken.add(burn.id)
        self._free = [burn for burn in self._free if burn.id not in taken]

    def _nearest(self, one: Downtime) -> list[Burn]:
        """The burns an incident without a service may be about: what began at one moment, the nearest to its start."""
        may = [burn for burn in self._free if one.start - BEFORE <= burn.start <= one.until]
        if not may:
            return []
        nearest = min(may, key=lambda burn: abs(burn.start - one.start))
        return [burn for burn in may if burn is nearest or (self._same(burn.start, nearest.start) and not burn.long)]

    def _clip(self) -> None:
        """Let no extension reach into another incident of the same service, nor two into the same time.

        One of days is no bound to another in it. Between two incidents each has what burned on without a break; all of
        it is of the later, whose start is late.
        """
        for one in self.all:
            for other in self.all:
                if other is one or not (set(one.named) & set(other.named)) or other.until - other.start >= LONG:
                    continue
                if other.until <= one.start:
                    one.earliest = max(one.earliest, self._quiet(other, one)[1])
                elif other.start <= one.start:
                    one.earliest = one.start
                if other.start >= one.until:
                    one.latest = min(one.latest, self._quiet(one, other)[0])
                elif other.until >= one.until:
                    one.latest = one.until
            if one.onset is not None and one.onset < one.earliest:
                one.onset = one.earliest

    def _quiet(self, one: Downtime, later: Downtime) -> tuple[pd.Timestamp, pd.Timestamp]:
        """From when to when no fast burn went on between two incidents; the end of the first where one always did."""
        end, start = one.until, later.start
        refs = {burn.ref for burn in (*one.burns, *later.burns) if burn.service in (set(one.named) & set(later.named))}
        still = [moment for ref in sorted(refs) for moment in self._fine(ref, end, start)]
        return (min(still) - self._window.step, max(still)) if still else (end, end)

    def _fine(self, ref: str, start: pd.Timestamp, end: pd.Timestamp) -> list[pd.Timestamp]:
        """The steps in a time at which an SLO burned slower than its fast parts do."""
        trend, target = self._trends.get(ref), self._slos.get(ref)
        if trend is None or target is None:
            return []
        inside = trend[(trend.index >= start + self._window.step) & (trend.index <= end)]
        return list(inside.index[inside["bad"] < FACTOR * target.budget * inside["total"]])

    def add_beside(self) -> None:
        """Burns of other services that began when a written outage did."""
        left = []
        for burn in self._free:
            near = [one for one in self.all if self._same(burn.start, one.moment)]
            if near and not burn.long:
                min(near, key=lambda one: abs(burn.start - one.moment)).burns.append(burn)
            else:
                left.append(burn)
        self._free = left

    def add_unwritten(self) -> None:
        """What is left: one outage for each moment at which burns began, and one for each that lasts."""
        made: list[Downtime] = []
        for burn in self._free:
            near = None if burn.long else next((one for one in made if self._joins(burn, one)), None)
            if near is None:
                start, end = burn.start, burn.end
                made.append(
                    Downtime(burn.id, [], [], pd.NaT, pd.NaT, end, start, end, end, False, start, burn.ref, [burn])
                )
            else:
                near.burns.append(burn)
                near.until = near.latest = near.well = max(near.latest, burn.end)
        self.all += made

    def _joins(self, burn: Burn, one: Downtime) -> bool:
        """Whether a burn began with an outage, or goes on after a time in which its SLO has no sample."""
        if one.burns[0].long:
            return False
        if self._same(burn.start, one.earliest):  # the first onset, not the last: chains do not grow
            return True
        before = [other.end for other in one.burns if other.ref == burn.ref]
        return bool(before) and self._unseen(burn.ref, max(before), burn.start)

    def _unseen(self, ref: str, start: pd.Timestamp, end: pd.Timestamp) -> bool:
        """Whether an SLO has no sample in a time of a step or more, under a day."""
        trend = self._trends.get(ref)
        if trend is None or not timedelta() < end - start < LONG:
            return False
        inside = trend["total"][(trend.index > start) & (trend.index <= end)]
        return len(inside) > 0 and bool(inside.isna().all())

    def _same(self, one: pd.Timestamp, other: pd.Timestamp) -> bool:
        return bool(abs(one - other) <= STEPS * self._window.step)


def _explained(burn: Burn, one: Downtime, others: list[Downtime]) -> bool:
    """Whether a burn is of a written outage; its fast parts extend the span."""
    fast = [part for part in burn.fast if _of(part, others) is one or one.overlaps(part)]
    fast = [part for part in fast if part.start >= one.start - BEFORE or (one.overlaps(part) and not burn.long)]
    one.fast += fast
    for part in fast:
        one.earliest, one.latest = min(one.earliest, part.start), max(one.latest, part.end)
        one.begins(part.start, burn.ref)
    if fast:
        return True
    whole = Stretch(burn.start, burn.end)
    if not one.overlaps(whole):
        return False
    if burn.long:
        inside = min(whole.end, one.until) - max(whole.start, one.start)
        return bool(inside >= (whole.end - whole.start) / 2)
    if whole.start >= one.start - BEFORE:
        one.begins(whole.start, burn.ref)
    return True


def _of(part: Stretch, others: list[Downtime]) -> Downtime | None:
    """The outage that people began to write down soonest after a stretch that overlaps none of them."""
    if any(one.overlaps(part) for one in others):
        return None
    after = [one for one in others if part.start <= one.start <= part.start + BEFORE]
    return min(after, key=lambda one: one.start, default=None)
