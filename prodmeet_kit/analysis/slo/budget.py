"""The error budget between two meetings: what left the SLO window, what came in, how long the rest lasts.

An SLO window that ended at the last meeting covers (b0, start], one that ends
at this meeting (b1, end]. Between the two, (start, end] came in and (b0, b1]
left; with counts of bad events

    bad(b0, b1] = previous.bad + since.bad - window.bad

whichever is longer, the SLO window or the time between meetings, and for a
calendar window, which leaves whole when a new period begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isnan, nan
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.slo.arithmetic import NOISE, TINY, UNKNOWN, Count, SloTarget, allowed, cleaned, share
from prodmeet_kit.analysis.slo.chance import beyond
from prodmeet_kit.analysis.slo.pace import Pace, goes_on
from prodmeet_kit.analysis.slo.steps import Floats, Steps
from prodmeet_kit.analysis.slo.troubles import Troubles
from prodmeet_kit.core.window import Window, period_bounds
from prodmeet_kit.schemas.frames import ERROR_BUDGET, SLO_EVENTS
from prodmeet_kit.schemas.incidents import OUTAGES
from prodmeet_kit.schemas.slo import SLO_SUMMARY

__all__ = ["NOTABLE", "SPENT_FAST", "OneOff", "one_offs", "since_last"]

NOTABLE = 0.005
"""Own choice: a smaller share of a budget, half of one per cent, is not worth a word."""

SPENT_FAST = 0.5
"""Half of a four-week budget gone in a fortnight is a mean burn rate above 1 (SRE Workbook, ch. 5)."""


CHANCE = 0.01
"""So seldom may chance alone make a pace that is said to spend a budget."""


@dataclass(frozen=True)
class OneOff:
    """A budget that what is over spent, and that lasts at the pace of the rest: its ``share`` of it, and the ids."""

    share: float
    incidents: tuple[str, ...]


def one_offs(budget: pd.DataFrame, outages: pd.DataFrame | None = None) -> dict[str, OneOff]:
    """Budgets (``ERROR_BUDGET``) spent by what is over, which last without, by ``service/name``.

    With ``outages`` (``OUTAGES``) each is named once, by the id of its outage, and what spent less than
    :data:`NOTABLE` of the budget is not.
    """
    known = [] if outages is None else OUTAGES.rows(outages)
    refs = {f"{row['service']}/{row['name']}": row for row in ERROR_BUDGET.rows(budget)}
    return {
        ref: OneOff(float(row["over_share"]), _named(row["over"], ref, known))
        for ref, row in refs.items()
        if row["outlook"] == "not_in_window" and row["over_share"] > 0
    }


def _named(names: Iterable[str], ref: str, outages: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The outages that incidents and SLO events are of; as they are called where none is known."""
    found: list[str] = []
    for name in names:
        mine = [row for row in outages if name in (row["id"], *row["incidents"], *row["events"])]
        found += [row["id"] for row in mine if not row["budget_spent"].get(ref, nan) < NOTABLE] if mine else [name]
    return tuple(dict.fromkeys(found)) or tuple(names)


