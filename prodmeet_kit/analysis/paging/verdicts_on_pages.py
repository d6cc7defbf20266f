"""Pages, judged by what users suffered: did each come the right way, did every event get one.

The SRE Workbook (chapter 5) measures alerting by precision (share of pages
that told of a significant event), recall (share of significant events that
were paged), detection time (onset to first page) and reset time (end of the
event to end of its last page). A significant event is an outage
(:mod:`.outages`). The verdicts are suggestions; people decide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.alerting.burn_explains import Burns
from prodmeet_kit.analysis.incidents import outage_pages
from prodmeet_kit.analysis.incidents import outages as outages_of
from prodmeet_kit.analysis.paging.late import Lateness
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.event_times import Stretches
from prodmeet_kit.analysis.slo.exclusions import Exclusion
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import PAGES
from prodmeet_kit.schemas.incidents import OUTAGES, OutageRow
from prodmeet_kit.schemas.slo import SLO_EVENTS

__all__ = ["judge"]


def judge(
    episodes: pd.DataFrame,
    events: pd.DataFrame,
    incidents: pd.DataFrame,
    trends: Mapping[str, pd.DataFrame],
    slos: Iterable[SloTarget],
    window: Window,
    exclusions: Iterable[Exclusion] = (),
    outages: pd.DataFrame | None = None,
    *,
    burns: Burns | None = None,
    fine: Stretches | None = None,
) -> pd.DataFrame:
    """Each episode that paged with a suggested verdict, as ``PAGES`` in order of start.

    ``events`` is ``SLO_EVENTS``, ``incidents`` holds the columns of ``INCIDENTS``,
    ``trends`` maps ``service/name`` to ``[total, bad]`` a step; ``outages`` is
    the ``OUTAGES`` these make, where it is known already.

    A page tells of an outage when it names one of its services or none, and
    overlaps its span or the 15 min after it, began with it (:func:`.outage_pages.begun`), and the outage may have
    caused it (:meth:`.burn_explains.Burns.caused`): then it caught the SLO events in it,
    those of its own service where there are any. Verdict and reason, first that holds:

    - ``maintenance``, ``excluded``: it began in a time that is excluded for an SLO of its service,
      and caught no event of its service for an SLO that counts then;
    - ``right``, ``caught``: the first page of an outage, or of one of the services it hit, at most 30 min after its
      onset, or no later than a standard rule would have come for this burn (:mod:`.late`, on ``fine`` where that
      is known);
    - ``late``, ``caught_late``: the first page of an outage, later;
    - ``duplicate``, ``same_event``: others told of all its outages before;
    - the same three by outages in which no SLO burned, from the start people wrote, all with reason ``incident``;
    - what the SLIs of its service tell (:meth:`.burn_explains.Burns.verdicts`): ``could_wait`` for a slow burn, a
      ticket's matter, ``unclear`` or ``noise``.

    ``burns`` knows which SLOs each alert reads; without it no rule is known.
    """
    targets = tuple(slos)
    burns = burns or Burns(trends, targets, window)
    pages = episodes[episodes["page"]].sort_values(["start", "id"], kind="stable", ignore_index=True)
    if outages is None:
        outages = outages_of.outages(incidents, events, trends, targets, window)
    lateness = Lateness(trends, targets, window.step, fine)
    caught, told = _Catches(pages, lateness), _Catches(pages, lateness)
    known = SLO_EVENTS.rows(events)
    of_id = {event["id"]: event for event in known}
    listed = OUTAGES.rows(outages)
    for outage in listed:
        mine = pages[outage_pages.telling(pages, outage)]
        burned = [of_id[event] for event in outage["events"]]
        # What an outage is of may have burned for long before it, and be no part of it.
        near = [each for each in known if each["service"] in outage["services"] and _during(each, outage)]
        due = burns.caused(mine, outage, burned) & outage_pages.begun(mine, outage, near, burns)
        (caught if burned else told).add(outage, mine[due])
    verdicts = burns.verdicts(pages, list(of_id.values()))
    seen = {name for ids in caught.ids for name in ids}
    for position, (service, start) in enumerate(zip(pages["service"], pages["start"], strict=True)):
        if verdicts[position][1] == "after_burn" and _told_before(service, start, listed, seen):
            verdicts[position] = ("duplicate", "same_event")
        if told.ids[position]:
            verdicts[position] = (told.verdict(position), "incident")
        if caught.ids[position]:
            verdict = caught.verdict(position)
            reasons = {"right": "caught", "late": "caught_late", "duplicate": "same_event"}
            verdicts[position] = (verdict, reasons[verdict])
    slo_of = {event["id"]: f"{event['service']}/{event['slo']}" for event in known}
    told_of = [{slo_of[event] for event in ids} for ids in caught.events]
    for position in np.flatnonzero(_excluded(pages, told_of, exclusions)).tolist():
        verdicts[position] = ("maintenance", "excluded")
    shared = [column for column in PAGES.columns if column in pages]
    values = pages[shared].itertuples(index=False, name=None)
    return PAGES.frame(
        {
            **dict(zip(shared, row, strict=True)),
            "suggested_verdict": verdict,
            "shown_verdict": verdict,  # until people say something else: see analysis.verdicts
            "reason": reason,
            "caught": _own(caught.events[position], slo_of, row[shared.index("service")]),
            "outages": caught.ids[position] + told.ids[position],
        }
        for position, (row, (verdict, reason)) in enumerate(zip(values, verdicts, strict=True))
    )


def _told_before(service: str, start: pd.Timestamp, outages: Iterable[OutageRow], caught: Collection[str]) -> bool:
    """Whether other pages were sent for the last outage of its service that began before a page."""
    hit = (each for each in outages if each["events"] and (not service or service in each["services"]))
    before = sorted((each for each in hit if each["span_start"] <= start), key=lambda each: each["span_start"])
    return bool(before) and before[-1]["id"] in caught


def _during(event: Mapping[str, Any], outage: Mapping[str, Any]) -> bool:
    return bool(event["onset"] <= outage["span_end"] and event["end"] >= outage["span_start"])


def _own(events: list[str], slo_of: Mapping[str, str], service: str) -> list[str]:
    """Of the SLO events of a page's outages, those of its own service; all where none is."""
    own = [event for event in events if slo_of[event].partition("/")[0] == service]
    return own or events


