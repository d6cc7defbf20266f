"""What is used up: how full, whether it fills, when it is full, and what a unit of load costs.

A trend is looked for in the daily 95th percentile, between days of the same
weekday only: a weekly rhythm is no trend (:mod:`.trends`).

A series that climbs and falls back (memory that leaks until a restart, a disk
that is cleaned) has no trend across its falls. A fall from one day to the next
counts as such when it is at least three times the largest rise and a tenth of
the usual level: a quiet weekend rises again on Monday, a restart does not.
Only days since the last fall are looked at. When they are fewer than 14, the
trend is ``none`` after two or more falls (restarts keep it down) and
``too_short`` after one.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, nan
from typing import NamedTuple

import numpy as np
import pandas as pd

from prodmeet_kit.analysis import grid, trends
from prodmeet_kit.frames import EFFICIENCY, RESOURCE_SUMMARY
from prodmeet_kit.window import Window

__all__ = ["LIMIT_NEAR_DAYS", "efficiency", "summarise"]

LIMIT_NEAR_DAYS = 60.0
"""A limit met within about four fortnightly meetings is worth a plan."""

FALL_OVER_RISE = 3.0
FALL_OF_LEVEL = 0.1
"""What makes a fall a restart, see above. Own choice, tested on teeth of 2 to 13 days."""


class _Filling(NamedTuple):
    trend: str
    days: float = nan
    soonest: float = nan
    latest: float = nan


def summarise(
    use: Mapping[str, pd.Series[float] | None],
    limits: Mapping[str, pd.Series[float] | None],
    units: Mapping[str, str],
    window: Window,
) -> pd.DataFrame:
    """Each resource since the last meeting, as ``RESOURCE_SUMMARY``, in the order of ``use``.

    ``use`` and ``limits`` map ``service/name`` to values on the grid, UTC, in
    the same unit; ``None`` or absent when there is no answer. A limit of 0, below, or infinite is no limit.

    ``trend`` is the first that holds: ``no_data`` (no use since the last
    meeting), ``no_limit``, ``full`` (p95 at the limit: 0 days), ``too_short``
    (fewer than 14 days), ``none`` (the 95% interval of the slope holds zero),
    ``shrinking``, ``growing``. Days until full are known for the last alone:
    from the meeting until the busiest weekday's level meets the limit, soonest
    and latest from the ends of the slope's interval.
    """
    return RESOURCE_SUMMARY.frame(
        _row(ref, series, _last(limits.get(ref), window), units.get(ref, ""), window) for ref, series in use.items()
    )


def efficiency(
    use: Mapping[str, pd.Series[float] | None],
    load: Mapping[str, pd.Series[float] | None],
    use_units: Mapping[str, str],
    load_units: Mapping[str, str],
    window: Window,
) -> pd.DataFrame:
    """Each resource of a service per each of its loads, as ``EFFICIENCY``.

    Sum of use / sum of load over the steps where both are known, since the
    last meeting and over the window before; NaN without load.
    """
    rows = []
    for resource, used in use.items():
        for demand, loaded in load.items():
            service, name = resource.split("/", 1)
            if used is None or loaded is None or demand.split("/", 1)[0] != service:
                continue
            both = pd.DataFrame({"use": used, "load": loaded}).dropna()
            now, before = (_per_load(cut(both, window)) for cut in (grid.since, grid.previous))
            rows.append(
                {
                    "service": service,
                    "resource": name,
                    "load": demand.split("/", 1)[1],
                    "unit": f"{use_units.get(resource, '')} per {load_units.get(demand, '')}".strip(),
                    "per_load": now,
                    "per_load_previous": before,
                    "change": now / before - 1 if before > 0 else nan,
                }
            )
    return EFFICIENCY.frame(rows)


def _per_load(both: pd.DataFrame) -> float:
    load = float(both["load"].sum())
    return float(both["use"].sum()) / load if load > 0 else nan


def _last(limit: pd.Series[float] | None, window: Window) -> float:
    known = None if limit is None else limit[limit.index <= window.end].dropna()
    if known is None or known.empty:
        return nan
    value = float(known.iloc[-1])
    return value if value > 0 and isfinite(value) else nan


def _row(ref: str, series: pd.Series[float] | None, limit: float, unit: str, window: Window) -> dict[str, object]:
    service, name = ref.split("/", 1)
    row: dict[str, object] = {
        "service": service,
        "name": name,
        "unit": unit,
        "limit": limit,
        "trend": "no_data",
        "missing_fraction": grid.missing_fraction(series, window.start, window.end, window.step),
    }
    recent = None if series is None else grid.since(series, window).dropna()
    if series is None or recent is None or recent.empty:
        return row
    p95 = float(recent.quantile(0.95))
    filling = _filling(series, p95, limit, window)
    return row | {
        "mean": recent.mean(),
        "p95": p95,
        "peak": recent.max(),
        "utilisation_p95": p95 / limit,
        "change_vs_previous": grid.change(series, window),
        "trend": filling.trend,
        "days_to_full": filling.days,
        "days_to_full_low": filling.soonest,
        "days_to_full_high": filling.latest,
    }


def _filling(series: pd.Series[float], p95: float, limit: float, window: Window) -> _Filling:
    if not limit > 0:
        return _Filling("no_limit")
    if p95 >= limit:
        return _Filling("full", 0.0, 0.0, 0.0)
    days = trends.daily(series, window, quantile=0.95)
    falls = _falls(days)
    days = days.iloc[falls[-1] :] if falls else days
    if len(days) < trends.MIN_DAYS:
        return _Filling("none" if len(falls) > 1 else "too_short")
    slope = trends.theil_sen(days)
    if slope is None or not slope.real:
        return _Filling("none")
    if slope.per_day < 0:
        return _Filling("shrinking")
    room = limit - _level(days, slope.per_day, window)
    if room <= 0:
        return _Filling("full", 0.0, 0.0, 0.0)
    return _Filling("growing", room / slope.per_day, room / slope.high, room / slope.low)


def _falls(days: pd.Series[float]) -> list[int]:
    """Positions of the days that begin anew after a fall (see the module's rule)."""
    moves = np.diff(days.to_numpy())
    if not len(moves):
        return []
    limit = max(FALL_OVER_RISE * max(float(moves.max()), 0.0), FALL_OF_LEVEL * float(np.median(np.abs(days))))
    return [int(position) + 1 for position in np.flatnonzero((moves < 0) & (-moves >= limit))]


def _level(days: pd.Series[float], per_day: float, window: Window) -> float:
    """Where the slope stands at the meeting on the busiest weekday; a day's p95 stands at the day's end."""
    ordinals = np.asarray(days.index, dtype=np.float64)
    flat = pd.Series(days.to_numpy() - per_day * (ordinals + 1))
    meeting = window.end.astimezone(window.zone)
    position = (meeting.hour * 60 + meeting.minute) / (24 * 60)
    return float(flat.groupby(np.mod(ordinals, trends.WEEK)).median().max()) + per_day * position
