"""Calendars of phones and old programs: quoted-printable text, exceptions named by a day, ends without a zone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.unit.sources.calendar.test_broken import GOOD, event, from_text, said

SERIES = "DTSTART;TZID=Europe/Berlin:20261101T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3"
DAYS = "DTSTART;VALUE=DATE:20261101\nRRULE:FREQ=DAILY;COUNT=3"


@pytest.mark.parametrize(
    "written",
    [
        ";ENCODING=QUOTED-PRINTABLE:services: cart=0D=0Aowner: m=C3=BCll",
        ";CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:services: =\ncart=0Aown=\ner: m=C3=BCll=\n",
        ";CHARSET=ISO-8859-1;QUOTED-PRINTABLE:services: cart=0D=0A=\nowner: m=FCll=",
    ],
)
def test_quoted_printable_text_is_read(tmp_path: Path, written: str) -> None:
    made, context = from_text(tmp_path, event(f"DESCRIPTION{written}") + GOOD)
    assert made["id"].tolist() == ["good", "odd"]
    assert (list(made["services"][1]), made["owner"][1]) == (["cart"], "müll")
    assert context.gaps == []


def test_a_blank_description_leaves_the_one_in_html(tmp_path: Path) -> None:
    made, _ = from_text(tmp_path, event("DESCRIPTION:\\n", "X-ALT-DESC;FMTTYPE=text/html:<p>services: cart</p>"))
    assert list(made["services"][0]) == ["cart"]


@pytest.mark.parametrize(
    ("series", "exception", "days"),
    [
        (
            SERIES,
            "RECURRENCE-ID;VALUE=DATE:20261102\nDTSTART:20261102T150000Z\nDURATION:PT1H",
            ["01T09", "02T15", "03T09"],
        ),
        (SERIES, "RECURRENCE-ID;VALUE=DATE:20261102\nDTSTART:20261102T090000Z\nSTATUS:CANCELLED", ["01T09", "03T09"]),
        (DAYS, "RECURRENCE-ID:20261102T000000Z\nDTSTART;VALUE=DATE:20261105", ["01T00", "03T00", "05T00"]),
    ],
)
def test_an_exception_named_by_a_day_replaces_what_it_excepts(
    tmp_path: Path, series: str, exception: str, days: list[str]
) -> None:
    made, context = from_text(tmp_path, event(when=series) + event(when=exception))
    assert [f"{start:%dT%H}" for start in made["start"]] == days
    assert context.gaps == []


def test_an_end_without_a_zone_is_in_that_of_its_start(tmp_path: Path) -> None:
    made, _ = from_text(tmp_path, event(when="DTSTART;TZID=Asia/Tokyo:20261101T100000\nDTEND:20261101T113000"))
    assert (made["start"][0], made["duration_s"][0]) == (pd.Timestamp("2026-11-01T01:00Z"), 5400)


@pytest.mark.parametrize(
    "when",
    ["DTSTART:20261101T100000\nDTEND:20261101T090000Z", "DTSTART;VALUE=DATE:20261102\nDTEND:20261101T110000Z"],
)
def test_an_end_before_its_start_of_another_kind_is_left_out_and_said(tmp_path: Path, when: str) -> None:
    made, context = from_text(tmp_path, event(when=when) + GOOD)
    assert made["id"].tolist() == ["good"]
    assert said(context) == ["c.ics:3: the event odd (Odd one) is left out: DTEND is before DTSTART"]


def test_an_event_without_a_uid_is_one_by_itself_with_the_same_name_in_every_run(tmp_path: Path) -> None:
    bare = event("CATEGORIES:cart").replace("UID:odd\n", "")
    other = bare.replace("CATEGORIES:cart\n", "")  # of one title and start, and yet another
    daily = bare.replace("SUMMARY:", "UID:\nRRULE:FREQ=DAILY;COUNT=2\nSUMMARY:Daily ")
    made, context = from_text(tmp_path, GOOD + bare + bare + other + daily)
    assert context.gaps == []
    assert len(made) == len(set(made["id"])) == 5
    once = made[made["title"] == "Odd one"]
    assert sorted(once["services"]) == [[], ["cart"]]
    alone, _ = from_text(tmp_path, bare)
    assert set(alone["id"]) == set(once["id"][[services == ["cart"] for services in once["services"]]])
    assert alone["id"][0].startswith("no-uid-")


def test_a_calendar_that_cancels_plans_nothing(tmp_path: Path) -> None:
    made, context = from_text(tmp_path, event() + event("RRULE:FREQ=DAILY", uid="daily"), "METHOD:CANCEL\n")
    assert (len(made), context.gaps) == (0, [])
    assert len(from_text(tmp_path, event(), "METHOD:REQUEST\n")[0]) == 1


@pytest.mark.parametrize(
    ("start", "hour"),
    [
        ("DTSTART;TZID=Asia/Tokyo:20261101T100000", "01"),
        ("DTSTART:20261101T100000Z", "10"),
        ("DTSTART:20261101T100000", "10"),
        ("DTSTART;VALUE=DATE:20261101", "00"),
    ],
)
def test_a_day_on_which_an_event_occurs_too_is_at_its_time(tmp_path: Path, start: str, hour: str) -> None:
    made, context = from_text(tmp_path, event("RDATE;VALUE=DATE:20261103,20261105", when=start))
    assert [f"{moment:%dT%H}" for moment in made["start"]] == [f"{day}T{hour}" for day in ("01", "03", "05")]
    assert context.gaps == []
