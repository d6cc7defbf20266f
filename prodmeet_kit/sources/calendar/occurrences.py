"""What occurs in a calendar between two instants; what cannot be read becomes a gap with the line of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from prodmeet_kit.core.window import EARLIEST, LATEST, LONGEST
from prodmeet_kit.sources.calendar.event import Unreadable, made_uid, read_event
from prodmeet_kit.sources.calendar.lines import Block, Line
from prodmeet_kit.sources.calendar.series import Steps, TooManySteps, occurrences, prepare
from prodmeet_kit.sources.calendar.zones import Zones

if TYPE_CHECKING:
    from icalendar.cal import Component

__all__ = ["MOST", "Occurrence", "Reading", "TooManyEvents"]

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_STEPS_LEAST, _STEPS_FEW, _STEPS_EACH, _STEPS_ALL = 8_000, 100_000, 1_000_000, 10_000_000
"""Steps of one series in the first round and in the second, and of all: about three million a second."""

MOST = 500
"""More changes than this no meeting can look at."""

_MOST_A_SERIES = 250  # five a day and more

_MOST_SERIES = 5000  # of all products

_NAMED = 20
"""How many events that are left out are named; the others are counted."""


class TooManyEvents(Exception):
    """More than ``most`` are near; ``line`` is where the first begins that is too many."""

    def __init__(self, most: int, line: int) -> None:
        self.most, self.line = most, line
        super().__init__(f"more than {most} events")


@dataclass(frozen=True)
class Occurrence:
    """``name`` is that of a change, ``line`` the file's; ``start`` and ``end`` are UTC."""

    name: str
    line: int
    start: datetime
    end: datetime
    event: Component


