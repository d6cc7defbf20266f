"""Planned changes from a calendar: what occurs when, and what becomes of a calendar that cannot be read."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.core.errors import NotAllowed, ParametersError, SourceError, TimedOut, UnexpectedAnswer, Unreachable
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import CHANGES, INCIDENTS
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.calendar.events import read
from tests.support.answering import Asked, answering, shop

# 2026-10-12 00:00Z to 2026-10-26 00:00Z; two cadences on is 2026-11-23 00:00Z
WINDOW = Window.ending(datetime(2026, 10, 26, tzinfo=UTC), cadence=timedelta(days=14), timezone="UTC")

BERLIN = """BEGIN:VTIMEZONE
TZID:Office
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""

RESTART = """BEGIN:VEVENT
UID:restart
DTSTAMP:20260901T000000Z
SUMMARY:Restart the carts
DTSTART;TZID={zone}:20261006T220000
DTEND;TZID={zone}:20261006T233000
RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261117T235900Z
EXDATE;TZID={zone}:20261103T220000
CATEGORIES:cart,planned
DESCRIPTION:owner: sre\\nrollback: restart the old ones\\, one by one\\nresponse: watch
 \\neffect: cart/requests down 10%
URL:https://example.org/restart
END:VEVENT
BEGIN:VEVENT
UID:restart
DTSTAMP:20260901T000000Z
RECURRENCE-ID;TZID={zone}:20261027T220000
SUMMARY:Restart the carts (moved)
DTSTART;TZID={zone}:20261028T210000
DTEND;TZID={zone}:20261028T220000
END:VEVENT
BEGIN:VEVENT
UID:restart
DTSTAMP:20260901T000000Z
RECURRENCE-ID;TZID={zone}:20261110T220000
STATUS:CANCELLED
SUMMARY:Restart the carts
DTSTART;TZID={zone}:20261110T220000
DTEND;TZID={zone}:20261110T233000
END:VEVENT
"""


def calendar(*parts: str) -> str:
    text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//example//calendar//EN\n" + "".join(parts) + "END:VCALENDAR\n"
    return text.replace("\n", "\r\n")


def event(uid: str, *lines: str) -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260901T000000Z", *lines, "END:VEVENT", ""])


def context(folder: Path, timezone: str = "UTC", spec: Any = CHANGES) -> Context:
    window = Window.ending(WINDOW.end, cadence=timedelta(days=14), timezone=timezone)
    return Context(shop(timezone=timezone), window, spec, "sources.changes[0]", folder, None, Broken("metrics", "none"))


def from_file(folder: Path, text: str, timezone: str = "UTC") -> tuple[pd.DataFrame, list[str]]:
    (folder / "changes.ics").write_bytes(text.encode())
    given = context(folder, timezone)
    return CHANGES.check(read({"type": "icalendar", "path": "changes.ics"}, given)), [*given.notes, *given.gaps]


def spans(frame: pd.DataFrame) -> dict[str, tuple[str, str]]:
    return {
        name: (f"{start:%m-%d %H:%M}", f"{end:%m-%d %H:%M}")
        for name, start, end in zip(frame["id"], frame["start"], frame["end"], strict=True)
    }


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Office"])  # of the IANA list, and one the calendar defines
def test_a_weekly_series_keeps_its_local_hour_over_the_change_of_clocks(tmp_path: Path, zone: str) -> None:
    made, notes = from_file(tmp_path, calendar(BERLIN, RESTART.format(zone=zone)))
    # Tuesdays 22:00 in Berlin: +02:00 until 2026-10-25, +01:00 after. 13 and 20 October: 20:00Z. 27 October was moved
    # to the 28th at 21:00 (+01:00: 20:00Z). 3 November is taken out, 10 November cancelled. 17 November: 21:00Z.
    assert spans(made) == {
        "restart/2026-10-13": ("10-13 20:00", "10-13 21:30"),
        "restart/2026-10-20": ("10-20 20:00", "10-20 21:30"),
        "restart/2026-10-27": ("10-28 20:00", "10-28 21:00"),
        "restart/2026-11-17": ("11-17 21:00", "11-17 22:30"),
    }
    assert notes == []


def test_another_zone_changes_its_clocks_on_another_day(tmp_path: Path) -> None:
    nightly = event(
        "backup", "SUMMARY:Backup", "DTSTART;TZID=America/New_York:20261018T013000", "DURATION:PT1H",
        "RRULE:FREQ=WEEKLY;COUNT=4",
    )  # fmt: skip
    made, _ = from_file(tmp_path, calendar(nightly))
    # Sundays 01:30 in New York: -04:00 on 18 and 25 October. On 1 November 01:30 occurs twice, the first at -04:00
    # is meant (RFC 5545, 3.3.5). 8 November: -05:00.
    assert [start for start, _ in spans(made).values()] == ["10-18 05:30", "10-25 05:30", "11-01 05:30", "11-08 06:30"]


