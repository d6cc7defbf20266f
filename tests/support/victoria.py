"""VictoriaMetrics on loopback, for queries of its own dialect; skipped where it is not installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

__all__ = ["running_victoria"]

_START_S = 20.0


@contextmanager
def running_victoria(folder: Path, samples: str) -> Iterator[str]:
    """Its base URL, with samples in the Prometheus text format (times in milliseconds) held; stopped on the way out."""
    program = shutil.which("victoria-metrics")
    if program is None:
        pytest.skip("not installed: victoria-metrics (apt-get install victoria-metrics)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, f"-storageDataPath={folder}", f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(process, url)
        requests.post(f"{url}/api/v1/import/prometheus", data=samples.encode(), timeout=20).raise_for_status()
        requests.get(f"{url}/internal/force_flush", timeout=20).raise_for_status()
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    give_up = time.monotonic() + _START_S
    while time.monotonic() < give_up and process.poll() is None:
        try:
            if requests.get(f"{url}/health", timeout=1).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    pytest.fail(f"victoria-metrics did not start (status {process.poll()})")
