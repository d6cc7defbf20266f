"""Planned changes: which start before the next meeting, which were made, which are in each other's way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.series import matching
from prodmeet_kit.analysis.series.grid import numbers
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import CHANGES, COLLISIONS, UPCOMING

__all__ = ["PEAK", "Closed", "collisions", "past", "to_come", "upcoming"]

PEAK = 1.1
"""An hour is the peak of its weekday from so many times the mean of the day; a flat day has none."""

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

Closed = tuple[datetime, datetime, str]
"""Begin and end in UTC of a time in which changes wait, and the code of why."""


def upcoming(
    changes: pd.DataFrame,
    window: Window,
    horizon: timedelta,
    summary: pd.DataFrame | None = None,
    closed: Sequence[Closed] = (),
    hours: Mapping[str, pd.DataFrame | None] | None = None,
) -> pd.DataFrame:
    """The changes that start within ``horizon`` from this meeting on, as ``UPCOMING`` in order of start.

    ``changes`` is ``CHANGES``, ``horizon`` the time until the next meeting,
    ``summary`` ``SLO_SUMMARY``, ``closed`` freezes and holidays, ``hours`` the means of
    each load by hour and weekday (:func:`.load_patterns.hour_by_weekday`) by ``service/name``.
    Each change has ``warnings``, a list of codes:

    - ``collides:<id>``: see :func:`collisions`; the other change may start at any time;
    - ``budget_spent:<service/slo>``: an SLO of its services, or any when it
      names none, is BAD by more than chance gives: changes wait but for urgent repairs (SRE Workbook, appendix B);
    - ``freeze:<reason>``, ``holiday:<name>``: the code of a time of ``closed`` that it touches;
    - ``peak_hour:<hour>:<service/load>``: it holds the hour of its weekday at
      which a load of its services is usually highest (product's zone; see :data:`PEAK`).
      A change of a day or more holds every hour, so that this says nothing of it.
    """
    begins = (changes["start"] >= window.end) & (changes["start"] < window.end + horizon)
    spent = summary[(summary["state"] == "BAD") & ~summary["within_chance"]] if summary is not None else None
    clashes = collisions(changes)
    rows = []
    others: dict[str, list[str]] = {}
    for first, second in zip(clashes["first"], clashes["second"], strict=True):
        others.setdefault(first, []).append(second)
        others.setdefault(second, []).append(first)
    for change in CHANGES.rows(changes[begins].sort_values(["start", "id"])):
        warnings = [f"collides:{other}" for other in others.get(change["id"], [])]
        if spent is not None:
            bad = spent[matching.about(spent, change["services"])]
            warnings += [f"budget_spent:{s}/{name}" for s, name in zip(bad["service"], bad["name"], strict=True)]
        warnings += _closed(change, closed)
        warnings += [f"peak_hour:{hour}:{ref}" for ref, hour in _peaks(change, hours or {}, window)]
        rows.append({**change, "warnings": warnings})
    return UPCOMING.frame(rows)


def _ends(change: Mapping[Any, Any]) -> tuple[pd.Timestamp, pd.Timestamp]:
    return change["start"], change["start"] if pd.isna(change["end"]) else change["end"]


def _closed(change: Mapping[Any, Any], closed: Sequence[Closed]) -> list[str]:
    """The codes of the freezes and holidays that the change touches, each once."""
    start, end = _ends(change)
    touched = (code for begin, over, code in closed if start < over and (end > begin or start >= begin))
    return list(dict.fromkeys(touched))


def _peaks(
    change: Mapping[Any, Any], hours: Mapping[str, pd.DataFrame | None], window: Window
) -> list[tuple[str, int]]:
    """Each load of the change's services whose usual peak hour it holds, with the hour."""
    start, end = _ends(change)
    if end - start >= _DAY:
        return []
    first = start.tz_convert(window.zone)
    held = {(first.day_of_week, first.hour)}
    moment = start + _HOUR - timedelta(minutes=first.minute, seconds=first.second)
    while moment < end:
        local = moment.tz_convert(window.zone)
        held.add((local.day_of_week, local.hour))
        moment += _HOUR
    found = []
    for ref, table in hours.items():
        if table is None or (len(change["services"]) and ref.partition("/")[0] not in change["services"]):
            continue
        for weekday in sorted({weekday for weekday, _ in held}):
            day = numbers(table[weekday])
            hour = int(np.nan_to_num(day).argmax())
            if (weekday, hour) in held and not np.isnan(day).any() and day.max() >= PEAK * day.mean() > 0:
                found.append((ref, hour))
    return list(dict.fromkeys(found))


def past(changes: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The changes that started since the last meeting, as ``CHANGES`` in order of start."""
    recent = matching.started(changes, window.start, window.end)
    return CHANGES.check(recent.sort_values(["start", "id"], ignore_index=True))


def to_come(changes: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The changes that are not over at the meeting, as ``CHANGES`` in order of start; without an end it is a moment."""
    over = changes["end"].fillna(changes["start"])
    ahead = changes[(changes["start"] >= window.end) | (over > window.end)]
    return CHANGES.check(ahead.sort_values(["start", "id"], ignore_index=True))


def collisions(changes: pd.DataFrame) -> pd.DataFrame:
    """Pairs of changes that overlap in time and share a service, or name none both; ``COLLISIONS``.

    A change lasts from ``start`` up to ``end``, which it no longer includes;
    one without a known end is a moment. Two that start together always overlap.
    """
    ordered = CHANGES.rows(changes.sort_values(["start", "id"]))
    rows = []
    for first, second in combinations(ordered, 2):
        shared = sorted(set(first["services"]) & set(second["services"]))
        unnamed = len(first["services"]) == 0 and len(second["services"]) == 0
        if not shared and not unnamed:
            continue
        ends = [_ends(change)[1] for change in (first, second)]
        if second["start"] < ends[0] or second["start"] == first["start"]:
            end = max(min(ends), second["start"])
            rows.append(
                {"first": first["id"], "second": second["id"], "services": shared, "start": second["start"], "end": end}
            )
    return COLLISIONS.frame(rows)
