"""What the index knows of a meeting: the worst and the counts of its review.json, or why it knows nothing."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.archive.layout import record_text
from prodmeet_kit.archive.meetings import READ, meetings, read
from prodmeet_kit.core.errors import Failure
from prodmeet_kit.documents.review_json import record as real_record
from prodmeet_kit.html_report.index import html
from prodmeet_kit.review import Review
from tests.support.fleet_world import fleet_facts
from tests.support.reviews import END, review
from tests.support.shelf import put, record, slo


def test_a_meeting_is_the_worst_and_the_counts_of_its_record(tmp_path: Path) -> None:
    # Left 0.5, -0.2 and unknown: at least -0.2, of the second. Kept: 1 of 3.
    slos = [
        slo("OK", 0.1, 0.5),
        slo("BAD", 0.7, -0.2) | {"service": "web", "name": "latency"},
        slo("NO_DATA", None, None),
    ]
    found = read(put(tmp_path, slos=slos, failures=[{"message": "a"}, {"message": "b"}]))
    assert (found.state, found.kept, found.slos) == ("BAD", 1, 3)
    assert (found.left, found.left_of) == (-0.2, "web/latency")
    assert (found.pages, found.to_decide, found.unchecked) == (3, 2, 2)
    assert (found.title, found.error) == ("The shop", "")
    assert found.end == datetime.fromisoformat("2026-11-23T10:00:00+09:00")


def test_what_was_not_checked_is_counted_as_the_first_screen_of_the_report_counts_it(tmp_path: Path) -> None:
    # The metrics failed: one failure, told once, which leaves two sections unknown: the metrics, and what did not page.
    bad = review(failures=[Failure("metrics", "prometheus", "refused")])
    written = real_record(bad)
    assert len(written["failures"]) == 1
    assert "2 sections could not be checked" in bad.overview.headline
    assert written["glance"]["unchecked"] == 2
    assert read(put(tmp_path, glance=written["glance"], failures=written["failures"])).unchecked == 2
    # A report of an earlier kit tells it by the states of its agenda.
    old = {"failures": written["failures"], "agenda": written["agenda"]}
    assert read(put(tmp_path, day="2026-11-09", **old)).unchecked == 2


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        (["OK", "TOO_FEW"], "TOO_FEW"),
        (["TOO_FEW", "NO_DATA", "OK"], "NO_DATA"),
        (["NO_DATA", "BAD"], "BAD"),
        (["OK"], "OK"),
        ([], ""),
    ],
)
def test_the_worst_state_stands_for_all(states: list[str], worst: str, tmp_path: Path) -> None:
    assert read(put(tmp_path, slos=[slo(state) for state in states])).state == worst


def test_an_slo_that_rests_on_part_of_the_data_is_counted_and_shown(tmp_path: Path) -> None:
    slos = [
        slo("OK") | {"certain": False},
        slo("OK") | {"covered_why": "kept"},
        slo("OK") | {"certain": True},
        slo("OK"),
    ]
    found = read(put(tmp_path, slos=slos))
    assert (found.kept, found.resting) == (4, 2)
    assert "4 of 4 met (2 on part of the data)" in html({"shop": [found]})
    assert "on part of" not in html({"shop": [read(put(tmp_path, day="2026-11-09", slos=[slo("OK")]))]})


def test_what_is_not_known_is_not_zero(tmp_path: Path) -> None:
    found = read(put(tmp_path, slos=[slo("NO_DATA", None, None)], glance={"pages": None, "to_decide": 0}))
    assert (found.pages, found.left, found.left_of, found.to_decide) == (None, None, "", 0)


def test_a_report_of_an_earlier_kit_tells_its_pages_only_when_there_were_any(tmp_path: Path) -> None:
    some = read(put(tmp_path, day="2026-11-09", glance={}, pages=[{}, {}]))
    none = read(put(tmp_path, day="2026-11-23", glance={}))
    assert (some.pages, none.pages) == (2, None)
    assert none.to_decide is None


def test_noise_is_known_where_every_page_has_a_verdict(tmp_path: Path) -> None:
    told = [{"shown_verdict": "noise"}, {"shown_verdict": "right"}, {"shown_verdict": "noise"}]
    assert read(put(tmp_path, day="2026-11-09", pages=told)).noise == 2
    assert read(put(tmp_path, day="2026-11-23", pages=[*told, {}])).noise is None


def test_the_first_question_is_that_of_the_first_finding_that_asks_one(tmp_path: Path) -> None:
    calm = {"subject": "all:slos", "headline": "every SLO is met.", "question": None}
    asks = {"subject": "slo:web/latency", "headline": "web is slow.", "question": "Roll it back? Who does it?"}
    facets = [{"question": None}, {"question": "Roll it back?"}, {"question": "Who does it?"}]
    found = read(put(tmp_path, day="2026-11-09", findings=[calm, {**asks, "facets": facets}]))
    assert (found.subject, found.question) == ("slo:web/latency", "web is slow. Roll it back?")
    assert read(put(tmp_path, day="2026-11-16", findings=[asks])).question == "web is slow. Roll it back? Who does it?"
    for strange in ("none", [calm], ["web"], [{**asks, "question": None}]):
        assert read(put(tmp_path / str(strange)[:20], findings=strange)).question == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "review.json is damaged: Expecting value"),
        ('{"product": "shop"', "review.json is damaged: Expecting"),
        ("[" * 100_000, "review.json is damaged: "),
        ("[]", "review.json: does not hold a review"),
        (json.dumps(record("mail")), "review.json: is of mail, not of shop"),
        (json.dumps(record(slos="none")), "review.json: holds no list of slos"),
        (json.dumps(record(slos=[slo("FINE")])), "review.json: knows no state FINE"),
        (json.dumps(record(slos=[slo(["BAD"])])), "review.json: knows no state ['BAD']"),  # type: ignore[arg-type]
        (json.dumps(record(window={})), "review.json: does not say when the meeting was"),
        (json.dumps(record(window=[])), "review.json: window is no mapping"),
        (json.dumps(record(window={"end": "2026-11-23", "timezone": "../x"})), "review.json: knows no time zone ../x"),
    ],
)
def test_a_damaged_record_says_so_and_costs_itself_only(text: str, said: str, tmp_path: Path) -> None:
    put(tmp_path, day="2026-11-09")
    (put(tmp_path) / "review.json").write_text(text)
    damaged, well = meetings(tmp_path)["shop"]
    assert damaged.error.startswith(said)
    assert (damaged.day, damaged.pages, well.error, well.pages) == ("2026-11-23", None, "", 3)


@pytest.mark.parametrize("value", ["0.5", True, [1], {}, 10**400])
def test_a_value_that_is_no_number_is_not_known(value: Any, tmp_path: Path) -> None:
    found = read(put(tmp_path, slos=[slo(left=value)], glance={"pages": value, "to_decide": value}))
    assert (found.left, found.pages, found.to_decide, found.error) == (None, None, None, "")


def test_meetings_are_newest_first_and_old_ones_are_not_read(tmp_path: Path) -> None:
    days = [f"20{year:02}-01-01" for year in range(READ + 2)]
    for day in days:
        put(tmp_path, day=day)
    for stray in ("shop/latest-look", "shop/.new-1", "empty", ".git"):
        (tmp_path / stray).mkdir(parents=True)
    found = meetings(tmp_path)
    assert list(found) == ["shop"]
    assert [meeting.day for meeting in found["shop"]] == days[::-1]
    assert [meeting.older for meeting in found["shop"]] == [False] * READ + [True] * 2


def test_the_record_of_a_review_is_read_as_it_is_written(tmp_path: Path) -> None:
    folder = put(tmp_path)
    # No value for any question: one SLO without data. No record of alerts: pages are not known.
    (folder / "review.json").write_text(record_text(real_record(review(), generated_at=END)))
    found = read(folder)
    assert (found.error, found.state, found.pages) == ("", "NO_DATA", None)
    assert found.to_decide == sum(len(item.questions) for item in review().items)
    assert (found.question, found.left_of, found.length_s, found.made) == ("", "", 14 * 86400.0, END)


def test_the_first_question_and_the_least_budget_are_those_of_a_real_record(tmp_path: Path) -> None:
    facts = fleet_facts(1)  # web alone, whose latency misses its objective
    folder = tmp_path / "fleet1" / "2026-11-23"
    folder.mkdir(parents=True)
    (folder / "review.json").write_text(record_text(real_record(Review(facts), generated_at=END)))
    found = read(folder)
    assert (found.error, found.subject, found.left_of, found.noise) == ("", "slo:web/latency", "web/latency", 0)
    assert found.question.startswith("web/latency misses its objective") and found.question.endswith("?")


def test_no_page_is_zero_pages_where_alerts_are_known(tmp_path: Path) -> None:
    folder = put(tmp_path)
    (folder / "review.json").write_text(record_text(real_record(review({"alert_runs": []}), generated_at=END)))
    assert read(folder).pages == 0
