"""Stretches of time for figures: whole, ending at the meeting, gaps as gaps, and long enough to have a share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.series.cells import (
    CELLS,
    all_highest,
    all_shares,
    cell,
    highest,
    mean,
    per_event,
    weeks_before,
)
from prodmeet_kit.analysis.series.grid import instants
from prodmeet_kit.analysis.slo.shares import EXPECTED, shares

STEP = timedelta(minutes=5)
END = datetime(2026, 11, 23, 1, tzinfo=UTC)


def series(values: object, end: datetime = END) -> pd.Series[float]:
    numbers = np.asarray(values, dtype=float)
    return pd.Series(numbers, index=pd.date_range(end=end, periods=len(numbers), freq=STEP))


@pytest.mark.parametrize(("days", "minutes"), [(28, 120), (92, 720), (1, 5), (0.1, 5)])
def test_as_many_stretches_as_a_figure_shows(days: float, minutes: float) -> None:
    span = timedelta(days=days)
    length = cell(span, STEP)
    assert length == timedelta(minutes=minutes)
    assert span / length <= CELLS


def test_the_highest_of_each_stretch_stays_and_gaps_stay_gaps() -> None:
    values = np.ones(288)
    values[100] = 9.0
    values[24:48] = np.nan
    found = highest(series(values), END - timedelta(days=1), END, timedelta(hours=1))
    assert len(found) == 24
    assert found.index[-1] == pd.Timestamp(END)
    assert found.max() == 9.0
    assert found.isna().sum() == 2


def test_stretches_before_and_after_all_data_are_not_known() -> None:
    known = series([1.0, 9.0, np.inf, 2.0], END - 2 * STEP)
    found = all_highest(known, END - 10 * STEP, END, 2 * STEP)
    np.testing.assert_array_equal(found, [np.nan, np.nan, 9.0, 2.0, np.nan])
    ends = instants(known.index)
    shares = all_shares(
        ends, np.array([0, 1, np.nan, 0]), np.array([4.0, 4, np.nan, 0]), END - 10 * STEP, END, 2 * STEP
    )
    np.testing.assert_array_equal(shares, [np.nan, np.nan, 0.125, np.nan, np.nan])


def test_nothing_known_is_no_stretch() -> None:
    assert highest(series([]), END - 10 * STEP, END, 2 * STEP).empty
    assert np.isnan(all_highest(series([]), END - 10 * STEP, END, 2 * STEP)).all()


def test_an_event_costs_use_by_load_and_nothing_is_known_without_load() -> None:
    use, load = series([2.0, 4.0, 2.0, 2.0]), series([1.0, 1.0, 0.0, 0.0])
    found = per_event(use, load, END - 4 * STEP, END, 2 * STEP)
    assert found.iloc[0] == 3.0
    assert np.isnan(found.iloc[1])
    assert mean(use, END - 4 * STEP, END, 2 * STEP).tolist() == [3.0, 2.0]


def test_the_same_weekday_and_time_before_is_on_the_clock_of_the_zone() -> None:
    zone, end = "Europe/Berlin", datetime(2026, 11, 1, 12, tzinfo=UTC)  # the clock changed on 25 October
    index = pd.date_range(end=end, periods=12 * 24 * 28, freq=STEP)
    by_clock = pd.Series(index.tz_convert(zone).hour.to_numpy(dtype=float), index=index)
    found = weeks_before(by_clock, end - timedelta(days=6), zone)
    assert found.notna().all()
    assert (found == by_clock[found.index]).all()


def test_shares_are_of_all_events_of_a_stretch() -> None:
    trend = pd.DataFrame({"total": series([100.0] * 24), "bad": series([0.0] * 12 + [10.0] * 12)})
    found, length = shares(trend, END - timedelta(hours=2), END, STEP, allowed=0.5)
    assert length == STEP
    assert found.tolist() == [0.0] * 12 + [0.1] * 12


@pytest.mark.parametrize("a_step", [100.0, 1.0, 0.01])
def test_few_events_make_longer_stretches_up_to_a_day(a_step: float) -> None:
    trend = pd.DataFrame({"total": series([a_step] * 8064), "bad": series([0.0] * 8064)})
    found, length = shares(trend, END - timedelta(days=28), END, STEP, allowed=0.001)
    held = a_step * (length / STEP) * 0.001
    assert held >= EXPECTED or length == timedelta(days=1)
    assert (found == 0).all()


def test_a_stretch_without_events_has_no_share() -> None:
    trend = pd.DataFrame({"total": series([np.nan] * 12 + [0.0] * 6 + [100.0] * 6), "bad": series([np.nan] * 24)})
    found, _ = shares(trend, END - timedelta(hours=2), END, STEP, allowed=0.5)
    assert found.isna().tolist() == [True] * 18 + [False] * 6
