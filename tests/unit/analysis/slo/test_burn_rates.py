"""Burn rates, and the standard conditions against the table of detection times."""

from __future__ import annotations

from datetime import timedelta
from math import inf, nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodmeet_kit.analysis.slo.burn_rates import PAGE, TICKET, burn, current_burn, error_ratio, events, events_between
from tests.support.grids import END, MINUTE, STEP, at, grid, trend

HOUR = timedelta(hours=1)
CONDITIONS = {condition.code: condition for condition in (*PAGE, *TICKET)}


def steps(total: list[float], bad: list[float]) -> pd.DataFrame:
    index = grid(END - len(total) * STEP)
    return pd.DataFrame({"total": total, "bad": bad}, index=index, dtype="float64")


def test_burn_sums_before_it_divides() -> None:
    # Two steps: 1 of 10 and 0 of 990. Summed 1/1000 = 0.001, burn at 99.9% = 1. (The mean of ratios would say 50.)
    frame = steps([10, 990], [1, 0])
    assert burn(frame, 0.999, STEP, 2 * STEP).tolist() == pytest.approx([100.0, 1.0])


def test_a_gap_is_left_out_and_a_missing_bad_series_is_zero_while_the_total_exists() -> None:
    # Over two steps: (2/100), (2/100; gap left out), (nothing known but the gap's end: 0/50), (0 + 1)/(50 + 50).
    frame = steps([100, nan, 50, 50], [2, nan, nan, 1])
    assert error_ratio(frame, STEP, 2 * STEP).tolist() == pytest.approx([0.02, 0.02, 0.0, 0.01])


def test_no_events_at_all_is_not_known() -> None:
    assert np.isnan(burn(steps([0, 0, nan], [0, 0, nan]), 0.999, STEP, 2 * STEP)).all()


def test_nothing_is_left_of_events_that_have_passed_out_of_the_span() -> None:
    # 0.1 + 0.2 - 0.3 leaves 5e-17 in a moving sum; over no events that would be a ratio of rounding.
    frame = steps([0.1, 0.2, 0.3, 0, 0, 0], [0.1, 0.2, 0.3, 0, 0, 0])
    ratio = error_ratio(frame, STEP, 3 * STEP)
    assert ratio.iloc[:5].tolist() == pytest.approx([1, 1, 1, 1, 1])
    assert np.isnan(ratio.iloc[5])


def test_at_an_objective_of_one_any_bad_event_burns_infinitely_fast() -> None:
    assert burn(steps([10, 10], [0, 1]), 1.0, STEP, STEP).tolist() == [0.0, inf]


def test_events_are_cut_to_what_can_be() -> None:
    clean = events(steps([10, 10, nan], [11, -1e-12, 3]))
    assert clean["bad"].iloc[:2].tolist() == [10, 0]
    assert clean.iloc[2].isna().all()


def test_current_burn_is_the_last_of_the_whole_series() -> None:
    frame = trend(grid(END - timedelta(days=4)), bad={("2026-11-24T08:00", "2026-11-24T09:30"): 20.0})
    now = current_burn(frame, 0.999, STEP)
    # 20 of 1,000 a step from 08:00 to 09:30: 6 of the 12 steps of the last hour, 18 of the 72 of six hours,
    # 18 of the 864 of three days.
    assert now == {
        timedelta(hours=1): pytest.approx(20 * 6 / 12),
        timedelta(hours=6): pytest.approx(20 * 18 / 72),
        timedelta(days=3): pytest.approx(20 * 18 / 864),
    }
    assert all(burn(frame, 0.999, STEP, span).iloc[-1] == pytest.approx(rate) for span, rate in now.items())
    assert np.isnan(list(current_burn(frame.iloc[:0], 0.999, STEP).values())).all()


counts = st.lists(
    st.tuples(st.integers(0, 1000), st.floats(0, 1)) | st.none(), min_size=1, max_size=60
)  # total and bad share of a step, or a gap


