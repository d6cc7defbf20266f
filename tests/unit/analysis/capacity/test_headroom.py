"""Room up to the limit: headroom, saturation, requests, and what must go back."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.capacity.headroom import Loan, borrowed
from prodmeet_kit.analysis.capacity.limits import summarise
from prodmeet_kit.schemas.frames import BORROWED, RESOURCE_SUMMARY
from tests.support.grids import END, at, grid, window

WINDOW = window("Asia/Tokyo")
INDEX = grid(END - timedelta(weeks=4))
DAY = np.asarray((INDEX - INDEX[0]) / timedelta(days=1))
SINCE = np.asarray(pd.Series(INDEX) > WINDOW.start)


def series(values: float | np.ndarray) -> pd.Series[float]:
    return pd.Series(values, index=INDEX, dtype="float64")


def summary(
    use: pd.Series[float],
    limit: pd.Series[float] | None = None,
    request: pd.Series[float] | None = None,
    loans: tuple[Loan, ...] = (),
) -> pd.Series:
    ref = "cart/cpu"
    limits = {ref: series(10.0) if limit is None else limit}
    frame = summarise({ref: use}, limits, {ref: "cores"}, WINDOW, {ref: request}, {ref: loans})
    return RESOURCE_SUMMARY.check(frame).iloc[0]


def test_headroom_is_what_p95_leaves_of_the_limit() -> None:
    row = summary(series(6.0))
    assert (row["headroom"], row["headroom_share"]) == (4, pytest.approx(0.4))
    assert summary(series(12.0))["headroom"] == -2


def test_saturation_counts_steps_above_80_and_90_per_cent_in_each_window() -> None:
    use = series(5.0)
    since = np.flatnonzero(SINCE)
    use.iloc[since[:403]] = 8.5  # 403 of 4,032 steps since are above 80%, none of these above 90%
    use.iloc[since[403:605]] = 9.5  # 202 more are above both
    use.iloc[:4032] = 8.0  # exactly 80% is not above it
    row = summary(use)
    assert row["saturation_80"] == pytest.approx(605 / 4032)
    assert row["saturation_90"] == pytest.approx(202 / 4032)
    assert (row["saturation_80_previous"], row["saturation_90_previous"]) == (0, 0)
    assert row["utilisation_p95_previous"] == pytest.approx(0.8)


def test_saturation_takes_the_limit_of_the_step() -> None:
    # Limit 10 in the window before and 20 since: 9 is 90% then, 45% now. Steps without a limit take the last one known.
    limit = series(np.where(SINCE, 20.0, 10.0))
    limit[SINCE & (DAY < 20)] = np.nan
    row = summary(series(8.5), limit)
    assert row["saturation_80_previous"] == 1
    # Days 14 to 20 of the window still count against 10: 6 of 14 days.
    assert row["saturation_80"] == pytest.approx(6 / 14, abs=0.001)
    assert row["utilisation_p95"] == pytest.approx(8.5 / 20)


def test_unknown_steps_count_in_no_share() -> None:
    use = series(9.5)
    use.iloc[-2016:] = np.nan
    assert summary(use)["saturation_90"] == 1


def test_use_against_what_is_reserved() -> None:
    row = summary(series(6.0), request=series(4.0))
    assert (row["request"], row["request_p95"]) == (4, 1.5)
    assert np.isnan(summary(series(6.0))["request_p95"])
    assert np.isnan(summary(series(6.0), request=series(0.0))["request"])


def test_without_a_limit_nothing_is_said_of_room() -> None:
    row = summary(series(6.0), series(np.nan))
    assert row[["headroom", "headroom_share", "saturation_80", "saturation_90"]].isna().all()


def test_nothing_borrowed_changes_nothing() -> None:
    row = summary(series(6.0))
    assert (row["borrowed"], np.isnan(row["limit_after_return"]), np.isnan(row["full_after_return"])) == (0, True, True)


def test_a_return_that_leaves_enough_fills_nothing() -> None:
    row = summary(series(6.0), loans=(Loan(3.0, date(2026, 12, 1)),))
    assert (row["borrowed"], row["limit_after_return"]) == (3, 7)
    assert np.isnan(row["full_after_return"])


def test_steady_use_is_full_on_the_day_the_limit_falls_below_it() -> None:
    # Until 1 December: midnight after it in Tokyo is 2026-12-01T15:00Z, 7 d 5 h after the meeting at 10:00Z.
    row = summary(series(6.0), loans=(Loan(4.5, date(2026, 12, 1)),))
    assert row["full_after_return"] == pytest.approx(7 + 5 / 24)


def test_growth_meets_the_limit_that_is_left_after_each_return() -> None:
    # 2 + 0.1 a day, 28 days: 4.8 at the meeting. Limit 10: full in 52 days. 2 go back after 10.2 days: 8 are left,
    # met when 4.8 + 0.1 d = 8, after 32 days. Were 6 to go back, 4 are left, less than is used then: full that day.
    growing = series(2 + 0.1 * DAY)
    later = date(2026, 12, 4)
    assert summary(growing)["days_to_full"] == pytest.approx(52, rel=0.005)
    row = summary(growing, loans=(Loan(2.0, later),))
    assert row["full_after_return"] == pytest.approx(32, rel=0.005)
    assert row["days_to_full"] == pytest.approx(52, rel=0.005)
    assert summary(growing, loans=(Loan(6.0, later),))["full_after_return"] == pytest.approx(10 + 5 / 24)
    # In two parts: 8 are left after 10.2 days, 6.5 after 20.2; 6.5 - 4.8 = 1.7 is 17 days off: full as the second goes.
    both = (Loan(1.5, date(2026, 12, 14)), Loan(2.0, later))
    assert summary(growing, loans=both)["full_after_return"] == pytest.approx(20 + 5 / 24)


def test_what_is_overdue_counts_as_due_now() -> None:
    row = summary(series(6.0), loans=(Loan(4.5, date(2026, 11, 20)),))
    assert row["full_after_return"] == 0


def test_loans_are_listed_in_order_of_return_with_what_is_left() -> None:
    loans = {"cart/cpu": (Loan(3.0, date(2026, 12, 1), "search team", "sale"), Loan(1.0, date(2026, 11, 20)))}
    summary_of = summarise({"cart/cpu": series(6.0)}, {"cart/cpu": series(10.0)}, {"cart/cpu": "cores"}, WINDOW)
    frame = BORROWED.check(borrowed(loans, summary_of, WINDOW))
    assert frame["amount"].tolist() == [1, 3]
    assert frame["until"].tolist() == [at("2026-11-20T15:00"), at("2026-12-01T15:00")]
    assert frame["overdue"].tolist() == [True, False]
    assert frame["limit_after"].tolist() == [9, 6]
    assert frame["utilisation_after"].tolist() == pytest.approx([6 / 9, 1.0])
    assert frame["days_left"].tolist() == pytest.approx([-3 - 19 / 24, 7 + 5 / 24])
    assert frame["from_whom"].tolist() == ["", "search team"]


def test_the_last_day_still_counts_as_in_time() -> None:
    resources = summarise({"cart/cpu": series(6.0)}, {"cart/cpu": series(10.0)}, {}, WINDOW)
    assert borrowed({"cart/cpu": (Loan(1.0, date(2026, 11, 24)),)}, resources, WINDOW)["overdue"].tolist() == [False]
