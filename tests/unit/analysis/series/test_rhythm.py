"""The rhythm of the week is taken away where it is there, whatever the days do beside it."""

from __future__ import annotations

import numpy as np
import pytest

from prodmeet_kit.analysis.series.rhythm import _shapes, without_weekdays

DAYS = np.arange(-28.0, 0.0)
WEEKDAYS = np.mod(np.arange(28), 7)
RANDOM = np.random.default_rng(3)


@pytest.mark.parametrize("beside", [0 * DAYS, 0.4 * DAYS, np.where(DAYS > -10, 8.0, 0.0), np.exp(0.1 * DAYS)])
def test_a_rhythm_is_taken_away_beside_growth_steps_and_curves(beside: np.ndarray) -> None:
    effects = np.array([3.0, 2.0, 1.0, 0.0, 0.0, -2.0, -4.0])
    flat, above = without_weekdays(WEEKDAYS, DAYS, beside + effects[WEEKDAYS] + RANDOM.normal(scale=0.05, size=28))
    assert above == pytest.approx(3.0, abs=0.2)
    np.testing.assert_allclose(flat, beside, atol=0.4)


def test_where_there_is_no_rhythm_nothing_is_taken_away() -> None:
    values = 0.4 * DAYS + RANDOM.normal(size=28)
    flat, above = without_weekdays(WEEKDAYS, DAYS, values)
    assert above == 0.0
    np.testing.assert_array_equal(flat, values)


@pytest.mark.parametrize("missing", [[], [3, 4, 17], [0, 7, 14]])
def test_what_each_shape_leaves_is_what_least_squares_leave(missing: list[int]) -> None:
    kept = np.setdiff1d(np.arange(28), missing)
    days, weekdays, values = DAYS[kept], WEEKDAYS[kept], RANDOM.normal(size=len(kept))
    shapes = _shapes(tuple(days.tolist()), tuple(weekdays.tolist()))
    found = shapes.beside_rhythm.squares(values)
    for at, squares in enumerate(found):
        columns = np.column_stack([np.ones(len(days)), *shapes.columns(at), shapes.rhythm])
        rest = values - columns @ np.linalg.lstsq(columns, values, None)[0]
        assert squares == pytest.approx(rest @ rest)
