"""A fleet on a real Dask cluster: the products of a worker that is killed are made by the other, as if made here."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import psutil
import pytest

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.html_report import index
from prodmeet_kit.pipeline import cluster, fleet
from prodmeet_kit.pipeline.environment import inherited
from tests.support.answering import Asked, answering, success
from tests.support.fleet_products import product

RECORDS = """\
  incidents:
    - {type: file, path: incidents.yaml}
"""
INCIDENTS = """\
- id: INC-1
  title: Checkout failed
  start: 2026-11-18T10:00:00Z
  end: 2026-11-18T11:00:00Z
  services: [web]
"""
OPTIONS = ["--from", "2026-11-16T10:00", "--to", "2026-11-23T10:00"]


@contextmanager
def started(folder: Path, *words: str) -> Iterator[psutil.Popen]:
    """A process of Dask's, with the variables Python needs and no others; it has ended at the end."""
    with (folder / f"{words[0]}.log").open("ab") as log:
        command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]]
        process = psutil.Popen(command, cwd=folder, env=inherited(), stdout=log, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(10)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def fill(home: Path, url: str) -> Path:
    (home / "parameters").mkdir(parents=True)
    for name in ("one", "two", "three"):
        (home / "parameters" / f"{name}.yaml").write_text(product(name, url, RECORDS))
    (home / "parameters" / "bad.yaml").write_text("product: bad\nsurprise: 1\n")
    (home / "parameters" / "incidents.yaml").write_text(INCIDENTS)
    return home


def record(home: Path, name: str) -> dict[str, Any]:
    told = dict(json.loads((home / "reports" / name / "2026-11-23" / "review.json").read_text()))
    told.pop("generated_at", None)
    return told


@pytest.mark.takes(20)
def test_a_killed_worker_costs_no_report_and_all_are_as_if_made_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []
    write_index = index.write_index

    def counted(reports: Path) -> Path:
        written.append(reports)
        return write_index(reports)

    monkeypatch.setattr(index, "write_index", counted)
    workers: list[psutil.Popen] = []
    killed: list[psutil.Process] = []
    lock = Lock()

    def says(asked: Asked) -> tuple[int, str, bytes]:
        with lock:
            busy = [worker for worker in workers if not killed and worker.children()]
            for worker in busy[:1]:
                killed.extend(worker.children(recursive=True))
                worker.kill()
        return success()

    told: list[str] = []
    with ExitStack() as stack:
        book = stack.enter_context(answering(says))
        here, there = fill(tmp_path / "here", book.url), fill(tmp_path / "there", book.url)
        (there / "reports" / "one" / "2026-11-23").mkdir(parents=True)
        (there / "reports" / "one" / "2026-11-23" / "notes.txt").write_text("ours")
        address = f"tcp://127.0.0.1:{free_port()}"
        port = address.rpartition(":")[2]
        stack.enter_context(started(tmp_path, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"))
        given = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path / "scratch")]
        workers.extend(stack.enter_context(started(tmp_path, "worker", address, *given)) for _ in range(2))
        status = fleet.make_fleet(there, told.append, options=OPTIONS, scheduler=address)
        assert killed, told
        assert not psutil.wait_procs(killed, timeout=10)[1]
        assert written == [there / "reports"]
        locally: list[str] = []
        assert fleet.make_fleet(here, locally.append, jobs=2, options=OPTIONS) == status == 2
    as_here = [line.replace(str(here / "reports"), str(there / "reports")) for line in locally]
    assert sorted(told) == sorted(line.replace(f"{here}/", "") if "failed" in line else line for line in as_here)
    for name in ("one", "two", "three"):
        assert record(there, name) == record(here, name)
    assert (there / "reports" / "one" / "2026-11-23" / "notes.txt").read_text() == "ours"
    assert not list((there / "reports").glob("*/.new-*"))


def test_a_scheduler_that_is_not_there_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    home = fill(tmp_path, "http://127.0.0.1:1")
    with pytest.raises(InputError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:\d+: give its address"):
        fleet.make_fleet(home, print, scheduler=f"tcp://127.0.0.1:{free_port()}")
    assert not (home / "reports").exists()


def test_a_scheduler_that_is_lost_costs_what_it_had_and_ends_the_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    with ExitStack() as stack:
        address = f"tcp://127.0.0.1:{free_port()}"
        port = address.rpartition(":")[2]
        given = ("--host", "127.0.0.1", "--port", port, "--no-dashboard")
        scheduler = stack.enter_context(started(tmp_path, "scheduler", *given))

        def says(asked: Asked) -> tuple[int, str, bytes]:
            scheduler.kill()
            return success()

        home = fill(tmp_path / "home", stack.enter_context(answering(says)).url)
        (home / "parameters" / "bad.yaml").unlink()
        these = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path / "scratch"))
        stack.enter_context(started(tmp_path, "worker", address, *these))
        assert fleet.make_fleet(home, told.append, options=OPTIONS, scheduler=address) == 1
    assert sorted(told) == [f"failed  {name}: the scheduler was lost" for name in ("one", "three", "two")]
    assert capfd.readouterr().err == ""
