"""What the SRE Workbook's theory says of the standard rules beyond what a report asks: to compare with."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil, inf, nan

import pandas as pd

from prodmeet_kit.analysis.alerting.standard_rules import threshold, time_to_detect
from prodmeet_kit.analysis.slo.burn_rates import TINY, Condition


def least_objective(condition: Condition) -> float:
    """The objective above which errors can burn fast enough: 1 - 1 / factor; 93.06% for 14.4x, 83.33% for 6x."""
    return 1 - 1 / condition.factor


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
    seconds, each = left * condition.short.total_seconds(), interval.total_seconds()
    return seconds if each <= 0 else ceil(round(seconds / each, 6)) * each


def first_firing(fired: pd.DataFrame, start: datetime, end: datetime) -> pd.Timestamp | None:
    """When an alert with these :func:`.fires` first told of a trouble in ``(start, end]``; ``None`` if it never did.

    One that was firing already tells of it from its start on.
    """
    telling = fired[(fired["start"] <= end) & (fired["end"] > start)]
    if telling.empty:
        return None
    return max(pd.Timestamp(telling["start"].iloc[0]), pd.Timestamp(start))
