"""Kills at every moment: nothing people wrote is lost, one report is whole, the next run is fine, nothing stays."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.counts import count
from tests.support.kills import ARMED
from tests.support.power import ROOT

pytestmark = pytest.mark.takes(45)

REPORT = """
sys.argv = ["prodmeet", "-C", {home!r}, "report"]
from prodmeet_kit.cli import main
main()
"""


@pytest.mark.parametrize(("name", "few"), [("add", 20), ("forms", 12), ("sync", 6)])
@pytest.mark.timeout(900)
def test_what_was_said_stays_through_kills(name: str, few: int, tmp_path: Path) -> None:
    """At least 50 kills each by signals in the full count; power cuts at these moments are in test_power_cuts."""
    program = f"from pathlib import Path\nfrom tests.support.kill_programs import {name}\n"
    program += f"{name}(Path({str(tmp_path / 'home')!r}), {count(few, 120)})"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=890
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)


def run(home: Path, tmp: Path, at: int | None, number: int, counted: str = "") -> subprocess.Popen[str]:
    """The report of the demo, with a temporary folder of its own; gets the signal before its at-th change."""
    head = ARMED.format(root=str(ROOT), folder=str(home), at=at, number=number, counted=counted)
    return subprocess.Popen(
        [sys.executable, "-c", head + REPORT.format(home=str(home))],
        cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp)}, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def is_whole(report: Path) -> bool:
    """Every file the kit wrote into it is as it was written, but the minutes that a person edited."""
    lines = (report / ".written.sha256").read_text().splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    names = {"report.html", "review.ipynb", "review.json"}
    return names <= set(listed) and all(
        sha256((report / name).read_bytes()).hexdigest() == listed[name] for name in names
    )


@pytest.mark.timeout(1800)
def test_a_report_that_is_killed_at_any_moment_leaves_the_older_one_and_what_people_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, counted = tmp_path / "home", tmp_path / "changes"
    short = Path(tempfile.mkdtemp(prefix="pk", dir="/tmp"))
    home.mkdir()
    try:
        began = time.monotonic()
        first = run(home, short, None, 0, str(counted))
        said = first.communicate(timeout=100)[1]
        assert first.returncode == 0, said
        seconds, changes = time.monotonic() - began, int(counted.read_text())
        assert changes > 150
        report = home / "reports" / "demo" / "2026-11-23"
        (report / "minutes.md").write_text("decided")
        (report / "photo.txt").write_text("board")
        chance = random.Random(12)
        for each in range(count(4, 120)):
            number = (signal.SIGKILL, signal.SIGTERM)[each % 2]
            if each % 4 < 2:
                # Half of all changes are the files of the snapshot: the last third is what takes the place.
                process = run(home, short, chance.randint(1 if each % 8 < 4 else changes * 2 // 3, changes), number)
            else:
                process = run(home, short, None, number)
                time.sleep(chance.uniform(0, seconds))
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, number)
            said = process.communicate(timeout=100)[1]
            assert "Traceback" not in said, said
            assert is_whole(report), (each, process.returncode)
            assert (report / "minutes.md").read_text() == "decided", each
            assert (report / "photo.txt").read_text() == "board", each
            kinds = {path.name[:5] for path in report.parent.iterdir()} - {"2026-", "lates"}
            assert kinds <= ({".new-", ".draf"} if number == signal.SIGKILL else set()), (each, kinds)
        last = run(home, short, None, 0)
        said = last.communicate(timeout=100)[1]
        assert last.returncode == 0, said
        assert sorted(path.name for path in report.parent.iterdir()) == ["2026-11-23", "latest"]
        assert sorted(path.name for path in home.iterdir()) == ["reports"]
        assert sorted(path.name for path in (home / "reports").iterdir()) == ["demo", "index.html"]
        assert sorted(path.name for path in report.iterdir()) == [
            ".written.sha256", "minutes.md", "minutes.new.md", "photo.txt", "report.html", "review.ipynb",
            "review.json", "snapshot",
        ]  # fmt: skip
        assert list(short.iterdir()) == []
    finally:
        for path in short.iterdir():
            subprocess.run(["rm", "-r", str(path)], check=False)
        short.rmdir()
