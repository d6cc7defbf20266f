"""Like for like, the calendar's part, hour by weekday, week over week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.capacity.load_patterns import hour_by_weekday, like_for_like, summarise, weeks
from prodmeet_kit.analysis.series import grid
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import LOAD_PATTERNS

HOUR = timedelta(hours=1)
FRIDAY = datetime(2026, 11, 20, tzinfo=UTC)


def window(days: int = 14, end: datetime = FRIDAY, timezone: str = "UTC") -> Window:
    return Window.ending(end, cadence=timedelta(days=days), timezone=timezone, step=HOUR)


def workweek(of: Window, weeks: int = 8, high: float = 120.0, low: float = 20.0) -> pd.Series[float]:
    """Hours of 120 on Monday to Friday and 20 on Saturday and Sunday (local), for so many weeks."""
    index = pd.date_range(of.end - timedelta(weeks=weeks) + HOUR, of.end, freq=HOUR)
    weekend = (index - HOUR).tz_convert(of.zone).day_of_week >= 5
    return pd.Series(np.where(weekend, low, high), index=index)


def test_five_working_days_after_five_with_a_weekend_are_calendar_not_growth() -> None:
    # To Friday 00:00: Sun, Mon, Tue, Wed, Thu: (20 + 4 * 120) / 5 = 100. Before: Tue, Wed, Thu, Fri, Sat: 100. Same.
    # Six days: Sat to Thu (2 * 20 + 4 * 120) / 6 = 86.67; before, Sun to Fri: (20 + 5 * 120) / 6 = 103.33.
    span = window(6)
    load = workweek(span)
    same, calendar = like_for_like(load, span)
    assert grid.change(load, span) == pytest.approx(520 / 620 - 1)
    assert same == pytest.approx(0, abs=1e-12)
    assert calendar == pytest.approx(520 / 620 - 1)


def test_growth_is_seen_through_the_calendar() -> None:
    # The same, and every hour since the last meeting is a tenth higher: in all 1.1 * 520 / 620 - 1 = -7.7%.
    span = window(6)
    load = workweek(span)
    load[load.index > span.start] *= 1.1
    same, calendar = like_for_like(load, span)
    assert same == pytest.approx(0.1)
    assert same + calendar == pytest.approx(1.1 * 520 / 620 - 1)


def test_whole_weeks_without_gaps_have_no_calendar_effect() -> None:
    span = window(14)
    load = workweek(span)
    load[load.index > span.start] *= 1.25
    same, calendar = like_for_like(load, span)
    assert same == pytest.approx(0.25) and calendar == pytest.approx(0)


def test_a_gap_over_a_weekend_is_no_growth() -> None:
    span = window(14)
    load = workweek(span)
    gap = (load.index > span.start) & ((pd.DatetimeIndex(load.index) - HOUR).day_of_week >= 5)
    load[gap] = np.nan  # the mean since then is 120 instead of (10 * 120 + 4 * 20) / 14 = 91.43
    same, calendar = like_for_like(load, span)
    assert same == pytest.approx(0)
    assert calendar == pytest.approx(120 / (1280 / 14) - 1)


def test_windows_that_cannot_be_compared_have_neither_number() -> None:
    span = window(6)
    short = workweek(span)[lambda load: load.index > span.compare_start]  # six days before: no Saturday among them
    assert np.isnan(like_for_like(short, span)).all()
    assert np.isnan(like_for_like(workweek(span) * 0, span)).all()
    row = LOAD_PATTERNS.check(summarise({"cart/requests": None}, {}, span)).iloc[0]
    assert row.drop(["service", "name", "unit"]).isna().all()


@settings(max_examples=25, deadline=None)
@given(factor=st.floats(1e-3, 1e6), seed=st.integers(0, 1000), days=st.integers(3, 20))
def test_another_unit_changes_no_share_and_scales_every_level(factor: float, seed: int, days: int) -> None:
    span = window(days)
    load = workweek(span) * np.random.default_rng(seed).lognormal(0, 0.2, 8 * 7 * 24)
    one = summarise({"cart/requests": load}, {}, span).iloc[0]
    scaled = summarise({"cart/requests": load * factor}, {}, span).iloc[0]
    for share in ("change_vs_previous", "like_for_like", "calendar_effect"):
        assert scaled[share] == pytest.approx(one[share], abs=1e-9, nan_ok=True)
    for level in ("expected_peak", "expected_peak_low", "expected_peak_high"):
        assert scaled[level] == pytest.approx(one[level] * factor, rel=1e-9)
    assert one["like_for_like"] + one["calendar_effect"] == pytest.approx(one["change_vs_previous"], abs=1e-12)
    assert one["expected_peak_low"] <= one["expected_peak"] <= one["expected_peak_high"]
    hours = hour_by_weekday(load, span)
    pd.testing.assert_frame_equal(hour_by_weekday(load * factor, span), hours * factor)


def test_an_hour_of_the_week_is_its_mean_since_the_last_meeting() -> None:
    span = window(14)
    load = workweek(span)
    load[load.index == pd.Timestamp("2026-11-10T10:00Z")] = 220.0  # Tuesday 09:00 to 10:00; the other Tuesday 120
    load[load.index == pd.Timestamp("2026-10-27T10:00Z")] = 9000.0  # before the last meeting
    load[load.index == pd.Timestamp("2026-11-14T05:00Z")] = np.nan  # Saturday 04:00, one of two
    load[(load.index == pd.Timestamp("2026-11-08T05:00Z")) | (load.index == pd.Timestamp("2026-11-15T05:00Z"))] = np.nan
    hours = hour_by_weekday(load, span)
    assert hours.shape == (24, 7)
    assert hours.loc[9, 1] == 170 and hours.loc[10, 1] == 120 and hours.loc[4, 5] == 20
    assert np.isnan(hours.to_numpy()[4, 6]) and hours.isna().to_numpy().sum() == 1


def test_the_hours_of_a_week_follow_the_local_clock_over_its_change() -> None:
    # Berlin, to Monday 26 October 2026: on Sunday 02:00 came twice. Load 100 in one of the two, 40 in the other.
    span = window(7, datetime(2026, 10, 25, 23, tzinfo=UTC), "Europe/Berlin")
    load = workweek(span)
    load[load.index == pd.Timestamp("2026-10-25T01:00Z")] = 100.0  # 02:00 to 03:00 CEST
    load[load.index == pd.Timestamp("2026-10-25T02:00Z")] = 40.0  # 02:00 to 03:00 CET
    hours = hour_by_weekday(load, span)
    assert hours.loc[2, 6] == 70
    assert hours.loc[23, 4] == 120 and hours.loc[0, 5] == 20  # Friday's last hour and Saturday's first
    # Skipped on Sunday 29 March 2026: nothing to show, and no gap anywhere else.
    spring = window(7, datetime(2026, 3, 29, 22, tzinfo=UTC), "Europe/Berlin")
    skipped = hour_by_weekday(workweek(spring), spring)
    assert np.isnan(skipped.to_numpy()[2, 6]) and skipped.isna().to_numpy().sum() == 1


def test_weeks_are_counted_back_from_the_meeting_and_laid_over_one_another() -> None:
    span = window(14)  # Friday 00:00
    load = workweek(span, weeks=3)
    load[load.index == pd.Timestamp("2026-11-20T00:00Z")] = 200.0  # Thursday 23:00
    load[load.index == pd.Timestamp("2026-11-13T01:00Z")] = 300.0  # Friday 00:00, the first hour of the newest week
    load[load.index == pd.Timestamp("2026-11-13T00:00Z")] = 400.0  # Thursday 23:00, the last of the week before
    table = weeks(load, span)
    assert [*map(int, table.columns)] == [0, 1, 2] and len(table) == 168
    assert table.iloc[3 * 24 + 23].to_list() == [200, 400, 120]
    assert table.iloc[4 * 24].to_list() == [300, 120, 120]
    assert not table.isna().to_numpy().any()


def test_a_week_without_any_value_is_left_out_and_a_gap_stays_a_gap() -> None:
    span = window(14)
    load = workweek(span, weeks=3)
    load[(load.index > span.end - timedelta(days=14)) & (load.index <= span.end - timedelta(days=7))] = np.nan
    load.iloc[-1] = np.nan
    table = weeks(load, span)
    assert [*map(int, table.columns)] == [0, 2]
    assert table[0].isna().sum() == 1 and np.isnan(table.to_numpy()[3 * 24 + 23, 0])
