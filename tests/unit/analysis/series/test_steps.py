"""Steps in a row of days: found where they are, and seldom where they are not."""

from __future__ import annotations

import numpy as np
import pytest

from prodmeet_kit.analysis.series.steps import difference, find, noise


def correlated(random: np.random.Generator, days: int, r: float) -> np.ndarray:
    """Noise of standard deviation 1 whose neighbours correlate at r."""
    values = np.empty(days)
    values[0] = random.standard_normal()
    for k in range(1, days):
        values[k] = r * values[k - 1] + (1 - r * r) ** 0.5 * random.standard_normal()
    return values


def test_a_clean_step_has_its_day_and_size() -> None:
    values = np.where(np.arange(28) < 17, 0.0, 0.1)
    (step,) = find(values)
    assert (step.day, step.drift) == (17, False)
    assert step.size == pytest.approx(0.1)
    assert step.reach == pytest.approx(0)


def test_the_interval_of_a_step_by_hand() -> None:
    # Five days at 1 and -1 in turn, five at 101 and 99: means 0.2 and 100.2 (1 -1 1 -1 1: sum 1).
    values = np.array([1.0, -1, 1, -1, 1, 101, 99, 101, 99, 101])
    (step,) = find(values)
    assert step.day == 5
    assert step.size == pytest.approx(100)
    # Residuals 0.8 and -1.2 in turn: sum of squares 2 * (3 * 0.64 + 2 * 1.44) = 9.6; neighbours differ in sign, so
    # r counts as 0; s = sqrt(9.6 / 8); half the interval 2 * s * sqrt(1/5 + 1/5).
    assert step.reach == pytest.approx(2 * (9.6 / 8) ** 0.5 * 0.4**0.5)


@pytest.mark.parametrize("seed", range(20))
def test_a_step_of_five_deviations_is_found_within_a_day(seed: int) -> None:
    random = np.random.default_rng(seed)
    day = int(random.integers(4, 25))
    values = random.standard_normal(28) + 5 * (np.arange(28) >= day)
    assert any(abs(step.day - day) <= 1 for step in find(values))


def test_a_stair_has_two_steps() -> None:
    random = np.random.default_rng(3)
    day = np.arange(42)
    values = 0.02 * random.standard_normal(42) + 1.0 * (day >= 8) + 0.1 * (day >= 28)
    assert [step.day for step in find(values)] == [8, 28]


def test_days_that_are_estimates_need_a_larger_step() -> None:
    values = np.where(np.arange(28) < 14, 0.0, 0.1) + 0.001 * np.random.default_rng(1).standard_normal(28)
    assert find(values)
    # Each day unsure by 0.06 on its own: the difference of two means of 14 by 0.06 * sqrt(2 / 14) = 0.023 > 0.1 / 5.
    assert find(values, 0.06**2 * np.eye(28)) == ()


def test_a_slope_is_a_drift_and_no_step() -> None:
    values = 0.01 * np.arange(28) + 0.005 * np.random.default_rng(1).standard_normal(28)
    (drift,) = find(values)
    assert drift.drift
    assert drift.size == pytest.approx(0.27, abs=0.02)


def test_one_odd_day_and_too_few_days_are_no_steps() -> None:
    odd = np.zeros(28)
    odd[13] = 1.0
    assert find(odd) == ()
    assert find(np.array([0.0] * 4 + [1.0] * 5)) == ()
    assert find(np.full(28, np.nan)) == ()


def test_days_that_are_not_known_are_passed_over() -> None:
    values = np.where(np.arange(28) < 17, 0.0, 0.1)
    values[[3, 9, 20]] = np.nan
    assert find(values)[0].day == 17


@pytest.mark.parametrize(
    ("days", "r", "at_most"), [(28, 0.0, 0.005), (28, 0.3, 0.012), (28, 0.5, 0.03), (42, 0.5, 0.015), (14, 0.0, 0.01)]
)
def test_noise_alone_is_seldom_a_step(days: int, r: float, at_most: float) -> None:
    # Measured with 1,000 rows of another seed: 0.1%, 0.4%, 1.7%, 0.6%, 0.1%.
    random = np.random.default_rng(11)
    false = sum(bool(find(correlated(random, days, r))) for _ in range(600))
    assert false / 600 <= at_most


def test_noise_counts_neighbours_that_resemble_each_other() -> None:
    random = np.random.default_rng(5)
    alone = np.mean([noise(correlated(random, 100, 0.0), 1) for _ in range(50)])
    alike = np.mean([noise(correlated(random, 100, 0.5), 1) for _ in range(50)])
    # sqrt((1 + 0.5) / (1 - 0.5)) = 1.73
    assert alone == pytest.approx(1, abs=0.15)
    assert alike == pytest.approx(1.73, abs=0.25)


def test_the_interval_of_a_difference_holds_the_truth_19_times_in_20() -> None:
    random = np.random.default_rng(7)
    later = np.arange(28) >= 14
    # At a likeness of 0.5, which four weeks often do not show; without any the interval is wider than it need be, by
    # sqrt(1.45 / 0.55) = 1.6: 1.6 * 2.1 * sqrt(2 / 14) = 1.3 standard deviations of a day.
    held = 0
    for _ in range(400):
        size, reach = difference(correlated(random, 28, 0.5) + 0.7 * later, later)
        held += abs(size - 0.7) <= reach
    assert 0.93 <= held / 400 <= 0.99
    reaches = [difference(random.standard_normal(28), later)[1] for _ in range(100)]
    assert np.median(reaches) == pytest.approx(1.3, abs=0.15)


def test_a_step_inside_the_window_does_not_widen_the_interval() -> None:
    later = np.arange(28) >= 14
    values = 0.001 * np.random.default_rng(2).standard_normal(28) + 0.1 * (np.arange(28) >= 18)
    size, reach = difference(values, later)
    assert size == pytest.approx(0.1 * 10 / 14, abs=0.002)  # 10 of the 14 days are higher
    assert reach < 0.002


def test_a_side_of_two_days_has_no_difference() -> None:
    values = np.full(28, np.nan)
    values[:14], values[26:] = 1.0, 2.0
    assert np.isnan(difference(values, np.arange(28) >= 14)).all()


@pytest.mark.parametrize("rising", [5, 7, 14, 20])
def test_days_that_were_level_and_rise_since_drift(rising: int) -> None:
    random = np.random.default_rng(rising)
    late = np.maximum(np.arange(28) - (28 - rising), 0) / rising + 0.01 * random.standard_normal(28)
    for values in (late, late[::-1].copy()):
        (drift,) = find(values)
        assert drift.drift
        assert abs(drift.size) == pytest.approx((rising - 1) / rising, abs=0.1)


def test_a_step_in_the_midst_of_a_day_is_a_step() -> None:
    for left in (3, 4, 8, 20):
        values = np.where(np.arange(28) < 28 - left, 0.0, 1.0) + 0.01 * np.random.default_rng(left).standard_normal(28)
        values[28 - left] = 0.5
        (step,) = find(values)
        assert not step.drift
        assert abs(step.day - (28 - left)) <= 1
