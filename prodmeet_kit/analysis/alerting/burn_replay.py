"""Backtest a standard rule on one burn, on the finest series there is: when it would have fired.

The trend of a review, with the stretches at scrape step in its place where they
are known, is what the rule would have seen: sums over its two windows at each
point. A rule looks once an evaluation interval, so it fires between a step
before the first point at which its condition holds and an interval after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.slo import burn_rates, event_times
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.burn_rates import TINY, Condition

__all__ = ["INTERVAL", "WAIT", "Firing", "Series", "first_firing"]

Floats: TypeAlias = npt.NDArray[np.float64]

INTERVAL = timedelta(minutes=1)
"""How often Prometheus evaluates a group that does not say: the written rules do not."""

WAIT = timedelta()
"""The ``for`` of the written rules: none, since the short window does its work (SRE Workbook, ch. 5)."""


class Firing(NamedTuple):
    """A condition that held first at the point ``at`` of a series whose points are ``step`` apart there."""

    condition: Condition
    at: pd.Timestamp
    step: timedelta

    @property
    def earliest(self) -> pd.Timestamp:
        """The rule did not fire up to here."""
        return self.at - self.step + WAIT

    @property
    def latest(self) -> pd.Timestamp:
        """By now it had."""
        return self.at + WAIT + INTERVAL


class Series:
    """Running sums of one SLO's ``total`` and ``bad`` over the trend and the finer ``stretches`` in it."""

    def __init__(self, trend: pd.DataFrame, step: timedelta, stretches: Sequence[event_times.Stretch] = ()) -> None:
        parts = [(burn_rates.events(trend), step)]
        for fine, each, _ in event_times.finer(stretches, trend, step):
            parts = _put_into(parts, burn_rates.events(fine), each)
        frames = [frame.fillna(0.0).assign(step=each.total_seconds()) for frame, each in parts if len(frame)]
        whole = (
            pd.concat(frames).sort_index(kind="stable") if frames else pd.DataFrame(columns=["total", "bad", "step"])
        )
        self._ends: Floats = np.asarray(pd.DatetimeIndex(whole.index).as_unit("ns").asi8, dtype=np.float64) / 1e9
        self._steps: Floats = whole["step"].to_numpy(dtype=np.float64)
        self._sums = {name: whole[name].to_numpy(dtype=np.float64).cumsum() for name in ("total", "bad")}

    def first(self, condition: Condition, objective: float, start: datetime, end: datetime) -> Firing | None:
        """The first point in ``(start, end]`` at which the condition holds; ``start`` itself where it holds already."""
        moments = pd.Timestamp(start).timestamp(), pd.Timestamp(end).timestamp()
        low, high = (int(np.searchsorted(self._ends, moment, side="right")) for moment in moments)
        held = self._holds(condition, objective, max(low - 1, 0), high)
        if not held.any():
            return None
        place = max(low - 1, 0) + int(held.argmax())
        seconds = max(self._ends[place], moments[0])
        at = pd.Timestamp(round(seconds * 1000), unit="ms", tz="UTC")
        return Firing(condition, at, timedelta(seconds=float(self._steps[place])))

    def _holds(self, condition: Condition, objective: float, first: int, last: int) -> npt.NDArray[np.bool_]:
        limit = condition.factor * (1 - TINY) * round(1 - objective, 12)
        held = np.ones(max(last - first, 0), dtype=bool)
        for span in (condition.long, condition.short):
            total, bad = (self._over(name, span, first, last) for name in ("total", "bad"))
            # Differences of running sums are rounded: a thousandth of an event is none.
            held &= (total > 0) & (bad > 1e-3) & (bad >= limit * total * (1 - TINY))
        return held

    def _over(self, name: str, span: timedelta, first: int, last: int) -> Floats:
        """Events of the trailing span at these points; a step that the span cuts is shared evenly."""
        ends, sums = self._ends, self._sums[name]
        knots = np.concatenate([ends[:1] - self._steps[:1], ends])
        counted = np.concatenate([[0.0], sums])
        at = ends[first:last]
        found: Floats = np.interp(at, knots, counted) - np.interp(at - span.total_seconds(), knots, counted)
        return found


def first_firing(
    series: Series, target: SloTarget, conditions: Iterable[Condition], start: datetime, end: datetime
) -> Firing | None:
    """The condition that held first in a burn; of two at the same point the one named first."""
    found = [series.first(condition, target.objective, start, end) for condition in conditions]
    return min((firing for firing in found if firing is not None), key=lambda firing: firing.at, default=None)


def _put_into(
    parts: list[tuple[pd.DataFrame, timedelta]], fine: pd.DataFrame, each: timedelta
) -> list[tuple[pd.DataFrame, timedelta]]:
    """The parts with a finer one in the place of what they have over its time."""
    first, last = fine.index[0] - each, fine.index[-1]
    kept = []
    for frame, step in parts:
        index = pd.DatetimeIndex(frame.index)
        kept.append((frame[(index <= first) | (index - step >= last)], step))
    return [*kept, (fine, each)]
