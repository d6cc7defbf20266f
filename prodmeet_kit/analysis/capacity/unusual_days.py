"""Days since the last meeting that were unusual for their weekday: holidays, storms, campaigns, outages.

Each day is compared with the other days of its weekday in the history (eight
weeks; at least three of them), never with itself. Two things are looked at:

* its mean, on the log scale and less the growth: how far from the median of the
  other days. Unusual from 3.5 robust standard deviations (1.4826 x MAD; Iglewicz
  and Hoaglin 1993) and 10% on. The spread is that of all days, for eight Sundays
  are too few to measure it, but for a weekday that spreads more.
* the shape of its hours: the share of the day's load that falls into other hours
  than on the median of the other days (total variation distance), against that
  share on the other days of its weekday, on the log scale. Unusual from 3 robust
  standard deviations and 5% on. It finds the marathon Sunday and the New Year's
  night whose total is as usual.

On noise that is alike every day (normal on the log scale, or an AR(1) of 0.5) and
eight weeks of history, 2 to 3 of 1,000 days are called unusual, so 3 to 4 of 100
fortnights of one load see a false one; with six weeks 4 of 1,000 days, with heavy
tails (Student's t, 4 degrees) 10 of 1,000. A level that moves for good (a season,
a release) may make its first days unusual: they were.

A load may keep another clock than the product: jobs at an hour of UTC, users of another zone. Where the product's clock
changed within the history, a day is unusual only if it is by a clock that did not change as well.

A day with missing data is never called unusual, nor is the day of the meeting:
the next meeting judges it, whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.series import grid, trends
from prodmeet_kit.analysis.series.local_hours import LocalHours, local_hours, midnight, midnights
from prodmeet_kit.analysis.series.medians import median, medians, weekly
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import UNUSUAL_DAYS

__all__ = ["FAR", "LEAST", "LEAST_MOVED", "find"]

FAR = 3.5
"""Robust standard deviations of a total, to either side."""

FAR_SHAPE = 3.0
"""The same of the hours: they can only be further apart than usual, never closer."""

LEAST = 0.1
"""A day within a tenth of the usual is not worth a word, however calm the others are."""

LEAST_MOVED = 0.05
"""Nor is one of which less than a twentieth fell into other hours."""

SIGMA = 1.4826
PEERS = 3
FLOOR = 1e-3

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def find(series: Mapping[str, pd.Series[float] | None], window: Window) -> pd.DataFrame:
    """``UNUSUAL_DAYS`` since the last meeting, by load in the order of ``series``, then by day.

    ``series`` maps ``service/name`` to values on the grid, UTC, the longer the better, or to ``None``.
    A day belongs to the meeting before whose end it ended.
    """
    return UNUSUAL_DAYS.frame(
        row for ref, values in series.items() if values is not None for row in _days(ref, values, window)
    )


def _days(ref: str, series: pd.Series[float], window: Window) -> Iterator[dict[str, object]]:
    found = _judged(series, window)
    steady = _steady(series, window) if found else None
    if steady is not None:
        also = _judged(series, steady)
        found = {day: row for day, row in found.items() if day in also}
    for day, row in found.items():
        yield {"ref": ref, "day": midnight(day, window), **row}


def _steady(series: pd.Series[float], window: Window) -> Window | None:
    """The window on the clock of its end throughout; ``None`` where the clock did not change in the history."""
    begin, end = (moment.astimezone(window.zone).utcoffset() for moment in (series.index[0], window.end))
    assert begin is not None and end is not None
    hours = end // timedelta(hours=1)
    if begin == end or end != timedelta(hours=hours):
        return None
    return replace(window, timezone=f"Etc/GMT{-hours:+d}")  # by POSIX, east of Greenwich is negative


def _judged(series: pd.Series[float], window: Window) -> dict[int, dict[str, object]]:
    """What is unusual of the days since the last meeting, by their number from the day of the meeting."""
    table = local_hours(series, window)
    means = np.where(table.complete, table.day_means, np.nan)
    if not np.nanmax(means, initial=0.0) > 0:
        return {}
    growth = _growth(means, table.days)
    usual = _usual(means / growth, table.days) * growth
    with np.errstate(divide="ignore", invalid="ignore"):
        # A day of nothing, or of something where nothing is usual, is as unusual as can be; its logarithm is no number.
        away = np.log(np.clip(means / usual, FLOOR, 1 / FLOOR))
    moved = _moved(table)
    scatter = np.log(np.maximum(moved, FLOOR))
    far = np.abs(away) > FAR * _spreads(away, table.days)
    scatter = scatter - _usual(scatter, table.days)
    odd = scatter > FAR_SHAPE * _spread(scatter)
    found: dict[int, dict[str, object]] = {}
    for at in np.flatnonzero(_since(table, window)):
        level = far[at] and abs(away[at]) >= np.log(1 + LEAST)
        if not (level or (odd[at] and moved[at] >= LEAST_MOVED)):
            continue
        found[int(table.days[at])] = {
            "value": means[at],
            "expected": usual[at],
            "ratio": means[at] / usual[at] if usual[at] > 0 else np.inf,  # something where nothing is usual
            "direction": ("above" if away[at] > 0 else "below") if level else "shape",
            "moved": moved[at],
        }
    return found


def _growth(means: Floats, days: Ints) -> Floats:
    """The factor by which each day's load has grown; 1 where no trend is real (:func:`.trends.theil_sen`)."""
    known = means > 0
    if known.sum() < trends.MIN_DAYS:
        return np.ones(len(means))
    slope = trends.theil_sen(days[known], np.log(means[known]))
    grown: Floats = np.exp((slope.per_day if slope is not None and slope.real else 0.0) * days)
    return grown


