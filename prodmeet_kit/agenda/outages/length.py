"""How long users were hurt by an outage, and from when: the one place that says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prodmeet_kit.core.time_ranges import began, lasted
from prodmeet_kit.i18n import ranges
from prodmeet_kit.i18n.numbers import write

__all__ = ["as_written", "began_at", "length"]


def as_written(row: Mapping[str, Any]) -> bool:
    """Whether the incident record has the earlier beginning (a row of ``OUTAGES``): then that one counts."""
    return bool(row["written"]) and bool(row["start"] <= began(row)[1])


def began_at(row: Mapping[str, Any]) -> datetime:
    """When users began to be hurt: as it was written, or as it was seen where that is earlier."""
    at: datetime = row["start"] if as_written(row) else row["span_start"]
    return at


def length(row: Mapping[str, Any]) -> str:
    """How long users were hurt, in words: a range where nobody wrote it down."""
    if not row["written"]:
        return ranges.length(*lasted(row))
    hurt = row["hurt_end"] - began_at(row)
    return write(60 * round(hurt.total_seconds() / 60), "duration")  # no seconds from a coarse grid
