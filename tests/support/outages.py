"""Outages of a test, put together, priced and with their pages, as the findings do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from prodmeet_kit.analysis.alerting.blind_time import BlindTime
from prodmeet_kit.analysis.incidents import outage_pages, outage_prices, outages
from prodmeet_kit.analysis.slo import arithmetic as slo
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import EPISODES, INCIDENTS, OUTAGES, SLO_COUNTS, SLO_EVENTS


def outages_of(
    window: Window,
    incidents: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    slos: Sequence[SloTarget] = (),
    trends: Mapping[str, pd.DataFrame] | None = None,
    counts: pd.DataFrame | None = None,
    episodes: pd.DataFrame | None = None,
    *,
    alerts_known: bool = True,
    all_alerts: bool = True,
    blind: BlindTime | None = None,
) -> pd.DataFrame:
    """``OUTAGES``; ``episodes`` are the alerts that fired, none by default."""
    burns = SLO_EVENTS.frame() if events is None else events
    fired = EPISODES.frame() if episodes is None else episodes
    found = outages.outages(INCIDENTS.frame() if incidents is None else incidents, burns, trends or {}, slos, window)
    budgets = slo.budgets(SLO_COUNTS.frame() if counts is None else counts, list(slos))
    found = outage_prices.priced(found, slos, trends or {}, budgets, window)
    pages = fired[fired["page"]] if alerts_known else None
    said = set() if incidents is None else outage_pages.said_paged(incidents)
    return OUTAGES.check(outage_pages.with_pages(found, pages, all_alerts=all_alerts, blind=blind, said=said))
