"""Calendars as programs and people break them: what is not needed costs nothing, what is broken costs itself."""

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

# 2026-10-12 00:00Z to 2026-10-26 00:00Z; two cadences on is 2026-11-23 00:00Z
WINDOW = Window.ending(datetime(2026, 10, 26, tzinfo=UTC), cadence=timedelta(days=14), timezone="UTC")
WHEN = "DTSTART:20261101T100000Z\nDTEND:20261101T110000Z"
GOOD = f"BEGIN:VEVENT\nUID:good\nSUMMARY:Fine\n{WHEN}\nEND:VEVENT\n"


def given(folder: Path) -> Context:
    return Context(shop(), WINDOW, CHANGES, "sources.changes[0]", folder, None, Broken("metrics", "none"))


def from_bytes(folder: Path, data: bytes) -> tuple[pd.DataFrame, Context]:
    (folder / "c.ics").write_bytes(data)
    context = given(folder)
    return CHANGES.check(read({"type": "icalendar", "path": "c.ics"}, context)), context


def from_text(folder: Path, body: str, header: str = "") -> tuple[pd.DataFrame, Context]:
    return from_bytes(folder, f"BEGIN:VCALENDAR\nVERSION:2.0\n{header}{body}END:VCALENDAR\n".encode())


def event(*lines: str, uid: str = "odd", when: str = WHEN) -> str:
    return "\n".join(
        ["BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:Odd one", *([when] if when else []), *lines, "END:VEVENT\n"]
    )


def said(context: Context) -> list[str]:
    """Gaps with the name of the file alone."""
    return [gap.replace(f"{context.folder}/", "") for gap in context.gaps]


@pytest.mark.parametrize(
    "lines",
    [
        ("CREATED:00001231T000000Z",),
        ("LAST-MODIFIED:never", "DTSTAMP:", "COMPLETED:x"),
        ("GEO:", "PRIORITY:high", "SEQUENCE:1.0"),
        ("SEQUENCE:newest",),
        ('ATTENDEE;CN="Doe, "Jo" X":mailto:j@example.com', 'ORGANIZER;CN="x:mailto:y'),
        ("ATTACH;FMTTYPE=x;ENCODING=BASE64:!!!", "RELATED-TO;:x", "FOO;;;=:x", "X-ODD"),
        ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:services: web", "TRIGGER:", "END:VALARM"),
        ("BEGIN:VALARM", "TRIGGER:-P", "DURATION:PT5H", "END:VALARM", "RRULE:", "DTEND:", "RECURRENCE-ID:"),
        ("STATUS:certain", "URL:::not an address", "CATEGORIES:", "TRANSP:x"),
        ("DURATION:P5D",),  # DTEND stands there already
    ],
)
def test_what_no_change_needs_is_not_read(tmp_path: Path, lines: tuple[str, ...]) -> None:
    made, context = from_text(tmp_path, event(*lines))
    assert made["id"].tolist() == ["odd"]
    assert (made["start"][0], made["duration_s"][0]) == (pd.Timestamp("2026-11-01T10:00Z"), 3600)
    assert (context.gaps, context.notes) == ([], [])


@pytest.mark.parametrize(
    "broken",
    [
        "BEGIN:VTODO\nDUE:x\nDTSTART:x\nSUMMARY\nEND:VTODO\n",
        "BEGIN:VFREEBUSY\nFREEBUSY:x\nEND:VFREEBUSY\nBEGIN:VJOURNAL\nEND:VJOURNAL\n",
        "BEGIN:VTIMEZONE\nTZID:Foo\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:\nEND:STANDARD\nEND:VTIMEZONE\n",
        "BEGIN:VTIMEZONE\nEND:VTIMEZONE\n",
        "X-WR-CALDESC:All planned changes\nof the platform team: all of them\n\nOWNER: sre\n",
        "X-WR-CALNAME;=x\nMETHOD\nCALSCALE:JULIAN\nVERSION:none\n",
        "BEGIN:X-OWN\nDTSTART:x\nEND:X-OWN\n",
    ],
)
def test_what_stands_beside_the_events_costs_none(tmp_path: Path, broken: str) -> None:
    for body in (broken + GOOD, GOOD + broken):
        made, context = from_text(tmp_path, body)
        assert made["id"].tolist() == ["good"]
        assert context.gaps == []


