"""States, budgets and notes of SLOs at the meeting."""

from __future__ import annotations

from datetime import timedelta
from math import inf, nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.slo.arithmetic import Rules, SloTarget, budgets, summarise, wilson
from prodmeet_kit.schemas.frames import SLO_COUNTS, SLO_SUMMARY
from tests.support.grids import END, grid, trend, window

SLO = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())


def summary(
    slo: SloTarget = SLO, trends: dict[str, pd.DataFrame] | None = None, **spans: tuple[float, float]
) -> pd.Series:
    counts = SLO_COUNTS.frame(
        {"service": slo.service, "name": slo.name, "span": span, "total": total, "bad": bad}
        for span, (total, bad) in spans.items()
    )
    frame = SLO_SUMMARY.check(summarise(counts, [slo], trends or {}, window()))
    assert len(frame) == 1
    return frame.iloc[0]


def target(objective: float) -> SloTarget:
    return SloTarget("cart", "availability", objective, SLO.window_s)


def test_budget_numbers_worked_out_by_hand() -> None:
    # Budget of the window: 0.001 * 1,000,000 = 1,000 bad events; 400 happened: 60% is left, attainment 99.96%.
    # Since: 300 / 1,000 = 30% of that budget; 300 / 600,000 = 0.0005, half of 0.001: burn 0.5.
    # Before: budget 0.001 * 800,000 = 800, 1,000 happened: 1 - 1.25 = -25%.
    row = summary(window=(1_000_000, 400), since=(600_000, 300), previous=(800_000, 1_000))
    assert row["state"] == "OK"
    assert row["attainment"] == pytest.approx(0.9996)
    assert (row["good"], row["total"], row["bad"]) == (999_600, 1_000_000, 400)
    assert row["budget_remaining"] == pytest.approx(0.6)
    assert row["budget_remaining_before"] == pytest.approx(-0.25)
    assert row["budget_spent_since_last"] == pytest.approx(0.3)
    assert row["burn_rate"] == pytest.approx(0.5)
    assert row["note"] == ""


@pytest.mark.parametrize(
    ("objective", "total", "bad", "state"),
    [
        (0.999, nan, nan, "NO_DATA"),
        (0.999, nan, 5, "NO_DATA"),
        (0.999, 0, nan, "NO_DATA"),
        (0.999, -1e-12, 0, "NO_DATA"),
        (0.999, 999, 0, "TOO_FEW"),  # allows 0.999 bad events
        (0.999, 999, 1, "TOO_FEW"),  # without it 100%, with it 99.9%: one event decides
        (0.999, 2000, 1, "TOO_FEW"),  # of 1 in 2,000 the exact interval is 0.0013% to 0.28%, which holds 0.1%
        (0.999, 2000, 5, "TOO_FEW"),  # of 5 it is 0.08% to 0.58%
        (0.999, 2000, 7, "BAD"),  # of 7 it is 0.14% to 0.72%: more than chance
        (0.999, 999, 500, "BAD"),  # chance does not do that
        (0.999, 3000, 3, "OK"),  # allows exactly three
        (0.9999, 30_000, 3, "OK"),  # 1 - 0.9999 is not exactly 0.0001 in binary
        (0.999, 3000, 4, "BAD"),
        (0.9, 30, 3, "OK"),
        (0.9, 30, 3.1, "BAD"),
        (1.0, 10, 0, "OK"),
        (1.0, 10, nan, "OK"),
        (1.0, 1e10, 1, "BAD"),
        (0.0, 10, 10, "OK"),
    ],
)
def test_the_first_state_that_holds(objective: float, total: float, bad: float, state: str) -> None:
    assert summary(target(objective), window=(total, bad))["state"] == state


@pytest.mark.parametrize(
    ("rules", "total", "bad", "state"),
    [
        (Rules(min_events=100), 99, 50, "TOO_FEW"),
        (Rules(min_events=100), 100, 50, "BAD"),
        (Rules(min_events=100), 100, 10, "OK"),
        (Rules(min_budget_events=0), 5, 1, "BAD"),
        (Rules(min_budget_events=3), 29, 3, "TOO_FEW"),  # allows 2.9 bad events, 3 happened
        (Rules(min_budget_events=1), 29, 4, "BAD"),
        (Rules(min_budget_events=3), 30, 3, "OK"),
        (Rules(min_events=100), 0, 0, "NO_DATA"),
    ],
)
def test_a_team_may_say_what_is_too_few(rules: Rules, total: float, bad: float, state: str) -> None:
    slo = target(0.9)
    counts = SLO_COUNTS.frame(
        [{"service": slo.service, "name": slo.name, "span": "window", "total": total, "bad": bad}]
    )
    assert summarise(counts, [slo], {}, window(), rules=rules)["state"].item() == state


def test_wilsons_interval_worked_out_by_hand() -> None:
    # n = 10, p = 0.9, z^2 = 3.8415: centre (0.9 + 0.19207) / 1.38415 = 0.78899,
    # half sqrt(0.38415 * 0.09 + 0.38415^2 / 4) / 1.38415 = sqrt(0.034573 + 0.036892) / 1.38415 = 0.19314
    assert list(wilson(0.9, 10)) == pytest.approx([0.59585, 0.98213], abs=1e-4)
    # all of n good: 1 / (1 + z^2 / n) = 100 / 103.8415
    assert list(wilson(1.0, 100)) == pytest.approx([0.96301, 1.0], abs=1e-5)
    assert np.isnan(wilson(nan, nan)).all() and np.isnan(wilson(nan, 0)).all()


