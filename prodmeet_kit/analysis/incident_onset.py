"""When an incident began as the SLIs saw it, beside the start that people wrote."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from prodmeet_kit.analysis import matching

__all__ = ["BEFORE", "Onset", "onset"]

BEFORE = timedelta(hours=2)
"""An SLO event that ended longer than this before the start that people wrote is another trouble."""


@dataclass(frozen=True)
class Onset:
    """The first SLO that burned (``service/name``) and since when; ``None`` and empty where none did."""

    moment: datetime | None = None
    slo: str = ""


def onset(events: pd.DataFrame, services: Collection[str], start: datetime, end: datetime) -> Onset:
    """The earliest onset of the SLO events (``SLO_EVENTS``) of these services that overlap ``[start - 2 h, end]``.

    An incident that names no service may be any service's. Of two SLOs with the
    same onset the one that paid more of its budget is named.
    """
    own = events[matching.about(events, services) & (events["onset"] <= end) & (events["end"] >= start - BEFORE)]
    if own.empty:
        return Onset()
    first = own.sort_values(["onset", "budget_spent", "id"], ascending=[True, False, True]).iloc[0]
    return Onset(first["onset"], f"{first['service']}/{first['slo']}")
