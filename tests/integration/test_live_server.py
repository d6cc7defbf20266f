"""JupyterLab as ``live`` and ``explore`` start it: what others can see of it, and what a kill leaves."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from prodmeet_kit.live.exploring import explore_notebook, write_copy
from prodmeet_kit.live.lab import Server, running_lab


def wait_for(true: Callable[[], Any], limit_s: float = 30) -> None:
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def processes(server: Server) -> list[psutil.Process]:
    mother = psutil.Process(server.process.pid)
    return [mother, *mother.children(recursive=True)]


def test_a_server_shows_its_token_to_nobody_and_its_kernel_listens_to_private_sockets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "seen-1")
    monkeypatch.setenv("PROMETHEUS_URL", "seen-2")
    path = write_copy(tmp_path, explore_notebook({}))
    with running_lab(tmp_path, path.name, needs=("PROMETHEUS_URL",)) as server:
        server.session(path.name)
        kernels = psutil.Process(server.process.pid).children()
        assert len(kernels) == 1
        runtime = server.private / "runtime"
        wait_for(lambda: len(list(runtime.glob("kernel-*-ipc-*"))) == 5)
        # ipykernel itself opens one, for what child processes print: it takes messages and gives none.
        assert [found.laddr.ip for found in kernels[0].net_connections(kind="inet")] in ([], ["127.0.0.1"])
        assert stat.S_IMODE(server.private.stat().st_mode) == 0o700
        for process in processes(server):
            assert server.token not in " ".join(process.cmdline())
            environment = process.environ()
            assert server.token not in environment.values()
            assert environment["PROMETHEUS_URL"] == "seen-2"
            assert "GITHUB_TOKEN" not in environment
        assert server.ask("GET", "kernels")[0]["execution_state"]
        assert server.token in server.page(path.name)
    assert not kernels[0].is_running()
    assert not server.private.exists()


STARTER = """
import sys
from pathlib import Path
from prodmeet_kit.live.lab import running_lab
folder = Path(sys.argv[1])
with running_lab(folder, "a.ipynb") as server:
    server.session("a.ipynb")
    print(server.process.pid, server.private, flush=True)
    sys.stdin.read()
"""


def test_a_killed_command_leaves_no_server_and_the_next_run_removes_its_folder(tmp_path: Path) -> None:
    write_copy(tmp_path, explore_notebook({})).rename(tmp_path / "a.ipynb")
    root = str(Path(__file__).resolve().parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": root},
    ) as starter:  # fmt: skip
        assert starter.stdout is not None
        number, private = starter.stdout.readline().split()
        mother = psutil.Process(int(number))
        left = [mother, *mother.children(recursive=True)]
        starter.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(left, timeout=20)
    assert alive == []
    assert Path(private).is_dir()
    with running_lab(tmp_path, "a.ipynb"):
        assert not Path(private).exists()
