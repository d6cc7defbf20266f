"""Which alerts, incidents and SLO events are about the same outage: by service and by time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import pandas as pd

from prodmeet_kit.analysis.series import grid

__all__ = ["ServiceOf", "about", "by_label", "during", "started", "touches"]

NAT = pd.NaT.value
"""What an instant that is not known is in nanoseconds: below all others."""

ServiceOf: TypeAlias = Callable[[str, Mapping[str, str], str], str]
"""The service an alert is about, from its name, its labels and the key of its source; empty where none is named."""


def by_label(alert: str, labels: Mapping[str, str], source: str = "") -> str:  # noqa: ARG001 - any ``ServiceOf`` has these
    """The label ``service`` itself."""
    return labels.get("service", "")


def about(alerts: pd.DataFrame, services: Collection[str]) -> pd.Series[bool]:
    """Rows that may concern these services: their service is among them, or they name none, or no service is given."""
    if len(services) == 0:
        return pd.Series(True, index=alerts.index)
    return alerts["service"].isin(list(services)) | (alerts["service"] == "")


def touches(services: pd.Series[Any], service: str) -> pd.Series[bool]:
    """Whether each list of services holds this one; a list that names none may mean any."""
    return pd.Series([len(names) == 0 or service in names for names in services], index=services.index, dtype=bool)


def during(rows: pd.DataFrame, start: datetime, end: datetime) -> pd.Series[bool]:
    """Rows whose own ``start`` to ``end`` touches the span; an end that is not known lies ahead."""
    begins, ends = grid.instants(rows["start"]), grid.instants(rows["end"])
    inside = (begins <= grid.instant(end)) & (begins != NAT) & ((ends >= grid.instant(start)) | (ends == NAT))
    return pd.Series(inside, index=rows.index)


def started(rows: pd.DataFrame, start: datetime, end: datetime, column: str = "start") -> pd.DataFrame:
    """Rows that began in ``[start, end)``, numbered anew: what begins at a meeting belongs to the next."""
    begins = grid.instants(rows[column])
    return rows[(begins >= grid.instant(start)) & (begins < grid.instant(end))].reset_index(drop=True)
