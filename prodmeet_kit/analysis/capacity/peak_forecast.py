"""The highest load to expect until the next meeting, with a range from how wrong the same rule was before.

The peak of each coming day is the median of its weekday's peaks, carried on by
the growth where one is real (:func:`.trends.theil_sen`), on the log scale; the
largest of them is the peak of the window. The rule is tried at every second
past day that has three weeks before it. What those trials missed moves the
expected peak (their median) and makes the range. The trials overlap, so few of
them are independent: the range is twice their spread, not 1.28 times, as eight
in ten of a normal distribution would need. Their spread is taken as no less
than that of the largest of ten independent days, 0.6 times what single days
miss by: a few quiet trials say little.

Days of incidents (retries, an attack, an outage all day) are left out: a single
one would make the range so wide that it says nothing.

The range is meant to hold about 8 of 10 times. It cannot know what never
happened in the history: a campaign, a sale, a new customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil, exp, nan
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from prodmeet_kit.analysis.series import trends
from prodmeet_kit.analysis.series.local_hours import local_hours
from prodmeet_kit.analysis.series.medians import median, medians, weekly
from prodmeet_kit.core.window import Window

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ExpectedPeak", "expected_peak"]

LEARN = 21
"""Days the rule has to learn from before it is tried."""

JUDGE = 7
"""Days a trial is judged by, at least: each weekday once."""

STORM = 5.0
STORM_LEAST = 1.5
"""A day's peak this many spreads and by this factor off is an incident (retries, an attack), not demand."""

EVERY = 2
REACH = 2.0
LARGEST_OF_TEN = 0.6
WEEK = 7

KNOWN = 0.75
"""A day with fewer of its steps known may have had its peak in the gap."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ExpectedPeak:
    """What is expected, and the range around it; NaN where the history is too short."""

    expected: float = nan
    low: float = nan
    high: float = nan


def expected_peak(series: pd.Series[float], window: Window) -> ExpectedPeak:
    """The highest step to expect in the next window, which is as long as this one.

    ``series`` has a UTC index on the grid. NaN with fewer than four weeks of
    days (three to learn from, one to be judged by); days whose peak is not positive are left out.
    """
    table = local_hours(series, window)
    peaks = np.where(table.known >= KNOWN, np.fmax.reduce(table.peaks, axis=1), nan)
    usable = (table.days < 0) & (peaks > 0)
    days, logs = table.days[usable], np.log(peaks[usable])
    length = max(ceil(window.length / timedelta(days=1)), 1)
    if not len(days) or days[-1] - days[0] + 1 < LEARN + JUDGE:
        return ExpectedPeak()
    days, logs = _without_storms(days, logs)
    # A meeting in the morning has the peak of its own day still before it.
    first = 0 if window.end.astimezone(window.zone).hour < 12 else 1
    ahead = _predict(days, logs, np.arange(first, first + length))
    trials, single = _trials(days, logs, length)
    if not len(trials) or np.isnan(ahead).all():
        return ExpectedPeak()
    top = float(np.nanmax(ahead)) + median(trials)
    reach = REACH * max(_spread(trials), LARGEST_OF_TEN * _spread(single))
    return ExpectedPeak(exp(top), exp(top - reach), exp(top + reach))


def _without_storms(days: Ints, logs: Floats) -> tuple[Ints, Floats]:
    """The days without those that stand far from all the others; fewer than one in ten, else they are no exception."""
    off = np.abs(logs - _predict(days, logs, days))
    usual = off <= max(STORM * 1.4826 * median(off), np.log(STORM_LEAST))
    return (days[usual], logs[usual]) if usual.mean() > 0.9 else (days, logs)


def _trials(days: Ints, logs: Floats, length: int) -> tuple[Floats, Floats]:
    """What the rule missed by in the past, seen - predicted: the peak of each trial, and every single day."""
    origins = np.arange(days[0] + LEARN, days[-1] - JUDGE + 2, EVERY)
    begin, end = days.searchsorted(origins), days.searchsorted(origins + length)
    per_day, levels = _learned(days, logs, begin)
    trials, single = [], [np.empty(0)]
    for trial, judged in enumerate(map(slice, begin.tolist(), end.tolist())):
        missed = logs[judged] - (levels[(days[judged] - days[0]) % WEEK, trial] + per_day[trial] * days[judged])
        known = ~np.isnan(missed)
        if known.sum() >= min(JUDGE, length):
            seen = logs[judged][known]
            trials.append(float(seen.max() - (seen - missed[known]).max()))
            single.append(missed[known])
    return np.array(trials), np.concatenate(single)


def _predict(days: Ints, logs: Floats, ahead: Ints) -> Floats:
    """The log of the peak of each coming day; NaN where its weekday was never seen."""
    per_day, levels = _learned(days, logs, np.array([len(days)]))
    predicted: Floats = levels[(ahead - days[0]) % WEEK, 0] + per_day[0] * ahead
    return predicted


def _learned(days: Ints, logs: Floats, until: Ints) -> tuple[Floats, Floats]:
    """Growth a day, 0 where none is real, and the level of each weekday, from that of the first day on, without it.

    Of the first so many days, for each number in ``until``, which is across in the levels; NaN where a weekday was
    never seen.
    """
    found = zip(trends.slopes(days, logs, until), until.tolist(), strict=True)
    per_day = np.array([slope.per_day if slope and slope.real and n >= trends.MIN_DAYS else 0.0 for slope, n in found])
    flat = logs[:, np.newaxis] - per_day * days[:, np.newaxis]
    flat[np.arange(len(days))[:, np.newaxis] >= until] = nan
    return per_day, medians(weekly(flat, days))


def _spread(values: Floats) -> float:
    """A standard deviation that one outage does not set: the span from the 10th to the 90th percentile / 2.563."""
    low, high = np.quantile(values, (0.1, 0.9))
    return float(high - low) / 2.563
