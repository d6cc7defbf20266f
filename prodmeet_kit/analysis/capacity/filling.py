"""When a row of days meets a limit, with a range, or why nothing can be said.

Only the last regime counts (:mod:`.regimes`): what was before a step, a
deletion or the begin of a leak says nothing of what follows. In it a line and
exponentials are compared by what they leave unexplained when they are drawn
through the limit at each coming instant: the instant that leaves the least is
the forecast, and those that leave little more (a profile likelihood at about
95%, with Student's t of as many days as would be independent) are its range. An
exponential has to earn its curve.

Of a rise of the last few days, far beyond all noise, the days themselves tell (:func:`_late`): no regime is so short.

Nothing is forecast beyond twice the span that was fitted. A row whose days
resemble each other so much that a walk without aim would go as far is too short
to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan

import numpy as np
import numpy.typing as npt

from prodmeet_kit.analysis.capacity.through_limit import CURVE_DAYS, Through
from prodmeet_kit.analysis.series import steps
from prodmeet_kit.analysis.series.medians import median
from prodmeet_kit.analysis.series.regimes import MIN_LAST, Fit, Start, curve, line, starts
from prodmeet_kit.analysis.series.rhythm import without_weekdays

__all__ = ["Filling", "forecast", "growth", "usual"]

SURE = 2.576
"""A slope has to be real at 99%: many resources are looked at."""

WIDE = 2.3
"""Half a range in standard errors; measured to hold 78 to 100 of 100 truths, 9 of 10 on average."""

CURVED = 4.0
"""Variances by which an exponential has to beat a line to measure the noise by."""

ALIKE, WALK = 0.6, 2.5
"""Days that resemble each other so much (:func:`.steps.likeness`) have to go this many times as far as a walk would."""

LONG, VERY_ALIKE = 14, 0.75
"""Without a sure slope: fewer days, or days that resemble each other more, are too short to tell."""

RELATIVE, ABSOLUTE = 0.04, 0.5
"""A range is no narrower: a day's value stands for the day, and limits are met between two of them."""

VAGUE = 25.0
"""A range whose ends are further apart, as a factor, says that nothing can be told: a walk without aim gives such."""

HORIZON = 2.0
"""Times the span that was fitted."""

FINER = 21
"""Instants between two of :data:`_COMING` that are tried then."""

_COMING = np.unique(np.concatenate([np.arange(0.25, 20, 0.25), np.geomspace(20, 1200, 80)]))
"""Days from the meeting at which the limit may be met."""

SPIKE, SPIKE_LEAST = 6.0, 0.1
"""A spike is off by so many deviations (of the median), and by this share of the usual value."""

LATE, EARLY = 5, 10
"""Days that a late rise lasts at most, and days before it at least."""

JUMP = 1.5
"""A late rise is each day so many times the largest move from day to day before it."""

TOLD = 3
"""Days that rise: fewer are a batch job or a step as well."""

SOON = 0.1
"""Days: what is not measured at its limit is met in hours at the soonest."""

