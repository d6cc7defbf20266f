"""What is used up: how full, whether it fills, and when it is full.

A trend is looked for in the daily 95th percentile, in its last regime alone: a
step, a deletion or a leak that starts late ends what was before
(:mod:`.regimes`, :mod:`.filling`).

A series that climbs and falls back (memory that leaks until a restart, a disk
that is cleaned) has no trend across its falls. A fall from one day to the next
counts as such when it is at least three times the largest rise and a tenth of
the usual level: a quiet weekend rises again on Monday, a restart does not.
Only days since the last fall are looked at. When they are fewer than 14, the
trend is ``none`` after two or more falls: restarts keep it down.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.capacity import filling, headroom
from prodmeet_kit.analysis.capacity.filling import Filling
from prodmeet_kit.analysis.capacity.headroom import Loan
from prodmeet_kit.analysis.series import grid, trends
from prodmeet_kit.analysis.series.medians import median, quantile
from prodmeet_kit.core.window import EARLIEST, Window
from prodmeet_kit.schemas.frames import RESOURCE_SUMMARY

__all__ = ["LIMIT_NEAR_DAYS", "filling_of", "near_limit", "near_since", "summarise"]

Floats = npt.NDArray[np.float64]

LIMIT_NEAR_DAYS = 60.0
"""A limit met within about four fortnightly meetings is worth a plan."""

DAY = timedelta(days=1)

FULL = Filling("full", 0.0, 0.0, 0.0)

FALL_OVER_RISE = 3.0
FALL_OF_LEVEL = 0.1
"""What makes a fall a restart, see above. Own choice, tested on teeth of 2 to 13 days."""


WIDEST = 4.0
"""A range whose far end is later than so many times its near end gives nobody a date to plan by."""


def near_limit(resources: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The rows of ``RESOURCE_SUMMARY`` that are full, or will be within :data:`LIMIT_NEAR_DAYS`.

    A range wider than a factor of :data:`WIDEST` is left out, unless its near end lies before the next meeting.
    """
    days = resources[["days_to_full", "days_to_full_low", "days_to_full_high"]].to_numpy(np.float64)
    return resources[_near(days, window)]


