"""When an incident began as the SLIs saw it, beside the start that people wrote."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import nan
from typing import Any

import pandas as pd

from prodmeet_kit.analysis import matching
from prodmeet_kit.analysis.time_ranges import Between, onset_between
from prodmeet_kit.frames import rows

__all__ = ["BEFORE", "Onset", "onset"]

BEFORE = timedelta(hours=2)
"""An SLO event that ended longer than this before the start that people wrote is another trouble."""


@dataclass(frozen=True)
class Onset:
    """The first SLO that burned (``service/name``) and since when; ``None`` and empty where none did.

    ``earliest`` to ``latest`` hold the moment: an onset is known to a range (:mod:`.event_times`).
    """

    moment: datetime | None = None
    slo: str = ""
    earliest: datetime | None = None
    latest: datetime | None = None

    def until(self, moment: Any) -> Between:
        """Seconds from the onset to a moment, the least and the most; NaN where either is not known."""
        if self.earliest is None or self.latest is None or pd.isna(moment):
            return nan, nan
        return (moment - self.latest).total_seconds(), (moment - self.earliest).total_seconds()


def onset(events: pd.DataFrame, services: Collection[str], start: datetime, end: datetime) -> Onset:
    """The earliest onset of the SLO events (``SLO_EVENTS``) of these services that overlap ``[start - 2 h, end]``.

    An incident that names no service may be any service's. Of two SLOs with the
    same onset the one that paid more of its budget is named.
    """
    own = events[matching.about(events, services) & (events["onset"] <= end) & (events["end"] >= start - BEFORE)]
    if own.empty:
        return Onset()
    first = rows(own.sort_values(["onset", "budget_spent", "id"], ascending=[True, False, True]).head(1))[0]
    return Onset(first["onset"], f"{first['service']}/{first['slo']}", *onset_between(first))
