"""Alert rules from the rules API: what is read, what pages, and a server that has no such API."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.core.errors import Failure, NotAllowed, SourceError, TimedOut, UnexpectedAnswer
from prodmeet_kit.core.window import Window
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.base import Broken, Context, MetricSource
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.sources.prometheus.rules import read
from tests.support.answering import Asked, answering, metric_source, refusal, shop, success

WINDOW = Window.ending(datetime(2026, 11, 23, tzinfo=UTC), cadence=timedelta(days=14), timezone="UTC")
ALERTS = [{"type": "prometheus_alerts", "page": 'severity="page"'}]

RULE = {
    "name": "CartDown", "query": "up == 0", "duration": 300, "keepFiringFor": 60, "labels": {"severity": "page"},
    "annotations": {"summary": "{{ $labels.x }}"}, "health": "err", "lastError": "many-to-many", "type": "alerting",
    "alerts": [], "state": "inactive", "evaluationTime": 0.1,
}  # fmt: skip
TICKET = {"name": "CartSlow", "query": "x > 1", "duration": 0, "health": "ok", "labels": {"severity": "ticket"}}


def rules(*found: dict[str, Any], **more: Any) -> tuple[int, str, bytes]:
    groups = [{"name": "cart", "file": "/etc/rules/shop.yml", "interval": 30, "rules": list(found), "limit": 0}]
    content = {"status": "success", "data": {"groups": groups}, **more}
    return 200, "application/json", json.dumps(content).encode()


def context(metrics: MetricSource, alerts: list[dict[str, Any]] | None = None) -> Context:
    product = shop(sources={"alerts": ALERTS if alerts is None else alerts})
    return Context(product, WINDOW, frames.ALERT_RULES, "sources.rules[0]", Path(), None, metrics)


def ask(
    reply: tuple[int, str, bytes], *, alerts: list[dict[str, Any]] | None = None, **source: Any
) -> tuple[pd.DataFrame, list[str], list[Asked]]:
    config = source.pop("config", {"type": "prometheus_rules"})
    with answering(lambda _: reply, rules=True) as server:
        about = context(PrometheusSource(metric_source(server.url, **source)), alerts)
        return frames.ALERT_RULES.check(read(config, about)), about.notes, server.asked


def test_every_column_of_a_rule_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RULES_TOKEN", "canary-77aa01")
    made, _, asked = ask(rules(RULE, TICKET), auth={"type": "bearer", "token": "${RULES_TOKEN}"})
    assert made.iloc[0].to_dict() == {
        "alert": "CartDown", "group": "shop.yml/cart", "query": "up == 0", "for_s": 300.0, "keep_firing_for_s": 60.0,
        "interval_s": 30.0, "labels": '{"severity":"page"}', "annotations": '{"summary":"{{ $labels.x }}"}',
        "page": True, "health": "err", "last_error": "many-to-many", "reads": [], "recorded": [],
    }  # fmt: skip
    assert made.iloc[1]["page"] is False
    assert [one.path for one in asked] == ["/api/v1/rules?type=alert"]
    assert asked[0].headers["Authorization"] == "Bearer canary-77aa01"


def test_whether_a_rule_pages_is_not_known_where_no_alert_source_has_labels() -> None:
    made, _, _ = ask(rules(RULE), alerts=[])
    assert made.iloc[0]["page"] is None
    made, _, _ = ask(
        rules(RULE, TICKET), alerts=[{"type": "alertmanager", "url": "http://am", "page": 'alertname=~".*Slow"'}]
    )
    assert list(made["page"]) == [False, True]


def test_rules_of_others_are_left_out_by_matchers() -> None:
    made, _, _ = ask(rules(RULE, TICKET), config={"type": "prometheus_rules", "matchers": 'severity="ticket"'})
    assert list(made["alert"]) == ["CartSlow"]


def test_what_an_alert_reads_is_said_of_its_recording_rules_too() -> None:
    ratio = {
        "name": "cart:errors:ratio", "type": "recording", "labels": {"tier": "1"},
        "query": 'sum(rate(errors{service="cart"}[5m])) / sum(rate(all{service="cart"}[5m]))',
    }  # fmt: skip
    other = {**ratio, "name": "web:errors:ratio", "query": 'errors{service="web"}'}
    burn = {**TICKET, "query": "cart:errors:ratio > 0.1"}
    named = {**TICKET, "name": "Named", "query": 'cart:errors:ratio{tier="2"} > 0.1'}

    def says(asked: Asked) -> tuple[int, str, bytes]:
        return rules(ratio, other) if asked.path.endswith("type=record") else rules(burn, named)

    with answering(says, rules=True) as server:
        made = read({"type": "prometheus_rules"}, context(PrometheusSource(metric_source(server.url))))
    # The recording rule of the second alert has another tier.
    assert list(made["reads"]) == [[{"tier": "1"}, {"service": "cart"}, {"service": "cart"}], [{"tier": "2"}]]


def test_a_rule_is_kept_with_the_recording_rules_it_rests_on() -> None:
    rate = {"name": "cart:errors:rate5m", "type": "recording", "query": "rate(errors[5m])", "labels": {"tier": "1"}}
    ratio = {"name": "cart:errors:ratio", "type": "recording", "query": "cart:errors:rate5m / rate(all[5m])"}
    other = {"name": "web:errors:ratio", "type": "recording", "query": "up"}
    burn = {**TICKET, "query": "cart:errors:ratio > 0.1"}

    def says(asked: Asked) -> tuple[int, str, bytes]:
        return rules(rate, ratio, other) if asked.path.endswith("type=record") else rules(burn, RULE)

    with answering(says, rules=True) as server:
        made = read({"type": "prometheus_rules"}, context(PrometheusSource(metric_source(server.url))))
    assert [[rule["name"] for rule in kept] for kept in made["recorded"]] == [
        ["cart:errors:ratio", "cart:errors:rate5m"],
        [],
    ]
    assert made["recorded"][0][1] == {
        "name": "cart:errors:rate5m",
        "labels": {"tier": "1"},
        "query": "rate(errors[5m])",
    }


def test_a_rule_on_raw_series_is_kept_with_the_recording_rules_of_our_own_queries_that_read_them() -> None:
    share = {"name": "cart:requests:increase5m", "type": "recording", "query": "increase(requests[5m])"}

    def says(asked: Asked) -> tuple[int, str, bytes]:
        return rules(share) if asked.path.endswith("type=record") else rules({**TICKET, "query": "requests > 1"}, RULE)

    events = {
        "error_query": "sum_over_time(bad[{{.window}}])",
        "total_query": "sum_over_time(cart:requests:increase5m[{{.window}}])",
    }
    slo = {"name": "availability", "objective": 99.9, "sli": {"events": events}}
    with answering(says, rules=True) as server:
        source = PrometheusSource(metric_source(server.url))
        about = context(source)
        about = replace(about, product=shop(slos=[slo], sources={"alerts": ALERTS}))
        made = read({"type": "prometheus_rules"}, about)
    assert [[rule["name"] for rule in kept] for kept in made["recorded"]] == [["cart:requests:increase5m"], []]


def test_recording_rules_are_asked_for_only_where_an_alert_may_read_one() -> None:
    _, _, asked = ask(rules(RULE, {**TICKET, "query": 'errors{service="cart"} > 0.1'}))
    assert [one.path for one in asked] == ["/api/v1/rules?type=alert"]


def test_a_server_without_rules_is_empty_with_a_note() -> None:
    made, notes, _ = ask(rules())
    assert made.empty
    assert "perhaps its rules run elsewhere" in notes[0]


def test_a_server_that_gives_a_part_of_the_rules_leaves_a_gap() -> None:
    with answering(lambda _: rules(RULE, warnings=["a ruler did not answer"]), rules=True) as server:
        about = context(PrometheusSource(metric_source(server.url)))
        assert len(read({"type": "prometheus_rules"}, about)) == 1
    assert about.gaps == ["the answer is partial, so rules may be missing: a ruler did not answer"]


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        ((404, "text/plain", b"404 page not found"), UnexpectedAnswer, r"has no rules API \(404\)"),
        (refusal(403, "forbidden", "no"), NotAllowed, "does not accept the credentials"),
        ((302, "text/html", b""), UnexpectedAnswer, "redirects elsewhere"),
        (refusal(500, "internal", "disk"), SourceError, r"failed \(500 internal\): disk"),
        ((429, "text/plain", b"slow"), SourceError, "429"),
        (success(), UnexpectedAnswer, "data.groups: field required"),
        ((200, "text/html", b"<html>"), UnexpectedAnswer, "otherwise than its schema says"),
        (rules({**RULE, "duration": "long"}), UnexpectedAnswer, r"data\.groups\[0\]\.rules\[0\]\.duration"),
        (rules({"name": "A", "duration": 1}), UnexpectedAnswer, r"rules\[0\]\.query: field required"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told(reply: tuple[int, str, bytes], kind: type[SourceError], says: str) -> None:
    with pytest.raises(kind, match=says):
        ask(reply)


def test_a_server_that_falls_silent_is_left_in_time() -> None:
    def slow(_: Asked) -> tuple[int, str, bytes]:
        time.sleep(0.6)
        return rules()

    with answering(slow, rules=True) as server, pytest.raises(TimedOut):
        read({}, context(PrometheusSource(metric_source(server.url, timeout="200ms"))))


def test_only_a_prometheus_has_rules() -> None:
    with pytest.raises(SourceError, match="the variable is not set"):
        read({}, context(Broken("prometheus", "the variable is not set")))


def gathered(folder: Path, reply: tuple[int, str, bytes], **sources: Any) -> Any:
    with answering(lambda one: reply if "rules" in one.path else success(), rules=True) as server:
        return gather(shop(sources={"metrics": {"url": server.url}, **sources}), WINDOW, folder=folder)


def test_a_rules_api_that_is_not_there_is_a_failed_source_and_no_failure_of_the_review(tmp_path: Path) -> None:
    made = gathered(tmp_path, (404, "text/plain", b""))
    (state,) = [source for source in made.sources if source.name == "rules"]
    assert state.state == "failed"
    assert "has no rules API (404); write sources.rules: [] to do without" in state.detail
    assert all(failure.section == "metrics" for failure in made.failures)
    assert made.records["alert_rules"] is None


def test_rules_that_nobody_asked_for_and_did_not_come_are_a_failure_like_any_other(tmp_path: Path) -> None:
    made = gathered(tmp_path, refusal(403, "forbidden", "no"))
    (failure,) = [failure for failure in made.failures if failure.source == "rules"]
    assert failure.section == "monitoring_changes"
    assert failure.message.endswith("; write sources.rules: [] to do without")


def test_refused_rules_do_not_stop_the_queries(tmp_path: Path) -> None:
    made = gathered(tmp_path, refusal(403, "forbidden", "no"))
    assert made.sources[0].detail.endswith(f"{len(made.answers)} of {len(made.answers)} queries answered")


def test_rules_that_were_asked_for_and_did_not_come_are_a_failure_of_their_own_section(tmp_path: Path) -> None:
    made = gathered(tmp_path, (404, "text/plain", b""), rules=[{"type": "prometheus_rules"}])
    (failure,) = [failure for failure in made.failures if failure.source == "rules"]
    assert isinstance(failure, Failure)
    assert failure.section == "monitoring_changes"
    assert not any(failure.section == "paging_events" for failure in made.failures)


def test_rules_can_be_switched_off_and_a_file_of_metrics_has_none(tmp_path: Path) -> None:
    assert gathered(tmp_path, rules(RULE), rules=[]).records["alert_rules"] is None
    of_file = {"metrics": {"type": "csv", "url": "file:x.csv", "step": "1h"}}
    for product in (shop(), shop(sources=of_file, slos=[], load=[], resources=[])):
        made = gather(product, WINDOW, folder=tmp_path)
        assert made.records["alert_rules"] is None
        assert not any(source.name == "rules" for source in made.sources)
