"""Alert rules and silences: shown beside the alerts, without an agenda item of their own."""

from __future__ import annotations

from prodmeet_kit.kinds.kind import Kind, Record
from prodmeet_kit.schemas import frames

__all__ = ["KIND", "SECTION"]

SECTION = "monitoring_changes"
"""Where it is reported that rules or silences could not be read."""

KIND = Kind(
    "monitoring",
    records=(
        Record(
            frames.ALERT_RULES,
            "rules",
            "Alert rules as they are; those of a Prometheus when absent, none when []",
            sections=(SECTION,),
            unwritten="metrics",
        ),
        Record(frames.SILENCES, "silences", "Silences of alerts", sections=(SECTION,)),
    ),
    numbers="prodmeet_kit.agenda.paging.monitoring_changes:numbers",
)
