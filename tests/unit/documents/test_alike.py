"""Findings that join say a number only where it holds of each, and name the first few."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prodmeet_kit.documents import alike, preread
from prodmeet_kit.review import Review
from tests.support.reviews import END, RATE, review


def services(bad: list[float]) -> Review:
    """One service for each share of bad requests, all of them over an objective of 99.9%."""
    queries = {f"s{at}": RATE.replace("cart", f"s{at}") for at in range(len(bad))}
    sli = {name: {"events": {"error_query": query, "total_query": query}} for name, query in queries.items()}
    made = [{"name": name, "slos": [{"name": "a", "objective": 99.9, "sli": sli[name]}]} for name in queries]
    values = {
        f"slo/s{at}/a/{side}": value for at, share in enumerate(bad) for side, value in (("bad", share), ("total", 1))
    }
    return review({}, values, services=made, meeting={"duration": "60m"})


def told(found: Review, least: int = 3) -> list[str]:
    groups = alike.grouped(found, found.findings, least, lambda _: "")
    return [alike.statement(found, group) for group in groups]


def test_what_holds_of_each_is_said_once() -> None:
    assert told(services([0.1] * 5)) == ["5 SLOs miss their objectives, 90% attained: s0/a, s1/a, s2/a, 2 more."]


def test_where_they_differ_the_least_and_the_most_are_said() -> None:
    assert told(services([0.1, 0.42, 0.36])) == ["3 SLOs miss their objectives, 58% to 90% attained: s0/a, s1/a, s2/a."]


def test_two_stay_two() -> None:
    assert len(told(services([0.1, 0.1]))) == 2


def test_a_question_about_names_is_asked_of_the_first_and_said_of_the_others() -> None:
    found = services([0.1] * 4)
    assert f"{found.findings[0].question} The same for the others." in preread.write(found)


def test_what_differs_keeps_its_line() -> None:
    late = {"text": "t", "owner": "ada", "status": "open", "born": END, "due": END - timedelta(days=3)}
    asked = [{"id": f"Q-{at}", "question": f"What of {at}?", "asked": END} for at in range(3)]
    found = review({"action_items": [{**late, "id": f"AI-{at}"} for at in range(3)], "consultations": asked})
    agenda = preread.write(found)
    assert agenda.count("min: 3 action items are 3 days overdue: AI-0, AI-1, AI-2.") == 1
    assert [f"What of {at}?" in agenda for at in range(3)] == [True] * 3


@pytest.mark.parametrize("count", [3, 4])
def test_of_a_rule_without_words_of_its_own_nothing_is_claimed_of_the_others(count: int) -> None:
    changes = [
        {"id": f"CH-{at}", "title": "Move", "owner": "dba", "services": ["cart"], "rollback": "" if at else "back",
         "start": END + timedelta(days=20 + at), "end": END + timedelta(days=20 + at, hours=1)}
        for at in range(count + 1)
    ]  # fmt: skip
    found = review({"changes": changes}, meeting={"cadence": "60d"})
    (line,) = [text for text in told(found) if "others" in text]
    assert line.startswith("CH-1 on ") and f"{count - 1} others: CH-2, CH-3" in line
