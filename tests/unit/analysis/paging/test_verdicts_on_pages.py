"""Suggested verdicts of pages, and how well pages told of SLO events."""

from __future__ import annotations

from datetime import timedelta
from math import nan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.paging.quality import PagingQuality, quality
from prodmeet_kit.analysis.paging.verdicts_on_pages import judge
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.exclusions import Exclusion
from prodmeet_kit.schemas.frames import EPISODES, INCIDENTS, OUTAGES, PAGES, SLO_EVENTS
from tests.support.grids import END, at, grid, trend, window
from tests.support.outages import outages_of

WINDOW = window()
SLO = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
QUIET = {SLO.ref: trend(grid(END - timedelta(days=28)))}
NO_INCIDENTS = INCIDENTS.frame()


def page(start: str, end: str, service: str = "cart", alert: str = "Burn", **more: Any) -> dict[str, Any]:
    first, last = at(f"2026-11-{start}"), at(f"2026-11-{end}")
    return {
        "id": f"{alert}@{start}",
        "alert": alert,
        "service": service,
        "page": True,
        "start": first,
        "end": last,
        "duration_s": (last - first).total_seconds(),
        **more,
    }


def event(onset: str, end: str, service: str = "cart", **more: Any) -> dict[str, Any]:
    return {
        "id": f"{service}/availability@{onset}",
        "service": service,
        "slo": "availability",
        "onset": at(f"2026-11-{onset}"),
        "end": at(f"2026-11-{end}"),
        **more,
    }


def judged(
    pages: list[dict[str, Any]],
    events: list[dict[str, Any]] | None = None,
    incidents: pd.DataFrame = NO_INCIDENTS,
    trends: dict[str, pd.DataFrame] | None = None,
    slos: tuple[SloTarget, ...] = (SLO,),
    exclusions: tuple[Exclusion, ...] = (),
) -> pd.DataFrame:
    found = judge(
        EPISODES.frame(pages),
        SLO_EVENTS.frame(events or []),
        incidents,
        QUIET if trends is None else trends,
        slos,
        WINDOW,
        exclusions,
    )
    return PAGES.check(found)


def verdicts(found: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(found["suggested_verdict"], found["reason"], strict=True))


OUTAGE = event("17T03:05", "17T03:40")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("17T03:09", "17T03:44", ("right", "caught")),
        ("17T02:05", "17T03:05", ("right", "caught")),  # fired an hour before the onset, and reaches it
        ("17T02:00", "17T03:40", ("noise", "slis_fine")),  # began earlier: it told of something else
        ("17T03:35", "17T03:44", ("right", "caught")),  # 30 min after the onset
        ("17T03:36", "17T03:44", ("late", "caught_late")),
        ("17T03:55", "17T03:58", ("late", "caught_late")),  # 15 min after the end
        ("17T03:56", "17T03:58", ("noise", "slis_fine")),
        ("17T03:00", "17T03:04", ("noise", "slis_fine")),  # over before the onset
    ],
)
def test_a_page_is_judged_by_the_event_it_overlaps(start: str, end: str, expected: tuple[str, str]) -> None:
    found = judged([page(start, end)], [OUTAGE])
    assert verdicts(found) == [expected]
    assert found["caught"].tolist() == [[OUTAGE["id"]] if expected[0] != "noise" else []]


def test_the_first_page_of_an_event_is_right_and_the_others_are_duplicates() -> None:
    found = judged(
        [
            page("17T03:20", "17T03:30", alert="Second"),
            page("17T03:09", "17T03:44", alert="First"),
            page("17T03:10", "17T03:44", service="", alert="Node"),  # names no service: may tell of any
            page("17T03:12", "17T03:44", service="web", alert="Other"),
        ],
        [OUTAGE],
    )
    assert found["alert"].tolist() == ["First", "Node", "Other", "Second"]
    assert verdicts(found) == [
        ("right", "caught"),
        ("duplicate", "same_event"),
        ("unclear", "no_sli"),
        ("duplicate", "same_event"),
    ]


