"""How an incident reads: what people wrote, what the SLI saw, what it cost, what is owed, what was seen before."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.agenda.outages.names import by_id
from prodmeet_kit.agenda.outages.table import repeated, table
from prodmeet_kit.facts import SourceState
from prodmeet_kit.review import Review
from prodmeet_kit.schemas.frames import INCIDENT_FINDINGS, OUTAGES, SLO_EVENTS, rows
from tests.support.reviews import about, review, rules, subjects
from tests.unit.agenda.test_states_of_items import FINE
from tests.unit.agenda.test_states_of_items import table as found_table

START = pd.Timestamp("2026-11-12T00:00Z")
SEEN = {
    "count": 3,
    "ids": ["INC-8", "INC-3"],
    "since": pd.Timestamp("2026-08-13T00:00Z"),
    "days": 91.0,
    "per_quarter": 3.0,
    "of_service": 7,
}


def row(**more: Any) -> pd.Series[Any]:
    usual = {"id": "INC-9", "title": "Down", "services": ["cart"], "start": START, "budget_spent": {}, **more}
    return table(INCIDENT_FINDINGS.frame([usual]), "Asia/Tokyo").frame.iloc[0]


@pytest.mark.parametrize(
    ("more", "review"),
    [
        ({"postmortem_required": True, "postmortem_missing": True, "postmortem_age_days": 5.0}, "missing for 5 d"),
        ({"postmortem_required": True, "postmortem_missing": True, "postmortem_age_days": nan}, "missing"),
        ({"postmortem_required": True, "postmortem": "https://wiki.example/pm"}, "https://wiki.example/pm"),
        ({"postmortem_required": False, "budget_spent": {"cart/availability": 0.1}}, "not required"),
        ({"postmortem_required": False}, "not known"),  # no SLO tells what it cost
        ({"postmortem_required": None}, "not known"),
    ],
)
def test_a_postmortem_is_there_or_owed_and_for_how_long(more: dict[str, Any], review: str) -> None:
    assert row(**more)["review"] == review


def test_an_onset_from_a_grid_is_a_range_and_what_lies_in_it_is_no_difference() -> None:
    def seen(minutes: int) -> str:
        since = START + pd.Timedelta(minutes=minutes)
        made = row(
            onset=since + pd.Timedelta(minutes=1), onset_from=since, onset_to=since + pd.Timedelta(minutes=6),
            onset_slo="cart/availability", detection_from_onset_low_s=240.0, detection_from_onset_high_s=600.0,
        )  # fmt: skip
        return str(made["seen"])

    assert seen(-12) == (
        "cart/availability began to burn between Thu 12 Nov 08:48 and 08:54, "
        "6 min to 12 min before the recorded start; "
        "detected 4 min to 10 min after the burn began"
    )
    assert seen(-5) == (
        "cart/availability began to burn between Thu 12 Nov 08:55 and 09:01; recorded start 09:00; "
        "detected 4 min to 10 min after the burn began"
    )


@pytest.mark.parametrize(
    ("minutes", "detected", "says"),
    [
        (
            -4,
            600.0,
            (
                "cart/availability burned from Thu 12 Nov 08:56, 4 min before the recorded start; "
                "detected 10 min after the burn began"
            ),
        ),
        (3, -60.0, "cart/availability burned from Thu 12 Nov 09:03, 3 min after the recorded start"),
        (0, nan, "cart/availability burned from Thu 12 Nov 09:00; recorded start 09:00"),
    ],
)
def test_the_onset_stands_beside_the_start_that_people_wrote(minutes: int, detected: float, says: str) -> None:
    onset = START + pd.Timedelta(minutes=minutes)
    made = row(onset=onset, onset_slo="cart/availability", detection_from_onset_s=detected)
    assert made["seen"] == says


def test_where_no_slo_burned_nothing_is_claimed() -> None:
    assert row()["seen"] == ""


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (None, "not known: no older incident is on record"),
        (
            SEEN,
            (
                "3 of this kind since Thu 13 Aug 2026, including this one; earlier: INC-8, INC-3; 3 per quarter; "
                "7 incidents of these services in that time, including this one"
            ),
        ),
        (
            {**SEEN, "count": 1, "ids": [], "of_service": 1, "per_quarter": None},
            "no similar incident since Thu 13 Aug 2026; the only incident of these services in that time",
        ),
    ],
)
def test_seen_before_comes_with_its_base_rate(seen: dict[str, Any] | None, says: str) -> None:
    assert row(seen_before=seen)["before"] == says


def test_the_third_of_a_kind_is_asked_about() -> None:
    frame = INCIDENT_FINDINGS.frame(
        [{"id": "INC-9", "seen_before": SEEN}, {"id": "x", "seen_before": {**SEEN, "count": 2}}, {"id": "y"}]
    )
    assert list(repeated(frame)) == [{"id": "INC-9", "n": 3, "earlier": "INC-8"}]


def test_a_review_shows_the_earlier_incident_and_asks_about_the_third() -> None:
    def incident(name: str, day: str) -> dict[str, Any]:
        return {
            "id": name,
            "title": "Cache is full",
            "services": ["cart"],
            "start": f"{day}T00:00Z",
            "end": f"{day}T01:00Z",
        }

    told = [incident("INC-1", "2026-06-10"), incident("INC-2", "2026-09-10"), incident("INC-3", "2026-11-12")]
    made = review({"incidents": told, "alert_runs": []}, {**FINE, "slo/cart/availability/bad/trend": 7.0})
    item = made.outages
    shown = found_table(item, "Incidents since the last meeting").frame
    assert shown["id"].tolist() == ["INC-3"]
    assert (
        shown["before"]
        .iloc[0]
        .startswith("3 of this kind since Wed 10 Jun 2026, including this one; earlier: INC-2, INC-1; 1.77 per quarter")
    )
    assert shown["seen"].iloc[0] == ""  # a burn of weeks is not when this began
    asked = about(made, "outage:INC-3").question
    assert "number 3 of its kind" in asked and "INC-2" in asked
    assert not {"outage:INC-1", "outage:INC-2"} & set(subjects(made))


@pytest.mark.parametrize("other", ["alerts (pagerduty)", "alerts[1]"])  # as older snapshots call it
@pytest.mark.parametrize(("state", "told"), [("ok", "not a page"), ("empty", "not a page"), ("failed", "not known")])
def test_while_one_of_two_alert_sources_failed_nobody_says_that_no_page_fired(
    state: Any, told: str, other: str
) -> None:
    incident = {"id": "INC-1", "title": "Down", "services": ["cart"], "start": START, "end": START}
    sources = (
        SourceState("alerts (prometheus_alerts)", "prometheus_alerts", "ok"),
        SourceState(other, "pagerduty", state),
    )
    facts = review({"incidents": [incident], "alert_runs": []}, FINE).facts
    item = Review(replace(facts, sources=sources)).outages
    assert found_table(item, "Incidents since the last meeting").frame["told"].tolist() == [told]


def test_what_happened_in_a_burn_is_asked_in_the_time_of_the_product() -> None:
    found = review({"incidents": [], "alert_runs": []}, FINE)
    burn = {"id": "cart/availability@x", "service": "cart", "slo": "availability"}
    times = {"onset": pd.Timestamp("2026-11-12T02:00Z"), "end": pd.Timestamp("2026-11-12T03:00Z")}
    found.analyses.slo.__dict__["events"] = SLO_EVENTS.frame([{**burn, **times}])
    burned = about(found, "outage:cart/availability@x")
    assert ("untold_event" in rules(burned), burned.place, bool(burned.question)) == (True, "agenda", True)
    assert burned.headline.startswith("cart ") and "Thu 12 Nov 11:00" in burned.headline


def untold(bad: float, *burns: tuple[str, str, str]) -> Review:
    """A review of burns of cart (id, onset, end) that nobody wrote down, of so many bad of 10 events a second."""
    found = review({"incidents": [], "alert_runs": []}, {**FINE, "slo/cart/availability/bad/trend": bad})
    found.analyses.slo.__dict__["events"] = SLO_EVENTS.frame(
        {
            "id": name, "service": "cart", "slo": "availability",
            "onset": pd.Timestamp(start), "onset_from": pd.Timestamp(start), "onset_to": pd.Timestamp(start),
            "end": pd.Timestamp(end), "end_from": pd.Timestamp(end), "end_to": pd.Timestamp(end),
        }
        for name, start, end in burns
    )  # fmt: skip
    return found


def test_an_outage_that_nobody_wrote_down_owes_a_postmortem_by_its_price_and_is_asked_about_once() -> None:
    # 7 bad of 10 a second for an hour are 104% of the budget.
    made = untold(7.0, ("burn", "2026-11-12T02:00Z", "2026-11-12T03:00Z"))
    shown = found_table(made.outages, "Fast burns without an incident record").frame
    assert shown["review"].tolist() == ["missing for 11 d"]
    assert "1 postmortem missing" in made.outages.headline
    found = about(made, "outage:burn")
    assert set(rules(found)) >= {"untold_event", "postmortem_owed"}
    assert found.question.count("who writes the incident record?") == 1
    cheap = untold(0.7, ("burn", "2026-11-12T02:00Z", "2026-11-12T03:00Z"))  # 10%
    shown = found_table(cheap.outages, "Fast burns without an incident record").frame
    assert (shown["review"].tolist(), "missing" in cheap.outages.headline) == (["not required"], False)


def test_the_most_expensive_is_named_though_nobody_wrote_it_down() -> None:
    burns = ("short", "2026-11-12T02:00Z", "2026-11-12T02:30Z"), ("long", "2026-11-14T02:00Z", "2026-11-14T05:00Z")
    headline = untold(0.7, *burns).outages.headline
    assert "an outage of cart on Sat 14 Nov 11:00 cost the most, 31% of" in headline


def test_the_time_and_length_of_an_outage_read_as_in_its_table() -> None:
    made = untold(0.7, ("burn", "2026-11-12T02:00Z", "2026-11-12T02:30Z"))
    frame = made.analyses.slo.events
    late = {"onset_from": pd.Timestamp("2026-11-12T02:03Z"), "onset_to": pd.Timestamp("2026-11-12T02:08Z")}
    made.analyses.slo.__dict__["events"] = frame.assign(**late)
    row = found_table(made.outages, "Fast burns without an incident record").frame.iloc[0]
    assert (row["began"], row["lasted"]) == ("Thu 12 Nov 11:03 to 11:08", "22 min to 27 min")
    assert all(row[name] in about(made, "outage:burn").headline for name in ("began", "lasted"))


def test_an_outage_is_called_by_its_incidents_or_by_what_it_hit_and_when() -> None:
    made = untold(0.7, ("cart/availability@2026-11-12T02:00Z", "2026-11-12T02:00Z", "2026-11-12T02:30Z"))
    (name,) = by_id(made.analyses.incidents.outages, "Asia/Tokyo").values()
    assert name == "an outage of cart on Thu 12 Nov 11:00"
    parts = found_table(made.metrics, "What spent the error budgets").frame
    assert name in set(parts["what"]) and not parts["what"].str.contains("@").any()
    written = OUTAGES.frame({**row, "incidents": ["INC-1"]} for row in rows(made.analyses.incidents.outages))
    assert set(by_id(written, "Asia/Tokyo").values()) == {"INC-1"}


def written(**more: Any) -> Review:
    """A review of one incident of cart, which burned nothing, and of a change of cart two minutes before."""
    told = {"id": "INC-1", "title": "Down", "services": ["cart"], "start": "2026-11-12T02:00Z", **more}
    change = {"id": "CH-32", "services": ["cart"], "start": "2026-11-12T01:58Z", "end": "2026-11-12T01:59Z"}
    other = {**change, "id": "CH-9", "services": ["web"]}
    return review({"incidents": [told], "alert_runs": [], "changes": [change, other]}, FINE)


def test_what_goes_on_is_asked_about_before_all_that_can_wait() -> None:
    found = about(written(), "outage:INC-1")
    assert (found.dated, found.place, bool(found.minutes)) == (True, "agenda", True)
    assert "Is INC-1 over?" in found.question
    for more in ({"mitigated": "2026-11-12T03:00Z"}, {"end": "2026-11-12T03:00Z"}):
        over = about(written(**more), "outage:INC-1")
        assert (over.dated, "over?" in over.question) == (False, False)


def test_a_burn_that_nobody_wrote_down_and_that_goes_on_is_asked_about_too() -> None:
    made = untold(0.7, ("burn", "2026-11-22T23:00Z", "2026-11-23T01:00Z"))
    made.analyses.slo.__dict__["events"] = made.analyses.slo.events.assign(ongoing=True)
    found = about(made, "outage:burn")
    assert (found.dated, found.place, "who is working on it?" in found.question) == (True, "agenda", True)


def test_the_length_of_an_outage_is_the_time_users_were_hurt() -> None:
    found = about(written(mitigated="2026-11-12T06:00Z", end="2026-11-12T06:15Z"), "outage:INC-1")
    assert "an outage of 4 h (" in found.headline


def test_a_change_of_the_service_just_before_is_named() -> None:
    said = about(written(end="2026-11-12T03:00Z"), "outage:INC-1").sentences
    assert any(each.endswith("It began 2 min after CH-32.") for each in said)
    late = about(written(start="2026-11-12T02:40Z", end="2026-11-12T03:00Z"), "outage:INC-1").sentences
    before = about(written(start="2026-11-12T01:50Z", end="2026-11-12T03:00Z"), "outage:INC-1").sentences
    assert not any("CH-" in each for each in (*late, *before))