def _excluded(pages: pd.DataFrame, told_of: list[set[str]], exclusions: Iterable[Exclusion]) -> npt.NDArray[np.bool_]:
    """Whether each page began in a time that was declared beforehand; one without a service belongs to none.

    ``told_of`` holds for each page the SLOs ``service/name`` of the events it caught: work announced for one SLO
    explains no outage of another of its service.
    """
    inside = np.zeros(len(pages), dtype=bool)
    for each in exclusions:
        begun = (pages["start"] >= each.start) & (pages["start"] <= each.end)
        concerned = pages["service"].isin([ref.partition("/")[0] for ref in each.refs])
        own = zip(pages["service"], told_of, strict=True)
        explained = np.array(
            [{ref for ref in refs if ref.partition("/")[0] == service} <= each.refs for service, refs in own],
            dtype=bool,
        )
        inside |= (begun & concerned).to_numpy() & explained
    return inside


class _Catches:
    """Match each page with its outages: which, whether it was the first page for one, and whether in time."""

    def __init__(self, pages: pd.DataFrame, lateness: Lateness):
        self._pages = pages
        self._lateness = lateness
        self.ids: list[list[str]] = [[] for _ in range(len(pages))]
        self.events: list[list[str]] = [[] for _ in range(len(pages))]
        self._first = np.zeros(len(pages), dtype=bool)
        self._in_time = np.zeros(len(pages), dtype=bool)

    def add(self, outage: Mapping[str, Any], told: pd.DataFrame) -> None:
        for position in told.index:  # numbered from 0
            self.ids[position].append(outage["id"])
            self.events[position] += outage["events"]
        leader = outage_pages.first(told, outage)
        if leader is not None:
            self._first[leader] = True
            self._in_time[leader] |= not self._lateness.of_outage(outage, told["start"].loc[leader])
        # The first page of another of its services is the one that told of that service.
        for service in {ref.partition("/")[0] for ref in outage["slos"]}:
            own = outage_pages.first(told[told["service"] == service], outage)
            if own is not None and not self._lateness.of_outage(outage, told["start"].loc[own]):
                self._first[own] = self._in_time[own] = True

    def verdict(self, position: int) -> str:
        if not self._first[position]:
            return "duplicate"
        return "right" if self._in_time[position] else "late"
