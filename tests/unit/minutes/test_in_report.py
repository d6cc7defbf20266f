"""From the minutes into the report: all that was said is there, and a damaged file is told and costs only itself."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prodmeet_kit.documents import preread
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.live.timing import CLOCK, DURATIONS
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.minutes.attendance import CONFIRMED, PRESENT
from prodmeet_kit.minutes.entries import DECISIONS_KIND, DRAFTS
from prodmeet_kit.minutes.explorations import EXPLORATIONS
from prodmeet_kit.minutes.inbox import INBOX
from prodmeet_kit.minutes.items import ITEMS
from prodmeet_kit.minutes.strays import KINDS, strays
from prodmeet_kit.review import Review
from tests.support.answering import shop
from tests.support.gathered import WINDOW

WRITER = """
import sys
from pathlib import Path
from prodmeet_kit.minutes import Minutes

minutes = Minutes(Path(sys.argv[1]), "shop")
for number in range(500):
    subject = f"{sys.argv[2]}/{number}"
    minutes.save("decisions", subject, {"subject": subject, "meeting": "2026-11-23", "decision": "watch"})
"""

SAID = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("subject: slo/b\nnote: [never closed\n", ":3:1", "the file"),
        ("just a word\n", "", "write key: value lines"),
        ("subject: slo/b\nmeeting: 2026-11-23\ndecision: perhaps\n", "", "decision"),
    ],
)
def test_a_damaged_decision_is_told_in_the_report_and_the_others_load(
    tmp_path: Path, text: str, place: str, told: str
) -> None:
    minutes = Minutes(tmp_path / "minutes", "shop")
    good = {"subject": "slo/a", "meeting": "2026-11-23", "decision": "watch", "note": "kept"}
    minutes.save("decisions", "slo/a", good, SAID)
    minutes.save("decisions", "slo/c", {**good, "subject": "slo/c"}, SAID)
    damaged = tmp_path / "minutes" / "shop" / "decisions" / "2026-11-23-damaged.yaml"
    damaged.write_text(text, encoding="utf-8")
    found = Review(gather(shop(), WINDOW, folder=tmp_path, minutes=tmp_path / "minutes"))
    kept = record(found)
    assert [row["subject"] for row in kept["decisions_of_meeting"]] == ["slo/a", "slo/c"]
    (failure,) = [each for each in found.failures if str(damaged) in each.message]
    assert f"{damaged}{place}" in failure.message and told in failure.message
    asked = preread.write(found).replace("\\", "").split("## ")[0]
    assert "Could not be checked:" in asked and f"{damaged.name}{place}" in asked


def test_a_half_typed_draft_that_was_written_over_costs_nothing_and_one_that_stands_is_told(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path / "minutes", "shop")
    begun = {"subject": "slo/a", "meeting": "2026-11-23", "decision": "act", "owner": "shop", "due": "0202-12-04"}
    minutes.save("decisions", "slo/b", {"subject": "slo/b", "meeting": "2026-11-23", "decision": "watch"}, SAID)
    first = minutes.save("drafts", "slo/a", begun, SAID)
    found = Review(gather(shop(), WINDOW, folder=tmp_path, minutes=tmp_path / "minutes"))
    assert [first.name in failure.message for failure in found.failures if "0202" in failure.message] == [True]
    minutes.save("decisions", "slo/a", {**begun, "due": "2026-12-04", "after": first.name}, SAID)
    found = Review(gather(shop(), WINDOW, folder=tmp_path, minutes=tmp_path / "minutes"))
    assert [failure for failure in found.failures if "drafts" in failure.message] == []
    kept = {row["subject"]: row for row in record(found)["decisions_of_meeting"]}["slo/a"]
    assert (kept["owner"], kept["due"][:10]) == ("shop", "2026-12-04")


def test_a_damaged_action_item_is_told_in_the_report_and_the_others_load(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path / "minutes", "shop")
    item = {"id": "AI-1", "text": "t", "owner": "sre", "born": "2026-11-09", "due": "2026-12-01", "status": "open"}
    minutes.save("action_items", "AI-1", item, SAID)
    damaged = tmp_path / "minutes" / "shop" / "action_items" / "damaged.yaml"
    damaged.write_text("id: AI-2\ntext: [never closed\n", encoding="utf-8")
    product = shop(sources={"action_items": [{"type": "minutes"}]})
    found = Review(gather(product, WINDOW, folder=tmp_path, minutes=tmp_path / "minutes"))
    assert [row["id"] for row in record(found)["action_items"]] == ["AI-1"]
    assert [f"{damaged}:3:1" in failure.message for failure in found.failures if str(damaged) in failure.message] == [
        True
    ]


def test_what_two_processes_decide_at_once_is_all_in_the_report(tmp_path: Path) -> None:
    minutes = tmp_path / "minutes"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(minutes), name]) for name in ("ada", "bob")]
    assert [writer.wait(timeout=90) for writer in writers] == [0, 0]
    found = Review(gather(shop(), WINDOW, folder=tmp_path, minutes=minutes))
    said = {row["subject"] for row in record(found)["decisions_of_meeting"]}
    assert said == {f"{who}/{number}" for who in ("ada", "bob") for number in range(500)}
    assert not [failure for failure in found.failures if str(minutes) in failure.message]


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("decision/a.yaml", "name it decisions"),
        ("Decisions/a.yaml", "name it decisions"),
        ("action-items/a.yaml", "name it action_items"),
        ("in box/a.yaml", "name it inbox"),
        ("stray.yaml", "move it to the folder of its kind: decisions, "),
        ("stray.YML", "move it to the folder of its kind: decisions, "),
    ],
)
def test_what_lies_beside_the_folders_of_the_minutes_is_told_once(tmp_path: Path, name: str, fix: str) -> None:
    (path := tmp_path / "minutes" / "shop" / name).parent.mkdir(parents=True)
    path.write_text("subject: slo/a\n")
    found = Review(gather(shop(), WINDOW, folder=tmp_path, minutes=tmp_path / "minutes"))
    meant = path if path.parent.name == "shop" else path.parent
    (failure,) = [each for each in found.failures if str(meant) in each.message]
    assert failure.section == "overview" and f"{meant}: the file is not read: {fix}" in failure.message


@pytest.mark.parametrize(
    "name",
    [
        "notes/a.yaml",
        ".decision/a.yaml",
        "decisions-2025/a.yaml",
        "README.md",
        ".a.yaml",
        "draft/README.md",
        "archive/decision/a.yaml",
    ],
)
def test_what_people_keep_beside_the_minutes_costs_nothing(tmp_path: Path, name: str) -> None:
    (path := tmp_path / "shop" / name).parent.mkdir(parents=True)
    path.write_text("subject: slo/a\n")
    (tmp_path / "shop" / "verdict").mkdir()  # nothing is in it
    (tmp_path / "shop" / "empty.yaml").touch()
    assert strays(tmp_path / "shop") == []


def test_every_kind_the_kit_writes_is_no_stray(tmp_path: Path) -> None:
    for kind in KINDS:
        Minutes(tmp_path, "shop").save(kind, "a", {"subject": "a"}, SAID)
    assert strays(tmp_path / "shop") == []
    written = {CLOCK, DURATIONS, DECISIONS_KIND, DRAFTS, EXPLORATIONS, ITEMS, INBOX, "verdicts", PRESENT, CONFIRMED}
    assert written == set(KINDS)
