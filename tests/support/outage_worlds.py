"""Two weeks of three services with outages whose onset, end, services, pages and price are known.

People write some of them down, late, and name one service, all, or none. Each
is paged in one way, or not; in some a scrape failed; around some a slow burn
goes on for days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.schemas.frames import EPISODES, INCIDENTS, SLO_COUNTS, VERDICTS
from tests.support.grids import END, STEP, grid, window

__all__ = ["SERVICES", "SLOS", "WINDOW", "Truth", "World", "world"]

WINDOW = window()
SERVICES = ("gateway", "web", "cart")
SLOS = tuple(SloTarget(name, "availability", 0.999, timedelta(days=28).total_seconds()) for name in SERVICES)
INDEX = grid(END - timedelta(days=28))
BEGINS = INDEX - STEP
MINUTE = pd.Timedelta(minutes=1)

PAGED = ("own", "another service", "in the grace", "before the start people wrote")
UNPAGED = ("none", "noise", "unrelated")


@dataclass
class Truth:
    """One outage as it was. ``spent`` is bad events by SLO, those that nobody counted among them."""

    onset: pd.Timestamp
    end: pd.Timestamp
    services: list[str]
    ratio: dict[str, float]
    how: str
    incident: str = ""
    gap: bool = False
    spent: dict[str, float] = field(default_factory=dict)

    @property
    def paged(self) -> bool:
        """Whether a page that was not noise told of it."""
        return self.how in PAGED


@dataclass
class World:
    """What the kit is given, and the truth: outages, and the slow burn of each service that has one."""

    trends: dict[str, pd.DataFrame]
    counts: pd.DataFrame
    incidents: pd.DataFrame
    episodes: pd.DataFrame
    verdicts: pd.DataFrame
    truths: list[Truth]
    slow: dict[str, tuple[pd.Timestamp, pd.Timestamp]]


def world(seed: int) -> World:
    """The world of a seed: three outages since the last meeting, on days of their own."""
    random = np.random.default_rng([seed, 13])
    truths, told, pages = [], [], []
    for number, day in enumerate(random.choice(np.arange(1, 13), 3, replace=False).tolist()):
        truth, incident, page = _outage(random, number, day)
        truths.append(truth)
        told += incident
        pages += page
    slow: dict[str, tuple[pd.Timestamp, pd.Timestamp]] = {}
    trends = {slo.ref: _trend(random, slo.service, truths, slow) for slo in SLOS}
    for truth in truths:
        _hide(random, truth, trends)
    return World(
        trends=trends,
        counts=_counts(trends),
        incidents=INCIDENTS.frame(told),
        episodes=EPISODES.frame(sorted(pages, key=lambda row: row["start"])),
        verdicts=VERDICTS.frame([{"alert": "HighCPU", "service": "", "meeting": WINDOW.end, "verdict": "noise"}]),
        truths=truths,
        slow=slow,
    )


def _outage(
    random: np.random.Generator, number: int, day: int
) -> tuple[Truth, list[dict[str, Any]], list[dict[str, Any]]]:
    minutes = int(random.integers(25, 150))
    onset = pd.Timestamp(WINDOW.start) + pd.Timedelta(days=day) + int(random.integers(0, 18 * 60)) * MINUTE
    hit = [str(name) for name in random.permutation(SERVICES)[: random.integers(1, 4)]]
    # Enough to hold 14.4 over an hour, and up to six times that.
    ratio = {name: min(random.uniform(1.5, 6) * 0.864 / min(minutes, 60), 1.0) for name in hit}
    written = random.random() < 0.65
    kinds = ["own", "in the grace", "none", "noise"]
    kinds += ["another service"] * (len(hit) > 1) + ["before the start people wrote"] * written
    names = [hit[:1], hit[:1], hit, []][random.integers(0, 4)]
    kinds += ["unrelated"] * (len(hit) < len(SERVICES) and bool(names or not written))
    how = str(random.choice(kinds))
    late = random.uniform(0.15, 0.8) * minutes
    truth = Truth(onset, onset + minutes * MINUTE, hit, ratio, how, gap=bool(minutes > 60 and random.random() < 0.4))
    incident = []
    if written:
        truth.incident = f"INC-{number}"
        wrote = {"start": onset + late * MINUTE, "end": truth.end + random.uniform(-5, 5) * MINUTE}
        incident = [{"id": truth.incident, "title": "Down", "services": names, "detected_by": "person", **wrote}]
    return truth, incident, _pages(random, truth, names if written else hit, late if written else 15.0)


def _pages(random: np.random.Generator, truth: Truth, named: list[str], late: float) -> list[dict[str, Any]]:
    if truth.how == "none":
        return []
    service, alert, start = (named or truth.services)[0], "Burn", truth.onset + random.uniform(2, 20) * MINUTE
    if truth.how == "another service":
        service = truth.services[-1]
    elif truth.how == "in the grace":
        start = truth.end + random.uniform(6, 9) * MINUTE
    elif truth.how == "before the start people wrote":
        start = truth.onset + random.uniform(0.3, 0.7) * late * MINUTE
    elif truth.how == "noise":
        alert = "HighCPU"
    elif truth.how == "unrelated":
        service = next(name for name in SERVICES if name not in truth.services)
    end = start + random.uniform(1, 3 if truth.how != "own" else 60) * MINUTE
    return [
        {
            "id": f"{alert}@{start}", "alert": alert, "service": service, "page": True, "start": start, "end": end,
            "duration_s": (end - start).total_seconds(),
        }
    ]  # fmt: skip


def _trend(
    random: np.random.Generator,
    service: str,
    truths: list[Truth],
    slow: dict[str, tuple[pd.Timestamp, pd.Timestamp]],
) -> pd.DataFrame:
    """Everyday failures of a fifth of the budget, a slow burn of four times it for days, and the outages."""
    total = random.poisson(random.uniform(300, 3000), len(INDEX))
    ratio = np.full(len(INDEX), 0.0002)
    if random.random() < 0.5:
        begin = int(random.integers(4032, 6000))  # since the last meeting
        ratio[begin : begin + 1400] = 0.004
        slow[service] = BEGINS[begin], INDEX[begin + 1399]
    for truth in truths:
        if service in truth.services:
            inside = INDEX.where(truth.end > INDEX, truth.end) - BEGINS.where(truth.onset < BEGINS, truth.onset)
            ratio += truth.ratio[service] * np.clip(np.asarray(inside / STEP), 0, 1)
    return pd.DataFrame({"total": total, "bad": random.binomial(total, np.clip(ratio, 0, 1))}, INDEX, dtype=float)


def _hide(random: np.random.Generator, truth: Truth, trends: Mapping[str, pd.DataFrame]) -> None:
    """Note what an outage spent, then take the samples of 10 to 25 minutes inside it away where it has a gap."""
    inside = (truth.onset < INDEX) & (truth.end > BEGINS)
    away = int(random.integers(2, 6))
    begin = int(np.flatnonzero(inside)[int(random.integers(3, 6))])
    for name in truth.services:
        trend = trends[f"{name}/availability"]
        truth.spent[f"{name}/availability"] = float(trend["bad"][inside].sum())
        if truth.gap:
            trend.iloc[begin : begin + away] = np.nan


def _counts(trends: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """As the server would count: over the SLO window, and since the last meeting."""
    spans = {"window": INDEX[0] - STEP < INDEX, "since": pd.Timestamp(WINDOW.start) < INDEX}
    return SLO_COUNTS.frame(
        {
            "service": ref.partition("/")[0], "name": "availability", "span": span,
            "total": trend["total"][inside].sum(), "bad": trend["bad"][inside].sum(),
        }
        for ref, trend in trends.items()
        for span, inside in spans.items()
    )  # fmt: skip
