"""Each agenda item says what is true: a finding, None on grounds, or that it could not be checked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prodmeet_kit import agenda
from prodmeet_kit.core.errors import Failure, InputError
from prodmeet_kit.evidence import AgendaItem, Chart, Glance, HeatMap, Note, Table, WeekOverlay
from prodmeet_kit.parameters.models import AGENDA
from prodmeet_kit.render.markdown import markdown
from prodmeet_kit.review import Review
from tests.support.reviews import about, review, rules, subjects

RECORDS = {
    "planned_changes": "changes",
    "outages": "incidents",
    "paging_events": "alert_runs",
    "action_items": "action_items",
    "consultations": "consultations",
    "toil": "toil",
    "topics": "topics",
}
FINE = {
    "slo/cart/availability/total": 10.0,
    "slo/cart/availability/bad": 0.001,
    "load/cart/requests": 10.0,
    "resource/cart/memory/use": 1e9,
    "resource/cart/memory/limit": 4e9,
}


def table(item: AgendaItem, title: str) -> Table:
    return next(shown for shown in item.evidence if isinstance(shown, Table) and shown.title == title)


def unfolded(item: AgendaItem) -> str:
    """The item as Markdown with its tables open."""
    tables = [replace(each, folded=False) for each in item.evidence if isinstance(each, Table)]
    return markdown(replace(item, evidence=tuple(tables)))


def test_the_items_stand_in_the_order_of_the_sre_book() -> None:
    assert [item.key for item in review().items] == list(AGENDA)


def test_the_meeting_may_order_its_own_agenda() -> None:
    other = review(meeting={"agenda": ["action_items", "metrics"]})
    assert [item.key for item in other.items] == ["action_items", "metrics"]


@pytest.mark.parametrize("key", RECORDS)
def test_a_section_without_a_source_says_which_key_is_missing(key: str) -> None:
    item = review({RECORDS[key]: None}).item(key)
    assert item.state == "none"
    assert "no source is configured: add sources." in item.headline


@pytest.mark.parametrize("key", RECORDS)
def test_a_section_whose_source_failed_says_so_and_is_not_empty(key: str) -> None:
    failure = Failure(key, "the source", "connection refused")
    item = review({RECORDS[key]: None}, failures=[failure]).item(key)
    assert item.state == "could_not_check"
    assert item.headline == "Could not check: connection refused"
    assert item.failures == (failure,)


@pytest.mark.parametrize("key", RECORDS)
def test_a_section_of_which_something_could_not_be_read_is_not_said_to_be_empty(key: str) -> None:
    failure = Failure(key, "the calendar", "c.ics:8: an event is left out")
    item = review({RECORDS[key]: []}, FINE, failures=[failure]).item(key)
    assert (item.state, item.headline) == ("could_not_check", "Could not check: c.ics:8: an event is left out")
    assert item.failures == (failure,)


@pytest.mark.parametrize("key", RECORDS)
def test_a_section_that_was_checked_and_is_empty_gives_its_grounds(key: str) -> None:
    item = review({RECORDS[key]: []}, FINE).item(key)
    assert item.state == "none"
    assert item.headline.startswith("None, because ")
    assert "no source" not in item.headline


@pytest.mark.parametrize("key", RECORDS)
def test_a_second_source_that_failed_stays_visible_beside_the_first_ones_rows(key: str) -> None:
    failure = Failure(key, "calendar", "timed out")
    assert review({RECORDS[key]: []}, FINE, failures=[failure]).item(key).failures == (failure,)


def test_metrics_without_any_answer_could_not_be_checked() -> None:
    item = review(failures=[Failure("metrics", "prometheus", "connection refused")]).metrics
    assert item.state == "could_not_check"
    assert "connection refused" in item.headline


def test_kept_objectives_are_said_to_be_kept() -> None:
    item = review(values=FINE).metrics
    # 0.001 bad of 10 a second is 0.01%: a tenth of the budget of 0.1%
    assert item.state == "fine"
    assert item.headline == "SLOs met: 1 of 1."
    assert table(item, "Service level objectives").frame["budget_remaining"].iloc[0] == pytest.approx(0.9)


def test_a_missed_objective_is_named_and_asks_for_a_decision() -> None:
    made = review(values={**FINE, "slo/cart/availability/bad": 0.02})
    assert made.metrics.state == "attention"
    assert "not met: cart/availability" in made.metrics.headline
    found = about(made, "slo:cart/availability")
    assert (rules(found)[0], found.section, found.place) == ("slo_missed", "metrics", "agenda")
    assert found.question and any(found.question in asked for asked in made.metrics.questions)


def test_a_budget_that_went_fast_is_raised() -> None:
    # since the last meeting 0.09% bad: 0.09 / 0.1 * 14 d / 28 d = 45% of the budget; 0.12% gives 60%
    calm = review(values={**FINE, "slo/cart/availability/bad/since": 0.009})
    fast = review(values={**FINE, "slo/cart/availability/bad/since": 0.012})
    assert calm.metrics.state == "fine"
    assert "slo:cart/availability" not in subjects(calm)
    found = about(fast, "slo:cart/availability")
    assert (rules(found), found.place, bool(found.question)) == (["budget_spent"], "agenda", True)
    assert fast.metrics.state == "attention"


def test_an_slo_without_series_is_not_known_rather_than_kept() -> None:
    values = {key: value for key, value in FINE.items() if not key.startswith("slo/")}
    item = review(values=values).metrics
    assert "not known: cart/availability" in item.headline
    assert item.state == "attention"


def test_metrics_opens_with_its_services_and_holds_all_else_folded() -> None:
    kinds = (Table, Chart, HeatMap, WeekOverlay)
    for bad in (0.001, 0.02):
        item = review(values={**FINE, "slo/cart/availability/bad": bad}).metrics
        first = item.evidence[0]
        rest = [*item.evidence[1:], *(each for view in item.views for each in view.picture.folded)]
        assert isinstance(first, Glance)
        assert all(shown.folded for shown in rest if isinstance(shown, kinds))
        assert {"slo-cart-availability"} <= {shown.anchor for shown in rest if isinstance(shown, Chart)}
        assert not [shown.text for shown in rest if isinstance(shown, Note) and not shown.summary]


def test_a_planned_change_that_needs_somebody_is_asked_about() -> None:
    changes = [
        {"id": "CH-1", "title": "Move", "start": "2026-11-25T01:00Z", "end": "2026-11-25T02:00Z", "services": ["cart"],
         "response_needed": "watch", "rollback": "move back"},
        {"id": "CH-2", "title": "Grow", "start": "2026-11-25T01:30Z", "end": "2026-11-25T03:00Z", "services": ["cart"],
         "response_needed": "none", "rollback": ""},
        {"id": "CH-3", "title": "Later", "start": "2026-12-25T01:30Z", "services": ["cart"]},
    ]  # fmt: skip
    made = review({"changes": changes}, FINE)
    assert made.planned_changes.headline == (
        "2 changes start before the next meeting: 1 needs a response, 2 have warnings."
    )
    assert "change:CH-3" not in subjects(made)
    found = about(made, "change:CH-1")
    assert found is about(made, "change:CH-2")  # that they overlap is asked once, and not again the other way round
    assert (found.section, found.place, found.dated, bool(found.question)) == ("planned_changes", "agenda", True, True)
    alone = about(review({"changes": changes[:1]}, FINE), "change:CH-1")
    assert (rules(alone), alone.dated, bool(alone.question)) == (["change_needs_response"], True, True)


def test_a_planned_change_that_collides_and_needs_somebody_asks_for_both() -> None:
    first = {"id": "CH-1", "title": "Move", "start": "2026-11-25T01:00Z", "end": "2026-11-25T02:00Z",
             "services": ["cart"], "response_needed": "watch", "rollback": "move back"}  # fmt: skip
    second = {**first, "id": "CH-2", "start": "2026-11-25T01:30Z", "response_needed": "none"}
    found = about(review({"changes": [first, second]}, FINE), "change:CH-1")
    asked = {facet.rule for _, facet in found.facets if facet.question and facet.subject == "change:CH-1"}
    assert asked == {"change_at_risk", "change_needs_response"}


def test_a_planned_change_without_a_way_back_is_asked_for_one() -> None:
    change = {"id": "CH-2", "title": "Grow", "start": "2026-11-25T01:30Z", "end": "2026-11-25T03:00Z",
              "services": ["cart"], "response_needed": "none", "rollback": ""}  # fmt: skip
    assert about(review({"changes": [change]}, FINE), "change:CH-2").question
    assert "change:CH-2" not in subjects(review({"changes": [{**change, "rollback": "shrink"}]}, FINE))


def test_an_outage_is_priced_in_error_budget() -> None:
    incident = {
        "id": "INC-1", "title": "Down", "services": ["cart"], "start": "2026-11-12T00:00Z", "end": "2026-11-12T01:00Z",
        "mitigated": "2026-11-12T01:00Z", "detected": "2026-11-12T00:05Z",
    }  # fmt: skip
    # A trend of 7 bad of 10 events a second for one hour, over a budget of 0.1% of 10/s for 28 days:
    # 7 * 3,600 / (0.001 * 10 * 2,419,200) = 104%
    values = {**FINE, "slo/cart/availability/bad/trend": 7.0}
    made = review({"incidents": [incident], "alert_runs": []}, values)
    assert "INC-1 cost the most, 104% of an error budget; 1 postmortem missing." in made.outages.headline
    found = about(made, "outage:INC-1")
    assert (found.section, found.place, "104%" in found.headline) == ("outages", "agenda", True)
    assert {facet.rule: facet.score for _, facet in found.facets}["outage"] == 105  # 75, and 30 for a whole budget


DOWN = {"id": "INC-1", "title": "Down", "services": ["cart"], "start": "2026-11-12T00:00Z", "end": "2026-11-12T01:00Z"}


def outages(alerts: list[dict[str, object]] | None, *sections: str, **more: str) -> AgendaItem:
    """The outages of a review with one incident and no metrics, in which these sections failed."""
    return down(alerts, *sections, **more).outages


def down(alerts: list[dict[str, object]] | None, *sections: str, **more: str) -> Review:
    failures = [Failure(section, f"source of {section}", "refused") for section in sections]
    return review({"incidents": [DOWN | more], "alert_runs": alerts}, failures=failures)


def test_an_outage_that_nobody_could_measure_is_said_to_be_unknown() -> None:
    item = outages(None, "metrics", "paging_events")
    row = table(item, "Incidents since the last meeting").frame.iloc[0]
    assert (row["told"], row["review"], row["price"]) == (
        "not known",
        "not known",
        ["cart/availability: not known"],
    )
    assert item.questions == ()
    why = "source of metrics: refused; source of paging_events: refused"
    assert item.evidence[0] == Note(f"Error budget costs and pages could not be checked: {why}", "warning")


@pytest.mark.parametrize(
    ("alerts", "section", "says"),
    [
        (None, "paging_events", "Pages could not be checked: "),
        ([], "metrics", "Error budget costs could not be checked: "),
    ],
)
def test_the_outages_name_what_failed_elsewhere(
    alerts: list[dict[str, object]] | None, section: str, says: str
) -> None:
    assert outages(alerts, section).evidence[0] == Note(f"{says}source of {section}: refused", "warning")


@pytest.mark.parametrize(
    ("alerts", "detected_by", "asked", "told"),
    [
        ([], "", 1, "not a page"),
        ([], "chance", 1, "chance"),
        ([], "page", 0, "page"),
        (None, "", 0, "not known"),
        (None, "person", 0, "a person"),
    ],
)
def test_what_should_have_told_us_is_asked_only_where_no_page_did(
    alerts: list[dict[str, object]] | None, detected_by: str, asked: int, told: str
) -> None:
    made = down(alerts, detected_by=detected_by)
    found = about(made, "outage:INC-1")
    assert rules(found).count("event_unpaged") == asked
    paged = made.analyses.incidents.recent_outages["paged"].tolist()
    assert paged == [False if asked else None]  # of a page that people wrote of and nobody saw, nothing is known
    assert made.analyses.detection.quality.events == len(made.analyses.detection.missed) == asked or alerts is None
    assert (found.place == "agenda") is bool(found.question) is bool(asked)
    assert table(made.outages, "Incidents since the last meeting").frame["told"].tolist() == [told]


def test_no_burn_is_claimed_when_burns_could_not_be_checked() -> None:
    item = review({"incidents": []}, failures=[Failure("metrics", "prometheus", "refused")]).outages
    assert item.headline == (
        "None, because no incident was recorded since Mon 9 Nov 2026; "
        "for 1 of 1 SLO it is not known whether it had a fast burn."
    )
    assert item.evidence == (Note("Budget burns could not be checked: prometheus: refused", "warning"),)


def test_without_alerts_nothing_is_said_of_what_should_have_paged() -> None:
    quiet = review({"alert_runs": None}, FINE).non_paging_events
    assert quiet.headline == (
        "None, because no SLO and no resource needs attention; "
        "without alert data it is not known what should have paged and what is noise."
    )
    # 1e9 of a limit of 1e9: the resource is full
    full = review({"alert_runs": None}, {**FINE, "resource/cart/memory/limit": 1e9}).non_paging_events
    assert full.headline == (
        "1 subject needs attention without a page; "
        "without alert data it is not known what should have paged and what is noise."
    )


def test_non_paging_events_that_could_not_be_checked_say_what_their_sources_answered() -> None:
    item = review({"alert_runs": None}, failures=[Failure("metrics", "prometheus", "refused")]).non_paging_events
    assert (item.state, item.headline, item.failures) == ("could_not_check", "Could not check: refused", ())


def test_without_a_trend_no_burn_is_said_to_have_been_paged() -> None:
    item = review({"alert_runs": []}).non_paging_events
    assert item.headline == (
        "None, because no alert is noise; for 1 of 1 SLO it is not known whether a burn went unpaged."
    )


def test_a_closed_action_item_whose_query_has_no_answer_is_not_forgotten() -> None:
    verify = {"verify_query": "up", "verify_expect": "== 1"}
    items = [{"id": "AI-1", "text": "x", "status": "closed", **verify}]
    item = review({"action_items": items}, FINE).action_items
    assert item.headline == "1 action item, 1 closed, not verifiable."
    assert (item.state, item.questions) == ("noted", ())
    assert "inconclusive" in unfolded(item)


def test_an_overdue_action_item_is_asked_about() -> None:
    items = [{"id": "AI-1", "text": "x", "status": "open", "born": "2026-11-08T15:00Z", "due": "2026-11-20T15:00Z"}]
    item = review({"action_items": items}, FINE).action_items
    assert item.state == "attention"
    assert item.headline.startswith("1 action item, 1 overdue")
    # Due on 20 Nov in Tokyo is midnight of 21 Nov there, 15:00 UTC
    assert "20 Nov 2026" in unfolded(item)
    assert "21 Nov 2026" not in unfolded(item)


def test_the_minutes_of_all_items_fit_the_meeting() -> None:
    crowded = review(
        {"consultations": [{"id": f"C-{n}", "question": "?", "asked": "2026-11-10"} for n in range(50)]},
        {**FINE, "slo/cart/availability/bad": 0.02},
    )
    assert sum(item.minutes for item in crowded.items) <= 30
    assert crowded.metrics.minutes > 0


def test_the_overview_lists_every_item_and_what_could_not_be_checked() -> None:
    broken = review({"toil": []}, FINE, failures=[Failure("paging_events", "alerts", "connection refused")])
    assert broken.overview.state == "could_not_check"
    assert list(table(broken.overview, "What to discuss").frame["item"]) == list(AGENDA)
    assert "1 section could not be checked" in broken.overview.headline


def test_an_item_that_breaks_says_so_and_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(findings: object) -> AgendaItem:
        raise RuntimeError("a fault")

    monkeypatch.setattr("prodmeet_kit.agenda.people.toil.item", broken)
    faulty = review({"toil": []}, FINE)
    assert faulty.toil.state == "could_not_check"
    assert faulty.failures[-1] == Failure("toil", "analysis", "RuntimeError: a fault")
    assert faulty.metrics.state == "fine"


def test_an_agenda_item_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(InputError, match="retrospective, which does not exist: choose from topics, planned_changes"):
        agenda.build("retrospective", review().analyses)
