"""Pages and incidents read from PagerDuty through its own client."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.core.errors import ParametersError, SourceError
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import labels_of
from prodmeet_kit.sources.alert_services import AlertServices
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.pagerduty import api as pagerduty_api
from prodmeet_kit.sources.pagerduty.source import read
from tests.support.answering import shop
from tests.support.pagerduty_asking import END, FIRING, SECRET, answered_page, config, context, outages, runs
from tests.support.pagerduty_server import PagerDuty, entry, incident, running


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGERDUTY_TOKEN", SECRET)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def world() -> Iterator[PagerDuty]:
    with running(PagerDuty()) as one:
        yield one


def test_an_incident_is_one_firing_run_with_its_answer_and_its_end(world: PagerDuty) -> None:
    answered_page(world)
    (run,) = runs(world)
    assert run == {
        "alertname": "CartErrors",
        # instance differs between the two alerts and is no label of the run; nor is urgency, or another
        # source of the same alert would make an episode of its own
        "labels": '{"service":"cart","severity":"page"}',
        "state": "firing",
        "page": True,
        "start": pd.Timestamp("2026-11-20T10:00:00Z"),
        "last": pd.Timestamp("2026-11-20T10:30:00Z"),
        "interval_s": 0.0,
        "active": pd.NaT,
        "acknowledged": pd.Timestamp("2026-11-20T10:04:00Z"),
        "acknowledges": True,
        "source": "alerts[0]",
        "summary": "Trouble P1",
        "url": "https://shop.pagerduty.example/incidents/P1",
    }


def test_an_incident_is_an_outage_told_by_a_page(world: PagerDuty) -> None:
    answered_page(world)
    (outage,) = outages(world)
    assert outage["id"] == "P1"
    assert (outage["severity"], outage["services"], outage["detected_by"]) == ("P1", ["cart"], "page")
    assert outage["detected"] == outage["start"] == pd.Timestamp("2026-11-20T10:00:00Z")
    assert outage["end"] == pd.Timestamp("2026-11-20T10:30:00Z")
    assert pd.isna(outage["mitigated"])


def test_an_incident_a_person_opened_was_not_told_by_a_page(world: PagerDuty) -> None:
    world.incidents = [incident("P1", "2026-11-20T10:00:00Z")]
    world.entries = [entry("P1", "trigger", "2026-11-20T10:00:00Z", agent={"id": "PUSER01", "type": "user_reference"})]
    assert outages(world)[0]["detected_by"] == "person"


def test_no_persons_name_comes_through(world: PagerDuty) -> None:
    answered_page(world)
    assert "Ann" not in str(runs(world)) + str(outages(world))


def test_what_happened_after_the_end_of_the_window_is_not_told(world: PagerDuty) -> None:
    world.incidents = [
        incident("P1", "2026-11-22T23:50:00Z", status="resolved", resolved_at="2026-11-23T00:10:00Z"),
        incident("P2", "2026-11-23T00:00:00Z"),
    ]
    world.entries = [
        entry("P1", "trigger", "2026-11-22T23:50:00Z"),
        entry("P1", "acknowledge", "2026-11-23T00:05:00Z"),
        entry("P1", "resolve", "2026-11-23T00:10:00Z"),
    ]
    (run,) = runs(world)  # P2 begins at the end, which is outside
    assert run["summary"] == "Trouble P1"
    assert pd.isna(run["last"])
    assert pd.isna(run["acknowledged"])


def test_an_open_incident_has_no_end(world: PagerDuty) -> None:
    world.incidents = [incident("P1", "2026-11-20T10:00:00Z")]
    world.entries = [entry("P1", "trigger", "2026-11-20T10:00:00Z")]
    assert pd.isna(runs(world)[0]["last"])
    assert pd.isna(outages(world)[0]["end"])


@pytest.mark.parametrize(
    ("status", "end"), [("acknowledged", pd.NaT), ("resolved", pd.Timestamp("2026-11-20T12:00:00Z"))]
)
def test_an_incident_that_was_opened_again_ends_with_its_last_end(world: PagerDuty, status: str, end: Any) -> None:
    world.incidents = [incident("P1", "2026-11-20T10:00:00Z", status=status)]
    world.entries = [
        entry("P1", "trigger", "2026-11-20T10:00:00Z"),
        entry("P1", "resolve", "2026-11-20T10:30:00Z"),
        *([entry("P1", "resolve", "2026-11-20T12:00:00Z")] if status == "resolved" else []),
    ]
    assert str(runs(world)[0]["last"]) == str(end)


def test_the_incidents_own_end_serves_where_no_log_entry_tells_it(world: PagerDuty) -> None:
    world.incidents = [incident("P1", "2026-11-20T10:00:00Z", status="resolved", resolved_at="2026-11-20T11:00:00Z")]
    assert runs(world)[0]["last"] == pd.Timestamp("2026-11-20T11:00:00Z")


@pytest.mark.parametrize(
    ("channel", "alert"),
    [
        ({"type": "api", "details": {"alertname": "Plain"}}, "Plain"),
        ({"type": "api", "details": {"labels": {"alertname": "Inner", "n": 3}}}, "Inner"),
        ({"type": "api", "details": FIRING.format(1)}, "CartErrors"),
        ({"type": "api", "details": None, "cef_details": {"details": {"alertname": "Common"}}}, "Common"),
        ({"type": "api", "details": {"firing": "nothing to see", "num_firing": 1}}, "Trouble P1"),
        ({"type": "email", "details": ["x"]}, "Trouble P1"),
        ({"type": "api"}, "Trouble P1"),
    ],
)
def test_the_alerts_name_comes_from_the_details_or_is_the_title(
    world: PagerDuty, channel: dict[str, Any], alert: str
) -> None:
    world.incidents = [incident("P1", "2026-11-20T10:00:00Z")]
    world.entries = [entry("P1", "trigger", "2026-11-20T10:00:00Z", channel=channel)]
    assert runs(world)[0]["alertname"] == alert


@pytest.mark.parametrize(("field", "alert"), [("title", "Trouble P1"), ("incident_key", "key-P1")])
def test_another_field_can_name_the_alert(world: PagerDuty, field: str, alert: str) -> None:
    world.incidents = [incident("P1", "2026-11-20T10:00:00Z")]
    assert runs(world, alert_field=field)[0]["alertname"] == alert


@pytest.mark.parametrize(
    ("summary", "names", "service"),
    [
        ("cart", {}, "cart"),
        ("Cart in production", {}, None),
        ("Cart in production", {"PCART01": "cart"}, "cart"),
        ("Cart in production", {"Cart in production": "cart"}, "cart"),
    ],
)
def test_the_service_is_mapped_by_id_or_name_or_is_its_own(
    world: PagerDuty, summary: str, names: dict[str, str], service: str | None
) -> None:
    world.incidents = [incident("P1", "2026-11-20T10:00:00Z", service={"id": "PCART01", "summary": summary})]
    assert labels_of(runs(world, service_names=names)[0]["labels"]).get("service") == service
    assert outages(world, service_names=names)[0]["services"] == ([service] if service else [])


@pytest.mark.parametrize(
    ("details", "label", "service"),
    [
        ({"sloth_service": "cart"}, None, "cart"),
        ({"service": "kube-state-metrics"}, None, "kube-state-metrics"),  # another's, not everybody's
        ({"team_service": "Cart", "service": "web"}, "team_service", "cart"),
        ({"service": "cart"}, "team_service", ""),
    ],
)
def test_labels_of_the_alert_name_the_service_where_pagerdutys_own_does_not(
    world: PagerDuty, details: dict[str, str], label: str | None, service: str
) -> None:
    channel = {"type": "api", "details": {"labels": details}}
    world.incidents = [incident("P1", "2026-11-20T10:00:00Z", service={"id": "PCART01", "summary": "Foo prod"})]
    world.entries = [entry("P1", "trigger", "2026-11-20T10:00:00Z", channel=channel)]
    given = {} if label is None else {"service_label": label}
    source = {"type": "pagerduty", **given}
    services = AlertServices.of_product(shop(sources={"alerts": [source]}))
    labels = labels_of(runs(world, **given)[0]["labels"])
    assert services.of("Trouble", labels, "alerts[0]") == service
    assert outages(world, **given)[0]["services"] == (["cart"] if service == "cart" else [])


def test_incidents_that_name_no_service_of_the_product_are_told_with_the_fix(world: PagerDuty) -> None:
    world.incidents = [
        incident(name, "2026-11-20T10:00:00Z", service={"id": "PCART01", "summary": "Foo prod"})
        for name in ("P1", "P2")
    ]
    world.entries = []
    asked = context()
    read(config(world), asked)
    told = "2 of PagerDuty service Foo prod (PCART01) name no service of the product: add it to service_names"
    assert asked.gaps == [told]


def test_urgency_says_what_pages_unless_a_label_expression_does(world: PagerDuty) -> None:
    low = incident("P2", "2026-11-20T11:00:00Z", urgency="low", priority={"id": "PPRIO01", "summary": "P1"})
    world.incidents = [incident("P1", "2026-11-20T10:00:00Z"), low]
    assert [run["page"] for run in runs(world)] == [True, False]
    assert [run["page"] for run in runs(world, page='severity="P1"')] == [False, True]
    assert [run["page"] for run in runs(world, page='priority="",urgency="high"')] == [True, False]
    assert [run["summary"] for run in runs(world, matchers='urgency="low"')] == ["Trouble P2"]


def test_incidents_of_other_services_and_teams_are_not_asked_for(world: PagerDuty) -> None:
    other = {"id": "POTHER1", "summary": "other"}
    world.incidents = [
        incident("P1", "2026-11-20T10:00:00Z"),
        incident("P2", "2026-11-20T11:00:00Z", service=other),
        incident("P3", "2026-11-20T12:00:00Z", service=other, teams=[{"id": "PTEAM02"}]),
    ]
    assert [run["summary"] for run in runs(world)] == ["Trouble P1"]
    of_team = runs(world, services=[], teams=["PTEAM01"])
    assert [run["summary"] for run in of_team] == ["Trouble P1", "Trouble P2"]


def test_three_pages_are_read_to_the_last(world: PagerDuty) -> None:
    world.incidents = [incident(f"P{n:03}", f"2026-11-20T{10 + n // 60}:{n % 60:02}:00Z") for n in range(250)]
    world.entries = [entry(one["id"], "trigger", one["created_at"]) for one in world.incidents]
    assert len(runs(world)) == 250
    # 3 pages of incidents; 250 log entries of the account are 1 question for their number and 3 pages
    assert [path for path, _ in world.asked] == ["/incidents"] * 3 + ["/log_entries"] * 4


def test_log_entries_are_asked_an_incident_where_the_account_has_many_more(world: PagerDuty) -> None:
    world.incidents = [incident("P1", "2026-11-20T10:00:00Z"), incident("P2", "2026-11-20T11:00:00Z")]
    world.entries = [entry("other", "trigger", "2026-11-20T09:00:00Z")] * 201  # 3 pages against 2 incidents
    world.entries += [
        entry("P2", "acknowledge", "2026-11-20T11:07:00Z"),
        entry("P2", "trigger", "2026-11-20T11:00:00Z"),
    ]
    assert [run["acknowledged"] for run in runs(world)] == [pd.NaT, pd.Timestamp("2026-11-20T11:07:00Z")]
    paths = [path for path, _ in world.asked]
    assert paths == ["/incidents", "/log_entries", "/incidents/P1/log_entries", "/incidents/P2/log_entries"]


def test_past_the_most_pagerduty_lists_the_listing_goes_on_by_time(
    world: PagerDuty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagerduty_api, "_MOST", 200)
    world.most = 200
    world.incidents = [incident(f"P{n:03}", f"2026-11-20T{10 + n // 60}:{n % 60:02}:00Z") for n in range(450)]
    world.entries = []
    monkeypatch.setattr(pagerduty_api.Api, "log_entries", lambda _self, found, *_: {one.id: [] for one in found})
    asked = context()
    made = read(config(world), asked)
    assert len(made) == made["summary"].nunique() == 450
    # 200 from the begin, 199 new ones from a second before the 200th (13:19), and what is left
    assert asked.notes == [
        "PagerDuty lists 200 incidents at most: asked again from 2026-11-20T13:18:59Z",
        "PagerDuty lists 200 incidents at most: asked again from 2026-11-20T16:37:59Z",
    ]


def test_a_second_with_more_than_can_be_listed_is_told_not_cut_off(
    world: PagerDuty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagerduty_api, "_MOST", 200)
    world.most = 200
    world.incidents = [incident(f"P{n:03}", "2026-11-20T10:00:00Z") for n in range(300)]
    with pytest.raises(SourceError, match="over 200 incidents at 2026-11-20T09:59:59Z: narrow services"):
        runs(world)


def test_a_window_longer_than_pagerduty_takes_is_asked_in_parts(world: PagerDuty) -> None:
    window = Window.ending(END, cadence=timedelta(days=120), timezone="UTC")
    world.incidents = [incident("P1", "2026-04-01T10:00:00Z"), incident("P2", "2026-11-20T10:00:00Z")]
    asked = Context(shop(), window, frames.ALERT_RUNS, "sources.alerts[0]", Path("p"), None, Broken("m", "none"))
    assert list(read(config(world), asked)["summary"]) == ["Trouble P1", "Trouble P2"]
    spans = [(query["since"][0], query["until"][0]) for path, query in world.asked if path == "/incidents"]
    # 240 d before the end: 28 March + 150 d = 25 August
    assert spans == [
        ("2026-03-28T00:00:00Z", "2026-08-25T00:00:00Z"),
        ("2026-08-25T00:00:00Z", "2026-11-23T00:00:00Z"),
    ]


def test_no_incident_is_an_empty_frame_after_one_question(world: PagerDuty) -> None:
    assert runs(world) == []
    assert outages(world) == []
    assert len(world.asked) == 2


def test_the_token_travels_in_the_header_alone(world: PagerDuty) -> None:
    runs(world)
    assert world.headers[0]["authorization"] == f"Token token={SECRET}"
    assert world.headers[0]["accept"] == "application/vnd.pagerduty+json;version=2"
    assert SECRET not in str(world.asked)


@pytest.mark.parametrize("url", ["http://pagerduty.example", "api.pagerduty.com", "https://"])
def test_a_token_is_never_sent_in_clear(world: PagerDuty, url: str) -> None:
    with pytest.raises(SourceError, match="is no https address"):
        runs(world, url=url)


def test_an_unset_token_is_named(world: PagerDuty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAGERDUTY_TOKEN")
    with pytest.raises(SourceError, match="PAGERDUTY_TOKEN is not set"):
        runs(world)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"services": []}, r"sources.alerts\[0\].services: write the ids"),
        ({"service_names": {"PCART01": "card"}}, "write a service of the product: cart"),
        ({"page": "severity"}, "page"),
        ({"responders": True}, "responders"),
    ],
)
def test_a_wrong_key_is_the_writers_to_fix(world: PagerDuty, more: dict[str, Any], words: str) -> None:
    with pytest.raises(ParametersError, match=words):
        runs(world, **more)


def test_pagerduty_has_no_other_records(world: PagerDuty) -> None:
    with pytest.raises(SourceError, match=r"under sources\.alerts or sources\.incidents"):
        read(config(world), context(frames.TOIL))
