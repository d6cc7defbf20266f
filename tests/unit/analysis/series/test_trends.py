"""Slopes: agree with scipy where it can be asked, and are not faked by weeks, outages or wandering."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import theilslopes

from prodmeet_kit.analysis.series.trends import daily, slopes, theil_sen
from prodmeet_kit.core.window import Window
from tests.support.grids import END, STEP, at, grid, window


def days(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(len(values)), np.asarray(values, dtype=float)


def test_slope_and_interval_of_four_days_by_hand() -> None:
    # Days 0-3: 0, 1, 5, 3. Slopes of pairs: 1, 4, -2, 5/2, 1, 1; sorted -2, 1, 1, 1, 2.5, 4; median 1.
    # Var(S) = 4 * 3 * 13 / 18 = 8.667; 1.96 * 2.944 = 5.770; (6 - 5.77) / 2 = 0.11: the interval is all of them.
    slope = theil_sen(*days(np.array([0, 1, 5, 3])), season=1)
    assert slope is not None
    assert (slope.per_day, slope.low, slope.high) == (1, -2, 4)
    assert not slope.real


@given(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=30, unique=True))
@settings(max_examples=40, deadline=None)
def test_without_a_season_the_numbers_are_those_of_scipy(values: list[float]) -> None:
    expected = theilslopes(values, np.arange(len(values)), alpha=0.95)
    slope = theil_sen(*days(np.array(values)), season=1)
    assert slope is not None
    assert (slope.per_day, slope.low, slope.high) == pytest.approx(
        (expected.slope, expected.low_slope, expected.high_slope), rel=1e-9
    )


def test_the_rhythm_of_a_week_is_no_slope_wherever_the_weeks_are_cut() -> None:
    for first in range(7):
        values = np.where((np.arange(first, first + 24) % 7) < 5, 100.0, 20.0)
        slope = theil_sen(*days(values))
        assert slope is not None and slope.per_day == 0 and not slope.real


def test_two_days_of_outage_neither_hide_a_slope_nor_fake_one() -> None:
    draw = np.random.default_rng(3)
    for per_day in (0.0, 0.5):
        values = 100 + per_day * np.arange(28) + draw.normal(size=28)
        values[20:22] = 0
        slope = theil_sen(*days(values))
        assert slope is not None and slope.per_day == pytest.approx(per_day, abs=0.15)
        assert slope.real == (per_day > 0)


def test_a_series_that_only_wanders_shows_a_slope_rarely() -> None:
    # Neighbouring days alike (r = 0.5), four weeks, a weekly rhythm and no trend: 5 in 100 are allowed by the
    # interval, about 7 are measured, 15 without the allowance for neighbours. 200 draws: standard error 1.7.
    draw = np.random.default_rng(7)
    real = 0
    for _ in range(200):
        noise = draw.normal(size=28)
        for day in range(1, 28):
            noise[day] += 0.5 * noise[day - 1]
        slope = theil_sen(*days(100 + 20 * (np.arange(28) % 7 < 5) + noise))
        real += slope is not None and slope.real
    assert real <= 0.11 * 200


def test_too_few_pairs_are_no_slope() -> None:
    assert theil_sen(*days(np.arange(8))) is None  # one pair a week apart


def test_slopes_of_the_first_days_are_those_of_these_days_alone() -> None:
    known = np.setdiff1d(np.arange(50), [3, 4, 20])
    values = 0.2 * known + np.random.default_rng(5).normal(size=len(known))
    values[7:10] = values[6]  # equal ranks
    until = np.array([5, 21, 22, 40, len(known)])
    alone = [theil_sen(known[:count], values[:count]) for count in until]
    assert slopes(known, values, until) == alone
    assert alone[0] is None


def test_days_are_the_products_own_and_part_days_are_left_out() -> None:
    # To 2026-11-24T10:00Z = 19:00 in Tokyo: 19 of 24 hours are known of the 24th (0.79: kept, day 0).
    # From 2026-11-21T00:00Z = 09:00: 15 of 24 hours of the 21st (0.63: left out).
    tokyo = window("Asia/Tokyo")
    index = grid(datetime(2026, 11, 21, tzinfo=UTC))
    hours = pd.Series((index - STEP).tz_convert("Asia/Tokyo").day.astype(float), index=index)
    assert dict(zip(*daily(hours, tokyo), strict=True)) == {-2: 22.0, -1: 23.0, 0: 24.0}


def test_a_day_whose_clock_is_changed_is_one_day() -> None:
    berlin = Window.ending(
        datetime(2026, 10, 27, tzinfo=UTC), cadence=timedelta(days=7), timezone="Europe/Berlin", step=STEP
    )
    index = grid(
        datetime(2026, 10, 23, 22, tzinfo=UTC), datetime(2026, 10, 26, 23, tzinfo=UTC)
    )  # 24th to 26th, the 25th has 25 h
    ones = pd.Series(np.arange(len(index), dtype=float), index=index)
    assert daily(ones, berlin)[0].tolist() == [-3, -2, -1]


def test_a_quantile_can_be_taken_of_a_day() -> None:
    # 288 steps numbered 0..287: the 95th percentile is at 0.95 * 287 = 272.65.
    index = grid(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC))
    values = pd.Series(np.arange(288, dtype=float), index=index)
    assert daily(values, window(), quantile=0.95)[1].tolist() == pytest.approx([272.65])


def test_no_values_are_no_days() -> None:
    for unknown in (pd.Series(dtype=float, index=grid(END, END)), pd.Series(np.nan, index=grid(at("2026-11-20")))):
        assert [len(found) for found in daily(unknown, window())] == [0, 0]
