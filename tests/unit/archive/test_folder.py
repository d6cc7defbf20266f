"""The folder of a report appears whole or not at all."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from prodmeet_kit.archive.folder import put_in_place, staging
from prodmeet_kit.core import durable
from prodmeet_kit.core.errors import ReportError
from prodmeet_kit.core.locks import hold


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


@pytest.fixture
def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that cannot exchange two places: two renames do it."""
    monkeypatch.setattr(durable, "_exchanged", lambda one, other: False)


@pytest.mark.usefixtures("without_exchange")
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


def test_a_failed_exchange_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = put(tmp_path, "2026-11-24", "old")

    def full(one: bytes, other: bytes) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, "_exchanged", full)
    with pytest.raises(ReportError, match="No space left on device"):
        put(tmp_path, "2026-11-24", "new")
    assert (old / "report.html").read_text() == "old"
    assert names(tmp_path) == ["2026-11-24", "latest"]


@pytest.mark.usefixtures("without_exchange")
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


@pytest.mark.parametrize("held", [True, False])
def test_a_hidden_folder_is_removed_when_no_run_is_writing_it(held: bool, tmp_path: Path) -> None:
    for name in (".new-ab", ".old-2026-11-24-ab", "2026-11-24"):
        (tmp_path / name).mkdir()
    with ExitStack() as stack:
        for name in (".new-ab", ".old-2026-11-24-ab") if held else ():
            stack.enter_context(hold(tmp_path / name))
        put(tmp_path, "2026-11-24", "new")
    assert names(tmp_path) == [*([".new-ab", ".old-2026-11-24-ab"] if held else []), "2026-11-24", "latest"]


def test_what_a_kill_left_of_a_link_or_a_draft_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".new-ab").symlink_to("2026-11-10")
    (tmp_path / ".draft-0123abcd-ab").write_text("half")
    put(tmp_path, "2026-11-24", "new")
    assert names(tmp_path) == ["2026-11-24", "latest"]


def test_a_folder_or_a_file_of_somebody_at_the_place_of_the_link_is_named_and_nothing_is_replaced(
    tmp_path: Path,
) -> None:
    old = put(tmp_path, "2026-11-24", "old")
    (tmp_path / "latest").unlink()
    for theirs in (None, "my notes"):
        if theirs is None:
            (tmp_path / "latest").mkdir()
        else:
            (tmp_path / "latest").rmdir()
            (tmp_path / "latest").write_text(theirs)
        with pytest.raises(ReportError, match=r"/latest is a f.* move it away"):
            put(tmp_path, "2026-11-24", "new")
        assert (old / "report.html").read_text() == "old"
        assert names(tmp_path) == ["2026-11-24", "latest"]


def test_a_file_at_the_place_of_the_report_is_named_and_stays(tmp_path: Path) -> None:
    (tmp_path / "2026-11-24").write_text("mine")
    with pytest.raises(ReportError, match="/2026-11-24 is a file, and the report belongs there"):
        put(tmp_path, "2026-11-24", "new")
    assert (tmp_path / "2026-11-24").read_text() == "mine"


def test_a_folder_that_was_removed_under_the_run_is_named_as_gone(tmp_path: Path) -> None:
    put(tmp_path, "2026-11-24", "old")

    def removed() -> None:
        with staging(tmp_path) as new:
            new.rmdir()
            put_in_place(new, "2026-11-24", lambda line: None)

    with pytest.raises(ReportError, match=r"/\.new-[0-9a-f]+ is gone; what stood there is untouched"):
        removed()
    assert names(tmp_path) == ["2026-11-24", "latest"]


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


def shell(reports: Path, day: str, text: str) -> tuple[Path, list[str]]:
    """A report whose kernel died."""
    told: list[str] = []
    with staging(reports) as new:
        (new / "report.html").write_text(text)
        (new / "review.json").write_text(json.dumps({"not_run": ["metrics"]}))
        return put_in_place(new, day, told.append, whole=False), told


def test_a_report_that_was_not_run_to_its_end_leaves_the_good_one_and_goes_with_the_next_good_one(
    tmp_path: Path,
) -> None:
    good = put(tmp_path, "2026-11-24", "good")
    for text in ("first", "second"):
        path, told = shell(tmp_path, "2026-11-24", text)
        assert path == tmp_path / "2026-11-24.incomplete"
        assert (path / "report.html").read_text() == text
        assert told == [f"the report of 2026-11-24 stays as it is; what could be made now is in {path}"]
    assert (good / "report.html").read_text() == "good"
    assert (tmp_path / "latest").readlink() == Path("2026-11-24")
    (path / "minutes.md").write_text("decided here")
    put(tmp_path, "2026-11-24", "better")
    assert names(tmp_path) == ["2026-11-24", "latest"]
    assert (good / "report.html").read_text() == "better"
    assert (good / "minutes.md").read_text() == "decided here"


def test_where_no_good_report_is_the_other_takes_the_date_until_one_comes(tmp_path: Path) -> None:
    assert shell(tmp_path, "2026-11-24", "one") == (tmp_path / "2026-11-24", [])
    assert shell(tmp_path, "2026-11-24", "two") == (tmp_path / "2026-11-24", [])
    put(tmp_path, "2026-11-24", "good")
    assert (tmp_path / "2026-11-24" / "report.html").read_text() == "good"
    assert names(tmp_path) == ["2026-11-24", "latest"]


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_report_that_is_open_stays_for_who_has_it_open_and_goes_with_the_run_after(
    exchanges: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchanges:
        monkeypatch.setattr(durable, "_exchanged", lambda one, other: False)
    old = put(tmp_path, "2026-11-24", "old")
    told: list[str] = []
    monkeypatch.chdir(old)
    with hold(old), staging(tmp_path) as new:
        (new / "report.html").write_text("new")
        put_in_place(new, "2026-11-24", told.append)
    assert told == [
        f"{old} is open in prodmeet live or explore, which goes on with the report as it was: open it again"
    ]
    assert Path("report.html").read_text() == "old"
    assert (old / "report.html").read_text() == "new"
    put(tmp_path, "2026-11-24", "next")
    assert names(tmp_path) == ["2026-11-24", "latest"]
