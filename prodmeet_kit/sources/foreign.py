"""Values in the answers of other systems: one rule for text and times, and for the years that are kept.

A table holds nanoseconds, from 1677 to 2262. What lies outside costs its own
record, in words of ours.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

__all__ = ["FIRST_YEAR", "LAST_YEAR", "bounded", "instant", "kept", "text"]

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years of times that are kept: nothing in production happened before, and nobody plans beyond."""


def bounded(moment: datetime) -> datetime:
    """The time in UTC (without an offset it is UTC). Raises ``ValueError`` when no table can hold it.

    >>> bounded(datetime(2026, 11, 24, 10)).isoformat()
    '2026-11-24T10:00:00+00:00'
    """
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:  # before any zone is applied: year 1 in Tokyo has no UTC
        raise ValueError(f"write a year from {FIRST_YEAR} to {LAST_YEAR}")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def kept(moment: datetime) -> datetime | None:
    """The time in UTC; ``None`` for one that no table can hold: long before, or for ever."""
    try:
        return bounded(moment)
    except ValueError:
        return None


def instant(value: Any) -> datetime:
    """An ISO 8601 time out of JSON, in UTC. Raises ``ValueError`` that says what is wrong."""
    if not isinstance(value, str):
        raise ValueError("no time such as 2026-11-24T10:00:00Z")
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise ValueError("no time such as 2026-11-24T10:00:00Z") from None
    return bounded(moment)


def text(value: Any) -> str:
    """Text that any file can hold: JSON may carry half a character. What is no text is empty."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
