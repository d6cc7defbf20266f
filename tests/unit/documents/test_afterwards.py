"""What is said of a meeting after it: a correction with its history, who was there, and who accepts."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from prodmeet_kit.archive.user_edits import list_written
from prodmeet_kit.cli import cli
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.documents import afterwards
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.minutes.entries import CHECK, decided_at

DAY, SUBJECT = "2026-11-23", "slo:web/latency"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """The demo's report with what corrections read of it."""
    folder = tmp_path / "reports" / "demo" / DAY
    shutil.copytree(SNAPSHOT, folder / "snapshot")
    line = {"subject": SUBJECT, "item": "metrics", "reason": "web/latency misses its objective"}
    (folder / "review.json").write_text(json.dumps({"agenda_lines": [line]}))
    (folder / "minutes.md").write_text("# the minutes as they were made\n")
    list_written(folder)
    (folder.parent / "latest").symlink_to(DAY)
    return folder


def decided(report: Path) -> Minutes:
    minutes = Minutes(report.parents[2] / "minutes", "demo")
    act = {"subject": SUBJECT, "item": "metrics", "meeting": DAY, "decision": "act", "owner": "web team"}
    minutes.save("decisions", SUBJECT, {**act, "due": "2026-12-04"}, datetime(2026, 11, 23, 2, tzinfo=UTC))
    return minutes


def test_a_correction_from_the_command_line_is_told_in_the_minutes_with_what_it_was(report: Path) -> None:
    minutes = decided(report)
    options = ["--correct", SUBJECT, "--decision", "drop", "--note", "CH-31 is undone", "--by", "Ann"]
    made = CliRunner().invoke(cli, ["-C", str(report.parents[2]), "minutes", "demo", *options, "--present", "Ann"])
    assert made.exit_code == 0, made.output
    first, second = minutes.load("decisions")[0]
    assert (second.content["after"], second.content["by"], second.content["owner"]) == (
        first.path.name, "Ann", "web team",
    )  # fmt: skip
    text = (report / "minutes.md").read_text(encoding="utf-8")
    assert text in made.output
    day = f"{second.at:%Y-%m-%d}" if second.at else ""
    assert "by Ann: act → drop" in text and "web team (unconfirmed)" in text and "CH-31 is undone" in text
    assert day > DAY


def test_the_owner_accepts_and_is_confirmed(report: Path) -> None:
    minutes, said = decided(report), report.parents[2] / "minutes"
    afterwards.were_present(report, said, "Ann")
    afterwards.accept(report, said, SUBJECT, "Bob")
    (each,) = minutes.load("confirmed")[0]
    assert (each.content["owner"], each.content["by"]) == ("web team", "Bob")


@pytest.mark.parametrize(
    ("subject", "fields", "told"),
    [
        ("slo:web/latancy", {"decision": "drop"}, "did you mean slo:web/latency"),
        (SUBJECT, {"decision": "wait"}, "--decision is"),
        (SUBJECT, {"decision": "act"}, "add owner and due"),
        (SUBJECT, {"decision": "act", "owner": "x", "due": "2026-11-01"}, "before the meeting"),
        (SUBJECT, {"decision": "act", "owner": "x", "due": "soon"}, "--due is"),
    ],
)
def test_what_is_no_correction_is_refused_and_writes_nothing(
    report: Path, subject: str, fields: dict[str, str], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        afterwards.correct(report, report.parents[2] / "minutes", subject, fields)
    assert not (report.parents[2] / "minutes").exists()


def test_what_changes_of_no_decision_is_refused(report: Path) -> None:
    made = CliRunner().invoke(cli, ["-C", str(report.parents[2]), "minutes", "demo", "--owner", "x"])
    assert made.exit_code == 2 and "--correct SUBJECT" in made.output


@pytest.mark.parametrize("check", [{}, {"verify_query": 'own{a="b"}', "verify_expect": "< 7"}])
def test_a_correction_keeps_the_query_that_was_saved_with_the_decision(report: Path, check: dict[str, str]) -> None:
    minutes, said = decided(report), report.parents[2] / "minutes"
    first = minutes.load("decisions")[0][0]
    act = {"subject": SUBJECT, "item": "metrics", "meeting": DAY, "decision": "act", "owner": "web team"}
    minutes.save("decisions", SUBJECT, {**act, "due": "2026-12-04", **check, "after": first.path.name})
    path = afterwards.correct(report, said, SUBJECT, {"due": "2026-12-08"}, "Eve")
    (made,) = (each for each in minutes.load("decisions")[0] if each.path == path)
    assert {name: made.content[name] for name in CHECK if name in made.content} == check
    now = decided_at(minutes.load("decisions")[0], DAY)[SUBJECT].fields
    assert now["due"] == "2026-12-08" and {name: now[name] for name in CHECK} == {**dict.fromkeys(CHECK, ""), **check}
