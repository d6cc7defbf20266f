"""Pages by alert: a meeting judges groups, not two hundred single pages."""

from __future__ import annotations

import pandas as pd

from prodmeet_kit.analysis import matching
from prodmeet_kit.frames import PAGE_GROUPS
from prodmeet_kit.window import Window

__all__ = ["groups", "since_last"]

_ORDER = ("late", "noise", "wrong_way", "could_wait", "unclear", "duplicate", "maintenance", "right")
"""Groups that ask for a decision come first."""


def since_last(pages: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The pages (``PAGES``) that began since the last meeting."""
    return matching.started(pages, window.start, window.end)


def groups(pages: pd.DataFrame) -> pd.DataFrame:
    """The pages (``PAGES``) by alert, service and suggested verdict, as ``PAGE_GROUPS``.

    One alert that was once right and often noise is two groups: the first says
    why it exists, the second what is wrong with it.
    """
    rows = []
    for (alert, service, verdict), group in pages.groupby(["alert", "service", "suggested_verdict"], sort=False):
        rows.append(
            {
                "alert": alert,
                "service": service,
                "suggested_verdict": verdict,
                "reason": group["reason"].mode().iloc[0],
                "count": len(group),
                "caught": int(group["outages"].map(bool).sum()),
                "first": group["start"].min(),
                "last": group["start"].max(),
                "median_duration_s": group["duration_s"].median(),
            }
        )
    rank = {verdict: position for position, verdict in enumerate(_ORDER)}
    rows.sort(
        key=lambda row: (rank.get(row["suggested_verdict"], len(rank)), -row["count"], row["alert"], row["service"])
    )
    return PAGE_GROUPS.frame(rows)
