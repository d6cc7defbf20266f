"""One event of a calendar as ``icalendar`` reads it, from lines that cannot make it stumble; or the line that is wrong.

Names, texts and times only, parameters without quotes, each zone by a name the library knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.window import EARLIEST, LATEST
from prodmeet_kit.sources.calendar.lines import Block, Line
from prodmeet_kit.sources.calendar.zones import Zones

if TYPE_CHECKING:
    from icalendar.cal import Component

__all__ = ["Unreadable", "made_uid", "read_event"]

_ONCE = ("UID", "SUMMARY", "DESCRIPTION", "X-ALT-DESC", "STATUS", "URL", "SEQUENCE")
_DATES = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")
_DECIDE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID")
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[Tt ](\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?([Zz]?))?", re.ASCII)
_DAYS = re.compile(r"RDATE:\d{8}(,\d{8})*", re.ASCII)
_PARAMETER = re.compile(r';\s*([A-Za-z-]+)\s*=\s*("[^"]*"|[^;]*)')
_FAR = re.compile(r"(?i);?UNTIL=[3-9]\d{3}[^;]*", re.ASCII)  # for ever
_WHOLE = re.compile(r"[-+]?\d{1,9}(?:\.0+)?", re.ASCII)
_MOST_DATES = 10_000
_MOST_AN_HOUR = 4


class Unreadable(Exception):
    """Why an event is left out: ``line`` is the file's, ``why`` names the property."""

    def __init__(self, line: int, why: str) -> None:
        self.line, self.why = line, why
        super().__init__(why)


def read_event(block: Block, zones: Zones, floating: str | None) -> Component:
    """The event of a block.

    ``floating`` is the zone of times that name none: empty for the product's own, ``None`` when the calendar names one
    that nobody knows. Raises :class:`Unreadable` when a property that decides when it occurs cannot be read.
    """
    from icalendar.cal import Event

    lines = list(_clean(block, zones, floating))
    event = Event.from_ical("\r\n".join(["BEGIN:VEVENT", *(text for _, text in lines), "END:VEVENT", ""]))
    if event.errors:
        for line, text in lines:
            if Event.from_ical(f"BEGIN:VEVENT\r\n{text}\r\nEND:VEVENT\r\n").errors:
                raise Unreadable(line.number, f"{line.name} is {_shown(line)}, which cannot be read")
        raise Unreadable(block.number, f"{event.errors[0][0] or 'a line'} cannot be read")
    _forwards(event, block)
    return event


def made_uid(block: Block) -> str:
    """A UID for an event without one, from its title and start: the same in every run."""
    said = "\n".join(line.value.strip() if (line := block.first(name)) else "" for name in ("SUMMARY", "DTSTART"))
    return f"no-uid-{sha256(said.encode(errors='replace')).hexdigest()[:12]}"


def _forwards(event: Component, block: Block) -> None:
    """Raise when the event ends before it begins: it is not known which of the two is wrong."""
    for name in ("DTEND", "DURATION"):
        line = block.first(name)
        begin: Any = event.get("DTSTART")
        value: Any = event.get(name)
        if line is None or value is None:
            continue
        try:
            backwards = value.dt < (begin.dt if name == "DTEND" else timedelta())
        except TypeError:  # a day and a time, or a time of no zone and one of a zone
            continue
        if backwards:
            raise Unreadable(line.number, f"{name} is before DTSTART")


def _clean(block: Block, zones: Zones, floating: str | None) -> Iterator[tuple[Line, str]]:
    """Each property that counts, with the text for the library."""
    begin = block.first("DTSTART")
    if begin is None:
        raise Unreadable(block.number, "it has no DTSTART")
    dates = 0
    for line in _once(block):
        name, value = line.name, line.value.strip()
        if name == "DTEND" and "TZID" not in line.params.upper() and "TZID" in begin.params.upper():
            line = replace(line, params=begin.params)  # noqa: PLW2901 - an end is in the zone of its start
        if name in _DATES:
            dates += value.count(",") + 1
            if dates > _MOST_DATES:
                raise Unreadable(line.number, f"it lists more than {_MOST_DATES:,} dates: write RRULE")
            text = _dated(line, zones, floating)
            yield line, _at_its_time(text, _dated(begin, zones, floating)) if _DAYS.fullmatch(text) else text
        elif name == "RRULE":
            yield line, f"RRULE:{_rule(line)}"
        elif name == "EXRULE":
            raise Unreadable(line.number, "EXRULE is no longer part of calendars: write EXDATE")
        elif name != "SEQUENCE":
            yield line, f"{name}:{value}"
        elif _WHOLE.fullmatch(value):
            yield line, f"SEQUENCE:{value.partition('.')[0]}"


