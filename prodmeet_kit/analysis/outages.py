"""Outages: one downtime is one outage, whoever wrote it down, however many SLOs and services it hit.

The one definition behind outages, verdicts of pages, recall, detection times,
what should have paged, and what spent the budgets.

A **written** outage is an incident. Its span is people's times, extended by
the fast part (:mod:`.fast_parts`) of an SLO event of its services that begins
at most 2 h before the start people wrote: people write the start late. A slow
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

from prodmeet_kit.analysis import matching, seen_before
from prodmeet_kit.analysis.downtime import Downtime, Event, ref_of
from prodmeet_kit.analysis.fast_parts import Stretch, fast_parts
from prodmeet_kit.analysis.slo import SloTarget
from prodmeet_kit.frames import OUTAGES, rows
from prodmeet_kit.window import Window

__all__ = ["BEFORE", "LONG", "outages", "since_last", "unwritten_events"]

BEFORE = timedelta(hours=2)
"""A fast burn that begins longer than this before the start that people wrote is another trouble."""

LONG = timedelta(days=1)
"""What burns as long as this is a trouble of its own, and none that failed at the same time as another."""

STEPS = 2
"""Onsets this many steps apart or less are of the same moment."""


def outages(
    incidents: pd.DataFrame,
    events: pd.DataFrame,
    trends: Mapping[str, pd.DataFrame],
    slos: Iterable[SloTarget],
    window: Window,
) -> pd.DataFrame:
    """The outages since the meeting before the last, as ``OUTAGES`` in order of start, without prices and pages.

    ``incidents`` holds the columns of ``INCIDENTS``, ``events`` is
    ``SLO_EVENTS``, ``trends`` maps ``service/name`` to ``[total, bad]`` a step
    (UTC, NaN in a gap).

    Incidents that share a service, overlap and start within 30 min of each
    other are one outage, written down twice. An incident that names no service may be any service's: it
    takes the events nobody else wrote down whose onset is nearest to its
    start, and all that began at that moment, not everything in its time.
    An event that lasts a day or longer is of an incident only by a fast part
    of it, or where the incident covers half of it.
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
    """SLO events (``SLO_EVENTS``) begun since the last meeting in outages (``OUTAGES``) that nobody wrote down."""
    recent = matching.started(events, window.start, window.end, "onset")
    written = {event for ids in outages.loc[outages["written"], "events"] for event in ids}
    return recent[~recent["id"].isin(written)].reset_index(drop=True)


