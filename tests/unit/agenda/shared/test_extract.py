"""What stays open of an agenda item: few rows, few columns, the worst; each row is in one table."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from prodmeet_kit import open_review
from prodmeet_kit.agenda.shared.extract import some_open
from prodmeet_kit.evidence import AgendaItem, Column, Table
from tests.support.reviews import review

FINE = {
    "slo/cart/availability/total": 10.0,
    "slo/cart/availability/bad": 0.001,
    "load/cart/requests": 10.0,
    "resource/cart/memory/use": 1e9,
    "resource/cart/memory/limit": 4e9,
}
QUIET = {"services": ["cart"], "response_needed": "none", "rollback": "go back"}


def split(count: int, matter: list[bool] | None = None) -> list[tuple[str, list[int], bool]]:
    table = Table("T", pd.DataFrame({"n": range(count)}), (Column("n", "N"),))
    return [(each.title, each.frame["n"].tolist(), each.folded) for each in some_open(table, matter)]


@pytest.mark.parametrize(
    ("count", "matter", "shown"),
    [
        (0, None, []),
        (6, None, [("T", [0, 1, 2, 3, 4, 5], False)]),
        (8, None, [("T", [0, 1, 2, 3, 4, 5], False), ("T: 2 more", [6, 7], True)]),
        (8, [False] * 6 + [True] * 2, [("T", [0, 1, 2, 3, 6, 7], False), ("T: 2 more", [4, 5], True)]),
    ],
)
def test_the_rows_that_matter_are_open_in_their_order_and_none_is_lost(
    count: int, matter: list[bool] | None, shown: list[Any]
) -> None:
    assert split(count, matter) == shown


def opened(item: AgendaItem) -> list[Table]:
    return [each for each in item.evidence if isinstance(each, Table) and not each.folded]


def test_what_is_open_fits_a_glance() -> None:
    for item in open_review().items:
        if item.key != "metrics":
            assert len(opened(item)) <= 1, item.key
            assert all(len(each.frame) <= 6 and len(each.columns) <= 6 for each in opened(item)), item.key


def test_a_calendar_of_many_changes_shows_those_with_a_warning() -> None:
    days = [{"id": f"CH-{n}", "title": "x", "start": f"2026-11-{24 + n // 2}T0{n}:00Z", **QUIET} for n in range(8)]
    freeze = {"start": "2026-11-27", "end": "2026-11-27", "reason": "the sale"}
    item = review({"changes": days}, FINE, freezes=[freeze]).planned_changes
    calendar, more, needs = [each for each in item.evidence if isinstance(each, Table)]
    warned = [row["id"] for row in needs.frame.to_dict("records") if row["warnings"]]
    assert warned == ["CH-6", "CH-7"] and set(warned) < set(calendar.frame["id"])
    assert (len(calendar.frame), len(more.frame), more.folded, needs.folded) == (6, 2, True, True)
    assert not {each.name for each in calendar.columns} & {each.name for each in needs.columns} - {"id"}


def test_where_nothing_is_to_be_decided_nothing_is_open() -> None:
    change = {"id": "CH-1", "title": "x", "start": "2026-11-25T01:00Z", "end": "2026-11-25T02:00Z", **QUIET}
    action = {"id": "AI-1", "text": "x", "status": "open", "owner": "ann", "due": "2026-12-03T15:00Z"}
    made = review({"changes": [change], "action_items": [action]}, FINE)
    assert opened(made.planned_changes) == opened(made.action_items) == []
    assert made.planned_changes.headline == "1 change starts before the next meeting."
    assert made.action_items.headline == "1 action item, 1 due before the next meeting."


def test_an_item_due_before_the_next_meeting_is_open_unless_a_finding_asks_about_it() -> None:
    plain = {"text": "x", "status": "open", "owner": "ann", "born": "2026-11-08T15:00Z"}
    items = [
        {"id": "AI-1", "due": "2026-11-20T15:00Z", **plain},  # overdue: a finding
        {"id": "AI-2", "due": "2026-12-03T15:00Z", **plain},
        {"id": "AI-3", "due": "2027-02-03T15:00Z", **plain},
    ]
    item = review({"action_items": items}, FINE).action_items
    (due,) = opened(item)
    assert due.frame["id"].tolist() == ["AI-2"]
    assert item.headline == "3 action items, 1 overdue, 1 due before the next meeting."
