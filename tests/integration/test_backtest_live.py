"""A rule that a real Prometheus evaluates, and the same rule played again from its answers."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import requests

from prodmeet_kit.analysis.alerting.backtest import replay, threshold

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not installed"),
    pytest.mark.takes(55),
]

SCRIPT = [(6, 0), (8, 1), (3, 0), (2, 1), (8, 0), (9, 1), (2, 0), (6, 1), (8, 0)]
"""Seconds and value of the gauge: with a ``for`` of 3 s the second spell is too short.

A busy machine is a second late: a pause is a second shorter than what a rule bridges, or four longer.
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that scrapes a gauge and evaluates two rules, each second, for fifty seconds."""
    folder = tmp_path_factory.mktemp("live")
    begun = time.monotonic()

    class Gauge(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            left = time.monotonic() - begun
            for seconds, value in SCRIPT:
                now = value
                left -= seconds
                if left < 0:
                    break
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(f"flips {now}\n".encode())

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    exporter = ThreadingHTTPServer(("127.0.0.1", 0), Gauge)
    threading.Thread(target=exporter.serve_forever, daemon=True).start()
    _write(folder, exporter.server_port)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["prometheus", f"--config.file={folder / 'p.yaml'}", f"--storage.tsdb.path={folder / 'data'}"]
    begun = time.monotonic()
    with (folder / "log").open("w") as log:
        running = subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
        try:
            time.sleep(sum(seconds for seconds, _ in SCRIPT) + 2)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(timeout=10)
            exporter.shutdown()
            exporter.server_close()


def _write(folder: Path, port: int) -> None:
    rules = [
        {"alert": "Waits", "expr": "flips > 0.5", "for": "3s"},
        {"alert": "Keeps", "expr": "flips > 0.5", "keep_firing_for": "4s"},
    ]
    (folder / "r.yaml").write_text(json.dumps({"groups": [{"name": "g", "interval": "1s", "rules": rules}]}))
    scrape = {"job_name": "flips", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
    intervals = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    config = {"global": intervals, "rule_files": [str(folder / "r.yaml")], "scrape_configs": [scrape]}
    (folder / "p.yaml").write_text(json.dumps(config))


def _result(url: str, path: str, **given: Any) -> list[dict[str, Any]]:
    answer = requests.get(f"{url}/api/v1/{path}", params=given, timeout=10)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["data"]["result"]
    return found


@pytest.mark.parametrize(
    ("alert", "times", "episodes"), [("Waits", {"for_s": 3}, 3), ("Keeps", {"for_s": 0, "keep_firing_for_s": 4}, 2)]
)
def test_the_replay_of_the_unchanged_rule_gives_the_episodes_seen(
    server: str, alert: str, times: dict[str, float], episodes: int
) -> None:
    now = time.time()
    (fired,) = _result(server, "query", query=f'ALERTS{{alertname="{alert}",alertstate="firing"}}[2m]', time=now)
    moments = pd.Series([float(moment) for moment, _ in fired["values"]])
    spells = moments.groupby((moments.diff() > 2.5).cumsum()).agg(["min", "max"])
    assert len(spells) == episodes
    # At the very instants of the evaluations, from well before the first.
    start = moments[0] - 20
    (asked,) = _result(server, "query_range", query="flips", start=start, end=now, step=1)
    known = {round(float(moment) - start): float(value) for moment, value in asked["values"]}
    steps = range(int(now - start) + 1)
    index = pd.to_datetime([start + step for step in steps], unit="s", utc=True)
    values = pd.DataFrame({"{}": [known.get(step, float("nan")) for step in steps]}, index=index)
    found = replay(threshold(values, ">", 0.5), interval_s=1, **times)
    assert len(found) == episodes
    for name, column in (("start", "min"), ("last", "max")):
        told = found[name].map(pd.Timestamp.timestamp).to_numpy()
        assert abs(told - spells[column].to_numpy()).max() <= 1.05, name
