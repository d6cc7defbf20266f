"""Pages, judged by what users suffered: did each come the right way, did every event get one.

The SRE Workbook (chapter 5) measures alerting by precision (share of pages
that told of a significant event), recall (share of significant events that
were paged), detection time (onset to first page) and reset time (end of the
event to end of its last page). A significant event is an SLO event
(:mod:`.slo_events`). The verdicts are suggestions; people decide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis import burn_rates, matching
from prodmeet_kit.analysis.exclusions import Exclusion
from prodmeet_kit.analysis.slo import SloTarget
from prodmeet_kit.frames import PAGES
from prodmeet_kit.window import Window

__all__ = ["judge"]

GRACE = timedelta(minutes=15)
"""A page may still tell of an event this long after its end: an alert looks back, and waits for its `for`."""

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
) -> pd.DataFrame:
    """Each episode that paged with a suggested verdict, as ``PAGES`` in order of start.

    ``events`` is ``SLO_EVENTS``, ``incidents`` holds the columns of ``INCIDENTS``,
    ``trends`` maps ``service/name`` to ``[total, bad]`` a step.

    A page catches an event when it names its service or none, and overlaps
    onset to end + 15 min. Verdict and reason, first that holds:

    - ``maintenance``, ``excluded``: it began in a time that is excluded for an SLO of its service,
      and caught no event of an SLO that counts then;
    - ``right``, ``caught``: the first page of an event, at most 30 min after onset;
    - ``late``, ``caught_late``: the first page of an event, later;
    - ``duplicate``, ``same_event``: others told of all its events before;
    - the same three by incidents, from their start on, all with reason ``incident``;
    - ``could_wait``, ``slow_burn``: an SLI of its service burned at 3 or faster, from 1 h
      before the page to its end, and yet there was no SLO event: a ticket's matter;
    - ``unclear``, ``no_sli``: its service has no SLI, or one whose data is missing;
    - ``noise``, ``slis_fine``: every SLI of its service was fine.
    """
    pages = episodes[episodes["page"]].sort_values(["start", "id"], kind="stable", ignore_index=True)
    caught = _Catches(pages)
    for event in events.to_dict("records"):
        caught.add(event["id"], [event["service"]], event["onset"], event["end"])
    told = _Catches(pages)
    for incident in incidents.to_dict("records"):
        end = window.end if pd.isna(incident["end"]) else incident["end"]
        told.add(incident["id"], incident["services"], incident["start"], end)
    verdicts = _by_slis(pages, trends, slos, window)
    for position in range(len(pages)):
        if told.ids[position]:
            verdicts[position] = (told.verdict(position), "incident")
        if caught.ids[position]:
            verdict = caught.verdict(position)
            reasons = {"right": "caught", "late": "caught_late", "duplicate": "same_event"}
            verdicts[position] = (verdict, reasons[verdict])
    slo_of = {event["id"]: f"{event['service']}/{event['slo']}" for event in events.to_dict("records")}
    told_of = [{slo_of[event] for event in ids} for ids in caught.ids]
    for position in np.flatnonzero(_excluded(pages, told_of, exclusions)).tolist():
        verdicts[position] = ("maintenance", "excluded")
    shared = [column for column in PAGES.columns if column in pages]
    rows = pages[shared].itertuples(index=False, name=None)
    return PAGES.frame(
        {**dict(zip(shared, row, strict=True)), "suggested_verdict": verdict, "reason": reason, "caught": ids}
        for row, (verdict, reason), ids in zip(rows, verdicts, caught.ids, strict=True)
    )


def _excluded(pages: pd.DataFrame, told_of: list[set[str]], exclusions: Iterable[Exclusion]) -> npt.NDArray[np.bool_]:
    """Whether each page began in a time that was declared beforehand; one without a service belongs to none.

    ``told_of`` holds for each page the SLOs ``service/name`` of the events it caught: work announced for one SLO
    explains no outage of another.
    """
    inside = np.zeros(len(pages), dtype=bool)
    for each in exclusions:
        begun = (pages["start"] >= each.start) & (pages["start"] <= each.end)
        concerned = pages["service"].isin([ref.partition("/")[0] for ref in each.refs])
        explained = np.array([refs <= each.refs for refs in told_of], dtype=bool)
        inside |= (begun & concerned).to_numpy() & explained
    return inside


class _Catches:
    """Which troubles each page tells of, whether it is the first to tell of one, and whether that was in time."""

    def __init__(self, pages: pd.DataFrame):
        self._pages = pages
        self.ids: list[list[str]] = [[] for _ in range(len(pages))]
        self._first = np.zeros(len(pages), dtype=bool)
        self._in_time = np.zeros(len(pages), dtype=bool)

    def add(self, trouble: str, services: Collection[str], onset: datetime, end: datetime) -> None:
        told = matching.about(self._pages, services) & matching.during(self._pages, onset, end + GRACE)
        positions = np.flatnonzero(told.to_numpy())
        for position in positions:
            self.ids[position].append(trouble)
        if len(positions):
            first = positions[0]  # pages are in order of start
            self._first[first] = True
            self._in_time[first] |= self._pages["start"].iloc[first] - onset <= LATE

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
