"""The content lines of a calendar that the kit uses, each with its line in the file; everything else is dropped unread.

Reminders, guests, tasks and dates of creation are where exports are broken most often, and no change needs them: what
is not read costs nothing. Lines are unfolded as bytes and decoded after, since programs fold within a letter.
"""

from __future__ import annotations

import codecs
import re
from binascii import a2b_qp
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

__all__ = ["Block", "Found", "Line", "parse"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_USED = {
    "VCALENDAR": _names("X-WR-TIMEZONE METHOD"),
    "VEVENT": _names(
        "UID DTSTART DTEND DURATION RRULE RDATE EXDATE EXRULE RECURRENCE-ID SEQUENCE STATUS SUMMARY DESCRIPTION"
        " X-ALT-DESC CATEGORIES URL"
    ),
    "VTIMEZONE": _names("TZID X-LIC-LOCATION"),
    "STANDARD": _names("DTSTART TZOFFSETFROM TZOFFSETTO RRULE RDATE TZNAME"),
    "DAYLIGHT": _names("DTSTART TZOFFSETFROM TZOFFSETTO RRULE RDATE TZNAME"),
}
_ZONES = ["VTIMEZONE"]
_COMPONENTS = _names("VALARM VTODO VJOURNAL VFREEBUSY VAVAILABILITY AVAILABLE VPOLL PARTICIPANT VLOCATION")
_PROPERTIES = _names(
    "BEGIN END VERSION PRODID CALSCALE METHOD NAME COLOR SOURCE REFRESH-INTERVAL IMAGE CONFERENCE CREATED LAST-MODIFIED"
    " DTSTAMP GEO LOCATION PRIORITY TRANSP CLASS ATTACH ATTENDEE ORGANIZER COMMENT CONTACT RELATED-TO RESOURCES"
    " REQUEST-STATUS ACTION TRIGGER REPEAT ACKNOWLEDGED PROXIMITY COMPLETED PERCENT-COMPLETE DUE FREEBUSY TZURL"
    " TZUNTIL TZID-ALIAS-OF STRUCTURED-DATA STYLED-DESCRIPTION LOCATION-TYPE PARTICIPANT-TYPE RESOURCE-TYPE"
    " CALENDAR-ADDRESS CONCEPT LINK REFID POLL-ITEM-ID AALARM DALARM MALARM PALARM DCREATED RNUM TZ DAYLIGHT BUSYTYPE"
).union(*_USED.values())
_TEXT = _names("DESCRIPTION SUMMARY COMMENT LOCATION CONTACT X-WR-CALDESC X-ALT-DESC")
_IGNORED = frozenset(name.encode() for name in _PROPERTIES - _TEXT - {"BEGIN", "END"}.union(*_USED.values()))
_NAME = re.compile(r"([A-Za-z][A-Za-z0-9-]*)[ \t]*(?=[;:]|$)")
_OFFSET = re.compile(r"(;[^:\"(]*TZID=[^:;\"(]*[+-]\d\d?:\d\d):", re.ASCII | re.IGNORECASE)
_LINE_END = re.compile(rb"\r+\n|\r")
_CHARSET = re.compile(rb';CHARSET="?([\w-]+)', re.IGNORECASE)
_QUOTED = re.compile(rb";(?:ENCODING=)?\"?QUOTED-PRINTABLE", re.IGNORECASE)
_LONGEST = 1 << 20  # bytes of one property that are kept


@dataclass(slots=True)
class Line:
    """One property: ``value`` is still escaped, ``params`` are as they stand between name and value."""

    number: int
    name: str
    params: str
    value: str


@dataclass(slots=True)
class Block:
    """One component with its lines, where it begins, and what in it is no line of a calendar."""

    name: str
    number: int
    lines: list[Line] = field(default_factory=list)
    parts: list[Block] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)

    def first(self, name: str) -> Line | None:
        """The first line of that name that says anything."""
        return next((line for line in self.lines if line.name == name), None)


@dataclass
class Found:
    """``calendars`` each hold their events and zones as ``parts``; ``cut`` is the block that never ends.

    ``orphans`` are lines that end an event which does not begin. ``guessed`` counts lines that are no UTF-8 and were
    read as Windows-1252.
    """

    calendars: list[Block] = field(default_factory=list)
    cut: Block | None = None
    orphans: list[int] = field(default_factory=list)
    guessed: int = 0


def parse(data: bytes) -> Found:
    """What the bytes of a calendar hold; nothing of them raises. No calendar when there is neither one nor an event."""
    return _Parsing().run(data)


