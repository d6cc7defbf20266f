"""Where the last regime of a row of days begins: a step, a kink, a leak that starts late.

A row of days is cut in two where a line before and a line after, with a jump
between them, describe it better by far than one line or one exponential do. The
later part is looked at in the same way. "By far" is 20 variances of the noise
(10 against an exponential), with the noise widened where neighbouring days
resemble each other (:func:`.steps.likeness`). Of rows without any change,
independent from day to day or correlated at 0.5, 1 to 3 in 100 are cut.

The rhythm of the week is taken away before, where it describes the days better
(BIC, Schwarz 1978); a quiet weekend begins no regime.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from prodmeet_kit.analysis.series import steps

__all__ = ["MIN_LAST", "Fit", "Start", "curve", "line", "starts", "without_weekdays"]

MIN_FIRST = 4
MIN_LAST = 5
"""Days of the part before a cut and of the part after it, at least."""

CUT = 20.0
ALMOST = 4.0
"""Cuts that describe the days as well, to within so many variances, are as likely."""

WEEK = 7
WEEKS = 21
"""Fewer days tell no weekday from another."""

RATES = np.geomspace(0.01, 0.4, 17)
"""Growth a day that an exponential may have: doubling in 70 days to 2."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """``level`` at day 0 (the meeting) and ``slope`` a day there; residuals, their sum of squares, the noise.

    ``variance`` counts that neighbouring days resemble each other; ``rate`` is 0 for a line.
    """

    level: float
    slope: float
    rest: Floats
    squares: float
    variance: float
    rate: float = 0.0


@dataclass(frozen=True)
class Start:
    """A day the last regime may begin with, by position, and the sum of squares of a line before it."""

    position: int
    squares: float


def line(days: Floats, values: Floats) -> Fit:
    """The least squares line; ``days`` are relative to the meeting."""
    middle, mean = days.mean(), values.mean()
    centred = days - middle
    spread = float(centred @ centred)
    slope = float(centred @ values) / spread if spread else 0.0
    rest = values - mean - slope * centred
    return _fit(float(mean - slope * middle), slope, rest, 2, values)


def curve(days: Floats, values: Floats) -> Fit:
    """The least squares ``a + b exp(rate day)`` over :data:`RATES`."""
    shapes = np.exp(RATES[:, np.newaxis] * (days - days[-1]))
    centred = shapes - shapes.mean(axis=1, keepdims=True)
    factors = centred @ values / np.maximum((centred**2).sum(axis=1), 1e-300)
    rests = values - values.mean() - factors[:, np.newaxis] * centred
    best = int(np.argmin((rests**2).sum(axis=1)))
    rate, factor = float(RATES[best]), float(factors[best])
    now = float(np.exp(-rate * days[-1]))
    level = float(values.mean() + factor * (now - shapes[best].mean()))
    return _fit(level, factor * rate * now, rests[best], 3, values, rate)


def _fit(level: float, slope: float, rest: Floats, fitted: int, values: Floats, rate: float = 0.0) -> Fit:
    squares = float(rest @ rest)
    r = steps.likeness(rest)
    variance = squares / max(len(rest) - fitted, 1) * (1 + r) / (1 - r)
    return Fit(level, slope, rest, squares, max(variance, _least(values)), rate)


def _least(values: Floats) -> float:
    """The least noise a row has: days that lie on a line to the last digit make no step of a day that was cut short."""
    if not len(values):
        return 0.0
    return (1e-3 * float(np.ptp(values)) + 1e-4 * float(np.abs(values).max())) ** 2 + 1e-300


def starts(days: Floats, values: Floats) -> tuple[Start, ...]:
    """Where the last regime may begin, in order; position 0 alone where all days are one regime.

    Position 0 and others where a curve through all days does as well as a cut.
    """
    whole = (Start(0, 0.0),)
    count = len(days)
    if count < MIN_FIRST + MIN_LAST:
        return whole
    cuts = range(MIN_FIRST, count - MIN_LAST + 1)
    parts = {cut: (line(days[:cut], values[:cut]), line(days[cut:], values[cut:])) for cut in cuts}
    best = min(cuts, key=lambda cut: parts[cut][0].squares + parts[cut][1].squares)
    squares = sum(part.squares for part in parts[best])
    noise = _fit(0.0, 0.0, np.concatenate([part.rest for part in parts[best]]), 4, values).variance
    one, bent = line(days, values), curve(days, values)
    if one.squares - squares <= CUT * noise:
        return whole
    near = [
        Start(cut, first.squares)
        for cut, (first, last) in parts.items()
        if first.squares + last.squares - squares <= ALMOST * noise
    ]
    if bent.squares - squares <= CUT / 2 * noise:  # a leak that began late and one that grows by itself look alike yet
        return (*whole, *(Start(each.position, each.squares + ALMOST * noise) for each in near))
    later = starts(days[best:], values[best:])
    if later[-1].position:
        return tuple(Start(each.position + best, each.squares + parts[best][0].squares) for each in later)
    return tuple(near)


def without_weekdays(weekdays: npt.NDArray[np.int64], days: Floats, values: Floats) -> tuple[Floats, float]:
    """The values without what belongs to the weekday, and how much the busiest weekday lies above the mean of all.

    ``weekdays`` is any number that is equal for equal weekdays, 0 to 6. Unchanged, and 0, where no rhythm is sure.
    """
    count = len(days)
    if count < WEEKS or len(np.unique(weekdays)) < WEEK:
        return values, 0.0
    dummies = np.eye(WEEK)[weekdays]
    rhythm = dummies[:, 1:] - dummies[:, :1]
    plain, best = np.inf, np.inf
    effects: npt.NDArray[Any] = np.zeros(WEEK)
    for shape in _shapes(days):
        plain = min(plain, _criterion(values - shape @ _solved(shape, values), shape.shape[1], values))
        both = np.column_stack([shape, rhythm])
        solution = _solved(both, values)
        criterion = _criterion(values - both @ solution, both.shape[1], values)
        if criterion < best:
            inner = solution[shape.shape[1] :]
            best, effects = criterion, np.concatenate([[-float(inner.sum())], inner])
    if best >= plain:
        return values, 0.0
    return values - effects[weekdays], float(effects.max())


def _shapes(days: Floats) -> Sequence[Floats]:
    """What the days may follow beside the week: a line, curves, and a line that is cut at some day."""
    flat = np.ones(len(days))
    found = [np.column_stack([flat, days])]
    found += [np.column_stack([flat, np.exp(rate * (days - days[-1]))]) for rate in (0.03, 0.08, 0.2)]
    for cut in range(MIN_FIRST, len(days) - MIN_LAST + 1):
        late = (np.arange(len(days)) >= cut).astype(np.float64)
        found.append(np.column_stack([flat, days, late, late * (days - days[cut])]))
    return found


def _solved(columns: Floats, values: Floats) -> Floats:
    solution: npt.NDArray[Any] = np.linalg.lstsq(columns, values, None)[0]
    return solution


def _criterion(rest: Floats, fitted: int, values: Floats) -> float:
    least = len(rest) * _least(values)
    return float(len(rest) * np.log(max(float(rest @ rest), least)) + fitted * np.log(len(rest)))