def since_last(
    summary: pd.DataFrame,
    counts: pd.DataFrame,
    slos: Iterable[SloTarget],
    trends: Mapping[str, pd.DataFrame],
    incidents: pd.DataFrame,
    window: Window,
    events: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Each SLO's budget between the meetings, as ``ERROR_BUDGET``, in the order of ``slos``.

    ``summary`` is ``SLO_SUMMARY``, ``counts`` ``SLO_COUNTS`` and ``trends`` ``[total, bad]`` a step by
    ``service/name``, all without what is excluded; ``incidents`` is ``INCIDENTS``, as far back as they are kept,
    ``events`` is ``SLO_EVENTS``.

    ``change`` compares what was left with what is left: ``rose`` or ``fell`` by more than half of one per cent
    of the budget, ``same``, or ``renewed`` when a calendar period began. ``because`` says what beside spending
    moved it: ``left`` when at least so much left the window, ``traffic`` when it rose and nothing left.

    ``outlook``: ``date`` when the budget is gone within one SLO window (calendar: before the period ends) at the
    pace of what still goes on and that pace is beyond chance above what lasts (exact Poisson, 1%), ``not_in_window``,
    ``spent`` already, ``too_few`` events to say, ``unknown``.
    The pace is bad and total events a second since the last meeting without what is over (:mod:`.pace`); at each
    later step the SLO window is what it is by then: old steps leave it as the trend tells, new ones of that pace
    come in. ``runs_out`` is the end of the first step with more bad events than (1 - objective) * total.

    ``decision_needed``: the budget is gone, or will be at that pace; or half of it went (:data:`SPENT_FAST`) and
    nobody knows how long the rest lasts. Never where an objective is missed within chance.
    """
    found = cleaned(counts)
    states = {f"{row['service']}/{row['name']}": row for row in SLO_SUMMARY.rows(summary)}
    troubles = Troubles(incidents, SLO_EVENTS.frame() if events is None else events, window)
    return ERROR_BUDGET.frame(_row(slo, states[slo.ref], found, trends.get(slo.ref), troubles, window) for slo in slos)


def _row(
    slo: SloTarget,
    state: Mapping[str, object],
    found: Mapping[tuple[str, str], Count],
    trend: pd.DataFrame | None,
    troubles: Troubles,
    window: Window,
) -> dict[str, object]:
    count, recent, before = (found.get((slo.ref, span), UNKNOWN) for span in ("window", "since", "previous"))
    left_from, left_until = window.begin(slo.length, window.start), window.begin(slo.length, window.end)
    gone = left_until > left_from
    rolled_bad, rolled_total = (
        _rolled(before.bad, recent.bad, count.bad) if gone else 0.0,
        _rolled(before.total, recent.total, count.total) if gone else 0.0,
    )
    rolled = share(rolled_bad, allowed(slo, count))
    was, now = state["budget_remaining_before"], state["budget_remaining"]
    assert isinstance(was, float) and isinstance(now, float)
    renewed = slo.period is not None and left_until >= window.start
    change = "renewed" if renewed else _change(was, now)
    pace = goes_on(slo, recent, trend, troubles, window)
    outlook, runs_out = _outlook(slo, str(state["state"]), count, pace, trend, window)
    spent = state["budget_spent_since_last"]
    assert isinstance(spent, float)
    return {
        "service": slo.service,
        "name": slo.name,
        "remaining_before": was,
        "remaining": now,
        "spent_since_last": state["budget_spent_since_last"],
        "came_in_bad": recent.bad,
        "came_in_total": recent.total,
        "rolled_off_bad": rolled_bad,
        "rolled_off_total": rolled_total,
        "rolled_off_share": rolled,
        "left_from": left_from if gone else pd.NaT,
        "left_until": left_until if gone else pd.NaT,
        "left_incidents": troubles.incidents_in(slo.service, left_from, left_until) if gone else [],
        "change": change,
        "because": "left" if rolled >= NOTABLE else "traffic" if change == "rose" else "",
        "outlook": outlook,
        "runs_out": runs_out,
        "pace_bad": pace.bad / (window.length / timedelta(days=1)),
        "over_bad": pace.over_bad,
        "over_share": share(pace.over_bad, allowed(slo, count)),
        "over": list(pace.over),
        "decision_needed": (
            outlook == "date"
            or (outlook == "spent" and not state.get("within_chance"))
            or (outlook == "unknown" and spent > SPENT_FAST)
        ),
    }


def _rolled(before: float, recent: float, now: float) -> float:
    """What left the window; nothing where the difference is within the noise of three extrapolated counts."""
    gone = before + recent - now
    return gone if isnan(gone) or gone > max(0.5, NOISE * (before + recent)) else 0.0


def _change(before: float, now: float) -> str:
    if isnan(before) or isnan(now):
        return "unknown"
    if before == now or abs(now - before) <= NOTABLE:
        return "same"
    return "rose" if now > before else "fell"


def _outlook(
    slo: SloTarget, state: str, count: Count, pace: Pace, trend: pd.DataFrame | None, window: Window
) -> tuple[str, object]:
    if state in ("NO_DATA", "TOO_FEW"):
        return ("unknown" if state == "NO_DATA" else "too_few"), pd.NaT
    if count.bad > allowed(slo, count) * (1 + TINY):
        return "spent", pd.NaT
    if isnan(pace.total) or (trend is None and slo.period is None):
        return "unknown", pd.NaT
    horizon = slo.window if slo.period is None else _period_end(slo, window) - window.end
    ahead = np.arange(1, int(horizon / window.step) + 1, dtype=np.float64)
    gone = _leaving(trend, len(ahead), slo, window) if slo.period is None and trend is not None else None
    a_step = window.step / window.length
    bad, total = (
        np.maximum(held - (0.0 if gone is None else gone[side]), 0.0) + ahead * a_step * came
        for side, held, came in (("bad", count.bad, pace.bad), ("total", count.total, pace.total))
    )
    over = np.flatnonzero(bad > slo.budget * total * (1 + 1e-6))
    if not len(over):
        return "not_in_window", pd.NaT
    if not _supported(bad - ahead * a_step * pace.bad, slo.budget * total, ahead * a_step, pace):
        return "too_few", pd.NaT
    return "date", window.end + window.step * float(ahead[over[0]])


def _supported(held: Floats, allowed_then: Floats, ahead: Floats, pace: Pace) -> bool:
    """Whether so many bad events as the pace rests on are more than chance makes of the highest sustainable rate.

    That one makes nowhere a bad event beyond what is allowed by then; ``ahead`` is in times between the meetings.
    """
    if isnan(pace.seen_bad) or not pace.total > 0:
        return True
    lasts = max(float(((np.floor(allowed_then - held + TINY) + 1) / ahead).min()), 0.0)
    return beyond(pace.seen_bad, lasts / pace.total * pace.seen_total) <= CHANCE


def _period_end(slo: SloTarget, window: Window) -> datetime:
    assert slo.period is not None
    return period_bounds(window.end, slo.period, window.timezone)[1]


def _leaving(trend: pd.DataFrame, count: int, slo: SloTarget, window: Window) -> dict[str, Floats]:
    """Events that have left the SLO window after each of the next steps; a gap in the trend holds none."""
    total, bad = Steps.of(trend).on_grid(window.end - slo.window, count, window.step)
    return {"bad": bad.cumsum(), "total": total.cumsum()}