class _Parsing:
    def __init__(self) -> None:
        self._found = Found()
        self._open: list[Block] = []
        self._dropped: list[str] = []  # components within the innermost open one that are not used
        self._text: Line | None = None  # free text that a line which is none goes on with
        self._more: list[str] = []
        self._upper = True

    def run(self, data: bytes) -> Found:
        data = _narrow(data)
        self._upper = b"begin:v" not in data[:4096]
        for number, raw in _unfolded(data):
            name = raw.partition(b":")[0].partition(b";")[0]
            if name in _IGNORED:  # most lines of an export: not even decoded
                self._text_ends()
            elif (text := self._decoded(raw)).strip():
                self._line(number, text)
        self._text_ends()
        if self._open:
            last = self._open[-1]
            self._found.cut = last if last.name == "VEVENT" else self._open[0]
            if last.name == "VEVENT":  # cut within: nobody knows what it would have said
                self._open[0].parts.pop()
        return self._found

    def _decoded(self, raw: bytes) -> str:
        head, colon, value = raw.partition(b":")
        if _QUOTED.search(head):
            raw = head + colon + b"\\n".join(a2b_qp(value).splitlines())
        try:
            return raw.decode()
        except UnicodeDecodeError:
            charset = _CHARSET.search(head)
        for name in ([charset[1].decode()] if charset else []) + ["cp1252"]:
            try:
                text = raw.decode(name)
            except (UnicodeDecodeError, LookupError):
                continue
            self._found.guessed += name == "cp1252"
            return text
        return raw.decode("utf-8", errors="replace")

    def _line(self, number: int, text: str) -> None:
        text = text.lstrip()
        match = _NAME.match(text)
        name = match[1].upper() if match else ""
        # In a broken text "Status: done" is text, and STATUS:CONFIRMED below it is not.
        legal = match is not None and (match[1] == name or not self._upper or name.startswith("X-"))
        if match is None or not legal or not (name in _PROPERTIES or name.startswith("X-")):
            self._no_property(number, text, legal=legal)
            return
        params, value = _parted(text[match.end() :])
        if name not in ("BEGIN", "END"):
            self._property(Line(number, name, params, value))
            return
        component = value.strip().upper()
        if component in _USED or component in _COMPONENTS or component.startswith("X-"):
            self._text_ends()
            (self._begin if name == "BEGIN" else self._end)(component, number)
        else:
            self._no_property(number, text, legal=False)

    def _property(self, line: Line) -> None:
        self._text_ends()
        if self._open and not self._dropped and line.name in _USED[self._open[-1].name] and line.value.strip():
            line.value = line.value[:_LONGEST]
            self._open[-1].lines.append(line)
        if line.name in _TEXT or line.name.startswith("X-"):
            self._text = line

    def _no_property(self, number: int, text: str, *, legal: bool) -> None:
        """Free text that was broken into lines, or what no calendar may hold."""
        if self._text is not None:
            self._more.append(text)
        elif self._open and not self._dropped and not legal:
            self._open[-1].unreadable.append(number)

    def _text_ends(self) -> None:
        if self._text is None:
            return
        if self._more and self._text.name == "DESCRIPTION":
            self._text.value = "\\n".join([self._text.value, *self._more])[:_LONGEST]
        self._text, self._more = None, []

    def _begin(self, name: str, number: int) -> None:
        if name == "VCALENDAR":
            self._open, self._dropped = [self._calendar(number)], []
        elif name in ("VEVENT", "VTIMEZONE"):
            if not self._open:  # the line that begins the calendar cannot be read
                self._open = [self._calendar(number)]
            del self._open[1:]  # what came before did not say that it ended
            self._dropped = []
            self._push(Block(name, number))
        elif (
            name in ("STANDARD", "DAYLIGHT") and not self._dropped and [each.name for each in self._open[1:2]] == _ZONES
        ):
            del self._open[2:]
            self._push(Block(name, number))
        else:
            self._dropped.append(name)

    def _calendar(self, number: int) -> Block:
        self._found.calendars.append(Block("VCALENDAR", number))
        return self._found.calendars[-1]

    def _push(self, block: Block) -> None:
        self._open[-1].parts.append(block)
        self._open.append(block)

    def _end(self, name: str, number: int) -> None:
        if name in self._dropped:
            while self._dropped.pop() != name:
                pass
            return
        names = [block.name for block in self._open]
        if name in names:
            del self._open[names.index(name) :]
            self._dropped = []
        elif name == "VEVENT":
            self._found.orphans.append(number)


def _narrow(data: bytes) -> bytes:
    """UTF-8 with one kind of line end, and without a byte order mark."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", errors="replace").encode()
    elif data[1:2] == b"\0":
        data = data.decode("utf-16-le", errors="replace").encode()
    return _LINE_END.sub(b"\n", data.removeprefix(codecs.BOM_UTF8))


def _unfolded(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each line with its number, what was folded put together again."""
    parts: list[bytes] = []
    begun = 1
    for number, raw in enumerate(BytesIO(data), 1):
        line = raw.rstrip(b"\n")
        if parts and parts[-1][-1:] == b"=" and _QUOTED.search(parts[0].partition(b":")[0]) and line[:4] != b"END:":
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        elif line[:1] in (b" ", b"\t") and parts:
            parts.append(line[1:])
        elif line:
            if parts:
                yield begun, b"".join(parts)
            begun, parts = number, [line]
    if parts:
        yield begun, b"".join(parts)


def _parted(rest: str) -> tuple[str, str]:
    """Parameters and value of what follows a name: the value begins at the first ``:`` outside quotes and brackets.

    Names of Windows' zones hold one in brackets: ``TZID=(UTC+09:00) Tokyo``; offsets without: ``TZID=UTC+09:00``.
    """
    if match := _OFFSET.match(rest):
        return match[1], rest[match.end() :]
    params, _, value = rest.partition(":")
    if '"' not in params and "(" not in params:
        return params, value
    quoted, depth = False, 0
    for at, sign in enumerate(rest):
        if sign == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
        elif sign == ":" and not depth:
            return rest[:at], rest[at + 1 :]
    return params, value  # a quote or a bracket that never ends
