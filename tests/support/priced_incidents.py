"""Incidents of one service with a known SLO, put together and priced, as the meeting sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from prodmeet_kit.analysis.incidents.cost import findings
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.schemas.frames import INCIDENT_FINDINGS, INCIDENTS, SLO_COUNTS
from tests.support.grids import END, at, grid, trend, window
from tests.support.outages import outages_of

WINDOW = window()
SLO = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
WEB = SloTarget("web", "availability", 0.999, SLO.window_s)
COUNTS = SLO_COUNTS.frame(
    {"service": service, "name": "availability", "span": "window", "total": 10_000_000, "bad": 0}
    for service in ("cart", "web")
)  # each budget is 0.001 * 10,000,000 = 10,000 bad events
OUTAGE = {("2026-11-17T03:05", "2026-11-17T03:40"): 500.0}  # 7 steps: 3,500 bad, 35% of the budget


def incident(start: str = "17T03:07", end: str | None = "17T03:40", **more: Any) -> dict[str, Any]:
    """A row of ``INCIDENTS``; times are days and hours of November 2026, UTC."""
    row = {"id": "INC-1", "services": ["cart"], "start": at(f"2026-11-{start}")}
    return row | {"end": at(f"2026-11-{end}") if end else None} | more


def found(
    *incidents: dict[str, Any],
    bad: dict[tuple[str, str], float] | None = None,
    episodes: pd.DataFrame | None = None,
    counts: pd.DataFrame = COUNTS,
    slos: tuple[SloTarget, ...] = (SLO, WEB),
) -> pd.DataFrame:
    """``INCIDENT_FINDINGS``; ``bad`` is bad events a step by span, those of ``OUTAGE`` when not given."""
    trends = {SLO.ref: trend(grid(END - timedelta(days=28)), bad=OUTAGE if bad is None else bad)}
    told = INCIDENTS.frame(incidents)
    made = outages_of(WINDOW, told, None, slos, trends, counts, episodes)
    return INCIDENT_FINDINGS.check(findings(told, made, WINDOW))