@pytest.mark.parametrize(
    ("body", "gap"),
    [
        (event(when="DTSTART:soon"), 'c.ics:6: the event odd (Odd one) is left out: DTSTART is "soon", which cannot'),
        (event("RRULE:FREQ=DAILY;COUNT=x"), 'c.ics:8: the event odd (Odd one) is left out: RRULE is "FREQ=DAILY'),
        (event("EXDATE:20261102T100000Z", "EXDATE:x"), 'c.ics:9: the event odd (Odd one) is left out: EXDATE is "x"'),
        (event(when=""), "c.ics:3: the event odd (Odd one) is left out: it has no DTSTART"),
        (event("DTEND:20261105T110000Z"), "c.ics:8: the event odd (Odd one) is left out: DTEND is there twice"),
        (event("EXRULE:FREQ=DAILY"), "c.ics:8: the event odd (Odd one) is left out: EXRULE is no longer part"),
        (event("RRULE:FREQ=DAILY;INTERVAL=0"), "c.ics:8: the event odd (Odd one) is left out: RRULE is "),
        (
            GOOD.replace("UID:good", "RECURRENCE-ID:20261101T100000Z"),
            "c.ics:3: the event (Fine) is left out: it is an exception, and without a UID its series is unknown",
        ),
        (GOOD.replace("BEGIN:VEVENT", "BEGIN;VEVENT"), "c.ics:8: an event ends here, and the line that begins it"),
    ],
)
def test_an_event_that_cannot_be_read_is_a_gap_with_its_own_line(tmp_path: Path, body: str, gap: str) -> None:
    made, context = from_text(tmp_path, body + GOOD)
    assert made["id"].tolist() == ["good"]
    (text,) = said(context)
    assert text.startswith(gap)


def test_a_line_that_is_none_costs_itself(tmp_path: Path) -> None:
    made, context = from_text(tmp_path, event("RR LE:FREQ=DAILY", "CATEGORIES:cart"))
    assert made["services"].tolist() == [["cart"]]
    assert said(context) == ["c.ics:8: a line of the event odd (Odd one) cannot be read and is left out"]


def test_a_text_that_was_broken_into_lines_goes_on(tmp_path: Path) -> None:
    text = ("DESCRIPTION:First line of it.", "Second line without a name", "", "services: cart", "Status: done",
            "owner: sre", "END: 12:00", "STATUS:CONFIRMED")  # fmt: skip
    made, context = from_text(tmp_path, event(*text) + GOOD)
    assert made["id"].tolist() == ["good", "odd"]
    odd = made.set_index("id").loc["odd"]
    assert (odd["services"], odd["owner"]) == (["cart"], "sre")
    assert context.gaps == []


@pytest.mark.parametrize(
    "description",
    [
        r"<p>services:&nbsp\;cart</p><span>owner: sre &amp\; dba</span><br>rollback: move the pool back",
        r"<html-blob>services: Cart<br/>owner: sre &amp\; dba<br>rollback: move the pool back</html-blob>",
        r"<ul><li>services: <b>CART</b></li><li>owner: sre &#38\; dba</li><li>rollback: move the pool back</li></ul>",
        r'services: <a href="https://example.org/cart">cart</a><div>owner: sre & dba</div>rollback: move the pool back',
        r"services: cart\nowner: sre & dba\nrollback: move the pool back",
    ],
)
def test_a_description_in_html_is_read_as_people_see_it(tmp_path: Path, description: str) -> None:
    made, context = from_text(tmp_path, event(f"DESCRIPTION:{description}"))
    row = made.loc[0]
    assert (row["services"], row["owner"], row["rollback"]) == (["cart"], "sre & dba", "move the pool back")
    assert (context.gaps, context.notes) == ([], [])


