"""Series as start, step and small numbers; wall-clock time over a change of clocks."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.render.grid import coarse, isolated, narrow, on_grid, pieces

HOUR = timedelta(hours=1)


def hours(start: str, count: int) -> pd.DatetimeIndex:
    return pd.date_range(start, periods=count, freq="1h", tz="UTC")


def test_a_range_without_a_change_of_clocks_is_one_piece() -> None:
    (piece,) = pieces(np.arange(48.0), hours("2026-11-10", 48), step=HOUR, timezone="Asia/Tokyo")
    assert piece.x0 == pd.Timestamp("2026-11-10T09:00")
    assert piece.dx == 3_600_000
    assert piece.y.tolist() == list(range(48))


def test_when_clocks_go_forward_the_skipped_hour_stays_empty() -> None:
    # Berlin, 29 March 2026: at 01:00 UTC the clock goes from 02:00 to 03:00.
    before, after = pieces(np.arange(5.0), hours("2026-03-28T23:00", 5), step=HOUR, timezone="Europe/Berlin")
    assert (before.x0, len(before.y)) == (pd.Timestamp("2026-03-29T00:00"), 2)  # 00:00 and 01:00
    assert (after.x0, len(after.y)) == (pd.Timestamp("2026-03-29T03:00"), 3)  # 03:00, 04:00, 05:00


def test_when_clocks_go_back_the_repeated_hour_is_drawn_twice() -> None:
    # Berlin, 25 October 2026: at 01:00 UTC the clock goes from 03:00 to 02:00.
    before, after = pieces(np.arange(4.0), hours("2026-10-24T23:00", 4), step=HOUR, timezone="Europe/Berlin")
    assert (before.x0, before.y.tolist()) == (pd.Timestamp("2026-10-25T01:00"), [0.0, 1.0])  # 01:00, 02:00
    assert (after.x0, after.y.tolist()) == (pd.Timestamp("2026-10-25T02:00"), [2.0, 3.0])  # 02:00 again, 03:00


def test_absent_steps_become_gaps() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 5.0]}, hours("2026-11-10", 5)[[0, 1, 4]])
    filled = on_grid(frame, HOUR)["a"].tolist()
    assert filled[:2] + filled[4:] == [1.0, 2.0, 5.0]
    assert np.isnan(filled[2:4]).all()


@pytest.mark.parametrize("minutes", [[0, 60, 90], [0, 60, 60]], ids=["between steps", "twice"])
def test_instants_off_the_grid_are_refused_and_not_dropped(minutes: list[int]) -> None:
    index = pd.Timestamp("2026-11-10", tz="UTC") + pd.to_timedelta(minutes, unit="min")
    with pytest.raises(ValueError, match="apart"):
        on_grid(pd.DataFrame({"a": [1.0, 2.0, 3.0]}, index), HOUR)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0.0, 1200.0, 3.5], "float32"),
        ([np.nan, np.nan], "float32"),
        ([5e8, 5e8], "float32"),  # a flat line has nothing to lose
        # float32 has steps of 16 at 2e8: ten requests more or less would vanish
        ([2.0e8, 2.0e8 + 10], "float64"),
        # 0.99999 has steps of 6e-8, the spread is 1e-5: 168 levels, a screen shows more
        ([0.99999, 1.0], "float64"),
        ([0.9, 1.0], "float32"),
        ([1e39, 0.0], "float64"),  # beyond float32
    ],
)
def test_values_are_float32_unless_that_loses_what_the_chart_shows(values: list[float], dtype: str) -> None:
    narrowed = narrow(np.array(values))
    assert narrowed.dtype == dtype
    np.testing.assert_allclose(narrowed, values, rtol=1e-6)


def test_infinite_values_become_gaps() -> None:
    assert np.isnan(narrow(np.array([1.0, np.inf, -np.inf]))).tolist() == [False, True, True]


def test_coarse_values_keep_four_digits_and_their_gaps() -> None:
    values = np.array([1.2345678, 98765.432, np.nan, 0.0, -3.3], dtype=np.float32)
    np.testing.assert_allclose(coarse(values), values, rtol=2.5e-4)
    zeros = coarse(values).view(np.uint32) & 0xFFF
    assert not zeros.any()


def test_a_value_between_two_gaps_is_found() -> None:
    nan = np.nan
    assert isolated(np.array([1.0, nan, 2.0, nan, 3.0, 4.0, nan])).tolist() == [0, 2]
    assert isolated(np.array([7.0])).tolist() == [0]
    assert isolated(np.array([])).tolist() == []
