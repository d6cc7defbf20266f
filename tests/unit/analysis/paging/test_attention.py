"""The queue of what needs somebody without a page: what is in it, how old, how dear, whose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.capacity.limits import summarise
from prodmeet_kit.analysis.paging.attention import attention, limits_near_since
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import (
    ACTION_ITEMS,
    ALERT_RULES,
    ATTENTION,
    EPISODES,
    NOISE,
    RESOURCE_SUMMARY,
    SLO_EVENTS,
    SLO_SUMMARY,
    rows,
)
from tests.support.alerts import episode, event
from tests.support.burn_worlds import burn, judged
from tests.support.counts import count
from tests.support.grids import END, STEP, at, grid, trend, window

WINDOW = window()
SLO = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
NO_EVENTS = SLO_EVENTS.frame()


def attention_of(
    episodes: list[dict[str, Any]] | None = None,
    noisy: pd.DataFrame | None = None,
    bad: dict[tuple[str, str], float] | None = None,
    events: pd.DataFrame = NO_EVENTS,
    resources: list[dict[str, Any]] | None = None,
    total: float = 1000.0,
    window: Window = WINDOW,
    **more: Any,
) -> pd.DataFrame:
    # 28 d are 8,064 steps.
    known = {"service": "cart", "name": "availability", "budget_spent_since_last": 0.25, "total": 8064 * total}
    summary = SLO_SUMMARY.frame([known])
    found = attention(
        EPISODES.frame(episodes or []),
        NOISE.frame() if noisy is None else noisy,
        events,
        {SLO.ref: trend(grid(END - timedelta(days=28)), total, bad)},
        [SLO],
        summary,
        RESOURCE_SUMMARY.frame(resources or []),
        window,
        **more,
    )
    return ATTENTION.check(found)


def test_a_slow_burn_counts_from_when_a_ticket_condition_held() -> None:
    # 1.2 of 1,000 burns at 1.2: over 3 d the mean reaches 1 after 3 d / 1.2 = 60 h; 6 h are long past it.
    found = attention_of(bad={("2026-11-15T00:00", "2026-11-24T10:00"): 1.2})
    # 9 d 10 h are 2,712 steps of 1.2; the budget is 0.001 of 8,064 steps of 1,000.
    assert found["loss_per_fortnight"].tolist() == pytest.approx([2712 * 1.2 / 8064])
    assert found["ended"].isna().all()
    assert found.drop(columns=["loss_per_fortnight", "ended"]).iloc[0].to_dict() == {
        "kind": "slo",
        "service": "cart",
        "what": "availability",
        "since": at("2026-11-17T12:00"),
        "value": 0.25,
        "reason": "slow_burn",
        "first": at("2026-11-17T12:00"),
        "age_days": pytest.approx(6 + 22 / 24),
        "owner": "",
        "action_item": "",
        "promise": "",
        "change": "",
        "ask_owner": True,
    }
    # At 0.9 it never does.
    assert attention_of(bad={("2026-11-11T00:00", "2026-11-24T10:00"): 0.9}).empty


def test_a_slow_burn_is_as_old_as_the_rise_of_its_error_ratio() -> None:
    # 4 times the pace from 08:00 on: 3 over 24 h holds only after 3/4 of a day, at 1.95 times it takes 36 h.
    for pace, held in ((4.0, timedelta(hours=17)), (1.95, timedelta(hours=36))):
        rose = at("2026-11-18T08:00")
        late, hours = 0, []
        for seed in range(count(4, 100)):
            world = judged(burn(seed, (pace, rose, timedelta(days=4))), EPISODES.frame())
            frames = (EPISODES.frame(), NOISE.frame(), NO_EVENTS, {SLO.ref: world.trend}, [SLO], SLO_SUMMARY.frame())
            found, plain = (
                attention(*frames, RESOURCE_SUMMARY.frame(), WINDOW, burns=known) for known in (world.burns, None)
            )
            late += plain["first"].iloc[0] - rose > held / 2
            hours.append(abs(found["first"].iloc[0] - rose) / timedelta(hours=1))
            assert found["since"].equals(found["first"])
            assert found["age_days"].iloc[0] == pytest.approx((END - found["first"].iloc[0]) / timedelta(days=1))
        assert late == len(hours)
        assert np.median(hours) <= 1 and max(hours) <= 8, hours


def test_a_slow_burn_that_chance_cuts_into_slo_events_is_as_old_as_its_rise() -> None:
    # At 100 events a step some of a burn at 5 is an SLO event: without it a condition held up to 77 h after the rise.
    rose, hours = at("2026-11-18T08:00"), []
    for seed in range(count(5, 100)):
        world = judged(burn(seed, (5.0, rose, timedelta(days=4)), events=100.0), EPISODES.frame())
        frames = (EPISODES.frame(), NOISE.frame(), world.events, {SLO.ref: world.trend}, [SLO], SLO_SUMMARY.frame())
        found = attention(*frames, RESOURCE_SUMMARY.frame(), WINDOW, burns=world.burns)
        hours += [abs(first - rose) / timedelta(hours=1) for first in found["first"]]
    assert len(hours) >= 4 and np.quantile(hours, 0.9) <= 4, hours


def test_a_burn_that_rose_before_the_last_meeting_has_burned_all_the_time_since() -> None:
    world = judged(burn(1, (2.7, WINDOW.start - timedelta(hours=4), timedelta(days=6))), EPISODES.frame())
    frames = (EPISODES.frame(), NOISE.frame(), NO_EVENTS, {SLO.ref: world.trend}, [SLO], SLO_SUMMARY.frame())
    (row,) = rows(attention(*frames, RESOURCE_SUMMARY.frame(), WINDOW, burns=world.burns))
    assert row["since"] == WINDOW.start and row["first"] < WINDOW.start


@pytest.mark.parametrize(("pace", "began", "over"), [(4, 6, 3), (4, 6, 2), (4, 5, 1), (5, 7, 4), (5, 5, 3)])
def test_a_slow_burn_that_ended_days_ago_asks_for_nobody(pace: float, began: int, over: int) -> None:
    bad = np.full(28 * 288, 0.2)
    bad[-began * 288 : -over * 288] = pace
    ends = END - timedelta(days=over)
    for seed in range(count(3, 50)):
        (row,) = rows(slow(np.random.default_rng(seed).poisson(bad).astype(float)))
        assert not row["ask_owner"]
        assert abs(row["ended"] - ends) <= timedelta(hours=2)


def test_a_slow_burn_that_goes_on_or_comes_every_night_asks_who_looks_after_it() -> None:
    lasts, nights = np.full(28 * 288, 0.2), np.full(28 * 288, 0.2)
    lasts[-3 * 288 :] = 4.0
    nights[(np.arange(28 * 288) % 288) // 12 < 8] = 5.0  # from 10:00 to 18:00, and the meeting is at 10:00
    for seed in range(count(3, 50)):
        for bad in (lasts, nights):
            (row,) = rows(slow(np.random.default_rng(seed).poisson(bad).astype(float)))
            assert row["ask_owner"] and pd.isna(row["ended"])


def slow(bad: np.ndarray, target: SloTarget = SLO) -> pd.DataFrame:
    """``ATTENTION`` of one SLO whose bad events these are, of 1,000 a step."""
    trend = pd.DataFrame({"total": 1000.0, "bad": bad}, index=grid(END - timedelta(days=28)))
    frames = (EPISODES.frame(), NOISE.frame(), NO_EVENTS, {target.ref: trend}, [target], SLO_SUMMARY.frame())
    return attention(*frames, RESOURCE_SUMMARY.frame(), WINDOW)


def test_an_slo_event_is_no_slow_burn_as_well() -> None:
    # 500 of 1,000 for 35 minutes: 3,500 bad of 864,000 in 3 d burn at 4 for three days after.
    outage = {("2026-11-17T03:05", "2026-11-17T03:40"): 500.0}
    assert len(attention_of(bad=outage)) == 1
    assert attention_of(bad=outage, events=SLO_EVENTS.frame([event("17T03:05", "17T03:40")])).empty


def test_a_few_failures_in_little_traffic_are_no_slow_burn() -> None:
    # One event a step: 864 in 3 d; 4 bad ones burn at 4.6.
    assert attention_of(bad={("2026-11-17T03:00", "2026-11-17T03:20"): 1.0}, total=1.0).empty
    assert len(attention_of(bad={("2026-11-17T03:00", "2026-11-17T03:25"): 1.0}, total=1.0)) == 1


def test_in_little_traffic_a_service_within_its_budget_drains_seldom() -> None:
    # 12 requests an hour, 1 of 150 fails where 1 of 100 may: two thirds of the pace that lasts.
    target = SloTarget("cart", "availability", 0.99, timedelta(days=28).total_seconds())
    random = np.random.default_rng(4)

    def drains(share: float) -> bool:
        index = grid(END - timedelta(days=28))
        total = random.poisson(1.0, len(index))
        counts = pd.DataFrame({"total": total, "bad": random.binomial(total, share)}, index=index, dtype="float64")
        frames = (EPISODES.frame(), NOISE.frame(), NO_EVENTS, {target.ref: counts}, [target], SLO_SUMMARY.frame())
        return len(attention(*frames, RESOURCE_SUMMARY.frame(), WINDOW)) > 0

    assert sum(drains(0.0066) for _ in range(60)) <= 2
    assert sum(drains(0.03) for _ in range(20)) == 20


@pytest.mark.parametrize("allowed", [6, 20, 50])
def test_at_half_of_what_a_small_budget_allows_nothing_drains(allowed: int) -> None:
    # Of 300 worlds each 1, 0 and 0.
    target = SloTarget("cart", "availability", 1 - allowed / 8.064e6, timedelta(days=28).total_seconds())
    worlds = count(100, 600)
    wrong = sum(
        len(slow(np.random.default_rng(seed).poisson(0.5 * allowed / 8064, 8064).astype(float), target))
        for seed in range(worlds)
    )
    assert wrong <= 0.01 * worlds
    assert len(slow(np.random.default_rng(1).poisson(5 * allowed / 8064, 8064).astype(float), target)) == 1


def test_a_slow_burn_of_the_window_before_is_over() -> None:
    assert attention_of(bad={("2026-11-01T00:00", "2026-11-07T00:00"): 2.0}).empty


def test_resources_near_their_limit() -> None:
    rows = [
        {"service": "cart", "name": name, "trend": trend, "days_to_full": days}
        for name, trend, days in (
            ("a", "growing", 60.0),
            ("b", "growing", 60.1),
            ("c", "full", 0.0),
            ("d", "none", None),
        )
    ]
    found = attention_of(resources=rows)
    assert found[["kind", "what", "value", "reason"]].to_numpy().tolist() == [
        ["resource", "a", 60.0, "limit_near"],
        ["resource", "c", 0.0, "limit_near"],
    ]
    assert found["since"].isna().all()


def test_tickets_that_are_not_noise_need_somebody() -> None:
    episodes = [
        episode("09T12:00", 60 * 24, "Long"),  # fired before the last meeting, and after
        episode("12T03:00", 60, "Disk"),
        episode("13T03:00", 60, "Disk"),
        episode("14T03:00", 10, "Noisy"),
        episode("14T03:00", 10, "Page", page=True),
        episode("09T03:00", 60, "Old"),
        episode("10T12:00", 60, "Restarted", severity="info"),
        episode("10T12:00", 60 * 24 * 13, "Watchdog", severity="none"),
    ]
    noisy = NOISE.frame([{"alert": "Noisy", "service": "cart", "severity": "ticket"}])
    found = attention_of(episodes, noisy)
    assert found[["kind", "what", "value", "since"]].to_numpy().tolist() == [
        ["alert", "Long", 1.0, at("2026-11-10T10:00")],
        ["alert", "Disk", 2.0, at("2026-11-12T03:00")],
    ]


def test_a_slow_burn_is_as_old_as_all_history_says_and_loses_by_the_fortnight() -> None:
    # 1.2 of 1,000 in all 28 d: over what there is the burn is 1.2 from the first step, believed from a day on.
    found = attention_of(bad={("2026-10-27T10:00", "2026-11-24T10:00"): 1.2})
    assert found["since"].tolist() == [at("2026-11-10T10:05")]
    assert found["first"].tolist() == [at("2026-10-28T10:00")]
    assert found["age_days"].tolist() == [27.0]
    # Half of the 8,064 steps lie in these 14 d: 4,032 * 1.2 of 8,064 bad events allowed.
    assert found["loss_per_fortnight"].tolist() == pytest.approx([0.6])


def test_the_loss_leaves_out_slo_events_and_goes_by_the_fortnight_at_any_cadence() -> None:
    bad = {("2026-11-03T10:00", "2026-11-24T10:00"): 1.2, ("2026-11-17T03:05", "2026-11-17T03:40"): 500.0}
    outage = SLO_EVENTS.frame([event("17T03:05", "17T03:40")])
    # 7 steps of the outage are left out of 4,032.
    assert attention_of(bad=bad, events=outage)["loss_per_fortnight"].tolist() == pytest.approx([4025 * 1.2 / 8064])
    week = Window.ending(END, cadence=timedelta(days=7), timezone="UTC", step=STEP)
    found = attention_of(bad={("2026-11-03T10:00", "2026-11-24T10:00"): 1.2}, window=week)
    assert found["loss_per_fortnight"].tolist() == pytest.approx([0.6])  # 2,016 steps in 7 d, twice


def test_a_single_failure_in_the_first_hours_known_makes_nothing_old() -> None:
    # One failure of a thousand in the first step burns at 1 over the little there is before it.
    bad = {("2026-10-27T10:00", "2026-10-27T10:05"): 5.0, ("2026-11-15T00:00", "2026-11-24T10:00"): 1.2}
    assert attention_of(bad=bad)["first"].tolist() == [at("2026-11-17T12:00")]


def test_the_queue_goes_by_age_then_by_loss_and_then_by_who_owns_nothing() -> None:
    episodes = [
        episode("20T03:00", 60, "Young"),
        episode("14T03:00", 60, "Owned", service="web"),
        episode("14T05:00", 60, "Nobodys"),  # as old in whole days, of nobody
        episode("01T03:00", 60, "Old"),
        episode("11T03:00", 60, "Old"),
    ]
    found = attention_of(episodes, owners={"web": "shop"}, rules=ALERT_RULES.frame([{"alert": "R", "health": "err"}]))
    assert found["what"].tolist() == ["Old", "Nobodys", "Owned", "Young", "R"]
    assert found["age_days"].tolist()[0] == pytest.approx(23 + 7 / 24)
    assert found["owner"].tolist() == ["", "", "shop", "", ""]
    assert found["first"].isna().tolist() == [False, False, False, False, True]


def test_a_rule_that_cannot_be_evaluated_needs_somebody() -> None:
    labels = '{"service":"cart"}'
    rules = ALERT_RULES.frame(
        [
            {"alert": "Full", "health": "err", "labels": labels, "last_error": "many-to-many"},
            {"alert": "Full", "health": "err", "labels": labels},
            {"alert": "Fine", "health": "ok"},
            {"alert": "New", "health": "unknown"},
        ]
    )
    found = attention_of(rules=rules)
    assert found[["kind", "service", "what", "reason", "value"]].to_numpy().tolist() == [
        ["rule", "cart", "Full", "rule_broken", 2.0]
    ]


@pytest.mark.parametrize(
    ("text", "status", "owner", "item"),
    [
        ("cart: find out why availability drains", "open", "ann", "AI-1"),
        ("Cart Availability!", "open", "ann", "AI-1"),
        ("cart/availability", "open", "ann", "AI-1"),
        ("cart: find out why availability drains", "closed", "shop", ""),
        ("find out why availability drains", "open", "shop", ""),  # whose availability?
        ("cartridge availability", "open", "shop", ""),
        ("cart-latency and its high-availability", "open", "shop", ""),
    ],
)
def test_an_item_belongs_to_the_action_item_that_names_it_else_to_the_service(
    text: str, status: str, owner: str, item: str
) -> None:
    items = ACTION_ITEMS.frame([{"id": "AI-1", "text": text, "owner": "ann", "status": status}])
    found = attention_of(
        bad={("2026-11-15T00:00", "2026-11-24T10:00"): 1.2}, action_items=items, owners={"cart": "shop"}
    )
    assert found[["owner", "action_item"]].to_numpy().tolist() == [[owner, item]]


def test_an_action_item_of_nobody_leaves_the_owner_of_the_service() -> None:
    items = ACTION_ITEMS.frame([{"id": "cart-Full", "text": "Full in cart", "status": "open"}])
    found = attention_of([episode("12T03:00", 60)], action_items=items, owners={"cart": "shop"})
    assert found[["owner", "action_item"]].to_numpy().tolist() == [["shop", "cart-Full"]]


@pytest.mark.parametrize(("services", "items"), [(("cart",), ["AI-1"]), (("cart", "web"), ["", ""])])
def test_the_name_of_an_alert_is_enough_where_one_service_has_it(services: tuple[str, ...], items: list[str]) -> None:
    action = ACTION_ITEMS.frame([{"id": "AI-1", "text": "Look into Full", "owner": "ann", "status": "open"}])
    found = attention_of([episode("12T03:00", 60, service=each) for each in services], action_items=action)
    assert found["action_item"].tolist() == items


def test_a_limit_is_near_since_the_first_day_the_meeting_would_have_said_so() -> None:
    # 1 more a day, from 0 eight weeks ago to 56 at the meeting; the limit of 106 is 50 days away now,
    # 60 days away ten days before. The history of eight weeks has its 14 days by then.
    eight_weeks = window(weeks=8)
    index = grid(END - timedelta(weeks=8))
    days = (index - index[0]) / timedelta(days=1)
    use, limit = pd.Series(days, index=index), pd.Series(106.0, index=index)
    summary = summarise({"cart/disk": use}, {"cart/disk": limit}, {}, eight_weeks)
    since = limits_near_since({"cart/disk": use}, {"cart/disk": limit}, summary, eight_weeks)
    assert summary["days_to_full"].tolist() == pytest.approx([50], abs=0.5)
    assert abs(since["cart/disk"] - at("2026-11-14T10:00")) <= timedelta(days=1)
    found = attention_of(resources=[{"service": "cart", "name": "disk", "days_to_full": 50.0}], limits_since=since)
    assert found["first"].tolist() == [since["cart/disk"]] and found["since"].isna().all()


def test_no_limit_is_near_and_so_none_has_been() -> None:
    assert limits_near_since({}, {}, RESOURCE_SUMMARY.frame([{"service": "a", "name": "b"}]), WINDOW) == {}