class _Outages:
    """The outages put together so far, and the events that are in none of them yet."""

    def __init__(
        self, events: pd.DataFrame, trends: Mapping[str, pd.DataFrame], slos: tuple[SloTarget, ...], window: Window
    ):
        self.all: list[Downtime] = []
        self._window = window
        self._trends = trends
        self._fast = fast_parts(events, trends, slos, window)
        # Of two SLOs with the same onset the one that paid more of its budget dates the outage.
        order = ["onset", "budget_spent", "id"]
        self._free = rows(events.sort_values(order, ascending=[True, False, True], kind="stable"))

    def add_written(self, incidents: pd.DataFrame) -> None:
        """The incidents, each with the events of its services; those that name none choose last."""
        known = incidents[(incidents["start"] < self._window.end) & ~(incidents["end"] < self._window.compare_start)]
        for incident in rows(known.sort_values(["start", "id"], kind="stable")):
            self._write(incident)
        self._take([one for one in self.all if one.named])
        for one in (one for one in self.all if not one.named):
            self._take([one], self._nearest(one))
        self._clip()

    def _write(self, incident: Mapping[str, Any]) -> None:
        start, end = incident["start"], incident["end"]
        until = max(start, self._window.end if pd.isna(end) else end)
        services = list(incident["services"])
        for one in self.all:
            shared = bool(set(one.named) & set(services)) or not (one.named or services)
            if shared and start <= one.until and start - one.start <= seen_before.AT_ONCE:
                one.incidents.append(incident["id"])
                one.named += [service for service in services if service not in one.named]
                one.end = pd.NaT if pd.isna(end) or pd.isna(one.end) else max(one.end, end)
                one.until = one.latest = max(one.until, until)
                return
        made = Downtime(incident["id"], [incident["id"]], services, start, end, until, earliest=start, latest=until)
        self.all.append(made)

    def _take(self, written: list[Downtime], among: list[Event] | None = None) -> None:
        """Give the events to the outages they are of; one that lasted may hold several."""
        taken = set()
        for event in self._free if among is None else among:
            mine = [one for one in written if event["service"] in one.named or not one.named]
            for one in mine:
                if self._explained(event, one, mine):
                    one.events.append(event)
                    taken.add(event["id"])
        self._free = [event for event in self._free if event["id"] not in taken]

    def _explained(self, event: Event, one: Downtime, others: list[Downtime]) -> bool:
        """Whether an event is of an outage; its fast parts extend the span."""
        fast = [part for part in self._fast[event["id"]] if _of(part, others) is one or one.overlaps(part)]
        fast = [part for part in fast if part.start >= one.start - BEFORE]
        for part in fast:
            one.earliest, one.latest = min(one.earliest, part.start), max(one.latest, part.end)
            one.begins(part.start, ref_of(event))
        if fast:
            return True
        whole = Stretch(event["onset"], event["end"])
        if not one.overlaps(whole):
            return False
        if _long(event):
            inside = min(whole.end, one.until) - max(whole.start, one.start)
            return bool(inside >= (whole.end - whole.start) / 2)
        if whole.start >= one.start - BEFORE:
            one.begins(whole.start, ref_of(event))
        return True

    def _nearest(self, one: Downtime) -> list[Event]:
        """The events an incident without a service may be about: what began at one moment, the nearest to its start."""
        may = [
            (part.start, event)
            for event in self._free
            for part in self._fast[event["id"]] or [Stretch(event["onset"], event["end"])]
            if one.start - BEFORE <= part.start <= one.until
        ]
        if not may:
            return []
        nearest = min(may, key=lambda each: abs(each[0] - one.start))[0]
        return [event for begin, event in may if self._same(begin, nearest) and (begin == nearest or not _long(event))]

    def _clip(self) -> None:
        """Let no extension reach into what people wrote of another incident of the same service."""
        for one in self.all:
            for other in self.all:
                if other is one or not (set(one.named) & set(other.named)):
                    continue
                if other.until <= one.start:
                    one.earliest = max(one.earliest, other.until)
                if other.start >= one.until:
                    one.latest = min(one.latest, other.start)

    def add_beside(self) -> None:
        """Events of other services that began when a written outage did."""
        left = []
        for event in self._free:
            near = [one for one in self.all if self._same(event["onset"], one.moment)]
            if _long(event) or not near:
                left.append(event)
                continue
            one = min(near, key=lambda one: abs(event["onset"] - one.moment))
            one.events.append(event)
        self._free = left

    def add_unwritten(self) -> None:
        """What is left: one outage for each moment at which events began, and one for each that lasts."""
        made: list[Downtime] = []
        for event in self._free:
            near = [] if _long(event) else [one for one in made if not _long(one.events[0]) and self._joins(event, one)]
            if near:
                one = near[0]
                one.events.append(event)
                one.until = one.latest = max(one.latest, event["end"])
                continue
            onset, end, ref = event["onset"], event["end"], ref_of(event)
            made.append(Downtime(event["id"], [], [], pd.NaT, pd.NaT, end, onset, end, False, onset, ref, [event]))
        self.all += made

    def _joins(self, event: Event, one: Downtime) -> bool:
        """Whether an event began with an outage, or goes on after a time in which its SLO has no sample."""
        if self._same(event["onset"], one.earliest):  # the first onset, not the last: chains do not grow
            return True
        before = [other["end"] for other in one.events if ref_of(other) == ref_of(event)]
        return bool(before) and self._unseen(ref_of(event), max(before), event["onset"])

    def _unseen(self, ref: str, start: pd.Timestamp, end: pd.Timestamp) -> bool:
        """Whether an SLO has no sample in a time of a step or more, under a day."""
        trend = self._trends.get(ref)
        if trend is None or not timedelta() < end - start < LONG:
            return False
        inside = trend["total"][(trend.index > start) & (trend.index <= end)]
        return len(inside) > 0 and bool(inside.isna().all())

    def _same(self, one: pd.Timestamp, other: pd.Timestamp) -> bool:
        return bool(abs(one - other) <= STEPS * self._window.step)


def _long(event: Event) -> bool:
    return bool(event["end"] - event["onset"] >= LONG)


def _of(part: Stretch, others: list[Downtime]) -> Downtime | None:
    """The outage that people began to write down soonest after a stretch that overlaps none of them."""
    if any(one.overlaps(part) for one in others):
        return None
    after = [one for one in others if part.start <= one.start <= part.start + BEFORE]
    return min(after, key=lambda one: one.start, default=None)
