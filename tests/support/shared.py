"""What many tests read and none changes, made once in a run of the tests, whichever worker comes first."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from prodmeet_kit.pipeline.report import make_report

__all__ = ["demo_report", "demo_report_in", "made_once"]


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The file or folder that ``make(path)`` makes at a path of this name; other workers wait for it and share it."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    path, draft = folder / name, folder / f"making-{name}"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            make(draft)  # one that fails leaves no path: the next worker says why, too
            draft.rename(path)
    return path


def demo_report(factory: pytest.TempPathFactory) -> Path:
    """A team's folder in which ``prodmeet report`` made that of the embedded demo, the same folder for every test."""
    return made_once(factory, "demo-report", _report)


def demo_report_in(home: Path, factory: pytest.TempPathFactory) -> Path:
    """The same report as a test's own, to be changed: its folder below ``home``."""
    shutil.copytree(demo_report(factory), home, symlinks=True)
    return (home / "reports" / "demo" / "latest").resolve()


def _report(home: Path) -> None:
    home.mkdir()
    assert make_report(folder=home).failures == ()
