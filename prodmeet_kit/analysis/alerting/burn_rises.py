"""When a burn began or grew markedly worse, and until when a page may have come because of that.

A burn that has gone on for days vouches for nothing: whatever fires meanwhile would fire anyway. What it can explain
begins after an onset or a marked worsening, and within the time that the slowest standard rule it reaches would need
from there (SRE Workbook, ch. 5, table 5-8).

Hours are cut into stretches of one error ratio each, where a cut describes the counts better than chance would: 25
for twice the logarithm of the ratio of likelihoods (Poisson, widened where neighbouring hours differ by more than
chance). Of rows of 56 days without any change about 1 in 1,000 is cut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.alerting import standard_rules
from prodmeet_kit.analysis.series.grid import instant, nanoseconds
from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.steps import Floats, Instants, Steps, time_of

__all__ = ["GRACE", "MARKED", "Course", "Rise", "course"]

MARKED = 1.5
"""From this ratio of the pace after to the pace before on a burn has grown markedly worse. Own choice."""

GRACE = timedelta(minutes=15)
"""A rule fires a little later than its condition holds: it waits for its ``for`` and its next evaluation."""

KNOWN_TO = 4.0
"""Bad events within which the begin of a burn is known."""

CUT = 25.0
FEW = 4.0
MIN_PAIRS = 20
MEDIAN_OF_SQUARE = 0.455
"""The median of the square of a normal deviate."""

HOUR = timedelta(hours=1)
BEFORE = timedelta(days=3)
"""The pace before is that of the days the slowest rule looks at."""


@dataclass(frozen=True)
class Rise:
    """An onset or a marked worsening: a page that begins from ``start`` to ``until`` may have come because of it.

    ``start`` is earlier than the onset by as long as four bad events take, an hour at least: so closely it is known.
    ``pace`` is the burn rate afterwards, ``onset`` the begin of its stretch, known to the hour.
    """

    start: pd.Timestamp
    onset: pd.Timestamp
    until: pd.Timestamp
    pace: float


@dataclass(frozen=True)
class Course:
    """How fast a budget burned over time: stretches of one ``pace`` each, with their ``bad`` events, and the rises.

    A stretch goes from one of the ``borders`` to the next; they and moments are in nanoseconds since 1970.
    """

    borders: Instants
    paces: Floats
    bad: Floats
    rises: tuple[Rise, ...]

    def at(self, times: Instants) -> npt.NDArray[np.int64]:
        """In which stretch each moment lies; the first or last for what lies outside."""
        found: npt.NDArray[np.int64] = self.borders.searchsorted(times, side="left") - 1
        return np.minimum(np.maximum(found, 0), len(self.paces) - 1)

    def usual(self, moment: int) -> float:
        """The pace of most of the three days before a moment: neither a dip nor an outage counts for it; else 0."""
        begin = max(moment - nanoseconds(BEFORE), int(self.borders[0]))
        spans = np.minimum(self.borders[1:], moment) - np.maximum(self.borders[:-1], begin)
        return _median(self.paces, np.maximum(spans, 0).astype(np.float64))

    def rose(self, held: pd.Timestamp) -> pd.Timestamp | None:
        """When the error ratio rose, to the hour, so that a ticket condition came to hold at ``held``.

        The first rise since which the pace was 1 or more all the time; where it fell below meanwhile, the last rise
        that a page at ``held`` may be due to; ``None`` where none is known, as of what went on when the data began.
        """
        before = [rise for rise in self.rises if rise.onset <= held]
        last = int(self.at(np.array([instant(held)]))[0]) + 1
        lasting = [
            rise.onset
            for rise in before
            if (self.paces[self.borders.searchsorted(instant(rise.onset)) : last] >= 1 - burn_rates.TINY).all()
        ]
        return min(lasting, default=max((rise.onset for rise in before if held <= rise.until), default=None))


def course(steps: Steps, target: SloTarget, step: timedelta) -> Course | None:
    """The course of a burn over the steps of a trend; ``None`` without data or budget.

    Rises are those from which on a standard rule is reached. What went on when the data began has no onset that
    anybody knows. A burn that goes on at the end of the data reaches the rules that its pace would in time.
    """
    if not len(steps) or target.budget <= 0:
        return None
    bins = _Bins(steps, target, step)
    cuts = _stretches(bins.bad, bins.allowed, _spread(bins.bad, bins.allowed))
    bad = np.add.reduceat(bins.bad, cuts[:-1])
    allowed = np.add.reduceat(bins.allowed, cuts[:-1])
    paces = np.divide(bad, allowed, out=np.zeros_like(bad), where=allowed > 0)
    borders = bins.begin + np.array(cuts, dtype=np.int64) * nanoseconds(bins.size)
    plain = Course(borders, paces, bad, ())
    found = []
    for number in range(1, len(paces)):
        first, pace = cuts[number], float(paces[number])
        if pace < 1 - burn_rates.TINY or pace < MARKED * plain.usual(int(borders[number])):
            continue
        after = pace if number == len(paces) - 1 else 0.0
        needed = [_reached(bins, target, condition, first, after) for condition in standard_rules.ALL]
        known = [hours for hours in needed if hours is not None]
        if known:
            begin = time_of(borders[number])
            a_while = ceil(KNOWN_TO * (cuts[number + 1] - first) / max(float(bad[number]), KNOWN_TO))
            found.append(Rise(begin - a_while * bins.size, begin, begin + max(known) * bins.size + GRACE, pace))
    return replace(plain, rises=tuple(found))


def _median(values: Floats, weights: Floats) -> float:
    """The value below which half of the weights lie; 0 without any."""
    if not weights.sum() > 0:
        return 0.0
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) >= weights.sum() / 2
    return float(values[order][reached.argmax()])


class _Bins:
    """Counts by the hour: ``bad``, and ``allowed``, what the objective allows of the events there were."""

    def __init__(self, steps: Steps, target: SloTarget, step: timedelta):
        self.size = max(step, round(HOUR / step) * step)
        self.begin = int(steps.ends[0]) - nanoseconds(step)
        place = (steps.ends - self.begin - nanoseconds(step)) // nanoseconds(self.size)
        total, bad = (np.bincount(place, weights=each).astype(np.float64) for each in steps.counted)
        self.bad: Floats = bad
        self.allowed: Floats = target.budget * total


def _reached(bins: _Bins, target: SloTarget, condition: burn_rates.Condition, first: int, pace: float) -> int | None:
    """After how many hours a rule would fire for what burned since ``first`` alone; ``None`` when it would not.

    A ``pace`` above zero goes on after the end of the data.
    """
    if not standard_rules.can_fire(target.objective, condition):
        return None
    long, short = (max(1, round(span / bins.size)) for span in (condition.long, condition.short))
    limit = condition.factor * (1 - burn_rates.TINY)
    last = min(first + long, len(bins.bad))
    bad, allowed = (np.concatenate([[0.0], np.cumsum(values)]) for values in (bins.bad, bins.allowed))
    ends = np.arange(first + 1, last + 1)
    far, near = np.maximum(ends - long, 0), np.maximum(ends - short, first)
    held = (bad[ends] - bad[first] >= limit * (allowed[ends] - allowed[far])) & (bad[ends] > bad[first])
    held &= bad[ends] - bad[near] >= limit * (allowed[ends] - allowed[near])
    if held.any():
        return int(ends[held.argmax()]) - first
    if pace >= limit and last - first < long:
        return int(np.ceil(condition.factor / pace * long))
    return None


def _stretches(bad: Floats, allowed: Floats, spread: float) -> list[int]:
    """The borders of the stretches of one pace each, from 0 to the number of hours."""
    failed, might = (np.concatenate([[0.0], np.cumsum(values)]) for values in (bad, allowed))
    borders, todo = {0, len(bad)}, [(0, len(bad))]
    while todo:
        first, last = todo.pop()
        cut = _cut(failed, might, first, last, CUT * spread)
        if cut:
            borders.add(cut)
            todo += [(first, cut), (cut, last)]
    return sorted(borders)


def _cut(bad: Floats, allowed: Floats, first: int, last: int, least: float) -> int:
    """Where to cut a stretch in two; 0 where chance explains it whole."""
    if last - first < 2:
        return 0
    at = slice(first + 1, last)
    parts = [(bad[at] - bad[first], allowed[at] - allowed[first]), (bad[last] - bad[at], allowed[last] - allowed[at])]
    whole = _log_likelihood(*(np.array([sums[last] - sums[first]]) for sums in (bad, allowed)))
    gain = 2 * (sum(_log_likelihood(*part) for part in parts) - whole)
    best = int(gain.argmax())
    return first + 1 + best if gain[best] > least else 0


def _log_likelihood(bad: Floats, allowed: Floats) -> Floats:
    """Of Poisson counts at the pace that fits them best, but for a term that is the same however one cuts."""
    pace = np.divide(bad, allowed, out=np.zeros_like(bad), where=allowed > 0)
    some = pace > 0  # what is 0 adds nothing
    found: Floats = np.multiply(bad, np.log(pace, out=pace, where=some) - 1, out=np.zeros_like(bad), where=some)
    return found


def _spread(bad: Floats, allowed: Floats) -> float:
    """By how much neighbouring hours differ more than chance has it: 1 where they do not."""
    one, other, mine, theirs = bad[:-1], bad[1:], allowed[:-1], allowed[1:]
    some = (one + other >= FEW) & (mine > 0) & (theirs > 0)
    if some.sum() < MIN_PAIRS:
        return 1.0
    one, other, mine, theirs = (values[some] for values in (one, other, mine, theirs))
    squares = (one * theirs - other * mine) ** 2 / ((one + other) * mine * theirs)
    return max(1.0, float(np.median(squares)) / MEDIAN_OF_SQUARE)
