"""The folder of a report appears whole or not at all."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from prodmeet_kit.errors import ReportError
from prodmeet_kit.run.folder import put_in_place, staging


def put(reports: Path, day: str, text: str) -> Path:
    with staging(reports) as new:
        (new / "report.html").write_text(text)
        return put_in_place(new, day, told=lambda line: None)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".written.sha256")


def test_a_report_is_put_under_its_date_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = put(tmp_path / "shop", "2026-11-24", "new")
    assert path == tmp_path / "shop" / "2026-11-24"
    assert (path / "report.html").read_text() == "new"
    assert names(tmp_path / "shop") == ["2026-11-24", "latest"]


def test_an_older_report_of_the_same_date_is_replaced(tmp_path: Path) -> None:
    old = put(tmp_path, "2026-11-24", "old")
    put(tmp_path, "2026-11-24", "new")
    assert names(old) == ["report.html"]
    assert (old / "report.html").read_text() == "new"
    assert names(tmp_path) == ["2026-11-24", "latest"]


def test_a_failure_in_the_middle_of_writing_leaves_the_old_report_and_no_half_one(tmp_path: Path) -> None:
    old = put(tmp_path, "2026-11-24", "old")

    def break_off() -> None:
        with staging(tmp_path) as new:
            (new / "report.html").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert (old / "report.html").read_text() == "old"
    assert names(tmp_path) == ["2026-11-24", "latest"]


def test_a_failed_rename_puts_the_old_report_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = put(tmp_path, "2026-11-24", "old")
    rename = Path.rename

    def only_aside(self: Path, target: Path) -> Path:
        if self.name.startswith(".new-"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", only_aside)
    with pytest.raises(ReportError, match="No space left on device"):
        put(tmp_path, "2026-11-24", "new")
    assert (old / "report.html").read_text() == "old"
    assert names(tmp_path) == ["2026-11-24", "latest"]


def test_an_interrupt_between_the_two_renames_puts_the_old_report_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = put(tmp_path, "2026-11-24", "old")
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name.startswith(".new-"):
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        put(tmp_path, "2026-11-24", "new")
    assert (old / "report.html").read_text() == "old"


def test_a_run_that_comes_between_is_replaced_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "2026-11-24", "old")
    rename = Path.rename
    came: list[Path] = []

    def other_run_comes_first(self: Path, target: Path) -> Path:
        if self.name.startswith(".new-") and not came:
            came.append(target)
            target.mkdir()
            (target / "report.html").write_text("other")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", other_run_comes_first)
    path = put(tmp_path, "2026-11-24", "mine")
    assert (path / "report.html").read_text() == "mine"
    assert names(tmp_path) == ["2026-11-24", "latest"]


def test_what_a_killed_run_moved_aside_stands_again_with_the_next_run(tmp_path: Path) -> None:
    aside = tmp_path / ".old-2026-11-10-0123456789abcdef"
    aside.mkdir()
    put(tmp_path, "2026-11-24", "new")
    assert names(tmp_path) == ["2026-11-10", "2026-11-24", "latest"]


@pytest.mark.parametrize(("age_h", "left"), [(1, [".new-ab"]), (25, [])])
def test_a_hidden_folder_is_removed_when_no_run_can_still_be_writing_it(
    tmp_path: Path, age_h: int, left: list[str]
) -> None:
    forgotten = tmp_path / ".new-ab"
    forgotten.mkdir()
    then = time.time() - age_h * 3600
    os.utime(forgotten, (then, then))
    put(tmp_path, "2026-11-24", "new")
    assert names(tmp_path) == [*left, "2026-11-24", "latest"]


def test_latest_points_to_the_newest_date_even_when_an_older_one_is_made_later(tmp_path: Path) -> None:
    put(tmp_path, "2026-11-24", "newer")
    put(tmp_path, "2026-11-10", "older")
    assert (tmp_path / "latest").is_symlink()
    assert (tmp_path / "latest").readlink() == Path("2026-11-24")
    assert (tmp_path / "latest" / "report.html").read_text() == "newer"


def test_latest_is_a_small_text_file_where_links_are_impossible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    put(tmp_path, "2026-11-24", "new")
    assert (tmp_path / "latest").read_text() == "2026-11-24\n"


def test_folders_made_on_the_way_go_when_no_report_came(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), staging(tmp_path / "reports" / "shop"):
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file, not a folder")
    with pytest.raises(ReportError, match=r"cannot write to .*reports/shop"), staging(tmp_path / "reports" / "shop"):
        pass