def test_a_description_that_outlook_writes_as_html_alone_is_read(tmp_path: Path) -> None:
    line = r"X-ALT-DESC;FMTTYPE=text/html:<html><body><p>services: cart</p><p>owner: sre</p></body></html>"
    assert from_text(tmp_path, event(line))[0]["owner"].tolist() == ["sre"]
    both = from_text(tmp_path, event(line, "DESCRIPTION:owner: dba"))[0]
    assert both["owner"].tolist() == ["dba"]


def test_a_page_as_exchange_exports_it_is_read_without_what_nobody_sees(tmp_path: Path) -> None:
    line = (
        r"DESCRIPTION:<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 3.2//EN'>\n<HTML>\n<HEAD>\n"
        r"<META NAME='Generator' CONTENT='MS Exchange Server'>\n<TITLE>owner: nobody</TITLE>\n"
        r"<STYLE>\nowner: nobody\n</STYLE>\n</HEAD>\n<BODY>\n<!-- owner: nobody -->\n"
        r"<P DIR=LTR><SPAN LANG='en-us'><FONT FACE='Calibri'>services: cart</FONT></SPAN></P>\n"
        r"<P><SPAN>owner: sre <sre@example.org></SPAN></P>\n</BODY>\n</HTML>"
    )
    row = from_text(tmp_path, event(line))[0].loc[0]
    assert (row["services"], row["owner"]) == (["cart"], "sre <sre@example.org>")


def test_an_end_before_its_start_is_a_gap(tmp_path: Path) -> None:
    made, context = from_text(tmp_path, event(when="DTSTART:20261101T100000Z\nDTEND:20261031T110000Z") + GOOD)
    assert made["id"].tolist() == ["good"]
    assert said(context)[0].startswith("c.ics:7: the event odd (Odd one) is left out: DTEND is before DTSTART")


def test_services_are_matched_whatever_their_capitals(tmp_path: Path) -> None:
    for line in (r"DESCRIPTION:services: Cart\, CART", "CATEGORIES:Service:CART", "CATEGORIES:Cart"):
        made, context = from_text(tmp_path, event(line))
        assert made["services"].tolist() == [["cart"]]
        assert context.gaps == []


JAPANESE = "変更: データベースを新しいノードに移す作業と確認のための停止時間"


def test_a_line_folded_within_a_letter_is_put_together_first(tmp_path: Path) -> None:
    title = f"SUMMARY:{JAPANESE}".encode()
    folded = b"\r\n ".join(title[at : at + 20] for at in range(0, len(title), 20))
    data = event().replace("SUMMARY:Odd one", "@").replace("\n", "\r\n").encode().replace(b"@", folded)
    whole = b"BEGIN:VCALENDAR\r\n" + data + b"END:VCALENDAR\r\n"
    assert from_bytes(tmp_path, whole)[0]["title"].tolist() == [JAPANESE]
    with answering(lambda _: (200, "text/calendar", whole)) as server:
        made = read({"type": "icalendar", "url": server.url}, given(tmp_path))
    assert made["title"].tolist() == [JAPANESE]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_encodings_and_line_ends_of_every_program_are_read(tmp_path: Path, encoding: str, line_end: str) -> None:
    text = f"BEGIN:VCALENDAR\n{event().replace('Odd one', 'Größe 変更')}END:VCALENDAR\n".replace("\n", line_end)
    made, context = from_bytes(tmp_path, text.encode(encoding))
    assert made["title"].tolist() == ["Größe 変更"]
    assert context.notes == []


def test_a_text_in_an_older_encoding_is_read_with_a_note(tmp_path: Path) -> None:
    text = f"BEGIN:VCALENDAR\n{event().replace('Odd one', 'Größe')}END:VCALENDAR\n"
    made, context = from_bytes(tmp_path, text.encode("cp1252"))
    assert made["title"].tolist() == ["Größe"]
    assert context.notes == ["1 lines that are not UTF-8 are read as Windows-1252"]
    declared = text.replace("SUMMARY:", "SUMMARY;CHARSET=shift_jis:").replace("Größe", "変更")
    made, context = from_bytes(tmp_path, declared.encode("shift_jis"))
    assert (made["title"].tolist(), context.notes) == (["変更"], [])


