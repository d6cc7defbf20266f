"""Which time zone a calendar means by a name: IANA's, one that it defines itself, Windows', or an offset.

Only a zone that an event uses is looked at, so that one nobody uses may be as broken as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any

from prodmeet_kit.sources.calendar.lines import Block, Line
from prodmeet_kit.sources.calendar.zone_names import displayed, fixed

__all__ = ["Zones"]

_NUMBERS = count()
_ALIASES = {"tzone://microsoft/utc": "UTC", "z": "UTC", "utc+00:00": "UTC", "coordinated universal time": "UTC"}


class Zones:
    """The zones of one calendar. Of definitions with one name the first that can be read counts."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._defined: dict[str, list[Block]] = {}
        for block in blocks:
            if name := block.first("TZID"):
                self._defined.setdefault(_bare(name.value), []).append(block)
        self._known: dict[str, str] = {}

    def find(self, name: str) -> str:
        """The name by which ``icalendar`` knows the zone; empty when nobody can say which zone it is."""
        if name not in self._known:
            self._known[name] = self._find(_bare(name))
        return self._known[name]

    @staticmethod
    def prepare() -> None:
        """Read the lists of names, which takes a while the first time."""
        _all_of_iana()
        _windows()

    def renew(self) -> None:
        """Forget what was found. A zone is not to be used again once what uses it was broken off.

        ``dateutil`` then holds the lock of the zone's rules, and whoever asked it next would wait for ever.
        """
        self._known.clear()

    def _find(self, name: str) -> str:
        if found := _iana(name):
            return found
        for block in self._defined.get(name, []):
            if found := _defined(block):
                return found
        for block in self._defined.get(name, []):
            location = block.first("X-LIC-LOCATION")
            if location and (found := _iana(_bare(location.value))):
                return found
        if found := _windows().get(name.casefold(), "") or displayed(name, _all_of_iana() | _windows()):
            return found
        offset = fixed(name)
        return "" if offset is None else _defined(_always(offset))


def _bare(name: str) -> str:
    return name.strip().strip('"').replace("\\,", ",").replace("\\;", ";").strip()


def _iana(name: str) -> str:
    """The zone of that name, also with its maker's name before it: ``/example.org/20260101/Europe/Berlin``."""
    known = _all_of_iana()
    parts = name.strip("/").split("/")[-8:]
    for first in range(len(parts) if name.startswith("/") else 1):
        if found := known.get("/".join(parts[first:]).casefold()):
            return found
    return ""


@cache
def _all_of_iana() -> dict[str, str]:
    from zoneinfo import available_timezones

    # Two that are of a machine, not of the world.
    return {name.casefold(): name for name in available_timezones() - {"localtime", "Factory"}}


@cache
def _windows() -> dict[str, str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()} | _ALIASES


def _always(offset: timedelta) -> Block:
    """The definition of a zone that has one offset all year."""
    minutes = int(offset.total_seconds()) // 60
    text = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
    given = {"DTSTART": "19700101T000000", "TZOFFSETFROM": text, "TZOFFSETTO": text}
    lines = [Line(0, name, "", value) for name, value in given.items()]
    return Block("VTIMEZONE", 0, parts=[Block("STANDARD", 0, lines)])


def _defined(block: Block) -> str:
    """The name under which the library now knows this definition; empty when it cannot be read."""
    from datetime import datetime

    from icalendar.cal import Timezone
    from icalendar.timezone import tzp

    inside = []
    for part in block.parts:
        if any(line.name == "RRULE" and "FREQ=YEARLY" not in line.value.upper() for line in part.lines):
            return ""  # clocks change by the year; by the second they take for ever to read
        inside += [f"BEGIN:{part.name}", *(f"{line.name}:{line.value.strip()}" for line in part.lines)]
        inside.append(f"END:{part.name}")
    # The library keeps zones by name for the whole process: another calendar may mean another zone by that name.
    name = f"calendar-{next(_NUMBERS)}"
    zone: Any
    text = "\r\n".join(["BEGIN:VTIMEZONE", f"TZID:{name}", *inside, "END:VTIMEZONE", ""])
    try:
        Timezone.from_ical(text)
        zone = tzp.timezone(name)
        known = zone is not None and zone.utcoffset(datetime(2026, 1, 1)) is not None  # noqa: DTZ001 - its own time
    except Exception:  # noqa: BLE001 - what reads it raises whatever a strange line makes it stumble over
        return ""
    return name if known else ""
