"""What outages cost, and whether that alone requires a postmortem."""

from __future__ import annotations

from datetime import timedelta
from math import inf, nan

import pandas as pd
import pytest

from prodmeet_kit.analysis.incidents.cost import findings
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.schemas.frames import INCIDENTS, SLO_COUNTS
from tests.support.grids import END, at, grid, trend
from tests.support.outages import outages_of
from tests.support.priced_incidents import COUNTS, SLO, WINDOW, found, incident


def test_an_incident_is_priced_in_each_budget_of_its_services() -> None:
    # It was written down from 03:07, in the middle of the first bad step: that step's failures are its own.
    assert found(incident())["budget_spent"].tolist() == [{"cart/availability": pytest.approx(0.35)}]
    # Three steps of the outage, and a service whose trend is not known.
    half = found(incident(end="17T03:20", services=["cart", "web"])).iloc[0]["budget_spent"]
    assert half == {"cart/availability": pytest.approx(0.15), "web/availability": pytest.approx(nan, nan_ok=True)}
    assert found(incident(services=[]))["budget_spent"].tolist() == [{}]


def test_an_incident_in_a_gap_of_the_trend_has_no_price() -> None:
    gap = trend(grid(END - timedelta(days=28)))
    gap.loc[at("2026-11-17T03:00") : at("2026-11-17T04:00")] = nan
    told = INCIDENTS.frame([incident()])
    rows = findings(told, outages_of(WINDOW, told, None, [SLO], {SLO.ref: gap}, COUNTS), WINDOW)
    assert rows["budget_spent"].tolist() == [{"cart/availability": pytest.approx(nan, nan_ok=True)}]


def test_an_open_incident_is_priced_to_the_meeting() -> None:
    row = found(incident("24T09:00", None), bad={("2026-11-24T09:00", "2026-11-24T10:00"): 100.0}).iloc[0]
    assert row["budget_spent"] == {"cart/availability": pytest.approx(0.12)}
    assert row["end"] is pd.NaT


def test_without_a_budget_the_price_is_not_known_and_at_an_objective_of_one_it_is_infinite() -> None:
    price = found(incident(), counts=SLO_COUNTS.frame())["budget_spent"].iloc[0]
    assert price == {"cart/availability": pytest.approx(nan, nan_ok=True)}
    perfect = SloTarget("cart", "availability", 1.0, SLO.window_s)
    assert found(incident(), slos=(perfect,))["budget_spent"].tolist() == [{"cart/availability": inf}]
    assert found(incident(), slos=(perfect,), bad={})["budget_spent"].tolist() == [{"cart/availability": 0.0}]


@pytest.mark.parametrize(
    ("each", "link", "required", "missing"),
    [(285.0, "", False, False), (286.0, "", True, True), (286.0, "https://example.org/pm", True, False)],
)
def test_over_a_fifth_of_a_budget_owes_a_postmortem(each: float, link: str, required: bool, missing: bool) -> None:
    # 7 * 285 = 1,995 of 10,000 is 19.95%; 7 * 286 = 2,002 is 20.02%.
    row = found(incident(postmortem=link), bad={("2026-11-17T03:05", "2026-11-17T03:40"): each}).iloc[0]
    assert (row["postmortem_required"], row["postmortem_missing"]) == (required, missing)


@pytest.mark.parametrize(
    ("each", "services", "required"),
    [
        # 7 * 100 = 700 of 10,000 is 7%, 7 * 400 = 2,800 is 28%; the trend of web is not known.
        (100.0, ["cart"], False),
        (100.0, ["cart", "web"], None),
        (100.0, ["web"], None),
        (400.0, ["cart", "web"], True),
        (400.0, ["mail"], False),  # a service without SLOs has no price to be known
    ],
)
def test_whether_a_postmortem_is_owed_is_not_known_while_a_price_that_decides_is_not(
    each: float, services: list[str], required: bool | None
) -> None:
    row = found(incident(services=services), bad={("2026-11-17T03:05", "2026-11-17T03:40"): each}).iloc[0]
    assert row["postmortem_required"] is required
    assert row["postmortem_missing"] == (required is True)


@pytest.mark.parametrize(
    ("days", "each", "required"),
    [
        # 7 * 200 = 1,400 of 5,000 is 28% of the window's budget: of 7 days' budget that is 7% of four weeks'.
        (7, 200.0, False),
        # 7 * 575 = 4,025 is 80.5% of 7 days' budget: 20.125% of four weeks'.
        (7, 575.0, True),
        # 7 * 50 = 350 is 7% of 84 days' budget: 21% of four weeks'.
        (84, 50.0, True),
        (84, 47.5, False),  # 6.65%: 19.95%
    ],
)
def test_the_rule_is_of_four_weeks_whatever_the_window_of_the_slo(days: int, each: float, required: bool) -> None:
    slos = (SloTarget("cart", "availability", 0.999, timedelta(days=days).total_seconds()),)
    halved = COUNTS.assign(total=5_000_000.0)
    row = found(incident(), bad={("2026-11-17T03:05", "2026-11-17T03:40"): each}, slos=slos, counts=halved).iloc[0]
    assert row["postmortem_required"] is required