def test_a_page_that_is_first_to_tell_of_one_of_two_events_is_no_duplicate() -> None:
    latency = event("17T03:30", "17T04:30") | {"id": "cart/latency@17T03:30", "slo": "latency"}
    found = judged([page("17T03:09", "17T03:12"), page("17T03:50", "17T04:40", alert="Slow")], [OUTAGE, latency])
    assert verdicts(found) == [("right", "caught"), ("right", "caught")]
    assert found["caught"].tolist() == [[OUTAGE["id"]], [OUTAGE["id"], "cart/latency@17T03:30"]]


def test_without_an_slo_event_an_incident_makes_a_page_right() -> None:
    incidents = INCIDENTS.frame(
        [
            {"id": "INC-1", "services": ["cart"], "start": at("2026-11-18T10:00"), "end": at("2026-11-18T11:00")},
            {"id": "INC-2", "services": ["cart"], "start": at("2026-11-20T10:00")},  # still open
        ]
    )
    found = judged(
        [
            page("18T10:10", "18T10:20"),
            page("18T10:25", "18T10:30"),
            page("18T12:00", "18T12:10"),
            page("20T12:00", "20T12:05"),
        ],
        incidents=incidents,
    )
    assert verdicts(found) == [
        ("right", "incident"),
        ("duplicate", "incident"),
        ("noise", "slis_fine"),
        ("late", "incident"),
    ]
    assert found["caught"].tolist() == [[], [], [], []]


def test_an_sli_that_burns_without_an_event_leaves_it_to_people() -> None:
    # From an hour before the page to its end, 11:00 to 12:30, 18 steps: 60 bad of 18,000 burn at 3.33.
    burning = {SLO.ref: trend(grid(END - timedelta(days=28)), bad={("2026-11-18T11:50", "2026-11-18T11:55"): 60.0})}
    assert verdicts(judged([page("18T12:00", "18T12:30")], trends=burning)) == [("could_wait", "with_burn")]
    # An hour later the span is 12:00 to 13:30, and all is well.
    assert verdicts(judged([page("18T13:00", "18T13:30")], trends=burning)) == [("noise", "slis_fine")]
    # 50 bad burn at 2.8: a ticket's matter at most.
    slow = {SLO.ref: trend(grid(END - timedelta(days=28)), bad={("2026-11-18T11:50", "2026-11-18T11:55"): 50.0})}
    assert verdicts(judged([page("18T12:00", "18T12:30")], trends=slow)) == [("noise", "slis_fine")]


def test_a_page_is_noise_only_where_every_sli_is_known() -> None:
    gap = trend(grid(END - timedelta(days=28)))
    gap.loc[at("2026-11-18T11:00") : at("2026-11-18T12:00"), "total"] = nan  # 12 of 18 steps
    latency = SloTarget("cart", "latency", 0.99, SLO.window_s)
    one = [page("18T12:00", "18T12:30")]
    assert verdicts(judged(one, trends={SLO.ref: gap})) == [("unclear", "no_sli")]
    assert verdicts(judged(one, trends={SLO.ref: QUIET[SLO.ref] * 0})) == [("unclear", "no_sli")]  # no traffic
    assert verdicts(judged(one, slos=(SLO, latency))) == [("unclear", "no_sli")]  # no trend of the other SLO
    assert verdicts(judged(one, trends=QUIET | {latency.ref: QUIET[SLO.ref]}, slos=(SLO, latency))) == [
        ("noise", "slis_fine")
    ]
    assert verdicts(judged(one, slos=())) == [("unclear", "no_sli")]


def test_a_page_at_the_edge_of_the_data_can_be_judged() -> None:
    assert verdicts(judged([page("24T09:50", "24T10:00:40", cut_end=True)])) == [("noise", "slis_fine")]


