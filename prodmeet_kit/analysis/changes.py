"""Planned changes: which start before the next meeting, which were made, which are in each other's way."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import pandas as pd

from prodmeet_kit.analysis import matching
from prodmeet_kit.frames import CHANGES, COLLISIONS, UPCOMING
from prodmeet_kit.window import Window

__all__ = ["collisions", "past", "upcoming"]


def upcoming(
    changes: pd.DataFrame, window: Window, horizon: timedelta, summary: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The changes that start within ``horizon`` from this meeting on, as ``UPCOMING`` in order of start.

    ``changes`` is ``CHANGES``, ``horizon`` the time until the next meeting,
    ``summary`` ``SLO_SUMMARY``. Each has ``warnings``, a list of codes:

    - ``collides:<id>``: see :func:`collisions`; the other change may start at any time;
    - ``budget_spent:<service/slo>``: an SLO of its services, or any when it
      names none, is BAD: changes wait but for urgent repairs (SRE Workbook, appendix B).
    """
    begins = (changes["start"] >= window.end) & (changes["start"] < window.end + horizon)
    spent = summary[summary["state"] == "BAD"] if summary is not None else None
    clashes = collisions(changes)
    rows = []
    for change in changes[begins].sort_values(["start", "id"]).to_dict("records"):
        here = clashes[(clashes["first"] == change["id"]) | (clashes["second"] == change["id"])]
        others = here["first"].where(here["first"] != change["id"], here["second"])
        warnings = [f"collides:{other}" for other in others]
        if spent is not None:
            bad = spent[matching.about(spent, change["services"])]
            warnings += [f"budget_spent:{s}/{name}" for s, name in zip(bad["service"], bad["name"], strict=True)]
        rows.append({**{str(column): value for column, value in change.items()}, "warnings": warnings})
    return UPCOMING.frame(rows)


def past(changes: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The changes that started since the last meeting, as ``CHANGES`` in order of start."""
    recent = matching.started(changes, window.start, window.end)
    return CHANGES.check(recent.sort_values(["start", "id"], ignore_index=True))


def collisions(changes: pd.DataFrame) -> pd.DataFrame:
    """Pairs of changes that overlap in time and share a service, or name none both; ``COLLISIONS``.

    A change lasts from ``start`` up to ``end``, which it no longer includes;
    one without a known end is a moment. Two that start together always overlap.
    """
    ordered = changes.sort_values(["start", "id"]).to_dict("records")
    rows = []
    for first, second in combinations(ordered, 2):
        shared = sorted(set(first["services"]) & set(second["services"]))
        unnamed = len(first["services"]) == 0 and len(second["services"]) == 0
        if not shared and not unnamed:
            continue
        ends = [change["start"] if pd.isna(change["end"]) else change["end"] for change in (first, second)]
        if second["start"] < ends[0] or second["start"] == first["start"]:
            end = max(min(ends), second["start"])
            rows.append(
                {"first": first["id"], "second": second["id"], "services": shared, "start": second["start"], "end": end}
            )
    return COLLISIONS.frame(rows)
