"""How fast an error budget is spent by what still goes on: what has ended spends nothing more.

Three things make the pace since the last meeting a bad guess of the next weeks:

- an incident, or an SLO event nobody wrote down, that is over: its steps are taken out of the pace. Unless such
  things come again and again (:data:`RECURS` times or more, and the quiet since the last is not longer than chance
  gives): then the usual one of them stays in the pace, and only what the dear ones had beyond it is taken out;
- a burn below that of an SLO event that ended, or began, some days ago: the days since the meeting are cut where
  their share of bad events changed for sure, and the pace is that of the last part;
- an SLO event that goes on at the meeting: the pace is its own, of its last hour where that tells.

Whether two parts differ is the likelihood ratio of two Poisson rates, divided by how much more than Poisson one day
differs from the next (overdispersion: McCullagh and Nelder, Generalized Linear Models, 1989, ch. 6.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from math import nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.series.grid import instant, nanoseconds
from prodmeet_kit.analysis.slo.arithmetic import Count, SloTarget
from prodmeet_kit.analysis.slo.steps import Floats, Instants, Steps
from prodmeet_kit.analysis.slo.troubles import Span, Troubles
from prodmeet_kit.core.window import Window

__all__ = ["RECURS", "Pace", "goes_on"]

RECURS = 3
"""Own choice: two outages between two meetings are two, three may be a habit."""

CHANCE = 0.05
"""A quiet that so few of as many outages at random times would leave says that they have stopped."""

SURE = 12.0
"""Own choice: twice the log likelihood ratio a cut must have; at random, one of 14 days has it in about 1% of cases."""

MARKED = 1.5
"""Own choice: a smaller change of pace moves no date that matters."""

_MEDIAN_OF_A_SQUARE = 0.4549
"""The median of chi-square with one degree of freedom."""

_TELLS = 30
"""Bad events of the last hour that tell a pace to within about a third."""

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_HALF_A_DAY = timedelta(hours=12)
_WEEK = 7


@dataclass(frozen=True)
class Pace:
    """Bad and total events between the meetings were all of it like what goes on now.

    ``over_bad`` are the bad events of incidents and SLO events that are over and do not recur, ``over`` their ids.
    ``seen_bad`` and ``seen_total`` are the events this rests on: what of them may be chance.
    """

    bad: float
    total: float
    over_bad: float = 0.0
    over: tuple[str, ...] = field(default=())
    seen_bad: float = nan
    seen_total: float = nan


def goes_on(
    slo: SloTarget,
    recent: Count,
    trend: pd.DataFrame | None,
    troubles: Troubles,
    window: Window,
) -> Pace:
    """The pace of what still goes on, from ``recent`` (since the last meeting) and ``[total, bad]`` a step.

    Of the ``troubles`` those that go on at the meeting stay in the pace. Without a trend nothing is known to be over.
    """
    if trend is None or not recent.total > 0:
        return Pace(recent.bad, recent.total, seen_bad=recent.bad, seen_total=recent.total)
    steps = Steps.of(trend, window.start, window.end)
    ends, (total, bad) = steps.ends, steps.counted
    spans = troubles.over(slo)
    owners = _owners(steps, spans, window)
    cost = [float(bad[owners == number].sum()) for number in range(len(spans))]
    ids = [span.id for span, each in zip(spans, cost, strict=True) if each > 0]
    over_bad = min(float(bad[owners >= 0].sum()), recent.bad)
    usual = _recurring(zip(spans, cost, strict=True), window)
    since = troubles.goes_on_since(slo)
    if since is not None:
        now = ends > since
        last = now & (ends > instant(window.end - _HOUR))
        now = last if bad[last].sum() >= _TELLS else now
        part = float(bad[now].sum()), float(total[now].sum())
        if part[1] > 0:
            return _like(part, recent, over_bad, ids)
    if usual is not None:
        over_bad = max(over_bad - usual, 0.0)
        came = recent.bad - over_bad
        return Pace(came, recent.total, over_bad, tuple(ids) if over_bad else (), came, recent.total)
    rest = owners < 0
    found = _last_part(ends[rest], bad[rest], total[rest], window)
    if found is None:
        seen = float(total[rest].sum())
        # What is over took time, too: the rest goes on in that as well.
        long = recent.total if not seen else max(recent.total - float(total[~rest].sum()), seen)
        found = max(recent.bad - over_bad, 0.0), long
    return _like(found, recent, over_bad, ids)


def _like(part: tuple[float, float], recent: Count, over_bad: float, ids: list[str]) -> Pace:
    """The pace when all goes on like a part: its bad and total events."""
    bad, total = part
    return Pace(min(bad / total, 1.0) * recent.total, recent.total, over_bad, tuple(ids), bad, total)


def _owners(steps: Steps, spans: Iterable[Span], window: Window) -> npt.NDArray[np.int64]:
    """For each step which span that is over holds it, -1 for none; an incident before the SLO events in it."""
    owners = np.full(len(steps), -1, dtype=np.int64)
    for number, span in enumerate(spans):
        assert span.end is not None  # it is over
        # A step that it touches in part is its own whole.
        last = int(steps.ends.searchsorted(span.end + nanoseconds(window.step), side="left"))
        inside = owners[int(steps.ends.searchsorted(span.start, side="right")) : last]
        inside[inside < 0] = number
    return owners


def _recurring(spans: Iterable[tuple[Span, float]], window: Window) -> float | None:
    """Bad events of as many usual outages as there were, where they recur; what begins within half a day is one."""
    outages: list[tuple[int, int, float]] = []
    for (start, _, end), bad in sorted(spans, key=lambda each: each[0].start):
        if not bad > 0 or end is None:
            continue
        if outages and start - outages[-1][0] < nanoseconds(_HALF_A_DAY):
            first, last, before = outages[-1]
            outages[-1] = (first, max(last, end), before + bad)
        else:
            outages.append((start, end, bad))
    if len(outages) < RECURS:
        return None
    quiet = (instant(window.end) - outages[-1][1]) / nanoseconds(window.length)
    if (1 - quiet) ** len(outages) < CHANCE:
        return None
    return len(outages) * float(np.median([bad for *_, bad in outages]))


def _last_part(ends: Instants, bad: Floats, total: Floats, window: Window) -> tuple[float, float] | None:
    """Bad and total events since the last sure change of their share; ``None`` where there was none."""
    days = int(window.length / _DAY)
    if days < 4 or not total.sum() > 0:
        return None
    number = days - 1 - (instant(window.end) - ends) // nanoseconds(_DAY)
    inside = number >= 0  # the part of a day after the last meeting
    daily = (np.bincount(number[inside], weights=each[inside], minlength=days) for each in (bad, total))
    failed, seen = (np.asarray(each, dtype=np.float64) for each in daily)
    begin, scatter = 0, _scatter(failed, seen)  # of all days: in a short part few pairs hold no change
    while (cut := _cut(failed[begin:], seen[begin:], scatter)) and _not_of_the_week(failed, seen, begin + cut):
        begin += cut
    return None if begin == 0 else (float(failed[begin:].sum()), float(seen[begin:].sum()))


def _cut(bad: Floats, total: Floats, scatter: float) -> int:
    """Where the share of bad events changed most, as the first day of the later part; 0 where none is sure."""
    best, cut = SURE, 0
    for first in range(1, len(bad)):
        parts = [(bad[:first], total[:first]), (bad[first:], total[first:])]
        if not all(part_total.sum() > 0 for _, part_total in parts):
            continue
        rates = [float(part.sum() / part_total.sum()) for part, part_total in parts]
        low, high = sorted(rates)
        if high < MARKED * low or high == 0:
            continue
        gain = 2 * sum(_log_likelihood(float(part.sum()), rate) for (part, _), rate in zip(parts, rates, strict=True))
        gain -= 2 * _log_likelihood(float(bad.sum()), float(bad.sum() / total.sum()))
        if gain / scatter > best:
            best, cut = gain / scatter, first
    return cut


def _scatter(bad: Floats, total: Floats) -> float:
    """How many times as much as a Poisson count days differ from the next: their median, so that no change counts."""
    both = (total[1:] > 0) & (total[:-1] > 0) & (bad[1:] + bad[:-1] > 0)
    failed, seen = ((each[:-1][both], each[1:][both]) for each in (bad, total))
    if not both.any():
        return 1.0
    rate = (failed[0] + failed[1]) / (seen[0] + seen[1])
    apart = (failed[0] / seen[0] - failed[1] / seen[1]) ** 2 / (rate / seen[0] + rate / seen[1])
    return max(float(np.median(apart)) / _MEDIAN_OF_A_SQUARE, 1.0)


def _log_likelihood(bad: float, rate: float) -> float:
    """What of the log likelihood of a Poisson rate differs between two rates fitted to the same days."""
    return bad * float(np.log(rate)) if rate > 0 else 0.0


def _not_of_the_week(bad: Floats, total: Floats, first: int) -> bool:
    """Whether this is no weekend alone: the days since, or those before them, are unlike those a week before.

    A burn that ended is both: what follows it is like the quiet days of a week before, but the burn is not.
    """
    length = len(bad) - first
    if length >= _WEEK or first < _WEEK:
        return True
    since, before = (first, len(bad)), (max(len(bad) - _WEEK, _WEEK), first)
    return _unlike(bad, total, since, 0.0) or _unlike(bad, total, before, SURE * _scatter(bad, total))


def _unlike(bad: Floats, total: Floats, days: tuple[int, int], sure: float) -> bool:
    """Whether days are unlike the same weekdays a week before, with twice a log likelihood ratio beyond ``sure``."""
    (first, end), week = days, _WEEK
    (failed, failed_before), (seen, seen_before) = (
        (float(each[first:end].sum()), float(each[first - week : end - week].sum())) for each in (bad, total)
    )
    if not seen_before > 0 or not seen > 0:
        return not sure
    rate, rate_before = failed / seen, failed_before / seen_before
    both = failed + failed_before
    gain = _log_likelihood(failed, rate) + _log_likelihood(failed_before, rate_before)
    gain -= _log_likelihood(both, both / (seen + seen_before))
    return max(rate, rate_before) >= MARKED * min(rate, rate_before) and 2 * gain >= sure
