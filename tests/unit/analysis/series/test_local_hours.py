"""A series on the local clock, also on the days when that clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.series.local_hours import local_hours, midnight
from prodmeet_kit.core.window import Window

HALF_HOUR = timedelta(minutes=30)


def around(day: datetime) -> tuple[Window, pd.Series[float]]:
    """Half hours over the local days of a week that ends two days after ``day``; the value is the UTC hour."""
    window = Window.ending(day + timedelta(days=2), cadence=timedelta(days=7), timezone="Europe/Berlin", step=HALF_HOUR)
    index = pd.date_range(window.start + HALF_HOUR, window.end, freq=HALF_HOUR)
    return window, pd.Series((index - HALF_HOUR).hour.to_numpy(dtype=float), index=index)


def test_a_skipped_hour_is_no_gap_and_the_day_is_complete() -> None:
    # 29 March 2026: 02:00 CET becomes 03:00 CEST. 23 hours, 46 half hours.
    window, series = around(datetime(2026, 3, 29, 10, tzinfo=UTC))
    table = local_hours(series, window)
    row = list(table.days).index(-2)
    assert midnight(-2, window).astimezone(UTC) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert np.isnan(table.means[row, 2]) and table.counts[row, 2] == 0
    assert table.means[row, 1] == 0 and table.means[row, 3] == 1  # 01:00 CET is 00:00 UTC, 03:00 CEST is 01:00 UTC
    assert table.counts[row].sum() == 46 and table.known[row] == 1 and table.complete[row]
    assert table.weekdays[row] == 6


def test_a_doubled_hour_holds_all_its_steps() -> None:
    # 25 October 2026: 03:00 CEST becomes 02:00 CET. 02:00 is 00:00 UTC and again 01:00 UTC: mean 0.5, peak 1.
    window, series = around(datetime(2026, 10, 25, 10, tzinfo=UTC))
    table = local_hours(series, window)
    row = list(table.days).index(-2)
    assert table.counts[row, 2] == 4 and table.means[row, 2] == 0.5 and table.peaks[row, 2] == 1
    assert table.counts[row].sum() == 50 and table.known[row] == 1
    # 22:00 and 23:00 UTC of the day before, then 0 to 22: (22 + 23 + 0 + ... + 22) / 25 = 298 / 25
    assert table.day_means[row] == pytest.approx(298 / 25)


def test_infinite_values_are_gaps_and_the_day_is_not_complete() -> None:
    window, series = around(datetime(2026, 11, 18, 10, tzinfo=UTC))
    series.iloc[60] = np.inf
    table = local_hours(series, window)
    row = int(np.argmin(np.where(table.known > 0.9, table.known, 2)))
    assert table.known[row] == pytest.approx(47 / 48) and not table.complete[row]
    assert np.isfinite(table.day_means[row])


def test_nothing_is_an_empty_table() -> None:
    window, series = around(datetime(2026, 11, 18, 10, tzinfo=UTC))
    assert local_hours(series.iloc[:0], window).means.shape == (0, 24)