def test_whole_days_that_end_on_their_day_last_it(tmp_path: Path) -> None:
    for ends in ("DTEND;VALUE=DATE:20261102", "DTEND:20261102", ""):
        made, _ = from_text(tmp_path, event(ends, when="DTSTART;VALUE=DATE:20261102"))
        assert made["duration_s"].tolist() == [86_400]
        recurring, _ = from_text(tmp_path, event(ends, "RRULE:FREQ=DAILY;COUNT=2", when="DTSTART;VALUE=DATE:20261102"))
        assert recurring["duration_s"].tolist() == [86_400, 86_400]


def test_several_events_of_one_uid_are_all_read(tmp_path: Path) -> None:
    later = WHEN.replace("20261101", "20261102")
    made, _ = from_text(tmp_path, event() + event(when=later))
    assert made["id"].tolist() == ["odd/2026-11-01", "odd/2026-11-02"]
    newest, _ = from_text(tmp_path, event() + event("SEQUENCE:2", when=later))
    assert newest["start"].tolist() == [pd.Timestamp("2026-11-02T10:00Z")]


def test_two_calendars_of_a_file_that_share_a_uid_are_both_read(tmp_path: Path) -> None:
    other = event(when=WHEN.replace("20261101", "20261102"))
    text = "".join(f"BEGIN:VCALENDAR\n{body}END:VCALENDAR\n" for body in (event(), other, event()))
    assert from_bytes(tmp_path, text.encode())[0]["id"].tolist() == ["odd", "odd/2026-11-02T10:00"]


def test_all_that_follow_a_moved_occurrence_are_read(tmp_path: Path) -> None:
    later = "DTSTART:20261103T150000Z\nDTEND:20261103T160000Z"
    exception = event("RECURRENCE-ID;RANGE=THISANDFUTURE:20261103T100000Z", when=later)
    made, _ = from_text(tmp_path, event("RRULE:FREQ=DAILY;COUNT=5") + exception)
    assert [f"{start:%d %H}" for start in made["start"]] == ["01 10", "02 10", "03 15", "04 15", "05 15"]
    assert made["id"].tolist() == [f"odd/2026-11-0{day}" for day in range(1, 6)]


@pytest.mark.parametrize("rule", ["freq=daily;count=2", " FREQ=DAILY; COUNT = 2;", "FREQ=DAILY;X-OWN=1;COUNT=2"])
def test_a_rule_is_read_however_it_is_spaced(tmp_path: Path, rule: str) -> None:
    made, context = from_text(tmp_path, event(f"RRULE:{rule}"))
    assert (len(made), context.gaps) == (2, [])


@pytest.mark.parametrize(
    ("data", "ids", "gap"),
    [
        (f"BEGIN:VCALENDAR\n{GOOD}{event()}".encode(), ["good", "odd"], "c.ics:1: the calendar does not end"),
        (f"BEGIN:VCALENDAR\n{GOOD}{event()}".encode()[:-12], ["good"], "c.ics:8: an event and the calendar do not end"),
        (f"BEGIN:VCALENDAR\n{GOOD}{event()[:-11]}\nEND:VCALENDAR".encode(), ["good", "odd"], ""),
        (f"BEGIN:XCALENDAR\n{GOOD}END:VCALENDAR\n".encode(), ["good"], ""),
    ],
)
def test_a_calendar_that_was_cut_keeps_what_came(tmp_path: Path, data: bytes, ids: list[str], gap: str) -> None:
    made, context = from_bytes(tmp_path, data)
    assert made["id"].tolist() == ids
    assert [text.partition(", and")[0].partition(":")[0] for text in said(context)] == (["c.ics"] if gap else [])
    assert all(text.startswith(gap) for text in said(context))


def test_of_many_events_that_cannot_be_read_some_are_named_and_the_others_counted(tmp_path: Path) -> None:
    made, context = from_text(tmp_path, "".join(event(uid=f"e{n}", when="DTSTART:x") for n in range(100)) + GOOD)
    assert len(made) == 1
    assert len(context.gaps) == 21
    assert said(context)[-1] == "c.ics: 80 more events or lines cannot be read"
