"""What went on before the last meeting and is not over for the meeting: carried outages, pages that fire on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from prodmeet_kit.facts import Previous
from prodmeet_kit.review import Review
from tests.support.reviews import END, about, review, subjects

DAY = timedelta(days=1)
START = END - 20 * DAY
OLD = {
    "id": "INC-0",
    "title": "Down",
    "services": ["cart"],
    "start": START,
    "end": START + timedelta(hours=1),
    "detected_by": "person",
}


def after(waited: dict[str, int], decisions: list[dict[str, Any]], **more: Any) -> Review:
    """A meeting two weeks after one at which INC-0 was looked at; no page was seen."""
    said = [{"meeting": "2026-11-09", "said": END - 14 * DAY, "item": "outages", **each} for each in decisions]
    known = review({"incidents": [OLD | more], "alert_runs": [], "meeting_decisions": said}).analyses.facts
    return Review(replace(known, previous=Previous(END - 14 * DAY, {}, waited=waited)))


@pytest.mark.parametrize(
    ("waited", "decisions", "raised"),
    [
        ({}, [], False),
        ({"outage:INC-0": 1}, [], True),
        ({}, [{"subject": "outage:INC-0", "decision": "carry"}], True),
        ({"outage:INC-0": 1}, [{"subject": "outage:INC-0", "decision": "drop"}], False),
        ({"outage:INC-9": 1}, [], False),
    ],
)
def test_an_outage_that_waited_or_was_carried_over_is_raised_again(
    waited: dict[str, int], decisions: list[dict[str, Any]], raised: bool
) -> None:
    made = after(waited, decisions)
    assert ("outage:INC-0" in subjects(made)) is raised
    assert made.analyses.incidents.recent_outages.empty
    if raised:
        assert about(made, "outage:INC-0").question


def test_a_carried_outage_that_owes_nothing_any_more_is_not_raised() -> None:
    made = after({"outage:INC-0": 1}, [], detected_by="page")  # nobody knows of a page; without a price none is owed
    assert subjects(made) == []


@pytest.mark.parametrize(("page", "days"), [(True, 60), (True, 1), (False, 60)])
def test_a_page_that_fires_since_before_the_last_meeting_is_a_finding(page: bool, days: int) -> None:
    run = {
        "alertname": "Disk",
        "labels": '{"service":"cart","severity":"page"}',
        "state": "firing",
        "page": page,
        "start": END - days * DAY,
        "last": END,
        "interval_s": 60.0,
    }
    made = review({"alert_runs": [run], "incidents": []})
    assert subjects(made) == ["alert:Disk/cart"]
    facets = [each for _, each in about(made, "alert:Disk/cart").facets if each.rule.startswith("page_")]
    assert len(facets) == int(page)
    assert (len(made.analyses.paging.pages) == 0) is (days == 60 or not page)
    assert all(each.question for each in facets) or days == 1
