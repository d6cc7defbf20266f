"""Who interrupts a report waits for no server, however silent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.support.plugins import install
from tests.support.raw_server import raw_server, trickle

FILE = """
product: shop
sources:
  metrics: {{url: "{url}", timeout: 60s}}
  alerts: [{{type: prometheus_alerts}}]
  silences: [{{type: alertmanager, url: "{url}", timeout: 60s}}]
  changes: [{{type: icalendar, url: "{url}/c.ics", timeout: 60s}}]
services:
  - name: cart
    load: [{{name: requests, query: "sum(rate(x[{{{{.window}}}}]))"}}]
    resources: [{{name: cpu, query: "sum(y)"}}]
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_is_heard_within_a_second_while_every_server_is_silent(
    number: signal.Signals, tmp_path: Path
) -> None:
    asked = threading.Semaphore(0)

    def silence(connection: object) -> None:
        asked.release()
        trickle(connection, b"", b"")  # type: ignore[arg-type]

    with raw_server(silence) as url:
        (tmp_path / "parameters").mkdir()
        (tmp_path / "parameters" / "shop.yaml").write_text(FILE.format(url=url))
        command = [sys.executable, "-m", "prodmeet_kit", "-C", str(tmp_path), "report", "shop"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4):
            assert asked.acquire(timeout=60)
        began = time.monotonic()
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        took = time.monotonic() - began
    assert process.returncode == 1
    assert "interrupted, nothing was written" in errors
    assert "Traceback" not in errors
    assert took < 4  # a second, and what the interpreter takes to end
    assert not (tmp_path / "reports" / "shop").exists()


SLEEPING = """
import time
from pathlib import Path
from prodmeet_kit.parameters import MetricSettings
from prodmeet_kit.parameters.metrics.backends import MetricBackend

class Source:
    name = "a sleeper"
    def answer(self, question):
        Path(__file__).with_name("asked").touch()
        time.sleep(60)
    def close(self):
        pass

class Sleeper(MetricBackend):
    settings, called, language = MetricSettings, "the sleeper", "a dream"
    def open(self, settings, folder):
        return Source()
    def check(self, query, role):
        pass
    def counts_events(self, query):
        return True

BACKEND = Sleeper()
"""


def test_an_interrupt_does_not_wait_for_a_source_that_sleeps(tmp_path: Path) -> None:
    install(tmp_path, {"sleeping.py": SLEEPING}, {"prodmeet_kit.metrics": {"sleeper": "sleeping:BACKEND"}})
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "shop.yaml").write_text(
        "product: shop\nsources: {metrics: {type: sleeper}}\n"
        "services: [{name: cart, load: [{name: requests, query: all}]}]\n"
    )
    command = [sys.executable, "-m", "prodmeet_kit", "-C", str(tmp_path), "report", "shop"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    until = time.monotonic() + 60
    while not (tmp_path / "asked").exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert time.monotonic() - began < 5
    assert process.returncode == 1
    assert "interrupted, nothing was written" in errors and "Traceback" not in errors
    assert not (tmp_path / "reports" / "shop").exists()
