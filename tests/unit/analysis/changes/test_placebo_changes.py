"""Changes that changed nothing, and some that did, in worlds whose truth is known: four services, four changes."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.analysis.capacity import equal_load
from prodmeet_kit.analysis.changes.before_after import Measure, before_after
from prodmeet_kit.analysis.series import level_shift
from prodmeet_kit.schemas.frames import CHANGES, SLO_EVENTS
from tests.support.counts import LONG, count
from tests.support.grids import END, grid, window

WINDOW = window()
INDEX = grid(END - timedelta(weeks=4))
DAY = np.asarray((INDEX - INDEX[0]) / timedelta(days=1))
WEEKEND = np.asarray((INDEX - timedelta(minutes=5)).day_of_week >= 5)


def load(random: np.random.Generator, spread: float, likeness: float) -> np.ndarray:
    """A load with a day, a week, and levels of days that resemble each other."""
    level = [random.normal(0, spread)]
    while len(level) < 30:
        level.append(likeness * level[-1] + random.normal(0, spread * (1 - likeness**2) ** 0.5))
    moods = np.exp(np.asarray(level)[DAY.astype(int)] + random.normal(0, 0.02, len(DAY)))
    found: np.ndarray = 100 * (1 + 0.5 * np.sin(2 * np.pi * DAY)) * np.where(WEEKEND, 1.4, 1.0) * moods
    return found


def meeting(seed: int, effect: float = 0.0, spread: float = 0.05, likeness: float = 0.0) -> pd.DataFrame:
    """``BEFORE_AFTER`` of one meeting; only the first change does anything: to CPU at the same load."""
    random = np.random.default_rng(seed)
    begins = [WINDOW.start + timedelta(days=float(random.uniform(1, 12))) for _ in range(4)]
    changes = CHANGES.frame(
        {
            "id": f"CH-{number}",
            "start": begin,
            "end": begin + timedelta(minutes=20),
            "duration_s": 1200.0,
            "services": [f"s{number}"],
        }
        for number, begin in enumerate(begins)
    )
    measures = []
    for number, begin in enumerate(begins):
        demand = load(random, spread, likeness)
        use = (0.2 + 0.02 * demand) * np.exp(random.normal(0, 0.03, len(demand)))
        if number == 0:
            use = use * np.where(np.asarray(pd.Series(INDEX) > begin), 1 + effect, 1.0)
        service = f"s{number}"
        demanded, used = pd.Series(demand, index=INDEX), pd.Series(use, index=INDEX)
        level = equal_load.levels(used, demanded, WINDOW)
        assert level is not None
        measures += [
            Measure("load", service, "requests", "", demanded),
            Measure("resource", service, "cpu", "cores", used),
            Measure("equal_load", service, "cpu", "", level.uses, level.hour),
        ]
    return before_after(changes, changes, measures, SLO_EVENTS.frame(), WINDOW)


def moved(frame: pd.DataFrame) -> set[str]:
    return set(frame["change"][frame["outcome"].isin(["up", "down"])])


@pytest.mark.parametrize("likeness", [0.0, 0.5])
def test_at_most_one_placebo_change_in_twenty_shows_anything(likeness: float) -> None:
    meetings = count(15, 150)
    shown = sum(len(moved(meeting(seed, likeness=likeness))) for seed in range(meetings))
    assert shown / (4 * meetings) <= (0.05 if LONG else 0.1)  # 3 of 60 are as many as may be, 6 chance allows


def test_ten_per_cent_more_cpu_are_found_nine_times_in_ten_at_a_daily_spread_of_five() -> None:
    meetings = count(15, 150)
    found = sum("CH-0" in moved(meeting(1000 + seed, effect=0.1)) for seed in range(meetings))
    assert found / meetings >= 0.9


def test_an_unusual_day_is_left_out() -> None:
    random = np.random.default_rng(3)
    places = np.arange(-14.0, 10.0) + 0.5
    values = random.normal(0, 0.01, 24)
    levels = (places > 0).astype(np.int64)
    plain = level_shift.shift(values, places, levels, growing=False)
    values[18] += 2.0  # a sale on one day after
    found = level_shift.shift(values, places, levels, growing=False)
    assert found.days == 23
    assert abs(found.size) <= 0.02
    assert found.error <= 1.2 * plain.error


def test_steady_growth_is_no_shift() -> None:
    # 5% a week: the days after are a tenth above the days before.
    random = np.random.default_rng(5)
    places = np.arange(-14.0, 14.0) + 0.5
    levels = (places > 0).astype(np.int64)
    wrong = 0
    for _ in range(40):
        values = places * np.log(1.05) / 7 + random.normal(0, 0.01, 28)
        wrong += level_shift.shift(values, places, levels, growing=True).chance < 0.05
    assert wrong <= 5


def test_the_chance_is_that_of_students_t() -> None:
    # t = 2.228 with 10 degrees of freedom, 3.182 with 3: 0.05 by the tables.
    assert level_shift.Shift(2.228, 1.0, 10.0, 12).chance == pytest.approx(0.05, abs=0.001)
    assert level_shift.Shift(3.182, 1.0, 3.0, 5).chance == pytest.approx(0.05, abs=0.002)
    found = level_shift.Shift(1.0, 0.4, 12.0, 20)
    assert level_shift.reach(found, found.chance) == pytest.approx(1.0, rel=1e-6)


def test_what_counts_is_judged_over_all_that_is_looked_at() -> None:
    # Benjamini and Hochberg at 5% over four: 0.0125, 0.025, 0.0375, 0.05.
    assert level_shift.thresholds(np.array([0.011, 0.02, 0.2, 0.6, np.nan])) == pytest.approx(0.025)
    assert level_shift.thresholds(np.array([0.02, 0.3, 0.4, 0.6])) == pytest.approx(0.0125)
