"""Is there a trend? A slope that neither an outage nor the rhythm of the week can fake.

Theil-Sen: the median of the slopes between pairs of days. Only days of the
same weekday are paired (Hirsch, Slack and Smith 1982, the seasonal Kendall
slope), so that a quiet Sunday is never compared with a busy Monday. The
interval is Sen's (1968), from the variance of Kendall's S, widened where
neighbouring days resemble each other.

Tests compare the numbers without seasons with those of ``scipy.stats.theilslopes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from prodmeet_kit.analysis.series import grid
from prodmeet_kit.analysis.series.local_hours import days_of
from prodmeet_kit.analysis.series.medians import medians, weekly
from prodmeet_kit.core.window import Window

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MIN_DAYS", "Slope", "daily", "slopes", "theil_sen"]

MIN_DAYS = 14
"""Fewer days hold no two of each weekday: no trend can be told from the rhythm of the week."""

MIN_COVERAGE = 0.75
"""A day with fewer of its steps known is left out (the first and last day of a range, outages of the metrics)."""

WEEK = 7
CONFIDENCE = 0.95
_REACH = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Slope:
    """Change a day, and the 95% interval of it."""

    per_day: float
    low: float
    high: float

    @property
    def real(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0


def daily(series: pd.Series[float], window: Window, quantile: float | None = None) -> tuple[Ints, Floats]:
    """One value a calendar day of the product's zone: the mean, or a quantile, of the day's steps.

    ``series`` has a UTC index; the value at ``t`` describes ``(t - step, t]``. The days, counted from the day of the
    meeting (0, the day before it -1), and their values; days with under three quarters of their steps are left out.
    """
    if not len(series):
        return np.empty(0, dtype=np.int64), np.empty(0)
    first, positions = days_of(grid.instants(series.index), window)
    found, counts = _of_days(grid.numbers(series), positions, quantile)
    covered = np.flatnonzero(counts >= MIN_COVERAGE * (timedelta(days=1) / window.step))
    return first + covered, found[covered]


def _of_days(values: Floats, positions: Ints, quantile: float | None) -> tuple[Floats, Ints]:
    """Mean or quantile of what is known of each day (anything where nothing is), and how much that is.

    Days lie between positions. They are laid below each other, as long as the longest, so that all cost one sorting.
    """
    lengths = np.diff(positions)
    places = np.arange(int(lengths.max()))
    inside = places < lengths[:, np.newaxis]
    table = np.where(inside, values[np.where(inside, positions[:-1, np.newaxis] + places, 0)], np.nan)
    known = ~np.isnan(table)
    counts = known.sum(axis=1)
    if quantile is None:
        return np.where(known, table, 0.0).sum(axis=1) / np.maximum(counts, 1), counts
    ordered = np.sort(table, axis=1)  # NaN last
    place = quantile * np.maximum(counts - 1, 0)
    low = place.astype(np.int64)
    lower, upper = (
        np.take_along_axis(ordered, np.minimum(at, len(places) - 1)[:, np.newaxis], axis=1)[:, 0]
        for at in (low, low + 1)
    )
    share = place - low
    return np.where(share > 0, lower + (upper - lower) * share, lower), counts


def theil_sen(days: Ints, values: Floats, season: int = WEEK) -> Slope | None:
    """The median slope a day over pairs a whole number of seasons apart, with its 95% interval.

    ``days`` are whole days in order, as :func:`daily` counts them, each with its value; ``season`` is
    in days, 1 pairs every day with every other. ``None`` when fewer than two pairs exist.
    """
    (found,) = slopes(days, values, np.array([len(days)]), season)
    return found


def slopes(days: Ints, values: Floats, until: Ints, season: int = WEEK) -> list[Slope | None]:
    """:func:`theil_sen` of the first so many days, for each number in ``until``; they share their pairs."""
    gap = days[:, np.newaxis] - days[np.newaxis, :]
    later, earlier = np.nonzero((gap > 0) & (gap % season == 0))  # in order of the later day
    pairs = later.searchsorted(until)
    found = (values[later] - values[earlier]) / (days[later] - days[earlier])
    if not len(found):
        return [None] * len(until)
    ordered = np.sort(np.where(np.arange(len(found)) < pairs[:, np.newaxis], found, np.inf), axis=1)
    of = np.arange(len(until))
    middle = (ordered[of, np.maximum(pairs - 1, 0) // 2] + ordered[of, np.minimum(pairs // 2, len(found) - 1)]) / 2
    middle[pairs < 2] = 0.0
    seasons = (days % season)[:, np.newaxis] == np.arange(season)
    sizes = np.vstack([np.zeros((1, season), dtype=np.int64), seasons.cumsum(axis=0)])[until]
    # Variance of Kendall's S without ties, summed over the seasons: Hirsch et al. 1982, eq. 5.
    variance = (sizes * (sizes - 1) * (2 * sizes + 5)).sum(axis=1) / 18
    rest = np.where(np.arange(len(days)) < until[:, np.newaxis], values - middle[:, np.newaxis] * days, np.nan)
    reach = _REACH * np.sqrt(variance * _inflation(days, rest, season))
    low = np.maximum(np.round((pairs - reach) / 2).astype(np.int64) - 1, 0)
    high = np.minimum(np.round((pairs + reach) / 2).astype(np.int64), pairs - 1)
    return [
        Slope(float(middle[k]), float(ordered[k, low[k]]), float(ordered[k, high[k]])) if pairs[k] >= 2 else None
        for k in of.tolist()
    ]


def _inflation(days: Ints, rest: Floats, season: int) -> Floats:
    """How much wider the variance is when neighbouring days resemble each other: (1 + r) / (1 - r), at least 1.

    For each row of ``rest``, which ends where NaN begins.
    ``r`` is the rank correlation of neighbouring days once the slope and each weekday's median are taken away
    (Yue and Wang 2004; ranks as Hamed and Rao 1998, so that an outage does not pass for likeness). Without it a
    series that wanders (r = 0.5, four weeks) shows a trend 15 times in 100 where there is none; with it 7 times.
    Cut at 0.9: beyond, nothing is sure.
    """
    if season == 1:
        return np.ones(len(rest))
    usual = medians(weekly(rest.T, days, season))
    ranks = _ranks(rest - usual[(days - days[0]) % season].T)
    known = ~np.isnan(ranks)
    apart = np.where(known, ranks - (known.sum(axis=1, keepdims=True) + 1) / 2, 0.0)
    spread = (apart * apart).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    beside = np.diff(days) == 1
    products = ((apart[:, :-1] * apart[:, 1:])[:, beside]).sum(axis=1)
    counted = known[:, 1:][:, beside].sum(axis=1)
    told = (counted > 0) & (spread > 0)
    alike = np.divide(products, counted * spread, out=np.zeros(len(rest)), where=told)
    alike = np.clip(alike, 0.0, 0.9)
    wider: Floats = (1 + alike) / (1 - alike)
    return wider


def _ranks(values: Floats) -> Floats:
    """Ranks from 1 within each row; equal values share the mean of theirs, NaN has none."""
    order = np.argsort(values, axis=1)
    ordered, places = np.take_along_axis(values, order, axis=1), np.arange(values.shape[1])
    changes = ordered[:, 1:] != ordered[:, :-1]
    edge = np.ones((len(values), 1), dtype=bool)
    first = np.maximum.accumulate(np.where(np.hstack([edge, changes]), places, 0), axis=1)
    last = np.minimum.accumulate(np.where(np.hstack([changes, edge]), places, len(places))[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, np.where(np.isnan(ordered), np.nan, (first + last) / 2 + 1), axis=1)
    return ranks
