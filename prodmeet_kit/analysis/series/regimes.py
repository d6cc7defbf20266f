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
    middle, mean = float(days.sum()) / len(days), float(values.sum()) / len(values)
    centred = days - middle
    spread = float(centred @ centred)
    slope = float(centred @ values) / spread if spread else 0.0
    rest = values - mean - slope * centred
    return _fit(mean - slope * middle, slope, rest, 2, values)


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
    low, high = float(values.min()), float(values.max())
    return (1e-3 * (high - low) + 1e-4 * max(-low, high)) ** 2 + 1e-300


def starts(days: Floats, values: Floats) -> tuple[Start, ...]:
    """Where the last regime may begin, in order; position 0 alone where all days are one regime.

    Position 0 and others where a curve through all days does as well as a cut.
    """
    whole = (Start(0, 0.0),)
    count = len(days)
    if count < MIN_FIRST + MIN_LAST:
        return whole
    cuts = np.arange(MIN_FIRST, count - MIN_LAST + 1)
    early = np.arange(count) < cuts[:, np.newaxis]
    first = _of_lines(early, days, values)
    both = first + _of_lines(~early, days, values)
    at = int(np.argmin(both))
    best, squares = int(cuts[at]), float(both[at])
    parts = (line(days[:best], values[:best]), line(days[best:], values[best:]))
    noise = _fit(0.0, 0.0, np.concatenate([part.rest for part in parts]), 4, values).variance
    if line(days, values).squares - squares <= CUT * noise:
        return whole
    near = [Start(int(cuts[k]), float(first[k])) for k in np.flatnonzero(both - squares <= ALMOST * noise)]
    bent = curve(days, values)
    if bent.squares - squares <= CUT / 2 * noise:  # a leak that began late and one that grows by itself look alike yet
        return (*whole, *(Start(each.position, each.squares + ALMOST * noise) for each in near))
    later = starts(days[best:], values[best:])
    if later[-1].position:
        return tuple(Start(each.position + best, each.squares + parts[0].squares) for each in later)
    return tuple(near)


def _of_lines(parts: npt.NDArray[np.bool_], days: Floats, values: Floats) -> Floats:
    """For each part of the days (a row of ``parts``) the sum of squares that its own line leaves."""
    count = parts.sum(axis=1, keepdims=True)
    x = np.where(parts, days - np.where(parts, days, 0.0).sum(axis=1, keepdims=True) / count, 0.0)
    y = np.where(parts, values - np.where(parts, values, 0.0).sum(axis=1, keepdims=True) / count, 0.0)
    rest = y - x * ((x * y).sum(axis=1, keepdims=True) / (x * x).sum(axis=1, keepdims=True))
    squares: Floats = (rest * rest).sum(axis=1)
    return squares


def without_weekdays(weekdays: npt.NDArray[np.int64], days: Floats, values: Floats) -> tuple[Floats, float]:
    """The values without what belongs to the weekday, and how much the busiest weekday lies above the mean of all.

    ``weekdays`` is any number that is equal for equal weekdays, 0 to 6. Unchanged, and 0, where no rhythm is sure.
    """
    count = len(days)
    if count < WEEKS or len(np.unique(weekdays)) < WEEK:
        return values, 0.0
    dummies = np.eye(WEEK)[weekdays]
    rhythm = dummies[:, 1:] - dummies[:, :1]
    flat = np.ones((count, 1))
    least = count * _least(values)
    shapes = _Shapes.of(days)
    plain, best = (
        count * np.log(np.maximum(shapes.squares(base, values), least)) + (shapes.sizes + base.shape[1]) * np.log(count)
        for base in (flat, np.hstack([flat, rhythm]))
    )
    at = int(np.argmax(best <= best.min() + 1e-9))  # the first of those that do as well to the last digits
    if best[at] >= plain.min():
        return values, 0.0
    both = np.column_stack([flat, *shapes.columns(at), rhythm])
    inner = np.linalg.lstsq(both, values, None)[0][1 + shapes.sizes[at] :]
    effects = np.concatenate([[-float(inner.sum())], inner])
    return values - effects[weekdays], float(effects.max())


@dataclass(frozen=True)
class _Shapes:
    """What the days may follow beside the week: a line, curves, and a line that is cut at some day.

    Days down, shapes across: ``singles`` are the line and the curves, ``late`` and ``ramp`` what a cut adds to a line.
    """

    singles: Floats
    late: Floats
    ramp: Floats

    @classmethod
    def of(cls, days: Floats) -> _Shapes:
        """The shapes of these days."""
        cuts = np.arange(MIN_FIRST, len(days) - MIN_LAST + 1)
        late = (np.arange(len(days))[:, np.newaxis] >= cuts).astype(np.float64)
        curves = [np.exp(rate * (days - days[-1])) for rate in (0.03, 0.08, 0.2)]
        return cls(np.column_stack([days, *curves]), late, late * (days[:, np.newaxis] - days[cuts]))

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """How many columns each shape has beside the constant."""
        return np.repeat([1, 3], [self.singles.shape[1], self.late.shape[1]])

    def columns(self, at: int) -> Sequence[Floats]:
        """The columns of one shape."""
        cut = at - self.singles.shape[1]
        return [self.singles[:, at]] if cut < 0 else [self.singles[:, 0], self.late[:, cut], self.ramp[:, cut]]

    def squares(self, base: Floats, values: Floats) -> Floats:
        """The sum of squares that each shape leaves together with the columns of ``base``, which holds the constant.

        All cuts at once: each column less what the columns before it explain (Gram and Schmidt) takes its own part.
        """
        basis = np.linalg.qr(base)[0]

        def beside(columns: Floats) -> Floats:
            left: Floats = columns - basis @ (basis.T @ columns)
            return left

        rest = beside(values)[:, np.newaxis]
        singles = _unit(beside(self.singles), self.singles)
        alone = _less(rest, singles)
        straight = singles[:, :1]
        late = _unit(_less(beside(self.late), straight), self.late)
        ramp = _unit(_less(_less(beside(self.ramp), straight), late), self.ramp)
        cut = _less(_less(alone[:, :1], late), ramp)
        squares: Floats = np.concatenate([(alone * alone).sum(axis=0), (cut * cut).sum(axis=0)])
        return squares


def _less(values: Floats, units: Floats) -> Floats:
    """The columns without their part along columns of length one."""
    left: Floats = values - units * (units * values).sum(axis=0)
    return left


def _unit(columns: Floats, whole: Floats) -> Floats:
    """The columns at length one; zero where others explain all of what they were (``whole``) to the last digits."""
    lengths, most = np.sqrt((columns * columns).sum(axis=0)), np.sqrt((whole * whole).sum(axis=0))
    told = lengths > 1e-10 * most
    units: Floats = np.where(told, columns / np.where(told, lengths, 1.0), 0.0)
    return units
