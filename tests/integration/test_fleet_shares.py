"""A fleet of forked workers: one that dies or cannot be read costs itself only, and reports are those of ``report``."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from prodmeet_kit.pipeline import fleet
from prodmeet_kit.pipeline.report import make_report
from prodmeet_kit.pipeline.workers import Forked, ForkServer
from tests.support.fleet_products import product

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


@pytest.fixture
def deadly_port() -> Iterator[int]:
    """The port of a server that kills whoever asks it, as the kernel does when memory is short."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = int(listening.getsockname()[1])

        def kill() -> None:
            try:
                connection, peer = listening.accept()
            except OSError:
                return
            with connection:
                for process in psutil.Process().children(recursive=True):
                    with suppress(psutil.NoSuchProcess):  # one that has just ended
                        if any(found.laddr[1:2] == peer[1:2] for found in process.net_connections()):
                            process.kill()
                            process_ended.set()

        process_ended = threading.Event()
        thread = threading.Thread(target=kill, daemon=True)
        thread.start()
        yield port
        assert process_ended.wait(5)


def record(report: Path) -> dict[str, Any]:
    told = dict(json.loads((report / "review.json").read_text()))
    told.pop("generated_at", None)
    return told


def test_a_worker_that_is_killed_costs_its_report_and_the_others_are_those_of_report(
    tmp_path: Path, deadly_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = tmp_path / "parameters"
    parameters.mkdir()
    for name, port in (("deadly", deadly_port), ("well", 1)):
        (parameters / f"{name}.yaml").write_text(product(name, f"http://127.0.0.1:{port}"))
    (parameters / "bad.yaml").write_text("product: bad\nsurprise: 1\n")
    start, end = "2026-11-16T10:00", "2026-11-23T10:00"
    told: list[str] = []
    asked: list[str] = []
    worker = ForkServer.worker

    def noted(server: ForkServer, module: str, arguments: Sequence[str], out: int, err: int) -> Forked:
        asked.append(arguments[-1])
        return worker(server, module, arguments, out, err)

    monkeypatch.setattr(ForkServer, "worker", noted)
    options = ["--from", start, "--to", end]
    assert fleet.make_fleet(tmp_path, told.append, jobs=2, options=options) == 1, told
    assert sorted(asked) == ["bad", "deadly", "well"]
    said = {line.split()[1].rstrip(":"): line for line in told}
    assert said["deadly"] == "failed  deadly: ended with status -9"
    assert said["bad"].startswith("failed  bad: ")
    assert said["well"].startswith("partly  well: ")
    index = (tmp_path / "reports" / "index.html").read_text()
    assert "ended with status -9" in index
    assert not list((tmp_path / "reports").glob("*/.new-*"))
    alone = make_report("well", folder=tmp_path, out=tmp_path / "alone", start=start, end=end)
    assert record(alone.path) == record(tmp_path / "reports" / "well" / "2026-11-23")
