"""What the meeting sees of incidents: times, pages, postmortems, and which belong to it."""

from __future__ import annotations

from datetime import timedelta
from math import nan
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.incidents.cost import findings, since_last
from prodmeet_kit.analysis.incidents.outages import unwritten_events
from prodmeet_kit.schemas.frames import EPISODES, INCIDENT_FINDINGS, INCIDENTS, SLO_EVENTS
from tests.support.grids import END, at
from tests.support.outages import outages_of
from tests.support.priced_incidents import OUTAGE, SLO, WINDOW, found, incident


def test_times_count_from_the_start() -> None:
    row = found(incident(detected=at("2026-11-17T03:11"), mitigated=at("2026-11-17T03:37"))).iloc[0]
    assert (row["detection_s"], row["mitigation_s"]) == (240, 1800)
    assert found(incident())[["detection_s", "mitigation_s"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("page", "services", "paged"),
    [
        ({}, ["cart"], True),
        ({"service": "web"}, ["cart"], False),
        ({"service": ""}, ["cart"], True),
        ({"service": "web"}, [], True),
        ({"page": False}, ["cart"], False),
        ({"start": at("2026-11-17T03:55")}, ["cart"], True),  # 15 min after the end: it waited for its `for`
        ({"start": at("2026-11-17T03:56"), "end": at("2026-11-17T03:59")}, ["cart"], False),
        ({"end": at("2026-11-17T03:06")}, ["cart"], False),
    ],
)
def test_an_incident_is_paged_when_a_page_of_its_services_fired_during_it(
    page: dict[str, Any], services: list[str], paged: bool
) -> None:
    usual = {"service": "cart", "page": True, "start": at("2026-11-17T03:05"), "end": at("2026-11-17T03:50")}
    assert found(incident(services=services), episodes=EPISODES.frame([usual | page]))["paged"].tolist() == [paged]


def test_whether_an_incident_was_paged_is_not_known_without_alerts() -> None:
    told = INCIDENTS.frame([incident()])
    rows = findings(told, outages_of(WINDOW, told, alerts_known=False), WINDOW)
    assert INCIDENT_FINDINGS.check(rows)["paged"].tolist() == [None]


@pytest.mark.parametrize(
    ("more", "age"),
    [
        ({}, 7 + 380 / 1440),  # 17 Nov 03:40 to 24 Nov 10:00: 7 days and 380 minutes
        ({"end": None}, nan),
        ({"postmortem": "https://example.org/pm"}, nan),
        ({"services": ["mail"]}, nan),
    ],
)
def test_a_postmortem_that_is_owed_has_the_age_of_the_end(more: dict[str, Any], age: float) -> None:
    made = found(incident(**more))["postmortem_age_days"].iloc[0]
    assert made == pytest.approx(age, nan_ok=True, abs=1e-4)


@pytest.mark.parametrize(
    ("fired", "all_alerts", "paged"), [(True, False, True), (False, False, None), (False, True, False)]
)
def test_no_page_is_known_only_where_every_source_of_alerts_answered(
    fired: bool, all_alerts: bool, paged: bool | None
) -> None:
    page = {"service": "cart", "page": True, "start": at("2026-11-17T03:05"), "end": at("2026-11-17T03:50")}
    pages = EPISODES.frame([page] if fired else [])
    told = INCIDENTS.frame([incident()])
    rows = findings(told, outages_of(WINDOW, told, episodes=pages, all_alerts=all_alerts), WINDOW)
    assert rows["paged"].tolist() == [paged]


def test_the_onset_that_the_sli_saw_stands_beside_the_start_that_people_wrote() -> None:
    burn = {
        "id": "cart/availability@x", "service": "cart", "slo": "availability",
        "onset": at("2026-11-17T03:05"), "end": at("2026-11-17T03:40"), "budget_spent": 0.35,
    }  # fmt: skip
    told = INCIDENTS.frame([incident(detected=at("2026-11-17T03:11")), incident("18T03:07", "18T03:40", id="INC-2")])
    made = findings(told, outages_of(WINDOW, told, SLO_EVENTS.frame([burn]), [SLO]), WINDOW)
    assert INCIDENT_FINDINGS.check(made)["onset"].tolist() == [at("2026-11-17T03:05"), pd.NaT]
    assert made["onset_slo"].tolist() == ["cart/availability", ""]
    # 03:05 to 03:11, and 03:07 to 03:11.
    assert made[["detection_from_onset_s", "detection_s"]].iloc[0].tolist() == [360, 240]
    assert made["detection_from_onset_s"].isna().tolist() == [False, True]


def test_incidents_from_before_the_window_are_seen_before_though_they_are_not_shown() -> None:
    old = {**incident(id="INC-0", title="Cache full"), "start": at("2026-10-18T03:07"), "end": at("2026-10-18T04:00")}
    told = INCIDENTS.frame([old, incident(title="Cache is full")])
    made = findings(told, outages_of(WINDOW, told), WINDOW)
    assert made["id"].tolist() == ["INC-1"]
    seen = made["seen_before"].iloc[0]
    assert (seen["count"], seen["ids"], seen["of_service"], seen["days"]) == (2, ["INC-0"], 2, 30.0)
    assert found(incident())["seen_before"].tolist() == [None]


def test_incidents_that_went_on_since_the_last_meeting_belong_to_this_one() -> None:
    rows = INCIDENTS.frame(
        [
            incident("09T10:00", "10T10:00", id="over at the last meeting"),
            incident("09T10:00", "10T10:01", id="over after it"),
            incident("09T10:00", None, id="open"),
            incident("17T10:00", "17T11:00", id="between"),
            incident("24T10:00", "24T11:00", id="from this meeting on"),
        ]
    )
    assert since_last(rows, WINDOW)["id"].tolist() == ["over after it", "open", "between"]


def test_findings_come_in_order_of_start() -> None:
    rows = found(incident("18T10:00", "18T11:00", id="b"), incident("17T10:00", "17T11:00", id="c"))
    assert rows["id"].tolist() == ["c", "b"]


def test_events_that_no_incident_tells_of() -> None:
    def event(onset: str, service: str) -> dict[str, Any]:
        first = at(f"2026-11-{onset}")
        return {"id": f"{service}@{onset}", "service": service, "onset": first, "end": first + timedelta(minutes=30)}

    events = SLO_EVENTS.frame(
        [event("05T03:00", "cart"), event("17T03:00", "cart"), event("17T04:00", "web"), event("19T03:00", "cart")]
    )
    incidents = INCIDENTS.frame([incident(), incident("19T02:00", "19T04:00", id="INC-2", services=[])])

    def untold(events: pd.DataFrame, incidents: pd.DataFrame) -> pd.DataFrame:
        return unwritten_events(events, outages_of(WINDOW, incidents, events), WINDOW)

    assert untold(events, incidents)["id"].tolist() == ["web@17T04:00"]
    assert SLO_EVENTS.check(untold(events, INCIDENTS.frame()))["id"].tolist() == events["id"].tolist()[1:]
    assert untold(SLO_EVENTS.frame(), INCIDENTS.frame()).empty


def test_one_that_was_mitigated_is_priced_to_then_and_its_postmortem_ages_from_then() -> None:
    bad = {**OUTAGE, ("2026-11-20T03:00", "2026-11-20T04:00"): 500.0}
    row = found(incident(end=None, mitigated=at("2026-11-17T03:40")), bad=bad).iloc[0]
    assert (row["end"], row["budget_spent"]) == (at("2026-11-17T03:40"), {"cart/availability": pytest.approx(0.35)})
    assert row["postmortem_age_days"] == pytest.approx((END - at("2026-11-17T03:40")) / pd.Timedelta(days=1))
    assert since_last(INCIDENTS.frame([incident("01T03:07", None, mitigated=at("2026-11-01T03:40"))]), WINDOW).empty
