"""What people wrote into the folder of a report is never lost when the report is made again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from prodmeet_kit.archive.folder import put_in_place, staging
from prodmeet_kit.archive.user_edits import renew, rewrite
from prodmeet_kit.core import durable

DAY = "2026-11-24"


def made(reports: Path, text: str) -> list[str]:
    """Make the report of the day; returns the lines told."""
    told: list[str] = []
    with staging(reports) as new:
        for name in ("minutes.md", "report.html", "review.ipynb", "review.json"):
            (new / name).write_text(f"{name} {text}")
        (new / "snapshot").mkdir()
        (new / "snapshot" / f"{text}.parquet").touch()
        put_in_place(new, DAY, told.append)
    return told


def content(reports: Path) -> dict[str, str]:
    """The files that differ from a report without a person's hand, the newest of which is ``c``."""
    files = {path.name: path.read_text() for path in (reports / DAY).iterdir() if path.is_file()}
    return {name: text for name, text in files.items() if name != ".written.sha256" and text != f"{name} c"}


def test_a_report_nobody_wrote_into_is_replaced_without_a_word(tmp_path: Path) -> None:
    assert [made(tmp_path, text) for text in "abc"] == [[], [], []]
    assert content(tmp_path) == {}
    assert [path.name for path in (tmp_path / DAY / "snapshot").iterdir()] == ["c.parquet"]


def test_edited_minutes_stay_and_the_new_text_stands_beside_them_run_after_run(tmp_path: Path) -> None:
    made(tmp_path, "a")
    (tmp_path / DAY / "minutes.md").write_text("decided: more cache")
    for text in "bc":
        assert made(tmp_path, text) == ["kept your edited minutes.md; the new text is minutes.new.md"]
    assert content(tmp_path) == {"minutes.md": "decided: more cache", "minutes.new.md": "minutes.md c"}


def test_the_new_text_that_somebody_wrote_into_is_not_lost_either(tmp_path: Path) -> None:
    made(tmp_path, "a")
    (tmp_path / DAY / "minutes.md").write_text("one")
    made(tmp_path, "b")
    (tmp_path / DAY / "minutes.new.md").write_text("two")
    assert made(tmp_path, "c") == ["kept your edited minutes.md; the new text is minutes.new-2.md"]
    assert content(tmp_path) == {"minutes.md": "one", "minutes.new.md": "two", "minutes.new-2.md": "minutes.md c"}


def test_minutes_replaced_by_the_new_text_count_as_written_by_nobody(tmp_path: Path) -> None:
    made(tmp_path, "a")
    (tmp_path / DAY / "minutes.md").write_text("one")
    made(tmp_path, "b")
    (tmp_path / DAY / "minutes.new.md").replace(tmp_path / DAY / "minutes.md")
    assert made(tmp_path, "c") == []
    assert content(tmp_path) == {}


def test_minutes_of_a_report_without_a_list_are_kept(tmp_path: Path) -> None:
    made(tmp_path, "a")
    (tmp_path / DAY / ".written.sha256").unlink()
    assert len(made(tmp_path, "c")) == 1
    assert content(tmp_path) == {"minutes.md": "minutes.md a", "minutes.new.md": "minutes.md c"}


def test_another_file_of_the_kit_that_was_edited_is_kept_under_another_name(tmp_path: Path) -> None:
    made(tmp_path, "a")
    (tmp_path / DAY / "review.ipynb").write_text("my cell")
    assert made(tmp_path, "b") == ["kept your edited review.ipynb as review.edited.ipynb"]
    (tmp_path / DAY / "review.ipynb").write_text("my other cell")
    assert made(tmp_path, "c") == ["kept your edited review.ipynb as review.edited-2.ipynb"]
    assert content(tmp_path) == {"review.edited.ipynb": "my cell", "review.edited-2.ipynb": "my other cell"}


@pytest.mark.parametrize("listed", [True, False])
def test_other_files_folders_and_links_stay(listed: bool, tmp_path: Path) -> None:
    made(tmp_path, "a")
    folder = tmp_path / DAY
    (folder / "photos").mkdir()
    (folder / "photos" / "board.txt").write_text("board")
    (folder / "sent.html").write_text((folder / "report.html").read_text())  # a copy of the kit's own text
    (folder / "there").symlink_to("nowhere")
    if not listed:
        (folder / ".written.sha256").unlink()
    for text in "bc":
        made(tmp_path, text)
    assert (folder / "photos" / "board.txt").read_text() == "board"
    assert (folder / "sent.html").read_text() == "report.html a"
    assert (folder / "there").readlink() == Path("nowhere")


