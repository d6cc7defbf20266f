"""One number a day, and the line they make in a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import nan

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.slo import burn_rates, daily
from prodmeet_kit.analysis.slo.steps import Steps
from prodmeet_kit.core.window import Window
from prodmeet_kit.render.sparkline import bars, path

# From Monday 9 to Wednesday 11 November, 10:00 in Tokyo (01:00 UTC): two days that end at 10:00.
WINDOW = Window.ending(datetime(2026, 11, 11, 1, tzinfo=UTC), cadence=timedelta(days=2), timezone="Asia/Tokyo")


def hourly(values: list[float], window: Window = WINDOW) -> pd.Series[float]:
    """Steps of six hours, the last of which ends at the meeting; the fourth ends with the first day."""
    index = pd.date_range(end=window.end, periods=len(values), freq="6h")
    return pd.Series(values, index=index)


def test_the_mean_of_each_day_that_ends_at_the_hour_of_the_meeting() -> None:
    assert daily.means(hourly([1, 3, 10, 20, 30, 40, 5, 7]), WINDOW) == [8.5, 20.5]
    assert daily.means(hourly([1000, 1, 3, 10, 20, 30, 40, 5, 7]), WINDOW) == [8.5, 20.5], "before the window"


def test_a_day_without_a_value_stays_unknown() -> None:
    found = daily.means(hourly([nan, nan, nan, nan, 1, 3, 5, 7]), WINDOW)
    assert found == pytest.approx([nan, 4.0], nan_ok=True)
    assert daily.means(hourly([1] * 8)[:0], WINDOW) == []


def test_the_hour_that_a_clock_change_adds_belongs_to_the_oldest_day() -> None:
    # Berlin turns its clocks back on 25 October: from 10:00 on the 24th to 10:00 on the 26th are 49 hours.
    end = datetime(2026, 10, 26, 9, tzinfo=UTC)
    window = Window.ending(end, cadence=timedelta(days=2), timezone="Europe/Berlin")
    series = pd.Series([24.0] + [0.0] * 24 + [1.0] * 24, index=pd.date_range(end=end, periods=49, freq="1h"))
    assert window.end - window.start == timedelta(hours=49)
    assert daily.means(series, window) == [24 / 25, 1.0]


def test_the_share_of_bad_events_is_of_the_days_sums_and_unknown_without_events() -> None:
    # day 1: (1 + 1) of (10 + 30) = 0.05; day 2: nothing came
    trend = pd.DataFrame({"bad": hourly([1, 1, 0, 0, 0, 0, 0, 0]), "total": hourly([10, 30, 0, 0, 0, 0, 0, 0])})
    assert daily.bad_share(trend, WINDOW) == pytest.approx([0.05, nan], nan_ok=True)


def test_a_day_of_valid_events_of_which_none_failed_is_zero_and_one_without_data_a_gap() -> None:
    # The series of errors begins with the first one, on the second day; nothing at all is known of the third.
    window = Window.ending(WINDOW.end, cadence=timedelta(days=3), timezone="Asia/Tokyo")
    total = [10.0] * 8 + [nan] * 4
    bad = [nan] * 4 + [nan, nan, 1, 1] + [nan] * 4
    trend = pd.DataFrame({"bad": hourly(bad, window), "total": hourly(total, window)})
    found = daily.bad_share(trend, window)
    assert found == pytest.approx([0.0, 0.05, nan], nan_ok=True)
    assert bars(found) == "▁█·"


def test_a_burn_rate_is_drawn_where_something_was_seen() -> None:
    step, hour = timedelta(minutes=5), timedelta(hours=1)
    index = pd.date_range(end=WINDOW.end, periods=288, freq=step)
    total = pd.Series(10.0, index=index)
    total.iloc[100:200] = nan
    trend = pd.DataFrame({"total": total, "bad": nan})
    six = burn_rates.burn(trend, 0.999, step, 6 * hour)
    assert six.notna().sum() == 288 - (100 - 71)  # a line of six hours goes on over nothing
    for drawn in burn_rates.drawn(Steps.of(trend), 0.999, step, (hour, 6 * hour)):
        assert np.isnan(drawn[111:200]).all()
        assert (drawn[[*range(111), *range(200, 288)]] == 0).all()


def test_what_hardly_moves_looks_so_and_nothing_is_nothing() -> None:
    assert (path([10.0, 9.0]), bars([10.0, 9.0])) == ("M3 0L10 2", "█▇")
    assert (path([0.0, 0.0]), bars([0.0, 0.0])) == ("M3 20L10 20", "▁▁")
    assert (path([]), bars([])) == ("", "")
    assert (path([nan, nan]), bars([nan, nan])) == ("", "··")
