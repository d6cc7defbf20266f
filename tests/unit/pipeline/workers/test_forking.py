"""Processes forked from one that has imported everything: as good as new ones, and none outlives who asked for it."""

from __future__ import annotations

import gc
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from prodmeet_kit.pipeline import kernel
from prodmeet_kit.pipeline.workers import Forked, ForkServer, warm
from prodmeet_kit.pipeline.workers import server as far_side

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")

SECRET = "a-canary-of-the-fleet"
MODULE = "tests.support.forked"


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPS_LOGIN", SECRET)
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[4]))
        started = ForkServer.start()
        assert started is not None
        with started:
            yield started


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def run(server: ForkServer, *arguments: str) -> tuple[int, str, str]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        status = server.worker(MODULE, arguments, out.fileno(), err.fileno()).wait(20)
        for file in (out, err):
            file.seek(0)
        return status, out.read().decode(), err.read().decode()


def tell(server: ForkServer) -> dict[str, Any]:
    status, out, err = run(server, "tell")
    assert status == 0, err
    return dict(json.loads(out))


def sleeper(server: ForkServer, note: Path) -> Forked:
    with tempfile.NamedTemporaryFile() as out:
        process = server.worker(MODULE, ["sleep", str(note)], out.fileno(), out.fileno())
        wait_for(lambda: Path(out.name).read_text() == "begun\n")
    return process


def test_a_worker_has_our_folder_and_variables_and_a_start_that_is_paid_for(
    server: ForkServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPS_LOGIN", SECRET)
    told = tell(server)
    assert told["environment"]["OPS_LOGIN"] == SECRET
    assert (told["folder"], told["read"], told["loaded"]) == (str(tmp_path), "", True)
    assert len(told["descriptors"]) == 5  # of its own three, the one it asks with, and the one it looks with


def test_no_two_draw_the_same_random_numbers(server: ForkServer) -> None:
    assert tell(server)["random"] != tell(server)["random"]


def test_exit_statuses_and_signals_arrive(server: ForkServer) -> None:
    assert [run(server, "end", "3")[0], run(server, "end", "0")[0], run(server, "killed")[0]] == [3, 0, -9]


def test_a_fault_is_status_one_with_its_traceback(server: ForkServer) -> None:
    status, _, err = run(server, "end", "no number")
    assert status == 1
    assert "ValueError" in err


def test_the_server_knows_no_credential_and_has_one_thread(server: ForkServer) -> None:
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    run(server, "end", "0")
    assert SECRET not in str(process.environ())
    assert process.num_threads() == 1
    assert process.net_connections(kind="inet") == []


def test_a_forked_kernel_knows_no_credential_and_ends_with_who_asked(
    server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPS_LOGIN", SECRET)
    monkeypatch.setattr(kernel, "start_process", server.kernel)
    with kernel.Kernel() as started:
        wait_for(lambda: len(list(started.folder.glob("s-*"))) == 5 or started.process.poll() is not None)
        process = psutil.Process(started.process.pid)
        assert SECRET not in str(process.environ())
        assert started.end() == "it still runs"
    assert not process.is_running()
    assert not started.folder.exists()


def test_a_forked_kernel_that_was_killed_says_how(server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "start_process", server.kernel)
    with kernel.Kernel() as started:
        started.process.kill()
        started.process.wait()
        assert started.end() == "ended by SIGKILL"


def test_who_is_asked_to_end_cleans_up(server: ForkServer, tmp_path: Path) -> None:
    process = sleeper(server, tmp_path / "note")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.05)
    process.terminate()
    assert process.wait(10) == 0
    assert (tmp_path / "note").read_text() == "cleaned up"


def test_a_worker_whose_owner_has_gone_is_asked_to_end(server: ForkServer, tmp_path: Path) -> None:
    process = sleeper(server, tmp_path / "note")
    process._told.close()  # as the end of its owner would
    wait_for((tmp_path / "note").exists)
    wait_for(lambda: not psutil.pid_exists(process.pid))


def test_nothing_outlives_a_server_that_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[4]))
    with ForkServer.start() as other:  # type: ignore[union-attr]
        process = sleeper(other, tmp_path / "note")
        other.process.kill()  # type: ignore[union-attr]
        assert process.wait(10) == -9
        wait_for(lambda: not psutil.pid_exists(process.pid) or psutil.Process(process.pid).status() == "zombie")
        with pytest.raises(BrokenPipeError):
            other.worker(MODULE, ["end", "0"], 1, 2)


def test_a_server_that_does_not_start_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert ForkServer.start() is None


def test_a_process_with_a_second_thread_forks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(far_side, "_threads", lambda: 2)
    monkeypatch.setattr(warm, "load", lambda: None)
    monkeypatch.setattr(gc, "disable", lambda: None)
    monkeypatch.setattr(sys, "argv", ["server", "0"])
    monkeypatch.setattr(socket, "socket", lambda **_: type("Socket", (), {"set_inheritable": id})())
    with pytest.raises(SystemExit, match="has started a thread"):
        far_side.main()
