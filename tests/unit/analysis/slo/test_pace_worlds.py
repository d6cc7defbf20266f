"""When a budget is gone, in worlds where it is known what goes on after the meeting: the same as went on before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from prodmeet_kit.analysis.slo.arithmetic import SloTarget, summarise
from prodmeet_kit.analysis.slo.budget import since_last
from prodmeet_kit.analysis.slo.events import slo_events
from prodmeet_kit.schemas.frames import INCIDENTS, SLO_COUNTS
from tests.support.counts import count
from tests.support.grids import END, grid, window

pytestmark = pytest.mark.takes(10)

SLO = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
INDEX = grid(END - timedelta(days=28))
DAY = 288  # steps
A_STEP = 1000.0  # events
WORLDS = count(25, 300)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Burn rates of four weeks, and the one that goes on afterwards."""

    burn: Floats
    goes_on: float
    daily: float = 0.5
    """How far the traffic of a day goes up and down: without it outages at one hour of the day weigh as all others."""
    allowed: float = 0.001

    def told(self, seed: int) -> pd.Series:
        """The row of ``ERROR_BUDGET``; failures are Poisson about the burn rates."""
        total = A_STEP * (1 + self.daily * np.sin(np.arange(len(INDEX)) / DAY * 2 * np.pi))
        bad = np.minimum(np.random.default_rng(seed).poisson(self.burn * self.allowed * total), total).astype(float)
        frame = pd.DataFrame({"total": total, "bad": bad}, index=INDEX)
        half = frame.iloc[14 * DAY :]
        counts = SLO_COUNTS.frame(
            {
                "service": "cart",
                "name": "availability",
                "span": span,
                "total": each["total"].sum(),
                "bad": each["bad"].sum(),
            }
            for span, each in (("window", frame), ("since", half), ("previous", frame))
        )
        slo = replace(SLO, objective=1 - self.allowed)
        trends = {slo.ref: frame}
        summary = summarise(counts, [slo], trends, window())
        events = slo_events(trends, [slo], window(), counts)
        return since_last(summary, counts, [slo], trends, INCIDENTS.frame(), window(), events).iloc[0]

    @property
    def gone(self) -> float:
        """Days from the meeting until more is spent than allowed, with no chance in it; infinite beyond 28."""
        ahead = np.arange(1, len(INDEX) + 1)
        spent = self.burn.sum() - np.cumsum(self.burn) + ahead * self.goes_on
        over = np.flatnonzero(spent > len(INDEX))
        return float(over[0] + 1) / DAY if len(over) else np.inf

    @property
    def spent(self) -> bool:
        return bool(self.burn.sum() > 0.97 * len(INDEX))


def worlds(kind: str) -> list[tuple[int, World]]:
    """Worlds of a kind whose budget is not spent at the meeting, and their seeds."""
    found: list[tuple[int, World]] = []
    seed = 0
    while len(found) < WORLDS:
        seed += 1
        world = made(kind, np.random.default_rng([seed, 5]))
        if not world.spent:
            found.append((seed, world))
    return found


