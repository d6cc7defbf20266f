"""Lines and exponentials that meet a limit at some instant: what each leaves unexplained of a row of days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from prodmeet_kit.analysis.series.regimes import RATES, Start

__all__ = ["CURVE_DAYS", "Through"]

BEND = 2.5
"""Variances by which an exponential has to beat a line to set the forecast."""

CURVE_DAYS = 7
"""Fewer days are no exponential."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Through:
    """Lines and exponentials through the limit at some instant, one for each start of the regime and each rate.

    Each is ``f (exp(rate day) exp(-rate instant) - 1)``, or ``f (day - instant)`` at a rate of 0; all that its days say
    of it is in a few sums, so that every instant costs the same few operations. Arrays of one length: ``position`` of
    the first day, ``rate``, ``count`` of days, ``mean`` and ``spread`` (squares about it) of the days or their
    exponentials, ``level`` and ``slope`` of the line through the values over these, ``least`` what is unexplained
    whatever the instant.
    """

    position: npt.NDArray[np.int64]
    rate: Floats
    count: Floats
    mean: Floats
    spread: Floats
    level: Floats
    slope: Floats
    least: Floats

    @classmethod
    def limit(cls, possible: tuple[Start, ...], days: Floats, below: Floats, variance: float) -> Through:
        """Those of ``below``, which are values less the limit."""
        parts = []
        for start in possible:
            past, values = days[start.position :], below[start.position :]
            rates = np.concatenate([[0.0], RATES]) if len(past) >= CURVE_DAYS else np.zeros(1)
            shapes = np.where(rates[:, np.newaxis] > 0, np.exp(rates[:, np.newaxis] * past), past)
            mean = shapes.sum(axis=1, keepdims=True) / len(past)
            shapes -= mean
            spread, level = (shapes * shapes).sum(axis=1), float(values.sum()) / len(values)
            slope = (shapes * values).sum(axis=1) / spread
            rest = values - level - shapes * slope[:, np.newaxis]
            least = start.squares + (rest * rest).sum(axis=1) + np.where(rates > 0, BEND * variance, 0.0)
            alike = np.ones(len(rates))
            parts.append(
                (start.position * alike, rates, len(past) * alike, mean[:, 0], spread, level * alike, slope, least)
            )
        position, *others = (np.concatenate(part) for part in zip(*parts, strict=True))
        return cls(position.astype(np.int64), *others)

    def unexplained(self, coming: Floats) -> Floats:
        """What is left unexplained by each (down) where the limit is met at each instant (across).

        ``least``, and the squared distance of the line through the values from the nearest that meets the limit then.
        """
        columns = (self.rate, self.count, self.mean, self.spread, self.level, self.slope, self.least)
        rate, count, mean, spread, level, slope, least = (each[:, np.newaxis] for each in columns)
        factor = np.exp(-rate * coming)
        middle = np.where(rate > 0, mean * factor - 1, mean - coming)
        off = level * factor - slope * middle
        left: Floats = least + count * spread * off**2 / (count * middle**2 + spread * factor**2)
        return left

    def told_by(self, full: float) -> int:
        """Position of the first day of the regime that a forecast of this instant rests on."""
        return int(self.position[int(np.argmin(self.unexplained(np.array([full]))[:, 0]))])
