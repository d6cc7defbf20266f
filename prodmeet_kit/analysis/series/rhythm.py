"""What of a row of days belongs to the weekday: taken away where it describes the days better (BIC, Schwarz 1978).

Shapes with and without the rhythm of the week are compared; the best with it has to beat the best without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from prodmeet_kit.analysis.series.regimes import MIN_FIRST, MIN_LAST, least_noise

__all__ = ["without_weekdays"]

WEEK = 7
WEEKS = 21
"""Fewer days tell no weekday from another."""

Floats = npt.NDArray[np.float64]


def without_weekdays(weekdays: npt.NDArray[np.int64], days: Floats, values: Floats) -> tuple[Floats, float]:
    """The values without what belongs to the weekday, and how much the busiest weekday lies above the mean of all.

    ``weekdays`` is any number that is equal for equal weekdays, 0 to 6. Unchanged, and 0, where no rhythm is sure.
    """
    count = len(days)
    if count < WEEKS or len(np.unique(weekdays)) < WEEK:
        return values, 0.0
    least = count * least_noise(values)
    shapes = _shapes(tuple(days.tolist()), tuple(weekdays.tolist()))
    plain, best = (
        count * np.log(np.maximum(beside.squares(values), least)) + (shapes.sizes + beside.fixed) * np.log(count)
        for beside in (shapes.alone, shapes.beside_rhythm)
    )
    at = int(np.argmax(best <= best.min() + 1e-9))  # the first of those that do as well to the last digits
    if best[at] >= plain.min():
        return values, 0.0
    both = np.column_stack([np.ones(count), *shapes.columns(at), shapes.rhythm])
    inner = np.linalg.lstsq(both, values, None)[0][1 + shapes.sizes[at] :]
    effects = np.concatenate([[-float(inner.sum())], inner])
    return values - effects[weekdays], float(effects.max())


@dataclass(frozen=True)
class _Shapes:
    """What the days may follow beside the week: a line, curves, and a line that is cut at some day.

    Days down, shapes across: ``singles`` are the line and the curves, ``late`` and ``ramp`` what a cut adds to a line.
    ``rhythm`` are the columns of the week, ``alone`` and ``beside_rhythm`` the shapes without and with these.
    """

    singles: Floats
    late: Floats
    ramp: Floats
    rhythm: Floats
    alone: _Beside
    beside_rhythm: _Beside

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """How many columns each shape has beside the constant."""
        return np.repeat([1, 3], [self.singles.shape[1], self.late.shape[1]])

    def columns(self, at: int) -> Sequence[Floats]:
        """The columns of one shape."""
        cut = at - self.singles.shape[1]
        return [self.singles[:, at]] if cut < 0 else [self.singles[:, 0], self.late[:, cut], self.ramp[:, cut]]


@lru_cache(maxsize=32)
def _shapes(days: tuple[float, ...], weekdays: tuple[int, ...]) -> _Shapes:
    """The shapes of such days; made once, for most series of a review have the same."""
    of, count = np.array(days), len(days)
    cuts = np.arange(MIN_FIRST, count - MIN_LAST + 1)
    late = (np.arange(count)[:, np.newaxis] >= cuts).astype(np.float64)
    ramp = late * (of[:, np.newaxis] - of[cuts])
    singles = np.column_stack([of, *(np.exp(rate * (of - of[-1])) for rate in (0.03, 0.08, 0.2))])
    dummies = np.eye(WEEK)[list(weekdays)]
    rhythm, flat = dummies[:, 1:] - dummies[:, :1], np.ones((count, 1))
    alone, beside = (_Beside.of(base, singles, late, ramp) for base in (flat, np.hstack([flat, rhythm])))
    return _Shapes(singles, late, ramp, rhythm, alone, beside)


@dataclass(frozen=True)
class _Beside:
    """The columns of all shapes less what those before them explain, at length one (Gram and Schmidt).

    ``base`` are the columns that every shape has; then comes that of the line or curve, then both of a cut.
    """

    base: Floats
    singles: Floats
    late: Floats
    ramp: Floats

    @classmethod
    def of(cls, base: Floats, singles: Floats, late: Floats, ramp: Floats) -> _Beside:
        """The shapes together with the columns of a base, which holds the constant."""
        basis = np.linalg.qr(base)[0]
        single = _unit(_without(basis, singles), singles)
        straight = single[:, :1]
        step = _unit(_less(_without(basis, late), straight), late)
        bend = _unit(_less(_less(_without(basis, ramp), straight), step), ramp)
        return cls(basis, single, step, bend)

    @property
    def fixed(self) -> int:
        """How many columns every shape has."""
        return int(self.base.shape[1])

    def squares(self, values: Floats) -> Floats:
        """The sum of squares that each shape leaves of the values."""
        alone = _less(_without(self.base, values)[:, np.newaxis], self.singles)
        cut = _less(_less(alone[:, :1], self.late), self.ramp)
        squares: Floats = np.concatenate([(alone * alone).sum(axis=0), (cut * cut).sum(axis=0)])
        return squares


def _without(basis: Floats, columns: Floats) -> Floats:
    """The columns without what an orthonormal basis explains of them."""
    left: Floats = columns - basis @ (basis.T @ columns)
    return left


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