def made(kind: str, random: np.random.Generator) -> World:
    calm = float(random.uniform(0, 0.4))
    burn = np.full(len(INDEX), calm)
    if kind in LATE:
        return LATE[kind](burn, random)
    if kind == "outage":  # nobody wrote it down; it was over half a day or more before the meeting
        length = int(random.integers(6, 72))
        first = int(random.integers(14 * DAY, len(INDEX) - length - DAY // 2))
        burn[first : first + length] += float(random.uniform(0.2, 0.9)) * len(INDEX) / length
    elif kind == "slow burn that ended":
        first, length = int(random.integers(14 * DAY, 18 * DAY)), int(random.integers(2 * DAY, 5 * DAY))
        burn[first : first + length] += float(random.uniform(1.2, 2.6))
    elif kind == "slow burn that goes on":
        first = len(INDEX) - int(random.integers(2 * DAY, 8 * DAY))
        burn[first:] += float(random.uniform(1.5, 2.6))
    elif kind == "steady":
        burn[14 * DAY :] = float(random.uniform(0.2, 1.8))
    elif kind == "steady, but for its days":  # which differ by a third
        pace = float(random.uniform(0.2, 1.8))
        burn[14 * DAY :] = pace * np.repeat(random.lognormal(-0.045, 0.3, 14), DAY)
        return World(burn, pace)
    elif kind == "outage every day or two":
        every = int(random.integers(DAY, 2 * DAY))
        for first in range(14 * DAY + every // 2, len(INDEX) - 24, every):
            burn[first : first + 12] += 0.035 * len(INDEX) / 12
        return World(burn, calm + 0.035 * len(INDEX) / every, daily=0.0)
    return World(burn, float(burn[-1]))


def steep(burn: Floats, random: np.random.Generator) -> World:
    """Ended some days ago: what follows is like the same weekdays a week before."""
    length, ago = int(random.integers(DAY, 4 * DAY)), int(random.integers(DAY, 5 * DAY))
    burn[len(INDEX) - ago - length : len(INDEX) - ago] += float(random.uniform(3, 5))
    return World(burn, float(burn[-1]))


def lasting_outage(burn: Floats, random: np.random.Generator) -> World:
    length = int(random.integers(6, 36))
    burn[-length:] += float(random.uniform(0.2, 0.8)) * len(INDEX) / length
    return World(burn, float(burn[-1]))


def weekends(burn: Floats, random: np.random.Generator) -> World:
    """Quiet ones, the last of them until the meeting."""
    busy = float(random.uniform(0.6, 1.8))
    burn[:] = np.where(np.arange(len(INDEX)) // DAY % 7 >= 5, 0.1 * busy, busy)
    return World(burn, float(burn.mean()))


LATE = {"steep burn that ended": steep, "outage that goes on": lasting_outage, "quiet weekends": weekends}


@pytest.mark.parametrize(
    ("kind", "false", "missed", "off"),
    [
        ("outage", 0.02, 0.02, 0.1),
        ("slow burn that ended", 0.02, 0.02, 0.1),
        ("steep burn that ended", 0.02, 0.02, 0.1),
        ("outage that goes on", 0.02, 0.02, 0.1),
        ("quiet weekends", 0.02, 0.02, 0.2),
        ("slow burn that goes on", 0.02, 0.02, 0.1),
        ("steady", 0.02, 0.02, 0.1),
        ("steady, but for its days", 0.02, 0.02, 0.2),
        ("outage every day or two", 0.02, 0.02, 0.1),
    ],
)
def test_a_date_is_that_of_what_goes_on(kind: str, false: float, missed: float, off: float) -> None:
    """``false`` dates where the budget lasts by far, ``missed`` where it is gone well within, median error ``off``."""
    said_wrongly = missed_dates = lasting = going = 0
    errors = []
    for seed, world in worlds(kind):
        row, gone = world.told(seed), world.gone
        days = (row["runs_out"] - pd.Timestamp(END)) / pd.Timedelta("24h") if row["outlook"] == "date" else np.inf
        highest = max(float(World(world.burn, 1.25 * world.goes_on).gone), 0.0)
        if np.isinf(gone) and np.isinf(highest):  # not even a quarter more than truly goes on spends it
            lasting += 1
            said_wrongly += row["outlook"] == "date"
        elif World(world.burn, 0.8 * world.goes_on).gone < 27:
            going += 1
            missed_dates += row["outlook"] not in ("date", "spent")
            if np.isfinite(days):
                errors.append(abs(days - gone) / max(gone, 2.0))
        assert row["decision_needed"] == (row["outlook"] in ("date", "spent"))
    assert said_wrongly <= false * max(lasting, 1), f"{said_wrongly} of {lasting}"
    assert missed_dates <= missed * max(going, 1), f"{missed_dates} of {going}"
    assert lasting + going > WORLDS / 3
    assert not errors or np.median(errors) <= off, np.median(errors)


@pytest.mark.parametrize("allowed", [4, 6, 12])
def test_at_half_of_what_a_small_budget_allows_nobody_is_given_a_date(allowed: int) -> None:
    world = World(np.full(len(INDEX), 0.5), 0.5, daily=0.0, allowed=allowed / (len(INDEX) * A_STEP))
    worlds = count(40, 600)
    told = [world.told(seed)["outlook"] for seed in range(worlds)]
    assert told.count("date") <= max(0.01 * worlds, 1)
    # At four times as many a date is given, or the budget is spent already.
    burns = World(np.full(len(INDEX), 4.0), 4.0, daily=0.0, allowed=world.allowed)
    assert sum(burns.told(seed)["outlook"] in ("date", "spent") for seed in range(20)) >= 18
