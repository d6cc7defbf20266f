"""Answers of the last hour as files: whole or not there, bounded, private, under several processes and kills."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from prodmeet_kit.gathering import answer_files
from prodmeet_kit.gathering.answer_files import LIFETIME_S, AnswerFiles, Head

KEY = "ab" * 32
VALUES = np.array([[1.5, np.nan], [-0.0, np.inf], [5e-324, 0.1]])


def head(at: float, columns: tuple[str, ...] = ("{}", '{"pod":"ä"}'), rows: int = 3) -> Head:
    return Head(at, list(columns), rows, 0.25, 6, "prometheus at http://prom:9090")


def stored(folder: Path) -> AnswerFiles:
    files = AnswerFiles(folder)
    files.write(KEY, head(time.time()), VALUES)
    return files


def answers(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.answer"))


def test_what_is_read_is_to_the_last_bit_what_was_written(tmp_path: Path) -> None:
    found = stored(tmp_path / "a").read(KEY)
    assert found is not None
    assert found[0] == head(found[0].at)
    assert found[1].tobytes() == VALUES.tobytes()
    found[1][0, 0] = 2.0  # whoever gets it may change its own copy
    assert AnswerFiles(tmp_path / "a").read("cd" * 32) is None


def test_nobody_else_can_read_it_and_git_does_not_see_it(tmp_path: Path) -> None:
    stored(tmp_path / "shop" / "a")
    assert stat.S_IMODE((tmp_path / "shop" / "a").stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in answers(tmp_path / "shop" / "a")] == [0o600]
    assert (tmp_path / "shop" / "a" / ".gitignore").read_text() == "*\n"


def test_a_folder_that_others_can_enter_is_not_used(tmp_path: Path) -> None:
    stored(tmp_path / "a")
    (tmp_path / "a").chmod(0o755)
    assert AnswerFiles(tmp_path / "a").read(KEY) is None
    (tmp_path / "a").chmod(0o700)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    stored(tmp_path / "link")
    assert AnswerFiles(tmp_path / "link").read(KEY) is None
    (tmp_path / "open").mkdir(mode=0o755)
    stored(tmp_path / "open")
    assert list((tmp_path / "open").iterdir()) == []


def test_an_hour_later_or_from_the_future_it_is_not_there(tmp_path: Path) -> None:
    now = time.time()
    for moved in (LIFETIME_S + 1, -LIFETIME_S):
        stored(tmp_path / "a")
        assert AnswerFiles(tmp_path / "a", lambda: now + LIFETIME_S - 5).read(KEY) is not None
        later = AnswerFiles(tmp_path / "a", lambda moved=moved: now + moved)  # type: ignore[misc]
        assert later.read(KEY) is None
        assert answers(tmp_path / "a") == []


@pytest.mark.parametrize("length", [0, 1, 25, 60, 200, None])
def test_a_damaged_file_is_removed(tmp_path: Path, length: int | None) -> None:
    files = stored(tmp_path / "a")
    (path,) = answers(tmp_path / "a")
    whole = path.read_bytes()
    path.write_bytes(whole + b"x" if length is None else whole[:length])
    assert files.read(KEY) is None
    assert answers(tmp_path / "a") == []


def test_no_bit_can_change_unseen(tmp_path: Path) -> None:
    files = stored(tmp_path / "a")
    (path,) = answers(tmp_path / "a")
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert files.read(KEY) is None, place
        assert not path.exists()


def test_a_file_of_another_name_answers_nothing(tmp_path: Path) -> None:
    files = stored(tmp_path / "a")
    (path,) = answers(tmp_path / "a")
    path.rename(path.with_name("cd" * 32 + ".answer"))
    assert files.read("cd" * 32) is None


def test_the_oldest_go_when_there_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_files, "LIMIT", 20_000)
    files, values = AnswerFiles(tmp_path / "a"), np.zeros((100, 1))
    for number in range(60):
        files.write(f"{number:064x}", head(time.time(), ("{}",), 100), values)
        past = time.time() - 1000 + number
        os.utime(tmp_path / "a" / f"{number:064x}.answer", (past, past))
    files.tidy()
    left = answers(tmp_path / "a")
    assert sum(path.stat().st_size for path in left) <= 20_000
    assert [int(path.stem, 16) for path in left] == list(range(60 - len(left), 60))
    assert len(left) > 10


def test_a_very_large_answer_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_files, "LARGEST", VALUES.nbytes - 1)
    stored(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_tidying_removes_what_is_old_and_what_kills_left(tmp_path: Path) -> None:
    files = stored(tmp_path / "a")
    left = tmp_path / "a" / ".abababab-0.tmp"
    left.write_bytes(b"half")
    files.tidy()
    assert left.exists()  # somebody may be writing it
    AnswerFiles(tmp_path / "a", lambda: time.time() + LIFETIME_S + 5).tidy()
    assert [path.name for path in (tmp_path / "a").iterdir()] == [".gitignore"]


def test_where_nothing_can_be_written_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("a file where the folder should be", encoding="utf-8")
    assert stored(tmp_path / "shop" / "a").read(KEY) is None


WRITER = """
import sys, time
from pathlib import Path
import numpy as np
from prodmeet_kit.gathering.answer_files import AnswerFiles, Head
folder, seed = Path(sys.argv[1]), int(sys.argv[2])
files = AnswerFiles(folder)
print("ready", flush=True)
for number in range(seed, seed + 100_000):
    key = f"{number % 5:064x}"
    head = Head(time.time(), ["{}"], 4000, 0.0, 4000, "s")
    files.write(key, head, np.full((4000, 1), float(number % 5)))
    found = files.read(key)
    assert found is None or (found[1] == number % 5).all()
    if number % 50 == 0:
        files.tidy()
"""


def test_processes_do_not_disturb_one_another_and_a_kill_leaves_nothing_half_written(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "a"), str(seed)], stdout=subprocess.PIPE)
        for seed in (0, 1)
    ]
    try:
        for each in writers:
            assert each.stdout is not None
            assert each.stdout.readline() == b"ready\n"
        files = AnswerFiles(tmp_path / "a")
        until = time.monotonic() + 30
        read = 0
        while read < 200 and time.monotonic() < until:
            for number in range(5):
                found = files.read(f"{number:064x}")
                assert found is None or (found[1] == number).all()
                read += found is not None
        assert [each.poll() for each in writers] == [None, None]
    finally:
        for each in writers:
            each.send_signal(signal.SIGKILL)
            each.communicate()
    assert read >= 200
    assert len(answers(tmp_path / "a")) == 5
    for number in range(5):
        found = files.read(f"{number:064x}")
        assert found is not None
        assert (found[1] == number).all()
