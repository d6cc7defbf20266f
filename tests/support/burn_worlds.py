"""Worlds of one SLO whose burns are known, drawn with Poisson counts, and alerts that read it or do not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.alerting.alert_reads import AlertReads, SloReads
from prodmeet_kit.analysis.alerting.burn_explains import Burns
from prodmeet_kit.analysis.paging import verdicts_on_pages as paging
from prodmeet_kit.analysis.slo import events as slo_events
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.schemas.frames import ALERT_RULES, EPISODES, INCIDENTS
from tests.support.grids import END, STEP, grid, window

__all__ = ["CPU", "ERRORS", "EVENTS", "SLO", "WINDOW", "Judged", "at_random", "burn", "episodes", "judged"]

WINDOW = window()
SLO = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
TIMES = grid(END - timedelta(days=56))
EVENTS = SloReads(
    "cart", "availability", {"bad": 'sum(rate(r_total{code=~"5.."}[1h]))', "total": "sum(rate(r_total[1h]))"}
)
ERRORS = ("CartErrors", 'rate(r_total{code=~"5.."}[1h]) / rate(r_total[1h]) > 0.002')
CPU = ("CartHighCPU", 'avg(cpu_usage{service="cart"}) > 0.9')


def burn(seed: int, *spells: tuple[float, datetime, timedelta], usual: float = 0.2, events: float = 1000.0) -> Any:
    """A trend of 56 days at the ``usual`` pace but for spells ``(pace, start, length)``, about ``events`` a step."""
    random = np.random.default_rng(seed)
    day = np.arange(len(TIMES)) * (STEP / timedelta(days=1))
    total = random.poisson(events * (1 + 0.5 * np.sin(2 * np.pi * day))).astype(np.float64)
    pace = np.full(len(TIMES), usual)
    for fast, start, length in spells:
        pace[(pd.Timestamp(start) < TIMES) & (pd.Timestamp(start + length) >= TIMES)] = fast
    bad = np.minimum(random.poisson(total * pace * SLO.budget), total)
    return pd.DataFrame({"total": total, "bad": bad.astype(np.float64)}, index=TIMES)


def at_random(seed: int, start: datetime, length: timedelta, many: int) -> list[datetime]:
    """Moments in a span, in order."""
    shares = np.sort(np.random.default_rng([seed, 7]).uniform(0, 1, many))
    return [start + length * float(share) for share in shares]


def episodes(seed: int, alert: str, starts: list[datetime], page: bool = True) -> pd.DataFrame:
    """Episodes of 5 to 40 minutes."""
    minutes = np.random.default_rng([seed, 8]).integers(5, 40, len(starts)).tolist()
    return EPISODES.frame(
        {
            "id": f"{alert}@{start}",
            "alert": alert,
            "service": "cart",
            "severity": "page",
            "page": page,
            "start": start,
            "end": start + timedelta(minutes=length),
            "duration_s": 60.0 * length,
            "labels": '{"severity":"page"}',
        }
        for start, length in zip(starts, minutes, strict=True)
    )


class Judged:
    """What the kit makes of a world: ``trend``, ``burns``, ``events`` and ``pages``."""

    def __init__(self, trend: pd.DataFrame, fired: pd.DataFrame, rules: tuple[tuple[str, str], ...] | None) -> None:
        known = None if rules is None else ALERT_RULES.frame({"alert": a, "query": q, "labels": "{}"} for a, q in rules)
        self.trend = trend
        trends = {SLO.ref: trend}
        self.burns = Burns(trends, [SLO], WINDOW, AlertReads(known, [EVENTS]))
        self.events = slo_events.slo_events(trends, [SLO], WINDOW)
        self.fired = fired
        self.pages = paging.judge(fired, self.events, INCIDENTS.frame(), trends, [SLO], WINDOW, burns=self.burns)

    def verdicts(self) -> list[str]:
        """The suggested ones, in order of the pages."""
        return [str(verdict) for verdict in self.pages["suggested_verdict"]]


def judged(trend: pd.DataFrame, fired: pd.DataFrame, *rules: tuple[str, str]) -> Judged:
    """A world judged with these rules known; with none, no rule is known."""
    return Judged(trend, fired, rules or None)
