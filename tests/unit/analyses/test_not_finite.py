"""What is no number is not known: never a total that passes every objective."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.documents.review_json import record
from prodmeet_kit.review import Review
from tests.support.answering import Asked
from tests.support.gathered import everything, facts

pytestmark = pytest.mark.takes(10)


def instead(word: str, value: str, *, ranges: bool = True, every: int = 1) -> Any:
    """A server that answers queries with this word with a value that is no number, at each or every n-th point."""

    def says(asked: Asked) -> tuple[int, str, bytes]:
        status, kind, body = everything(asked)
        ranged = asked.path.endswith("query_range")
        if word not in asked.form["query"] or (ranged and not ranges):
            return status, kind, body
        content = json.loads(body)
        for series in content["data"]["result"]:
            if ranged:
                for pair in series["values"][::every]:
                    pair[1] = value
            else:
                series["value"][1] = value
        return status, kind, json.dumps(content).encode()

    return says


TOTAL, BAD = 'service="cart"}', 'code=~"5.."'


@pytest.mark.parametrize("value", ["+Inf", "-Inf", "NaN"])
@pytest.mark.parametrize("word", [TOTAL, BAD])
def test_an_slo_is_not_known_and_the_reason_is_said(word: str, value: str, tmp_path: Path) -> None:
    found, _ = facts(instead(word, value, ranges=False), tmp_path)
    row = record(Review(found))["slos"][0]
    assert row["state"] == "NO_DATA"
    assert {row[key] for key in ("total", "bad", "good", "attainment", "budget_remaining", "burn_rate")} == {None}
    (gap,) = found.failures
    assert gap.source == "cart/availability"
    assert gap.message.startswith(f"the server answered {value}, which is no number")


@pytest.mark.parametrize(("word", "source"), [("sum(rate", "cart/requests"), ("sum(cpu)", "cart/cpu")])
def test_a_load_or_a_use_that_is_infinite_throughout_is_null_and_a_gap(word: str, source: str, tmp_path: Path) -> None:
    found, _ = facts(instead(word, "+Inf"), tmp_path)
    written = record(Review(found))
    (row,) = written["load" if "rate" in word else "resources"]
    assert row["mean"] is None and row["peak"] is None and row["missing_fraction"] == 1
    assert any(source in failure.source and "+Inf alone" in failure.message for failure in found.failures)


def test_some_infinite_values_are_missing_and_counted(tmp_path: Path) -> None:
    found, _ = facts(instead("sum(cpu)", "+Inf", every=4), tmp_path)
    answer = found.answers["resource/cart/cpu/use"]
    assert f"of {answer.points} values are +Inf, which is no number: taken as missing" in answer.warnings[0]
    (row,) = record(Review(found))["resources"]
    assert row["mean"] == 2
    assert row["missing_fraction"] == pytest.approx(0.25, abs=0.01)


def test_infinite_steps_of_a_trend_are_gaps_of_the_slo(tmp_path: Path) -> None:
    found, _ = facts(instead(TOTAL, "+Inf", every=2), tmp_path)
    trend = Review(found).analyses.slo.trends["cart/availability"]
    assert trend["total"].max() < 1e9
    assert trend["total"].isna().mean() == pytest.approx(0.5, abs=0.01)


def test_an_infinite_limit_is_no_limit_and_no_room_is_claimed(tmp_path: Path) -> None:
    found, _ = facts(instead("cpu_limit", "+Inf"), tmp_path)
    (row,) = record(Review(found))["resources"]
    assert (row["trend"], row["limit"], row["headroom"], row["utilisation_p95"]) == ("no_limit", None, None, None)
    assert found.failures == ()


def test_a_limit_that_could_not_be_asked_is_not_no_limit(tmp_path: Path) -> None:
    def says(asked: Asked) -> tuple[int, str, bytes]:
        return (500, "text/plain", b"no") if "cpu_limit" in asked.form["query"] else everything(asked)

    found, _ = facts(says, tmp_path)
    (row,) = record(Review(found))["resources"]
    assert row["trend"] == "limit_unknown"
    assert [failure.source for failure in found.failures] == ["cart/cpu"]