def _since(table: LocalHours, window: Window) -> npt.NDArray[np.bool_]:
    """The days that ended after the last meeting and before this one."""
    ends = midnights(int(table.days[0]) + 1, int(table.days[-1]) + 1, window)
    found: npt.NDArray[np.bool_] = (ends > grid.instant(window.start)) & (ends <= grid.instant(window.end))
    return found


def _usual(values: Floats, days: Ints) -> Floats:
    """The median of the other days of the same weekday; NaN where fewer than three are known."""
    table = weekly(values, days)
    weeks = len(table)
    if weeks <= PEERS:
        return np.full(values.shape, np.nan)
    # For each week, across, all the others, down.
    peers = table[np.tile(np.arange(weeks), (weeks, 1))[~np.eye(weeks, dtype=bool)].reshape(weeks, -1).T]
    known = ~np.isnan(peers).reshape(*peers.shape[:3], -1).all(axis=3)
    found = medians(peers)
    found[known.sum(axis=0) < PEERS] = np.nan
    usual: Floats = found.reshape(-1, *values.shape[1:])[: len(values)]
    return usual


def _moved(table: LocalHours) -> Floats:
    """Share of each day's load in other hours than usual: half the sum of the differences of the hours' shares."""
    whole = np.where(table.complete[:, np.newaxis] & (table.means >= 0), table.means, np.nan)
    totals = np.nansum(whole, axis=1, keepdims=True)
    shares = np.divide(whole, totals, out=np.full(whole.shape, np.nan), where=totals > 0)
    usual = _usual(shares, table.days)
    both = ~np.isnan(shares) & ~np.isnan(usual)  # an hour that the clock skips is in neither
    here, there = np.where(both, shares, 0.0), np.where(both, usual, 0.0)
    here, there = (_whole(here), _whole(there))
    moved = 0.5 * np.abs(here - there).sum(axis=1)
    known: Floats = np.where(both.any(axis=1), moved, np.nan)
    return known


def _whole(shares: Floats) -> Floats:
    totals = shares.sum(axis=1, keepdims=True)
    whole: Floats = np.divide(shares, totals, out=np.zeros_like(shares), where=totals > 0)
    return whole


def _spreads(values: Floats, days: Ints) -> Floats:
    """The spread of all days; for a weekday that spreads more, its own."""
    table = weekly(values, days)
    own = SIGMA * medians(np.abs(table - medians(table)))
    spreads: Floats = np.fmax(own, _spread(values))[(days - days[0]) % len(own)]
    return spreads


def _spread(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return SIGMA * median(np.abs(known - median(known))) if len(known) else 0.0
