"""Age, delay and outcome of action items."""

from __future__ import annotations

from math import nan
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.meeting.action_items import findings, satisfies
from prodmeet_kit.schemas.frames import ACTION_ITEM_FINDINGS, ACTION_ITEMS
from tests.support.grids import at, window

WINDOW = window()  # the meeting is at 2026-11-24T10:00Z


def found(item: dict[str, Any], value: float | None = None) -> pd.DataFrame:
    observed = {} if value is None else {"AI-1": value}
    items = ACTION_ITEMS.frame([{"id": "AI-1", "status": "open"} | item])
    return ACTION_ITEM_FINDINGS.check(findings(items, observed, WINDOW))


@pytest.mark.parametrize(
    ("value", "expect", "satisfied"),
    [
        (1, "<= 1", True),
        (1.01, "<= 1", False),
        (0.99, "<1", True),
        (1, "< 1", False),
        (0, "== 0", True),
        (2.9999999999, "== 3", True),
        (2.99, "== 3", False),
        (2.9999999999, "!= 3", False),
        (2, "!=3", True),
        (0.51, "> .5", True),
        (-2, ">= -2.0", True),
        (1500, " > 1.5e3 ", False),
        (nan, "!= 1", False),
        (nan, "<= 1", False),
    ],
)
def test_a_value_satisfies_a_comparison(value: float, expect: str, satisfied: bool) -> None:
    assert satisfies(value, expect) is satisfied


@pytest.mark.parametrize("expect", ["", "1", "= 1", "=< 1", "<= one", "<= 1 or so", "<= 1 <= 2", "<= nan", "is 1"])
def test_other_texts_are_refused_and_the_error_says_what_to_write(expect: str) -> None:
    with pytest.raises(ValueError, match="write what is expected as <= 1"):
        satisfies(1, expect)


def test_age_and_delay_in_days() -> None:
    # due on Saturday 21 November, until midnight; the meeting is on Tuesday
    row = found({"born": at("2026-11-10T10:00"), "due": at("2026-11-22T00:00")}).iloc[0]
    assert (row["age_days"], row["overdue_days"]) == (14, 3)
    assert found({"due": at("2026-11-25T00:00")})["overdue_days"].tolist() == [0]
    unknown = found({}).iloc[0]
    assert (unknown["overdue_days"], pd.isna(unknown["age_days"])) == (0, True)


@pytest.mark.parametrize(
    ("status", "query", "expect", "value", "outcome", "proposal"),
    [
        ("open", "", "", None, "none", ""),
        ("open", "x", "<= 1", 1, "met", "close"),
        ("open", "x", "<= 1", 2, "not_met", ""),
        ("open", "x", "<= 1", None, "cannot_tell", ""),
        ("open", "x", "<= 1", nan, "cannot_tell", ""),
        ("open", "x", "few", 1, "cannot_tell", ""),
        ("closed", "x", "<= 1", 2, "not_met", "reopen"),
        ("closed", "x", "<= 1", None, "cannot_tell", ""),
        ("closed", "x", "few", 1, "cannot_tell", ""),
    ],
)
def test_the_outcome_proposes_what_to_do(
    status: str, query: str, expect: str, value: float | None, outcome: str, proposal: str
) -> None:
    row = found({"status": status, "verify_query": query, "verify_expect": expect}, value).iloc[0]
    assert (row["outcome"], row["proposal"]) == (outcome, proposal)


@pytest.mark.parametrize(("query", "value"), [("", None), ("x", 1)])
def test_a_closed_item_without_a_query_or_with_one_that_is_met_is_left_in_peace(
    query: str, value: float | None
) -> None:
    assert found({"status": "closed", "verify_query": query, "verify_expect": "<= 1"}, value).empty


def test_a_closed_item_is_never_overdue() -> None:
    late = {"status": "closed", "due": at("2026-11-01"), "verify_query": "x", "verify_expect": "<= 1"}
    assert found(late, 5)["overdue_days"].tolist() == [0]


def test_items_keep_their_order() -> None:
    items = ACTION_ITEMS.frame([{"id": name, "status": "open"} for name in ("b", "a", "c")])
    assert findings(items, {}, WINDOW)["id"].tolist() == ["b", "a", "c"]