def test_the_lines_of_a_description_are_fields_of_the_change(tmp_path: Path) -> None:
    row = from_file(tmp_path, calendar(RESTART.format(zone="Europe/Berlin")))[0].loc[0]
    assert row["title"] == "Restart the carts"
    assert row["services"] == ["cart"]
    assert row["owner"] == "sre"
    assert row["rollback"] == "restart the old ones, one by one"
    assert row["response_needed"] == "watch"
    assert row["expected_effect"] == {"metric": "cart/requests", "direction": "down", "size": "10%"}
    assert row["url"] == "https://example.org/restart"
    assert row["duration_s"] == 5400


@pytest.mark.parametrize(
    ("timezone", "day", "floating"),
    [
        # midnight to midnight on the day the clocks go back in Berlin: 25 hours
        ("Europe/Berlin", ("10-24 22:00", "10-25 23:00"), ("11-02 09:00", "11-02 10:00")),
        ("Asia/Tokyo", ("10-24 15:00", "10-25 15:00"), ("11-02 01:00", "11-02 02:00")),
    ],
)
def test_days_and_floating_times_are_in_the_products_zone(
    tmp_path: Path, timezone: str, day: tuple[str, str], floating: tuple[str, str]
) -> None:
    whole = event("day", "SUMMARY:Audit", "DTSTART;VALUE=DATE:20261025", "DTEND;VALUE=DATE:20261026")
    loose = event("loose", "SUMMARY:Move", "DTSTART:20261102T100000", "DTEND:20261102T110000")
    made, _ = from_file(tmp_path, calendar(whole, loose), timezone)
    assert spans(made) == {"day": day, "loose": floating}


def test_only_what_lies_between_the_last_meeting_and_two_cadences_on_is_told(tmp_path: Path) -> None:
    times = {"before": "20261011T225900Z", "first": "20261012T000000Z", "last": "20261122T235900Z"}
    times |= {"after": "20261123T000000Z", "running": "20261011T233000Z"}
    parts = [event(uid, f"SUMMARY:{uid}", f"DTSTART:{start}", "DURATION:PT1H") for uid, start in times.items()]
    assert list(spans(from_file(tmp_path, calendar(*parts))[0])) == ["running", "first", "last"]


def test_a_series_that_occurs_twice_a_day_has_the_hour_in_its_names(tmp_path: Path) -> None:
    twice = event("twice", "SUMMARY:x", "DTSTART:20261020T060000Z", "RRULE:FREQ=HOURLY;INTERVAL=12;COUNT=2")
    assert list(spans(from_file(tmp_path, calendar(twice))[0])) == ["twice/2026-10-20T06:00", "twice/2026-10-20T18:00"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ("DTSTART:sometime",),
            ':7: the event broken@example.org is left out: DTSTART is "sometime", which cannot be read',
        ),
        (("SUMMARY:x",), "no DTSTART"),
        (("DTSTART;TZID=Nowhere/Such:20261020T060000",), "time zone Nowhere/Such"),
        (("DTSTART:20261020T060000Z", "RRULE:FREQ=SECONDLY"), "more than once an hour"),
        (("DTSTART:20261020T060000Z", "RRULE:FREQ=SOMETIMES"), "cannot be read"),
        (
            ("DTSTART:20261020T060000Z", "EXDATE:garbage"),
            ':8: the event broken@example.org is left out: EXDATE is "garbage"',
        ),
    ],
)
def test_a_damaged_event_is_told_with_its_uid_and_the_others_load(
    tmp_path: Path, lines: tuple[str, ...], said: str
) -> None:
    good = event("good", "SUMMARY:Fine", "DTSTART:20261027T100000Z", "DURATION:PT1H")
    made, notes = from_file(tmp_path, calendar(event("broken@example.org", *lines), good))
    assert made["id"].tolist() == ["good"]
    (note,) = notes
    assert "broken@example.org" in note
    assert said in note


def test_a_field_that_cannot_be_read_costs_itself_and_not_the_change(tmp_path: Path) -> None:
    text = "DESCRIPTION:effect: everything better\\nowner: sre"
    odd = event("odd", "SUMMARY:x", "DTSTART:20261027T100000Z", "DURATION:PT1H", text)
    wrong = event("wrong", "SUMMARY:y", "DTSTART:20261027T110000Z", "DESCRIPTION:effect: cart/nothing up 10%")
    made, notes = from_file(tmp_path, calendar(odd, wrong))
    assert made["owner"].tolist() == ["sre", ""]
    assert made["expected_effect"].tolist() == [None, None]
    assert [note.partition(": ")[2].partition(":")[0] for note in notes] == ["the event odd", "the event wrong"]
    assert [note.partition(": ")[0].rpartition(":")[2] for note in notes] == ["4", "12"]


