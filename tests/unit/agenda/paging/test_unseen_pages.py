"""What nobody could see is said beside the pages and the outages, and is never a zero or a miss."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from prodmeet_kit.agenda.outages import item as outages
from prodmeet_kit.agenda.paging.alert_facts import evidence
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.evidence import Note, Table
from prodmeet_kit.facts import SourceState
from prodmeet_kit.review import Review
from prodmeet_kit.schemas.frames import SLO_EVENTS, label_key
from tests.support.grids import at
from tests.support.reviews import about, review, rules

AWAY = Failure(
    "paging_events",
    "alerts",
    "the server was down Thu 12 Nov 02:10 to 02:40 UTC: pages during that time are not recorded",
)


def run(first: str, last: str, **more: Any) -> dict[str, Any]:
    times = {"start": at(f"2026-11-{first}"), "last": at(f"2026-11-{last}"), "interval_s": 60}
    labels = label_key({"service": "cart"})
    return {"alertname": "Burn", "labels": labels, "state": "firing", "page": True, "source": "alerts", **times, **more}


def away(first: str, last: str) -> dict[str, Any]:
    return run(first, last, alertname="", labels="{}", state="away", page=False)


def outage(first: str, last: str, name: str = "I-1") -> dict[str, Any]:
    times = {"start": at(f"2026-11-{first}"), "end": at(f"2026-11-{last}")}
    return {"id": name, "title": "Cart fails", "services": ["cart"], **times}


def shown(*runs: dict[str, Any], outages: list[dict[str, Any]] | None = None, failures: Any = ()) -> Review:
    return review({"alert_runs": runs, "incidents": outages or []}, failures=failures)


@pytest.mark.parametrize(
    ("runs", "paged"),
    [
        ([], False),
        ([away("12T02:10", "12T02:40")], None),  # ten minutes and more of it
        ([away("12T02:10", "12T02:13")], False),  # three of two hours
        ([away("12T02:10", "12T02:40"), run("12T03:00", "12T03:10")], True),  # a page was seen
        ([away("12T05:00", "12T05:40")], False),
    ],
)
def test_an_outage_is_unpaged_only_where_a_page_could_be_seen(runs: list[dict[str, Any]], paged: bool | None) -> None:
    analyses = shown(*runs, outages=[outage("12T02:00", "12T04:00")]).analyses
    assert analyses.incidents.recent["paged"].tolist() == [paged]
    assert (len(analyses.detection.missed) == 1) is (paged is False)
    assert record(shown(*runs, outages=[outage("12T02:00", "12T04:00")]))["incidents"][0]["paged"] is paged


@pytest.mark.parametrize(
    ("kinds", "fired", "paged"),
    [
        (["alertmanager"], False, None),
        (["alertmanager"], True, True),
        (["alertmanager", "prometheus_alerts"], False, False),
    ],
)
def test_of_what_is_over_only_a_source_with_a_history_says_that_nothing_paged(
    kinds: list[str], fired: bool, paged: bool | None
) -> None:
    runs = [run("12T03:00", "12T03:10")] * fired
    records = {"alert_runs": runs, "incidents": [outage("12T02:00", "12T04:00")]}
    given = review(records, sources={"alerts": [{"type": kind} for kind in kinds]})
    assert given.analyses.incidents.recent["paged"].tolist() == [paged]
    assert (len(given.analyses.detection.missed) == 1) is (paged is False)
    assert (record(given)["glance"]["pages"] is None) is (len(kinds) == 1)


def test_the_time_away_is_said_beside_the_outage() -> None:
    told = [outage("12T02:00", "12T04:00"), outage("13T02:00", "13T04:00", "I-2")]
    item = outages.item(shown(away("12T02:10", "12T02:40"), outages=told, failures=[AWAY]).analyses)
    (table,) = (each for each in item.evidence if isinstance(each, Table))
    assert table.frame["unwatched"].tolist() == [
        "the server was down for 30 min of it: pages during that time are not recorded",
        "",
    ]
    assert table.frame["told"].tolist() == ["not known", "not a page"]
    (note,) = (each for each in item.evidence if isinstance(each, Note))
    assert note.text == f"Pages could not be checked: alerts: {AWAY.message}"


def test_the_time_away_is_listed_among_what_cannot_be_seen() -> None:
    *_, table = evidence(shown(run("12T01:00", "12T01:10"), away("12T02:10", "12T02:40")).analyses)
    assert isinstance(table, Table)
    assert table.frame["text"].tolist()[0] == "the server was down for 30 min: pages during that time are not recorded"


def test_that_nothing_paged_is_said_of_the_time_the_server_was_there() -> None:
    quiet = run("12T01:00", "12T01:10", page=False)
    told = [shown(quiet, *gone).item("paging_events").headline for gone in ([], [away("12T02:10", "12T02:40")])]
    assert told == [
        "None, because 1 alert was seen and none paged.",
        "None, because 1 alert was seen and none paged; the server was down for 30 min.",
    ]


def test_an_alert_of_another_service_is_said_to_be_judged_against_none() -> None:
    found = evidence(shown(run("12T01:00", "12T01:10", labels=label_key({"service": "node"}))).analyses)[0]
    assert isinstance(found, Note)
    assert "1 episode belongs to node, not a service of this product: it is not judged against any SLO." in found.text


def test_of_a_page_of_another_service_nobody_asks_for_an_sli() -> None:
    of_node, of_none = (
        about(shown(run("12T01:00", "12T01:10", labels=label_key(labels))), f"alert:Burn/{labels.get('service', '')}")
        for labels in ({"service": "node"}, {})
    )
    assert rules(of_node) == rules(of_none) == ["page_unclear"]
    assert "not a service of this product" in of_node.question and "measure" not in of_node.question
    assert "measure" in of_none.question


def test_a_fast_burn_that_nobody_could_see_a_page_of_is_not_missed() -> None:
    burn = {
        "id": "cart/availability@x",
        "service": "cart",
        "slo": "availability",
        "onset": at("2026-11-12T02:00"),
        "end": at("2026-11-12T03:00"),
    }
    for runs, events in (([], 1), ([away("12T02:10", "12T02:40")], 0)):
        found = shown(*runs)
        found.analyses.slo.__dict__["events"] = SLO_EVENTS.frame([burn])
        assert len(found.analyses.detection.hidden_events) == 1 - events
        assert found.analyses.detection.quality.events == events
        assert len(found.analyses.detection.missed) == events
        headline = found.item("non_paging_events").headline
        assert ("for 1 of 1 SLO it is not known whether a burn went unpaged" in headline) is (events == 0)


def test_without_alerts_no_count_of_pages_is_zero() -> None:
    content = record(review({"alert_runs": None, "incidents": [outage("12T02:00", "12T04:00")]}))
    assert content["glance"]["pages"] is None
    assert content["paging_quality"]["precision"] == {"caught": None, "pages": None, "interval": [None, None]}
    assert content["paging_quality"]["recall"] == {"caught": None, "events": None, "interval": [None, None]}
    for period in content["paging_quality"]["history"]:
        assert (period["pages"], period["caught"], period["events_caught"]) == (None, None, None)
    (load,) = content["page_load"]
    counted = {"pages", "events", "business", "off", "sleep", "interrupted_nights", "shifts_over_guide"}
    assert {key for key in counted if load[key] is None} == counted
    assert {key for key in load if key.endswith("_previous") and load[key] is not None} == set()
    assert load["shifts"] > 0
    assert content["incidents"][0]["paged"] is None


def test_where_one_of_two_sources_of_alerts_failed_no_count_is_taken_for_all() -> None:
    known = shown(outages=[outage("12T02:00", "12T04:00")])
    failed = replace(known.facts, sources=(SourceState("alerts (pagerduty)", "pagerduty", "failed", "no answer"),))
    content = record(Review(failed))
    assert content["glance"]["pages"] is None
    assert content["paging_quality"]["recall"]["caught"] is None
    assert content["incidents"][0]["paged"] is None
    assert content["missed_events"] == []


def test_with_alerts_and_no_page_the_counts_are_zero() -> None:
    content = record(shown())
    assert content["glance"]["pages"] == 0
    assert content["paging_quality"]["precision"]["pages"] == 0
    assert content["page_load"][0]["pages"] == 0
