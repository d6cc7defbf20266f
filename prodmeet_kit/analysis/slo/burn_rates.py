"""When the error budget burned: ratios over trailing spans of a trend, and the conditions worth an alert.

A trend is a frame ``[total, bad]`` of events in each step on the regular grid:
the value at ``t`` counts ``(t - step, t]``; a gap is NaN. A bad series may be
missing where the total is there: then nothing failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import inf, nan

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = [
    "PAGE",
    "TICKET",
    "Condition",
    "burn",
    "burn_rate",
    "current_burn",
    "drawn",
    "error_ratio",
    "events",
    "events_between",
]

Floats = npt.NDArray[np.float64]

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
        """Whether the condition holds at each step."""
        limit = self.factor * (1 - TINY)
        sums = _running(trend)
        long, short = (_burn(_ratio(sums, step, span), objective) >= limit for span in (self.long, self.short))
        return pd.Series(long & short, index=trend.index)


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
    total, bad = _cleaned(trend)
    return pd.DataFrame({"total": total, "bad": bad}, index=trend.index)


def _cleaned(trend: pd.DataFrame) -> tuple[Floats, Floats]:
    """``total`` and ``bad`` of :func:`events` as arrays: charts and conditions ask for them hundreds of times."""
    total = np.maximum(trend["total"].to_numpy(dtype=np.float64), 0.0)
    bad = np.fmax(trend["bad"].to_numpy(dtype=np.float64), 0.0)  # fmax takes 0 for NaN
    return total, np.minimum(bad, total)


def error_ratio(trend: pd.DataFrame, step: timedelta, span: timedelta) -> pd.Series[float]:
    """Sum of bad / sum of total over the trailing ``span`` at each step.

    Steps without a total are left out of both sums; NaN where no event is known
    in the span. A span shorter than a step is one step; at the begin of the
    data it is what is there, as an alerting rule would see it.
    """
    return pd.Series(_ratio(_running(trend), step, span), index=trend.index, name="error_ratio")


def drawn(values: pd.DataFrame, trend: pd.DataFrame, step: timedelta, span: timedelta) -> pd.DataFrame:
    """``values`` at the steps of ``trend``, NaN where no total is known in the trailing ``span``.

    For a chart: a ratio over six hours is still told an hour after the last sample, and would draw a line where
    nobody has seen anything.
    """
    known = trend["total"].notna().rolling(max(1, round(span / step)), min_periods=1).max() > 0
    return values.where(known)


def _running(trend: pd.DataFrame) -> tuple[Floats, Floats]:
    """Running sums of ``total`` and ``bad``; what is not known adds nothing."""
    total, bad = (np.cumsum(np.fmax(values, 0.0)) for values in _cleaned(trend))
    return total, bad


def _ratio(sums: tuple[Floats, Floats], step: timedelta, span: timedelta) -> Floats:
    """:func:`error_ratio` from running sums. Over steps without events their difference is exactly 0."""
    size = max(1, round(span / step))
    total, bad = (np.concatenate([each[:size], each[size:] - each[:-size]]) for each in sums)
    ratio = np.divide(bad, total, out=np.full(len(total), nan), where=total > 0)
    # Differences are rounded: beside much larger steps a ratio may come out a little beyond 0 or 1.
    clipped: Floats = np.clip(ratio, 0.0, 1.0)
    return clipped


def burn(trend: pd.DataFrame, objective: float, step: timedelta, span: timedelta) -> pd.Series[float]:
    """Burn rate over the trailing ``span`` at each step: :func:`error_ratio` / (1 - objective).

    1 spends the budget exactly in one SLO window. ``objective`` is a fraction;
    at 1 any bad event burns infinitely fast.
    """
    return burn_rate(error_ratio(trend, step, span), objective).rename("burn")


def burn_rate(ratio: pd.Series[float], objective: float) -> pd.Series[float]:
    """Error ratios as burn rates; at an objective of 1 zero stays zero and any other ratio is infinite."""
    values: Floats = np.asarray(ratio, dtype=np.float64)
    return pd.Series(_burn(values, objective), index=ratio.index, name=ratio.name)


def _burn(ratio: Floats, objective: float) -> Floats:
    budget = round(1 - objective, 12)
    rates: Floats = ratio / budget if budget > 0 else np.where(ratio > 0, inf, ratio)
    return rates


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
    return {
        span: float(burn(trend.iloc[-max(1, round(span / step)) :], objective, step, span).iloc[-1]) for span in spans
    }


def events_between(
    trend: pd.DataFrame, step: timedelta, starts: pd.DatetimeIndex, ends: pd.DatetimeIndex
) -> pd.DataFrame:
    """Events of the steps that overlap each span, one row a span: ``total``, ``bad``, ``known`` and ``steps``.

    ``known`` is the number of steps with a total, ``steps`` the number the span
    overlaps. A step that a span touches in part counts whole: what failed in it belongs to the trouble.
    """
    index = pd.DatetimeIndex(trend.index)
    first = index.searchsorted(starts, side="right")
    last = np.maximum(index.searchsorted(ends + step, side="left"), first)
    clean = events(trend)

    def summed(values: pd.Series[float]) -> npt.NDArray[np.float64]:
        # Sums of slices, not differences of running sums: where nothing happened the sum is exactly zero.
        padded = np.append(values.to_numpy(dtype=np.float64), 0.0)
        parts = np.add.reduceat(padded, np.column_stack([first, last]).ravel())[::2]
        return np.where(first < last, parts, 0.0)

    return pd.DataFrame(
        {
            "total": summed(clean["total"].fillna(0.0)),
            "bad": summed(clean["bad"].fillna(0.0)),
            "known": summed(clean["total"].notna().astype("float64")),
            "steps": (ends.ceil(step) - starts.floor(step)) / step,
        }
    )
