"""Unpaged events: what should have paged, the most expensive first, with the standard rule that would have paged.

The first class of non-paging events in the SRE book's chapter 31, and the one
most worth a meeting's time: monitoring is to be fixed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.alerting import standard_rules
from prodmeet_kit.analysis.alerting.burn_replay import Firing, Series, first_firing
from prodmeet_kit.analysis.incidents import outages as outages_of
from prodmeet_kit.analysis.series import matching
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.burn_rates import PAGE, TICKET, Condition
from prodmeet_kit.analysis.slo.event_times import Stretches
from prodmeet_kit.core.time_ranges import began, decided
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import MISSED, rows

__all__ = ["missed"]


def missed(
    outages: pd.DataFrame,
    incidents: pd.DataFrame,
    events: pd.DataFrame,
    window: Window,
    trends: Mapping[str, pd.DataFrame] | None = None,
    slos: Iterable[SloTarget] = (),
    fine: Stretches | None = None,
) -> pd.DataFrame:
    """Return the unpaged events of this meeting as ``MISSED``: one row an outage, whatever it hit.

    :attr:`prodmeet_kit.analyses.detection.Detection.missed` calls it; ``agenda/non_paging/unpaged.py`` shows it.

    ``outages`` is ``OUTAGES`` with prices and pages, ``incidents`` is
    ``INCIDENTS``, ``events`` is ``SLO_EVENTS``, ``trends`` maps
    ``service/name`` to ``[total, bad]`` a step. One of which nobody can tell
    (``paged`` is ``None``) is none.

    The rule is the standard page condition that held first during the trouble,
    of the SLOs that burned, else of any SLO of its services; where no page
    condition held, the first ticket condition. It is played again on ``fine``
    where that is known (:mod:`.burn_replay`). Its price is how often it would
    have begun to fire since the meeting before the last, and at how many of
    these times an SLO event of its SLO went on.

    Rows are in order of the budget spent, largest first, unknown last.
    """
    rules = _Rules(events, trends or {}, tuple(slos), window, fine or {})
    titles = dict(zip(incidents["id"], incidents["title"], strict=True))
    triggers = dict(zip(events["id"], events["trigger"], strict=True))
    found = []
    for outage in rows(outages_of.since_last(outages, window)):
        if outage["paged"] is not False:
            continue
        spent = [share for share in outage["budget_spent"].values() if share == share]  # NaN is not equal to itself
        told = [f"{identity} {titles.get(identity, '')}".strip() for identity in outage["incidents"]]
        refs = outage["slos"] or sorted(rules.of(outage["named"]))
        start = began(outage)
        row = {
            "id": outage["id"],
            "kind": "incident" if outage["written"] else "slo_event",
            "service": ", ".join(outage["services"]),
            "title": ", ".join(told or outage["slos"]),
            "start": outage["span_start"],
            "start_from": start[0],
            "start_to": start[1],
            "end": pd.NaT if outage["written"] and pd.isna(outage["end"]) else outage["span_end"],
            "budget_spent": max(spent, default=np.nan),
            "noise_alerts": outage["noise_alerts"],
        }
        if outage["events"]:
            # An event holds a page condition by definition, even where its trend is not given.
            row |= {"would_have_fired": triggers[outage["events"][0]], "rule_severity": "page", "rule_slo": refs[0]}
        found.append(row | rules.first(refs, start, outage["span_end"]))
    return MISSED.frame(sorted(found, key=_dearest_first))


def _dearest_first(row: Mapping[str, Any]) -> tuple[float, pd.Timestamp, str]:
    spent = row["budget_spent"]
    return (np.inf if pd.isna(spent) else -spent, row["start"], row["id"])


class _Rules:
    """When the standard rules of each SLO would have fired; each is worked out once, and only when asked for."""

    def __init__(
        self,
        events: pd.DataFrame,
        trends: Mapping[str, pd.DataFrame],
        slos: tuple[SloTarget, ...],
        window: Window,
        fine: Stretches,
    ):
        self._events = events
        self._fine = fine
        self._series: dict[str, Series] = {}
        self._slos = {target.ref: target for target in slos if target.ref in trends}
        self._trends = trends
        self._window = window
        self._known: dict[tuple[str, str], pd.DataFrame] = {}

    def of(self, services: Collection[str]) -> set[str]:
        """The SLOs of these services; of every service when none is named."""
        return {ref for ref, target in self._slos.items() if not services or target.service in services}

    def first(self, refs: Collection[str], start: tuple[pd.Timestamp, pd.Timestamp], end: datetime) -> dict[str, Any]:
        """The columns of ``MISSED`` about the rule that would have fired first; none where no rule would have.

        ``start`` is the earliest and the latest moment the trouble can have begun.
        """
        for severity, conditions in (("page", PAGE), ("ticket", TICKET)):
            found = [
                (ref, firing)
                for ref in sorted(set(refs) & set(self._slos))
                if (firing := first_firing(self._of(ref), self._slos[ref], conditions, start[0], end)) is not None
            ]
            if found:
                ref, firing = min(found, key=lambda each: each[1].at)
                return {
                    "would_have_fired": firing.condition.code,
                    "rule_severity": severity,
                    "rule_slo": ref,
                    **_times(firing, start),
                    **self._price(ref, firing.condition),
                }
        return {}

    def _of(self, ref: str) -> Series:
        if ref not in self._series:
            trend = self._trends[ref]
            trend = trend[trend.index <= self._window.end]
            self._series[ref] = Series(trend, self._window.step, self._fine.get(ref, ()))
        return self._series[ref]

    def _fires(self, ref: str, condition: Condition) -> pd.DataFrame:
        key = (ref, condition.code)
        if key not in self._known:
            trend = self._trends[ref]
            trend = trend[trend.index <= self._window.end]
            self._known[key] = standard_rules.fires(trend, self._slos[ref].objective, self._window.step, condition)
        return self._known[key]

    def _price(self, ref: str, condition: Condition) -> dict[str, float]:
        fired = self._fires(ref, condition)
        fired = fired[fired["start"] > self._window.compare_start]
        target = self._slos[ref]
        own = self._events[(self._events["service"] == target.service) & (self._events["slo"] == target.name)]
        telling = np.zeros(len(fired), dtype=bool)
        for onset, end in zip(own["onset"], own["end"], strict=True):
            telling |= matching.during(fired, onset, end).to_numpy()
        return {"would_fire": float(len(fired)), "would_tell": float(telling.sum())}


def _times(firing: Firing, start: tuple[pd.Timestamp, pd.Timestamp]) -> dict[str, Any]:
    """When the rule would have fired, and how long after the start."""
    earliest, latest = start
    low = max((firing.earliest - latest).total_seconds(), 0.0)
    high = max((firing.latest - earliest).total_seconds(), 0.0)
    middle = earliest + (latest - earliest) / 2
    one = earliest == latest or decided(low, high) == decided(low, high)  # NaN is not equal to itself
    return {
        "fires_at": firing.at,
        "fires_from": firing.earliest,
        "fires_to": firing.latest,
        "detection_s": max((firing.at - middle).total_seconds(), 0.0) if one else np.nan,
        "detection_low_s": low,
        "detection_high_s": high,
    }
