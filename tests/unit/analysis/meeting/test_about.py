"""What an action item is about, and whether the thing is well when the check is met; who looks after what."""

from __future__ import annotations

import random
from datetime import timedelta
from math import isnan, nan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.alerting.alert_reads import AlertReads, SloReads
from prodmeet_kit.analysis.meeting.about import (
    Thing,
    alerts_about,
    change_names,
    items_about,
    names,
    promise_about,
    things_of,
)
from prodmeet_kit.analysis.meeting.action_items import findings
from prodmeet_kit.analysis.meeting.still import Still, still
from prodmeet_kit.analysis.paging.attention import attention
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.schemas.frames import (
    ACTION_ITEM_FINDINGS,
    ACTION_ITEMS,
    ALERT_RULES,
    CHANGES,
    EPISODES,
    NOISE,
    PROMISES,
    RESOURCE_SUMMARY,
    SLO_EVENTS,
    SLO_SUMMARY,
)
from tests.support.alerts import episode
from tests.support.grids import END, at, grid, trend, window

WINDOW = window()
ALERTS = [Thing("alert", "web", "WebHighCPU"), Thing("alert", "cart", "Full"), Thing("alert", "web", "Full")]


def memory(service: str) -> str:
    return f'sum(container_memory_working_set_bytes{{service="{service}"}})'


def errors(service: str, code: str = ',code=~"5.."') -> str:
    return f'sum(rate(http_requests_total{{service="{service}"{code}}}[{{{{.window}}}}]))'


THINGS = [
    *things_of(
        [("cart", "availability"), ("web", "availability"), ("web", "latency")],
        {("cart", "memory"): [memory("cart")], ("web", "memory"): [memory("web")], ("cart", "db-connections"): ["db"]},
    ),
    *ALERTS,
]
READS = AlertReads(
    None, [SloReads(name, "availability", {"bad": errors(name), "total": errors(name, "")}) for name in ("cart", "web")]
)


PEAK = (
    'max_over_time((sum(rate(http_requests_total{service="web",code=~"5.."}[1h])) / '
    'sum(rate(http_requests_total{service="web"}[1h])))[14d:1h])'
)


@pytest.mark.parametrize(
    ("text", "query", "about"),
    [
        ("Free the sessions that are kept for ever", f"{memory('cart')} / limit", ["resource:cart/memory"]),
        ("Free them", 'max(container_memory_working_set_bytes{service="cart",pod=~"a.*"})', ["resource:cart/memory"]),
        ("Free the sessions", "sum(container_memory_working_set_bytes)", []),  # of which service?
        ("Free the sessions of cart", "sum(container_memory_working_set_bytes)", ["resource:cart/memory"]),
        ("Cache the storefront", PEAK, ["slo:web/availability"]),
        ("Serve more", 'sum(rate(http_requests_total{service="web"}[1h]))', []),  # requests tell of no failure
        ("Sleep", 'sum(count_over_time(ALERTS{alertname="WebHighCPU"}[14d]))', ["alert:WebHighCPU/web"]),
        ("Sleep", 'sum(count_over_time(ALERTS{alertname="Full",service="web"}[14d]))', ["alert:Full/web"]),
        ("Sleep", 'sum(count_over_time(ALERTS{alertname="Full"}[14d]))', []),
        ("Stop WebHighCPU", "", ["alert:WebHighCPU/web"]),
        ("Stop Full", "", []),
        ("Stop Full of cart", "", ["alert:Full/cart"]),
        ("Raise the limit of cart's DB connections", "", ["resource:cart/db-connections"]),
        ("web: latency and memory", "", ["resource:web/memory", "slo:web/latency"]),
        ("memory grows", "", []),
        ("cartのmemoryが増え続ける", "", ["resource:cart/memory"]),
        ("Write it down", "this is no PromQL", []),
    ],
)  # fmt: skip
def test_words_and_the_acceptance_query_tell_what_an_item_is_about(text: str, query: str, about: list[str]) -> None:
    items = ACTION_ITEMS.frame([{"id": "AI-1", "text": text, "verify_query": query}])
    assert items_about(items, THINGS, READS)["AI-1"] == about


@pytest.mark.parametrize(
    ("text", "name", "held"),
    [("Cart!", "cart", True), ("cart-api", "cart", False), ("my_cart", "cart", False), ("カートcartの", "cart", True),
     ("db connections", "db-connections", True), ("dbconnections", "db-connections", True), ("", "cart", False),
     ("cart", "", False), ("c++ is slow", "c++", True)],
)  # fmt: skip
def test_a_name_is_a_word_of_its_own(text: str, name: str, held: bool) -> None:
    assert names(text, name) is held


def item(wrong: dict[str, Still], *, status: str = "open", value: float = 0.5, **more: Any) -> dict[str, Any]:
    row = {"id": "AI-1", "status": status, "verify_query": "q", "verify_expect": "< 0.6", **more}
    found = findings(
        ACTION_ITEMS.frame([row]), {"AI-1": value}, WINDOW, {"AI-1": ["slo:a/b", "resource:cart/memory"]}, wrong
    )
    ACTION_ITEM_FINDINGS.check(found)
    return {} if found.empty else {str(key): value for key, value in found.iloc[0].items()}


