"""The advice for each service: what is known, what stays open, what has to be asked."""

from __future__ import annotations

from itertools import product
from math import nan
from typing import Any

import pytest

from prodmeet_kit.analysis.slo.decision_matrix import MATRIX, Known, decisions
from prodmeet_kit.schemas.frames import DECISIONS, SLO_SUMMARY


def advised(states: list[str], known: Known, hours: float = nan) -> dict[str, Any]:
    slos = SLO_SUMMARY.frame({"service": "cart", "name": f"slo-{n}", "state": state} for n, state in enumerate(states))
    frame = DECISIONS.check(decisions([known], slos, hours, 65.0))
    assert len(frame) == 1
    return {str(key): value for key, value in frame.iloc[0].items()}


def test_the_matrix_has_every_cell() -> None:
    assert set(MATRIX) == set(product(("met", "missed"), ("low", "high"), ("low", "high")))


@pytest.mark.parametrize(
    ("states", "toil", "satisfaction", "advice"),
    [
        (["OK", "OK"], "low", "high", "relax_process"),
        (["OK"], "low", "low", "tighten"),
        (["OK"], "high", "high", "fewer_alerts"),
        (["OK"], "high", "low", "tighten"),
        (["OK", "BAD"], "low", "high", "loosen"),
        (["BAD"], "low", "low", "more_alerts"),
        (["BAD", "NO_DATA"], "high", "high", "loosen"),
        (["BAD"], "high", "low", "offload_and_fix"),
    ],
)
def test_with_everything_known_there_is_one_advice(
    states: list[str], toil: str, satisfaction: str, advice: str
) -> None:
    row = advised(states, Known("cart", satisfaction, toil))
    assert (row["advice"], row["ask"], row["toil_source"]) == ([advice], [], "parameters")


def test_what_is_not_known_is_asked_and_leaves_the_advice_open() -> None:
    row = advised(["BAD"], Known("cart", toil="high"))
    assert (row["satisfaction"], row["ask"]) == ("unknown", ["satisfaction"])
    assert row["advice"] == ["loosen", "offload_and_fix"]
    assert advised(["TOO_FEW", "OK"], Known("cart", "low", "low"))["slo"] == "unknown"
    assert advised(["NO_DATA"], Known("cart"))["ask"] == ["slo", "toil", "satisfaction"]


def test_an_unknown_that_changes_nothing_still_leaves_one_advice() -> None:
    assert advised(["OK"], Known("cart", satisfaction="low"))["advice"] == ["tighten"]  # whatever the toil


@pytest.mark.parametrize(("hours", "toil"), [(64.9, "low"), (65.0, "high"), (0.0, "low")])
def test_toil_nobody_judged_comes_from_its_hours(hours: float, toil: str) -> None:
    row = advised(["OK"], Known("cart", "high"), hours)
    assert (row["toil"], row["toil_source"]) == (toil, "hours")
    assert advised(["OK"], Known("cart", "high", "low"), hours)["toil"] == "low"  # people know better


def test_a_service_without_an_objective_has_no_row() -> None:
    assert decisions([Known("cart")], SLO_SUMMARY.frame(), nan, 65.0).empty
