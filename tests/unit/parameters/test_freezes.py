"""Times in which changes wait: what a team declares, and public holidays."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from prodmeet_kit.evidence import Table
from prodmeet_kit.parameters.freezes import Freeze, public_holidays
from tests.support.reviews import about, product, review, subjects

CHANGE = {"id": "CH-1", "start": "2026-11-27T15:30Z", "end": "2026-11-27T16:00Z", "services": ["cart"], "rollback": "x"}


def test_a_freeze_that_ends_on_a_day_holds_all_of_it() -> None:
    freeze = Freeze(start="2026-11-27", end="2026-11-28", reason="sale")
    # midnight in Tokyo is 15:00 UTC of the day before
    assert freeze.span("Asia/Tokyo") == (datetime(2026, 11, 26, 15, tzinfo=UTC), datetime(2026, 11, 28, 15, tzinfo=UTC))
    timed = Freeze(start="2026-11-27T09:00", end="2026-11-27T18:00", reason="sale")
    assert timed.span("UTC") == (datetime(2026, 11, 27, 9, tzinfo=UTC), datetime(2026, 11, 27, 18, tzinfo=UTC))


def test_a_freeze_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValidationError, match="ends before it starts"):
        Freeze(start="2026-11-28", end="2026-11-27", reason="sale")


def test_holidays_are_whole_days_of_the_products_zone() -> None:
    first, last = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
    found = public_holidays("JP", first, last, "Asia/Tokyo")
    # Culture Day on 3 November, Labor Thanksgiving Day on 23 November
    assert [begin for begin, _, _ in found] == [
        datetime(2026, 11, 2, 15, tzinfo=UTC),
        datetime(2026, 11, 22, 15, tzinfo=UTC),
    ]
    assert [(end - begin).days for begin, end, _ in found] == [1, 1]
    assert public_holidays("", first, last, "Asia/Tokyo") == []


@pytest.mark.parametrize(("code", "fix"), [("Japan", "two letters"), ("DE-XX", "a part of DE: BB, BE")])
def test_a_country_that_does_not_exist_is_told(code: str, fix: str) -> None:
    with pytest.raises(ValidationError, match=fix):
        product(holidays=code)


def test_the_planned_changes_say_freeze_and_holiday_in_words() -> None:
    freeze = {"start": "2026-11-28", "end": "2026-11-28", "reason": "the sale"}
    frozen = about(review({"changes": [CHANGE]}, freezes=[freeze]), "change:CH-1")  # 00:30 on the 28th in Tokyo
    assert "falls in a change freeze: the sale" in frozen.headline
    made = review({"changes": [CHANGE | {"start": "2026-11-26T12:00Z"}]}, timezone="America/New_York", holidays="US")
    holiday = about(made, "change:CH-1")
    assert "falls on a public holiday: Thanksgiving" in holiday.headline
    for found in (frozen, holiday):
        assert (found.place, found.dated, bool(found.question)) == ("agenda", True, True)
    plain = review({"changes": [CHANGE]})
    assert plain.planned_changes.questions == () and "change:CH-1" not in subjects(plain)


def test_a_spent_budget_says_what_may_still_go_out() -> None:
    values = {"slo/cart/availability/total": 10.0, "slo/cart/availability/bad": 1.0}
    made = review({"changes": [CHANGE]}, values)
    found = about(made, "change:CH-1")
    assert found is about(made, "slo:cart/availability") and found.dated
    asked = [facet.question for _, facet in found.facets if facet.subject == "change:CH-1"]
    assert len(asked) == 1 and "only P0 and security changes are released" in asked[0]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({}, "until the error budget recovers, only P0 and security changes are released"),
        ({"policy": "the owner of the service agrees first"}, "the owner of the service agrees first"),
    ],
)
def test_a_spent_budget_is_told_with_the_policy_of_the_team(rules: dict[str, str], said: str) -> None:
    # 2 of 4 requests a second are bad, where 99.9% allows 0.004: the budget is spent 500 times over.
    values = {"slo/cart/availability/bad": 2.0, "slo/cart/availability/total": 4.0}
    found = review({"changes": [CHANGE]}, values, slo_rules=rules)
    told = f"the error budget of cart/availability is exhausted: {said}"
    (change,) = [each for _, each in about(found, "change:CH-1").facets if each.subject == "change:CH-1"]
    assert (change.rule, said in change.question) == ("change_at_risk", True)
    assert "the error budget of cart/availability is exhausted" in change.reason
    calendar, needs = found.planned_changes.evidence
    assert isinstance(calendar, Table) and not calendar.folded
    assert isinstance(needs, Table) and needs.frame["warnings"].tolist() == [[told]]


def test_a_change_says_everything_it_is_in_the_way_of() -> None:
    # From 12:30 on the 27th to 00:30 on the 28th in Tokyo: CH-2 starts in it, the freeze is the 28th.
    other = {**CHANGE, "id": "CH-2", "start": "2026-11-27T14:00Z", "end": "2026-11-27T15:00Z"}
    first = {**CHANGE, "start": "2026-11-27T03:30Z", "end": "2026-11-27T15:30Z"}
    freeze = {"start": "2026-11-28", "end": "2026-11-28", "reason": "the sale"}
    values = {"slo/cart/availability/bad": 2.0, "slo/cart/availability/total": 4.0}
    found = review({"changes": [first, other]}, values, freezes=[freeze]).analyses.changes.upcoming
    assert found.set_index("id")["warnings"].to_dict() == {
        "CH-1": ["collides:CH-2", "budget_spent:cart/availability", "freeze:the sale"],
        "CH-2": ["collides:CH-1", "budget_spent:cart/availability"],
    }