def near_since(use: pd.Series[float], limits: pd.Series[float] | None, window: Window) -> pd.Timestamp:
    """The first day, at the hour of the meeting, on which :func:`near_limit` would hold the row of one resource.

    The meeting is held again on each day as far back as history goes, the oldest first, with what was known by then;
    the meeting itself where it was near on no day before. ``use`` and ``limits`` are as for :func:`summarise`.
    """
    for back in range((window.end - window.history_start) // DAY - 1, 0, -1):
        then = replace(window, start=window.start - back * DAY, end=window.end - back * DAY)
        known = use.iloc[grid.span(use.index, EARLIEST, then.end)]
        found = filling_of(known, limits, then)
        if found is not None and _near(np.array([[found.days, found.soonest, found.latest]]), then)[0]:
            return pd.Timestamp(then.end)
    return pd.Timestamp(window.end)


def filling_of(use: pd.Series[float] | None, limits: pd.Series[float] | None, window: Window) -> Filling | None:
    """When one resource is full, as :func:`summarise` says it; ``None`` without a value since the last meeting.

    ``use`` and ``limits`` are values on the grid, UTC, in the same unit.
    """
    series = grid.finite(use)
    recent = _recent(series, window)
    if series is None or recent is None:
        return None
    return _filling(series, quantile(recent, 0.95), headroom.last_known(limits, window), window)


def _near(days: Floats, window: Window) -> npt.NDArray[np.bool_]:
    """Of which rows of days until full, soonest and latest the limit is near: the rule of :func:`near_limit`."""
    full, near, far = days.T
    wide = (far > WIDEST * near) & ~(near <= window.length / timedelta(days=1))
    found: npt.NDArray[np.bool_] = (full <= LIMIT_NEAR_DAYS) & ~wide
    return found


def summarise(
    use: Mapping[str, pd.Series[float] | None],
    limits: Mapping[str, pd.Series[float] | None],
    units: Mapping[str, str],
    window: Window,
    requests: Mapping[str, pd.Series[float] | None] | None = None,
    loans: Mapping[str, Iterable[Loan]] | None = None,
    limited: Collection[str] = (),
) -> pd.DataFrame:
    """Each resource since the last meeting, as ``RESOURCE_SUMMARY``, in the order of ``use``.

    ``use`` and ``limits`` map ``service/name`` to values on the grid, UTC, in
    the same unit; ``None`` or absent when there is no answer. A limit of 0, below, or infinite is no limit; an
    infinite use counts as missing. ``requests`` is what is reserved, ``loans`` the parts of each limit that go back
    (:mod:`.headroom`). ``limited`` are those whose limit is asked for.

    ``trend`` is the first that holds: ``no_data`` (no use since the last
    meeting), ``limit_unknown`` (asked for, and no answer), ``no_limit``, ``full`` (p95 at the limit: 0 days),
    ``too_short`` (fewer than 14 days, or too few since the last step; with a soonest day alone where the last day or
    two rise far beyond all noise),
    ``none`` (the 99% interval of the slope holds zero), ``shrinking``, ``growing``. Days until full are
    known for the last: from the meeting until the busiest weekday's level meets the limit, soonest
    and latest the ends of a range; NaN where that is further off than twice the days that show it.
    """
    rows = []
    for ref, given in use.items():
        series, limit = grid.finite(given), limits.get(ref)
        row = _row(ref, series, headroom.last_known(limit, window), units.get(ref, ""), window)
        fills = row.pop("filling")
        if row["trend"] == "no_limit" and ref in limited and limit is None:
            row["trend"] = "limit_unknown"
        p95 = row.get("p95", nan)
        row |= headroom.room(series, limit, (requests or {}).get(ref), p95, window)
        lent = (loans or {}).get(ref, ())
        row |= headroom.returns(lent, row["limit"], p95, fills.level, fills.per_day, window)
        rows.append(row)
    return RESOURCE_SUMMARY.frame(rows)


def _row(ref: str, series: pd.Series[float] | None, limit: float, unit: str, window: Window) -> dict[str, Any]:
    service, name = ref.split("/", 1)
    row: dict[str, Any] = {
        "filling": Filling("no_data"),
        "service": service,
        "name": name,
        "unit": unit,
        "limit": limit,
        "trend": "no_data",
        "missing_fraction": grid.missing_fraction(series, window.start, window.end, window.step),
    }
    recent = _recent(series, window)
    if series is None or recent is None:
        return row
    p95 = quantile(recent, 0.95)
    found = _filling(series, p95, limit, window)
    return row | {
        "filling": found,
        "mean": float(recent.mean()),
        "p95": p95,
        "peak": float(recent.max()),
        "utilisation_p95": p95 / limit,
        "change_vs_previous": grid.change(series, window),
        "trend": found.trend,
        "days_to_full": found.days,
        "days_to_full_low": found.soonest,
        "days_to_full_high": found.latest,
    }


def _recent(series: pd.Series[float] | None, window: Window) -> Floats | None:
    """What is known since the last meeting; ``None`` for nothing."""
    recent = None if series is None else grid.known(series, window.start, window.end)
    return None if recent is None or not len(recent) else recent


def _filling(series: pd.Series[float], p95: float, limit: float, window: Window) -> Filling:
    if not limit > 0:
        return Filling("no_limit")
    if p95 >= limit:
        return FULL
    ordinals, days = trends.daily(series, window, quantile=0.95)
    if len(days) < trends.MIN_DAYS:
        return Filling("too_short")
    falls = _falls(days)
    if falls:
        ordinals, days = ordinals[falls[-1] :], days[falls[-1] :]
    if len(days) < trends.MIN_DAYS and len(falls) > 1:
        return Filling("none")
    meeting = window.end.astimezone(window.zone)
    places = ordinals.astype(np.float64)
    ahead = 1 - (meeting.hour * 60 + meeting.minute) / (24 * 60)  # a day's p95 stands at the day's end
    found = filling.forecast(ordinals, places + ahead, days, limit)
    return FULL if found.level >= limit else found


def _falls(days: Floats) -> list[int]:
    """Positions of the days that begin anew after a fall (see the module's rule)."""
    moves = np.diff(days)
    if not len(moves):
        return []
    limit = max(FALL_OVER_RISE * max(float(moves.max()), 0.0), FALL_OF_LEVEL * median(np.abs(days)))
    return [int(position) + 1 for position in np.flatnonzero((moves < 0) & (-moves >= limit))]