@given(total=st.floats(1e-3, 1e12), good=st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_the_interval_holds_the_attainment_and_is_a_share(total: float, good: float) -> None:
    low, high = wilson(good, total)
    assert 0 <= low <= good <= high <= 1


def test_since_the_last_meeting_stands_beside_the_window() -> None:
    row = summary(window=(1_000_000, 400), since=(600_000, 300))
    assert row["attainment_since"] == pytest.approx(0.9995)  # 300 of 600,000


def test_no_counts_are_no_data_and_no_numbers() -> None:
    row = summary()
    assert row["state"] == "NO_DATA"
    numbers = ["attainment", "good", "total", "bad", "budget_remaining", "budget_spent_since_last", "burn_rate"]
    assert row[numbers].isna().all()


def test_an_absent_bad_series_is_zero_only_while_the_total_exists() -> None:
    row = summary(window=(1e6, nan), since=(nan, nan))
    assert (row["bad"], row["attainment"], row["note"]) == (0, 1, "bad_absent")
    assert np.isnan(row["budget_spent_since_last"]) and np.isnan(row["burn_rate"])


def test_bad_beyond_total_is_cut_and_said() -> None:
    row = summary(window=(1000, 1000.4), since=(100, 50))
    assert (row["bad"], row["good"], row["attainment"], row["note"]) == (1000, 0, 0, "bad_over_total")
    assert summary(window=(1000, 100), since=(100, 101))["note"] == "bad_over_total"


def test_negative_rounding_is_zero() -> None:
    row = summary(window=(1e6, -1e-7), since=(1e5, -1e-12))
    assert (row["bad"], row["budget_remaining"], row["burn_rate"], row["note"]) == (0, 1, 0, "")


def test_at_an_objective_of_one_budget_numbers_exist_only_after_a_bad_event() -> None:
    fine = summary(target(1.0), window=(1000, 0), since=(500, 0))
    assert fine[["budget_remaining", "budget_spent_since_last", "burn_rate"]].isna().all()
    hurt = summary(target(1.0), window=(1000, 2), since=(500, 1))
    assert (hurt["budget_remaining"], hurt["budget_spent_since_last"], hurt["burn_rate"]) == (-inf, inf, inf)


def test_missing_steps_are_counted_in_the_slo_window_only() -> None:
    # 28 d of 5 min steps are 8,064; 2,016 (7 d) have no total. What lies before the SLO window does not count.
    frame = trend(grid(END - timedelta(days=35)))
    frame.loc[frame.index > END - timedelta(days=7), "total"] = nan
    frame.loc[frame.index <= END - timedelta(days=28), "total"] = nan
    assert summary(trends={SLO.ref: frame}, window=(1e6, 0))["missing_fraction"] == pytest.approx(0.25)
    week = SloTarget("cart", "availability", 0.999, timedelta(days=7).total_seconds())
    assert summary(week, {SLO.ref: frame}, window=(1e6, 0))["missing_fraction"] == 1.0
    assert np.isnan(summary(window=(1e6, 0))["missing_fraction"])


def test_slos_keep_their_order_and_do_not_take_each_others_counts() -> None:
    other = SloTarget("cart", "latency", 0.99, SLO.window_s)
    counts = SLO_COUNTS.frame(
        [
            {"service": "cart", "name": "availability", "span": "window", "total": 1e6, "bad": 1},
            {"service": "cart", "name": "latency", "span": "window", "total": 2e6, "bad": 3},
        ]
    )
    frame = summarise(counts, [other, SLO], {}, window())
    assert frame[["name", "total", "bad"]].to_numpy().tolist() == [["latency", 2e6, 3], ["availability", 1e6, 1]]
    # 0.01 * 2,000,000 and 0.001 * 1,000,000
    assert budgets(counts, [other, SLO]) == {
        "cart/latency": pytest.approx(20_000),
        "cart/availability": pytest.approx(1000),
    }


@given(
    objective=st.sampled_from([0.0, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0]),
    total=st.floats(0, 1e9) | st.just(nan),
    bad=st.floats(-1, 1e9) | st.just(nan),
)
@settings(max_examples=150, deadline=None)
def test_numbers_agree_with_each_other(objective: float, total: float, bad: float) -> None:
    row = summary(target(objective), window=(total, bad))
    if row["state"] == "NO_DATA":
        assert np.isnan(row["attainment"]) and np.isnan(row["budget_remaining"])
        return
    assert 0 <= row["bad"] <= row["total"] and 0 <= row["attainment"] <= 1
    assert row["good"] + row["bad"] == pytest.approx(row["total"])
    assert not row["budget_remaining"] > 1
    if row["state"] == "OK":
        assert row["attainment"] >= objective - 1e-9 and not row["budget_remaining"] < -1e-6
    if row["state"] == "BAD":
        assert row["attainment"] < objective and row["budget_remaining"] < 0
