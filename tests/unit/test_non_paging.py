"""What should have paged, what needs somebody, what is noise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.non_paging import attention, missed, noise
from prodmeet_kit.analysis.slo import SloTarget
from prodmeet_kit.frames import (
    ATTENTION,
    EPISODES,
    INCIDENT_FINDINGS,
    MISSED,
    NOISE,
    PAGES,
    RESOURCE_SUMMARY,
    SLO_EVENTS,
    SLO_SUMMARY,
)
from tests.support.grids import END, at, grid, trend, window

WINDOW = window()
SLO = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
NO_EVENTS = SLO_EVENTS.frame()
NO_PAGES = PAGES.frame()


def event(onset: str, end: str, service: str = "cart") -> dict[str, Any]:
    return {
        "id": f"{service}/availability@{onset}",
        "service": service,
        "slo": "availability",
        "onset": at(f"2026-11-{onset}"),
        "end": at(f"2026-11-{end}"),
        "budget_spent": 0.3,
        "trigger": "6x/6h",
    }


def episode(start: str, minutes: float, alert: str = "Full", service: str = "cart", **more: Any) -> dict[str, Any]:
    first = at(f"2026-11-{start}")
    return {
        "id": f"{alert}@{start}",
        "alert": alert,
        "service": service,
        "severity": "ticket",
        "page": False,
        "start": first,
        "end": first + timedelta(minutes=minutes),
        "duration_s": 60 * minutes,
        "labels": f'{{"service":"{service}"}}',
        **more,
    }


def incident(name: str, start: str, end: str | None, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "title": "Orders fail",
        "services": ["cart"],
        "start": at(f"2026-11-{start}"),
        "end": at(f"2026-11-{end}") if end else None,
        "budget_spent": {},
        "paged": False,
        **more,
    }


def missed_of(
    events: list[dict[str, Any]], incidents: list[dict[str, Any]], caught: tuple[str, ...] = ()
) -> pd.DataFrame:
    pages = PAGES.frame([{"id": "p", "caught": list(caught)}])
    return MISSED.check(missed(SLO_EVENTS.frame(events), pages, INCIDENT_FINDINGS.frame(incidents), WINDOW))


def test_an_event_no_page_told_of_is_missed() -> None:
    told, untold, before = event("17T03:05", "17T03:40"), event("12T09:30", "12T13:30"), event("05T03:00", "05T04:00")
    found = missed_of([before, told, untold], [], (told["id"],))
    assert found.iloc[0].to_dict() == {
        "id": untold["id"],
        "kind": "slo_event",
        "service": "cart",
        "title": "cart/availability",
        "start": at("2026-11-12T09:30"),
        "end": at("2026-11-12T13:30"),
        "budget_spent": 0.3,
        "would_have_fired": "6x/6h",
    }
    assert len(found) == 1


def test_an_incident_no_page_told_of_is_missed_with_its_dearest_slo() -> None:
    spent = {"cart/availability": 0.1, "cart/latency": 0.4, "cart/orders": float("nan")}
    found = missed_of(
        [],
        [
            incident("INC-2", "20T10:00", None, budget_spent=spent, services=["cart", "web"]),
            incident("INC-1", "18T10:00", "18T11:00"),
            incident("INC-3", "19T10:00", "19T11:00", paged=True),
        ],
    )
    assert found["id"].tolist() == ["INC-1", "INC-2"]
    assert found["service"].tolist() == ["cart", "cart, web"]
    assert found["budget_spent"].isna().tolist() == [True, False] and found["budget_spent"].iloc[1] == 0.4
    assert found["end"].isna().tolist() == [False, True]
    assert found["would_have_fired"].tolist() == ["", ""]


def test_an_incident_and_its_event_are_one_row() -> None:
    found = missed_of(
        [event("12T09:30", "12T13:30")],
        [incident("INC-1", "12T10:00", "12T13:40"), incident("INC-2", "12T10:00", "12T13:40", services=["web"])],
    )
    assert found[["kind", "title"]].to_numpy().tolist() == [
        ["slo_event", "INC-1 Orders fail"],
        ["incident", "Orders fail"],
    ]


def test_an_incident_that_people_say_a_page_told_of_or_of_which_nobody_can_tell_is_not_missed() -> None:
    said = incident("INC-1", "18T10:00", "18T11:00", detected_by="page")
    unknown = incident("INC-2", "19T10:00", "19T11:00", paged=None)
    found_by_chance = incident("INC-3", "20T10:00", "20T11:00", detected_by="chance")
    assert missed_of([], [said, unknown, found_by_chance])["id"].tolist() == ["INC-3"]


def noise_of(
    episodes: list[dict[str, Any]], pages: pd.DataFrame = NO_PAGES, events: pd.DataFrame = NO_EVENTS
) -> list[list[Any]]:
    found = NOISE.check(noise(EPISODES.frame(episodes), pages, events, WINDOW))
    return found[["alert", "count", "reason"]].to_numpy().tolist()


def test_three_short_episodes_resolve_by_themselves_and_two_do_not_make_a_habit() -> None:
    three = [episode(f"{day}T03:00", minutes) for day, minutes in ((12, 10), (14, 15), (16, 600))]
    assert noise_of(three) == [["Full", 3, "self_resolved"]]  # two of three are short
    assert noise_of(three[:2]) == []
    assert noise_of([*three[:2], episode("16T03:00", 600), episode("17T03:00", 600), episode("18T03:00", 16)]) == []
    # What was before the last meeting does not count.
    assert noise_of([*three[:2], episode("09T03:00", 10)]) == []


def test_the_numbers_of_a_noisy_alert() -> None:
    found = noise(
        EPISODES.frame([episode(f"{d}T03:00", m) for d, m in ((12, 5), (14, 9), (16, 61))]), NO_PAGES, NO_EVENTS, WINDOW
    )
    assert found["median_duration_s"].tolist() == [540] and found["share_short"].tolist() == pytest.approx([2 / 3])


def test_four_times_within_a_day_flap_but_not_of_four_pods() -> None:
    hours = ["12T03:00", "12T09:00", "12T15:00", "13T03:00"]
    assert noise_of([episode(start, 60) for start in hours]) == [["Full", 4, "flapping"]]
    assert noise_of([episode(start, 60) for start in [*hours[:3], "13T03:01"]]) == []
    assert noise_of([episode(start, 60, labels=f"pod{n}") for n, start in enumerate(hours)]) == []


def test_a_page_is_noise_when_every_one_of_its_pages_was() -> None:
    episodes = [episode("12T03:00", 60, page=True), episode("14T03:00", 60, page=True)]

    def pages(*verdicts: tuple[str, str]) -> pd.DataFrame:
        return PAGES.frame(
            {"id": each["id"], "suggested_verdict": suggested, "verdict": said}
            for each, (suggested, said) in zip(episodes, verdicts, strict=True)
        )

    assert noise_of(episodes, pages(("noise", ""), ("noise", ""))) == [["Full", 2, "slis_fine"]]
    assert noise_of(episodes, pages(("noise", ""), ("unclear", ""))) == []
    assert noise_of(episodes, pages(("noise", ""), ("right", "noise"))) == [["Full", 2, "slis_fine"]]
    assert noise_of(episodes, pages(("noise", ""), ("noise", "right"))) == []


@pytest.mark.parametrize(
    ("alert_service", "event_service", "noisy"), [("cart", "cart", 0), ("cart", "web", 1), ("", "web", 0)]
)
def test_what_fired_during_an_event_of_its_service_is_no_noise(
    alert_service: str, event_service: str, noisy: int
) -> None:
    episodes = [episode(f"{day}T03:00", 10, service=alert_service) for day in (12, 14, 16)]
    events = SLO_EVENTS.frame([event("14T03:05", "14T03:40", event_service)])
    assert len(noise_of(episodes, events=events)) == noisy


def attention_of(
    episodes: list[dict[str, Any]] | None = None,
    noisy: pd.DataFrame | None = None,
    bad: dict[tuple[str, str], float] | None = None,
    events: pd.DataFrame = NO_EVENTS,
    resources: list[dict[str, Any]] | None = None,
    total: float = 1000.0,
) -> pd.DataFrame:
    summary = SLO_SUMMARY.frame([{"service": "cart", "name": "availability", "budget_spent_since_last": 0.25}])
    found = attention(
        EPISODES.frame(episodes or []),
        NOISE.frame() if noisy is None else noisy,
        events,
        {SLO.ref: trend(grid(END - timedelta(days=28)), total, bad)},
        [SLO],
        summary,
        RESOURCE_SUMMARY.frame(resources or []),
        WINDOW,
    )
    return ATTENTION.check(found)


def test_a_slow_burn_counts_from_when_a_ticket_condition_held() -> None:
    # 1.2 of 1,000 burns at 1.2: over 3 d the mean reaches 1 after 3 d / 1.2 = 60 h; 6 h are long past it.
    found = attention_of(bad={("2026-11-15T00:00", "2026-11-24T10:00"): 1.2})
    assert found.iloc[0].to_dict() == {
        "kind": "slo",
        "service": "cart",
        "what": "availability",
        "since": at("2026-11-17T12:00"),
        "value": 0.25,
        "reason": "slow_burn",
    }
    # At 0.9 it never does.
    assert attention_of(bad={("2026-11-11T00:00", "2026-11-24T10:00"): 0.9}).empty


def test_an_slo_event_is_no_slow_burn_as_well() -> None:
    # 500 of 1,000 for 35 minutes: 3,500 bad of 864,000 in 3 d burn at 4 for three days after.
    outage = {("2026-11-17T03:05", "2026-11-17T03:40"): 500.0}
    assert len(attention_of(bad=outage)) == 1
    assert attention_of(bad=outage, events=SLO_EVENTS.frame([event("17T03:05", "17T03:40")])).empty


def test_a_few_failures_in_little_traffic_are_no_slow_burn() -> None:
    # One event a step: 864 in 3 d; 4 bad ones burn at 4.6.
    assert attention_of(bad={("2026-11-17T03:00", "2026-11-17T03:20"): 1.0}, total=1.0).empty
    assert len(attention_of(bad={("2026-11-17T03:00", "2026-11-17T03:25"): 1.0}, total=1.0)) == 1


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
        ["alert", "Disk", 2.0, at("2026-11-12T03:00")],
        ["alert", "Long", 1.0, at("2026-11-10T10:00")],
    ]