def test_an_item_whose_check_is_met_is_looked_at_while_the_thing_is_wrong() -> None:
    grows = {"resource:cart/memory": Still("growing", 20.0)}
    row = item(grows)
    assert (row["proposal"], row["still_of"], row["still"], row["still_value"]) == (
        "look", "resource:cart/memory", "growing", 20.0
    )  # fmt: skip
    assert item({"resource:cart/memory": Still("growing", nan)})["proposal"] == "look"
    assert item({})["proposal"] == item({"resource:web/memory": Still("growing", 2.0)})["proposal"] == "close"
    assert isnan(item({})["still_value"])
    assert item(grows, value=0.7)["proposal"] == ""
    assert item(grows, status="closed", value=0.7)["proposal"] == "reopen"
    assert item(grows, status="closed") == {}, "what people closed and is proved stays closed"


def state(**more: Any) -> pd.DataFrame:
    known = {"service": "cart", "name": "availability", "objective": 0.999, "state": "OK", "attainment_since": 1.0}
    return SLO_SUMMARY.frame([known | more])


def test_what_is_still_wrong_at_the_meeting() -> None:
    resources = RESOURCE_SUMMARY.frame(
        [
            {
                "service": "cart",
                "name": "memory",
                "days_to_full": 20.0,
                "days_to_full_low": 17,
                "days_to_full_high": 24,
            },
            {
                "service": "cart",
                "name": "disk",
                "days_to_full": 200.0,
                "days_to_full_low": 150,
                "days_to_full_high": 250,
            },
            {"service": "web", "name": "cpu"},
        ]
    )
    slo = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())

    def of(bad: dict[tuple[str, str], float], **told: Any) -> dict[str, Still]:
        return still(
            resources, state(**told), {slo.ref: trend(grid(END - timedelta(days=28)), 1000.0, bad)}, [slo], WINDOW
        )

    assert of({}) == {"resource:cart/memory": Still("growing", 20.0)}
    missed = of({}, state="BAD", attainment=0.997, attainment_since=0.998)
    assert missed["slo:cart/availability"] == Still("missed", 0.997)
    # Missed by what happened before the last meeting: it may be fixed.
    assert len(of({}, state="BAD", attainment=0.997, attainment_since=0.9999)) == 1
    burning = of({("2026-11-20T00:00", "2026-11-24T10:00"): 1.2}, state="BAD", attainment_since=0.998)
    assert burning["slo:cart/availability"].code == "burning"
    assert burning["slo:cart/availability"].value == pytest.approx(1.2)
    assert of({("2026-11-20T00:00", "2026-11-24T03:00"): 1.2}) == of({}), "it stopped seven hours ago"


def test_worlds_of_items_whose_thing_is_known_to_be_well_or_not() -> None:
    """No item is proposed to close while its thing fills, and none is kept from closing by another thing."""
    drawn, wrong_closes, wrong_looks = random.Random(7), 0, 0
    services = [f"svc{number}" for number in range(12)]
    things = things_of(
        [], {(name, kind): [f'use_{kind}{{service="{name}"}}'] for name in services for kind in ("disk", "memory")}
    )
    for _ in range(40):
        fills = {
            f"resource:{name}/{kind}": Still("growing", 9.0)
            for name in services
            for kind in ("disk", "memory")
            if drawn.random() < 0.3
        }
        made, truth = [], {}
        for number in range(20):
            name, kind = drawn.choice(services), drawn.choice(["disk", "memory"])
            by_query = drawn.random() < 0.5
            made.append(
                {
                    "id": f"AI-{number}",
                    "status": "open",
                    "verify_expect": "< 1",
                    "text": "Clean up" if by_query else f"Clean up the {kind} of {name}",
                    "verify_query": f'max_over_time(use_{kind}{{service="{name}"}}[1d])' if by_query else "other",
                }
            )
            truth[f"AI-{number}"] = f"resource:{name}/{kind}" in fills
        items = ACTION_ITEMS.frame(made)
        about = items_about(items, things, AlertReads(None, []))
        found = findings(items, dict.fromkeys(truth, 0.5), WINDOW, about, fills).set_index("id")["proposal"]
        wrong_closes += sum(bad and found[key] == "close" for key, bad in truth.items())
        wrong_looks += sum(not bad and found[key] == "look" for key, bad in truth.items())
    assert (wrong_closes, wrong_looks) == (0, 0)


@pytest.mark.parametrize(
    ("about", "held"),
    [("limit_near/cart/memory", True), ("resource:cart/memory", True), ("resource:web/memory", False),
     ("limit_near/cart/memory/limit", False), ("cart/memory", False), ("alert:memory/cart", True)],
)  # fmt: skip
def test_the_subject_of_a_promise(about: str, held: bool) -> None:
    assert promise_about(about, Thing("resource", "cart", "memory")) is held


def change(**more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"id": "CH-1", "title": "Move", "start": at("2026-11-25T10:00"), "services": ["cart"], **more}
    frame = CHANGES.frame([row])
    return {str(key): value for key, value in frame.iloc[0].items()}


