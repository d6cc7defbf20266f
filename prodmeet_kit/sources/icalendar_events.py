"""Planned changes kept in a calendar: type ``icalendar`` under ``sources.changes``.

Recurrences are expanded by ``recurring-ical-events``. An occurrence is named by
its series and the day it was first meant for, so that one that was moved keeps
its name. A damaged event is told with its UID, and the others load.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from prodmeet_kit.errors import ParametersError, SourceError, UnexpectedAnswer
from prodmeet_kit.frames import CHANGES
from prodmeet_kit.parameters import expand
from prodmeet_kit.parameters.fields import Duration
from prodmeet_kit.parameters.models import Auth
from prodmeet_kit.redaction import redact
from prodmeet_kit.sources import change_text
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure

if TYPE_CHECKING:
    import pandas as pd
    from icalendar import Calendar
    from icalendar.cal import Component

__all__ = ["CalendarConfig", "read"]

_DAY = timedelta(days=1)


class CalendarConfig(BaseModel):
    """The keys beside ``type``."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(default="", description="An .ics file, relative to the parameter file")
    url: str = Field(default="", description="Address of the calendar; a secret one as ${CHANGE_CALENDAR_URL}")
    auth: Auth | None = Field(default=None, description="Credentials")
    timeout: Duration = Field(default=timedelta(seconds=30), description="Longest wait for the calendar")
    service_prefix: str = Field(default="service:", description="What categories that name a service begin with")

    @model_validator(mode="after")
    def _one_place(self) -> CalendarConfig:
        if bool(self.path) == bool(self.url):
            raise ValueError("write either path or url")
        return self


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """``frames.CHANGES`` of the events between the last meeting and two cadences after this one.

    Instants are UTC; days and floating times are in the product's zone. Raises
    :class:`ParametersError` when a key is wrong or there is no such file,
    :class:`SourceError` and its kinds when the URL gives no calendar.
    """
    checked = configure(CalendarConfig, config, context)
    if context.spec is not CHANGES:
        raise SourceError("a calendar tells of planned changes: write type icalendar under sources.changes")
    text = _from_url(checked, context) if checked.url else _from_file(checked, context)
    calendars = _calendars(text)
    if calendars is None:
        if checked.url:
            raise UnexpectedAnswer(f"what {redact(checked.url)} gives is no calendar: it needs the .ics address")
        mend = "write a file that begins with BEGIN:VCALENDAR"
        raise ParametersError([context.problem("path", f"{checked.path}, which is no calendar", mend)])
    rows: dict[str, dict[str, Any]] = {}
    for calendar in calendars:
        for row in _rows(calendar, checked, context):
            rows.setdefault(row["id"], row)
    return CHANGES.frame(sorted(rows.values(), key=lambda row: (row["start"], row["id"])))


def _from_file(config: CalendarConfig, context: Context) -> str:
    path = context.folder / expand(config.path)
    if not path.is_file():
        mend = f"export the calendar to {path}, or mend the path"
        raise ParametersError([context.problem("path", f"{config.path}, which does not exist", mend)])
    return path.read_bytes().decode("utf-8-sig", errors="replace")


def _from_url(config: CalendarConfig, context: Context) -> str:
    from prodmeet_kit.sources.calendar_fetch import fetch

    auth = {}
    if config.auth and config.auth.type == "bearer":
        auth = {"token": expand(config.auth.token, secret=True).strip()}
        if not (auth["token"].isascii() and auth["token"].isprintable()):
            raise SourceError(f"{context.key}.auth.token holds a letter that no header can carry")
    elif config.auth:
        auth = {"username": expand(config.auth.username), "password": expand(config.auth.password, secret=True)}
    url = expand(config.url, secret="${" in config.url).strip()
    if url.startswith("webcal://"):
        url = "https" + url.removeprefix("webcal")
    return fetch(url, redact(config.url), config.timeout, auth).decode("utf-8-sig", errors="replace")


def _calendars(text: str) -> list[Calendar] | None:
    """The calendars of the text; ``None`` when it is none."""
    from icalendar import Calendar

    if not text.lstrip().upper().startswith("BEGIN:VCALENDAR") or "END:VCALENDAR" not in text.upper():
        return None
    try:
        found = Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return [each for each in found if each.name == "VCALENDAR"] or None


