"""What should have paged, and the standard rule that would have told of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from prodmeet_kit.analysis.paging.unpaged import missed
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.schemas.frames import INCIDENTS, MISSED, SLO_EVENTS, rows
from tests.support.alerts import event
from tests.support.grids import END, at, grid, trend, window
from tests.support.outages import outages_of

WINDOW = window()
REF = "cart/availability"
TARGET = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())


def incident(name: str, start: str, end: str | None, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "title": "Orders fail",
        "services": ["cart"],
        "start": at(f"2026-11-{start}"),
        "end": at(f"2026-11-{end}") if end else None,
        **more,
    }


def missed_of(
    events: list[dict[str, Any]],
    incidents: list[dict[str, Any]],
    told: tuple[str, ...] = (),
    trends: Mapping[str, pd.DataFrame] | None = None,
    *,
    known: bool = True,
    spent: Mapping[str, Mapping[str, float]] | None = None,
) -> pd.DataFrame:
    """``told`` are the ids of outages that were paged, ``spent`` the budgets that outages spent, where it matters."""
    written, burns = INCIDENTS.frame(incidents), SLO_EVENTS.frame(events)
    made = outages_of(WINDOW, written, burns, (TARGET,), trends, all_alerts=known)
    shares = {identity: {REF: share} for identity, share in zip(burns["id"], burns["budget_spent"], strict=True)}
    prices = [(spent or shares).get(row["id"], {}) for row in rows(made)]
    made["paged"] = [True if row["id"] in told else row["paged"] for row in rows(made)]
    made["budget_spent"] = pd.Series(prices, dtype="object", index=made.index)
    return MISSED.check(missed(made, written, burns, WINDOW, trends or {}, (TARGET,)))


def burning(bad: Mapping[tuple[str, str], float]) -> dict[str, pd.DataFrame]:
    """1,000 events every 5 minutes for six weeks; these spans have so many bad ones a step."""
    spans = {(f"2026-11-{start}", f"2026-11-{end}"): count for (start, end), count in bad.items()}
    return {REF: trend(grid(END - timedelta(weeks=6)), 1000.0, spans)}


def test_an_event_no_page_told_of_is_missed() -> None:
    told, untold, before = event("17T03:05", "17T03:40"), event("12T09:30", "12T13:30"), event("05T03:00", "05T04:00")
    found = missed_of([before, told, untold], [], (told["id"],))
    expected = {
        "id": untold["id"],
        "kind": "slo_event",
        "service": "cart",
        "title": "cart/availability",
        "start": at("2026-11-12T09:30"),
        "end": at("2026-11-12T13:30"),
        "budget_spent": 0.3,
        "would_have_fired": "6x/6h",
        "rule_severity": "page",
        "rule_slo": "cart/availability",
    }
    assert found.iloc[0][list(expected)].to_dict() == expected
    assert len(found) == 1


def test_an_incident_no_page_told_of_is_missed_with_its_dearest_slo() -> None:
    spent = {"cart/availability": 0.1, "cart/latency": 0.4, "cart/orders": float("nan")}
    found = missed_of(
        [],
        [
            incident("INC-2", "20T10:00", None, services=["cart", "web"]),
            incident("INC-1", "18T10:00", "18T11:00"),
            incident("INC-3", "19T10:00", "19T11:00"),
        ],
        ("INC-3",),
        spent={"INC-2": spent},
    )
    assert found["id"].tolist() == ["INC-2", "INC-1"]
    assert found["service"].tolist() == ["cart, web", "cart"]
    assert found["budget_spent"].isna().tolist() == [False, True] and found["budget_spent"].iloc[0] == 0.4
    assert found["end"].isna().tolist() == [True, False]
    assert found["would_have_fired"].tolist() == ["", ""]


def test_an_incident_and_its_event_are_one_row() -> None:
    found = missed_of(
        [event("12T09:30", "12T13:30")],
        [incident("INC-1", "12T10:00", "12T13:40"), incident("INC-2", "12T10:00", "12T13:40", services=["web"])],
    )
    assert found[["id", "kind", "title"]].to_numpy().tolist() == [
        ["INC-1", "incident", "INC-1 Orders fail"],
        ["INC-2", "incident", "INC-2 Orders fail"],
    ]
    assert found["start"].tolist() == [at("2026-11-12T09:30"), at("2026-11-12T10:00")]


def test_two_slos_and_two_services_that_failed_at_once_are_one_row() -> None:
    both = [event("12T09:30", "12T13:30"), event("12T09:35", "12T13:00")]
    both[1] |= {"id": "web/latency@x", "service": "web", "slo": "latency"}
    found = missed_of(both, [])
    assert found[["kind", "service", "title"]].to_numpy().tolist() == [
        ["slo_event", "cart, web", "cart/availability, web/latency"]
    ]


def test_an_incident_that_people_say_a_page_told_of_or_of_which_nobody_can_tell_is_not_missed() -> None:
    said = incident("INC-1", "18T10:00", "18T11:00", detected_by="page")
    found_by_chance = incident("INC-3", "20T10:00", "20T11:00", detected_by="chance")
    assert missed_of([], [said, found_by_chance])["id"].tolist() == ["INC-3"]
    assert missed_of([], [found_by_chance], known=False).empty


def test_the_dearest_come_first_and_what_is_not_known_last() -> None:
    cheap, dear = event("12T09:30", "12T13:30", budget_spent=0.1), event("20T09:30", "20T13:30", budget_spent=0.9)
    found = missed_of([cheap, dear], [incident("INC-1", "11T10:00", "11T11:00")])
    assert found["id"].tolist() == [dear["id"], cheap["id"], "INC-1"]


def test_the_rule_says_when_it_would_have_fired() -> None:
    # 2% of errors from 09:30 on: 14.4x over 1 h needs 1.44%, that is 0.72 of the hour, 43.2 min: the step at 10:15.
    trends = burning({("12T09:30", "12T13:30"): 20})
    found = missed_of([event("12T09:30", "12T13:30")], [], trends=trends).iloc[0]
    assert (found["would_have_fired"], found["rule_severity"], found["rule_slo"]) == ("14.4x/1h", "page", REF)
    assert found["fires_at"] == at("2026-11-12T10:15") and found["detection_s"] == 45 * 60
    assert (found["would_fire"], found["would_tell"]) == (1, 1)


def test_the_price_of_a_rule_counts_every_time_since_the_meeting_before_the_last() -> None:
    blips = {
        ("12T09:30", "12T13:30"): 20.0,  # the event
        ("11T03:00", "11T03:05"): 500.0,  # one step, 500 / 12,000 of an hour is 4%: it fires, and is no event
        ("02T03:00", "02T03:05"): 500.0,  # the window before counts
    }
    trends = burning(blips)
    trends[REF].loc[at("2026-10-20T03:00"), "bad"] = 500.0  # older does not
    found = missed_of([event("12T09:30", "12T13:30")], [], trends=trends).iloc[0]
    assert (found["would_fire"], found["would_tell"]) == (3, 1)


def test_an_incident_is_caught_by_a_ticket_where_no_page_condition_held() -> None:
    # 0.4% for 30 h: 4x the budget's pace is under 6; 3x over 24 h needs 0.75 of the day: 18 h.
    trends = burning({("18T00:00", "19T06:00"): 4})
    found = missed_of([], [incident("INC-1", "18T00:00", "19T06:00")], trends=trends).iloc[0]
    assert (found["would_have_fired"], found["rule_severity"], found["detection_s"]) == ("3x/24h", "ticket", 18 * 3600)


def test_no_rule_tells_of_an_incident_without_errors_or_of_a_service_without_an_slo() -> None:
    quiet = missed_of([], [incident("INC-1", "18T00:00", "19T06:00")], trends=burning({})).iloc[0]
    elsewhere = incident("INC-2", "12T09:30", "12T13:30", services=["web"])
    other = missed_of([], [elsewhere], trends=burning({("12T09:30", "12T13:30"): 200})).iloc[0]
    for row in (quiet, other):
        assert (row["would_have_fired"], row["rule_severity"], row["rule_slo"]) == ("", "", "")
        assert pd.isna(row["fires_at"]) and pd.isna(row["detection_s"]) and pd.isna(row["would_fire"])


def test_a_rule_that_fired_already_tells_at_once() -> None:
    trends = burning({("12T08:00", "12T13:30"): 200})
    found = missed_of([], [incident("INC-1", "12T10:00", "12T12:00")], trends=trends).iloc[0]
    assert found["fires_at"] == at("2026-11-12T10:00") and found["detection_s"] == 0
