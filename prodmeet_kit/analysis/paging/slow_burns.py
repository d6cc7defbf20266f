"""SLOs that spend their budget slowly: a ticket's matter, outside SLO events, and whether it goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.alerting.burn_explains import Burns
from prodmeet_kit.analysis.series.grid import instant, nanoseconds
from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.events import MIN_BAD
from prodmeet_kit.analysis.slo.steps import Instants, Steps, time_of
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.slo import SLO_EVENTS, SLO_SUMMARY

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
    known = {(row["service"], row["name"]): row for row in SLO_SUMMARY.rows(summary)}
    burned: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in SLO_EVENTS.rows(events):
        burned.setdefault((row["service"], row["slo"]), []).append((instant(row["onset"]), instant(row["end"])))
    found = []
    for target in slos:
        own = (target.service, target.name)
        rest = _outside_events(trends.get(target.ref), burned.get(own, []), window)
        held = None if rest is None else _held(target, rest, window)
        since = None if held is None else held[held > instant(window.start)]
        if rest is None or held is None or since is None or not len(since):
            continue
        told = known.get(own)
        more = {
            "service": target.service,
            "what": target.name,
            "since": max(_rose(burns, target, time_of(since[0])), pd.Timestamp(window.start)),
            "first": _rose(burns, target, time_of(held[0])),
            "ended": _ended(since, rest, target, window),
            "value": told["budget_spent_since_last"] if told else nan,
            "loss_per_fortnight": _loss(rest, target, told["total"] if told else nan, window),
        }
        found.append(more)
    return found


def _rose(burns: Burns | None, target: SloTarget, held: pd.Timestamp) -> pd.Timestamp:
    """When the error ratio rose, since long windows take hours to show it; where that is not known, when they did."""
    return (burns.rose(target.ref, held) if burns else None) or held


def _ended(recent: Instants, rest: Steps, target: SloTarget, window: Window) -> pd.Timestamp | None:
    """``recent`` are the steps since the last meeting at which a condition held."""
    pauses = np.diff(recent)
    longest = max([nanoseconds(QUIET), *pauses[pauses <= nanoseconds(PAUSE)].tolist()])
    if instant(window.end) - int(recent[-1]) <= longest:
        return None
    # The windows of a condition hold for hours after.
    total, bad = rest.trailing(max(1, round(HOUR / window.step)))
    burned = np.flatnonzero((rest.ends <= recent[-1]) & (bad >= target.budget * total) & (bad > 0))
    return time_of(rest.ends[burned[-1]] if len(burned) else recent[-1])


def _outside_events(trend: pd.DataFrame | None, spans: Iterable[tuple[int, int]], window: Window) -> Steps | None:
    """The steps of an SLO without those of its events, given by their onsets and ends."""
    if trend is None or trend.empty:
        return None
    steps = Steps.of(trend, end=window.end)
    gone = np.zeros(len(steps), dtype=bool)
    for onset, end in spans:
        gone[steps.places(onset, end)] = True
    return steps.without(gone) if gone.any() else steps


def _held(target: SloTarget, rest: Steps, window: Window) -> Instants | None:
    """Every step at which a ticket condition held; ``None`` when what failed since the last meeting may be chance."""
    recent = rest.between(window.start - max(each.long for each in burn_rates.TICKET), window.end)
    if float(recent.counted[1].sum()) < MIN_BAD or not _surely(recent, target, window):
        return None
    held = np.zeros(len(rest), dtype=bool)
    for condition in burn_rates.TICKET:
        held |= condition.held(rest, target.objective, window.step)
    # The first steps know no long window: a single failure there would look like a burn of days.
    known_from = (
        int(rest.ends[0]) - nanoseconds(window.step) + nanoseconds(min(each.long for each in burn_rates.TICKET))
    )
    return rest.ends[held & ((rest.ends >= known_from) | (rest.ends > instant(window.start)))]


def _surely(recent: Steps, target: SloTarget, window: Window) -> bool:
    """Whether a ticket condition held since the last meeting, by more than chance; long windows are in ``recent``."""
    since = recent.ends > instant(window.start)
    for condition in burn_rates.TICKET:
        held = condition.held(recent, target.objective, window.step)
        if (held & _beyond_chance(recent, target, condition, window) & since).any():
            return True
    return False


def _beyond_chance(
    rest: Steps, target: SloTarget, condition: burn_rates.Condition, window: Window
) -> npt.NDArray[np.bool_]:
    """Whether more failed over the long window of a condition than chance makes of a sustainable rate.

    The lower end of the 99% interval of a count, after Wilson and Hilferty 1931. In little traffic a service at two
    thirds of its pace reaches 1 over three days now and then, and drains nothing.
    """
    total, bad = rest.trailing(max(1, round(condition.long / window.step)))
    count = np.maximum(bad, 1.0)
    least = count * (1 - 1 / (9 * count) - NORMAL / (3 * np.sqrt(count))) ** 3
    beyond: npt.NDArray[np.bool_] = (least >= target.budget * total) & (bad > 0)
    return beyond


def _loss(rest: Steps, target: SloTarget, total: float, window: Window) -> float:
    """Bad events outside SLO events since the last meeting, for 14 days, over the bad events the budget allows."""
    allowed = target.budget * total
    bad = float(rest.between(window.start, window.end).counted[1].sum())
    return bad * (FORTNIGHT / window.length) / allowed if allowed > 0 else nan