def _rows(calendar: Calendar, config: CalendarConfig, context: Context) -> Iterator[dict[str, Any]]:
    """The rows of each series; a series is damaged as a whole, since its exceptions belong to it."""
    series: dict[str, list[Component]] = {}
    for event in calendar.walk("VEVENT"):
        uid = str(event.get("UID", "")).strip()
        if uid:
            series.setdefault(uid, []).append(event)
        else:
            context.notes.append(f"an event without UID ({event.get('SUMMARY', 'no title')}) is left out")
    zones = calendar.walk("VTIMEZONE")
    for uid, events in series.items():
        damage = next((text for event in events if (text := _damage(event))), "")
        try:
            found = [] if damage else _expanded(zones, events, context)
        except Exception as error:  # noqa: BLE001 - the expansion raises whatever a strange rule makes it stumble over
            damage, found = f"its recurrence cannot be read ({type(error).__name__})", []
        if damage:
            context.notes.append(f"the event {uid} is left out: {damage}")
        recurring = any(key in event for event in events for key in ("RRULE", "RDATE", "RECURRENCE-ID"))
        for name, event in _named(uid, found, recurring=recurring):
            if (row := _row(name, event, config, context)) is not None:
                yield row


def _damage(event: Component) -> str:
    """What makes an event unusable; empty when nothing does."""
    if event.errors:
        return f"{event.errors[0][0] or 'a line'} cannot be read"
    if "DTSTART" not in event:
        return "it has no DTSTART"
    for key in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        value: Any = event.get(key)
        if value is None:
            continue
        if isinstance(value, list):
            return f"{key} stands twice"
        zone, moment = value.params.get("TZID"), value.dt
        if zone and isinstance(moment, datetime) and moment.tzinfo is None:
            return f"the calendar does not say what the time zone {zone} is"
    rules: Any = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if {str(each).upper() for each in rule.get("FREQ", [])} & {"SECONDLY", "MINUTELY"}:
            return "it recurs more than once an hour"
    return ""


def _expanded(zones: list[Any], events: list[Component], context: Context) -> list[Component]:
    import recurring_ical_events
    from icalendar import Calendar

    alone = Calendar()
    for part in (*zones, *events):
        alone.add_component(part)
    window = context.window
    stop = window.after(2 * context.product.meeting.cadence)
    # A day more on each side, for floating times; what lies outside in the product's zone is taken away again.
    found = recurring_ical_events.of(alone).between(window.start - _DAY, stop + _DAY)
    kept = []
    for event in found:
        start, end = _span(event, context)
        cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
        if not cancelled and start < stop and (end > window.start or start >= window.start):
            kept.append(event)
    return sorted(kept, key=lambda event: _span(event, context))


def _named(uid: str, events: list[Component], *, recurring: bool) -> Iterator[tuple[str, Component]]:
    """Each occurrence with its name: the day it was first meant for, and the hour where a day has several."""
    meant = [_when(event, "RECURRENCE-ID") or _when(event, "DTSTART") for event in events]
    days = [moment.date() if isinstance(moment, datetime) else moment for moment in meant]
    for event, moment, day in zip(events, meant, days, strict=True):
        if not recurring:
            yield uid, event
        elif days.count(day) > 1 and isinstance(moment, datetime):
            yield f"{uid}/{moment:%Y-%m-%dT%H:%M}", event
        else:
            yield f"{uid}/{day.isoformat()}", event


def _span(event: Component, context: Context) -> tuple[datetime, datetime]:
    """Start and end in UTC. An end is never before the start."""
    zone = context.window.zone
    start = _when(event, "DTSTART")
    first, last = _instant(start, zone), _instant(_when(event, "DTEND") or start, zone)
    return first, max(first, last)


def _when(event: Component, key: str) -> Any:
    """The day or time of the property, ``None`` without one; what the library calls its type is a union of all."""
    value: Any = event.get(key)
    return None if value is None else value.dt


def _instant(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _row(name: str, event: Component, config: CalendarConfig, context: Context) -> dict[str, Any] | None:
    start, end = _span(event, context)
    text = change_text.lines(str(event.get("DESCRIPTION", "")))
    tags = [str(each) for each in getattr(event, "categories", [])]
    said, services = change_text.service_names(text.pop("services", ""), tags, config.service_prefix, context)
    if said and not services:
        context.notes.append(f"{name} names no service of {context.product.product}: left out")
        return None
    fixed = {
        "id": name,
        "title": str(event.get("SUMMARY", "")).strip() or name,
        "start": start,
        "duration": end - start,
        "services": tuple(services),
        "url": str(event.get("URL", "")),
    }
    return change_text.change(name, fixed, text, context)
