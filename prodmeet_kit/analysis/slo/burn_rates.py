"""When the error budget burned: ratios over trailing spans of a trend, and the conditions worth an alert.

A trend is a frame ``[total, bad]`` of events in each step on the regular grid:
the value at ``t`` counts ``(t - step, t]``; a gap is NaN. A bad series may be
missing where the total is there: then nothing failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import inf, nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.series.grid import instants
from prodmeet_kit.analysis.slo.steps import Floats, Steps, touched, trailing

__all__ = [
    "PAGE",
    "TICKET",
    "Condition",
    "burn",
    "burn_rate",
    "burns",
    "current_burn",
    "drawn",
    "error_ratio",
    "events",
    "events_between",
    "rates",
]

TINY = 1e-9
"""A burn rate this close to a limit is at it: the rest is rounding."""


@dataclass(frozen=True)
class Condition:
    """An alert on a burn rate: at least ``factor`` over a long window and over a short one.

    The long window says that it matters, the short one that it still goes on.
    """

    code: str
    factor: float
    long: timedelta
    short: timedelta

    def holds(self, trend: pd.DataFrame, objective: float, step: timedelta) -> pd.Series[bool]:
        """Whether the condition holds at each step of a trend."""
        return pd.Series(self.held(Steps.of(trend), objective, step), index=trend.index)

    def held(self, steps: Steps, objective: float, step: timedelta) -> npt.NDArray[np.bool_]:
        """Whether the condition holds at each of the steps."""
        limit = self.factor * (1 - TINY)
        long, short = (burns(steps, objective, step, span) >= limit for span in (self.long, self.short))
        held: npt.NDArray[np.bool_] = long & short
        return held


PAGE = (
    Condition("14.4x/1h", 14.4, timedelta(hours=1), timedelta(minutes=5)),
    Condition("6x/6h", 6.0, timedelta(hours=6), timedelta(minutes=30)),
)
"""Conditions that deserve a page: 2% of a 30-day budget in 1 h, 5% in 6 h (SRE Workbook, ch. 5, table 5-8)."""

TICKET = (
    Condition("3x/24h", 3.0, timedelta(hours=24), timedelta(hours=2)),
    Condition("1x/3d", 1.0, timedelta(days=3), timedelta(hours=6)),
)
"""Conditions that deserve a ticket: 10% of a 30-day budget in 1 or 3 days (same chapter)."""


def events(trend: pd.DataFrame) -> pd.DataFrame:
    """The trend with 0 <= bad <= total; bad is 0 where only the total is known, both NaN where the total is not."""
    steps = Steps.of(trend)
    return pd.DataFrame({"total": steps.total, "bad": steps.bad}, index=trend.index)


def error_ratio(trend: pd.DataFrame, step: timedelta, span: timedelta) -> pd.Series[float]:
    """Sum of bad / sum of total over the trailing ``span`` at each step.

    Steps without a total are left out of both sums; NaN where no event is known
    in the span. A span shorter than a step is one step; at the begin of the
    data it is what is there, as an alerting rule would see it.
    """
    return pd.Series(_ratio(Steps.of(trend), step, span), index=trend.index, name="error_ratio")


def drawn(steps: Steps, objective: float, step: timedelta, spans: Sequence[timedelta]) -> list[Floats]:
    """The burn rates over each span at each step, NaN where no total is known in the shortest of them.

    For a chart: a ratio over six hours is still told an hour after the last sample, and would draw a line where
    nobody has seen anything.
    """
    seen = trailing(np.cumsum(steps.known), _size(step, min(spans))) > 0
    return [np.where(seen, burns(steps, objective, step, span), nan) for span in spans]


def _size(step: timedelta, span: timedelta) -> int:
    """Steps of a trailing span: at least one."""
    return max(1, round(span / step))


def _ratio(steps: Steps, step: timedelta, span: timedelta) -> Floats:
    """:func:`error_ratio` as an array."""
    total, bad = steps.trailing(_size(step, span))
    ratio: Floats = np.divide(bad, total, out=np.full(len(total), nan), where=total > 0)
    # Differences are rounded: beside much larger steps a ratio may come out a little beyond 0 or 1.
    np.maximum(ratio, 0.0, out=ratio)
    np.minimum(ratio, 1.0, out=ratio)
    return ratio


def burn(trend: pd.DataFrame, objective: float, step: timedelta, span: timedelta) -> pd.Series[float]:
    """Burn rate over the trailing ``span`` at each step: :func:`error_ratio` / (1 - objective).

    1 spends the budget exactly in one SLO window. ``objective`` is a fraction;
    at 1 any bad event burns infinitely fast.
    """
    return burn_rate(error_ratio(trend, step, span), objective).rename("burn")


def burn_rate(ratio: pd.Series[float], objective: float) -> pd.Series[float]:
    """Error ratios as burn rates; at an objective of 1 zero stays zero and any other ratio is infinite."""
    values: Floats = np.asarray(ratio, dtype=np.float64)
    return pd.Series(rates(values, objective), index=ratio.index, name=ratio.name)


def burns(steps: Steps, objective: float, step: timedelta, span: timedelta) -> Floats:
    """:func:`burn` as an array."""
    return rates(_ratio(steps, step, span), objective)


def rates(ratio: Floats, objective: float) -> Floats:
    """:func:`burn_rate` of an array."""
    budget = round(1 - objective, 12)
    found: Floats = ratio / budget if budget > 0 else np.where(ratio > 0, inf, ratio)
    return found


def current_burn(
    trend: pd.DataFrame,
    objective: float,
    step: timedelta,
    spans: Iterable[timedelta] = (PAGE[0].long, PAGE[1].long, TICKET[1].long),
) -> dict[timedelta, float]:
    """The burn rate over each trailing span (1 h, 6 h and 3 d) at the last step; NaN where no event is known."""
    spans = tuple(spans)
    if trend.empty:
        return dict.fromkeys(spans, nan)
    steps = Steps.of(trend)
    sizes = {span: _size(step, span) for span in spans}
    return {span: float(burns(steps.last(size), objective, step, span)[-1]) for span, size in sizes.items()}


def events_between(
    trend: pd.DataFrame, step: timedelta, starts: pd.DatetimeIndex, ends: pd.DatetimeIndex
) -> pd.DataFrame:
    """Events of the steps that overlap each span, one row a span: ``total``, ``bad``, ``known`` and ``steps``.

    ``known`` is the number of steps with a total, ``steps`` the number the span
    overlaps. A step that a span touches in part counts whole: what failed in it belongs to the trouble.
    """
    spans = instants(starts), instants(ends)
    total, bad, known = Steps.of(trend).overlapped(step, *spans)
    return pd.DataFrame({"total": total, "bad": bad, "known": known, "steps": touched(step, *spans)})
