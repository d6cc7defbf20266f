"""SLOs that spend their budget slowly: a ticket's matter, outside SLO events, and whether it goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.alerting.burn_explains import Burns
from prodmeet_kit.analysis.series import grid
from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.events import MIN_BAD
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import rows

__all__ = ["FORTNIGHT", "slow_burns"]

NORMAL = 2.576
"""Standard errors to either end of a 99% interval: at each step of two weeks it is looked whether a burn holds."""

FORTNIGHT = timedelta(days=14)
"""Losses are told for this long, whatever the cadence of the meeting."""

QUIET, PAUSE = timedelta(hours=12), timedelta(days=3)
"""Own choice: a burn ends with so long a quiet, and with a longer one where it paused before for up to so long."""

HOUR = timedelta(hours=1)


def slow_burns(
    events: pd.DataFrame,
    trends: Mapping[str, pd.DataFrame],
    slos: Iterable[SloTarget],
    summary: pd.DataFrame,
    window: Window,
    burns: Burns | None,
) -> list[dict[str, Any]]:
    """Each SLO that burned slowly since the last meeting: columns of ``ATTENTION`` (see :mod:`.attention`).

    ``ended``: when the error ratio fell for the last time, where no condition has held since; ``None`` while it goes
    on, or may: what paused before for as long, as a nightly job does, has not ended.
    """
    known = {(row["service"], row["name"]): row for row in rows(summary)}
    found = []
    for target in slos:
        rest = _outside_events(target, trends.get(target.ref), events, window)
        held = [] if rest is None else _held(target, rest, window)
        since = next((moment for moment in held if moment > window.start), None)
        if rest is None or since is None:
            continue
        told = known.get((target.service, target.name), {})
        more = {
            "service": target.service,
            "what": target.name,
            "since": max(_rose(burns, target, since), pd.Timestamp(window.start)),
            "first": _rose(burns, target, held[0]),
            "ended": _ended(held, rest, target, window),
            "value": told.get("budget_spent_since_last", nan),
            "loss_per_fortnight": _loss(rest, target, told.get("total", nan), window),
        }
        found.append(more)
    return found


def _rose(burns: Burns | None, target: SloTarget, held: pd.Timestamp) -> pd.Timestamp:
    """When the error ratio rose, since long windows take hours to show it; where that is not known, when they did."""
    return (burns.rose(target.ref, held) if burns else None) or held


def _ended(held: list[pd.Timestamp], rest: pd.DataFrame, target: SloTarget, window: Window) -> pd.Timestamp | None:
    recent = pd.DatetimeIndex([moment for moment in held if moment > window.start])
    pauses = pd.Series(recent).diff().dropna()
    longest = max([pd.Timedelta(QUIET), *pauses[pauses <= pd.Timedelta(PAUSE)]])
    if pd.Timestamp(window.end) - recent[-1] <= longest:
        return None
    # The windows of a condition hold for hours after.
    size = max(1, round(HOUR / window.step))
    last = rest[rest.index <= recent[-1]].rolling(size, min_periods=1).sum()
    burned = last.index[(last["bad"] >= target.budget * last["total"]) & (last["bad"] > 0)]
    return burned[-1] if len(burned) else recent[-1]


def _outside_events(
    target: SloTarget, trend: pd.DataFrame | None, events: pd.DataFrame, window: Window
) -> pd.DataFrame | None:
    """The trend without the steps of the SLO's events."""
    if trend is None or trend.empty:
        return None
    rest = burn_rates.events(trend[trend.index <= window.end])
    mine = events[(events["service"] == target.service) & (events["slo"] == target.name)]
    for onset, end in zip(mine["onset"], mine["end"], strict=True):
        rest.loc[(rest.index > onset) & (rest.index <= end)] = np.nan
    return rest


def _held(target: SloTarget, rest: pd.DataFrame, window: Window) -> list[pd.Timestamp]:
    """Every step at which a ticket condition held; none when what failed since the last meeting may be chance."""
    longest = max(condition.long for condition in burn_rates.TICKET)
    if float(grid.between(rest, window.start - longest, window.end)["bad"].sum()) < MIN_BAD:
        return []
    held = sure = pd.Series(False, index=rest.index)
    for condition in burn_rates.TICKET:
        holds = condition.holds(rest, target.objective, window.step)
        held = held | holds
        sure = sure | holds & _beyond_chance(rest, target, condition, window)
    if not sure[(sure.index > window.start) & (sure.index <= window.end)].any():
        return []
    # The first steps know no long window: a single failure there would look like a burn of days.
    began = rest.index[0] - window.step
    shortest = min(condition.long for condition in burn_rates.TICKET)
    return list(held.index[held & ((held.index >= began + shortest) | (held.index > window.start))])


def _beyond_chance(
    rest: pd.DataFrame, target: SloTarget, condition: burn_rates.Condition, window: Window
) -> pd.Series[bool]:
    """Whether more failed over the long window of a condition than chance makes of a sustainable rate.

    The lower end of the 99% interval of a count, after Wilson and Hilferty 1931. In little traffic a service at two
    thirds of its pace reaches 1 over three days now and then, and drains nothing.
    """
    size = max(1, round(condition.long / window.step))
    bad, total = (rest[side].rolling(size, min_periods=1).sum() for side in ("bad", "total"))
    count = bad.clip(lower=1.0)
    least = count * (1 - 1 / (9 * count) - NORMAL / (3 * count**0.5)) ** 3
    return (least >= target.budget * total) & (bad > 0)


def _loss(rest: pd.DataFrame, target: SloTarget, total: float, window: Window) -> float:
    """Bad events outside SLO events since the last meeting, for 14 days, over the bad events the budget allows."""
    allowed = target.budget * total
    bad = float(grid.between(rest, window.start, window.end)["bad"].sum())
    return bad * (FORTNIGHT / window.length) / allowed if allowed > 0 else nan
