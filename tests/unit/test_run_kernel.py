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

from prodmeet_kit.errors import ReportError
from prodmeet_kit.run import kernel
from prodmeet_kit.run.kernel import Kernel


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


def test_the_kernel_gets_no_variable_that_looks_like_a_credential(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("GITHUB_TOKEN", "Db_Password", "AWS_SECRET_ACCESS_KEY", "API_KEY", "HARMLESS"):
        monkeypatch.setenv(name, "x")
    environment = kernel._environment(tmp_path)
    assert environment["HARMLESS"] == "x"
    assert environment["PATH"] == os.environ["PATH"]
    assert not {"GITHUB_TOKEN", "Db_Password", "AWS_SECRET_ACCESS_KEY", "API_KEY"} & set(environment)


def test_sockets_go_to_a_short_path_when_the_temporary_folder_has_a_long_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    folder = kernel._private_folder()
    try:
        assert len(str(folder / "s-1")) <= kernel.LONGEST_SOCKET_PATH
        assert list(long.iterdir()) == []
    finally:
        folder.rmdir()


def test_without_a_place_for_sockets_the_mend_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "LONGEST_SOCKET_PATH", 3)
    with pytest.raises(ReportError, match="set TMPDIR to a short path"):
        kernel._private_folder()
