"""How full, and when: trends that are real, and what must not be taken for one."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.capacity.limits import near_limit, summarise
from prodmeet_kit.schemas.frames import RESOURCE_SUMMARY
from tests.support.grids import END, grid, window

WINDOW = window()
INDEX = grid(END - timedelta(weeks=4))
DAY = np.asarray((INDEX - INDEX[0]) / timedelta(days=1))


def series(values: float | np.ndarray) -> pd.Series[float]:
    return pd.Series(values, index=INDEX, dtype="float64")


def summary(use: pd.Series[float] | None, limit: float | None = 100.0) -> pd.Series:
    limits = {"cart/memory": None if limit is None else series(limit)}
    frame = RESOURCE_SUMMARY.check(summarise({"cart/memory": use}, limits, {"cart/memory": "bytes"}, WINDOW))
    assert len(frame) == 1
    return frame.iloc[0]


def noisy(values: np.ndarray, size: float = 0.5) -> pd.Series[float]:
    return series(values + np.random.default_rng(5).normal(0, size, len(values)))


def test_level_and_utilisation_since_the_last_meeting() -> None:
    use = series(40.0)
    use[use.index > WINDOW.start] = 50.0
    use.iloc[-300:] = 80.0  # 300 of 4,032 steps since: over 5%, so the 95th percentile is 80
    row = summary(use)
    assert (row["p95"], row["peak"], row["limit"], row["utilisation_p95"]) == (80, 80, 100, 0.8)
    assert row["mean"] == pytest.approx(50 + 30 * 300 / 4032)
    assert row["change_vs_previous"] == pytest.approx((50 + 30 * 300 / 4032) / 40 - 1)
    assert row["unit"] == "bytes"


def test_steady_growth_meets_the_limit_when_the_line_says_so() -> None:
    # 20 + 2 a day, 28 days: 76 at the meeting; (100 - 76) / 2 = 12 days. A day's p95 stands a twentieth of a day early.
    row = summary(series(20 + 2 * DAY))
    assert row["trend"] == "growing"
    assert row["days_to_full"] == pytest.approx(12, abs=0.06)
    assert row["days_to_full_low"] <= row["days_to_full"] <= row["days_to_full_high"]


def test_noise_gives_the_days_a_range() -> None:
    row = summary(noisy(20 + 2 * DAY, 4.0))
    assert row["trend"] == "growing"
    assert row["days_to_full_low"] < row["days_to_full"] < row["days_to_full_high"]


def test_the_busiest_weekday_meets_the_limit_first() -> None:
    # Weekdays stand 10 above weekends: 76 at the meeting on a weekday, (100 - 76) / 2 = 12 days and not 17.
    weekday = (INDEX - timedelta(minutes=5)).day_of_week < 5
    row = summary(series(20 + 2 * DAY - 10 * ~np.asarray(weekday)))
    assert (row["trend"], row["days_to_full"]) == ("growing", pytest.approx(12, abs=0.1))


@pytest.mark.parametrize("cut", range(7))
def test_a_weekly_rhythm_is_no_trend(cut: int) -> None:
    shifted = (INDEX - timedelta(days=cut)).day_of_week < 5
    day_and_night = 10 * np.sin(2 * np.pi * DAY)
    row = summary(noisy(20 + 40 * np.asarray(shifted) + day_and_night))
    assert (row["trend"], np.isnan(row["days_to_full"])) == ("none", True)


def test_what_shrinks_is_never_full() -> None:
    row = summary(noisy(90 - 1.5 * DAY))
    assert (row["trend"], np.isnan(row["days_to_full"])) == ("shrinking", True)


def test_at_the_limit_no_days_are_left() -> None:
    row = summary(series(100.0))
    assert (row["trend"], row["days_to_full"]) == ("full", 0)
    # p95 since the last meeting is 0.95 * 14 + 14 = 27.3 days up the line: 98.8, still under; the line is over.
    assert summary(series(28 + 26 / 10 * DAY))["trend"] == "full"


@pytest.mark.parametrize("limit", [None, 0.0, -1.0, np.inf, np.nan])
def test_a_limit_that_is_none_is_said(limit: float | None) -> None:
    row = summary(series(20 + 2 * DAY), limit)
    assert (row["trend"], np.isnan(row["limit"]), np.isnan(row["utilisation_p95"])) == ("no_limit", True, True)


def test_the_limit_is_the_last_known() -> None:
    limit = series(100.0)
    limit.iloc[-100:-10] = 200.0
    limit.iloc[-10:] = np.nan
    frame = summarise({"cart/memory": series(50.0)}, {"cart/memory": limit}, {}, WINDOW)
    assert frame["limit"].tolist() == [200]


def test_a_resource_without_an_answer_says_so() -> None:
    for nothing in (None, series(np.nan)):
        row = summary(nothing)
        assert (row["trend"], row["missing_fraction"]) == ("no_data", 1)


def test_less_than_two_weeks_are_too_short() -> None:
    use = series(20 + 2 * DAY)
    use[DAY < 15] = np.nan
    assert summary(use)["trend"] == "too_short"


@pytest.mark.parametrize("period", [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
@pytest.mark.parametrize("phase", [0.0, 1.3, 2.6])
def test_memory_that_climbs_until_each_restart_is_no_trend(period: int, phase: float) -> None:
    row = summary(noisy(20 + 5 * ((DAY + phase) % period)))
    assert np.isnan(row["days_to_full"])
    assert row["trend"] in ("none", "too_short")


def test_after_a_fall_only_the_days_since_count() -> None:
    # Cleaned on day 8, since then 20 + 3 a day: 20 + 60 = 80 at the meeting, (100 - 80) / 3 = 6.7 days.
    use = series(np.where(DAY < 8, 60 + 3 * DAY, 20 + 3 * (DAY - 8)))
    assert (summary(use)["trend"], summary(use)["days_to_full"]) == ("growing", pytest.approx(6.7, abs=0.1))
    # Cleaned on day 20: eight days tell nothing yet.
    late = series(np.where(DAY < 20, 10 + 3 * DAY, 10 + 3 * (DAY - 20)))
    assert (summary(late)["trend"], np.isnan(summary(late)["days_to_full"])) == ("too_short", True)


def test_a_day_without_use_is_no_restart() -> None:
    # It falls as far as it rises again, so the four weeks count as one.
    use = series(20 + 2 * DAY)
    use[(DAY >= 18.5) & (DAY < 19.8)] = 0.0
    assert (summary(use)["trend"], summary(use)["days_to_full"]) == ("growing", pytest.approx(12, abs=0.2))


@pytest.mark.parametrize(
    ("use", "limit", "near"),
    [
        (series(20 + 2 * DAY), 100.0, True),
        (series(20 + 2 * DAY), 200.0, False),  # 62 days: further than is worth a plan
        (series(20 + 2 * DAY), None, False),
        (noisy(40 + 0.5 * DAY, 12.0), 100.0, False),  # two weeks or ten: nobody can plan by that
        (noisy(40 + 0.5 * DAY, 12.0), 80.0, True),  # before the next meeting, at the soonest
        (series(100.0), 100.0, True),
        (series(np.where(DAY < 13, 20 + 2 * DAY, np.inf)), 100.0, False),
        (None, 100.0, False),
    ],
)
def test_a_limit_is_near_when_a_plan_can_be_made_by_it(
    use: pd.Series[float] | None, limit: float | None, near: bool
) -> None:
    limits = None if limit is None else series(limit)
    table = summarise({"cart/memory": use}, {"cart/memory": limits}, {}, WINDOW)
    assert (len(near_limit(table, WINDOW)) == 1) == near
