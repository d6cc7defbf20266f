"""SLO events: which burns are events, from when to when, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import inf, nan

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.events import slo_events, too_few_to_page
from prodmeet_kit.schemas.frames import SLO_COUNTS, SLO_EVENTS
from tests.support.grids import END, at, grid, trend, window

WINDOW = window()
SLO = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
# 28 days of 5 min are 8,064 steps of 1,000 events: the budget is 0.001 * 8,064,000 = 8,064 bad events.
BUDGET = 8064.0


def found(
    bad: Mapping[tuple[str, str], float],
    slo: SloTarget = SLO,
    total: float = 1000.0,
    counts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    trends = {slo.ref: trend(grid(END - timedelta(days=28)), total, bad)}
    return SLO_EVENTS.check(slo_events(trends, [slo], WINDOW, counts))


def test_an_outage_is_an_event_with_its_price() -> None:
    # Half of all requests for 35 minutes: 7 steps of 500 = 3,500 bad, 43.4% of the budget.
    # Over the worst hour: 3,500 / 12,000 = 0.29167, burn 291.67.
    events = found({("2026-11-17T03:05", "2026-11-17T03:40"): 500.0})
    assert len(events) == 1
    row = events.iloc[0]
    assert (row["id"], row["service"], row["slo"]) == ("cart/availability@2026-11-17T03:05Z", "cart", "availability")
    assert (row["onset"], row["end"], row["duration_s"]) == (at("2026-11-17T03:05"), at("2026-11-17T03:40"), 2100)
    assert row["bad"] == 3500 and row["budget_spent"] == pytest.approx(3500 / BUDGET)
    assert row["peak_burn"] == pytest.approx(1000 * 3500 / 12_000)
    assert (row["trigger"], row["ongoing"]) == ("14.4x/1h", False)


def test_a_slower_burn_is_told_by_the_slower_condition() -> None:
    # 1% of errors burns at 10: never 14.4; over 6 h 6 is reached after 3.6 h. 5 h: 60 steps of 10 = 600 bad, 7.4%.
    events = found({("2026-11-17T03:00", "2026-11-17T08:00"): 10.0})
    assert events["trigger"].tolist() == ["6x/6h"]
    assert events["budget_spent"].tolist() == pytest.approx([600 / BUDGET])
    # Three hours of it are over before the condition holds.
    assert found({("2026-11-17T03:00", "2026-11-17T06:00"): 10.0}).empty


def test_gaps_of_thirty_minutes_are_joined_and_longer_ones_are_not() -> None:
    first = ("2026-11-17T03:00", "2026-11-17T03:30")
    assert len(found({first: 500.0, ("2026-11-17T04:00", "2026-11-17T04:30"): 500.0})) == 1
    joined = found({first: 500.0, ("2026-11-17T04:00", "2026-11-17T04:30"): 500.0}).iloc[0]
    assert (joined["onset"], joined["end"], joined["bad"]) == (at("2026-11-17T03:00"), at("2026-11-17T04:30"), 6000)
    assert len(found({first: 500.0, ("2026-11-17T04:05", "2026-11-17T04:35"): 500.0})) == 2


def test_the_onset_is_the_first_step_above_a_burn_of_three() -> None:
    # Four bad of 1,000 burn at 4: too slow for an event of its own, yet the trouble had begun.
    events = found({("2026-11-17T03:00", "2026-11-17T04:00"): 4.0, ("2026-11-17T04:00", "2026-11-17T04:30"): 500.0})
    assert events["onset"].tolist() == [at("2026-11-17T03:00")]
    events = found({("2026-11-17T03:00", "2026-11-17T04:00"): 3.0, ("2026-11-17T04:00", "2026-11-17T04:30"): 500.0})
    assert events["onset"].tolist() == [at("2026-11-17T04:00")]


def test_outages_of_a_service_that_always_burns_are_events_of_their_own() -> None:
    # Two of 1,000 all the time: a burn of 2, never an event. The two outages stand out.
    always = {("2026-10-27T10:00", "2026-11-24T10:00"): 2.0}
    assert found(always).empty
    first, second = ("2026-11-12T03:00", "2026-11-12T03:30"), ("2026-11-17T03:00", "2026-11-17T03:30")
    events = found(always | {first: 500.0, second: 500.0})
    assert events["onset"].tolist() == [at(first[0]), at(second[0])]
    assert events["end"].tolist() == [at(first[1]), at(second[1])]


def test_a_failed_request_near_the_trouble_is_no_part_of_it() -> None:
    # Four bad of 1,000 are 1 beyond 3; the 4 clean steps to the outage, and from it, are 12 short of 3 each.
    outage = ("2026-11-17T03:00", "2026-11-17T03:30")
    events = found(
        {("2026-11-17T02:35", "2026-11-17T02:40"): 4.0, outage: 500.0, ("2026-11-17T03:50", "2026-11-17T03:55"): 4.0}
    )
    assert (events["onset"].tolist(), events["end"].tolist()) == ([at(outage[0])], [at(outage[1])])


@pytest.mark.parametrize("everyday", [0.2, 0.5, 0.9])
def test_everyday_failures_do_not_move_the_onset(everyday: float) -> None:
    # Failures at random at this share of the budget's pace; an outage of 5% from 03:00 to 04:00.
    draw = np.random.default_rng(11)
    onset, end = at("2026-11-17T03:00"), at("2026-11-17T04:00")
    frame = trend(grid(END - timedelta(days=28)))
    hurt = (frame.index > onset) & (frame.index <= end)
    frame["bad"] = draw.binomial(1000, np.where(hurt, 0.05, everyday * 0.001)).astype(float)
    events = slo_events({SLO.ref: frame}, [SLO], WINDOW)
    assert events["onset"].tolist() == [onset]
    assert abs(events["end"].iloc[0] - end) <= timedelta(minutes=5)


@pytest.mark.parametrize(("each", "events"), [(50.0, 0), (55.0, 1)])
def test_under_two_per_cent_of_the_budget_is_no_event(each: float, events: int) -> None:
    # In a quiet night of 400 events a step one hour's 4,800 need 69 bad ones for 14.4: both have more.
    # The budget is 0.001 * (8,064,000 - 36 * 600) = 8,042; 2% of it 160.8: three steps of 50 are less, of 55 more.
    frame = trend(grid(END - timedelta(days=28)), bad={("2026-11-17T03:00", "2026-11-17T03:15"): each})
    frame.loc[(frame.index > at("2026-11-17T01:00")) & (frame.index <= at("2026-11-17T04:00")), "total"] = 400.0
    assert len(slo_events({SLO.ref: frame}, [SLO], WINDOW)) == events


def test_a_failed_request_or_four_in_little_traffic_are_chance() -> None:
    # 5 requests a step, 40,320 in 28 days: the budget is 40.32, 2% of it 0.8. Four bad ones burn at 66 over 1 h.
    assert found({("2026-11-17T03:00", "2026-11-17T03:20"): 1.0}, total=5.0).empty
    assert found({("2026-11-17T03:00", "2026-11-17T03:25"): 1.0}, total=5.0)["bad"].tolist() == [5]


def test_the_budget_is_the_counted_one_where_it_is_known() -> None:
    outage = {("2026-11-17T03:05", "2026-11-17T03:40"): 500.0}
    for total, spent in ((10_000_000.0, 0.35), (nan, 3500 / BUDGET)):
        counts = SLO_COUNTS.frame(
            [{"service": "cart", "name": "availability", "span": "window", "total": total, "bad": 0}]
        )
        assert found(outage, counts=counts)["budget_spent"].tolist() == pytest.approx([spent])


def test_what_still_burns_at_the_meeting_is_ongoing() -> None:
    events = found({("2026-11-24T09:30", "2026-11-24T10:00"): 500.0})
    assert events["ongoing"].tolist() == [True]
    assert events["end"].tolist() == [END]


def test_at_an_objective_of_one_five_bad_events_are_an_event() -> None:
    perfect = SloTarget("cart", "orders", 1.0, SLO.window_s)
    events = found({("2026-11-17T03:00", "2026-11-17T03:25"): 1.0}, perfect)
    assert events["budget_spent"].tolist() == [inf]
    assert found({("2026-11-17T03:00", "2026-11-17T03:20"): 1.0}, perfect).empty


def test_events_lie_inside_the_window_and_the_one_before_and_come_in_order() -> None:
    long_ago, then, now = (
        ("2026-10-20T03:00", "2026-10-20T03:30"),
        ("2026-10-30T03:00", "2026-10-30T03:30"),
        ("2026-11-17T03:00", "2026-11-17T03:30"),
    )
    other = SloTarget("web", "availability", 0.999, SLO.window_s)
    trends = {
        "cart/availability": trend(grid(END - timedelta(days=42)), bad={long_ago: 500.0, now: 500.0}),
        "web/availability": trend(grid(END - timedelta(days=42)), bad={then: 500.0}),
    }
    events = slo_events(trends, [SLO, other, SloTarget("pay", "availability", 0.999, SLO.window_s)], WINDOW)
    assert events["id"].tolist() == ["web/availability@2026-10-30T03:00Z", "cart/availability@2026-11-17T03:00Z"]


def test_without_trends_there_are_no_events() -> None:
    assert SLO_EVENTS.check(slo_events({}, [SLO], WINDOW)).empty
    empty = trend(grid(END, END))
    assert slo_events({SLO.ref: empty}, [SLO], WINDOW).empty


def test_a_gap_in_the_trend_is_no_burn_and_joins_what_is_near() -> None:
    frame = trend(grid(END - timedelta(days=28)), bad={("2026-11-17T03:00", "2026-11-17T04:00"): 500.0})
    frame.loc[at("2026-11-17T03:25") : at("2026-11-17T03:40"), ["total", "bad"]] = nan  # 4 steps of 12
    events = slo_events({SLO.ref: frame}, [SLO], WINDOW)
    assert events["bad"].tolist() == [4000]


@pytest.mark.parametrize(
    ("bad", "total", "most"),
    [
        ({("2026-11-17T03:00", "2026-11-17T03:20"): 1.0}, 5.0, 4),  # four of 60 in an hour: a burn of 66, and no event
        ({("2026-11-17T03:00", "2026-11-17T03:25"): 1.0}, 5.0, 0),  # the fifth makes it an event
        ({("2026-11-17T03:05", "2026-11-17T03:40"): 500.0}, 1000.0, 0),  # an event, and what follows it is its own
        ({("2026-11-17T03:00", "2026-11-17T03:20"): 0.0}, 5.0, 0),
        ({("2026-10-20T03:00", "2026-10-20T03:20"): 1.0}, 5.0, 0),  # before the last meeting
    ],
)
def test_a_page_condition_that_held_for_few_bad_events_tells_how_many(
    bad: Mapping[tuple[str, str], float], total: float, most: int
) -> None:
    frame = trend(grid(END - timedelta(days=28)), total, bad)
    events = SLO_EVENTS.check(slo_events({SLO.ref: frame}, [SLO], WINDOW))
    assert too_few_to_page(SLO, frame, SLO_EVENTS.rows(events), WINDOW) == most
