"""A real ext4 in a file that is copied while reports are made: what a power cut at that moment leaves of it.

Part of ``make test-long``: it needs root, mkfs.ext4 and a free loop device, and is skipped where there are none.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.counts import LONG
from tests.support.power import ROOT

DAY = "2026-11-23"
COPIES = 60


@contextmanager
def mounted(image: Path, place: Path) -> Iterator[Path]:
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(place)], check=True, capture_output=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True, capture_output=True)


def report(home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "prodmeet_kit", "-C", str(home), "report"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def wrong(day: Path) -> list[str]:
    """What of a report is not as the kit or a person wrote it."""
    listed = {name: sums for sums, _, name in (line.partition("  ") for line in lines(day / ".written.sha256"))}
    names = {name: listed[name] for name in ("report.html", "review.ipynb", "review.json")}
    manifest = json.loads((day / "snapshot" / "manifest.json").read_text())
    names |= {
        f"snapshot/{each['file']}": each["sha256"] for each in manifest["queries"] + manifest["records"] if each["file"]
    }
    found = [name for name, digest in names.items() if sha256((day / name).read_bytes()).hexdigest() != digest]
    return found + [
        name for name, text in (("minutes.md", "decided"), ("photo.txt", "board")) if (day / name).read_text() != text
    ]


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


if LONG:

    @pytest.mark.timeout(900)
    def test_a_copy_of_the_file_system_at_any_moment_holds_a_whole_report_and_the_minutes(tmp_path: Path) -> None:
        if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
            pytest.skip("needs root and mkfs.ext4")
        image, copy = tmp_path / "disk", tmp_path / "copy"
        subprocess.run(["truncate", "-s", "96M", str(image)], check=True)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
        try:
            with mounted(image, tmp_path / "probe"):
                pass
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no loop device here: {error.stderr.decode().strip()}")
        chance = random.Random(12)
        with mounted(image, tmp_path / "home") as home:
            assert report(home).wait(timeout=100) == 0
            day = home / "reports" / "demo" / DAY
            (day / "minutes.md").write_text("decided")
            (day / "photo.txt").write_text("board")
            os.sync()
            copies = 0
            while copies < COPIES:
                running, began = report(home), time.monotonic()
                for moment in (*sorted(chance.uniform(1.5, 6) for _ in range(3)), 7, 8, 9):
                    time.sleep(max(0.0, began + moment - time.monotonic()))
                    shutil.copyfile(image, copy)
                    with mounted(copy, tmp_path / "after") as after:
                        assert wrong(after / "reports" / "demo" / DAY) == [], (copies, moment)
                    copies += 1
                assert running.wait(timeout=100) == 0
