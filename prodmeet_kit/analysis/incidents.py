"""What an incident cost: the share of each error budget it spent, and whether it owes a postmortem."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from math import inf, nan
from typing import Any, NamedTuple

import pandas as pd

from prodmeet_kit.analysis import burn_rates, incident_onset, matching, seen_before, slo
from prodmeet_kit.analysis.blind_time import BlindTime
from prodmeet_kit.analysis.slo import SloTarget
from prodmeet_kit.analysis.time_ranges import decided
from prodmeet_kit.frames import INCIDENT_FINDINGS, SLO_EVENTS, rows
from prodmeet_kit.window import Window

__all__ = ["findings", "since_last", "untold"]

POSTMORTEM_SHARE = 0.2
"""One incident over 20% of the four-week budget owes a postmortem (SRE Workbook, appendix B)."""

FOUR_WEEKS_S = 28 * 86_400.0


def since_last(incidents: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The incidents (``INCIDENTS``) that went on at some time since the last meeting; an open one still does."""
    here = (incidents["start"] < window.end) & ~(incidents["end"] <= window.start)
    return incidents[here].reset_index(drop=True)


def findings(
    incidents: pd.DataFrame,
    slos: Iterable[SloTarget],
    trends: Mapping[str, pd.DataFrame],
    counts: pd.DataFrame,
    episodes: pd.DataFrame | None,
    window: Window,
    events: pd.DataFrame | None = None,
    *,
    all_alerts: bool = True,
    blind: BlindTime | None = None,
) -> pd.DataFrame:
    """The incidents since the last meeting with what they cost, as ``INCIDENT_FINDINGS`` in order of start.

    ``budget_spent`` has an entry for each SLO of the incident's services: bad
    events from start to end (to the meeting while open), in steps of the
    trend, over the budget that ``counts`` (``SLO_COUNTS``) gives for the SLO
    window; NaN where the trend or the budget is not known. An incident that
    names no service has no entry. ``blind_s`` has the seconds of it without a
    sample: where there are some, the price is the least it can be, and NaN
    where nothing bad was seen in the rest.

    ``paged``: an episode that pages, of one of its services or of none, fired
    between start and end. An incident that names no service is paged by any.
    ``None`` when alerts are not known (``episodes`` is ``None``), and instead
    of ``False`` when only some are (``all_alerts``) or a page may have gone unseen
    while the server was away (``blind``).

    ``postmortem_required``: a price over 20% of a four-week budget requires one
    whatever the others are; ``None`` when no known price does and one is not
    known, or may be over it: were every event bad in the time without samples,
    at the traffic of the rest. Without any price, as for services without SLOs, none is required by
    this rule. For an SLO window of W days the four-week budget is taken as
    28 / W of its budget, as at even traffic: a share s of the window's budget
    is s * W / 28 of four weeks'. ``postmortem_age_days`` counts from the end.

    ``onset`` is sought in ``events`` (``SLO_EVENTS``, see :mod:`.incident_onset`),
    ``seen_before`` in all ``incidents`` (see :mod:`.seen_before`).
    """
    targets = list(slos)
    budgets = slo.budgets(counts, targets)
    pages = None if episodes is None else episodes[episodes["page"]]
    burns = SLO_EVENTS.frame() if events is None else events
    made = []
    for incident in rows(since_last(incidents, window).sort_values(["start", "id"])):
        end = window.end if pd.isna(incident["end"]) else incident["end"]
        prices = _prices(incident["services"], incident["start"], end, targets, trends, budgets, window)
        spent = {ref: price.spent for ref, price in prices.items()}
        required = _required(prices, targets)
        missing = required is True and not incident["postmortem"]
        paged = _paged(pages, incident["services"], incident["start"], end)
        hidden = not all_alerts or (blind is not None and blind.hides(incident["start"], end))
        first = incident_onset.onset(burns, incident["services"], incident["start"], end)
        low, high = first.until(incident["detected"])
        made.append(
            {
                **incident,
                "budget_spent": spent,
                "blind_s": {ref: price.blind_s for ref, price in prices.items()},
                "detection_s": _seconds(incident["start"], incident["detected"]),
                "mitigation_s": _seconds(incident["start"], incident["mitigated"]),
                "paged": None if paged is False and hidden else paged,
                "unwatched_s": blind.unwatched_s(incident["start"], end) if blind is not None else 0.0,
                "postmortem_required": required,
                "postmortem_missing": missing,
                "postmortem_age_days": _seconds(incident["end"], window.end) / 86_400 if missing else nan,
                "onset": first.moment,
                "onset_slo": first.slo,
                "onset_from": first.earliest,
                "onset_to": first.latest,
                "detection_from_onset_s": decided(low, high),
                "detection_from_onset_low_s": low,
                "detection_from_onset_high_s": high,
                "seen_before": seen_before.kinds(incident, incidents),
            }
        )
    return INCIDENT_FINDINGS.frame(made)


