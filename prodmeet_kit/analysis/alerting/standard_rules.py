"""The standard rules on burn rates: what they can see, how fast they fire and reset, and when they would have fired.

The rules are the conditions of :mod:`.burn_rates` (SRE Workbook, ch. 5, section
"Multiwindow, Multi-Burn-Rate Alerts"). The theory holds for steady traffic and
one error ratio that begins after a time without errors; times are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil, inf, nan

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.burn_rates import PAGE, TICKET, TINY, Condition

__all__ = [
    "ALL",
    "budget_when_fired",
    "can_fire",
    "fewest_bad",
    "fires",
    "first_firing",
    "least_objective",
    "one_failure_trips_below",
    "possible",
    "threshold",
    "time_to_detect",
    "time_to_reset",
]

ALL = (*PAGE, *TICKET)
"""The standard rules, most urgent first."""


def threshold(objective: float, condition: Condition) -> float:
    """The error ratio from which the condition can hold: factor * (1 - objective)."""
    return round(condition.factor * (1 - objective), 12)


def least_objective(condition: Condition) -> float:
    """The objective above which errors can burn fast enough: 1 - 1 / factor; 93.06% for 14.4x, 83.33% for 6x."""
    return 1 - 1 / condition.factor


def can_fire(objective: float, condition: Condition) -> bool:
    """Whether a total outage would make the condition hold: its threshold is below an error ratio of 1."""
    return 0 <= threshold(objective, condition) < 1


def possible(target: SloTarget, conditions: Iterable[Condition] = ALL) -> tuple[Condition, ...]:
    """The conditions that can fire for this SLO at all."""
    return tuple(condition for condition in conditions if can_fire(target.objective, condition))


def budget_when_fired(condition: Condition, window: timedelta) -> float:
    """Share of the error budget of an SLO window that is gone when the condition first holds: factor * long / window.

    2% for 14.4x/1h and 30 days, 2.14% and 28 days (SRE Workbook, ch. 5, "Alert on Burn Rate").
    """
    return condition.factor * (condition.long / window)


def fewest_bad(total: float, objective: float, condition: Condition) -> int:
    """How few bad events among ``total`` in the long window make it hold: a guard for services of little traffic."""
    return max(1, ceil(threshold(objective, condition) * total * (1 - TINY)))


def one_failure_trips_below(objective: float, condition: Condition) -> float:
    """Events in the long window up to which one failed request alone makes it hold: 1 / (factor * (1 - objective)).

    69 an hour for 14.4x at 99.9% (SRE Workbook, ch. 5, "Low-Traffic Services and Error Budget Alerting").
    """
    limit = threshold(objective, condition)
    return 1 / limit if limit > 0 else inf


def time_to_detect(
    error_ratio: float, objective: float, condition: Condition, interval: timedelta = timedelta()
) -> float:
    """Seconds from the onset of a constant error ratio until the condition holds; infinite when it never does.

    The long window decides, since the share of it with errors grows slower:
    (1 - objective) / error ratio * factor * long (SRE Workbook, ch. 5, "Alert
    on Burn Rate"). At the very threshold that is the whole long window. With an
    ``interval`` the answer is the first evaluation at which it holds.
    """
    limit = threshold(objective, condition)
    if not error_ratio > 0 or error_ratio < limit * (1 - TINY):
        return inf
    return _evaluated(min(limit / error_ratio, 1.0) * condition.long.total_seconds(), interval)


def time_to_reset(
    error_ratio: float, objective: float, condition: Condition, interval: timedelta = timedelta()
) -> float:
    """Seconds from the end of a constant error ratio until the condition no longer holds; NaN when it never held.

    The short window decides: short * (1 - factor * (1 - objective) / error
    ratio). It does not matter how long the errors went on: at the end of any
    that were found the short window is as full of them as it has to be. With an
    ``interval`` the answer is the first evaluation at which it is over.
    """
    if time_to_detect(error_ratio, objective, condition) == inf:
        return nan
    left = max(0.0, 1 - threshold(objective, condition) / error_ratio)
    return _evaluated(left * condition.short.total_seconds(), interval)


def _evaluated(seconds: float, interval: timedelta) -> float:
    each = interval.total_seconds()
    return seconds if each <= 0 else ceil(round(seconds / each, 6)) * each


def fires(trend: pd.DataFrame, objective: float, step: timedelta, condition: Condition) -> pd.DataFrame:
    """The intervals in which the condition held over a ``[total, bad]`` trend: ``start`` and ``end``, UTC.

    ``start`` is the first step at which it held, ``end`` the first at which it
    no longer did; where it holds to the end of the trend, one step after that.
    """
    index = pd.DatetimeIndex(trend.index)
    held = condition.holds(trend, objective, step).to_numpy().astype(np.int8)
    turns = np.diff(np.concatenate([[0], held, [0]]))
    first, last = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1) - 1
    return pd.DataFrame({"start": index[first], "end": index[last] + step})


def first_firing(fired: pd.DataFrame, start: datetime, end: datetime) -> pd.Timestamp | None:
    """When an alert with these :func:`fires` first fired for a burn in ``(start, end]``; ``None`` if it never did.

    One that was firing already tells of it from its start on.
    """
    telling = fired[(fired["start"] <= end) & (fired["end"] > start)]
    if telling.empty:
        return None
    return max(pd.Timestamp(telling["start"].iloc[0]), pd.Timestamp(start))
