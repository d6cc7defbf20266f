"""What changes predicted against what was seen."""

from __future__ import annotations

from typing import Any

import pytest

from prodmeet_kit.agenda.changes import scorecard as shown
from prodmeet_kit.analyses.changes import Changes
from prodmeet_kit.analysis.changes.scorecard import REASONS, scorecard
from prodmeet_kit.evidence import Table
from prodmeet_kit.schemas.frames import BEFORE_AFTER, CHANGES, SCORECARD
from tests.support.reviews import review


def card(direction: str, size: str, *seen: dict[str, Any]) -> dict[str, Any]:
    effect = {"metric": "cart/cpu", "direction": direction, "size": size}
    past = CHANGES.frame([{"id": "A", "services": ["cart"], "expected_effect": effect}])
    rows = [{"change": "A", "service": "cart", "name": "cpu", "kind": "resource", **row} for row in seen]
    made = SCORECARD.check(scorecard(past, BEFORE_AFTER.frame(rows)))
    assert len(made) == 1
    return {str(column): value for column, value in made.loc[0].items()}


UP = {"outcome": "up", "effect": 0.2, "low": 0.15, "high": 0.25}
STILL = {"outcome": "within_noise", "effect": 0.02, "low": -0.06, "high": 0.1}


@pytest.mark.parametrize(
    ("direction", "size", "seen", "outcome", "reason"),
    [
        ("up", "20%", UP, "as_expected", "size_fits"),
        ("up", "30%", UP, "other_size", "size_differs"),  # 0.3 lies over 0.25
        ("up", "", UP, "as_expected", "direction_only"),
        ("up", "2 cores", UP, "as_expected", "direction_only"),
        ("down", "20%", UP, "other_direction", "opposite"),
        ("none", "", UP, "other_direction", "unexpected"),
        ("none", "", STILL, "as_expected", "still"),
        ("up", "30%", STILL, "no_change", "nothing_seen"),
        ("up", "", STILL, "no_change", "nothing_seen"),
        ("up", "10%", STILL, "cannot_tell", "hidden"),  # 0.1 is within -0.06 to 0.1
        ("down", "5%", STILL, "cannot_tell", "hidden"),
        ("up", "10%", {"outcome": "cannot_tell"}, "cannot_tell", "not_comparable"),
    ],
)
def test_a_prediction_is_judged_by_the_interval_of_what_was_seen(
    direction: str, size: str, seen: dict[str, Any], outcome: str, reason: str
) -> None:
    made = card(direction, size, seen)
    assert (made["outcome"], made["reason"]) == (outcome, reason)
    assert reason in REASONS


def test_what_nobody_measured_cannot_be_told() -> None:
    made = card("up", "10%")
    assert (made["outcome"], made["reason"], made["kind"]) == ("cannot_tell", "not_measured", "")
    assert made["observed_change"] != made["observed_change"]


def test_use_at_equal_load_judges_where_use_itself_did_not_move() -> None:
    at_equal_load = {**UP, "kind": "equal_load", "effect": 0.1, "low": 0.08, "high": 0.12}
    assert card("up", "10%", STILL, at_equal_load)["kind"] == "equal_load"
    assert card("up", "20%", UP, at_equal_load)["kind"] == "resource"
    assert card("up", "20%", {"outcome": "cannot_tell"}, at_equal_load)["observed_change"] == 0.1


def test_a_change_that_predicts_nothing_has_no_line() -> None:
    past = CHANGES.frame([{"id": "A", "services": []}])
    assert scorecard(past, BEFORE_AFTER.frame()).empty


def test_the_planned_changes_show_the_card_with_every_outcome_in_words() -> None:
    effect = {"metric": "cart/requests", "direction": "up", "size": "10%"}
    past = {"id": "A", "start": "2026-11-12T01:00Z", "end": "2026-11-12T02:00Z", "services": ["cart"]}
    item = review({"changes": [past | {"expected_effect": effect}]}).planned_changes
    (table,) = [each for each in item.evidence if isinstance(each, Table) and each.title == "Change scorecard"]
    row = table.frame.loc[0]
    assert (row["change"], row["expected"], row["outcome"]) == ("A", "up 10%", "inconclusive")
    assert row["reason"] == "nothing was measured"


def test_a_seen_effect_is_shown_with_its_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"id": "A", "metric": "cart/cpu", "kind": "resource", "expected_direction": "up", "expected_size": "20%"}
    numbers = {"before": 2.0, "after": 2.4, "unit": "cores", "observed_change": 0.2, "observed_low": 0.15}
    frame = SCORECARD.frame(
        [{**row, **numbers, "observed_high": 0.25, "outcome": "as_expected", "reason": "size_fits"}]
    )
    monkeypatch.setattr(Changes, "scorecard", frame)
    table = shown.table(review().analyses)
    assert table is not None
    assert table.frame.loc[0, "observed"] == "+20% (+15% to +25%)"
