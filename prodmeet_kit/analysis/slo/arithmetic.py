"""SLO arithmetic: attainment, error budget, burn rate. Every other module takes these numbers from here.

Counts of events over a whole window decide the state of an SLO; the trend
(:mod:`.burn_rates`) tells when the budget burned.

- attainment = 1 - bad / total
- budget, in events = (1 - objective) * total over the SLO window
- burn rate = (bad / total) / (1 - objective): 1 spends the budget exactly in one SLO window
- intervals, and whether chance alone decides: :mod:`.chance`
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from math import inf, isnan, nan

import pandas as pd

from prodmeet_kit.analysis.series import grid
from prodmeet_kit.analysis.slo import coverage, no_verdict
from prodmeet_kit.analysis.slo.chance import FEW_ALLOWED, holds, wilson
from prodmeet_kit.analysis.slo.coverage import Covered
from prodmeet_kit.analysis.slo.event_counts import NOISE, TINY, UNKNOWN, Count, cleaned
from prodmeet_kit.core.window import Period, Window
from prodmeet_kit.schemas.frames import SLO_SUMMARY

__all__ = [
    "NOISE",
    "TINY",
    "UNKNOWN",
    "Count",
    "Rules",
    "SloTarget",
    "allowed",
    "budgets",
    "cleaned",
    "share",
    "summarise",
    "wilson",
]


@dataclass(frozen=True)
class Rules:
    """When there is too little to judge by: see :func:`summarise`."""

    min_events: float = 0.0
    min_budget_events: float = 3.0


@dataclass(frozen=True)
class SloTarget:
    """One objective: ``objective`` is a fraction, ``window_s`` the SLO window at the meeting in seconds.

    ``period`` says that the window is the calendar month or quarter so far; else it rolls.
    """

    service: str
    name: str
    objective: float
    window_s: float
    period: Period | None = None

    @cached_property
    def ref(self) -> str:
        """``service/name``, as trends are keyed."""
        return f"{self.service}/{self.name}"

    @cached_property
    def budget(self) -> float:
        """The share of events that may fail."""
        return round(1 - self.objective, 12)

    @property
    def window(self) -> timedelta:
        """The SLO window at the meeting."""
        return timedelta(seconds=self.window_s)

    @property
    def length(self) -> timedelta | Period:
        """What :meth:`Window.begin` needs to find where a window of this SLO begins."""
        return self.period or self.window


def summarise(
    counts: pd.DataFrame,
    slos: Iterable[SloTarget],
    trends: Mapping[str, pd.DataFrame],
    window: Window,
    *,
    rules: Rules | None = None,
    all_counts: pd.DataFrame | None = None,
    days: Mapping[str, pd.Series[float] | None] | None = None,
    oldest: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """State and budget of each SLO at the meeting, as ``SLO_SUMMARY``, in the order of ``slos``.

    ``counts`` is ``SLO_COUNTS`` without what is excluded, ``all_counts`` with it (absent: nothing is excluded);
    ``trends`` maps ``service/name`` to a frame ``[total, bad]`` of events a step, and is used for
    ``missing_fraction`` and ``covered_s`` alone (NaN without a trend); so are ``days``, a value a day before the
    history, and ``oldest``, the first instant at which anything of the product has a value (:mod:`.coverage`).

    States, first that holds:

    - ``NO_DATA``: no total, or a total of 0;
    - ``TOO_FEW``: fewer events than ``rules.min_events``; or the budget allows fewer bad events than
      ``rules.min_budget_events`` (3) and the exact 95% interval of their share holds what the objective allows, so
      that chance decides (counts are extrapolated: to the nearest whole event). Never where time weighs;
      or nothing failed in what is under :data:`.no_verdict.BARELY` of the window: that keeps no objective;
    - ``BAD``: attainment below the objective;
    - ``OK``.

    ``within_chance``: ``BAD``, but fewer than :data:`.chance.FEW_ALLOWED` bad events are allowed, and that interval
    holds it still.

    ``reason`` of ``NO_DATA`` and ``TOO_FEW``: :mod:`.no_verdict`.

    A bad series that is absent counts as zero only while the total exists
    (note ``bad_absent``); bad beyond total is cut to total (``bad_over_total``);
    negative rounding is 0, what is negative beyond it is no count (``bad_negative``, ``total_negative``).

    ``certain`` is false where an answer was partial or the bad events may be none (codes ``partial``, ``under_one``).

    At an objective of 1 the budget is 0: the SLO is ``BAD`` after any bad event
    and ``OK`` without. Its budget numbers are NaN without bad events; with them
    the remaining budget is minus infinity, budget spent and burn rate are infinite.
    """
    found = cleaned(counts)
    everything = found if all_counts is None else cleaned(all_counts)
    rules = rules or Rules()
    targets, seen = list(slos), days or {}
    spans = {slo.ref: coverage.covered(trends.get(slo.ref), seen.get(slo.ref), slo.window, window) for slo in targets}
    firsts = [oldest, *(each.first for each in spans.values())]
    return SLO_SUMMARY.frame(
        no_verdict.judged(
            _row(slo, found, everything, trends.get(slo.ref), window, rules)
            | _covered(slo, spans[slo.ref], firsts, window),
            _seen_before(slo, found, trends.get(slo.ref)),
        )
        for slo in targets
    )


def _seen_before(slo: SloTarget, found: Mapping[tuple[str, str], Count], trend: pd.DataFrame | None) -> bool:
    """Whether the SLO ever had a sample, as far as is known."""
    before = found.get((slo.ref, "previous"), UNKNOWN)
    return not isnan(before.total) or (trend is not None and bool(trend["total"].notna().any()))


def _covered(slo: SloTarget, found: Covered, firsts: list[pd.Timestamp | None], window: Window) -> dict[str, object]:
    """On how much of its window an SLO rests, and why not on all of it."""
    made: dict[str, object] = {
        "covered_s": found.seconds,
        "covered_from": found.first,
        "covered_why": coverage.reason(found, slo.window, firsts, window),
    }
    if not isnan(found.seconds) and window.end - slo.window < window.history_start:
        # The trend begins with the history: what the window has before is known by day.
        made["missing_fraction"] = max(1 - found.seconds / slo.window_s, 0.0)
    return made


def budgets(counts: pd.DataFrame, slos: Iterable[SloTarget]) -> dict[str, float]:
    """Bad events each SLO allows over its window, by ``service/name``; NaN where there is no total.

    ``counts`` is ``SLO_COUNTS``. At an objective of 1 it is 0.
    """
    found = cleaned(counts)
    return {slo.ref: allowed(slo, found.get((slo.ref, "window"), UNKNOWN)) for slo in slos}


def allowed(slo: SloTarget, count: Count) -> float:
    """Bad events the objective allows among these; NaN without events."""
    return slo.budget * count.total if count.total > 0 else nan


def share(part: float, whole: float) -> float:
    """A part of a whole; of nothing, infinite when there is a part and NaN when there is none."""
    if whole == 0:
        return inf if part > 0 else nan
    return part / whole


def _state(slo: SloTarget, count: Count, rules: Rules) -> str:
    if not count.total > 0:
        return "NO_DATA"
    budget = allowed(slo, count)
    few = budget < rules.min_budget_events - TINY and _by_chance(slo, count)
    if count.weight == "events" and (count.total < rules.min_events - TINY or few):
        return "TOO_FEW"
    return "BAD" if count.bad > budget * (1 + TINY) else "OK"


def _by_chance(slo: SloTarget, count: Count) -> bool:
    return count.weight == "events" and holds(slo.budget, count.bad, count.total)


def _row(
    slo: SloTarget,
    found: Mapping[tuple[str, str], Count],
    everything: Mapping[tuple[str, str], Count],
    trend: pd.DataFrame | None,
    window: Window,
    rules: Rules,
) -> dict[str, object]:
    count, recent, before = (found.get((slo.ref, span), UNKNOWN) for span in ("window", "since", "previous"))
    whole = everything.get((slo.ref, "window"), UNKNOWN)
    budget = allowed(slo, count)
    # Seconds are no independent trials: an interval of them would be far too narrow.
    low, high = wilson(count.attainment, count.total) if count.weight == "events" else (nan, nan)
    total = None if trend is None else trend["total"]
    state = _state(slo, count, rules)
    cut = recent.note if recent.note == "bad_over_total" else ""
    return {
        "service": slo.service,
        "name": slo.name,
        "objective": slo.objective,
        "window_s": slo.window_s,
        "period": slo.period or "",
        "state": state,
        "within_chance": state == "BAD" and budget < FEW_ALLOWED and _by_chance(slo, count),
        "attainment": count.attainment,
        "attainment_low": low,
        "attainment_high": high,
        "attainment_since": recent.attainment,
        "attainment_all": whole.attainment,
        "good": count.total - count.bad,
        "total": count.total,
        "bad": count.bad,
        "bad_plain": count.bad_plain,
        "total_plain": count.total_plain,
        "at_least": count.at_least,
        "budget_remaining": 1 - share(count.bad, budget),
        "budget_remaining_all": 1 - share(whole.bad, allowed(slo, whole)),
        "budget_remaining_before": 1 - share(before.bad, allowed(slo, before)),
        "budget_spent_since_last": share(recent.bad, budget),
        "burn_rate": share(share(recent.bad, recent.total), slo.budget),
        "missing_fraction": (
            nan if total is None else grid.missing_fraction(total, window.end - slo.window, window.end, window.step)
        ),
        "excluded_fraction": share(whole.total - count.total, whole.total),
        "weight": count.weight,
        "certain": not {"partial", "under_one"} & set(whole.known.split()),
        "note": " ".join(code for code in (count.note or cut, whole.known) if code),
    }