def untold(events: pd.DataFrame, incidents: pd.DataFrame, window: Window) -> pd.DataFrame:
    """SLO events (``SLO_EVENTS``) begun since the last meeting that no incident of their service overlaps."""
    recent = matching.started(events, window.start, window.end, "onset")
    told = [
        bool((matching.during(incidents, onset, end) & matching.touches(incidents["services"], service)).any())
        for service, onset, end in zip(recent["service"], recent["onset"], recent["end"], strict=True)
    ]
    return recent[~pd.Series(told, index=recent.index, dtype="bool")].reset_index(drop=True)


class _Price(NamedTuple):
    """What an incident spent of a budget at least and at most, and how long nobody could see it."""

    spent: float
    most: float
    blind_s: float


def _prices(
    services: Collection[str],
    start: datetime,
    end: datetime,
    targets: Iterable[SloTarget],
    trends: Mapping[str, pd.DataFrame],
    budgets: Mapping[str, float],
    window: Window,
) -> dict[str, _Price]:
    span = pd.DatetimeIndex([start]), pd.DatetimeIndex([end])
    prices = {}
    for target in targets:
        if target.service not in services:
            continue
        trend, budget = trends.get(target.ref), budgets[target.ref]
        if trend is None:
            prices[target.ref] = _Price(nan, nan, nan)
            continue
        seen = burn_rates.events_between(trend, window.step, *span).iloc[0]
        bad, known, blind = float(seen["bad"]), float(seen["known"]), float(seen["steps"] - seen["known"])
        blind_s = min(max(blind, 0.0) * window.step, end - start).total_seconds()
        if known == 0:
            prices[target.ref] = _Price(nan, nan, blind_s)
            continue
        most = bad + blind * float(seen["total"]) / known
        spent = nan if blind_s > 0 and bad == 0 else _share(bad, budget)
        prices[target.ref] = _Price(spent, _share(most, budget), blind_s)
    return prices


def _required(prices: Mapping[str, _Price], targets: Iterable[SloTarget]) -> bool | None:
    weeks = {target.ref: target.window_s / FOUR_WEEKS_S for target in targets}
    if any(price.spent * weeks[ref] > POSTMORTEM_SHARE for ref, price in prices.items()):
        return True
    return None if any(not price.most * weeks[ref] <= POSTMORTEM_SHARE for ref, price in prices.items()) else False


def _paged(pages: pd.DataFrame | None, services: Collection[str], start: datetime, end: datetime) -> bool | None:
    if pages is None:
        return None
    return bool((matching.about(pages, services) & matching.during(pages, start, end)).any())


def _share(bad: float, budget: float) -> float:
    if budget == 0:
        return inf if bad > 0 else 0.0
    return bad / budget


def _seconds(start: Any, moment: Any) -> float:
    return nan if pd.isna(start) or pd.isna(moment) else float((moment - start).total_seconds())
