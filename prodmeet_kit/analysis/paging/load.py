"""How pages load those who answer them, by rotation: at what hours of their own clock, and how many in a shift.

Nobody is named and nobody is ranked: a rotation is a group. An *event* is what
interrupts once: pages of one service that overlap, or follow within 5 minutes.

The guide is at most two events in a shift of 8 to 12 hours (SRE book, ch. 1
and 11). Hours are those of PagerDuty's operational reviews unless the
parameters say otherwise: business 08-18 from Monday to Friday, sleep 22-08,
off all else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from prodmeet_kit.core.promql import Matchers
from prodmeet_kit.core.window import Window
from prodmeet_kit.parameters.rotations import Rotation
from prodmeet_kit.schemas.frames import PAGE_LOAD, labels_of, rows

__all__ = ["COUNTED", "EVENTS_PER_SHIFT", "TOGETHER", "by_rotation", "hours", "shift_starts"]

EVENTS_PER_SHIFT = 2
"""The guide: at most so many events in a shift."""

TOGETHER = timedelta(minutes=5)
"""A page that follows another of its service within this is the same interruption."""

DAY = timedelta(days=1)

COUNTED = (
    "pages",
    "events",
    "business",
    "off",
    "sleep",
    "busiest_shift_events",
    "shifts_over_guide",
    "interrupted_nights",
    "pages_previous",
    "events_previous",
    "interrupted_nights_previous",
)
"""The columns that count pages; the others are the rotation's own."""


def by_rotation(pages: pd.DataFrame, rotations: Sequence[Rotation], window: Window) -> pd.DataFrame:
    """The load of each rotation since the last meeting beside the window before, as ``PAGE_LOAD``.

    ``pages`` has the columns ``alert``, ``service``, ``severity``, ``labels``, ``start`` and ``end`` of ``PAGES`` or
    ``EPISODES``, over both windows. A page belongs to the first rotation that names its service (or none) and
    matches its labels. Pages of no rotation get a row without a name, on the product's clock.

    Business, off and sleep count events by their first page; ``interrupted_nights`` goes by every page, for one that
    comes late in an event wakes people too. A shift counts the events that began in it since the last meeting, is
    as long as the clock makes it (11 or 13 hours when it changes) and counts whole where a meeting cuts it.
    """
    owned: dict[str, list[dict[str, Any]]] = {rotation.name: [] for rotation in rotations}
    nobody: list[dict[str, Any]] = []
    parsed = [(rotation, Matchers.parse(rotation.matchers)) for rotation in rotations]
    for page in rows(pages[(pages["start"] >= window.compare_start) & (pages["start"] < window.end)]):
        name = next((rotation.name for rotation, matchers in parsed if _answers(rotation, matchers, page)), None)
        (nobody if name is None else owned[name]).append(page)
    found = [_row(rotation.name, rotation, owned[rotation.name], window) for rotation in rotations]
    if nobody:
        found.append(_row("", Rotation(name="nobody", timezone=window.timezone), nobody, window))
    return PAGE_LOAD.frame(found)


def hours(moment: datetime, rotation: Rotation) -> str:
    """``business``, ``off`` or ``sleep``: what an instant is on the rotation's clock; work goes before sleep."""
    local = moment.astimezone(ZoneInfo(rotation.timezone))
    business, sleep = rotation.business, rotation.sleep
    if local.weekday() in business.weekdays and _within(local.time(), business.begin, business.end):
        return "business"
    return "sleep" if _within(local.time(), sleep.begin, sleep.end) else "off"


def shift_starts(rotation: Rotation, start: datetime, end: datetime) -> list[datetime]:
    """Begins (UTC) of the shifts that overlap ``[start, end)``, in order, and the begin of the one after."""
    zone = ZoneInfo(rotation.timezone)
    first, last = start.astimezone(zone).date() - DAY, end.astimezone(zone).date() + DAY
    days = [first + each * DAY for each in range((last - first).days + 1)]
    # A time the clock skips moves forward and may meet the next change: then there is one.
    changes = sorted({datetime.combine(day, at, zone).astimezone(UTC) for day in days for at in rotation.shifts})
    return changes[bisect_right(changes, start) - 1 : _first_from(changes, end) + 1]


def _first_from(changes: list[datetime], end: datetime) -> int:
    return next(position for position, change in enumerate(changes) if change >= end)


def _answers(rotation: Rotation, matchers: Matchers, page: dict[str, Any]) -> bool:
    if rotation.services and page["service"] not in rotation.services:
        return False
    named = {"alertname": page["alert"], "service": page["service"], "severity": page["severity"]}
    return matchers.match({**named, **(labels_of(page["labels"]) if page["labels"] else {})})


def _row(name: str, rotation: Rotation, pages: list[dict[str, Any]], window: Window) -> dict[str, Any]:
    now = [page for page in pages if page["start"] >= window.start]
    before = [page for page in pages if page["start"] < window.start]
    events = _events(now)
    kinds = Counter(hours(event, rotation) for event in events)
    shifts = shift_starts(rotation, window.start, window.end)
    held = Counter(shifts[bisect_right(shifts, event) - 1] for event in events)
    busiest = min(held, key=lambda shift: (-held[shift], shift), default=None)
    return {
        "rotation": name,
        "timezone": rotation.timezone,
        "pages": len(now),
        "events": len(events),
        **{kind: kinds[kind] for kind in ("business", "off", "sleep")},
        "shifts": len(shifts) - 1,
        "shift_h": _longest(rotation.shifts),
        "busiest_shift_start": busiest,
        "busiest_shift_events": held[busiest] if busiest else 0,
        "shifts_over_guide": sum(count > EVENTS_PER_SHIFT for count in held.values()),
        "interrupted_nights": _nights(now, rotation),
        "pages_previous": len(before),
        "events_previous": len(_events(before)),
        "interrupted_nights_previous": _nights(before, rotation),
    }


def _events(pages: list[dict[str, Any]]) -> list[datetime]:
    """When each event began, in order. A page without a service is an event with those of its alert."""
    until: dict[tuple[str, str], datetime] = {}
    begins = []
    for page in sorted(pages, key=lambda page: (page["start"], page["end"])):
        key = ("service", page["service"]) if page["service"] else ("alert", page["alert"])
        start, end = page["start"].to_pydatetime(), page["end"]
        end = start if pd.isna(end) else end.to_pydatetime()
        if key not in until or start > until[key] + TOGETHER:
            begins.append(start)
        until[key] = max(end, until.get(key, end))
    return begins


def _nights(pages: list[dict[str, Any]], rotation: Rotation) -> int:
    return len({_night(page["start"], rotation) for page in pages if hours(page["start"], rotation) == "sleep"})


def _night(moment: datetime, rotation: Rotation) -> date:
    """The day on whose evening the night began."""
    local, sleep = moment.astimezone(ZoneInfo(rotation.timezone)), rotation.sleep
    after_midnight = sleep.begin > sleep.end and local.time() < sleep.end
    return local.date() - DAY if after_midnight else local.date()


def _within(clock: time, begin: time, end: time) -> bool:
    """Whether a time of day lies in ``[begin, end)``, which may go over midnight."""
    return begin <= clock < end if begin <= end else clock >= begin or clock < end


def _longest(shifts: Sequence[time]) -> float:
    at = [each.hour + each.minute / 60 for each in sorted(shifts)]
    return max(later - earlier for earlier, later in zip(at, [*at[1:], at[0] + 24], strict=True))
