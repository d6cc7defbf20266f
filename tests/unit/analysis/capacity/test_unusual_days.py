"""Days unlike their weekday: found when they are, and not called so when data is missing or chance explains it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.capacity.unusual_days import find
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import UNUSUAL_DAYS

HOUR = timedelta(hours=1)
WINDOW = Window.ending(
    datetime(2026, 11, 23, 1, tzinfo=UTC), cadence=timedelta(days=14), timezone="Asia/Tokyo", step=HOUR
)


def clock(index: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return (index - HOUR).tz_convert(WINDOW.zone)


def load(noise: float = 0.03, seed: int = 1, weeks: int = 8) -> pd.Series[float]:
    """A day of 100 on average, twice as high by day as by night, half of it on weekends; each day off by some noise."""
    index = pd.date_range(WINDOW.end - timedelta(weeks=weeks) + HOUR, WINDOW.end, freq=HOUR)
    local = clock(index)
    day = np.asarray((local.normalize() - local.normalize()[0]).days)
    random = np.random.default_rng(seed)
    level = np.exp(noise * random.standard_normal(day[-1] + 1))[day] * np.exp(noise * random.standard_normal(len(day)))
    shape = np.where((local.hour >= 8) & (local.hour < 20), 4 / 3, 2 / 3) * np.where(local.day_of_week >= 5, 0.5, 1.0)
    return pd.Series(100 * shape * level, index=index)


def on(series: pd.Series[float], day: str) -> np.ndarray:
    return np.asarray(clock(pd.DatetimeIndex(series.index)).strftime("%Y-%m-%d") == day)


def found(series: pd.Series[float]) -> pd.DataFrame:
    return UNUSUAL_DAYS.check(find({"cart/requests": series}, WINDOW))


def test_a_day_far_below_its_weekday_is_named_with_its_numbers() -> None:
    series = load(noise=0)
    series[on(series, "2026-11-11")] *= 0.59
    days = found(series)
    assert len(days) == 1
    row = days.iloc[0]
    assert row["day"] == pd.Timestamp("2026-11-10T15:00Z")  # midnight of the 11th in Tokyo
    assert (row["ref"], row["direction"]) == ("cart/requests", "below")
    assert row["value"] == pytest.approx(59) and row["expected"] == pytest.approx(100)
    assert row["ratio"] == pytest.approx(0.59) and row["moved"] == pytest.approx(0)


def test_a_quiet_sunday_is_a_usual_sunday_and_a_busy_one_is_not() -> None:
    series = load()
    assert found(series).empty
    series[on(series, "2026-11-15")] *= 2  # as high as a Monday
    assert found(series)[["direction"]].to_numpy().tolist() == [["above"]]


def test_a_day_whose_hours_moved_is_found_though_its_total_did_not() -> None:
    series = load()
    there = on(series, "2026-11-12")
    series[there] = np.roll(series[there].to_numpy(), 12)  # day and night changed places
    days = found(series)
    assert days["direction"].tolist() == ["shape"]
    # By day 2/3 of the load, by night 1/3: a third is at other hours.
    assert days["moved"].iloc[0] == pytest.approx(1 / 3, abs=0.02)
    assert days["ratio"].iloc[0] == pytest.approx(1, abs=0.1)


def test_a_day_with_missing_data_is_never_called_unusual() -> None:
    series = load()
    there = np.flatnonzero(on(series, "2026-11-11"))
    series.iloc[there] *= 0.3
    assert len(found(series)) == 1
    series.iloc[there[5]] = np.nan
    assert found(series).empty


def test_the_day_of_the_meeting_waits_for_the_next_meeting_and_no_day_is_told_twice() -> None:
    series = load()
    series[on(series, "2026-11-23")] *= 0.2  # the meeting is at 10:00 that day
    series[on(series, "2026-11-08")] *= 0.2  # ended before the last meeting, 9 November 10:00
    series[on(series, "2026-11-09")] *= 0.2  # ended after it
    assert found(series)["day"].tolist() == [pd.Timestamp("2026-11-08T15:00Z")]


def test_a_day_of_nothing_is_unusual_and_a_load_of_nothing_has_no_days() -> None:
    series = load()
    series[on(series, "2026-11-11")] = 0.0
    assert found(series)["ratio"].tolist() == [0.0]
    assert found(series * 0).empty
    assert find({"cart/requests": None}, WINDOW).empty
    assert found(series.iloc[:0]).empty


def test_a_calm_load_needs_a_tenth_to_be_worth_a_word() -> None:
    series = load(noise=0)
    series[on(series, "2026-11-11")] *= 0.92
    assert found(series).empty
    series[on(series, "2026-11-12")] *= 0.85
    assert len(found(series)) == 1


def test_steady_growth_is_not_unusual_and_a_holiday_in_it_is_measured_from_where_it_would_stand() -> None:
    series = load(noise=0)
    series[:] = series.to_numpy() * np.exp(0.01 * np.arange(len(series)) / 24)  # 1% a day, 75% in eight weeks
    assert found(series).empty
    series[on(series, "2026-11-18")] *= 0.59
    assert found(series)["ratio"].tolist() == [pytest.approx(0.59, abs=0.01)]


def test_three_of_each_weekday_are_needed_to_compare_with() -> None:
    series = load(weeks=3)
    series[on(series, "2026-11-18")] *= 0.3  # two other Wednesdays
    assert found(series).empty
    series = load(weeks=4)
    series[on(series, "2026-11-18")] *= 0.3
    assert len(found(series)) == 1


@settings(max_examples=20, deadline=None)
@given(factor=st.floats(1e-3, 1e6))
def test_another_unit_finds_the_same_days(factor: float) -> None:
    series = load(noise=0.1, seed=4)
    series[on(series, "2026-11-11")] *= 0.4
    one, other = found(series), found(series * factor)
    assert len(one) and one["day"].to_list() == other["day"].to_list()
    assert other["ratio"].to_numpy() == pytest.approx(one["ratio"].to_numpy())
    assert other["value"].to_numpy() == pytest.approx(one["value"].to_numpy() * factor)


def test_noise_alone_is_called_unusual_as_seldom_as_the_module_says() -> None:
    days = sum(len(found(load(noise=0.2, seed=seed))) for seed in range(100))
    assert days <= 0.006 * 100 * 14  # 2 to 3 of 1,000 days; twice that is bad luck once in many


def test_load_on_a_weekday_that_never_has_any_is_unusual_beyond_any_ratio() -> None:
    series = load()
    series[clock(pd.DatetimeIndex(series.index)).day_of_week == 6] = 0.0
    series[on(series, "2026-11-15")] = 5.0  # a Sunday
    days = found(series)
    assert list(days["direction"]) == ["above"]
    assert days["ratio"].iloc[0] == np.inf
