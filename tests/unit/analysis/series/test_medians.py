"""Medians of a few numbers are those of numpy, at a fraction of the cost; weeks are laid below each other."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from prodmeet_kit.analysis.series.medians import median, medians, quantile, weekly


@pytest.mark.parametrize("count", [1, 2, 7, 8])
def test_medians_and_quantiles_are_those_of_numpy(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    assert median(values) == np.median(values)
    assert quantile(values, 0.95) == pytest.approx(np.quantile(values, 0.95), rel=1e-12)


def test_medians_leave_out_what_is_not_known() -> None:
    table = np.random.default_rng(0).normal(size=(5, 4, 3))
    table[np.random.default_rng(1).random(table.shape) < 0.3] = np.nan
    table[:, 0, 0] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # numpy warns where nothing is known
        expected = np.nanmedian(table, axis=0)
    np.testing.assert_allclose(medians(table), expected)


def test_weekdays_lie_below_each_other_and_days_that_are_missing_are_not_known() -> None:
    table = weekly(np.array([1.0, 2.0, 3.0]), np.array([-9, -8, -1]))
    assert table.shape == (2, 7)
    assert (table[0, 0], table[0, 1], table[1, 1]) == (1.0, 2.0, 3.0)
    assert np.isnan(table).sum() == 11