FASTER, SLOWER = 1.25, 0.7
"""How far the pace of a few days may change, at the near and the far end of the range. Own choice."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Filling:
    """``trend`` is ``growing``, ``shrinking``, ``none`` or ``too_short``.

    ``days`` from the meeting until full, ``soonest`` and ``latest``: NaN where nothing is forecast, also of what
    grows but would be full later than can be told. Of ``too_short``, ``soonest`` tells that the last days rise far
    beyond all noise, and how soon the limit may be met. ``level`` at the meeting on the busiest weekday and ``per_day``
    until full. ``since``: position of the first day of the last regime.
    """

    trend: str
    days: float = nan
    soonest: float = nan
    latest: float = nan
    level: float = nan
    per_day: float = nan
    since: int = 0


def usual(ordinals: npt.NDArray[np.int64], values: Floats) -> npt.NDArray[np.bool_]:
    """Which days are no spike: one far from the days around it and from its weekday in other weeks is an outage.

    An outage over midnight makes two, so that those left are looked at once more.
    """
    kept = np.ones(len(values), dtype=bool)
    for _ in range(2):
        if kept.sum() < MIN_LAST:
            break
        normal = _no_spikes(ordinals[kept], values[kept])
        if normal.all():
            break
        kept[kept] = normal
    return kept


def _no_spikes(ordinals: npt.NDArray[np.int64], values: Floats) -> npt.NDArray[np.bool_]:
    mirrored = np.concatenate([values[2:0:-1], values, values[-2:-4:-1]])
    around = np.sort(mirrored[np.arange(len(values))[:, np.newaxis] + np.arange(5)], axis=1)[:, 2]
    alone = _far(np.abs(values - around), values)
    if not alone.any():
        return ~alone
    # Between the weeks beside, or carried on from two of one side; two weeks of unknown days lie around all.
    at = ordinals - ordinals[0] + 14
    of = np.full(int(at[-1]) + 15, nan)
    of[at] = values
    back, more, ahead, most = (of[at + move] for move in (-7, -14, 7, 14))
    told = np.stack([(back + ahead) / 2, 2 * back - more, 2 * ahead - most])
    nearest = np.fmin.reduce(np.abs(values - told), axis=0, initial=inf)
    return ~(alone & _far(nearest, values))


def _far(off: Floats, values: Floats) -> npt.NDArray[np.bool_]:
    least = max(SPIKE * 1.4826 * median(off), SPIKE_LEAST * median(np.abs(values)))
    far: npt.NDArray[np.bool_] = off > least
    return far


def growth(ordinals: npt.NDArray[np.int64], values: Floats) -> float:
    """Growth a day, compounded, of the last regime of daily values above 0; NaN where none is sure.

    ``ordinals`` number the days. It is the slope of the logarithms without what belongs to the weekday, by the same
    rules as :func:`forecast`, from 14 days on: a series has one answer, whether it is a load or a resource.
    """
    kept = values > 0
    if kept.sum() < LONG:
        return nan
    kept[kept] = usual(ordinals[kept], values[kept])
    days, logs = ordinals[kept].astype(np.float64), np.log(values[kept])
    flat, _ = without_weekdays(np.mod(ordinals[kept], 7), days, logs)
    position = _begin(starts(days, flat))
    days, flat = days[position:], flat[position:]
    if len(days) < LONG:
        return nan
    fit = line(days, flat)
    told = _trend(fit, fit, steps.likeness(fit.rest), days, flat)
    return float(np.expm1(fit.slope)) if told in ("growing", "shrinking") else nan


def forecast(ordinals: npt.NDArray[np.int64], days: Floats, values: Floats, limit: float) -> Filling:
    """When ``values`` meet the limit. ``ordinals`` number the days, ``days`` are relative to the meeting (0)."""
    found = _of_regimes(ordinals, days, values, limit)
    if found.trend == "growing":
        return _sudden(ordinals, days, values, limit) or found
    return _late(ordinals, days, values, limit) or found


def _sudden(ordinals: npt.NDArray[np.int64], days: Floats, values: Floats, limit: float) -> Filling | None:
    """``too_short`` where only a day or two, above all before, make it grow: a batch job, a step, or a leak."""
    for count in range(1, min(TOLD, len(values) - EARLY)):
        before = values[:-count]
        if values[-count:].min() <= before[-LATE:].max():
            continue  # no rise above all before
        kept = usual(ordinals[:-count], before)
        kept[-LATE:] = True  # the begin of a leak
        rise = float(values[-count:].min() - before[kept].max())
        if rise <= JUMP * float(np.abs(np.diff(before[kept])).max()):
            continue
        if _of_regimes(ordinals[:-count], days[:-count], before, limit).trend != "growing":
            return Filling("too_short", soonest=max((limit - float(values[-1])) / rise, 0.0), since=len(before))
    return None


def _clean(ordinals: npt.NDArray[np.int64], values: Floats) -> tuple[float, float, float]:
    """Of days without spikes the highest, the least rise that is beyond all noise, and the usual value."""
    clean = values[usual(ordinals, values)]
    return float(clean.max()), JUMP * float(np.abs(np.diff(clean)).max()), median(np.abs(clean))


def _late(ordinals: npt.NDArray[np.int64], days: Floats, values: Floats, limit: float) -> Filling | None:
    """What the last days tell where each rises by more than ever before; ``None`` where they do not.

    A day or two are ``too_short``: a batch job, or a step.
    """
    for count in range(min(LATE, len(values) - EARLY), 0, -1):
        before, rises = values[:-count], np.diff(values[-count - 1 :])
        if rises.min() <= 0:
            continue
        highest, least, usually = _clean(ordinals[:-count], before)
        rise = float(values[-1]) - highest
        if rises.min() <= least or rise <= max(least, SPIKE_LEAST * usually):
            continue
        if count <= 2 and rise <= float(before.max()) - highest:
            return None  # as high as a spike before
        now = line(days[-count:], values[-count:]) if count >= TOLD else None
        per_day = now.slope if now else float(rises.mean())
        level = now.level if now else float(values[-1])
        full = max((limit - level) / per_day, SOON)  # what is at its limit is not forecast
        inner = rises[1:] if count >= TOLD else rises  # the first day holds the begin
        soonest = max(full * per_day / (FASTER * float(inner.max())) - ABSOLUTE, 0.0)
        since = len(values) - count
        if now is None or full > HORIZON * count:
            return Filling("too_short", soonest=soonest, since=since)
        latest = full * per_day / (SLOWER * float(inner.min())) + ABSOLUTE
        return Filling("growing", full, soonest, latest, limit - full * per_day, per_day, since)
    return None


def _of_regimes(ordinals: npt.NDArray[np.int64], days: Floats, values: Floats, limit: float) -> Filling:
    kept = usual(ordinals, values)
    ordinals, days, values = ordinals[kept], days[kept], values[kept]
    flat, above = without_weekdays(np.mod(ordinals, 7), days, values)  # the busiest weekday lies so far above
    possible = starts(days, flat)
    since = _begin(possible)
    last, level = days[since:], flat[since:]
    if len(last) < MIN_LAST:
        return Filling("too_short", since=since)
    fit = line(last, level)
    noise = _noise(fit, last, level)
    alike = steps.likeness(noise.rest)
    trend = _trend(fit, noise, alike, last, level)
    if trend != "growing":
        return Filling(trend, since=since)
    through = Through.limit(possible, days, flat - (limit - above), noise.variance)
    left = through.unexplained(_COMING).min(axis=0)
    best = int(np.argmin(left))
    near = np.flatnonzero(left - left[best] <= noise.variance * _reach(WIDE, last, alike) ** 2)
    full, low, high = float(_COMING[best]), *(float(_COMING[min(max(best + k, 0), len(_COMING) - 1)]) for k in (-1, 1))
    for _ in range(2):  # between the instants that were tried, twice as fine as a day's value can tell
        finer = np.linspace(low, high, FINER)
        best = int(np.argmin(through.unexplained(finer).min(axis=0)))
        full, low, high = (float(finer[min(max(best + k, 0), FINER - 1)]) for k in (0, -1, 1))
    span = float(days[-1] - days[through.told_by(full)] + 1)
    per_day = max(fit.slope, 0.0)
    if full > HORIZON * span or _COMING[near[-1]] > VAGUE * _COMING[near[0]]:
        told = "growing" if len(last) >= LONG else "too_short"
        return Filling(told, level=fit.level + above, per_day=per_day, since=since)
    soonest = max(float(_COMING[near[0]]) * (1 - RELATIVE) - ABSOLUTE, 0.0)
    latest = inf if near[-1] == len(_COMING) - 1 else float(_COMING[near[-1]]) * (1 + RELATIVE) + ABSOLUTE
    now = min(noise.level + above, limit)
    return Filling("growing", full, soonest, latest, now, (limit - now) / full, since)


def _begin(possible: tuple[Start, ...]) -> int:
    """Position of the first day of the last regime: all days where they may be one, else the middle of what may be."""
    return possible[len(possible) // 2 if possible[0].position else 0].position


def _noise(fit: Fit, days: Floats, values: Floats) -> Fit:
    """The fit whose residuals are noise: a curve's where the days bend, or the bend would count as noise."""
    if len(days) < CURVE_DAYS:
        return fit
    bent = curve(days, values)
    return bent if bent.slope > 0 and fit.squares - bent.squares > CURVED * bent.variance else fit


def _trend(fit: Fit, noise: Fit, alike: float, days: Floats, values: Floats) -> str:
    centred = days - float(days.sum()) / len(days)
    error = (noise.variance / float(centred @ centred)) ** 0.5
    if abs(fit.slope) <= _reach(SURE, days, alike) * error:
        return "too_short" if len(days) < LONG or alike > VERY_ALIKE else "none"
    if alike > ALIKE and abs(fit.slope) * len(days) < WALK * float(np.std(np.diff(values))) * len(days) ** 0.5:
        return "too_short"
    return "growing" if fit.slope > 0 else "shrinking"


def _reach(normal: float, days: Floats, alike: float) -> float:
    """A normal quantile as Student's t of as many days as would be independent."""
    return steps.students(normal, max(len(days) * (1 - alike) / (1 + alike) - 2, 2.0))
