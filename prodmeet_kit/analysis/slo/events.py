"""SLO events: the times an error budget burned fast enough, and lost enough, to deserve a page.

One definition, used for recall and precision of paging, for missed events and
for incidents that nobody wrote down. An SLO event is

1. a run of steps whose own burn rate is above 3, joined across gaps of at most 30 minutes,
2. cut to the stretch of it with the most bad events beyond that rate: a single
   failed request some minutes before or after is no part of the trouble,
3. in which at some step a page condition of the SRE Workbook held: burn over
   1 h and 5 min at least 14.4, or over 6 h and 30 min at least 6,
4. with at least 5 bad events (in little traffic one failed request burns any
   budget fast) and at least 2% of the error budget of the SLO window.

Its onset is the start of its first step, and detection times count from it.

Why 3 and not 1: a service that burns at 2 day and night would be one event
of four weeks, and an outage in it neither seen nor dated. With 3 and the cut,
the onset of an outage of 5% was found to the step for objectives of 99.9%
from 1,000 requests a step on, even with nine tenths of the budget spent by
everyday failures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.series.grid import instant, nanoseconds
from prodmeet_kit.analysis.slo import arithmetic as slo
from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.steps import Instants, Steps, time_of
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.slo import SLO_EVENTS, SloEventRow

__all__ = ["JOIN", "MIN_BAD", "MIN_SPENT", "dearest", "runs", "slo_events", "too_few_to_page"]

PACE = burn_rates.TICKET[0].factor
"""What burns slower than the fastest ticket condition, 3, is a ticket's matter (SRE Workbook, ch. 5)."""

JOIN = timedelta(minutes=30)
"""The short window of the slower page condition: an alert would not have reset in a shorter gap."""

MIN_BAD = 5.0
"""Own choice: fewer bad events are chance."""

MIN_SPENT = 0.02
"""The smallest share of a budget that deserves a page: 2% in an hour (SRE Workbook, ch. 5, table 5-8)."""


def slo_events(
    trends: Mapping[str, pd.DataFrame],
    slos: Iterable[SloTarget],
    window: Window,
    counts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """SLO events that touch ``(window.compare_start, window.end]``, as ``SLO_EVENTS`` in order of onset.

    ``trends`` maps ``service/name`` to ``[total, bad]`` a step. The budget is
    (1 - objective) * total of the SLO window before the meeting: from
    ``counts`` (``SLO_COUNTS``) when given, else from the sum of the trend.
    """
    targets = list(slos)
    known = {} if counts is None else slo.budgets(counts, targets)
    rows = []
    for target in targets:
        trend = trends.get(target.ref)
        if trend is None or trend.empty:
            continue
        steps = Steps.of(trend, end=window.end)
        budget = known.get(target.ref, np.nan)
        if not budget >= 0:
            budget = target.budget * float(steps.between(window.end - target.window, window.end).counted[0].sum())
        rows += _of_one(target, steps, budget, window)
    return SLO_EVENTS.frame(sorted(rows, key=lambda row: (row["onset"], row["id"])))


def _of_one(target: SloTarget, steps: Steps, budget: float, window: Window) -> list[dict[str, object]]:
    ends, (total, bad) = steps.ends, steps.counted
    pace = PACE * target.budget * total
    burning = [dearest(bad - pace, *run) for run in runs(ends, bad > pace, window.step)]
    least, since = max(MIN_BAD, MIN_SPENT * budget), instant(window.compare_start)
    dear = [(first, last) for first, last in burning if bad[first : last + 1].sum() >= least]
    dear = [(first, last) for first, last in dear if ends[last] > since]
    if not dear:
        return []
    held = {condition.code: condition.held(steps, target.objective, window.step) for condition in burn_rates.PAGE}
    hourly = burn_rates.burns(steps, target.objective, window.step, burn_rates.PAGE[0].long)
    rows = []
    for first, last in dear:
        inside = slice(first, last + 1)
        holding = [code for code, each in held.items() if each[inside].any()]
        if not holding:
            continue
        onset, end, spent = time_of(ends[first]) - window.step, time_of(ends[last]), float(bad[inside].sum())
        rows.append(
            {
                "id": f"{target.ref}@{onset:%Y-%m-%dT%H:%MZ}",
                "service": target.service,
                "slo": target.name,
                "onset": onset,
                "end": end,
                "duration_s": (end - onset).total_seconds(),
                "bad": spent,
                "budget_spent": spent / budget if budget > 0 else np.inf,
                "peak_burn": float(np.fmax.reduce(hourly[inside])),
                "trigger": min(holding, key=lambda code: int(held[code][inside].argmax())),
                "ongoing": end >= window.end,
            }
        )
    return rows


def runs(ends: Instants, burning: npt.NDArray[np.bool_], step: timedelta) -> list[tuple[int, int]]:
    """First and last position of the runs of burning steps, joined across short gaps."""
    at = np.flatnonzero(burning)
    if not len(at):
        return []
    breaks = np.flatnonzero(np.diff(ends[at]) > nanoseconds(step + JOIN))
    return list(zip(at[np.append(0, breaks + 1)].tolist(), at[np.append(breaks, len(at) - 1)].tolist(), strict=True))


def dearest(surplus: npt.NDArray[np.float64], first: int, last: int) -> tuple[int, int]:
    """The stretch of a run with the largest sum of surplus; a shorter one where two are equal."""
    sums = np.concatenate([[0.0], np.cumsum(surplus[first : last + 1])])
    lowest = np.minimum.accumulate(sums[:-1])
    end = int(np.argmax(sums[1:] - lowest))
    begin = int(np.flatnonzero(sums[: end + 1] == lowest[end])[-1])
    return first + begin, first + end


def too_few_to_page(target: SloTarget, trend: pd.DataFrame, found: Iterable[SloEventRow], window: Window) -> float:
    """Most bad events behind a page condition that held since the last meeting outside every SLO event; else 0.

    ``found`` are its rows of ``SLO_EVENTS``. A condition goes on to hold after an event for as long as its long
    window has the event in it, so these steps are the event's. What else held had too few bad events, or cost too
    little.
    """
    spans = [(instant(row["onset"]), instant(row["end"])) for row in found]
    longest = max(page.long for page in burn_rates.PAGE)
    steps = Steps.of(trend, window.start - longest, window.end)
    since, most = steps.ends > instant(window.start), 0.0
    for page in burn_rates.PAGE:
        held = page.held(steps, target.objective, window.step) & since
        for onset, end in spans if held.any() else ():
            held[steps.places(onset, end + nanoseconds(page.long))] = False
        if held.any():
            _, bad = steps.trailing(max(1, round(page.long / window.step)))
            most = max(most, float(bad[held].max()))
    return most
