"""When a limit is met, in worlds whose truth is known: late leaks, exponentials, steps, walks without aim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan, nan

import numpy as np
import pytest

from prodmeet_kit.analysis.capacity.filling import Filling, forecast
from tests.support.counts import LONG, count

DAYS = np.arange(-28.0, 0.0)
LIMIT = 100.0


@dataclass(frozen=True)
class World:
    """What is measured each day, and when it truly meets the limit (NaN: never)."""

    values: np.ndarray
    full: float = nan


Draw = Callable[[np.random.Generator], World]


def line(random: np.random.Generator) -> World:
    full = random.uniform(5, 40)
    return World(LIMIT + random.uniform(15, 50) / 28 * (DAYS - full), full)


def late_leak(random: np.random.Generator) -> World:
    began, full, level = -random.integers(7, 17), random.uniform(8, 25), random.uniform(30, 50)
    return World(level + (LIMIT - level) / (full - began) * np.maximum(DAYS - began, 0), full)


def doubling(random: np.random.Generator) -> World:
    full = random.uniform(5, 25)
    return World(LIMIT * 2 ** ((DAYS - full) / random.uniform(7, 20)), full)


def doubling_on_a_base(random: np.random.Generator) -> World:
    full = random.uniform(5, 25)
    return World(20 + 80 * 2 ** ((DAYS - full) / random.uniform(5, 12)), full)


def line_after_a_step(random: np.random.Generator) -> World:
    began, full = -random.integers(10, 20), random.uniform(8, 25)
    return World(np.where(began > DAYS, 40.0, LIMIT + 20 / (full - began) * (DAYS - full)), full)


def flat(random: np.random.Generator) -> World:
    return World(np.full(28, 50.0))


def step(random: np.random.Generator) -> World:
    return World(np.where(-random.integers(5, 22) > DAYS, 40.0, 58.0))


def walk(random: np.random.Generator) -> World:
    return World(50 + np.cumsum(random.normal(0, 1, 28)))


def noise(random: np.random.Generator, size: float, likeness: float) -> np.ndarray:
    found = [random.normal(0, size)]
    while len(found) < 28:
        found.append(likeness * found[-1] + random.normal(0, size * (1 - likeness**2) ** 0.5))
    return np.array(found)


def tried(draw: Draw, size: float, likeness: float, worlds: int) -> list[tuple[World, Filling]]:
    made = []
    for seed in range(worlds):
        random = np.random.default_rng([seed, round(10 * size), round(10 * likeness)])
        world = draw(random)
        weekend = np.where(np.mod(DAYS, 7) >= 5, -random.uniform(0, 6), 0.0)  # the busiest weekday meets the limit
        values = world.values + weekend + noise(random, size, likeness)
        made.append((world, forecast(DAYS.astype(np.int64), DAYS, values, LIMIT)))
    return made


NOISES = [(0.5, 0.0), (2.0, 0.0), (0.5, 0.5), (2.0, 0.5)]


@pytest.mark.parametrize("draw", [line, late_leak, doubling, doubling_on_a_base, line_after_a_step])
def test_ranges_hold_the_truth(draw: Draw) -> None:
    # The promise is 80 to 95 of 100; of few worlds one more or less is chance.
    known = [pair for size, alike in NOISES for pair in tried(draw, size, alike, count(10, 100))]
    told = [(world, found) for world, found in known if not isnan(found.days)]
    held = np.mean([found.soonest <= world.full <= found.latest for world, found in told])
    assert held >= (0.85 if LONG else 0.8)
    assert 0.85 <= np.median([found.days / world.full for world, found in told]) <= 1.15
    assert len(told) >= 0.5 * len(known)


@pytest.mark.parametrize("draw", [flat, step, walk])
def test_what_goes_nowhere_is_not_said_to_fill(draw: Draw) -> None:
    # At most 2 of 100 are said to be full within 60 days.
    known = [pair for size, alike in NOISES for pair in tried(draw, size, alike, count(15, 150))]
    wrong = sum(found.days <= 60 for _, found in known)
    assert wrong <= max(0.02 * len(known), 2)


def told(values: np.ndarray) -> Filling:
    return forecast(DAYS.astype(np.int64), DAYS, values, LIMIT)


def young(age: float, random: np.random.Generator) -> World:
    """12% of the limit a day, or as much as fills it soon, with noise of 0.3%, on days that may have a weekend."""
    full = random.uniform(0.5, 2.5)
    rise = 60 / (age + full)
    quiet = np.where(np.mod(DAYS, 7) >= 5, -random.uniform(0, 5), 0.0)
    return World((40 + rise * np.maximum(DAYS + age, 0) + quiet) * random.normal(1, 0.003, 28), full)


def test_a_leak_of_a_few_days_has_a_date_and_a_younger_one_is_not_called_none() -> None:
    held, dated, missed, worlds = 0, 0, 0, count(20, 400)
    for seed in range(worlds):
        random = np.random.default_rng([seed, 11])
        world = young(random.uniform(4, 7), random)
        found = told(world.values)
        missed += found.trend == "none"
        dated += found.trend == "growing"
        held += found.soonest <= world.full <= found.latest
        fresh = told(young(random.uniform(2, 4), random).values)
        missed += fresh.trend == "none"
        if fresh.trend == "too_short":
            assert not fresh.soonest >= 10
    assert missed <= max(0.02 * worlds, 1)
    assert dated >= 0.85 * worlds
    assert held >= 0.9 * dated


def test_the_leak_of_four_days_is_full_in_a_day() -> None:
    leak = 40 + 12 * np.maximum(DAYS + 5, 0)  # 88 at the end of the last day
    found = told(leak[:] * np.random.default_rng(2).normal(1, 0.003, 28))
    assert found.trend == "growing"
    assert found.days <= 1 and found.soonest <= 0.2 <= found.latest <= 2


def test_a_batch_job_of_a_day_or_two_is_no_forecast() -> None:
    wrong, worlds = {1: 0, 2: 0}, count(40, 600)
    for seed in range(worlds):
        random = np.random.default_rng([seed, 12])
        flat = 50 + random.normal(0, random.choice([0.3, 1.0, 2.0]), 28)
        flat += np.where(np.mod(DAYS, 7) >= 5, -random.uniform(0, 8), 0.0)
        for days in wrong:
            values = flat.copy()
            values[random.integers(0, 18)] += random.uniform(10, 45)  # and one before, cleaned the next day
            values[28 - days :] += random.uniform(10, 45)
            wrong[days] += told(values).days <= 60
    assert wrong[1] <= max(0.02 * worlds, 1)
    assert wrong[2] <= max(0.1 * worlds, 4)


def test_a_leak_of_two_weeks_is_found() -> None:
    # 43% for two weeks, then to 66% in two more: (100 - 66) / (23 / 14) = 20.7 days.
    values = 43 + 23 / 14 * np.maximum(DAYS + 14, 0) + noise(np.random.default_rng(4), 0.5, 0.0)
    found = forecast(DAYS.astype(np.int64), DAYS, values, LIMIT)
    assert found.trend == "growing"
    assert found.days == pytest.approx(20.7, rel=0.15)
    assert found.soonest <= 20.7 <= found.latest < 4 * found.soonest


def test_a_step_of_45_per_cent_is_no_growth() -> None:
    values = np.where(DAYS < -12, 40.0, 58.0) + noise(np.random.default_rng(1), 0.8, 0.0)
    found = forecast(DAYS.astype(np.int64), DAYS, values, LIMIT)
    assert (found.trend, DAYS[found.since]) == ("too_short", -12)
    assert isnan(found.days)


def test_nothing_is_forecast_beyond_twice_the_days_that_show_it() -> None:
    # 0.5 a day, 86 at the meeting... 28 days: full in 28 is said, with half the slope, in 80, it is not.
    sure = forecast(DAYS.astype(np.int64), DAYS, 86 + 0.5 * DAYS, LIMIT)
    far = forecast(DAYS.astype(np.int64), DAYS, 60 + 0.5 * DAYS, LIMIT)
    assert sure.days == pytest.approx(28, rel=0.02)
    assert (far.trend, isnan(far.days)) == ("growing", True)
