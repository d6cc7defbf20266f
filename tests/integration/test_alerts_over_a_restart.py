"""Alerts of a real Prometheus that is stopped and started again over the same data while they fire."""

from __future__ import annotations

import json
import shutil
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.alerting.episodes import build
from prodmeet_kit.core.window import Window
from prodmeet_kit.demo.server import running_prometheus
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.sources.prometheus.alerts import read
from tests.support.answering import metric_source, shop

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not installed"),
    pytest.mark.takes(10),
]

RULES: list[dict[str, Any]] = [
    {"alert": "Always", "expr": "vector(1)", "labels": {"app": "cart"}},
    {"alert": "Waits", "expr": "vector(1)", "for": "4s"},
    # At one evaluation of three.
    {"alert": "Flips", "expr": "vector(time()) % 3 < 1"},
]


def configured(folder: Path) -> tuple[str, int]:
    """A server that scrapes itself and evaluates every second, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    file = folder / "rules.yaml"
    file.write_text(json.dumps({"groups": [{"name": "g", "interval": "1s", "rules": RULES}]}))
    own = {"job_name": "prometheus", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
    intervals = {"scrape_interval": "1s", "scrape_timeout": "1s"}
    return json.dumps({"global": intervals, "rule_files": [str(file)], "scrape_configs": [own]}), port


def raw(url: str, alert: str, end: datetime) -> pd.Series[float]:
    """The times (seconds) of the samples of an alert that fires."""
    found, _ = PrometheusSource(metric_source(url)).samples(
        f'ALERTS{{alertname="{alert}",alertstate="firing"}}[5m]', end
    )
    return pd.Series(found[0].times / 1000 if found else [], dtype="float64")


def test_what_fires_before_and_after_is_one_episode_and_what_flaps_is_not(tmp_path: Path) -> None:
    config, port = configured(tmp_path)
    with running_prometheus(tmp_path / "data", config_text=config, port=port):
        time.sleep(7)
    time.sleep(2.5)
    again = time.time()
    with running_prometheus(tmp_path / "data", config_text=config, port=port) as url:
        time.sleep(7)
        for _ in range(40):  # a busy machine evaluates late
            if (raw(url, "Flips", datetime.now(UTC)) > again).sum() >= 2:
                break
            time.sleep(0.5)
        end = datetime.now(UTC)
        # Not on the grid of a meeting: what is seen is some seconds old.
        window = replace(Window.ending(end, cadence=timedelta(days=14), timezone="UTC"), end=end)
        context = Context(
            shop(), window, frames.ALERT_RUNS, "sources.alerts[0]", Path(), None, PrometheusSource(metric_source(url))
        )
        runs = read({"type": "prometheus_alerts"}, context)
        flips, always = raw(url, "Flips", window.end), raw(url, "Always", window.end)
    away = runs[runs["state"] == "away"]
    assert len(away) == 1
    assert away["last"].iloc[0] - away["start"].iloc[0] >= timedelta(seconds=2.5)
    assert (runs["interval_s"][runs["state"] != "away"] == 1).all()  # of the group, not the parameter's minute
    found = build(runs, window)
    counts = found["alert"].value_counts()
    # The server stopped for several evaluations, and has no for of Waits any more: it was pending again.
    assert always.diff().max() > 2.5
    assert (counts["Always"], counts["Waits"]) == (1, 1)
    assert ((runs["alertname"] == "Waits") & (runs["state"] == "pending")).sum() == 2
    # Stops that the server saw: all but a gap that holds its own absence.
    gone = away["start"].iloc[0].timestamp()
    stops = sum(
        gap > 2.5 and not before < gone + 1 < before + gap for before, gap in zip(flips, flips.diff()[1:], strict=False)
    )
    assert stops >= 1
    assert counts["Flips"] in (stops + 1, stops + 2)