@given(counts, st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_a_ratio_lies_between_zero_and_one_and_more_time_never_holds_fewer_bad_events(
    drawn: list[tuple[int, float] | None], size: int
) -> None:
    frame = steps(
        [nan if step is None else step[0] for step in drawn],
        [nan if step is None else step[0] * step[1] for step in drawn],
    )
    ratio = error_ratio(frame, STEP, size * STEP).dropna()
    assert ((ratio >= 0) & (ratio <= 1 + 1e-9)).all()
    ends = pd.DatetimeIndex(frame.index)
    shorter, longer = (events_between(frame, STEP, ends - n * size * STEP, ends)["bad"] for n in (1, 6))
    assert (shorter <= longer + 1e-9).all()
    # Parts add up: each step alone gives the whole.
    each = events_between(frame, STEP, ends - STEP, ends)["bad"].sum()
    assert each == pytest.approx(events(frame)["bad"].sum())


def test_a_span_counts_every_step_it_touches() -> None:
    frame = steps([1, 2, nan, 8], [1, 0, nan, 4])  # buckets 09:40-09:45, -09:50, -09:55 (gap), -10:00
    starts = pd.DatetimeIndex([at("2026-11-24T09:42"), at("2026-11-24T09:45"), at("2026-11-24T11:00")])
    ends = pd.DatetimeIndex([at("2026-11-24T09:46"), at("2026-11-24T10:00"), at("2026-11-24T11:05")])
    seen = events_between(frame, STEP, starts, ends)
    assert seen["total"].tolist() == [3, 10, 0]
    assert seen["bad"].tolist() == [1, 4, 0]
    assert seen["known"].tolist() == [2, 2, 0]
    assert seen["steps"].tolist() == [2, 3, 1]


# Detection times at 99.9% from zero errors, in minutes. Derived: budget 0.001 / error ratio * long window * factor,
# e.g. 100% errors, 14.4x/1h: 0.001 / 1 * 60 min * 14.4 = 0.864 min = 52 s. None: the ratio never reaches the factor.
DETECTION: dict[float, dict[str, float | None]] = {
    1.00: {"14.4x/1h": 52 / 60, "6x/6h": 2.16, "3x/24h": 4.32, "1x/3d": 4.32},
    0.10: {"14.4x/1h": 8.64, "6x/6h": 21.6, "3x/24h": 43.2, "1x/3d": 43.2},
    0.05: {"14.4x/1h": 17.28, "6x/6h": 43.2, "3x/24h": 86.4, "1x/3d": 86.4},
    0.02: {"14.4x/1h": 43.2, "6x/6h": 108, "3x/24h": 216, "1x/3d": 216},
    0.01: {"14.4x/1h": None, "6x/6h": 216, "3x/24h": 432, "1x/3d": 432},
    0.005: {"14.4x/1h": None, "6x/6h": None, "3x/24h": 864, "1x/3d": 864},
    0.002: {"14.4x/1h": None, "6x/6h": None, "3x/24h": None, "1x/3d": 2160},
}


@pytest.mark.parametrize("ratio", DETECTION)
@pytest.mark.parametrize("code", CONDITIONS)
def test_detection_times_agree_with_the_workbook_within_one_step(ratio: float, code: str) -> None:
    begin, onset = END - timedelta(days=7), END - timedelta(days=3)
    frame = trend(grid(begin, step=MINUTE))
    frame.loc[frame.index > onset, "bad"] = 1000 * ratio
    held = CONDITIONS[code].holds(frame, 0.999, MINUTE)
    expected = DETECTION[ratio][code]
    if expected is None:
        assert not held.any()
    else:
        took = (held.index[held][0] - onset) / MINUTE
        assert expected <= took + 1e-9 and took <= expected + 1 + 1e-9


@pytest.mark.parametrize(("code", "minutes"), [("14.4x/1h", 4.9), ("6x/6h", 29.8), ("3x/24h", 119.6), ("1x/3d", 359.6)])
def test_reset_times_after_a_long_total_outage_are_those_of_the_short_window(code: str, minutes: float) -> None:
    # The short window resets when bad / total falls under factor * 0.001: short * (1 - factor * 0.001),
    # e.g. 5 min * (1 - 0.0144) = 4.93 min.
    over = END - timedelta(hours=12)
    frame = trend(grid(END - timedelta(days=5), step=MINUTE))
    frame.loc[(frame.index > over - timedelta(days=1)) & (frame.index <= over), "bad"] = 1000.0
    held = CONDITIONS[code].holds(frame, 0.999, MINUTE)
    last = held[held].index[-1]
    assert minutes - 1 <= (last - over) / MINUTE <= minutes