@pytest.mark.parametrize(
    ("start", "refs", "events", "expected"),
    [
        ("17T03:09", {"cart/availability"}, [OUTAGE], ("maintenance", "excluded")),
        ("17T03:09", {"cart/availability"}, [], ("maintenance", "excluded")),
        ("17T02:00", {"cart/availability"}, [], ("maintenance", "excluded")),  # the very begin of the work
        ("17T01:59", {"cart/availability"}, [], ("noise", "slis_fine")),
        ("17T03:09", {"mail/availability"}, [], ("noise", "slis_fine")),  # work on another service
        ("17T03:09", {"cart/latency"}, [], ("maintenance", "excluded")),
        ("17T03:09", {"cart/latency"}, [OUTAGE], ("right", "caught")),  # work on latency explains no outage
    ],
)
def test_a_page_in_announced_work_is_maintenance_but_not_when_an_slo_that_counts_burned(
    start: str, refs: set[str], events: list[dict[str, Any]], expected: tuple[str, str]
) -> None:
    work = Exclusion(at("2026-11-17T02:00"), at("2026-11-17T05:00"), frozenset(refs), "index rebuild", "ops")
    assert verdicts(judged([page(start, "17T03:44")], events, exclusions=(work,)))[0] == expected


def test_only_what_paged_is_judged_and_nothing_else_is_filled_in() -> None:
    found = judged([page("18T12:00", "18T12:30", page=False), page("18T13:00", "18T13:30", severity="page")])
    assert found["severity"].tolist() == ["page"]
    assert found["verdict"].tolist() == [""] and found["acknowledged"].isna().all()
    assert judged([]).empty


def test_quality_counts_pages_and_events_since_the_last_meeting() -> None:
    before = event("05T03:00", "05T03:30")
    missed = event("19T03:00", "19T03:30")
    ongoing = event("24T09:00", "24T10:00", ongoing=True)
    events = [before, OUTAGE, missed, ongoing]
    pages = judged(
        [
            page("05T03:02", "05T03:31"),  # before the last meeting: not counted
            page("17T03:09", "17T03:30", alert="First"),  # 4 min after the onset
            page("17T03:15", "17T03:52", alert="Second"),  # ends 12 min after the event
            page("21T03:00", "21T03:05"),  # tells of nothing
            page("24T08:58", "24T10:01", cut_end=True),  # was there before the onset
        ],
        events,
    )
    assert quality(pages, outages_of(WINDOW, events=SLO_EVENTS.frame(events)), WINDOW) == PagingQuality(
        pages=4, pages_caught=3, events=3, events_caught=2, detection_s=(240.0, 0.0), reset_s=(720.0,)
    )


def test_what_goes_on_at_the_meeting_has_no_reset_time_yet() -> None:
    for ongoing, cut_end, resets in ((False, False, (600.0,)), (True, False, ()), (False, True, ())):
        events = [event("24T09:00", "24T09:50", ongoing=ongoing)]
        pages = judged([page("24T09:05", "24T10:00", cut_end=cut_end)], events)
        assert quality(pages, outages_of(WINDOW, events=SLO_EVENTS.frame(events)), WINDOW).reset_s == resets


def test_an_event_from_the_moment_of_the_last_meeting_on_is_of_this_one() -> None:
    edge = event("10T10:00", "10T10:30")
    assert quality(judged([]), outages_of(WINDOW, events=SLO_EVENTS.frame([edge])), WINDOW).events == 1
    assert quality(judged([page("10T10:00", "10T10:20")]), OUTAGES.frame(), WINDOW).pages == 1
    assert quality(judged([page("10T09:59", "10T10:20")]), OUTAGES.frame(), WINDOW).pages == 0


def test_shares_and_times_of_nothing_are_not_known() -> None:
    nothing = quality(judged([]), OUTAGES.frame(), WINDOW)
    assert np.isnan([nothing.precision, nothing.recall, nothing.detection_median_s, nothing.detection_worst_s]).all()
    assert np.isnan([nothing.reset_median_s, nothing.reset_worst_s]).all()


def test_median_and_worst() -> None:
    some = PagingQuality(4, 3, 5, 2, detection_s=(60.0, 300.0), reset_s=(30.0, 10.0, 50.0))
    assert (some.precision, some.recall) == (0.75, 0.4)
    assert np.isnan(some.detection_median_s) and some.detection_worst_s == 300  # the middle of two is no event's time
    assert (some.reset_median_s, some.reset_worst_s) == (30, 50)
