"""The peak to expect: where it stands, how sure it is, and when nothing can be said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.capacity.peak_forecast import expected_peak
from prodmeet_kit.core.window import Window

HOUR = timedelta(hours=1)
EIGHT_WEEKS = timedelta(weeks=8)


def window(end: datetime = datetime(2026, 11, 23, 10, tzinfo=UTC), days: int = 14) -> Window:
    return Window.ending(end, cadence=timedelta(days=days), timezone="UTC", step=HOUR)


def daily(peaks: np.ndarray, of: Window) -> pd.Series[float]:
    """Hours of 1 that reach the day's peak at 21:00, one a day of the history, up to the meeting."""
    midnight = of.end.replace(hour=0)
    index = pd.date_range(midnight - timedelta(days=len(peaks) - 1) + HOUR, of.end, freq=HOUR)
    began = index - HOUR
    day = np.asarray((began.normalize() - began.normalize()[0]).days)
    return pd.Series(np.where(began.hour == 21, np.asarray(peaks, dtype=float)[day], 1.0), index=index)


def test_the_busiest_weekday_sets_the_peak_of_a_load_that_repeats() -> None:
    of = window()
    weekday = np.arange(-56, 1) % 7  # the meeting is on a Monday, day 0
    peak = expected_peak(daily(np.where(weekday == 5, 80.0, 50.0), of), of)  # Saturdays
    assert [peak.expected, peak.low, peak.high] == pytest.approx([80, 80, 80])


def test_growth_carries_the_peak_on_to_the_end_of_the_next_window() -> None:
    # 1% a day, 100 on the day of the meeting, which is before its peak: 14 days are days 0 to 13.
    of = window()
    peak = expected_peak(daily(100 * np.exp(0.01 * np.arange(-56, 1)), of), of)
    assert peak.expected == pytest.approx(100 * np.exp(0.13), rel=1e-6)
    afternoon = window(datetime(2026, 11, 23, 22, tzinfo=UTC))  # after it: days 1 to 14
    later = expected_peak(daily(100 * np.exp(0.01 * np.arange(-56, 1)), afternoon), afternoon)
    assert later.expected == pytest.approx(100 * np.exp(0.14), rel=1e-6)


def test_one_outage_neither_sets_the_peak_nor_the_range() -> None:
    of = window()
    peaks = 100 * np.exp(0.03 * np.random.default_rng(3).standard_normal(57))
    calm = expected_peak(daily(peaks, of), of)
    peaks[30] = 1500.0  # a storm of retries
    struck = expected_peak(daily(peaks, of), of)
    assert struck.high < 1.5 * calm.high


def test_under_four_weeks_nothing_is_expected() -> None:
    of = window()
    assert np.isnan(expected_peak(daily(np.full(28, 50.0), of), of).expected)  # 27 days before the meeting's own
    assert expected_peak(daily(np.full(29, 50.0), of), of).expected == pytest.approx(50)
    assert np.isnan(expected_peak(daily(np.zeros(57), of) * 0, of).expected)
    assert np.isnan(expected_peak(daily(np.full(57, 50.0), of).iloc[:0], of).expected)


def test_a_day_with_a_gap_does_not_lower_what_is_expected() -> None:
    of = window()
    series = daily(np.full(57, 50.0), of)
    evening = (pd.DatetimeIndex(series.index) - HOUR).hour >= 16
    series[evening & (series.index > of.end - timedelta(days=9))] = np.nan
    assert expected_peak(series, of).expected == pytest.approx(50)


@pytest.mark.parametrize(("memory", "least"), [(0.0, 0.75), (0.7, 0.65)], ids=["alike", "wandering"])
def test_the_range_holds_about_as_often_as_it_says(memory: float, least: float) -> None:
    random, inside = np.random.default_rng(11), []
    for _ in range(12):
        shocks = 0.06 * random.standard_normal(154)
        level = pd.Series(shocks).ewm(alpha=1 - memory, adjust=False).mean().to_numpy() / np.sqrt(
            (1 - memory) / (1 + memory)
        )
        peaks = 100 * np.exp(level - 0.3 * (np.arange(154) % 7 >= 5))
        for last in range(56, 140, 21):
            of = window(datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=last - 56))
            peak = expected_peak(daily(peaks[last - 56 : last + 1], of), of)
            inside.append(peak.low <= peaks[last : last + 14].max() <= peak.high)
    assert least <= np.mean(inside) <= 0.99
