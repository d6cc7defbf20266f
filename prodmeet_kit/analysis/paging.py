"""Pages, judged by what users suffered: did each come the right way, did every event get one.

The SRE Workbook (chapter 5) measures alerting by precision (share of pages
that told of a significant event), recall (share of significant events that
were paged), detection time (onset to first page) and reset time (end of the
event to end of its last page). A significant event is an outage
(:mod:`.outages`). The verdicts are suggestions; people decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis import burn_rates, outage_pages
from prodmeet_kit.analysis import outages as outages_of
from prodmeet_kit.analysis.exclusions import Exclusion
from prodmeet_kit.analysis.slo import SloTarget
from prodmeet_kit.frames import PAGES, rows
from prodmeet_kit.window import Window

__all__ = ["judge"]

LATE = timedelta(minutes=30)
"""A page later than this after the onset came late: most incidents are repaired by then. Own choice."""

LOOK_BACK = timedelta(hours=1)
"""SLIs are looked at from this long before a page: the long window of the fastest page condition."""

FINE_BELOW = burn_rates.TICKET[0].factor
"""An SLI that burns below the fastest ticket condition is fine as far as paging goes."""

MIN_KNOWN = 0.5
"""With fewer of its steps known an SLI says nothing about a page."""


def judge(
    episodes: pd.DataFrame,
    events: pd.DataFrame,
    incidents: pd.DataFrame,
    trends: Mapping[str, pd.DataFrame],
    slos: Iterable[SloTarget],
    window: Window,
    exclusions: Iterable[Exclusion] = (),
    outages: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Each episode that paged with a suggested verdict, as ``PAGES`` in order of start.

    ``events`` is ``SLO_EVENTS``, ``incidents`` holds the columns of ``INCIDENTS``,
    ``trends`` maps ``service/name`` to ``[total, bad]`` a step; ``outages`` is
    the ``OUTAGES`` these make, where it is known already.

    A page tells of an outage when it names one of its services or none, and
    overlaps its span or the 15 min after it: then it caught all SLO events in
    it. Verdict and reason, first that holds:

    - ``maintenance``, ``excluded``: it began in a time that is excluded for an SLO of its service,
      and caught no event of its service for an SLO that counts then;
    - ``right``, ``caught``: the first page of an outage, at most 30 min after its onset;
    - ``late``, ``caught_late``: the first page of an outage, later;
    - ``duplicate``, ``same_event``: others told of all its outages before;
    - the same three by outages in which no SLO burned, from the start people wrote, all with reason ``incident``;
    - ``could_wait``, ``slow_burn``: an SLI of its service burned at 3 or faster, from 1 h
      before the page to its end, and yet there was no SLO event: a ticket's matter;
    - ``unclear``, ``no_sli``: its service has no SLI, or one whose data is missing;
    - ``noise``, ``slis_fine``: every SLI of its service was fine.
    """
    pages = episodes[episodes["page"]].sort_values(["start", "id"], kind="stable", ignore_index=True)
    targets = tuple(slos)
    if outages is None:
        outages = outages_of.outages(incidents, events, trends, targets, window)
    caught, told = _Catches(pages), _Catches(pages)
    for outage in rows(outages):
        (caught if outage["events"] else told).add(outage)
    verdicts = _by_slis(pages, trends, targets, window)
    for position in range(len(pages)):
        if told.ids[position]:
            verdicts[position] = (told.verdict(position), "incident")
        if caught.ids[position]:
            verdict = caught.verdict(position)
            reasons = {"right": "caught", "late": "caught_late", "duplicate": "same_event"}
            verdicts[position] = (verdict, reasons[verdict])
    slo_of = {event["id"]: f"{event['service']}/{event['slo']}" for event in rows(events)}
    told_of = [{slo_of[event] for event in ids} for ids in caught.events]
    for position in np.flatnonzero(_excluded(pages, told_of, exclusions)).tolist():
        verdicts[position] = ("maintenance", "excluded")
    shared = [column for column in PAGES.columns if column in pages]
    values = pages[shared].itertuples(index=False, name=None)
    return PAGES.frame(
        {
            **dict(zip(shared, row, strict=True)),
            "suggested_verdict": verdict,
            "reason": reason,
            "caught": caught.events[position],
            "outages": caught.ids[position] + told.ids[position],
        }
        for position, (row, (verdict, reason)) in enumerate(zip(values, verdicts, strict=True))
    )


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
    """Which outages each page tells of, whether it is the first to tell of one, and whether that was in time."""

    def __init__(self, pages: pd.DataFrame):
        self._pages = pages
        self.ids: list[list[str]] = [[] for _ in range(len(pages))]
        self.events: list[list[str]] = [[] for _ in range(len(pages))]
        self._first = np.zeros(len(pages), dtype=bool)
        self._in_time = np.zeros(len(pages), dtype=bool)

    def add(self, outage: Mapping[str, Any]) -> None:
        told = self._pages[outage_pages.telling(self._pages, outage)]
        for position in told.index:  # numbered from 0
            self.ids[position].append(outage["id"])
            self.events[position] += outage["events"]
        leader = outage_pages.first(told, outage)
        if leader is not None:
            onset = outage["span_start"] if pd.isna(outage["onset"]) else outage["onset"]
            self._first[leader] = True
            self._in_time[leader] |= told["start"].loc[leader] - onset <= LATE

    def verdict(self, position: int) -> str:
        if not self._first[position]:
            return "duplicate"
        return "right" if self._in_time[position] else "late"


def _by_slis(
    pages: pd.DataFrame, trends: Mapping[str, pd.DataFrame], slos: Iterable[SloTarget], window: Window
) -> list[tuple[str, str]]:
    """The verdict of each page by the SLIs of its service alone."""
    starts = pd.DatetimeIndex(pages["start"]) - LOOK_BACK
    ends = pd.DatetimeIndex(pages["end"])
    services = pages["service"].to_numpy()
    has_sli, burned, unknown = (np.zeros(len(pages), dtype=bool) for _ in range(3))
    for target in slos:
        mine = services == target.service
        if not mine.any():
            continue
        has_sli |= mine
        trend = trends.get(target.ref)
        if trend is None:
            unknown |= mine
            continue
        seen = burn_rates.events_between(trend, window.step, starts, ends)
        rate = burn_rates.burn_rate(seen["bad"] / seen["total"].where(seen["total"] > 0), target.objective)
        burned |= mine & (rate >= FINE_BELOW).to_numpy()
        unknown |= mine & (rate.isna() | (seen["known"] < MIN_KNOWN * seen["steps"])).to_numpy()
    return [
        ("could_wait", "slow_burn") if hot else ("unclear", "no_sli") if blind else ("noise", "slis_fine")
        for hot, blind in zip(burned, unknown | ~has_sli, strict=True)
    ]
