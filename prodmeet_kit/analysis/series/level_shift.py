"""Whether a level shifted at an instant: days on both sides, less the week and slow growth, against the noise of days.

The days are 24 hours each, counted from the instant to both sides, so that all hold the same hours of the clock.
They are fitted together:

    value = level + shift at each change + weekday + growth + noise

Growth is part of it only where there may be any (loads, resources) and the days
show it: a line that describes them better than the shift does, or that is real
beside it. Days that stand
far from all the others are left out, as they would make both noise and shift.
The noise counts that neighbouring days resemble each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, nan

import numpy as np
import numpy.typing as npt

from prodmeet_kit.analysis.series import steps

__all__ = ["MIN_FREEDOM", "WRONG", "Shift", "reach", "shift", "thresholds"]

WRONG = 0.05
"""Of what is said to have moved, the share that did not."""

BESIDE = 2.0
"""Standard errors from which on growth is real beside a shift."""

FAR = 4.0
MOST_LEFT_OUT = 0.15
MIN_FREEDOM = 3.0
LEAST_ALIKE = 0.1
WEEK = 7

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shift:
    """``size``, its standard ``error``, ``freedom`` (as many days as would be independent), ``days`` that were used.

    ``error`` is NaN where too few days tell the noise.
    """

    size: float
    error: float
    freedom: float
    days: int

    @property
    def chance(self) -> float:
        """How likely a size as far from zero is without any shift; NaN where that is not known."""
        if not self.error >= 0 or self.freedom < MIN_FREEDOM:
            return nan
        if self.error == 0:
            return 1.0 if abs(self.size) < 1e-12 else 0.0
        from statistics import NormalDist

        t, free = abs(self.size) / self.error, self.freedom
        # Wallace 1959: Student's t as a normal deviate, right to three digits from three degrees on.
        deviate = (8 * free + 1) / (8 * free + 3) * (free * log(1 + t * t / free)) ** 0.5
        return 2 * (1 - NormalDist().cdf(deviate))


def shift(values: Floats, places: Floats, levels: npt.NDArray[np.int64], growing: bool) -> Shift:
    """The shift from level 0, just before the instant, to level 1, just after it.

    ``values`` of days, NaN where not known; ``places``: days from the instant to their middle, in order; ``levels``:
    which stretch without another change a day lies in. ``growing``: whether steady growth is nothing new.
    """
    known = np.isfinite(values)
    found = Shift(nan, nan, 0.0, int(known.sum()))
    for _ in range(2):
        if not {0, 1} <= set(levels[known].tolist()):
            return found
        days = _Days(values[known], places[known], levels[known])
        found, rest = _fitted(days, growing and _grows(days))
        far = np.abs(rest) > FAR * 1.4826 * max(float(np.median(np.abs(rest))), 1e-12)
        if not far.any() or far.mean() > MOST_LEFT_OUT:
            break
        known[np.flatnonzero(known)[far]] = False
    return found


@dataclass(frozen=True)
class _Days:
    values: Floats
    places: Floats
    levels: npt.NDArray[np.int64]


def _grows(days: _Days) -> bool:
    """Whether growth explains the days better than the shift, or more beside it than noise would."""
    with_shift = _squares(days, shifted=True, grown=False)
    with_growth = _squares(days, shifted=False, grown=True)
    with_both = _squares(days, shifted=True, grown=True)
    freedom = max(len(days.values) - WEEK - len(np.unique(days.levels)) - 1, 1)
    return with_growth < with_shift or with_shift - with_both > BESIDE**2 * with_both / freedom


def _squares(days: _Days, *, shifted: bool, grown: bool) -> float:
    design = _design(days, shifted=shifted, grown=grown)
    rest = days.values - design @ np.linalg.lstsq(design, days.values, None)[0]
    return float(rest @ rest)


def _design(days: _Days, *, shifted: bool, grown: bool) -> Floats:
    """A column for each level, each weekday but one, and growth."""
    levels = days.levels if shifted else np.where(days.levels == 1, 0, days.levels)
    weekday = np.mod(np.floor(days.places).astype(np.int64), WEEK)
    columns = [(levels == level).astype(np.float64) for level in np.unique(levels)]
    columns += [(weekday == day).astype(np.float64) for day in np.unique(weekday)[1:]]
    return np.column_stack([*columns, days.places] if grown else columns)


def _fitted(days: _Days, grown: bool) -> tuple[Shift, Floats]:
    values, own, count = days.values, np.unique(days.levels), len(days.values)
    design = _design(days, shifted=True, grown=grown)
    inverse = np.linalg.pinv(np.einsum("ni,nj->ij", design, design), 1e-9)
    solution = inverse @ (design.T @ values)
    rest = values - design @ solution
    contrast = np.zeros(design.shape[1])
    contrast[int(np.searchsorted(own, 1))], contrast[int(np.searchsorted(own, 0))] = 1.0, -1.0
    size = float(contrast @ solution)
    rank = float(np.linalg.matrix_rank(design))
    freedom = count - rank
    if freedom < MIN_FREEDOM:
        return Shift(size, nan, freedom, count), rest
    # What is fitted takes likeness out of the residuals, some for each column.
    r = min(max(steps.likeness(rest) + rank / count / 4, LEAST_ALIKE), 0.9)
    noise = float(rest @ rest) / freedom * (1 + r) / (1 - r)
    error = (noise * max(float(contrast @ inverse @ contrast), 0.0)) ** 0.5
    return Shift(size, error, max(freedom * (1 - r) / (1 + r), MIN_FREEDOM), count), rest


def thresholds(chances: Floats, wrong: float = WRONG) -> float:
    """Below which chance a shift counts, so that of all that are said to be real a share of ``wrong`` is none.

    Benjamini and Hochberg 1995, over everything one meeting looks at; NaN is left out. Without anything real it is
    as strict as Bonferroni's.
    """
    known = np.sort(chances[np.isfinite(chances)])
    if not len(known):
        return wrong
    steps_up = wrong * np.arange(1, len(known) + 1) / len(known)
    passed = np.flatnonzero(known <= steps_up)
    return float(steps_up[passed[-1]] if len(passed) else steps_up[0])


def reach(found: Shift, chance: float) -> float:
    """Half the interval that holds zero exactly when the shift's own chance is above ``chance``."""
    if not found.error >= 0 or found.freedom < MIN_FREEDOM:
        return nan
    from statistics import NormalDist

    z = NormalDist().inv_cdf(1 - min(chance, 1.0) / 2)
    free = found.freedom
    # Wallace's deviate, turned round.
    t = (free * (np.exp((z * (8 * free + 3) / (8 * free + 1)) ** 2 / free) - 1)) ** 0.5
    return float(t * found.error)