def _once(block: Block) -> Iterator[Line]:
    """The lines, of a property that may stand once the first; of an end and a duration the end."""
    seen: dict[str, Line] = {}
    ends = block.first("DTEND") is not None
    alone = block.first("RRULE") is None
    for line in block.lines:
        before = seen.setdefault(line.name, line)
        if before is not line and line.name in _DECIDE and line.value.strip() != before.value.strip():
            raise Unreadable(line.number, f"{line.name} is there twice")
        if (before is not line and line.name in (*_ONCE, *_DECIDE)) or (line.name == "DURATION" and ends):
            continue
        if line.name == "DTSTART" and alone and line.value[:4].isdigit() and line.value[:4] < f"{EARLIEST:%Y}":
            yield Line(line.number, line.name, line.params, f"{EARLIEST:%Y%m%d}{line.value[8:]}")
        else:
            yield line


def _dated(line: Line, zones: Zones, floating: str | None) -> str:
    """A property of days and times, each in the short form, with its zone by the name the library knows."""
    params, value = line.params, line.value.strip()
    if not value[0].isdigit() and ":" in value:  # TZID=tzone://Microsoft/Utc, without quotes
        params, _, value = f"{params}:{value}".rpartition(":")
    given = {name.upper(): text.strip().strip('"') for name, text in _PARAMETER.findall(params)}
    value = ",".join("/".join(_short(part) for part in item.split("/")) for item in value.split(","))
    name = line.name
    if given.get("RANGE", "").upper() == "THISANDFUTURE":
        name += ";RANGE=THISANDFUTURE"
    local = "T" in value and not value.endswith("Z")
    if not local:
        return f"{name}:{value}"
    if zone := given.get("TZID"):
        known = zones.find(zone)
        if not known:
            fix = "export the calendar with its VTIMEZONE, or write a name such as Europe/Berlin"
            raise Unreadable(line.number, f"the time zone {zone} is unknown: {fix}")
        return f"{name};TZID={known}:{value}"
    if floating is None:
        raise Unreadable(line.number, "it is in the calendar's time zone, and its X-WR-TIMEZONE is unknown")
    return f"{name};TZID={floating}:{value}" if floating else f"{name}:{value}"


def _at_its_time(days: str, begin: str) -> str:
    """Days on which the event occurs too, at the time it begins, if it has one."""
    head, _, first = begin.rpartition(":")
    clock = first[8:]
    items = ",".join(day + clock for day in days.removeprefix("RDATE:").split(","))
    return f"RDATE{head.removeprefix('DTSTART')}:{items}" if clock else days


def _short(text: str) -> str:
    match = _DATE.fullmatch(text.strip())
    if not match:
        return text.strip()
    year, month, day, hour, minute, second, utc = match.groups()
    if int(year) >= LATEST.year:  # for ever: what is later nobody can reckon with
        year, month, day = f"{LATEST:%Y}", "01", "01"
    clock = f"T{hour}{minute}{second or '00'}{utc.upper()}" if hour else ""
    return f"{year}{month}{day}{clock}"


def _rule(line: Line) -> str:
    """A rule of recurrence without an end that is never reached, without blanks and parts of a program's own."""
    rule = _FAR.sub("", "".join(line.value.upper().split()))
    parts = dict(part.partition("=")[::2] for part in rule.split(";") if part and not part.startswith("X-"))
    if parts.get("FREQ") in ("SECONDLY", "MINUTELY"):
        raise Unreadable(line.number, "it recurs more than once an hour")
    if (parts.get("BYMINUTE", "").count(",") + 1) * (parts.get("BYSECOND", "").count(",") + 1) > _MOST_AN_HOUR:
        raise Unreadable(line.number, "it recurs more than once an hour")
    if "INTERVAL" in parts and not re.fullmatch(r"0*[1-9]\d{0,5}", parts["INTERVAL"], re.ASCII):
        raise Unreadable(line.number, f"RRULE is {_shown(line)}, which cannot be read: INTERVAL must be from 1 on")
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _shown(line: Line) -> str:
    return f'"{line.value.strip()[:80]}"'
