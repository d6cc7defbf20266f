"""Pages by alert: a meeting judges groups, not two hundred single pages."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from prodmeet_kit.analysis.paging.quality import tells
from prodmeet_kit.analysis.series import matching
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import PAGE_GROUPS

__all__ = ["groups", "since_last", "verdict_of"]

_ORDER = ("late", "noise", "wrong_way", "could_wait", "unclear", "duplicate", "maintenance", "right")
"""Groups that ask for a decision come first."""


def since_last(pages: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The pages (``PAGES``) that began since the last meeting."""
    return matching.started(pages, window.start, window.end)


def groups(pages: pd.DataFrame) -> pd.DataFrame:
    """The pages (``PAGES``) by alert and service, as ``PAGE_GROUPS``: one row for each alert.

    ``verdicts`` says how many of its pages came to which verdict; :func:`verdict_of` makes one of them.
    """
    rows = []
    for (alert, service), group in pages.groupby(["alert", "service"], sort=False):
        verdict = verdict_of(group)
        shown = group["shown_verdict"].where(group["shown_verdict"] != "", group["suggested_verdict"])
        counts = Counter(str(each) for each in shown)
        rows.append(
            {
                "alert": alert,
                "service": service,
                "suggested_verdict": verdict,
                "reason": group.loc[group["suggested_verdict"] == verdict, "reason"].mode().iloc[0],
                "count": len(group),
                "verdicts": dict(sorted(counts.items(), key=lambda each: (-each[1], _rank(each[0])))),
                "of_verdict": counts[verdict],
                "caught": int(tells(group).sum()),
                "first": group["start"].min(),
                "last": group["start"].max(),
                "median_duration_s": group["duration_s"].median(),
            }
        )
    rows.sort(key=lambda row: (_rank(row["suggested_verdict"]), -row["count"], row["alert"], row["service"]))
    return PAGE_GROUPS.frame(rows)


def verdict_of(pages: pd.DataFrame) -> str:
    """The suggested verdict of one alert by those of its pages (``PAGES``).

    First that holds:

    - at least half of them told of an outage: ``late`` where more were late than right, else ``right``; ``duplicate``
      where others always told before;
    - its rule reads an SLI that burned slowly: ``could_wait``, however often it fired beside;
    - the verdict of most of them, the more pressing of two.
    """
    counts = Counter(str(verdict) for verdict in pages["suggested_verdict"])
    right, late = counts["right"], counts["late"]
    if 2 * (right + late + counts["duplicate"]) >= len(pages):
        return "late" if late > right else "right" if right else "duplicate"
    if (pages["reason"] == "slow_burn").any():
        return "could_wait"
    return min(counts, key=lambda verdict: (-counts[verdict], _rank(verdict)))


def _rank(verdict: str) -> int:
    return _ORDER.index(verdict) if verdict in _ORDER else len(_ORDER)
