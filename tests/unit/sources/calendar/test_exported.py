"""A calendar as a calendar program exports it: two zones, exceptions of every kind, across both changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import CHANGES
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.calendar.events import read
from tests.support.answering import answering, shop

EXPORTED = r"""BEGIN:VCALENDAR
PRODID:-//Example Corp//Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Production changes
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VTIMEZONE
TZID:Europe/Berlin
X-LIC-LOCATION:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VTIMEZONE
TZID:America/New_York
X-LIC-LOCATION:America/New_York
BEGIN:DAYLIGHT
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
TZNAME:EDT
DTSTART:19700308T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
TZNAME:EST
DTSTART:19701101T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20261001T100000
DTEND;TZID=Europe/Berlin:20261001T113000
RRULE:FREQ=WEEKLY;BYDAY=TH;WKST=MO
EXDATE;TZID=Europe/Berlin:20261105T100000
DTSTAMP:20260928T081500Z
UID:7kukuqrfedlm2f9t0pn2@calendar.example
CREATED:20260901T070000Z
DESCRIPTION:owner: sre\nrollback: deploy the version before
LAST-MODIFIED:20260927T120000Z
SEQUENCE:3
STATUS:CONFIRMED
SUMMARY:Weekly deploy of cart
CATEGORIES:service:cart
TRANSP:OPAQUE
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-P0DT0H10M0S
DESCRIPTION:This is an event reminder
END:VALARM
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20261029T153000
DTEND;TZID=Europe/Berlin:20261029T170000
RECURRENCE-ID;TZID=Europe/Berlin:20261029T100000
DTSTAMP:20260928T081500Z
UID:7kukuqrfedlm2f9t0pn2@calendar.example
SEQUENCE:4
STATUS:CONFIRMED
SUMMARY:Weekly deploy of cart (after the audit)
CATEGORIES:service:cart
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20261112T100000
DTEND;TZID=Europe/Berlin:20261112T113000
RECURRENCE-ID;TZID=Europe/Berlin:20261112T100000
DTSTAMP:20260928T081500Z
UID:7kukuqrfedlm2f9t0pn2@calendar.example
SEQUENCE:4
STATUS:CANCELLED
SUMMARY:Weekly deploy of cart
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=America/New_York:20261017T220000
DTEND;TZID=America/New_York:20261018T010000
RRULE:FREQ=WEEKLY;UNTIL=20261108T045959Z
DTSTAMP:20260928T081500Z
UID:040000008200E00074C5B7101A82E008@exchange.example
SUMMARY:Database maintenance in New York
CATEGORIES:service:cart
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261025
DTEND;VALUE=DATE:20261026
DTSTAMP:20260928T081500Z
UID:audit@calendar.example
SUMMARY:Audit day
CATEGORIES:service:cart
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")

DEPLOY, DATABASE = "7kukuqrfedlm2f9t0pn2@calendar.example", "040000008200E00074C5B7101A82E008@exchange.example"

EXPECTED = {
    # Thursdays 10:00 to 11:30 in Berlin; +02:00 until 25 October 01:00Z, +01:00 after
    f"{DEPLOY}/2026-10-15": ("10-15 08:00", "10-15 09:30"),
    f"{DEPLOY}/2026-10-22": ("10-22 08:00", "10-22 09:30"),
    f"{DEPLOY}/2026-10-29": ("10-29 14:30", "10-29 16:00"),  # moved to 15:30
    # 5 November is taken out, 12 November cancelled
    f"{DEPLOY}/2026-11-19": ("11-19 09:00", "11-19 10:30"),
    # Saturdays 22:00 to 01:00 in New York; -04:00 until 1 November 06:00Z, -05:00 after
    f"{DATABASE}/2026-10-17": ("10-18 02:00", "10-18 05:00"),
    f"{DATABASE}/2026-10-24": ("10-25 02:00", "10-25 05:00"),  # one hour after Berlin's clocks: no matter
    f"{DATABASE}/2026-10-31": ("11-01 02:00", "11-01 05:00"),
    f"{DATABASE}/2026-11-07": ("11-08 03:00", "11-08 06:00"),
    # the day in Berlin, of 25 hours
    "audit@calendar.example": ("10-24 22:00", "10-25 23:00"),
}


def context(folder: Path) -> Context:
    """The window is 12 to 26 October, midnights of Berlin; changes are told until 23 November, two cadences on."""
    end = datetime(2026, 10, 25, 23, tzinfo=UTC)
    window = Window.ending(end, cadence=timedelta(days=14), timezone="Europe/Berlin")
    product = shop(timezone="Europe/Berlin")
    return Context(product, window, CHANGES, "sources.changes[0]", folder, None, Broken("metrics", "none"))


def spans(frame: pd.DataFrame) -> dict[str, tuple[str, str]]:
    made = CHANGES.check(frame)
    return {
        name: (f"{start:%m-%d %H:%M}", f"{end:%m-%d %H:%M}")
        for name, start, end in zip(made["id"], made["start"], made["end"], strict=True)
    }


def test_an_exported_file_gives_exactly_the_changes_there_are(tmp_path: Path) -> None:
    (tmp_path / "changes.ics").write_bytes(EXPORTED.encode())
    given = context(tmp_path)
    made = read({"type": "icalendar", "path": "changes.ics"}, given)
    assert spans(made) == EXPECTED
    assert given.notes == []
    moved = made.set_index("id").loc[f"{DEPLOY}/2026-10-29"]
    assert (moved["title"], moved["services"]) == ("Weekly deploy of cart (after the audit)", ["cart"])


def test_the_same_calendar_at_its_address_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _: (200, "text/calendar; charset=utf-8", EXPORTED.encode())) as server:
        monkeypatch.setenv("CHANGE_CALENDAR_URL", f"{server.url}/basic.ics")
        made = read({"type": "icalendar", "url": "${CHANGE_CALENDAR_URL}"}, context(tmp_path))
    assert spans(made) == EXPECTED
