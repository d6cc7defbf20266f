"""Calendars without end: recurrences for ever or by the second, times out of range, floods of events and dates."""

from __future__ import annotations

import random
import resource
import time
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from prodmeet_kit.core.errors import ParametersError
from tests.support.counts import count
from tests.unit.sources.calendar.test_broken import GOOD, event, from_bytes, from_text, said
from tests.unit.sources.calendar.test_events import BERLIN

SINCE_ONE = "DTSTART:00010101T100000Z"


@pytest.mark.parametrize(
    ("lines", "times"),
    [
        ((SINCE_ONE, "DURATION:PT1H", "RRULE:FREQ=DAILY"), 42),  # 12 October to 22 November
        ((SINCE_ONE, "DTEND:00010101T110000Z", "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=99991231T235959Z"), 3),
        (("DTSTART:16010101T100000Z", "RRULE:FREQ=HOURLY;INTERVAL=6"), 168),
        (("DTSTART;TZID=Europe/Berlin:19700101T100000", "RRULE:FREQ=DAILY;UNTIL=99991231"), 42),
        (("DTSTART:20261101T100000Z", "RRULE:FREQ=DAILY;COUNT=1000000000"), 22),
        (("DTSTART:00010101T100000Z", "RRULE:FREQ=MONTHLY;BYDAY=1MO"), 1),  # 2 November
        (("DTSTART:00010101", "RRULE:FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=1"), 1),
        (("DTSTART:20200101T100000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), 0),  # never
        (("DTSTART:99991231T235959Z", "RRULE:FREQ=DAILY"), 0),
        (("DTSTART:20200101T100000Z", "RRULE:FREQ=DAILY;UNTIL=20200103T100000Z"), 0),
    ],
)
def test_what_recurs_for_ever_is_read_where_it_is_near(tmp_path: Path, lines: tuple[str, ...], times: int) -> None:
    began = time.process_time()
    made, context = from_text(tmp_path, event(*lines, when="") + GOOD)
    assert len(made) == times + 1
    assert context.gaps == []
    assert time.process_time() - began < 5


def test_a_series_that_began_long_ago_keeps_its_rhythm(tmp_path: Path) -> None:
    # Every other Monday and Wednesday from Monday 5 January 1970: 12 October 2026 is 2,962 weeks later, an even week.
    made, _ = from_text(tmp_path, event("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", when="DTSTART:19700105T100000Z"))
    days = ["10-12", "10-14", "10-26", "10-28", "11-09", "11-11"]
    assert [f"{start:%m-%d}" for start in made["start"]] == days
    taken_out = event("RRULE:FREQ=DAILY;INTERVAL=3", "EXDATE:20261027T100000Z", when="DTSTART:20261015T100000Z")
    same = taken_out.replace("20261015", "19701015")  # 20,454 days earlier: a multiple of 3
    assert from_text(tmp_path, taken_out)[0]["id"].tolist() == from_text(tmp_path, same)[0]["id"].tolist()[1:]


@pytest.mark.parametrize(
    ("lines", "gap"),
    [
        (("RRULE:FREQ=SECONDLY",), "c.ics:8: the event odd (Odd one) is left out: it recurs more than once an hour"),
        (("RRULE:FREQ=MINUTELY",), "c.ics:8: the event odd (Odd one) is left out: it recurs more than once an hour"),
        (
            ("RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6;BYMINUTE=" + ",".join(map(str, range(60))),),
            "c.ics:8: the event odd (Odd one) is left out: it recurs more than once an hour",
        ),
        (
            ("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",),  # never, and it takes until the year 9999 to find out
            "c.ics:8: the event odd (Odd one) is left out: its recurrence takes too long to follow",
        ),
        (
            ("RRULE:FREQ=HOURLY",),
            "c.ics:8: the event odd (Odd one) is left out: it occurs more than 250 times until two",
        ),
        (("RRULE:FREQ=DAILY;INTERVAL=99999999999",), "c.ics:8: the event odd (Odd one) is left out: RRULE is "),
        (("RRULE:FREQ=DAILY;COUNT=" + "9" * 5000,), "c.ics:8: the event odd (Odd one) is left out: RRULE is "),
        (
            ("RDATE:" + ",".join(["20261101T100000Z"] * 10_001),),
            "c.ics:8: the event odd (Odd one) is left out: it lists more than 10,000 dates",
        ),
    ],
)
def test_what_recurs_too_often_is_a_gap_at_once(tmp_path: Path, lines: tuple[str, ...], gap: str) -> None:
    began = time.process_time()
    made, context = from_text(tmp_path, event(*lines) + GOOD)
    assert made["id"].tolist() == ["good"]
    (text,) = said(context)
    assert text.startswith(gap)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("when", "start", "end"),
    [
        ("DTSTART:00010101T000000Z\nDTEND:99991231T235959Z", "2023-06-13 08:00", "2030-03-23 16:00"),
        ("DTSTART;VALUE=DATE:20261101\nDTEND;VALUE=DATE:99991231", "2026-11-01", "2030-03-23 16:00"),
        ("DTSTART:20261101T000000Z\nDURATION:P99999W", "2026-11-01", "2030-03-23 16:00"),
        ("DTSTART;TZID=Asia/Tokyo:00010101T000000\nDTEND:20261101T000000Z", "2023-06-13 08:00", "2026-11-01"),
    ],
)
def test_what_lasts_for_ever_is_told_around_the_meeting(tmp_path: Path, when: str, start: str, end: str) -> None:
    made, context = from_text(tmp_path, event(when=when) + GOOD)
    row = made.set_index("id").loc["odd"]
    assert (row["start"], row["end"]) == (pd.Timestamp(start, tz="UTC"), pd.Timestamp(end, tz="UTC"))
    assert len(made) == 2
    assert context.gaps == []


@pytest.mark.parametrize("length", ["P999999999W", "PT99999999999999S", "P" + "9" * 5000 + "D"])
def test_a_duration_beyond_all_calendars_is_a_gap(tmp_path: Path, length: str) -> None:
    made, context = from_text(tmp_path, event(f"DURATION:{length}", when="DTSTART:20261101T100000Z") + GOOD)
    assert made["id"].tolist() == ["good"]
    assert len(context.gaps) == 1


def flood(events: int, when: str) -> str:
    return "".join(event(uid=f"e{number}", when=when) for number in range(events))


def test_a_flood_of_events_is_refused_and_an_archive_of_them_read(tmp_path: Path) -> None:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(ParametersError, match=r"c\.ics:\d+: VEVENT is more than 500 events between"):
        from_text(tmp_path, flood(501, "DTSTART:20261101T100000Z"))
    with pytest.raises(ParametersError, match=r"c\.ics:\d+: VEVENT is more than 5,000 events between"):
        from_text(tmp_path, flood(count(5001, 50_000), "DTSTART:20261101T100000Z\nSTATUS:CANCELLED"))
    archive = flood(count(3000, 50_000), "DTSTART:20200101T100000Z\nDTEND:20200101T110000Z")
    made, context = from_text(tmp_path, archive + GOOD)
    assert (made["id"].tolist(), context.gaps) == (["good"], [])
    assert time.process_time() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # KiB


def test_heavy_series_take_nothing_from_the_others(tmp_path: Path) -> None:
    began, many = time.process_time(), count(3, 300)
    heavy = (event("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", uid=f"e{number}") for number in range(many))
    made, context = from_text(tmp_path, "".join(heavy) + event("RRULE:FREQ=DAILY;COUNT=5") + GOOD)
    assert len(made) == 6
    assert len(context.gaps) == min(many, 21)
    assert time.process_time() - began < 15


def mutated(random_: random.Random, text: bytes) -> bytes:
    """The bytes with one to three of them changed, taken out, or put in."""
    given = bytearray(text)
    for _ in range(random_.randint(1, 3)):
        at, byte = random_.randrange(len(given)), random_.choice([random_.randrange(256), *b"\r\n ;:=,0T"])
        given[at : at + random_.randint(0, 1)] = bytes([byte])[: random_.randint(0, 1)]
    return bytes(given)


ODD = (
    b"BEGIN:VEVENT\nUID:odd\nDTSTAMP:20261001T000000Z\nSUMMARY:Odd one\nDTSTART;TZID=Office:20261006T100000\n"
    b"DTEND;TZID=Office:20261006T110000\nRRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261117T235900Z\n"
    b"EXDATE;TZID=Office:20261027T100000\nCATEGORIES:service:cart\nDESCRIPTION:owner: sre\\nrollback: back\n"
    b"BEGIN:VALARM\nTRIGGER:-PT10M\nEND:VALARM\nEND:VEVENT\n"
)


def test_whatever_stands_in_an_event_and_its_zone_the_event_beside_it_is_read(tmp_path: Path) -> None:
    random_, tries = random.Random(12), count(50, 2000)
    began, silent = time.process_time(), 0
    whole = len(from_text(tmp_path, BERLIN.replace("\r", "") + ODD.decode())[0])
    for _ in range(tries):
        body = mutated(random_, BERLIN.encode() + ODD.rstrip()) + b"\n"
        for data in (b"X-WR-TIMEZONE:Asia/Tokyo\n" + body + GOOD.encode(), GOOD.encode() + body):
            made, context = from_bytes(tmp_path, b"BEGIN:VCALENDAR\n" + data + b"END:VCALENDAR\n")
            assert "good" in made["id"].tolist(), body
            silent += len(made) == 1 and not context.gaps
    assert whole == 5
    assert silent <= tries / 10  # BEGIN and END became others, or the year did
    assert time.process_time() - began < tries * 0.2


def test_random_bytes_are_read_or_refused_in_words(tmp_path: Path) -> None:
    random_ = random.Random(13)
    words = (
        b"BEGIN:|END:|VEVENT|VCALENDAR|VTIMEZONE|STANDARD|\r\n|\n| |:|;|UID:a|DTSTART|20261101T100000Z|RRULE:|DAILY"
        b'|FREQ=|TZID=|\xff|\x00|"|-|RDATE:|EXDATE:|DURATION:P|1W|,|RECURRENCE-ID:|99991231|TZOFFSETTO:|TZID:Office'
    ).split(b"|")
    for number in range(count(150, 2000)):
        data = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\n" if number % 2 else b""
        data += b"".join(random_.choices(words, k=random_.randint(0, 60))) + random_.randbytes(random_.randint(0, 40))
        with suppress(ParametersError):
            from_bytes(tmp_path, data)
