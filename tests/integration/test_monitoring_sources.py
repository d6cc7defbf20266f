"""Rules of a real Prometheus; silences and alerts of a real Alertmanager."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from prodmeet_kit.analysis.alerting.monitoring_changes import rule_changes
from prodmeet_kit.core.window import Window
from prodmeet_kit.demo.server import running_prometheus
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import rows
from prodmeet_kit.sources.alertmanager.source import read as read_alertmanager
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.sources.prometheus.rules import read as read_rules
from tests.support.answering import metric_source, shop

pytestmark = pytest.mark.integration

RULES = """groups:
  - name: cart
    interval: 45s
    rules:
      - {record: up:sum, expr: sum(up)}
      - alert: CartDown
        expr: up{job="cart"} == 0
        for: %s
        labels: {severity: page}
        annotations: {summary: "{{ $labels.instance }} is down"}
      - alert: CartSlow
        expr: vector(1)
        labels: {severity: ticket}
"""


def window() -> Window:
    return Window.ending(datetime.now(UTC), cadence=timedelta(days=14), timezone="UTC")


def rules_of(folder: Path, length: str) -> Any:
    (folder / "shop.yml").write_text(RULES % length)
    config = f"rule_files: ['{folder}/shop.yml']\n"
    with running_prometheus(config_text=config) as url:
        product = shop(sources={"alerts": [{"type": "prometheus_alerts", "page": 'severity="page"'}]})
        source = PrometheusSource(metric_source(url))
        context = Context(product, window(), frames.ALERT_RULES, "sources.rules[0]", Path(), None, source)
        return frames.ALERT_RULES.check(read_rules({"type": "prometheus_rules"}, context))


def test_the_rules_of_a_server_and_what_changed_in_them(tmp_path: Path) -> None:
    before, now = rules_of(tmp_path, "5m"), rules_of(tmp_path, "15m")
    down = rows(before)[0]
    assert list(before["alert"]) == ["CartDown", "CartSlow"]
    assert (down["group"], down["query"], down["for_s"]) == ("shop.yml/cart", 'up{job="cart"} == 0', 300.0)
    assert (down["interval_s"], down["labels"]) == (45.0, '{"severity":"page"}')
    assert down["annotations"] == '{"summary":"{{ $labels.instance }} is down"}'
    assert list(before["page"]) == [True, False]
    changes = [(row["alert"], row["what"], row["before"], row["after"]) for row in rows(rule_changes(before, now))]
    assert changes == [("CartDown", "for_s", "5m", "15m")]


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        message = "not installed: alertmanager (apt-get install prometheus-alertmanager)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    folder = tmp_path_factory.mktemp("alertmanager")
    (folder / "am.yml").write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    command = [
        program, f"--config.file={folder / 'am.yml'}", f"--storage.path={folder / 'data'}",
        f"--web.listen-address={url.removeprefix('http://')}", "--cluster.listen-address=",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _wait(f"{url}/-/ready", process)
            yield url
        finally:
            process.terminate()
            process.wait(15)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the Alertmanager stopped"
        try:
            if requests.get(url, timeout=1).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.1)
    raise AssertionError("the Alertmanager is not ready after 30 s")


def post(url: str, content: Any) -> Any:
    response = requests.post(url, json=content, timeout=10)
    assert response.ok, response.text
    return response


def silence(url: str, start: datetime, end: datetime, comment: str) -> str:
    matchers = [
        {"name": "alertname", "value": "CartDown", "isRegex": False, "isEqual": True},
        {"name": "service", "value": "cart|web", "isRegex": True, "isEqual": True},
        {"name": "zone", "value": 'a"b\\', "isRegex": False, "isEqual": False},
    ]
    content = {
        "matchers": matchers, "startsAt": start.isoformat(), "endsAt": end.isoformat(), "createdBy": "mika",
        "comment": comment,
    }  # fmt: skip
    return str(post(f"{url}/api/v2/silences", content).json()["silenceID"])


def context(spec: frames.Spec, key: str) -> Context:
    return Context(shop(), window(), spec, key, Path(), None, Broken("metrics", "none"))


def test_silences_in_every_state(alertmanager: str) -> None:
    now, hour = datetime.now(UTC), timedelta(hours=1)
    active = silence(alertmanager, now, now + hour, "move")
    pending = silence(alertmanager, now + hour, now + 2 * hour, "planned")
    expired = silence(alertmanager, now, now + hour, "over")
    assert requests.delete(f"{alertmanager}/api/v2/silence/{expired}", timeout=10).ok
    made = read_alertmanager({"url": alertmanager}, context(frames.SILENCES, "sources.silences[0]"))
    by_id = {row["id"]: row for row in rows(frames.SILENCES.check(made))}
    assert {name: row["state"] for name, row in by_id.items()} == {
        active: "active",
        pending: "pending",
        expired: "expired",
    }
    assert by_id[active]["matchers"] == r'alertname="CartDown",service=~"cart|web",zone!="a\"b\\"'
    assert (by_id[active]["created_by"], by_id[active]["comment"]) == ("mika", "move")
    assert abs(by_id[pending]["start"].to_pydatetime() - (now + hour)) < timedelta(seconds=1)


def test_alerts_that_were_posted_are_runs_that_go_on(alertmanager: str) -> None:
    now = datetime.now(UTC)
    start = now - timedelta(hours=2)
    fires = {"alertname": "Fires", "service": "cart", "severity": "page"}
    over = {"alertname": "Over", "service": "cart"}
    posted = [
        {"labels": fires, "annotations": {"summary": "it burns"}, "startsAt": start.isoformat()},
        {"labels": over, "startsAt": start.isoformat(), "endsAt": (now - timedelta(hours=1)).isoformat()},
    ]
    post(f"{alertmanager}/api/v2/alerts", posted)
    config = {"url": alertmanager, "page": 'severity="page"'}
    made = frames.ALERT_RUNS.check(read_alertmanager(config, context(frames.ALERT_RUNS, "sources.alerts[0]")))
    (row,) = rows(made)
    assert (row["alertname"], row["labels"]) == ("Fires", '{"service":"cart","severity":"page"}')
    assert (row["page"], row["summary"]) == (True, "it burns")
    assert abs(row["start"].to_pydatetime() - start) < timedelta(seconds=1)
    assert made["last"].isna().all()
