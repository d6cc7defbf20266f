"""When SLO events began and ended, as ranges that hold the truth.

A counter tells of a failure at the next scrape, and a trend a step later, so an
onset is a range and no instant. On a series at scrape step the range is two
scrapes wide, on the trend of a review it is a step and a scrape. In little
traffic it is wider still: until the first request failed nobody could see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from math import ceil, erf, exp, lgamma, log
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.steps import Steps
from prodmeet_kit.schemas.frames import OUTAGES, SLO_EVENTS

__all__ = ["Stretch", "Stretches", "finer", "refined", "with_fast_onsets"]

Floats: TypeAlias = npt.NDArray[np.float64]

Stretch: TypeAlias = tuple[pd.DataFrame, timedelta, timedelta]
"""A short trend ``[total, bad]``, its step, and the time ``(t - reach, t]`` of a value."""

Stretches: TypeAlias = Mapping[str, Sequence[Stretch]]
"""By ``service/name``."""

PACE = burn_rates.TICKET[0].factor
"""An SLO event burns faster than this (:mod:`.slo_events`)."""

FAST = burn_rates.PAGE[1].factor
"""And the fast part of one faster than this (:mod:`.fast_parts`)."""

DOUBT = 0.01
"""What is rarer by chance than this is taken as seen. Both ends of a range: at least 95% hold the truth."""

BEFORE = timedelta(minutes=30)
"""What was usual is read from this long before."""

KNOWN = 0.8
"""A finer series is used when it knows this share of what the trend knows; a back end that keeps less has no rates."""


def refined(
    events: pd.DataFrame,
    trends: Mapping[str, pd.DataFrame],
    slos: Iterable[SloTarget],
    step: timedelta,
    overlap: timedelta,
    fine: Stretches | None = None,
) -> pd.DataFrame:
    """The ``SLO_EVENTS`` with ``onset_from`` to ``onset_to``, ``end_from`` to ``end_to``, and the steps of these.

    ``trends`` maps ``service/name`` to ``[total, bad]`` on the grid of ``step``; a value counts what happened in
    ``(t - step - overlap, t]``. ``fine`` has the same near onsets and ends at scrape step; where it does not reach,
    has gaps or does not show the burn, the range comes from the trend. The end of an ongoing event is not known.
    """
    targets = {target.ref: target for target in slos}
    told = []
    for event in SLO_EVENTS.rows(events):
        ref = f"{event['service']}/{event['slo']}"
        onset = end = None
        if ref in targets and ref in trends:
            series = [*finer((fine or {}).get(ref, ()), trends[ref], step), (trends[ref], step, step + overlap)]
            onset = _first(_edge(*each, targets[ref], event, step, last=False) for each in series)
            end = (
                None
                if event["ongoing"]
                else _first(_edge(*each, targets[ref], event, step, last=True) for each in series)
            )
        told.append(
            {
                **event,
                **dict(zip(("onset_from", "onset_to", "onset_step_s"), onset or (), strict=False)),
                **dict(zip(("end_from", "end_to", "end_step_s"), end or (), strict=False)),
            }
        )
    return SLO_EVENTS.frame(told)


def with_fast_onsets(
    outages: pd.DataFrame,
    events: pd.DataFrame,
    trends: Mapping[str, pd.DataFrame],
    slos: Iterable[SloTarget],
    step: timedelta,
    overlap: timedelta,
    fine: Stretches | None = None,
) -> pd.DataFrame:
    """``OUTAGES`` with ``onset_from`` and ``onset_to`` of those that a fast part within a slow burn dates.

    The others have the range of the SLO event that began then. Arguments as of :func:`refined`.
    """
    targets = {target.ref: target for target in slos}
    begun = set(zip(events["service"] + "/" + events["slo"], events["onset"], strict=True))
    told = []
    for outage in OUTAGES.rows(outages):
        ref, onset = outage["onset_slo"], outage["onset"]
        edge = None
        if ref in targets and ref in trends and (ref, onset) not in begun:
            part = {"onset": onset, "end": outage["span_end"]}
            series = [*finer((fine or {}).get(ref, ()), trends[ref], step), (trends[ref], step, step + overlap)]
            edge = _first(_edge(*each, targets[ref], part, step, last=False, pace=FAST) for each in series)
        told.append(outage if edge is None else {**outage, "onset_from": edge[0], "onset_to": edge[1]})
    return OUTAGES.frame(told)


Edge: TypeAlias = tuple[pd.Timestamp, pd.Timestamp, float]
"""Earliest and latest moment, and the seconds between the points they come from."""


def _first(edges: Iterable[Edge | None]) -> Edge | None:
    return next((edge for edge in edges if edge is not None), None)


def finer(stretches: Sequence[Stretch], trend: pd.DataFrame, step: timedelta) -> list[Stretch]:
    """The stretches that are finer than the trend and know as much as it."""
    kept = []
    for fine, each, reach in stretches:
        if fine.empty or each >= step:
            continue
        known = Steps.of(trend, fine.index[0] - each, fine.index[-1]).known
        if Steps.of(fine).known.mean() >= KNOWN * (known.mean() if len(known) else 1.0):
            kept.append((fine, each, reach))
    return kept


def _edge(
    trend: pd.DataFrame,
    each: timedelta,
    reach: timedelta,
    target: SloTarget,
    event: Mapping[str, Any],
    step: timedelta,
    *,
    last: bool,
    pace: float = PACE,
) -> Edge | None:
    """The onset of an event, or its end, as this series shows it; ``None`` where that is out of its sight."""
    near = 2 * step
    at = event["end"] if last else event["onset"]
    other = min(at + BEFORE, event["end"]) if not last else max(at - BEFORE, event["onset"])
    low, high = (other, at + near + BEFORE) if last else (at - near - BEFORE, other)
    part = Steps.of(trend, low - each, high)
    ends, (total, bad) = part.ends / 1e9, part.counted
    border = pd.Timestamp(at - near if not last else at + near).timestamp()
    if last:
        total, bad, ends = total[::-1], bad[::-1], ends[::-1]
    # In the order of walking into the burn: what was usual lies first (an end is an onset read backwards).
    outside = ends <= border if not last else ends > border + each.total_seconds()
    if not len(ends) or (each < step and (ends[0] < border if last else ends[0] > border)):
        return None  # a stretch that does not show both sides of it
    usual = min(max(target.budget, _ratio(bad[outside], total[outside])), pace * target.budget)
    place = _range(bad, total, usual, pace * target.budget, int(outside.sum()), max(1, round(step / each)))
    if place is None:
        return None
    first, silent, sure = place
    seconds, back = each.total_seconds(), reach.total_seconds()
    if last:
        found = ends[sure] - back, ends[first] + silent * seconds
    else:
        found = ends[first] - back - silent * seconds, ends[sure]
    begin, until = (pd.Timestamp(round(moment * 1000), unit="ms", tz="UTC") for moment in found)
    return begin, until, seconds


def _range(
    bad: Floats, total: Floats, usual: float, pace: float, outside: int, level_steps: int
) -> tuple[int, float, int] | None:
    """Position of the first step that surely burns, silent steps that may have burned before it, and the sure one.

    The first step is where the stretch with the largest surplus over the event's pace begins, and further back as
    long as a step has more failures than what is usual gives by chance. Before it, steps may have burned in which
    nothing failed by chance; after it, the first failures may have been usual ones.
    """
    surplus = (bad - pace * total)[outside:]
    sums = np.concatenate([[0.0], np.cumsum(surplus)])
    lowest = np.minimum.accumulate(sums[:-1])
    if not len(surplus) or (sums[1:] - lowest).max() <= 0:
        return None
    last = int(np.argmax(sums[1:] - lowest))
    first = outside + int(np.flatnonzero(sums[: last + 1] == lowest[last])[-1])
    last += outside
    while first > outside and bad[first - 1] > 0 and _at_least(bad[first - 1], usual * total[first - 1]) < DOUBT:
        first -= 1
    inside = slice(first + 1, min(first + 1 + level_steps, last + 1)) if last > first else slice(first, first + 1)
    level = max(pace, _ratio(bad[inside], total[inside]))
    silent, seen, expected = 0.0, 0.0, 0.0
    for place in range(first - 1, -1, -1):
        here = level * total[place]
        if _at_most(seen + bad[place], expected + here) < DOUBT:
            silent += min(1.0, max(0.0, (_most(seen + bad[place]) - expected) / here))
            break
        silent, seen, expected = silent + 1, seen + bad[place], expected + here
    sure, seen, expected = first, 0.0, 0.0
    for place in range(first, last + 1):
        sure, seen, expected = place, seen + bad[place], expected + usual * total[place]
        if _at_least(seen, expected) < DOUBT:
            break
    return first, silent, sure


def _ratio(bad: Floats, total: Floats) -> float:
    events = float(total.sum())
    return float(bad.sum()) / events if events > 0 else 0.0


def _most(count: float) -> float:
    """The largest Poisson mean that gives at most ``count`` with a probability of 1%, a little above."""
    return -log(DOUBT) if count <= 0 else count + 3 + 2.33 * (count + 1) ** 0.5


def _at_most(count: float, mean: float) -> float:
    """How likely a Poisson count of this mean is at most ``count``; a whole number is expected, others are rounded."""
    whole = int(count + 1e-6)
    if mean <= 0 or whole > mean + 12 * mean**0.5 + 40:
        return 1.0
    if mean > 400:  # the normal distribution is as good
        return 0.5 * (1 + erf((whole + 0.5 - mean) / (2 * mean) ** 0.5))
    return min(1.0, sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(whole + 1)))


def _at_least(count: float, mean: float) -> float:
    """How likely a Poisson count of this mean is at least ``count``."""
    fewer = ceil(count - 1e-6) - 1
    return 1.0 if fewer < 0 else 1.0 - _at_most(fewer, mean)
