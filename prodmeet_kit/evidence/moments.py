"""Moments by day and hour of the day: what comes back every night is seen at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

__all__ = ["Moment", "Moments"]


@dataclass(frozen=True)
class Moment:
    """When it was, what is said of it, and what it was: with user impact, noise, or neither is known."""

    at: datetime
    text: str
    kind: Literal["impact", "noise", "other"]


@dataclass(frozen=True)
class Moments:
    """Moments between ``start`` and ``end``, a column a day of the zone.

    ``night`` are its hours, from and to, such as ``(22.0, 6.0)``. ``since`` parts those before the last meeting.
    """

    title: str
    moments: tuple[Moment, ...]
    start: datetime
    end: datetime
    timezone: str
    anchor: str
    caption: str
    since: datetime | None = None
    night: tuple[float, float] = (22.0, 6.0)
    folded: bool = False
