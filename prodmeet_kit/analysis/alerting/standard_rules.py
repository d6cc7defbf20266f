"""The standard rules on burn rates: what they can see, how fast they fire, and when they would have fired.

The rules are the conditions of :mod:`.burn_rates` (SRE Workbook, ch. 5, section
"Multiwindow, Multi-Burn-Rate Alerts"). The theory holds for steady traffic and
one error ratio that begins after a time without errors; times are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from math import ceil, inf

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.burn_rates import PAGE, TICKET, TINY, Condition

__all__ = [
    "ALL",
    "can_fire",
    "fires",
    "possible",
    "threshold",
    "time_to_detect",
]

ALL = (*PAGE, *TICKET)
"""The standard rules, most urgent first."""


def threshold(objective: float, condition: Condition) -> float:
    """The error ratio from which the condition can hold: factor * (1 - objective)."""
    return round(condition.factor * (1 - objective), 12)


def can_fire(objective: float, condition: Condition) -> bool:
    """Whether a total outage would make the condition hold: its threshold is below an error ratio of 1."""
    return 0 <= threshold(objective, condition) < 1


def possible(target: SloTarget, conditions: Iterable[Condition] = ALL) -> tuple[Condition, ...]:
    """The conditions that can fire for this SLO at all."""
    return tuple(condition for condition in conditions if can_fire(target.objective, condition))


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
