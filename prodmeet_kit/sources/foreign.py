"""Values in the answers of other systems: one rule for text and for times.

What is out of range costs its own record, in words of ours.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prodmeet_kit.core.window import EARLIEST, LATEST, parse_time

__all__ = ["FIRST_YEAR", "LAST_YEAR", "instant", "kept", "text"]

FIRST_YEAR, LAST_YEAR = EARLIEST.year, LATEST.year - 1
"""Years of times that are kept."""


def kept(moment: datetime) -> datetime | None:
    """The time in UTC; ``None`` for one that no table can hold: long before, or without end."""
    return parse_time(moment, "UTC") if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def instant(value: Any) -> datetime:
    """An ISO 8601 time out of JSON, in UTC; without an offset it is UTC. Raises ``ValueError`` that says what is wrong.

    >>> instant("2026-11-24T10:00:00Z").isoformat()
    '2026-11-24T10:00:00+00:00'
    """
    if not isinstance(value, str):
        raise ValueError("no time such as 2026-11-24T10:00:00Z")
    return parse_time(value, "UTC")


def text(value: Any) -> str:
    """Text that any file can hold: JSON may carry half a character. What is no text is empty."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
