"""Demand since the last meeting: level, peak, change, growth."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.capacity.load import growth_per_week, summarise
from prodmeet_kit.schemas.frames import LOAD_SUMMARY
from tests.support.grids import at, grid, window

WINDOW = window()


def series(values: float = 100.0, weeks: int = 4) -> pd.Series[float]:
    return pd.Series(values, index=grid(WINDOW.end - timedelta(weeks=weeks)), dtype="float64")


def summary(load: pd.Series[float] | None) -> pd.Series:
    frame = LOAD_SUMMARY.check(summarise({"cart/requests": load}, {"cart/requests": "req/s"}, WINDOW))
    assert len(frame) == 1
    return frame.iloc[0]


def test_mean_peak_and_change_since_the_last_meeting() -> None:
    load = series(100.0)
    load[load.index > WINDOW.start] = 110.0
    load[load.index == at("2026-11-12T12:00")] = 400.0  # one step of 4,032 since: mean 110 + 290 / 4032 = 110.0719
    load[load.index == at("2026-11-01T12:00")] = 900.0  # in the window before: mean 100 + 800 / 4032 = 100.1984
    row = summary(load)
    assert (row["service"], row["name"], row["unit"]) == ("cart", "requests", "req/s")
    assert row["mean"] == pytest.approx(110 + 290 / 4032)
    assert (row["peak"], row["peak_at"]) == (400, at("2026-11-12T12:00"))
    assert row["change_vs_previous"] == pytest.approx((110 + 290 / 4032) / (100 + 800 / 4032) - 1)
    assert row["missing_fraction"] == 0


def test_a_load_without_an_answer_has_no_numbers() -> None:
    for nothing in (None, series(np.nan)):
        row = summary(nothing)
        assert row[["mean", "peak", "peak_at", "change_vs_previous", "growth_per_week"]].isna().all()
        assert row["missing_fraction"] == 1


def test_half_a_window_is_not_compared_with_a_whole_one() -> None:
    load = series()
    load[load.index <= WINDOW.start - timedelta(days=6)] = np.nan  # 6 of 14 days known
    assert np.isnan(summary(load)["change_vs_previous"])
    load = series()
    load[load.index > WINDOW.end - timedelta(days=6)] = np.nan  # 8 of 14 days known
    assert summary(load)["change_vs_previous"] == 0
    assert summary(load)["missing_fraction"] == pytest.approx(6 / 14)


def days_of(load: pd.Series[float]) -> np.ndarray:
    return np.asarray((pd.DatetimeIndex(load.index) - load.index[0]) / timedelta(days=1))


def test_growth_is_what_a_week_carries_more_than_the_week_before() -> None:
    load = series()
    load *= 1.05 ** (days_of(load) / 7)
    week = load.rolling("7D").mean()
    assert growth_per_week(load, WINDOW) == pytest.approx(0.05, rel=1e-3)
    assert week.iloc[-1] / week.iloc[-1 - 7 * 288] - 1 == pytest.approx(0.05, rel=1e-2)


def test_a_step_is_no_growth() -> None:
    load = series()
    load[load.index > at("2026-11-08T10:00")] = 145.0
    load *= np.exp(np.repeat(np.random.default_rng(3).normal(0, 0.01, 29), 288)[: len(load)])
    assert np.isnan(growth_per_week(load, WINDOW))


def test_neither_the_week_nor_an_outage_is_growth_and_both_together_do_not_hide_it() -> None:
    load = series()
    load[pd.DatetimeIndex(load.index).day_of_week >= 5] = 20.0
    flat = load.copy()
    flat[(flat.index > at("2026-11-18T03:00")) & (flat.index <= at("2026-11-19T09:00"))] = 0.0
    assert np.isnan(growth_per_week(flat, WINDOW))
    grown = flat * 1.06 ** (days_of(flat) / 7)
    assert growth_per_week(grown, WINDOW) == pytest.approx(0.06, rel=0.05)


def test_less_than_two_weeks_are_no_growth() -> None:
    load = series()
    load += days_of(load)
    load[load.index <= WINDOW.end - timedelta(days=13)] = np.nan
    assert np.isnan(growth_per_week(load, WINDOW))
