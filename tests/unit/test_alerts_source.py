"""Samples of ``ALERTS`` from a server: none lost, none doubled, whichever way its ranges are closed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit import frames
from prodmeet_kit.errors import ParametersError, SourceError
from prodmeet_kit.sources.alerts import read
from prodmeet_kit.sources.base import Broken, Context, MetricSource
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.window import Window, parse_duration
from tests.support.answering import Asked, answering, metric_source, shop, success

END = datetime(2026, 11, 23, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")


def context(metrics: MetricSource) -> Context:
    return Context(shop(), WINDOW, frames.ALERT_SAMPLES, "sources.alerts[0]", Path("parameters"), None, metrics)


class Store:
    """A server that holds samples of ``ALERTS``; its ranges are closed at the left (2.x) or open (3.x)."""

    def __init__(self, series: list[tuple[dict[str, str], list[float]]], *, closed: bool) -> None:
        self.series = series
        self.closed = closed
        self.queries: list[str] = []

    def __call__(self, asked: Asked) -> tuple[int, str, bytes]:
        self.queries.append(asked.form["query"])
        (length,) = re.findall(r"\[(.+)\]$", asked.form["query"])
        end = float(asked.form["time"])
        start = round(end - parse_duration(length).total_seconds(), 3)
        result: list[dict[str, Any]] = []
        for labels, times in self.series:
            inside = [time for time in times if (start <= time if self.closed else start < time) and time <= end]
            if inside:
                values = [[time, "1"] for time in inside]
                result.append({"metric": {"__name__": "ALERTS", **labels}, "values": values})
        return success(result, kind="matrix")


@pytest.mark.parametrize("closed", [True, False], ids=["closed ranges", "open ranges"])
def test_samples_at_the_joins_and_at_both_ends_are_there_once(closed: bool) -> None:
    start = WINDOW.compare_start
    # compare_start is 28 d before the end: chunks of 7 d (and a millisecond) join at about these instants
    days = (0, 7, 14, 21, 28)
    times = [(start + timedelta(days=day, milliseconds=tick)).timestamp() for day in days for tick in (-1, 0, 1)]
    store = Store([({"alertname": "High", "alertstate": "firing"}, times)], closed=closed)
    with answering(store) as server:
        made = read({"type": "prometheus_alerts"}, context(PrometheusSource(metric_source(server.url))))
    expected = [time for time in times if start.timestamp() <= time <= END.timestamp()]
    assert [moment.timestamp() for moment in made["time"]] == expected
    assert len(expected) == 13  # fifteen, but for the one before the start and the one after the end


def test_firing_and_pending_of_every_replica_are_kept_apart_and_in_order() -> None:
    at = END.timestamp() - 600.25
    labels = {"alertname": "High", "severity": "page", "service": "cart"}
    series = [
        ({**labels, "alertstate": "pending", "replica": "b"}, [at, at + 60]),
        ({**labels, "alertstate": "firing", "replica": "a"}, [at + 120, at + 180]),
        ({"alertname": "Disk", "alertstate": "firing"}, [at]),
    ]
    with answering(Store(series, closed=True)) as server:
        made = read({"type": "prometheus_alerts"}, context(PrometheusSource(metric_source(server.url))))
    frames.ALERT_SAMPLES.check(made)
    assert list(made["alertname"]) == ["Disk", "High", "High", "High", "High"]
    assert list(made["state"]) == ["firing", "firing", "firing", "pending", "pending"]
    assert made["labels"][0] == "{}"
    assert made["labels"][1] == '{"replica":"a","service":"cart","severity":"page"}'
    assert made["time"][0] == datetime.fromtimestamp(at, UTC)  # to the millisecond


def test_the_matchers_of_the_parameters_select_the_alerts_and_page_does_not() -> None:
    store = Store([], closed=True)
    config = {"type": "prometheus_alerts", "page": 'severity="page"', "matchers": 'namespace="shop"'}
    with answering(store) as server:
        given = context(PrometheusSource(metric_source(server.url)))
        made = read(config, given)
    assert {query.partition("[")[0] for query in store.queries} == {'ALERTS{namespace="shop"}'}
    assert made.empty
    assert "no sample of ALERTS" in given.notes[0]


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"page": "severity=page"}, "page"),
        ({"evaluation_interval": "soon"}, "evaluation_interval"),
        ({"pages": "x"}, "pages"),
    ],
)
def test_a_wrong_key_is_named_with_its_place_in_the_parameter_file(config: dict[str, str], key: str) -> None:
    with pytest.raises(ParametersError, match=rf"parameters/shop\.yaml: sources\.alerts\[0\]\.{key}"):
        read({"type": "prometheus_alerts", **config}, context(Broken("metrics", "none")))


def test_without_a_metric_source_its_own_reason_is_told() -> None:
    with pytest.raises(SourceError, match=r"add sources\.metrics"):
        read({"type": "prometheus_alerts"}, context(Broken("metrics", "add sources.metrics")))
