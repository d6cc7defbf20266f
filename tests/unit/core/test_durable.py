"""Files are put on the disk whole, under their names, and nothing is left beside them."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path

import pytest

from prodmeet_kit.core import durable
from prodmeet_kit.core.locks import held, hold, hold_new, is_held
from prodmeet_kit.minutes import Minutes


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def no_room(number: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_that_cannot_be_flushed_is_named_and_the_one_before_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "minutes.html"
    durable.write(path, "before")
    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="No space left on device") as told:
        durable.write(path, "after")
    assert told.value.filename == str(path)
    assert path.read_text() == "before"
    assert names(tmp_path) == ["minutes.html"]


def test_an_entry_that_cannot_be_flushed_is_not_there_and_its_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    minutes = Minutes(tmp_path, "shop")
    minutes.save("inbox", "first", {"text": "first"})
    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="No space left on device") as told:
        minutes.save("inbox", "second", {"text": "second"})
    assert "-second-" in str(told.value.filename) and not Path(told.value.filename).exists()
    assert len(names(tmp_path / "shop" / "inbox")) == 1


def test_a_name_as_long_as_the_file_system_takes_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    durable.write(path, "text")
    assert path.read_text() == "text"
    assert names(tmp_path) == [path.name]


def test_a_draft_that_a_kill_left_goes_with_the_next_write_and_one_that_is_written_stays(tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    durable.write(path, "a")

    def killed(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        patch.setattr(Path, "unlink", lambda self: None)
        with pytest.raises(KeyboardInterrupt):
            durable.write(path, "b")
    (left,) = (name for name in names(tmp_path) if name.startswith(durable.DRAFT))
    with (tmp_path / left).open() as file, held(file.fileno()):
        durable.write(path, "c")
        assert names(tmp_path) == [left, "index.html"]
    durable.write(path, "d")
    assert names(tmp_path) == ["index.html"]
    assert path.read_text() == "d"


def test_what_is_no_file_is_written_into_and_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "link").symlink_to("place/file")
    durable.write(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "place" / "file").read_text() == "text"
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        durable.write(tmp_path / "pipe", "through")
        assert os.read(reader, 20) == b"through"
    finally:
        os.close(reader)


def test_a_folder_is_held_while_its_run_lives_also_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with hold(tmp_path / "a"), hold(tmp_path / "a"):
        (tmp_path / "a").rename(tmp_path / "b")
        assert is_held(tmp_path / "b")
    assert not is_held(tmp_path / "b")
    assert not is_held(tmp_path / "nowhere")


def test_a_folder_that_is_taken_for_left_at_once_is_made_again(tmp_path: Path) -> None:
    made: list[Path] = []

    def make() -> Path:
        made.append(tmp_path / str(len(made)))
        if len(made) > 1:
            made[-1].mkdir()
        return made[-1]

    with hold_new(make) as folder:
        assert folder == tmp_path / "1"


def test_temporary_folders_of_dead_processes_go_and_those_of_others_stay(tmp_path: Path) -> None:
    dead, other = tmp_path / "prodmeet-k-dead", tmp_path / "prodmeet-lab-x"
    dead.mkdir()
    (dead / "log").write_text("x")
    other.mkdir()
    with hold_new(lambda: durable.private_folder("prodmeet-k-", str(tmp_path))) as mine:
        assert names(tmp_path) == sorted([mine.name, other.name])
        with hold_new(lambda: durable.private_folder("prodmeet-k-", str(tmp_path))) as second:
            assert names(tmp_path) == sorted([mine.name, second.name, other.name])


def test_an_entry_that_was_cut_off_is_found_again_once_and_half_a_one_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    minutes = Minutes(tmp_path, "shop")
    entry = minutes.save("inbox", "first", {"text": "first"})
    left = entry.with_name(f".{entry.name}.99")
    entry.rename(left)
    half = entry.with_name(".2026-11-23-second-ab.yaml.99")
    half.write_bytes(left.read_bytes()[:12])
    entry.with_name(".2026-11-23-third-ab.yaml.99").touch()
    entry.with_name(".2026-11-23-fourth-ab.yaml.99").write_bytes(b"\0" * 4096)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            saved, (problem,) = minutes.load("inbox")
            assert [each.content["text"] for each in saved] == ["first"]
            assert problem.file == str(half) and problem.fix == (
                "complete it and rename it to 2026-11-23-second-ab.yaml, or delete it"
            )
    assert [record.getMessage() for record in caplog.records] == [
        f"{entry} was written when the kit or the machine was stopped: found again"
    ]
    assert names(tmp_path / "shop" / "inbox") == sorted([entry.name, half.name])


def test_a_pipe_with_the_name_of_a_draft_is_not_waited_for(tmp_path: Path) -> None:
    minutes = Minutes(tmp_path, "shop")
    entry = minutes.save("inbox", "first", {"text": "first"})
    os.mkfifo(entry.with_name(".2026-11-23-second-ab.yaml.99"))
    assert len(minutes.load("inbox")[0]) == 1