@pytest.mark.parametrize(
    ("told", "held"),
    [
        ({"expected_effect": {"metric": "cart/memory", "direction": "down", "size": "50%"}}, True),
        ({"expected_effect": {"metric": "cart/memory", "direction": "up", "size": "50%"}, "title": "memory"}, False),
        ({"response_needed": "the restart hides the memory leak"}, True),
        ({"title": "More memory", "services": ["web"]}, False),
        ({"title": "More memory for cart", "services": []}, True),
        ({"title": "Bigger pool"}, False),
    ],
)
def test_a_planned_change_that_names_the_thing(told: dict[str, Any], held: bool) -> None:
    assert change_names(change(**told), Thing("resource", "cart", "memory")) is held


FULL = {"service": "cart", "name": "memory", "days_to_full": 20.0, "days_to_full_low": 17.0, "days_to_full_high": 24.0}


def queued(fired: Any = (), full: Any = (), **more: Any) -> dict[str, Any]:
    episodes, resources = EPISODES.frame(fired), RESOURCE_SUMMARY.frame(full)
    noise, events, slos = NOISE.frame(), SLO_EVENTS.frame(), SLO_SUMMARY.frame()
    (row,) = attention(episodes, noise, events, {}, [], slos, resources, WINDOW, **more).to_dict("records")
    return {key: row[key] for key in ("owner", "action_item", "promise", "change", "ask_owner")}


def queue(**more: Any) -> dict[str, Any]:
    return queued(full=[FULL], **more)


def promised(**more: Any) -> pd.DataFrame:
    return PROMISES.frame(
        [
            {
                "subject": "promise/limit_near/cart/memory",
                "about": "limit_near/cart/memory",
                "owner": "bo",
                "overdue_days": 0.0,
            }
            | more
        ]
    )


def test_who_looks_after_it_is_asked_of_nothing_that_somebody_looks_after() -> None:
    nobody = {"owner": "", "action_item": "", "promise": "", "change": "", "ask_owner": True}
    assert queue() == nobody
    assert queue(owners={"cart": "shop"}) == nobody | {"owner": "shop", "ask_owner": False}
    assert queue(promises=promised()) == nobody | {
        "owner": "bo",
        "promise": "promise/limit_near/cart/memory",
        "ask_owner": False,
    }
    assert queue(promises=promised(overdue_days=3.0)) == nobody
    assert queue(promises=promised(about="limit_near/web/memory")) == nobody
    moved = CHANGES.frame([change(response_needed="memory")])
    assert queue(changes=moved) == nobody | {"change": "CH-1", "ask_owner": False}
    items = ACTION_ITEMS.frame([{"id": "AI-1", "text": "Free the sessions", "status": "open"}])
    assert queue(action_items=items) == nobody
    known = {"AI-1": ["resource:cart/memory"]}
    assert queue(action_items=items, items_about=known) == nobody | {"action_item": "AI-1", "ask_owner": False}
    assert queue(action_items=items.assign(status="closed"), items_about=known) == nobody


def test_an_alert_is_looked_after_by_who_looks_after_what_its_rule_reads() -> None:
    rules = ALERT_RULES.frame(
        [
            {"alert": "MemoryHigh", "query": f"{memory('cart')} > 1"},
            {"alert": "Failing", "query": f"{errors('web')} > 1".replace("{{.window}}", "5m")},
            {"alert": "Busy", "query": f"{errors('web', '')} > 1".replace("{{.window}}", "5m")},
        ]
    )
    assert [each.subject for each in alerts_about("MemoryHigh", "cart", THINGS, READS, rules)] == [
        "resource:cart/memory"
    ]
    assert alerts_about("MemoryHigh", "web", THINGS, READS, rules) == []
    assert [each.subject for each in alerts_about("Failing", "", THINGS, READS, rules)] == ["slo:web/availability"]
    assert alerts_about("Busy", "web", THINGS, READS, rules) == alerts_about("Busy", "web", THINGS, READS, None) == []
    fired, plan = [episode("20T03:00", 60, "MemoryHigh")], CHANGES.frame([change(response_needed="it frees memory")])
    assert queued(fired, changes=plan)["ask_owner"]
    found = queued(
        fired, changes=plan, alerts_about=lambda alert, name: alerts_about(alert, name, THINGS, READS, rules)
    )
    assert (found["change"], found["ask_owner"]) == ("CH-1", False)


def test_an_owner_is_asked_for_exactly_where_no_ground_is_known() -> None:
    drawn = np.random.default_rng(3)
    for owned, owed, planned, written in drawn.random((64, 4)) < 0.3:
        more = {
            **({"owners": {"cart": "shop"}} if owned else {}),
            **({"promises": promised()} if owed else {}),
            **({"changes": CHANGES.frame([change(title="memory")])} if planned else {}),
            **(
                {"action_items": ACTION_ITEMS.frame([{"id": "A", "text": "cart memory", "status": "open"}])}
                if written
                else {}
            ),
        }
        assert queue(**more)["ask_owner"] is not bool(owned or owed or planned or written)
