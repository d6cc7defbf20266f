"""The findings of whole reviews: what is asked, what the first screen names, and what review.json holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prodmeet_kit import open_review
from prodmeet_kit.archive.layout import record_text
from prodmeet_kit.archive.previous_meeting import find_previous
from prodmeet_kit.core.window import Window
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.facts import Facts
from prodmeet_kit.review import Review
from prodmeet_kit.snapshot import freeze
from tests.support.reviews import END, RATE, WINDOW, about, review, rules, subjects

CADENCE = WINDOW.length
CHANGE = {
    "id": "CH-1", "title": "Move", "owner": "dba", "start": "2026-11-25T01:00Z", "end": "2026-11-25T02:00Z",
    "services": ["cart"], "rollback": "move back",
}  # fmt: skip


@pytest.fixture(scope="module")
def demo() -> Review:
    return open_review()


def test_a_missed_objective_asks_whatever_burned_it() -> None:
    # 10% bad for four weeks, where 0.1% is allowed: one burn over all of the window, and nobody wrote it down.
    made = review({"incidents": []}, {"slo/cart/availability/total": 10.0, "slo/cart/availability/bad": 1.0})
    one = about(made, "slo:cart/availability")
    assert (one.place, bool(one.question), made.metrics.state) == ("agenda", True, "attention")
    assert "cart/availability" in made.overview.headline


def test_two_missed_objectives_and_a_change_for_both_services_are_two_findings() -> None:
    query = {name: RATE.replace("cart", name) for name in ("cart", "web")}
    services = [
        {"name": name, "slos": [{"name": "availability", "objective": 99.9,
                                 "sli": {"events": {"error_query": rate, "total_query": rate}}}]}
        for name, rate in query.items()
    ]  # fmt: skip
    values = {
        f"slo/{name}/availability/{kind}": value
        for name, bad in (("cart", 0.02), ("web", 0.03))
        for kind, value in (("bad", bad), ("total", 10.0))
    }
    made = review({"changes": [{**CHANGE, "services": ["cart", "web"]}]}, values, services=services)
    assert about(made, "slo:cart/availability") is not about(made, "slo:web/availability")
    for name in query:
        assert f"{name}/availability" in made.overview.headline
    assert about(made, "change:CH-1").dated


def test_what_asks_nothing_does_not_wait(tmp_path: Path) -> None:
    values = {"slo/cart/availability/total": 10.0, "slo/cart/availability/bad": 0.001}
    items = [{"id": f"AI-{n}", "text": "t", "status": "open", "due": END - CADENCE, "born": END} for n in range(3)]
    made = review({"action_items": items}, values, meeting={"duration": "1m"})
    assert (about(made, "all:slos").place, about(made, "all:slos").question) == ("annex", "")
    end = END - CADENCE
    window = Window.ending(end, cadence=CADENCE, timezone=WINDOW.timezone)
    place = tmp_path / "shop" / window.day.isoformat()
    freeze(Facts(made.facts.product, window, end), place / "snapshot")
    (place / "review.json").write_text(record_text(record(made)), encoding="utf-8")
    before = find_previous(tmp_path, "shop", WINDOW).meeting
    assert before is not None
    left = {each.subject for each in made.findings if each.place == "annex" and each.question}
    assert left and set(before.waited) == left


def test_what_older_minutes_promised_belongs_to_the_finding_it_was_about() -> None:
    said = {"meeting": "2026-11-09", "item": "metrics", "decision": "act", "owner": "bob", "due": "2026-11-20"}
    decided = [{"subject": "slo_missed/cart/availability", "what": "cart/availability is missed", **said}]
    values = {"slo/cart/availability/total": 10.0, "slo/cart/availability/bad": 0.02}
    one = about(review({"meeting_decisions": decided, "action_items": []}, values), "slo:cart/availability")
    assert {"slo_missed", "action_overdue"} <= set(rules(one))


def test_the_first_screen_names_what_ranks_first(demo: Review) -> None:
    here = sorted((each for each in demo.findings if each.place == "agenda"), key=lambda each: each.rank)
    for each in here[:2]:
        assert each.headline.rstrip(".") in demo.overview.headline


def test_each_item_asks_what_its_findings_on_the_agenda_ask_and_has_their_minutes(demo: Review) -> None:
    for item in demo.items:
        mine = [each for each in demo.findings if each.section == item.key and each.place == "agenda"]
        assert len(item.questions) == len(mine)
        assert all(each.question in asked for each, asked in zip(mine, item.questions, strict=True))
        assert item.minutes == sum(each.minutes for each in mine)


KEYS = {
    *("subject", "section", "headline", "question", "why", "minutes", "place"),
    *("sentences", "facets", "owner", "check"),
}


def test_review_json_has_each_finding_with_its_keys(demo: Review) -> None:
    content = json.loads(record_text(record(demo)))
    made = content["findings"]
    assert made and all(set(each) >= KEYS for each in made)
    assert len({each["subject"] for each in made}) == len(made)
    facets = [(facet["subject"], facet["rule"]) for each in made for facet in each["facets"]]
    assert len({subject for subject, _ in facets}) <= len(facets)
    homes = [{facet["subject"] for facet in each["facets"]} for each in made]
    assert sum(map(len, homes)) == len(set().union(*homes))  # no subject in two findings
    for each in made:
        assert each["place"] in ("agenda", "annex")
        assert (each["place"] == "agenda") == (each["minutes"] > 0)
        assert each["question"] or each["minutes"] == 0
        assert 0 <= len(each["sentences"]) <= 2
        assert each["check"] is None or set(each["check"]) == {"query", "expect"}
        assert each["subject"] in {facet["subject"] for facet in each["facets"]}
    assert content["glance"]["to_decide"] == sum(
        each["place"] == "agenda" and each["question"] is not None for each in made
    )


def test_without_anything_found_there_is_no_finding() -> None:
    made = review()
    assert [subject for subject in subjects(made) if not subject.startswith(("slo:", "all:"))] == []
    content = json.loads(record_text(record(made)))
    assert content["glance"]["to_decide"] == sum(bool(each["question"]) for each in content["findings"])


def test_an_item_whose_questions_are_asked_under_another_says_which(demo: Review) -> None:
    joined = {
        item.key: {each.section for each in demo.findings if each.place == "agenda"
                   for section, facet in each.facets if section == item.key and facet.question}
        for item in demo.items
    }  # fmt: skip
    titles = {item.key: item.title for item in demo.items}
    for item in demo.items:
        own = any(view.here for view in item.views)
        assert set(item.under) == (set() if own else {titles[key] for key in joined[item.key]})
        assert not (item.under and item.minutes)
