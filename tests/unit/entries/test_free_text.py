"""Fields, times, durations and severities in what people write into issues and calendars."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from prodmeet_kit.entries import change_text
from prodmeet_kit.entries.free_text import fields
from prodmeet_kit.entries.free_values import duration, link, moment, span
from prodmeet_kit.entries.severity import of_incident
from prodmeet_kit.sources.github.fields import written
from tests.support.counts import count

NAMES = {name: name for name in ("start", "end", "services", "rollback", "impact", "detected_by", "owner")}
RULE = "|---|---|---|"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "### Start\n\n2026-12-02T13:00\n\n### Services\n\ncart, web\n",
            {"start": "2026-12-02T13:00", "services": "cart, web"},
        ),
        ("### Start\r\n\r\n_No response_\r\n\r\n### End\r\n\r\n2026-11-10\r\n", {"end": "2026-11-10"}),
        (
            "### Services\n\n- [x] cart\n- [ ] web\n\nText.\n### Owner\nsre",
            {"services": "- [x] cart\n- [ ] web", "owner": "sre"},
        ),
        ("**Start**\n2026-11-10\n\n**End:** 2026-11-11", {"start": "2026-11-10", "end": "2026-11-11"}),
        ("* `End`: `2026-11-10`", {"end": "2026-11-10"}),
        ("1. __Owner__: sre\n> - [x] Start: 2026-11-10", {"owner": "sre", "start": "2026-11-10"}),
        (
            f"| Start | End | Owner |\n{RULE}\n| 10:00 | 11:00 | sre |",
            {"start": "10:00", "end": "11:00", "owner": "sre"},
        ),
        ("| Field | Value |\n|---|---|\n| Detected by | page | x |", {"detected_by": "page"}),
        ("| Start | 10:00 |\n|---|---|\n| End | 11:00 |", {"start": "10:00", "end": "11:00"}),
        ("<table><tr><td>Start</td><td>10:00</td></tr></table>", {"start": "10:00"}),
        ("owner: sre<br>start: 10:00</p>", {"owner": "sre", "start": "10:00"}),
        ("services:\n  - cart\n  - web\nowner: x", {"services": "- cart\n- web", "owner": "x"}),
        ("<!--\nstart: 10:00\nend: 11:00\nexpectedDown: a, b\n-->\nDown.", {"start": "10:00", "end": "11:00"}),
        ("<!-- Write start: and end: here, as 2026-01-01 -->\nowner: sre", {"owner": "sre"}),
        ("start: 10:00 <!-- in UTC -->\n<!-- start: 12:00 -->", {"start": "10:00"}),
        (
            "Start (UTC): 2026-11-10 10:00\n### End (UTC)\n\n11:00",
            {"start": "2026-11-10 10:00 UTC", "end": "11:00 UTC"},
        ),
        ("end: tbd\nend: n/a\nend: 11:00\nend: 12:00", {"end": "11:00"}),
        ("Start\uff1a10:00", {"start": "10:00"}),
        ("\U0001f552 **Start**: 10:00\n### \U0001f527 Owner\n\nsre", {"start": "10:00", "owner": "sre"}),
        (
            "rollback: [the runbook](https://wiki.example/r) first",
            {"rollback": "[the runbook](https://wiki.example/r) first"},
        ),
        ("It will start: soon\nhttps://start: x\nRestart: now", {}),
    ],
)
def test_fields_are_found_however_people_write_them(text: str, found: dict[str, str]) -> None:
    assert fields(text, NAMES) == found


def test_a_change_is_read_from_a_form_as_from_lines() -> None:
    form = (
        "### Start time\n\n2026-12-02 13:00 UTC\n\n### Affected service(s)\n\n- cart\n\n### Rollback plan\n\n"
        "- move the pool back\n- tell the team\n\n### Response\n\nwatch\nthe dashboard\n\n"
        "### Expected duration\n\n2 hours"
    )
    assert change_text.lines(form) == {
        "start": "2026-12-02 13:00 UTC",
        "services": "- cart",
        "rollback": "move the pool back; tell the team",
        "response_needed": "watch the dashboard",
        "duration": "2 hours",
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("### 開始\n\n12:00\n\n### 影響サービス\n\ncart、web\n", {"start": "12:00", "services": "cart、web"}),
        (
            "開始日時: 12:00\n終了\u3000\uff1a12:40\n検知 : 12:05",
            {"start": "12:00", "end": "12:40", "detected": "12:05"},
        ),
        (
            "- **緩和**\uff1a12:30\n- 所要時間: 2時間\n・影響: 注文",
            {"mitigated": "12:30", "duration": "2時間", "impact": "注文"},
        ),
        ("【開始】12:00\n【影響】\n注文\n\n■終了: 13:00", {"start": "12:00", "impact": "注文", "end": "13:00"}),
        ("| 開始\uff08JST\uff09 | 終了 |\n|---|---|\n| 12:00 | 13:00 |", {"start": "12:00 JST", "end": "13:00"}),
        ("終了: 未定\n影響: なし\n開始した: 12:00\n再開始: 12:00", {}),
    ],
)
def test_the_fields_of_an_incident_are_read_in_japanese(text: str, found: dict[str, str]) -> None:
    assert written(text) == found


def test_the_fields_of_a_change_are_read_in_japanese() -> None:
    text = "対象サービス: cart\n担当者\uff1asre\n開始: 12:00\n所要時間: 2時間\n### 切り戻し\n\n- 戻す\n- 伝える\n"
    assert change_text.lines(text) == {
        "services": "cart",
        "owner": "sre",
        "start": "12:00",
        "duration": "2時間",
        "rollback": "戻す; 伝える",
    }
    assert change_text.lines("担当: sre\nロールバック: 戻す") == {"owner": "sre", "rollback": "戻す"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("services: ~~web~~ cart\nstart: ~~11:00~~ 12:00", {"services": "cart", "start": "12:00"}),
        ("services: cart ~~web~~ search", {"services": "cart search"}),
        ("services:\n- ~~web~~\n- cart", {"services": "- cart"}),
        ("### ~~Start~~\n\n11:00\n\n### End\n\n~~12:00~~ 13:00", {"end": "13:00"}),
        ("~~start: 11:00\nend: 12:00~~\nstart: 13:00", {"start": "13:00"}),
        ("start (UTC): ~~11:00~~\nowner: <del>ops</del> sre\nend: <s>12:00</s>", {"owner": "sre"}),
        ("impact: ~~half~~\n- a note", {}),
        ("~~~\nstart: 10:00\n~~~\nend: 10:00 ~~ 11:00", {"start": "10:00", "end": "10:00 ~~ 11:00"}),
    ],
)
def test_what_is_struck_out_does_not_count(text: str, found: dict[str, str]) -> None:
    assert fields(text, NAMES) == found


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-20 12:00 UTC", "2026-11-20T12:00"),
        ("2026-11-20 12:00 (GMT).", "2026-11-20T12:00"),
        ("`2026-11-20T12:00Z`", "2026-11-20T12:00"),
        ("2026-12-02T13:00:00.220Z", "2026-12-02T13:00:00.220000"),
        ("2026-11-20T12:00", "2026-11-20T03:00"),  # Tokyo
        ("2026-11-20", "2026-11-19T15:00"),
        ("2026-11-20 12:00 JST", "2026-11-20T03:00"),
        ("2026-11-20 at 12:00 UTC+9", "2026-11-20T03:00"),
        ("2026-11-20, 12:00 +0900", "2026-11-20T03:00"),
        ("2026-11-20T12:00+09:00[Asia/Tokyo]", "2026-11-20T03:00"),
        ("2026-11-20 12:00 America/New_York", "2026-11-20T17:00"),
        ("2026/11/20 9pm UTC", "2026-11-20T21:00"),
        ("Fri, 20 Nov 2026 12:00 GMT", "2026-11-20T12:00"),
        ("Nov 20th, 2026 12:30 am UTC", "2026-11-20T00:30"),
        ("2026\u5e7411\u670820\u65e5(\u91d1) 12:30", "2026-11-20T03:30"),
        ("2026\u5e7411\u670820\u65e5 12\u664230\u5206", "2026-11-20T03:30"),
        ("2026\u5e7411\u670820\u65e5\u3000\uff11\uff12\uff1a\uff13\uff10", "2026-11-20T03:30"),
        ("2026-11-20 12:30 \u65e5\u672c\u6642\u9593", "2026-11-20T03:30"),
        ("[2026-11-20 12:00 UTC](https://time.example)", "2026-11-20T12:00"),
    ],
)
def test_a_time_is_read_when_it_can_mean_one_thing(text: str, utc: str) -> None:
    assert moment(text, "Asia/Tokyo") == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-20 12:00 CST", "CST can mean several zones: write UTC"),
        ("2026-11-20 12:00 IST", "several zones"),
        ("11/12/2026 10:00", "write a time as"),
        ("2026-11-20 09:00-10:00", "an end or an offset: write end: on its own line"),
        ("soon", "write a time as"),
        ("next Friday", "write a time as"),
        ("12:40", "write a time as"),
        ("", "write a time as"),
        ("2026-02-30", "write a day that exists"),
        ("0000-01-01", "write a day that exists"),
        ("2026-11-20 25:00", "write a time of day"),
        ("0001-01-01T00:00:00Z", "write a year from 1970 to 2199"),
        ("9999-12-31", "write a year from 1970 to 2199"),
        ("9999-12-31 23:59 UTC", "write a year from 1970 to 2199"),
        ("2026-11-20 12:00 Mars/Base", "write a time as"),
        ("2026-11-20 " + "1" * 5000, "write a time as"),
    ],
)
def test_a_time_that_cannot_be_or_means_several_things_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        moment(text, "Asia/Tokyo")


def test_the_products_own_zone_may_be_named_by_its_letters() -> None:
    assert moment("2026-11-20 12:00 CST", "America/Chicago") == datetime(2026, 11, 20, 18, tzinfo=UTC)
    with pytest.raises(ValueError, match="several zones"):
        moment("2026-07-20 12:00 CST", "America/Chicago")  # it is CDT then


def test_a_time_of_day_is_on_the_day_of_the_start_or_soon_after_midnight() -> None:
    start = datetime(2026, 11, 20, 14, tzinfo=UTC)  # 23:00 in Tokyo
    hours = timedelta(hours=12)
    assert moment("23:40", "Asia/Tokyo", near=start, latest=hours) == start + timedelta(minutes=40)
    assert moment("00:15", "Asia/Tokyo", near=start, latest=hours) == start + timedelta(minutes=75)
    assert moment("15:10 UTC", "Asia/Tokyo", near=start, latest=hours) == start + timedelta(minutes=70)
    assert moment("22:00", "Asia/Tokyo", near=start, latest=hours) < start  # 23 hours would be made up


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2h", 7200),
        ("2 hours", 7200),
        ("1h30m", 5400),
        ("about 1 hour and 30 minutes", 5400),
        ("90 min.", 5400),
        ("1.5 hrs", 5400),
        ("PT2H", 7200),
        ("P1DT2H", 93600),
        ("2\u6642\u9593", 7200),
        ("\u7d0430\u5206\u7a0b\u5ea6", 1800),
        ("`30m`", 1800),
        ("1 day, 2 hours", 93600),
    ],
)
def test_a_duration_is_read_in_words_too(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "0h", "2", "1:30", "a while", "P1M", "300y", "9999999999y", "1" * 500 + "h", "-2h"]
)
def test_a_duration_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write a duration"):
        duration(text)


@pytest.mark.parametrize(
    ("label", "found"),
    [
        *(
            (text, "SEV1")
            for text in ("sev1", "SEV-1", "sev:1", "Severity/1", "severity: SEV1", "severity::1", "S1", "s1")
        ),
        *(
            (text, "SEV1")
            for text in ("incident/sev1", "severity\uff1a1", "Severity \u2013 1", "sev1-critical", "severity: s1")
        ),
        *(
            (text, "SEV1")
            for text in ("SEV1 - cart does not answer", "sev1 (all of it)", "\u91cd\u5927\u5ea6\uff1a\uff11")
        ),
        *(
            (text, "P1")
            for text in ("P1", "p1", "priority/P1", "priority: p1", "severity: P1", "priority: 1", "P1 - urgent")
        ),
        *(
            (text, "high")
            for text in ("severity: high", "severity-high", "sev/high", "priority: high", "high", "high-severity")
        ),
        *((text, text) for text in ("critical", "Major", "low")),
        *((text, "") for text in ("severe", "several-teams", "ci: sev", "sev", "severity levels", "sev10", "p1000")),
        *(
            (text, "")
            for text in ("severity: unknown", "seventh", "perseverance", "v1", "s3", "s3-bucket", "S10", "http1")
        ),
        *(
            (text, "")
            for text in ("sev1-candidate", "sev1 (candidate)", "sev1?", "potential/sev1", "severity: 1-candidate")
        ),
        *((text, "") for text in ("priority: review", "critical-path", "low-hanging fruit", "sev1-review")),
    ],
)
def test_a_label_is_a_severity_by_a_rule_and_not_by_its_first_letters(label: str, found: str) -> None:
    assert of_incident([label], "") == found


@pytest.mark.parametrize(
    ("labels", "written", "found"),
    [
        (["critical", "P2", "sev3"], "1", "SEV3"),
        (["priority: high", "P2"], "SEV1", "P2"),
        (["priority: high", "incident"], "SEV1", "SEV1"),
        (["incident", "high"], "", "high"),
        (["incident"], "all down", "all down"),
    ],
)
def test_the_plainest_label_tells_the_severity_then_the_text_then_a_bare_word(
    labels: list[str], written: str, found: str
) -> None:
    assert of_incident(labels, written) == found


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2026-12-02 13:00 - 15:00 UTC", "2026-12-02 13:00 UTC", "15:00 UTC"),
        ("2026-12-02 13:00 (JST) to 15:00", "2026-12-02 13:00 (JST)", "15:00 (JST)"),
        ("2026-12-02 13:00\u201315:00", "2026-12-02 13:00", "15:00"),
        ("2026-12-02T13:00+09:00 - 2026-12-03T01:00+09:00", "2026-12-02T13:00 +09:00", "2026-12-03T01:00+09:00"),
        ("2026-12-02T13:00-05:00", "2026-12-02T13:00-05:00", ""),
        ("2026-12-02 13:00 -0500", "2026-12-02 13:00 -0500", ""),
        ("2026-12-02", "2026-12-02", ""),
    ],
)
def test_begin_and_end_may_stand_in_one_line(text: str, begin: str, end: str) -> None:
    assert span(text) == (begin, end)


def test_the_address_of_a_link_is_its_value() -> None:
    assert [link("[report](https://x/pm)"), link("<https://x/pm>"), link("see [x](y)")] == [
        "https://x/pm",
        "https://x/pm",
        "see [x](y)",
    ]


def test_no_text_makes_the_reader_slow_or_fail() -> None:
    random = Random(12)
    pieces = [
        ":",
        "|",
        "\n",
        "- ",
        "### ",
        "**",
        "`",
        "<!--",
        "-->",
        "[",
        "](",
        ")",
        "<a ",
        ">",
        " ",
        "1",
        "(",
        "_",
        "---",
        "~~",
        "<del>",
        "</s>",
        "\u3010",
        "\u958b\u59cb",
    ]
    pieces += ["start", "end", "sev", "2026-11-20", "12:00", "UTC", "1h", "\u5e74", "\ud800", "\x00", "\u2028", "\r\n"]
    for _ in range(count(60, 2000)):
        few = random.sample(pieces, random.randint(1, 5))
        text = "".join(random.choices(few, k=random.choice((20, 2000, 40_000))))
        began = time.monotonic()
        for value in fields(text, NAMES).values():
            for read in (lambda value: moment(value, "Asia/Tokyo"), duration):
                with suppress(ValueError):
                    read(value)
            of_incident([value], value)
            link(value)
        assert time.monotonic() - began < 5
