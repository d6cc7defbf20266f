"""When an event occurs: ``recurring-ical-events`` expands its recurrence, within bounds.

A rule may recur for ever, since the year 1, or on a day that never comes; what looks for its next occurrence then looks
until the year 9999. So the library's steps are counted, and a series that needs too many is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from icalendar.cal import Component

__all__ = ["Steps", "TooManySteps", "occurrences", "prepare"]

_UNITS = {"HOURLY": timedelta(hours=1), "DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}
_ROOM = timedelta(days=3)


class TooManySteps(BaseException):
    """Not an :class:`Exception`: a library that catches those to go on would go on."""


class Steps:
    """Steps that may still be made for all series."""

    def __init__(self, left: int) -> None:
        self.left = left

    @contextmanager
    def counted(self, most: int) -> Iterator[None]:
        """Raise :class:`TooManySteps` once what runs within has called more functions than it may.

        Calls, not seconds: one calendar gives one report, on a busy machine too.
        """
        allowed = min(most, self.left)
        rest = allowed
        before = sys.getprofile()

        def count(frame: FrameType, event: str, argument: object) -> None:  # noqa: ARG001
            nonlocal rest
            rest -= 1
            if rest < 0:
                raise TooManySteps

        sys.setprofile(count)
        try:
            yield
        finally:
            sys.setprofile(before)
            self.left -= allowed - max(rest, 0)


def prepare() -> None:
    """Import what is slow to import: no step of it is to be counted, and nothing is to be broken off within."""
    import icalendar
    import recurring_ical_events

    recurring_ical_events.of(icalendar.Calendar()).between(datetime(2026, 1, 1), datetime(2026, 1, 2))  # noqa: DTZ001


def occurrences(events: Sequence[Component], start: datetime, stop: datetime) -> list[Component]:
    """Every occurrence of one series (an event and its exceptions) that touches ``start`` to ``stop``.

    Raises whatever a strange rule makes the library stumble over.
    """
    import recurring_ical_events
    from icalendar import Calendar

    alone = Calendar()
    for event in events:
        _move_near(event, start)
        alone.add_component(event)
    return list(recurring_ical_events.of(alone).between(start, stop))


def _move_near(event: Component, start: datetime) -> None:
    """Begin a rule without a count shortly before ``start``, at an occurrence of the same rhythm.

    An event that recurs since 1970 is then as quick as one of this month.
    """
    rule: Any = event.get("RRULE")
    unit = _UNITS.get(str(rule.get("FREQ", [""])[0])) if rule is not None and not isinstance(rule, list) else None
    if unit is None or "COUNT" in rule or "RECURRENCE-ID" in event:
        return
    unit *= int(rule.get("INTERVAL", [1])[0])
    begin: Any = event["DTSTART"]
    end: Any = event.get("DTEND")
    duration: Any = event.get("DURATION")
    length = timedelta(0)
    if end is not None:
        length = abs(_naive(end.dt) - _naive(begin.dt))
    elif duration is not None:
        length = abs(duration.dt)
    far = start.replace(tzinfo=None) - _ROOM - length - unit - _naive(begin.dt)
    if far > unit:
        begin.dt += unit * (far // unit)
        if end is not None:
            end.dt += unit * (far // unit)


def _naive(moment: date | datetime) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - of no zone, as its own clock shows it
