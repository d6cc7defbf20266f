"""Spans on a small time axis, a row each: planned changes, where they overlap, and when nothing may be changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Closed", "Span", "Spans"]


@dataclass(frozen=True)
class Span:
    """One planned change: when, what, and who does it in a few words (may be empty)."""

    start: datetime
    end: datetime
    label: str
    note: str = ""


@dataclass(frozen=True)
class Closed:
    """A time in which nothing may be changed, or nobody works: a freeze or a holiday."""

    start: datetime
    end: datetime
    label: str


@dataclass(frozen=True)
class Spans:
    """Rows in order of start between ``start`` and ``end``; ``overlaps`` are the times in which two of them go on."""

    title: str
    spans: tuple[Span, ...]
    start: datetime
    end: datetime
    timezone: str
    anchor: str
    caption: str
    overlaps: tuple[tuple[datetime, datetime], ...] = ()
    closed: tuple[Closed, ...] = ()
    folded: bool = False
