"""The slow way to every number: loops over events and samples, from the definitions alone.

Knows nothing of the kit. What Prometheus does with samples is written down
here once more from its documentation: ``rate`` and ``increase`` extrapolate to
the ends of the range, a counter that falls has started anew, a gauge is known
for five minutes after a scrape.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

__all__ = ["Series", "events_in", "in_buckets", "increase", "latest", "mean", "observed", "quantile", "summed"]

Samples = Sequence[tuple[float, float]]
Series = dict[float, float]
"""Values on a grid by the end of each bucket; an absent bucket is not known."""

LOOKBACK_S = 300.0


def events_in(events: Iterable[float], start: float, end: float) -> int:
    """How many events truly lie in ``(start, end]``."""
    count = 0
    for moment in events:
        if start < moment <= end:
            count += 1
    return count


def observed(samples: Samples) -> float:
    """What a counter rose by from its first sample to its last; after a fall it counts from zero."""
    risen = 0.0
    for (_, before), (_, value) in pairwise(samples):
        risen += value if value < before else value - before
    return risen


def increase(samples: Samples, start: float, end: float, *, old: bool = True) -> float | None:
    """``increase`` of the samples in ``[start, end]``, extrapolated as Prometheus does; ``None`` below two samples.

    ``old``: as until 2.51, where the zero point of a counter is looked for
    before the reach to the start is cut to half an interval, not after.
    """
    if len(samples) < 2:
        return None
    risen = observed(samples)
    (first_at, first), (last_at, _) = samples[0], samples[-1]
    covered = last_at - first_at
    apart = covered / (len(samples) - 1)
    before, after = first_at - start, end - last_at
    to_zero = covered * first / risen if risen > 0 and first >= 0 else math.inf
    if old:
        before = min(before, to_zero)
        before = before if before < 1.1 * apart else apart / 2
    else:
        before = before if before < 1.1 * apart else apart / 2
        before = min(before, to_zero)
    after = after if after < 1.1 * apart else apart / 2
    return risen * (covered + before + after) / covered


def between(samples: Samples, start: float, end: float) -> Samples:
    """The samples of ``[start, end]``."""
    return [(time, value) for time, value in samples if start <= time <= end]


def in_buckets(samples: Samples, grid: Sequence[float], step: float, reach: float, *, old: bool = True) -> Series:
    """Events in each bucket: the rate over ``reach`` up to each instant of the grid, times the step."""
    values: Series = {}
    first = last = 0
    for at in grid:
        while first < len(samples) and samples[first][0] < at - reach:
            first += 1
        while last < len(samples) and samples[last][0] <= at:
            last += 1
        risen = increase(samples[first:last], at - reach, at, old=old)
        if risen is not None:
            values[at] = risen / reach * step
    return values


def latest(samples: Samples, grid: Sequence[float]) -> Series:
    """A gauge at each instant of the grid: its last sample, unless that is older than five minutes."""
    times = [time for time, _ in samples]
    values: Series = {}
    for at in grid:
        place = bisect_right(times, at) - 1
        if place >= 0 and times[place] >= at - LOOKBACK_S:
            values[at] = samples[place][1]
    return values


def summed(parts: Iterable[Series]) -> Series:
    """``sum(...)``: bucket by bucket over the parts that are known there."""
    total: Series = {}
    for part in parts:
        for at, value in part.items():
            total[at] = total.get(at, 0.0) + value
    return total


def kept(series: Series, keep: Callable[[float], bool]) -> Series:
    """The buckets whose end satisfies ``keep`` and whose value is a finite number."""
    return {at: value for at, value in series.items() if keep(at) and math.isfinite(value)}


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean; NaN of nothing."""
    return math.fsum(values) / len(values) if values else math.nan


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies, on a straight line between neighbours."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