def test_what_a_run_that_came_between_carried_is_not_taken_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, "a")
    (tmp_path / DAY / "minutes.md").write_text("decided")
    rename = Path.rename
    came: list[Path] = []

    def other_run_comes_first(self: Path, target: Path) -> Path:
        if self.name.startswith(".new-") and not came:
            came.append(target)
            shutil.copytree(next(tmp_path.glob(".old-*")), target)
        return rename(self, target)

    monkeypatch.setattr(durable, "_exchanged", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", other_run_comes_first)
    assert made(tmp_path, "c") == ["kept your edited minutes.md; the new text is minutes.new.md"]
    assert content(tmp_path) == {"minutes.md": "decided", "minutes.new.md": "minutes.md c"}


@pytest.mark.parametrize("exchanges", [True, False])
def test_what_is_written_in_the_last_moment_before_the_places_change_is_kept(
    exchanges: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, "a")
    (tmp_path / DAY / "minutes.md").write_text("decided")
    (tmp_path / DAY / "photos").mkdir()
    (tmp_path / DAY / "photos" / "1.txt").write_text("board")
    exchanged = durable._exchanged

    def edited_before(one: bytes, other: bytes) -> bool:
        (tmp_path / DAY / "minutes.md").write_text("decided otherwise")
        (tmp_path / DAY / "notes.txt").write_text("a note")
        return exchanged(one, other) if exchanges else False

    monkeypatch.setattr(durable, "_exchanged", edited_before)
    told = made(tmp_path, "c")
    assert told[0] == "kept your edited minutes.md; the new text is minutes.new.md"
    kept = content(tmp_path)
    assert kept.pop("minutes.edited.md") == "decided otherwise"
    assert kept == {"minutes.md": "decided", "minutes.new.md": "minutes.md c", "notes.txt": "a note"}
    assert sorted(path.name for path in (tmp_path / DAY).iterdir() if path.is_dir()) == ["photos", "snapshot"]


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="sha256sum is not installed")
def test_the_list_is_read_by_sha256sum(tmp_path: Path) -> None:
    made(tmp_path, "a")
    said = subprocess.run(
        ["sha256sum", "-c", ".written.sha256"], cwd=tmp_path / DAY, check=True, capture_output=True, text=True
    ).stdout
    assert said.splitlines() == [f"{name}: OK" for name in ("minutes.md", "report.html", "review.ipynb", "review.json")]


def test_a_file_written_anew_is_listed_with_its_new_sum_and_one_a_person_changed_is_left(tmp_path: Path) -> None:
    made(tmp_path, "a")
    assert rewrite(tmp_path / DAY, "report.html", "linked")
    assert made(tmp_path, "c") == []  # nobody has to be told that the page was changed
    assert content(tmp_path) == {}
    (tmp_path / DAY / "report.html").write_text("mine")
    listed = (tmp_path / DAY / ".written.sha256").read_text()
    assert not rewrite(tmp_path / DAY, "report.html", "linked")
    assert not rewrite(tmp_path / DAY, "notes.txt", "linked")
    assert (tmp_path / DAY / "report.html").read_text() == "mine"
    assert (tmp_path / DAY / ".written.sha256").read_text() == listed
    assert {path.name for path in tmp_path.iterdir()} == {DAY, "latest"}


def test_a_text_written_anew_goes_beside_what_a_person_edited_and_over_its_own_last_text(tmp_path: Path) -> None:
    made(tmp_path, "a")
    folder = tmp_path / DAY
    minutes, beside = folder / "minutes.md", folder / "minutes.new.md"
    assert renew(folder, "minutes.md", "b") == (minutes, None)
    minutes.write_text("ours")
    for text in "cd":
        assert renew(folder, "minutes.md", text) == (beside, minutes)
    beside.write_text("merged half of it")
    assert renew(folder, "minutes.md", "e") == (folder / "minutes.new-2.md", minutes)
    assert {path.name: path.read_text() for path in folder.glob("minutes*")} == {
        "minutes.md": "ours", "minutes.new.md": "merged half of it", "minutes.new-2.md": "e",
    }  # fmt: skip
    minutes.unlink()
    assert renew(folder, "minutes.md", "f") == (minutes, None)
