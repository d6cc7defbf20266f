"""Where the last regime of a row of days begins: a step, a kink, a leak that starts late.

A row of days is cut in two where a line before and a line after, with a jump
between them, describe it better by far than one line or one exponential do. The
later part is looked at in the same way. "By far" is 20 variances of the noise
(10 against an exponential), with the noise widened where neighbouring days
resemble each other (:func:`.steps.likeness`). Of rows without any change,
independent from day to day or correlated at 0.5, 1 to 3 in 100 are cut.

The rhythm of the week is taken away before (:mod:`.rhythm`); a quiet weekend begins no regime.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from prodmeet_kit.analysis.series import steps

__all__ = ["MIN_FIRST", "MIN_LAST", "RATES", "Fit", "Start", "curve", "least_noise", "line", "starts"]

MIN_FIRST = 4
MIN_LAST = 5
"""Days of the part before a cut and of the part after it, at least."""

CUT = 20.0
ALMOST = 4.0
"""Cuts that describe the days as well, to within so many variances, are as likely."""

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
    return Fit(level, slope, rest, squares, max(variance, least_noise(values)), rate)


def least_noise(values: Floats) -> float:
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
