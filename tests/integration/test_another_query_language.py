"""A package from outside brings a metric source with a query language and a key of its own; a report is made of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from prodmeet_kit.cli import cli
from prodmeet_kit.parameters.metrics import backends
from tests.support.serving import serving

PACKAGE = Path(__file__).parents[1] / "support" / "event_store_package"
DOCS = Path(__file__).parents[2] / "docs" / "extend.md"
KEY = "k3y-of-the-event-store"
END = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
TIMES = END - 300.0 * np.arange(45 * 288)[::-1]  # an order every five minutes, the last one as the meeting begins
STATUS = np.full(len(TIMES), 200)
STATUS[(TIMES > END - 74 * 3600) & (TIMES <= END - 72 * 3600)] = 503  # 24 orders, since the last meeting
STATUS[(TIMES > END - 500 * 3600) & (TIMES <= END - 499.5 * 3600)] = 503  # 6 orders, before it

ABSENT = "there is no metric source of type event_store"

PRODUCT = """\
product: shop
sources:
  metrics: {type: event_store, url: "${EVENT_STORE_URL}", api_key: "${EVENT_STORE_KEY}"}
services:
  - name: orders
    slos:
      - name: availability
        objective: 99
        sli: {events: {error_query: count orders where status >= 500, total_query: count orders}}
    load:
      - {name: orders, unit: order/s, query: rate orders}
      - {name: refused, query: rate refused}
"""


class Store(BaseHTTPRequestHandler):
    """Counts orders for who has the key; of ``refused`` it says the key aloud."""

    def do_POST(self) -> None:
        given, key = json.loads(self.rfile.read(int(self.headers["Content-Length"]))), self.headers["X-Api-Key"]
        if key != KEY or given["events"] == "refused":
            return self._reply(403, f"the key {key} may not read {given['events']}".encode())
        times = TIMES[float(given["value"] or 0) <= STATUS]
        ends = np.array(given["ends"])
        counts = np.searchsorted(times, ends, "right") - np.searchsorted(times, ends - given["length"], "right")
        return self._reply(200, json.dumps({"counts": counts.tolist()}).encode())

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Says nothing."""


def test_the_guide_shows_the_package_as_it_is() -> None:
    guide = DOCS.read_text(encoding="utf-8")
    for name, language in (("event_store.py", "python"), ("pyproject.toml", "toml")):
        assert f"```{language}\n{(PACKAGE / name).read_text(encoding='utf-8')}```" in guide


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of packages in which the package is installed, as pip would leave it."""
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    site = tmp_path / "site"
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    shutil.copy(PACKAGE / "event_store.py", site)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {where}\n" for name, where in named.items())
        for group, named in project["entry-points"].items()
    )
    (info / "entry_points.txt").write_text(points)
    return site


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "parameters").mkdir(parents=True)
    (home / "parameters" / "shop.yaml").write_text(PRODUCT)
    return home


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package is there in this process too, and nothing of it stays."""
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setattr(backends, "_loaded", {})
    yield
    sys.modules.pop("event_store", None)


def test_a_report_counts_its_events_and_shows_its_key_nowhere(site: Path, home: Path) -> None:
    with serving(Store) as url:
        own = {"PYTHONPATH": str(site), "EVENT_STORE_URL": url, "EVENT_STORE_KEY": KEY}
        words = ["report", "shop", "--from", "2026-11-09", "--to", "2026-11-23"]
        done = subprocess.run(
            [sys.executable, "-m", "prodmeet_kit", "-C", str(home), *words],
            env={**os.environ, **own},
            capture_output=True,
            check=False,
            text=True,
        )
    # One load could not be asked, in the store's own words but for the key.
    assert done.returncode == 3, done.stderr
    assert "could not check orders/refused: the event store refused: the key *** may not read refused" in done.stderr
    made = home / "reports" / "shop" / "latest"
    content = json.loads((made / "review.json").read_text(encoding="utf-8"))
    (slo,) = content["slos"]
    # 28 days of 288 orders, 30 of which failed; 1% of 8,064 is the budget.
    assert (slo["total"], slo["bad"], slo["state"]) == (8064, 30, "OK")
    assert slo["attainment"] == pytest.approx(1 - 30 / 8064)
    assert slo["budget_remaining"] == pytest.approx(1 - 30 / 80.64)
    assert slo["burn_rate"] == pytest.approx(24 / 4032 / 0.01)
    known = {each["name"]: each["mean"] for each in content["load"]}
    assert known == {"orders": pytest.approx(1 / 300), "refused": None}
    assert [failure["section"] for failure in content["failures"]] == ["metrics"]
    for path in (path for path in home.rglob("*") if path.is_file()):
        assert KEY.encode() not in path.read_bytes(), path
    assert KEY not in done.stdout + done.stderr
    # Whoever opens the frozen facts needs the package too, or no number could be counted.
    again = CliRunner().invoke(cli, ["-C", str(home), "report", "shop", "--from-snapshot", str(made / "snapshot")])
    assert (again.exit_code, again.stderr.startswith(f"prodmeet: {ABSENT}")) == (2, True)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "total_query: count orders",
            "total_query: rate orders",
            'slos[0].sli.events.total_query is "rate orders": count events: write count orders',
        ),
        (
            "query: rate orders",
            "query: 'sum(rate(orders[5m]))'",
            "write count EVENTS or rate EVENTS, and perhaps: where FIELD >= NUMBER (or <, =)",
        ),
        (
            "{events: {error_query: count orders where status >= 500, total_query: count orders}}",
            "{latency: {histogram: took, threshold: 1s}}",
            "slos[0].sli.latency is given: the event store cannot answer it: use events",
        ),
        ("{type: event_store,", "{type: event_store, key: x,", "metrics.key is not a known key: did you mean api_key?"),
        ('"${EVENT_STORE_KEY}"', "abc", "sources.metrics.api_key is in clear: write ${API_KEY} and set that variable"),
    ],
)
@pytest.mark.usefixtures("installed")
def test_what_it_cannot_answer_is_one_line_with_place_key_value_and_what_to_write(
    home: Path, old: str, new: str, says: str
) -> None:
    file = home / "parameters" / "shop.yaml"
    assert PRODUCT.count(old) == 1
    file.write_text(PRODUCT.replace(old, new))
    done = CliRunner().invoke(cli, ["-C", str(home), "report", "shop"])
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"prodmeet: {file}:")
    assert line.endswith(says)
    assert not (home / "reports").exists()


def test_without_the_package_the_type_is_refused_with_those_there_are(home: Path) -> None:
    done = CliRunner().invoke(cli, ["-C", str(home), "report", "shop"])
    place = f"{home}/parameters/shop.yaml:3: sources.metrics.type"
    says = f"{ABSENT}: write one of csv, prometheus, or install the package that brings it"
    assert (done.exit_code, done.stderr) == (2, f'prodmeet: {place} is "event_store": {says}\n')
