"""Minutes: one file for each thing said; nothing is overwritten, and a damaged file costs only itself."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prodmeet_kit.minutes import Decision, Minutes, entries_of

WRITER = """
import sys
from pathlib import Path
from prodmeet_kit.minutes import Minutes

minutes = Minutes(Path(sys.argv[1]), "shop")
for number in range(500):
    minutes.save("decisions", f"page/{number}", {"subject": f"page/{number}", "note": sys.argv[2]})
"""

FIRST = datetime(2026, 11, 23, 1, 0, 0, 1, tzinfo=UTC)
SECOND = datetime(2026, 11, 23, 1, 0, 0, 2, tzinfo=UTC)


def test_two_processes_that_write_five_hundred_decisions_each_lose_none(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name]) for name in ("ada", "bob")]
    assert [writer.wait(timeout=90) for writer in writers] == [0, 0]
    saved, problems = Minutes(tmp_path, "shop").load("decisions")
    assert problems == []
    seen = {(entry.content["subject"], entry.content["note"]) for entry in saved}
    assert len(saved) == 1000 and seen == {(f"page/{n}", who) for n in range(500) for who in ("ada", "bob")}
    assert [path.name for path in (tmp_path / "shop" / "decisions").iterdir() if path.name.startswith(".")] == []


def test_the_newest_counts_and_the_older_stays(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path, "shop")
    minutes.save("decisions", "slo/a", {"subject": "slo/a", "decision": "watch"}, SECOND)
    minutes.save("decisions", "slo/a", {"subject": "slo/a", "decision": "act"}, FIRST)
    newest, _ = minutes.newest("decisions")
    assert newest["slo/a"].content["decision"] == "watch"
    assert [entry.at for entry in minutes.load("decisions")[0]] == [FIRST, SECOND]


def test_a_damaged_file_is_told_with_its_line_and_the_others_load(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path, "shop")
    kept = minutes.save("decisions", "slo/a", {"subject": "slo/a"})
    damaged = kept.with_name("2026-11-23-x.yaml")
    damaged.write_text("subject: slo/b\nnote: [never closed\n", encoding="utf-8")
    listed = kept.with_name("2026-11-23-y.yaml")
    listed.write_text("- a\n", encoding="utf-8")
    saved, problems = minutes.load("decisions")
    assert [entry.path for entry in saved] == [kept]
    assert [problem.file for problem in problems] == [f"{damaged}:3:1", str(listed)]


@pytest.mark.parametrize(
    "text",
    ["yes", "12:30", "007", "a: b", "- x", "# no comment", "line\nline", "日本語", "'", '"', " ", "null", "\x07"],
)
def test_what_was_written_is_read_back_to_the_letter(tmp_path: Path, text: str) -> None:
    minutes = Minutes(tmp_path, "shop")
    minutes.save("decisions", text, {"subject": text, "note": text})
    saved, problems = minutes.load("decisions")
    assert problems == []
    assert (saved[0].content["subject"], saved[0].content["note"]) == (text, text)


def test_a_subject_cannot_leave_the_folder(tmp_path: Path) -> None:
    path = Minutes(tmp_path, "shop").save("decisions", "../../etc/passwd", {"subject": "x"})
    assert path.parent == tmp_path / "shop" / "decisions"


def test_a_decision_to_act_needs_owner_and_due(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path, "shop")
    minutes.save("decisions", "a", {"subject": "a", "meeting": "2026-11-23", "decision": "act", "owner": "shop"}, FIRST)
    minutes.save("decisions", "b", {"subject": "b", "meeting": "2026-11-23", "decision": "maybe"}, SECOND)
    ((_, decision),), (problem,) = entries_of(minutes.load("decisions")[0], Decision)
    assert decision.missing() == "due"
    assert problem.key == "decision" and problem.value == '"maybe"' and "carry" in problem.fix


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("b.yaml.txt", "name it b.yaml"),
        ("b.json", "name it b.yaml"),
        ("b.YAML", "name it b.yaml"),
        ("old/b.yaml", "move its files to"),
    ],
)
def test_what_people_put_there_under_another_name_is_said(tmp_path: Path, name: str, fix: str) -> None:
    minutes = Minutes(tmp_path, "shop")
    minutes.save("decisions", "slo/a", {"subject": "slo/a", "decision": "watch"}, SECOND)
    (path := tmp_path / "shop" / "decisions" / name).parent.mkdir(exist_ok=True)
    path.write_text("subject: slo/b\n")
    saved, problems = minutes.load("decisions")
    assert len(saved) == 1
    assert [fix in problem.fix for problem in problems] == [True]


@pytest.mark.parametrize("name", ["README.txt", "b.yaml~", "b.yaml.orig", "notes.md", ".b.yaml.swp", "pictures/a.png"])
def test_what_is_no_entry_is_nobodys_trouble(tmp_path: Path, name: str) -> None:
    (path := tmp_path / "shop" / "decisions" / name).parent.mkdir(parents=True)
    path.write_text("")
    assert Minutes(tmp_path, "shop").load("decisions") == ([], [])
