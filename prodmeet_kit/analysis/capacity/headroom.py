"""Room up to the limit: how much is left, how often there was hardly any, and how much of the limit is to be returned.

Saturation is the share of steps whose use is above 80% (90%) of the limit of
that step: the 95th percentile hides an hour a day, this does not. A step
without a known limit takes the last known one before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import inf, isfinite, nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.series import grid
from prodmeet_kit.analysis.series.medians import quantile
from prodmeet_kit.core.window import Window, parse_time
from prodmeet_kit.schemas.capacity import RESOURCE_SUMMARY
from prodmeet_kit.schemas.frames import BORROWED

__all__ = ["Loan", "borrowed", "last_known", "returns", "room"]

NEARLY = (0.8, 0.9)
"""80%: where queues begin to grow; 90%: where they are long (M/M/1: 4 and 9 waiting for each one served)."""


@dataclass(frozen=True)
class Loan:
    """A part of a limit that must be given back at the end of the day ``until`` (product's zone)."""

    amount: float
    until: date
    from_whom: str = ""
    note: str = ""

    def due(self, window: Window) -> datetime:
        """Midnight after the last day, UTC."""
        return parse_time(datetime.combine(self.until + timedelta(days=1), time()), window.timezone)


def last_known(series: pd.Series[float] | None, window: Window) -> float:
    """The last known value until the meeting; NaN when it is not above 0 or not finite."""
    if series is None:
        return nan
    until = grid.instants(series.index).searchsorted(grid.instant(window.end), side="right")
    values = series.to_numpy(dtype=np.float64)[:until]
    known = np.flatnonzero(~np.isnan(values))
    value = float(values[known[-1]]) if len(known) else nan
    return value if value > 0 and isfinite(value) else nan


def room(
    series: pd.Series[float] | None,
    limits: pd.Series[float] | None,
    request: pd.Series[float] | None,
    p95: float,
    window: Window,
) -> dict[str, float]:
    """Headroom, saturation and use against the request of one resource: the columns of ``RESOURCE_SUMMARY``.

    ``p95`` is that since the last meeting. NaN where use, limit or request is not known.
    """
    limit, reserved = last_known(limits, window), last_known(request, window)
    found = {
        "headroom": limit - p95,
        "headroom_share": (limit - p95) / limit,
        "request": reserved,
        "request_p95": p95 / reserved,
    }
    if series is None or limits is None or not limit > 0:
        return found
    at, share = grid.instants(series.index), series.to_numpy(dtype=np.float64) / _standing(limits, series)
    for start, end, suffix in ((window.start, window.end, ""), (window.compare_start, window.start, "_previous")):
        first, last = at.searchsorted((grid.instant(start), grid.instant(end)), side="right")
        part = share[first:last]
        part = part[~np.isnan(part)]
        if len(part):
            found |= {f"saturation_{level * 100:.0f}{suffix}": float((part > level).mean()) for level in NEARLY}
            if suffix:
                found["utilisation_p95_previous"] = quantile(part, 0.95)
    return found


def _standing(limits: pd.Series[float], series: pd.Series[float]) -> npt.NDArray[np.float64]:
    """The limit of each step of the series, where none is known that of the last step before; NaN before the first."""
    if not limits.index.equals(series.index):
        limits = limits.reindex(series.index)
    values = limits.to_numpy(dtype=np.float64)
    known = (values > 0) & np.isfinite(values)
    last = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    standing: npt.NDArray[np.float64] = np.where(last >= 0, values[last], nan)
    return standing


def returns(
    loans: Iterable[Loan], limit: float, p95: float, level: float, per_day: float, window: Window
) -> dict[str, float]:
    """``borrowed``, ``limit_after_return`` and ``full_after_return`` of one resource, for ``RESOURCE_SUMMARY``.

    ``level`` is where the trend stands at the meeting, ``per_day`` its slope;
    both NaN where no trend is real: then the p95 stays as it is. What is overdue counts
    as due now. The resource is full on the first day on which use meets what is left of the limit.
    """
    due = sorted((loan.due(window), loan.amount) for loan in loans)
    if not due:
        return {"borrowed": 0.0}
    lent = sum(amount for _, amount in due)
    found = {"borrowed": lent, "limit_after_return": limit - lent, "full_after_return": nan}
    if not isfinite(limit) or not isfinite(p95):
        return found
    start, slope = (level, per_day) if per_day > 0 else (p95, 0.0)
    left, days = limit, 0.0
    for when, amount in [*due, (None, 0.0)]:
        # Until the next return the limit is what is left now.
        until = inf if when is None else max((when - window.end) / timedelta(days=1), 0.0)
        meets = days if start + slope * days >= left else (left - start) / slope if slope > 0 else inf
        if meets <= until and meets < inf:
            return found | {"full_after_return": max(meets, days)}
        left, days = left - amount, until
    return found


def borrowed(loans: Mapping[str, Iterable[Loan]], resources: pd.DataFrame, window: Window) -> pd.DataFrame:
    """What is borrowed, as ``BORROWED`` in order of return.

    ``loans`` by ``service/name``, ``resources`` is ``RESOURCE_SUMMARY``.
    """
    made = []
    for row in RESOURCE_SUMMARY.rows(resources):
        left = row["limit"]
        for loan in sorted(loans.get(f"{row['service']}/{row['name']}", ()), key=lambda each: each.until):
            due, left = loan.due(window), left - loan.amount
            made.append(
                {
                    "service": row["service"],
                    "name": row["name"],
                    "unit": row["unit"],
                    "amount": loan.amount,
                    "until": due,
                    "days_left": (due - window.end) / timedelta(days=1),
                    "overdue": due <= window.end,
                    "from_whom": loan.from_whom,
                    "note": loan.note,
                    "limit_after": left,
                    "utilisation_after": inf if left <= 0 else row["p95"] / left,
                }
            )
    return BORROWED.frame(sorted(made, key=lambda each: (each["until"], each["service"], each["name"])))
