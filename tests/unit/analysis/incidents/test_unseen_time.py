"""Where samples are missing a number is not known, or the least it can be: never a zero that nobody measured."""

from __future__ import annotations

import json
from datetime import timedelta
from math import nan
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.agenda.outages.table import table
from prodmeet_kit.analysis.incidents import budget_parts
from prodmeet_kit.analysis.incidents import cost as incidents
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.evidence import Table
from prodmeet_kit.review import Review
from prodmeet_kit.schemas.frames import BUDGET_PARTS, INCIDENTS, SLO_COUNTS, SLO_EVENTS
from tests.support.answering import Asked
from tests.support.gathered import WINDOW as ASKED
from tests.support.gathered import everything, facts
from tests.support.grids import END, at, grid, trend, window
from tests.support.outages import outages_of

WINDOW = window()
SLO = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
COUNTS = SLO_COUNTS.frame(
    {"service": "cart", "name": "availability", "span": span, "total": total, "bad": bad}
    for span, total, bad in (("window", 10_000_000, 9_000), ("since", 5_000_000, 4_000))
)  # the budget is 0.001 * 10,000,000 = 10,000 bad events
HOUR = {"id": "INC-1", "services": ["cart"], "start": at("2026-11-17T03:00"), "end": at("2026-11-17T04:00")}


def seen(gap: tuple[str, str], bad: dict[tuple[str, str], float]) -> dict[str, pd.DataFrame]:
    """1,000 events a step but for a gap."""
    found = trend(grid(END - timedelta(days=28)), bad=bad)
    found["total"] = 1000.0
    found.loc[at(gap[0]) : at(gap[1])] = nan
    return {SLO.ref: found}


def priced(trends: dict[str, pd.DataFrame]) -> Any:
    told = INCIDENTS.frame([HOUR])
    return incidents.findings(told, outages_of(WINDOW, told, None, [SLO], trends, COUNTS), WINDOW).iloc[0]


def parts(trends: dict[str, pd.DataFrame]) -> list[list[Any]]:
    told = outages_of(WINDOW, INCIDENTS.frame([HOUR]), None, [SLO], trends)
    made = budget_parts.parts(COUNTS, [SLO], trends, told, SLO_EVENTS.frame(), WINDOW)
    return BUDGET_PARTS.check(made)[["kind", "bad", "blind_s"]].to_numpy().tolist()


BURST = {("2026-11-17T03:00", "2026-11-17T03:20"): 500.0}  # 4 steps: 2,000 bad events


def test_an_outage_with_a_gap_costs_at_least_what_was_seen_and_the_blind_time_is_said() -> None:
    row = priced(seen(("2026-11-17T03:25", "2026-11-17T03:40"), BURST))  # 4 steps of 5 minutes
    assert row["budget_spent"] == {"cart/availability": pytest.approx(0.2)}
    assert row["blind_s"] == {"cart/availability": 1200.0}
    frame = pd.DataFrame([row]).reset_index(drop=True)
    (price,) = table(frame, "UTC").frame["price"]
    assert price == ["cart/availability 20% or more; 20 min of 1 h without samples"]


def test_nothing_bad_in_the_time_that_was_seen_is_not_nothing_bad() -> None:
    row = priced(seen(("2026-11-17T03:25", "2026-11-17T03:40"), {}))
    assert row["budget_spent"] == {"cart/availability": pytest.approx(nan, nan_ok=True)}
    # 4 steps of 1,000 events, all bad, would be 40% of the budget of four weeks
    assert row["postmortem_required"] is None
    (price,) = table(pd.DataFrame([row]).reset_index(drop=True), "UTC").frame["price"]
    assert price == ["cart/availability: not known; 20 min of 1 h without samples"]


def test_a_gap_too_short_to_cost_a_postmortem_leaves_none_required() -> None:
    row = priced(seen(("2026-11-17T03:40", "2026-11-17T03:40"), {}))  # at most 1,000 bad events: 10%
    assert row["postmortem_required"] is False


def test_an_outage_seen_throughout_costs_what_it_cost() -> None:
    row = priced(seen(("2026-11-01T00:00", "2026-11-01T01:00"), {}))
    assert (row["budget_spent"], row["blind_s"]) == ({"cart/availability": 0.0}, {"cart/availability": 0.0})


def test_what_is_left_of_a_budget_cannot_be_placed_where_an_incident_was_not_seen() -> None:
    half = parts(seen(("2026-11-17T03:25", "2026-11-17T03:40"), BURST))
    assert half == [["incident", 2000.0, 1200.0], ["unplaced", 2000.0, 0.0]]
    none = parts(seen(("2026-11-17T02:00", "2026-11-17T05:00"), BURST))
    assert none == [["incident", pytest.approx(nan, nan_ok=True), 3600.0], ["unplaced", 4000.0, 0.0]]
    whole = parts(seen(("2026-11-01T00:00", "2026-11-01T01:00"), BURST))
    assert whole == [["incident", 2000.0, 0.0], ["rest", 2000.0, 0.0]]


def test_a_day_without_samples_is_null_in_the_record_and_a_dot_in_the_line(tmp_path: Path) -> None:
    day = (ASKED.end - timedelta(days=3)).timestamp(), (ASKED.end - timedelta(days=2)).timestamp()

    def says(asked: Asked) -> tuple[int, str, bytes]:
        status, kind, body = everything(asked)
        if not asked.path.endswith("query_range"):
            return status, kind, body
        content = json.loads(body)
        for series in content["data"]["result"]:
            series["values"] = [pair for pair in series["values"] if not day[0] < pair[0] <= day[1]]
        return status, kind, json.dumps(content).encode()

    review = Review(facts(says, tmp_path)[0])
    slos = next(each for each in review.metrics.evidence if isinstance(each, Table) and "by_day" in each.frame)
    shown = str(slos.frame["by_day"].iloc[0])
    assert shown.count("nan") == 1 and shown.split(",")[-3].strip() == "nan"
    written = record(review)
    assert [row["missing_fraction"] for row in written["load"]] == [pytest.approx(1 / 14)]
    assert [row["covered_why"] for row in written["slos"]] == ["gaps"]