@dataclass
class Reading:
    """Reads calendars of one place. ``stop`` is the first instant that no longer counts, ``zone`` the product's own."""

    place: str
    start: datetime
    stop: datetime
    zone: ZoneInfo
    gaps: list[str] = field(default_factory=list)
    _steps: Steps = field(default_factory=lambda: Steps(_STEPS_ALL))
    _uncounted: int = 0

    def of(self, calendar: Block) -> Iterator[Occurrence]:
        """What occurs, series by series. Whole days are the product's; times of no zone the calendar's own, if any."""
        prepare()
        Zones.prepare()
        zones = Zones(part for part in calendar.parts if part.name == "VTIMEZONE")
        named = calendar.first("X-WR-TIMEZONE")
        floating = (zones.find(named.value) or None) if named else ""
        waiting = [item for item in self._by_uid(calendar).items() if not self._far_off(item[1])]
        if len(waiting) > _MOST_SERIES:
            raise TooManyEvents(_MOST_SERIES, waiting[_MOST_SERIES][1][0].number)
        # First a fair share of most steps for each series, then the rest for the few that need more.
        for most, reserve in ((_STEPS_FEW, self._steps.left // 3), (_STEPS_EACH, 0)):
            heavy: list[tuple[str, list[Block]]] = []
            for number, (uid, blocks) in enumerate(waiting):
                share = max(self._steps.left - reserve, 0) // (len(waiting) - number)
                try:
                    yield from self._series(uid, blocks, zones, floating, min(most, max(share, _STEPS_LEAST)))
                except TooManySteps:
                    zones.renew()
                    heavy.append((uid, blocks))
            waiting = heavy
        for _, blocks in waiting:
            line = (blocks[0].first("RRULE") or blocks[0]).number
            why = "its recurrence takes too long to follow: write a simpler rule"
            self.gap(line, f"the event {_called(blocks[0])} is left out: {why}")

    def _by_uid(self, calendar: Block) -> dict[str, list[Block]]:
        """The events by their series; what in them is no line at all becomes a gap here."""
        series: dict[str, list[Block]] = {}
        alone: dict[Hashable, Block] = {}  # without a UID; the same twice counts once
        method = calendar.first("METHOD")
        cancelled = method is not None and method.value.strip().upper() == "CANCEL"
        for block in calendar.parts:
            if block.name != "VEVENT":
                continue
            for line in block.unreadable:
                self.gap(line, f"a line of the event {_called(block)} cannot be read and is left out")
            if cancelled and block.first("STATUS") is None:
                block.lines.append(Line(block.number, "STATUS", "", "CANCELLED"))
            if uid := block.first("UID"):
                series.setdefault(uid.value.strip(), []).append(block)
            elif block.first("RECURRENCE-ID") is None:
                alone.setdefault(tuple((line.name, line.params, line.value) for line in block.lines), block)
            elif not self._far_off([block]):
                why = "it is an exception, and without a UID its series is unknown"
                self.gap(block.number, f"the event {_called(block)} is left out: {why}")
        made: Counter[str] = Counter()  # several may have one title and start
        for block in alone.values():
            uid_made = made_uid(block)
            made[uid_made] += 1
            name = f"{uid_made}-{made[uid_made]}" if made[uid_made] > 1 else uid_made
            block.lines.append(Line(block.number, "UID", "", name))
            series[name] = [block]
        return series

    def gap(self, line: int, text: str) -> None:
        """Something that could not be read; said once of a series."""
        if f"{self.place}:{line}: {text}" in self.gaps:
            return
        if len(self.gaps) < _NAMED:
            self.gaps.append(f"{self.place}:{line}: {text}")
        else:
            self._uncounted += 1
            self.gaps[_NAMED:] = [f"{self.place}: {self._uncounted} more events or lines cannot be read"]

    def _far_off(self, blocks: list[Block]) -> bool:
        """Whether a series cannot be near, seen from its days alone: whether it can be read is then no matter."""
        first, last = (f"{moment + room:%Y%m%d}" for moment, room in ((self.start, -3 * _DAY), (self.stop, 3 * _DAY)))
        begins, ends = [], []
        for block in blocks:
            days = {line.name: line.value.strip()[:8] for line in block.lines}
            if not (begin := days.get("DTSTART", "")).isdigit() or "RDATE" in days:
                return False
            begins.append(begin)
            lasts = "DURATION" in days or "RRULE" in days or "RECURRENCE-ID" in days
            ends.append(str(LATEST.year) if lasts else days.get("DTEND", begin))
        return min(*begins, *ends) > last or max(*begins, *ends) < first

    def _series(
        self, uid: str, blocks: list[Block], zones: Zones, floating: str | None, steps: int
    ) -> list[Occurrence]:
        """A series is left out as a whole, since its exceptions belong to it."""
        found: list[Occurrence] = []
        gaps: list[tuple[int, str]] = []
        several = _apart(blocks)
        for together in several:
            # An event that occurs once takes as long as its lines.
            steps_left = Steps(_STEPS_FEW) if _once(together) else self._steps
            try:
                with steps_left.counted(_STEPS_FEW if _once(together) else steps):
                    found += self._found(together, zones, floating)
                continue
            except Unreadable as unreadable:
                line, why = unreadable.line, unreadable.why
            except Exception as error:  # noqa: BLE001 - the library raises whatever a strange rule makes it stumble over
                rule = together[0].first("RRULE") or together[0].first("DTSTART") or together[0]
                line, why = rule.number, f"its recurrence cannot be read ({type(error).__name__})"
                zones.renew()
            gaps.append((line, f"the event {_called(together[0])} is left out: {why}"))
        for line, text in gaps:
            self.gap(line, text)
        return found if len(several) == 1 and _once(blocks) else _named(uid, found)

    def _found(self, blocks: list[Block], zones: Zones, floating: str | None) -> list[Occurrence]:
        events = [read_event(block, zones, floating) for block in blocks]
        _of_one_kind(events)
        uid, line = str(events[0]["UID"]), blocks[0].number
        # A day more on each side, for floating times; what lies outside in the product's zone is taken away again.
        found = []
        moved = _moved(events)
        near = events
        if not _once(blocks) or "EXDATE" in events[0]:
            near = occurrences(events, self.start - _DAY, self.stop + _DAY)
        for event in near:
            _tell_apart(event, moved)
            start, end = self._span(event)
            if start - end >= _HOUR:  # less can be the hour that clocks skip
                raise Unreadable(line, "DTEND is before DTSTART")
            end = max(start, end)
            cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
            if not cancelled and start < self.stop and (end > self.start or start >= self.start):
                found.append(Occurrence(uid, line, start, end, event))
        if len(found) > _MOST_A_SERIES:
            line = (blocks[0].first("RRULE") or blocks[0]).number
            raise Unreadable(line, f"it occurs more than {_MOST_A_SERIES} times until two meetings from now")
        return sorted(found, key=lambda each: (each.start, each.end))

    def _span(self, event: Component) -> tuple[datetime, datetime]:
        start = _when(event, "DTSTART")
        end = _when(event, "DTEND") or start + (_when(event, "DURATION") or timedelta())
        if not isinstance(start, datetime) and not isinstance(end, datetime) and end <= start:
            end = start + _DAY  # many programs write a day as its own end
        first, last = self._instant(start), self._instant(end)
        if last - first > LONGEST:  # for ever: of such a change the time around the meeting is told
            first, last = max(first, self.start - LONGEST / 3), min(last, self.stop + LONGEST / 3)
        return first, last

    def _instant(self, moment: date | datetime) -> datetime:
        """UTC, within what can be reckoned with."""
        if not EARLIEST.year < moment.year < LATEST.year:
            return EARLIEST if moment.year <= EARLIEST.year else LATEST
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)


def _once(blocks: list[Block]) -> bool:
    """Whether a series is one event that does not recur."""
    return len(blocks) == 1 and not any(line.name in ("RRULE", "RDATE", "RECURRENCE-ID") for line in blocks[0].lines)


def _apart(blocks: list[Block]) -> list[list[Block]]:
    """The series of one UID: more than one where a program gave several events the same.

    Of events with different SEQUENCE the highest is the newest version of one.
    """
    masters = [block for block in blocks if block.first("RECURRENCE-ID") is None]
    begins = {line.value.strip(): block for block in masters if (line := block.first("DTSTART"))}
    versions = {line.value.strip() if (line := block.first("SEQUENCE")) else "0" for block in masters}
    if len(begins) < 2 or len(versions) > 1:
        return [blocks]
    exceptions = [block for block in blocks if block not in masters]
    return [[block, *(exceptions if number == 0 else [])] for number, block in enumerate(begins.values())]


def _of_one_kind(events: list[Component]) -> None:
    """Give an exception of a day the time its series has: some programs write the day alone, or a day as a time."""
    from icalendar.prop import vDDDTypes

    begin = next((_when(event, "DTSTART") for event in events if "RECURRENCE-ID" not in event), None)
    for event in events:
        meant = _when(event, "RECURRENCE-ID")
        if meant is None or begin is None or isinstance(meant, datetime) == isinstance(begin, datetime):
            continue
        params = event["RECURRENCE-ID"].params
        day = meant.date() if isinstance(meant, datetime) else datetime.combine(meant, begin.timetz())
        event["RECURRENCE-ID"] = vDDDTypes(day)
        if params.get("RANGE"):
            event["RECURRENCE-ID"].params["RANGE"] = params["RANGE"]


def _moved(events: list[Component]) -> dict[Any, timedelta]:
    """How far exceptions for this and all that follow move them, by what they except."""
    found = {}
    for event in events:
        begin, meant = _when(event, "DTSTART"), _when(event, "RECURRENCE-ID")
        if meant is not None and event["RECURRENCE-ID"].params.get("RANGE"):
            with suppress(TypeError):  # a day and a time
                found[meant] = begin - meant
    return found


def _tell_apart(event: Component, moved: Mapping[Any, timedelta]) -> None:
    """What follows such an exception carries its RECURRENCE-ID: give each its own, or all have one name."""
    from icalendar.prop import vDDDTypes

    meant = _when(event, "RECURRENCE-ID")
    if meant in moved:
        event["RECURRENCE-ID"] = vDDDTypes(_when(event, "DTSTART") - moved[meant])


def _named(uid: str, found: list[Occurrence]) -> list[Occurrence]:
    """Each occurrence with its name: the day it was first meant for, and the hour where a day has several."""
    from dataclasses import replace

    meant = [_when(each.event, "RECURRENCE-ID") or _when(each.event, "DTSTART") for each in found]
    days = [moment.date() if isinstance(moment, datetime) else moment for moment in meant]
    several = {day for day in days if days.count(day) > 1} if len(set(days)) < len(days) else set()
    names = [
        f"{uid}/{moment:%Y-%m-%dT%H:%M}"
        if day in several and isinstance(moment, datetime)
        else f"{uid}/{day.isoformat()}"
        for moment, day in zip(meant, days, strict=True)
    ]
    return [replace(each, name=name) for each, name in zip(found, names, strict=True)]


def _called(block: Block) -> str:
    """UID and title of an event as people find it."""
    uid, title = (line.value.strip()[:60] if (line := block.first(name)) else "" for name in ("UID", "SUMMARY"))
    return f"{uid} ({title})" if uid and title else uid or f"({title or 'no title'})"


def _when(event: Component, key: str) -> Any:
    """The day or time of the property, ``None`` without one; what the library calls its type is a union of all."""
    value: Any = event.get(key)
    return None if value is None else value.dt
