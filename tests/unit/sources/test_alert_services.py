"""Which service an alert is about: a label that names one of ours, the rule's expression, else another's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.core.errors import ParametersError
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.frames import ALERT_RULES, label_key
from prodmeet_kit.sources.alert_services import AlertServices
from prodmeet_kit.sources.alertmanager import source as alertmanager
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.pagerduty import source as pagerduty
from prodmeet_kit.sources.prometheus import alerts
from tests.support.answering import shop
from tests.support.grids import at
from tests.support.reviews import WINDOW, product, review

KNOWN = ["web", "cart", "stock-api"]


def rule(query: str, alert: str = "Burn", reads: Any = None, **labels: str) -> dict[str, Any]:
    return {"alert": alert, "query": query, "labels": label_key(labels), "reads": reads}


def found(labels: dict[str, str], *rules: dict[str, Any], chosen: tuple[str, ...] = ()) -> str:
    services = AlertServices(KNOWN, ALERT_RULES.frame(rules), {"alerts": chosen} if chosen else None, "shop")
    return services.of("Burn", labels, "alerts")


@pytest.mark.parametrize(
    ("labels", "service"),
    [
        ({"service": "cart"}, "cart"),
        ({"sloth_service": "cart", "sloth_id": "cart-requests"}, "cart"),
        ({"app_kubernetes_io_name": "Stock_API"}, "stock-api"),  # capitals, - and _ are alike
        ({"app.kubernetes.io/name": "cart"}, "cart"),
        ({"service.name": "payments", "job": "web"}, "web"),
        ({"service.name": "payments"}, "payments"),
        ({"job": "cart", "instance": "cart:8080"}, "cart"),
        ({"service": "kube-state-metrics", "job": "kube-state-metrics", "container": "web"}, "web"),
        ({"service": "web", "app": "cart"}, "web"),  # the first label that names one of ours
        ({"service": "kube-state-metrics", "namespace": "shop", "pod": "web-7c"}, "kube-state-metrics"),
        ({"app": "payments"}, "payments"),  # another's: not everybody's
        ({"job": "node", "instance": "n1"}, ""),  # a scrape job is no service
        ({"app": "Shop"}, ""),  # the product itself: it may concern any of its services
        ({}, ""),
    ],
)
def test_a_label_names_the_service(labels: dict[str, str], service: str) -> None:
    assert found(labels) == service


@pytest.mark.parametrize(
    ("labels", "chosen", "service"),
    [
        ({"service": "web", "team_service": "cart"}, ("team_service",), "cart"),
        ({"service": "web"}, ("team_service",), ""),  # no other label counts
        ({"component": "Cart", "service": "web"}, ("absent", "component"), "cart"),
        ({"component": "payments"}, ("component",), "payments"),
        ({"shop.example/component": "cart"}, ("shop.example/component",), "cart"),
    ],
)
def test_the_label_that_the_parameters_name_is_the_only_one(
    labels: dict[str, str], chosen: tuple[str, ...], service: str
) -> None:
    assert found(labels, chosen=chosen) == service


@pytest.mark.parametrize(
    ("query", "service"),
    [
        ('sum(rate(errors{service="cart"}[5m])) / sum(rate(requests{service="cart"}[5m])) > 0.1', "cart"),
        ('rate(errors{job="cart"}[5m]) > 0 and up{job="node"}', "cart"),
        ('errors{service="cart"} > requests{service="web"}', ""),  # two: nobody knows which
        ('errors{service=~"cart"} > 1', ""),
        ("errors > 1", ""),
        ("this is no PromQL", ""),
    ],
)
def test_else_the_expression_that_selects_one_service_says_so(query: str, service: str) -> None:
    assert found({}, rule(query)) == service
    assert found({}, rule(query, alert="Other")) == ""


def test_of_two_rules_of_one_name_the_one_with_the_alerts_labels_counts() -> None:
    rules = [rule('x{service="cart"}', severity="page"), rule('x{service="web"}', severity="ticket")]
    assert found({"severity": "page"}, *rules) == "cart"
    assert found({"severity": "ticket"}, *rules) == "web"
    assert found({}, *rules) == ""


def test_a_label_of_another_service_does_not_hide_what_the_rule_selects() -> None:
    assert found({"service": "kube-state-metrics"}, rule('kube_pod_restarts{app="cart"} > 3')) == "cart"


def test_what_a_recording_rule_selects_counts_where_it_is_known() -> None:
    assert found({}, rule("cart:errors:ratio > 0.1", reads=[{"service": "cart"}])) == "cart"


def run(alert: str, **labels: str) -> dict[str, Any]:
    times = {"start": at("2026-11-12T01:00:07"), "last": at("2026-11-12T01:20:07"), "interval_s": 60}
    return {
        "alertname": alert,
        "labels": label_key(labels),
        "state": "firing",
        "page": True,
        "source": "alerts",
        **times,
    }


def test_everything_behind_reads_the_one_service() -> None:
    # A Sloth page of cart, and one of a neighbour: an incident of web was paged by neither.
    incident = {
        "id": "I-1",
        "title": "Slow",
        "services": ["web"],
        "start": at("2026-11-12T01:00"),
        "end": at("2026-11-12T02:00"),
    }
    runs = [run("CartBurn", sloth_service="cart"), run("Crash", service="kube-state-metrics", pod="web-7c")]
    services = [{"name": "web"}, *product().model_dump(mode="json")["services"]]
    analyses = review({"alert_runs": runs, "incidents": [incident]}, services=services).analyses
    assert dict(zip(analyses.alerting.episodes["alert"], analyses.alerting.episodes["service"], strict=True)) == {
        "CartBurn": "cart",
        "Crash": "kube-state-metrics",
    }
    assert analyses.incidents.recent["paged"].tolist() == [False]
    assert set(analyses.paging.groups["service"]) == {"cart", "kube-state-metrics"}
    assert set(analyses.alerting.events["service"]) == {"cart", "kube-state-metrics"}


def test_the_parameters_may_name_the_label() -> None:
    sources = {"alerts": [{"type": "prometheus_alerts", "service_label": "team"}]}
    analyses = review({"alert_runs": [run("Burn", service="web", team="cart")]}, sources=sources).analyses
    assert analyses.alerting.episodes["service"].tolist() == ["cart"]


@pytest.mark.parametrize("label", ["", [], "a, b", ["service", 3]])
@pytest.mark.parametrize("source", [alerts, alertmanager, pagerduty])
def test_what_is_no_label_is_refused_with_its_place(source: Any, label: Any) -> None:
    given = {"url": "http://localhost", "token": "${T}", "services": ["P1"], "service_label": label}
    config = {key: given[key] for key in given if source is pagerduty or key == "service_label" or key == "url"}
    if source is alerts:
        del config["url"]
    context = Context(
        shop(), WINDOW, frames.ALERT_RUNS, "sources.alerts[0]", Path("parameters"), None, Broken("metrics", "none")
    )
    with pytest.raises(ParametersError, match=r"sources\.alerts\[0\]\.service_label"):
        source.read({"type": "x", **config}, context)
