"""Steps in a row of days: were there any, how large, and between which days.

A step is the split with the largest standardised difference of means, where
the noise counts that neighbouring days resemble each other. A row that a
straight line describes better than two levels *drifts*: no day is its date. So
does one that was level and rises since (a leak that began late), or rose and is level.
On each side of a step the search goes on, for smaller ones. Steps of like size,
as what goes up and comes down again, may hide each other: each change has its
own comparison for that (:mod:`.before_after`).

``unsure`` is the covariance of what the days have in common where they are themselves
estimates; it adds to the noise of each.

The threshold is 5. Independent noise passes it in about 0.2% of rows of 28
days, noise whose neighbours correlate at 0.5 in about 2% (tests measure both).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Step", "difference", "find", "likeness", "noise", "students"]

THRESHOLD = 5.0

MIN_SIDE = 2
"""Days on each side of a step at least: one odd day is none."""

MIN_DAYS = 10
"""Fewer days say nothing of their own noise."""

LEAST_ALIKE = 0.45

MIN_RISE = 4
"""Days that rise, at least, in a row that is level before or after: fewer are a step in the midst of a day."""

CLEARLY = 0.5
"""A bent line counts where its squares are below this share of those of the step, or of the straight line."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """``day``: position of the first day after it; ``size``: difference of the means, with half its 95% interval.

    ``drift``: a line describes the days better; ``size`` is its rise from the first day to the last. It rises from day
    ``rises[0]`` to day ``rises[1]`` and is level before and after.
    """

    day: int
    size: float
    reach: float
    drift: bool
    rises: tuple[float, float] = (-np.inf, np.inf)


def find(values: Floats, unsure: Floats | None = None) -> tuple[Step, ...]:
    """The steps of a row of days in order (NaN: not known); one drift, or nothing, where nothing is sure."""
    found = _largest(values, unsure)
    if found is None:
        return ()
    if found.drift:
        return (found,)
    before, after = values.copy(), values.copy()
    before[found.day :], after[: found.day] = np.nan, np.nan
    sides = [tuple(step for step in find(side, unsure) if not step.drift) for side in (before, after)]
    return (*sides[0], found, *sides[1])


def _largest(values: Floats, unsure: Floats | None) -> Step | None:
    at = np.flatnonzero(np.isfinite(values))
    y = values[at]
    if len(y) < MIN_DAYS:
        return None
    sides = np.arange(MIN_SIDE, len(y) - MIN_SIDE + 1)
    sums = np.cumsum(y)
    before, after = sums[sides - 1] / sides, (sums[-1] - sums[sides - 1]) / (len(y) - sides)
    spread = np.sqrt(1 / sides + 1 / (len(y) - sides))
    best = int(np.argmax(np.abs(after - before) / spread))
    split, size = int(sides[best]), float(after[best] - before[best])
    rest = y - np.where(np.arange(len(y)) < split, before[best], after[best])
    rises = _rises(at, y)
    drift = _against_line(at, y, rises)
    # A bent line has as many parameters as a step, a straight one has fewer.
    if float(drift @ drift) < float(rest @ rest) * (1.0 if rises == Step.rises else CLEARLY):
        placed = np.clip(at, *rises)
        weights = (placed - placed.mean()) * float(placed[-1] - placed[0])
        weights = weights / float((placed - placed.mean()) @ (placed - placed.mean()))
        return _sure(int(at[split]), float(weights @ y), _error(drift, weights, at, unsure), True, rises)
    weights = np.where(np.arange(len(y)) < split, -1 / split, 1 / (len(y) - split))
    return _sure(int(at[split]), size, _error(rest, weights, at, unsure), False)


def _rises(at: npt.NDArray[np.intp], y: Floats) -> tuple[float, float]:
    """Between which days the line rises that describes them best: the first and the last unless a bend is clear."""
    late, early = (each.astype(np.float64) for each in (at[MIN_SIDE:-MIN_RISE], at[MIN_RISE:-MIN_SIDE]))
    placed = np.vstack([np.maximum(at, late[:, np.newaxis]), np.minimum(at, early[:, np.newaxis])])  # all bends at once
    placed -= placed.sum(axis=1, keepdims=True) / len(at)
    apart = y - float(y.sum()) / len(y)
    slopes = (placed * apart).sum(axis=1, keepdims=True) / (placed * placed).sum(axis=1, keepdims=True)
    squares = ((apart - placed * slopes) ** 2).sum(axis=1)
    best, straight = int(np.argmin(squares)), _against_line(at, y, Step.rises)
    if squares[best] >= CLEARLY * float(straight @ straight):
        return Step.rises
    return (float(late[best]), np.inf) if best < len(late) else (-np.inf, float(early[best - len(late)]))


def _against_line(at: npt.NDArray[np.intp], y: Floats, rises: tuple[float, float]) -> Floats:
    """What a line that rises between two days leaves of the values."""
    placed = np.clip(at, *rises)
    placed = placed - placed.mean()
    rest: Floats = y - y.mean() - placed * float(placed @ y) / float(placed @ placed)
    return rest


def _error(rest: Floats, weights: Floats, at: npt.NDArray[np.intp], unsure: Floats | None) -> float:
    """Standard error of a weighted sum of days with these residuals (of two parameters)."""
    own = noise(rest, 2) ** 2 * float(weights @ weights)
    shared = 0.0 if unsure is None else float(weights @ unsure[np.ix_(at, at)] @ weights)
    return float(np.sqrt(own + shared))


def _sure(
    day: int, size: float, error: float, drift: bool, rises: tuple[float, float] = (-np.inf, np.inf)
) -> Step | None:
    return Step(day, size, 2 * error, drift, rises) if abs(size) > max(THRESHOLD * error, 1e-9) else None


def noise(rest: Floats, fitted: int) -> float:
    """Standard deviation of independent days whose mean is as unsure as that of these: s * sqrt((1 + r) / (1 - r)).

    ``rest`` are residuals of ``fitted`` parameters; ``r`` is the correlation of neighbours. NaN when nothing is left
    over.
    """
    count = len(rest)
    total = float(rest @ rest)
    if count <= fitted:
        return float("nan")
    if total == 0:
        return 0.0
    r = likeness(rest)
    return float(np.sqrt(total / (count - fitted) * (1 + r) / (1 - r)))


def likeness(rest: Floats) -> float:
    """The correlation of neighbours, from 0 to 0.9, with its bias in short rows put back (Kendall 1954)."""
    count, total = len(rest), float(rest @ rest)
    if total == 0:
        return 0.0
    r = float(rest[:-1] @ rest[1:]) / total
    return min(max(r + (1 + 3 * r) / count, 0.0), 0.9)


def _reach(rest: Floats, fitted: int) -> float:
    """Half a 95% interval in standard errors: Student's t of as many days as would be independent.

    Neighbours that resemble each other leave fewer of them: n (1 - r) / (1 + r), as for a mean. In four weeks a
    likeness of 0.5 is often not seen, so that an interval counts with 0.45 of it at least.
    """
    seen = likeness(rest)
    r = max(seen, LEAST_ALIKE)
    freedom = max(len(rest) * (1 - r) / (1 + r) - fitted, 3.0)
    wider = ((1 + r) / (1 - r) / ((1 + seen) / (1 - seen))) ** 0.5
    return float(wider * students(1.959964, freedom))


def students(normal: float, freedom: float) -> float:
    """A normal quantile as Student's t with so many degrees of freedom, by the first term of its expansion.

    >>> round(students(1.96, 10), 2)
    2.2
    """
    return normal + (normal**3 + normal) / (4 * freedom)


def difference(values: Floats, later: npt.NDArray[np.bool_], unsure: Floats | None = None) -> tuple[float, float]:
    """Mean of the later days minus mean of the others, and half its 95% interval; NaN with under 3 days a side.

    Steps and drifts that are sure are no noise: they do not widen the interval.
    """
    known = np.isfinite(values)
    y, late, at = values[known], later[known], np.flatnonzero(known)
    if min(late.sum(), (~late).sum()) < 3:
        return float("nan"), float("nan")
    found = find(values, unsure)
    if found and found[0].drift:
        rest = _against_line(at, y, found[0].rises)
    else:
        level = np.searchsorted([step.day for step in found], at, side="right") if found else late.astype(np.int64)
        rest = y - (np.bincount(level, y) / np.bincount(level))[level]
    weights = np.where(late, 1 / late.sum(), -1 / (~late).sum())
    return float(weights @ y), _reach(rest, 2) * _error(rest, weights, at, unsure)
