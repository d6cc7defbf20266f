"""Stretches of time for a figure: as many as it can show, each ending whole stretches before the meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.series import grid

__all__ = [
    "CELLS",
    "all_highest",
    "all_shares",
    "cell",
    "grouped",
    "highest",
    "mean",
    "per_event",
    "shares",
    "weeks_before",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CELLS = 360
"""So many stretches are drawn at most: about two pixels each."""

_LENGTHS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440, 2880))


def cell(span: timedelta, step: timedelta, *, at_least: timedelta = timedelta()) -> timedelta:
    """The shortest usual length, of whole steps, of which at most :data:`CELLS` fill ``span``."""
    fits = (each for each in _LENGTHS if each >= max(step, at_least) and not each % step and span / each <= CELLS)
    return next(fits, max(_LENGTHS[-1], step))


def highest(series: pd.Series[float], start: datetime, end: datetime, length: timedelta) -> pd.Series[float]:
    """The highest value of each stretch of ``(start, end]``, named by its end; NaN where nothing is known."""
    cut = _Cut.of(series.index, start, end, length)
    return cut.named(cut.highest(grid.numbers(series)), series.index, series.name)


def mean(series: pd.Series[float], start: datetime, end: datetime, length: timedelta) -> pd.Series[float]:
    """The mean of each stretch of ``(start, end]``, named by its end; NaN where nothing is known."""
    inside = grid.between(series, start, end)
    found: pd.Series[float] = grouped(inside.where(np.isfinite(inside)), end, length).mean()
    return found


def per_event(
    use: pd.Series[float], load: pd.Series[float], start: datetime, end: datetime, length: timedelta
) -> pd.Series[float]:
    """Sum of use / sum of load of each stretch, over steps that know both; NaN without load."""
    both = pd.DataFrame({"use": use, "load": load}).dropna()
    summed = grouped(grid.between(both, start, end), end, length).sum(min_count=1)
    found: pd.Series[float] = summed["use"] / summed["load"].where(summed["load"] > 0)
    return found.rename("per_event")


def all_highest(series: pd.Series[float], start: datetime, end: datetime, length: timedelta) -> Floats:
    """The highest value of each stretch from ``start`` to ``end``, also of those before and after all data."""
    cut = _Cut.of(series.index, start, end, length, whole=True)
    return cut.highest(grid.numbers(series))


def all_shares(ends: Ints, part: Floats, total: Floats, start: datetime, end: datetime, length: timedelta) -> Floats:
    """Sum of ``part`` / sum of ``total`` of each stretch from ``start`` to ``end``; NaN without a total.

    ``ends`` are the ends of the steps in nanoseconds from 1970.
    """
    cut = _Cut.of(ends, start, end, length, whole=True)
    summed, whole = (cut.sums(each) for each in (part, total))
    return summed / np.where(whole > 0, whole, np.nan)


def shares(
    index: pd.Index[Any], part: Floats, total: Floats, start: datetime, end: datetime, length: timedelta
) -> pd.Series[float]:
    """Sum of ``part`` / sum of ``total`` of each stretch of ``(start, end]`` that has steps, or lies between such.

    ``index`` is that of the steps. Named by the ends of the stretches; NaN without a total.
    """
    cut = _Cut.of(index, start, end, length)
    summed, whole = (cut.sums(each) for each in (part, total))
    return cut.named(summed / np.where(whole > 0, whole, np.nan), index, "share")


@dataclass(frozen=True)
class _Cut:
    """Steps of a grid cut into stretches that end whole stretches before an end.

    ``inside`` are the steps of the time asked for; ``ends`` the ends of the stretches, in nanoseconds from 1970, in
    order; ``first`` the position within ``inside`` at which those begin that hold any step, which ``filled`` are.
    """

    inside: slice
    ends: Ints
    first: Ints
    filled: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls, steps: pd.Index[Any] | Ints, start: datetime, end: datetime, length: timedelta, *, whole: bool = False
    ) -> _Cut:
        """From the stretch of the first step of ``(start, end]`` to that of the last; ``whole``: from start to end."""
        at = steps if isinstance(steps, np.ndarray) else grid.instants(steps)
        last, size = grid.instant(end), grid.nanoseconds(length)
        begin, until = at.searchsorted((grid.instant(start), last), side="right").tolist()
        at = at[begin:until]
        if whole:
            back = np.arange(max(1, -((start - end) // length)))[::-1]
        else:
            back = np.arange((last - at[-1]) // size, (last - at[0]) // size + 1)[::-1] if len(at) else np.arange(0)
        ends = last - back * size
        positions = np.append(at.searchsorted(ends - size, side="right"), len(at))
        filled = positions[:-1] < positions[1:]
        return cls(slice(begin, until), ends, positions[:-1][filled], filled)

    def highest(self, values: Floats) -> Floats:
        """The highest finite value of each stretch; NaN where there is none."""
        inside = values[self.inside]
        found = np.full(len(self.ends), np.nan)
        if len(self.first):
            found[self.filled] = np.fmax.reduceat(np.where(np.isfinite(inside), inside, np.nan), self.first)
        return found

    def sums(self, values: Floats) -> Floats:
        """The sum of the finite values of each stretch; NaN where there is none."""
        inside = values[self.inside]
        known = np.isfinite(inside)
        found = np.full(len(self.ends), np.nan)
        if len(self.first):
            # In long doubles, so that a sum does not depend on the order of its steps.
            sums = np.add.reduceat(np.where(known, inside, 0.0).astype(np.longdouble), self.first)
            found[self.filled] = np.where(np.logical_or.reduceat(known, self.first), sums, np.nan)
        return found

    def named(self, values: Floats, steps: pd.Index[Any], name: Any) -> pd.Series[float]:
        """The values of the stretches as a series by their ends."""
        index = pd.DatetimeIndex(self.ends.view("datetime64[ns]"), name=steps.name)
        return pd.Series(values, index=index.tz_localize("UTC"), name=name)


def weeks_before(series: pd.Series[float], start: datetime, timezone: str, weeks: int = 4) -> pd.Series[float]:
    """From ``start`` on, the mean of the same weekday and time in up to so many weeks before, on the zone's clock.

    ``series`` has a UTC index. NaN where no week before is known.
    """
    wanted = series.index[series.index > pd.Timestamp(start)]
    clock = pd.DatetimeIndex(wanted).tz_convert(timezone)
    back = [
        series.reindex((clock.tz_localize(None) - pd.Timedelta(weeks=each)).tz_localize(
            timezone, ambiguous=True, nonexistent="shift_forward").tz_convert("UTC")).to_numpy(dtype=float)
        for each in range(1, weeks + 1)
    ]  # fmt: skip
    table = np.vstack(back) if back else np.empty((0, len(wanted)))
    known = np.isfinite(table)
    counted = known.sum(axis=0)
    sums = np.where(known, table, 0.0).sum(axis=0)
    means = np.divide(sums, counted, out=np.full(len(wanted), np.nan), where=counted > 0)
    return pd.Series(means, index=wanted, name="usual")


def grouped(series: Any, end: datetime, length: timedelta) -> Any:
    """Series or frame in stretches that end at ``end`` and whole stretches before it, each named by its end."""
    return series.resample(length, closed="right", label="right", origin=pd.Timestamp(end))
