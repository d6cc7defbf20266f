"""Planned changes in a calendar: type ``icalendar`` under ``sources.changes``.

:mod:`.calendar.lines` keeps the lines that count, :mod:`.calendar.event` reads one event,
:mod:`.calendar.series` its recurrence.
An occurrence is named by its series and the day it was first meant for, so that one that was moved keeps its name. An
event that cannot be read is a gap with its UID, title and line, and the others load.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from prodmeet_kit.core.errors import ParametersError, Problem, SourceError, UnexpectedAnswer
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.entries import change_text
from prodmeet_kit.parameters import expand
from prodmeet_kit.parameters.fields import TIMEOUT, Timeout
from prodmeet_kit.parameters.models import Auth
from prodmeet_kit.schemas.frames import CHANGES
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.calendar.lines import Found, parse
from prodmeet_kit.sources.calendar.occurrences import MOST, Occurrence, Reading, TooManyEvents
from prodmeet_kit.sources.calendar.text import plain
from prodmeet_kit.sources.entries import configure
from prodmeet_kit.sources.placing import Placing

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CalendarConfig", "read"]

_LARGEST = 20 << 20
"""A calendar of more bytes is not read."""


class CalendarConfig(BaseModel):
    """The keys beside ``type``."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(default="", description="An .ics file, relative to the parameter file")
    url: str = Field(default="", description="Address of the calendar; a secret one as ${CHANGE_CALENDAR_URL}")
    auth: Auth | None = Field(default=None, description="Credentials")
    timeout: Timeout = TIMEOUT
    service_prefix: str = Field(default="service:", description="What categories that name a service begin with")

    @model_validator(mode="after")
    def _one_place(self) -> CalendarConfig:
        if bool(self.path) == bool(self.url):
            raise ValueError("write either path or url")
        return self


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """``frames.CHANGES`` of the events between the last meeting and two cadences after this one.

    Instants are UTC; days, and floating times where the calendar names no zone, are in the product's. ``context.gaps``
    names what cannot be read. Raises :class:`ParametersError` when a key is wrong, there is no such file or it holds
    more than a meeting can look at, :class:`SourceError` and its kinds when the URL gives no calendar.
    """
    checked = configure(CalendarConfig, config, context)
    if context.spec is not CHANGES:
        raise SourceError("a calendar has planned changes: write type icalendar under sources.changes")
    found = parse(_from_url(checked, context) if checked.url else _from_file(checked, context))
    events = sum(part.name == "VEVENT" for calendar in found.calendars for part in calendar.parts)
    if not found.calendars or (found.cut is not None and not events):
        if checked.url:
            raise UnexpectedAnswer(f"what {redact(checked.url)} gives is no calendar: it needs the .ics address")
        fix = "write a file that begins with BEGIN:VCALENDAR"
        raise ParametersError([context.problem("path", f"{checked.path}, which is no calendar", fix)])
    place = redact(checked.url) if checked.url else str(context.folder / expand(checked.path))
    window = context.window
    stop = window.after(2 * context.product.meeting.cadence)
    reading = Reading(place, window.start, stop, window.zone)
    placing = Placing(context)
    rows: dict[str, dict[str, Any]] = {}
    try:
        for calendar in found.calendars:
            for occurrence in reading.of(calendar):
                if (row := _row(occurrence, place, checked, placing, context)) is None:
                    continue
                if rows.get(row["id"], row)["start"] != row["start"]:  # two calendars of one file may share a UID
                    row["id"] = f"{row['id']}/{row['start']:%Y-%m-%dT%H:%M}"
                rows.setdefault(row["id"], row)
                if len(rows) > MOST:
                    raise TooManyEvents(MOST, occurrence.line)
    except TooManyEvents as error:
        raise _too_many(checked, f"{place}:{error.line}", error.most) from None
    _say_what_is_missing(found, reading, context)
    return CHANGES.frame(sorted(rows.values(), key=lambda row: (row["start"], row["id"])))


def _too_many(config: CalendarConfig, place: str, most: int) -> Exception:
    text = f"more than {most:,} events between the last meeting and two cadences after this one"
    fix = "export the planned changes alone"
    if config.url:
        return UnexpectedAnswer(f"{place}: {text}: {fix}")
    return ParametersError([Problem(place, "VEVENT", text, fix)])


def _say_what_is_missing(found: Found, reading: Reading, context: Context) -> None:
    for line in found.orphans:
        reading.gap(line, "an event ends here, and the line that begins it cannot be read: it is left out")
    if found.cut is not None:
        what = "an event and the calendar do" if found.cut.name == "VEVENT" else "the calendar does"
        reading.gap(found.cut.number, f"{what} not end: it was cut, and what followed is missing: export it again")
    context.gaps.extend(reading.gaps)
    if found.guessed:
        context.notes.append(f"{found.guessed} lines that are not UTF-8 are read as Windows-1252")


def _from_file(config: CalendarConfig, context: Context) -> bytes:
    path = context.folder / expand(config.path)
    if not path.is_file():
        fix = f"export the calendar to {path}, or fix the path"
        raise ParametersError([context.problem("path", f"{config.path}, which does not exist", fix)])
    if path.stat().st_size > _LARGEST:
        fix = "export less of it"
        raise ParametersError([context.problem("path", f"{config.path}, which is over {_LARGEST >> 20} MiB", fix)])
    return path.read_bytes()


def _from_url(config: CalendarConfig, context: Context) -> bytes:
    from prodmeet_kit.sources.calendar.fetch import fetch
    from prodmeet_kit.sources.http import credentials

    url = expand(config.url, secret="${" in config.url).strip()
    if url.startswith("webcal://"):
        url = "https" + url.removeprefix("webcal")
    auth = credentials(config.auth, f"{context.key}.auth")
    return fetch(url, redact(config.url), config.timeout, auth, _LARGEST)


def _row(
    occurrence: Occurrence, place: str, config: CalendarConfig, placing: Placing, context: Context
) -> dict[str, Any] | None:
    name, event = occurrence.name, occurrence.event
    # Outlook writes HTML into the second, and at times a blank line into the first.
    told = [plain(str(event.get(name, ""))) for name in ("DESCRIPTION", "X-ALT-DESC")]
    text = change_text.lines(next((each for each in told if each.strip()), ""))
    tags = change_text.tagged([str(each) for each in getattr(event, "categories", [])], config.service_prefix, context)
    called = f"{place}:{occurrence.line}: the event {event['UID']}"
    past = occurrence.end <= context.window.end
    services = placing.placed(called, [text.pop("services", ""), *tags], old=past)
    if services is None:
        return None
    fixed = {
        "id": name,
        "title": plain(str(event.get("SUMMARY", ""))).strip() or name,
        "start": occurrence.start,
        "duration": occurrence.end - occurrence.start,
        "services": services,
        "url": str(event.get("URL", "")),
    }
    return change_text.change(called, fixed, text, context)