def test_an_event_of_other_services_is_another_products(tmp_path: Path) -> None:
    other = event("other", "SUMMARY:x", "DTSTART:20261027T100000Z", "DESCRIPTION:services: billing\\, tax")
    both = event("both", "SUMMARY:x", "DTSTART:20261027T100000Z", "CATEGORIES:service:cart,service:billing")
    (tmp_path / "money.yaml").write_text("product: money\nservices:\n  - name: billing\n  - {name: Tax, slos: []}\n")
    made, notes = from_file(tmp_path, calendar(other, both))
    assert made["services"].tolist() == [["cart"]]
    assert notes == [f"{tmp_path / 'changes.ics'}:4: the event other is of other products: billing, tax"]


def test_a_service_that_nobody_has_is_a_gap_with_the_name_that_may_be_meant(tmp_path: Path) -> None:
    wrong = event("wrong", "SUMMARY:x", "DTSTART:20261027T100000Z", "RRULE:FREQ=DAILY", "DESCRIPTION:services: crat")
    (tmp_path / "changes.ics").write_bytes(calendar(wrong).encode())
    given = context(tmp_path)
    assert read({"type": "icalendar", "path": "changes.ics"}, given).empty
    (gap,) = given.gaps
    assert gap.endswith("changes.ics:4: the event wrong names no service of shop: crat; did you mean cart?")


@pytest.mark.parametrize("text", ["", "<html>Sign in</html>", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"])
def test_a_file_that_is_no_calendar_is_a_problem_of_the_parameters(tmp_path: Path, text: str) -> None:
    with pytest.raises(ParametersError, match="no calendar"):
        from_file(tmp_path, text)


@pytest.mark.parametrize("config", [{}, {"path": "a.ics", "url": "https://example.org"}, {"path": "absent.ics"}])
def test_a_place_is_given_once_and_exists(tmp_path: Path, config: dict[str, str]) -> None:
    with pytest.raises(ParametersError, match="path"):
        read({"type": "icalendar", **config}, context(tmp_path))


def test_a_calendar_holds_no_incidents(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"sources\.changes"):
        read({"type": "icalendar", "path": "a.ics"}, context(tmp_path, spec=INCIDENTS))


GOOD = calendar(event("good", "SUMMARY:Fine", "DTSTART:20261027T100000Z", "DURATION:PT1H"))


def from_url(folder: Path, monkeypatch: pytest.MonkeyPatch, url: str, **more: Any) -> pd.DataFrame:
    monkeypatch.setenv("CHANGE_CALENDAR_URL", f"{url}/private-calendar-3141592/basic.ics")
    return read({"type": "icalendar", "url": "${CHANGE_CALENDAR_URL}", **more}, context(folder))


def test_a_calendar_is_read_from_its_address_with_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALENDAR_TOKEN", "hunter2hunter2")
    with answering(lambda _: (200, "text/calendar", GOOD.encode())) as server:
        made = from_url(tmp_path, monkeypatch, server.url, auth={"type": "bearer", "token": "${CALENDAR_TOKEN}"})
        assert server.asked[0].headers["Authorization"] == "Bearer hunter2hunter2"
    assert made["id"].tolist() == ["good"]


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (401, "", NotAllowed, "refuses the credentials"),
        (404, "", SourceError, "no calendar at"),
        (500, "", SourceError, "failed"),
        (418, "", UnexpectedAnswer, "418"),
        (200, "<html>Sign in at /private-calendar-3141592</html>", UnexpectedAnswer, "no calendar"),
    ],
)
def test_a_refusal_is_told_without_the_secret_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, body: str, kind: type[SourceError], said: str
) -> None:
    with answering(lambda _: (status, "text/html", body.encode())) as server, pytest.raises(kind) as caught:
        from_url(tmp_path, monkeypatch, server.url)
    assert said in str(caught.value)
    assert "${CHANGE_CALENDAR_URL}" in str(caught.value)
    assert "3141592" not in str(caught.value)


def test_a_server_that_stays_silent_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_: Asked) -> tuple[int, str, bytes]:
        time.sleep(1)
        return 200, "text/calendar", GOOD.encode()

    with answering(slow) as server, pytest.raises(TimedOut, match=r"within 0\.2 s"):
        from_url(tmp_path, monkeypatch, server.url, timeout="200ms")


def test_no_connection_is_told_without_the_secret_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _: (200, "", b"")) as server:
        url = server.url
    with pytest.raises(Unreachable) as caught:
        from_url(tmp_path, monkeypatch, url)
    assert "3141592" not in str(caught.value)
