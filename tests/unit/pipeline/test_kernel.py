"""The kernel's private folder, its environment, and that nothing of it stays."""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from prodmeet_kit.core.errors import ReportError
from prodmeet_kit.pipeline import kernel
from prodmeet_kit.pipeline.environment import inherited
from prodmeet_kit.pipeline.kernel import Kernel


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_kernel_talks_over_private_sockets_and_leaves_nothing() -> None:
    with Kernel() as started:
        wait_for(lambda: len(list(started.folder.glob("s-*"))) == 5 or started.process.poll() is not None)
        process = psutil.Process(started.process.pid)
        # ipykernel itself opens one more, for what child processes print: it takes messages and gives none.
        assert [found.laddr.ip for found in process.net_connections(kind="inet")] in ([], ["127.0.0.1"])
        assert stat.S_IMODE(started.folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((started.folder / "connection.json").stat().st_mode) == 0o600
    assert not process.is_running()
    assert not started.folder.exists()


def test_a_kernel_that_ended_says_how() -> None:
    with Kernel() as started:
        started.process.kill()
        started.process.wait()
        assert started.end() == "ended by SIGKILL"


OTHERS = ("GITHUB_TOKEN", "Db_Password", "AWS_SECRET_ACCESS_KEY", "OPS_LOGIN", "DATABASE_URL", "PGPASS", "PYTHON_KEY")


def test_the_kernel_inherits_what_it_needs_and_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    needed = {"LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo", "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1", "TMPDIR": "/tmp"}
    for name in OTHERS:
        monkeypatch.setenv(name, "x")
    for name, value in needed.items():
        monkeypatch.setenv(name, value)
    environment = kernel._environment(tmp_path)
    assert needed.items() <= environment.items()
    assert environment["PATH"] == os.environ["PATH"]
    assert not set(OTHERS) & set(environment)


def test_what_somebody_names_is_inherited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "x")
    monkeypatch.delenv("PROMETHEUS_URL", raising=False)
    assert inherited(["GITHUB_TOKEN", "PROMETHEUS_URL"])["GITHUB_TOKEN"] == "x"
    assert "PROMETHEUS_URL" not in inherited(["GITHUB_TOKEN", "PROMETHEUS_URL"])


def test_sockets_go_to_a_short_path_when_the_temporary_folder_has_a_long_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    folder = kernel.socket_folder("prodmeet-k-", "/s-1")
    try:
        assert len(str(folder / "s-1")) <= kernel.LONGEST_SOCKET_PATH
        assert list(long.iterdir()) == []
    finally:
        folder.rmdir()


def test_without_a_place_for_sockets_the_fix_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "LONGEST_SOCKET_PATH", 3)
    with pytest.raises(ReportError, match="set TMPDIR to a short path"):
        kernel.socket_folder("prodmeet-k-", "/s-1")
