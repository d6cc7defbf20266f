"""A real Prometheus filled with the demo world answers the truth, within what scraping can know."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from prodmeet_kit.analysis.alerting.episodes import build
from prodmeet_kit.core.errors import ProdmeetError
from prodmeet_kit.core.placeholder import fill_window
from prodmeet_kit.core.window import Window
from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.demo.world import World
from prodmeet_kit.parameters import load
from prodmeet_kit.parameters.models import Slo
from prodmeet_kit.schemas.frames import ALERT_RUNS, labels_of
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.sources.prometheus.alerts import read
from tests.support.answering import metric_source
from tests.support.demo_world import true_counts

pytestmark = pytest.mark.integration

PRODUCT = load("demo", Path(__file__).parents[2] / "parameters")
SLOS = {f"{service.name}/{slo.name}": slo for service in PRODUCT.services for slo in service.slos}
WINDOW = timedelta(days=28)


def ask(url: str, query: str, time: datetime) -> list[dict[str, Any]]:
    """The result of an instant query."""
    form = urlencode({"query": query, "time": time.timestamp()}).encode()
    with urlopen(f"{url}/api/v1/query", form, timeout=60) as answer:
        result: list[dict[str, Any]] = json.load(answer)["data"]["result"]
    return result


def one(url: str, query: str, time: datetime) -> float:
    """The only number an instant query gives."""
    (series,) = ask(url, query, time)
    return float(series["value"][1])


def counts(url: str, slo: Slo, end: datetime) -> tuple[float, float]:
    """Bad and total events of the 28 days to ``end``: the queries of demo.yaml, a rate times its seconds."""
    seconds = WINDOW.total_seconds()
    assert slo.sli.events is not None
    queries = (slo.sli.events.error_query, slo.sli.events.total_query)
    bad, total = (one(url, fill_window(query, WINDOW), end) * seconds for query in queries)
    return bad, total


@pytest.mark.parametrize("meetings_ago", [0, 1])
@pytest.mark.parametrize("name", [name for name in SLOS if not name.startswith("invoices")])
def test_attainment_of_busy_services_is_true_to_a_thousandth_of_the_budget(
    demo_prometheus: tuple[str, World], name: str, meetings_ago: int
) -> None:
    url, world = demo_prometheus
    end = world.meeting - meetings_ago * timedelta(days=14)
    bad, total = counts(url, SLOS[name], end)
    service, slo = name.split("/")
    true_bad, true_total = true_counts(world, service, slo, end - WINDOW, end)
    assert abs(bad / total - true_bad / true_total) < 0.001 * SLOS[name].budget
    assert total == pytest.approx(true_total, rel=1e-4)


@pytest.mark.parametrize("meetings_ago", [0, 1])
def test_invoices_are_counted_to_one_event(demo_prometheus: tuple[str, World], meetings_ago: int) -> None:
    url, world = demo_prometheus
    end = world.meeting - meetings_ago * timedelta(days=14)
    found = counts(url, SLOS["invoices/availability"], end)
    assert found == pytest.approx(true_counts(world, "invoices", "availability", end - WINDOW, end), abs=1)


def test_raw_alert_samples_tell_every_episode(demo_prometheus: tuple[str, World]) -> None:
    url, world = demo_prometheus
    found = []
    for series in ask(url, 'ALERTS{alertstate="firing"}[44d]', world.grid.end):
        times = [float(time) for time, _ in series["values"]]
        starts = [time for before, time in zip([0.0, *times], times, strict=False) if time - before > 90]
        found += [(series["metric"]["alertname"], series["metric"].get("pod", ""), start) for start in starts]
    expected = [(e.alert, e.labels.get("pod", ""), e.start.timestamp()) for e in world.episodes]
    assert len(expected) > 80
    assert sorted(found) == sorted(expected)


def test_the_kit_tells_every_episode_of_the_history_and_no_other(demo_prometheus: tuple[str, World]) -> None:
    url, world = demo_prometheus
    window = Window.ending(world.meeting, cadence=timedelta(days=14), timezone="Asia/Tokyo")
    source = PrometheusSource(metric_source(url))
    context = Context(PRODUCT, window, ALERT_RUNS, "sources.alerts[0]", Path(), None, source)
    found = build(read({"type": "prometheus_alerts", "page": 'severity="page"'}, context), window)
    expected = [
        (e.start, e.alert, e.labels.get("pod", ""), e.labels["severity"] == "page")
        for e in world.episodes
        if e.end > window.history_start and e.start < window.end
    ]
    pods = found["labels"].map(labels_of).map(lambda labels: labels.get("pod", ""))
    told = zip(found["start"].dt.to_pydatetime(), found["alert"], pods, found["page"], strict=True)
    assert sorted(told) == sorted(expected)
    assert len(expected) > 50


def test_when_an_alert_became_active_is_the_value_of_its_state(demo_prometheus: tuple[str, World]) -> None:
    url, world = demo_prometheus
    (page,) = [e for e in world.episodes if e.alert == "CartErrorBudgetBurn"]
    during = page.start + timedelta(minutes=1)
    assert one(url, 'ALERTS_FOR_STATE{alertname="CartErrorBudgetBurn"}', during) == page.active.timestamp()


@pytest.mark.parametrize(
    "query",
    [
        fill_window(query, timedelta(minutes=6))
        for service in PRODUCT.services
        for query in [
            *(load.query for load in service.load),
            *(text for resource in service.resources for text in (resource.query, resource.limit_query) if text),
        ]
    ],
)
def test_every_load_and_resource_query_gives_one_series(demo_prometheus: tuple[str, World], query: str) -> None:
    url, world = demo_prometheus
    assert one(url, query, world.meeting) >= 0


def test_a_server_that_does_not_start_says_why(demo_prometheus: tuple[str, World]) -> None:
    with (
        pytest.raises(ProdmeetError, match=r"did not start(.|\n)*unknown long flag"),
        running_prometheus(arguments=["--no-such-flag"]),
    ):
        pass


def test_a_text_that_is_cut_off_is_refused(demo_prometheus: tuple[str, World], tmp_path: Path) -> None:
    with pytest.raises(ProdmeetError, match="EOF"):
        backfill(["# TYPE x gauge\nx 1 1795464017.3\n"], tmp_path)
