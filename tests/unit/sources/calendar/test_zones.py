"""Time zones of calendars: IANA's, the calendar's own, Windows', and those that nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sources.calendar.test_broken import GOOD, event, from_text, said
from tests.unit.sources.calendar.test_events import BERLIN


def local(zone: str) -> str:
    return event(uid="local", when=f"DTSTART;TZID={zone}:20261101T100000\nDTEND;TZID={zone}:20261101T110000")


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("Asia/Tokyo", "01:00"),
        ("asia/tokyo", "01:00"),
        ('"Asia/Tokyo"', "01:00"),
        ("/freeassociation.sourceforge.net/Asia/Tokyo", "01:00"),
        ("/citadel.org/20260101_1/America/Argentina/Buenos_Aires", "13:00"),
        ("Tokyo Standard Time", "01:00"),
        ("GMT Standard Time", "10:00"),  # London, in winter
        ("tzone://Microsoft/Utc", "10:00"),
        ("UTC", "10:00"),
        ('"(UTC+09:00) Osaka, Sapporo, Tokyo"', "01:00"),
        ("(UTC+09:00) Osaka, Sapporo, Tokyo", "01:00"),
        ('"(GMT+09:00) 大阪、札幌、東京"', "01:00"),
        ('"(UTC+01:00) W. Europe Standard Time"', "09:00"),
        ('"(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi"', "04:30"),
        ('"(UTC) Coordinated Universal Time"', "10:00"),
        ('"(UTC-02:00) Coordinated Universal Time-02"', "12:00"),
        ("GMT+9", "01:00"),
        ("UTC+9", "01:00"),
        ("UTC+09:00", "01:00"),
        ('"UTC+09:00"', "01:00"),
        ("+0900", "01:00"),
        ("-03:30", "13:30"),
    ],
)
def test_a_zone_is_known_by_the_names_programs_give_it(tmp_path: Path, zone: str, utc: str) -> None:
    made, context = from_text(tmp_path, local(zone))
    assert [f"{start:%H:%M}" for start in made["start"]] == [utc]
    assert context.gaps == []


@pytest.mark.parametrize(
    "zone",
    [
        "GMT Standard Time 1",
        "(UTC+01:00) Atlantis, Lyonesse",  # with daylight saving time or without
        "(UTC+05:00) Tokyo",
        "(UTC+01:00) Berlin, Algiers",
        "UTC+15",
        "0900",
        "../../etc/passwd",
        "Europe",
        "x" * 500,
        "localtime",
    ],
)
def test_a_zone_that_nobody_knows_is_a_gap_and_the_others_are_read(tmp_path: Path, zone: str) -> None:
    made, context = from_text(tmp_path, local(zone) + GOOD)
    assert made["id"].tolist() == ["good"]
    (gap,) = said(context)
    assert gap.startswith(f"c.ics:6: the event local (Odd one) is left out: the time zone {zone} is unknown")


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("(UTC-08:00) Pacific Time (US & Canada)", "17:00", "18:00"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "14:00", "15:00"),
        ("(UTC-07:00) Arizona", "17:00", "17:00"),
        ("-0800", "18:00", "18:00"),
    ],
)
def test_a_displayed_zone_changes_its_clocks_and_an_offset_does_not(
    tmp_path: Path, zone: str, before: str, after: str
) -> None:
    daily = f'DTSTART;TZID="{zone}":20261031T100000\nRRULE:FREQ=DAILY;COUNT=2'
    made, context = from_text(tmp_path, event(when=daily))
    assert [f"{start:%d %H:%M}" for start in made["start"]] == [f"31 {before}", f"01 {after}"]
    assert context.gaps == []


OWN = BERLIN.replace("\r", "")  # named Office: one hour before UTC in winter
BAD = OWN.replace("TZOFFSETFROM:+0200", "TZOFFSETFROM:early")


@pytest.mark.parametrize(
    ("zones", "used", "utc"),
    [
        (OWN, "Office", "09:00"),
        (OWN.replace("Office", "GMT Standard Time 1"), "GMT Standard Time 1", "09:00"),
        (OWN.replace("TZID:Office", "TZID:(UTC+01:00) Amsterdam\\, Berlin"), "(UTC+01:00) Amsterdam, Berlin", "09:00"),
        (BAD + OWN, "Office", "09:00"),  # of two definitions the one that can be read
        (BAD.replace("Office", "Asia/Tokyo"), "Asia/Tokyo", "01:00"),  # IANA's, whatever stands here
        (BAD.replace("Office", "Tokyo Standard Time"), "Tokyo Standard Time", "01:00"),
        (BAD.replace("TZID:Office", "TZID:Office\nX-LIC-LOCATION:Asia/Tokyo"), "Office", "01:00"),
        (OWN.replace("TZNAME", "X") + "X-UNKNOWN:1\n", "Office", "09:00"),
    ],
)
def test_a_calendar_may_define_its_own_zones(tmp_path: Path, zones: str, used: str, utc: str) -> None:
    made, context = from_text(tmp_path, zones + local(used))
    assert [f"{start:%H:%M}" for start in made["start"]] == [utc]
    assert context.gaps == []


def test_a_definition_that_cannot_be_read_costs_the_events_that_use_it(tmp_path: Path) -> None:
    made, context = from_text(tmp_path, BAD + local("Office") + GOOD)
    assert made["id"].tolist() == ["good"]
    assert "the time zone Office is unknown" in said(context)[0]


def test_two_calendars_may_mean_two_zones_by_one_name(tmp_path: Path) -> None:
    other = OWN.replace("+0200", "+0900").replace("+0100", "+0900")
    assert [f"{from_text(tmp_path, zone + local('Office'))[0]['start'][0]:%H:%M}" for zone in (OWN, other, OWN)] == [
        "09:00",
        "01:00",
        "09:00",
    ]


@pytest.mark.parametrize(
    ("header", "utc"),
    [
        ("X-WR-TIMEZONE:America/New_York\n", "15:00"),
        ("X-WR-TIMEZONE:Tokyo Standard Time\n", "01:00"),
        ("X-WR-TIMEZONE:(UTC+09:00) Osaka\\, Sapporo\\, Tokyo\n", "01:00"),
        ("X-WR-TIMEZONE:GMT+9\n", "01:00"),
        ("", "10:00"),
    ],
)
def test_times_of_no_zone_are_in_the_calendars(tmp_path: Path, header: str, utc: str) -> None:
    floating = event("RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20261101T100000", when="DTSTART:20261101T100000")
    made, _ = from_text(tmp_path, floating + event(uid="fixed"), header)
    assert [f"{start:%d %H:%M}" for start in made["start"]] == sorted(["01 10:00", f"02 {utc}"])


def test_times_of_no_zone_are_left_out_where_the_calendars_is_not_known(tmp_path: Path) -> None:
    floating = event(when="DTSTART:20261101T100000")
    made, context = from_text(tmp_path, floating + GOOD, "X-WR-TIMEZONE:Mars/Olympus\n")
    assert made["id"].tolist() == ["good"]
    assert "its X-WR-TIMEZONE is unknown" in said(context)[0]
