"""One number a day, and the line they make in a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import nan

import pandas as pd
import pytest

from prodmeet_kit.analysis import daily
from prodmeet_kit.display.sparkline import bars, path
from prodmeet_kit.window import Window

# From Monday 9 to Wednesday 11 November, 10:00 in Tokyo: parts of three days, the middle one whole.
WINDOW = Window.ending(datetime(2026, 11, 11, 1, tzinfo=UTC), cadence=timedelta(days=2), timezone="Asia/Tokyo")


def hourly(values: list[float]) -> pd.Series[float]:
    """Steps of six hours: two end on the 9th (16:00, 22:00), four on the 10th, two on the 11th (4:00, 10:00)."""
    index = pd.date_range("2026-11-09T07:00Z", periods=8, freq="6h")
    return pd.Series(values, index=index)


def test_the_mean_of_each_day_of_the_products_calendar() -> None:
    found = daily.means(hourly([1, 3, 10, 20, 30, 40, 5, 7]), WINDOW)
    assert found == [2.0, 25.0, 6.0]


def test_a_day_without_a_value_stays_unknown() -> None:
    found = daily.means(hourly([1, 3, nan, nan, nan, nan, 5, 7]), WINDOW)
    assert found == pytest.approx([2.0, nan, 6.0], nan_ok=True)
    assert daily.means(hourly([1] * 8)[:0], WINDOW) == []


def test_the_share_of_bad_events_is_of_the_days_sums_and_unknown_without_events() -> None:
    # day 1: (1 + 1) of (10 + 30) = 0.05; day 2: nothing came; day 3: 0 of 20
    trend = pd.DataFrame({"bad": hourly([1, 1, 0, 0, 0, 0, 0, 0]), "total": hourly([10, 30, 0, 0, 0, 0, 10, 10])})
    assert daily.bad_share(trend, WINDOW) == pytest.approx([0.05, nan, 0.0], nan_ok=True)


def test_a_flat_line_stands_at_the_bottom_and_nothing_is_nothing() -> None:
    assert (path([5.0, 5.0]), bars([5.0, 5.0])) == ("M3 20L10 20", "▁▁")
    assert (path([]), bars([])) == ("", "")
    assert (path([nan, nan]), bars([nan, nan])) == ("", "  ")
