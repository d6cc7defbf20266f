"""Whose an alert rule is on a Prometheus that several teams share."""

from __future__ import annotations

import json
import random
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.alerting.rule_owners import whose
from prodmeet_kit.core.promql import Matchers
from prodmeet_kit.core.promql.results import alerts_taken
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.schemas.frames import ALERT_RULES, EPISODES, label_key
from prodmeet_kit.sources.alert_services import AlertServices
from tests.support.reviews import END, review

TEAM = [Matchers.parse('team="shop"')]
ANY_TEAM = [Matchers.parse('severity=~"page|ticket"')]


def rule(alert: str, query: str, **labels: str) -> dict[str, Any]:
    return {
        "alert": alert, "group": "g", "query": query, "labels": label_key(labels), "health": "ok", "interval_s": 60.0,
        "for_s": 0.0, "keep_firing_for_s": 0.0,
    }  # fmt: skip


def judged(*rules: dict[str, Any], matchers: list[Matchers] = TEAM, fired: Any = (), **more: Any) -> list[str]:
    frame = ALERT_RULES.frame(rules)
    episodes = EPISODES.frame({"alert": alert, "labels": label_key(labels)} for alert, labels in fired)
    services = AlertServices(["cart", "web"], frame)
    return list(whose(frame, matchers, episodes, services.of, ["cart", "web"], **more))


@pytest.mark.parametrize(
    ("query", "labels", "taken"),
    [
        ("up == 0", {"team": "shop"}, True),
        ("up == 0", {"team": "infra"}, False),
        ('up{team="shop"} == 0', {"team": "infra"}, False),  # the rule's label is put over the series'
        ('up{team="infra"} == 0', {}, False),
        ('up{team=~"infra|net"} == 0', {}, False),
        ('up{team=~"shop|net"} == 0', {}, None),
        ('up{team=~"infra-.*"} == 0', {}, False),
        ("up == 0", {"team": "{{ $labels.owner }}"}, None),
        ('sum by (team) (rate(e{team="shop"}[5m])) / sum by (team) (rate(a[5m])) > 0.1', {}, True),
        # The label is summed away: only labels the server adds to all it sends on could make it the team's.
        ('sum(rate(e{team="shop"}[5m])) > 3', {}, None),
        ('absent(up{team="infra"})', {}, False),
        ('label_replace(up{team="infra"}, "team", "$1", "owner", "(.*)") == 0', {}, None),
        ('up{team="infra"} * on (job) group_left (team) owners == 0', {}, None),
        ('a{team="infra"} and on () b{team="shop"}', {}, False),
        ('a{team="infra"} or b{team="net"}', {}, False),
        ('a{team="infra"} or b{team="shop"}', {}, None),
        ('topk(3, a{team="infra"}) > 1', {}, False),
        ("this is no PromQL", {}, None),
    ],
)
def test_what_rule_and_expression_tell_of_the_alerts_labels(
    query: str, labels: dict[str, str], taken: bool | None
) -> None:
    assert alerts_taken("A", labels, query, TEAM) is taken


def test_one_of_several_sources_is_enough_and_none_tells_nothing() -> None:
    both = [Matchers.parse('team="shop"'), Matchers.parse('namespace="shop"')]
    assert alerts_taken("A", {"team": "infra", "namespace": "shop"}, "up == 0", both) is True
    assert alerts_taken("A", {"team": "infra", "namespace": "net"}, "up == 0", both) is False
    assert alerts_taken("A", {"team": "infra"}, "up == 0", both) is None
    assert alerts_taken("A", {}, "up == 0", []) is None
    assert alerts_taken("Watchdog", {}, "up == 0", [Matchers.parse('alertname!="Watchdog"')]) is False


def test_whose_each_rule_is() -> None:
    found = judged(
        rule("Ours", "up == 0", team="shop"),
        rule("Theirs", "up == 0", team="infra"),
        rule("Fired", "sum(x) > 1"),
        rule("About", 'sum(rate(e{service="cart"}[5m])) > 1'),
        rule("Nobody", "sum(x) > 1"),
        fired=[("Fired", {"team": "shop"})],
    )
    assert found == ["ours", "other", "ours", "about_ours", "unknown"]


def test_where_a_source_takes_the_alerts_of_any_team_the_service_tells() -> None:
    rules = (
        rule("Cart", "up == 0", service="cart", severity="page"),
        rule("Billing", "up == 0", service="billing", severity="page"),
        rule("Reads", 'sum(rate(e{service="billing"}[5m])) > 1', severity="page"),
        rule("Node", "disk > 0.9", severity="page"),
    )
    assert judged(*rules, matchers=ANY_TEAM) == ["ours", "other", "other", "ours"]
    assert judged(*rules, matchers=[Matchers.parse("")]) == ["ours", "other", "other", "ours"]
    # The team's own label is more than a service's name that the product does not have.
    assert judged(rule("Db", "up == 0", service="postgres", team="shop")) == ["ours"]


def test_an_alert_of_the_same_name_with_other_labels_was_made_by_another_rule() -> None:
    rules = (rule("Down", "sum(x) > 1", tier="1"), rule("Down", "sum(x) > 1", tier="2"))
    assert judged(*rules, fired=[("Down", {"tier": "1", "team": "shop"})]) == ["ours", "unknown"]


def test_what_the_parameters_choose_by_the_rules_labels_is_the_products() -> None:
    assert judged(rule("Quiet", "sum(x) > 1"), chosen=True) == ["about_ours"]
    assert judged(rule("Quiet", "sum(x) > 1", service="billing"), chosen=True) == ["unknown"]


def test_on_a_shared_server_no_rule_of_another_team_is_said_never_to_have_fired() -> None:
    """A hundred rules of five teams: of the product's silent ones all are named that can be told, of others none."""
    drawn = random.Random(11)
    rules, truth = [], {}
    for number in range(100):
        team = drawn.choice(["shop", "infra", "net", "data", "pay"])
        fired = drawn.random() < 0.5
        way = drawn.choice(["label", "series", "kept", "gone"])
        query = {
            "label": "up == 0",
            "series": f'lag{{team="{team}"}} > 1',
            "kept": f'sum by (team, pod) (rate(e{{team="{team}"}}[5m])) > 1',
            "gone": f'sum(rate(e{{team="{team}"}}[5m])) > 1',
        }[way]
        rules.append(rule(f"Rule{number}", query, **({"team": team} if way == "label" else {})))
        truth[f"Rule{number}"] = (team, fired, way)
    runs = [
        {
            "alertname": name, "labels": label_key({"team": "shop"}), "state": "firing", "page": True,
            "start": END - pd.Timedelta(days=3), "last": END - pd.Timedelta(days=2), "interval_s": 60.0,
        }
        for name, (team, fired, _) in truth.items()
        if team == "shop" and fired
    ]  # fmt: skip
    sources = {"alerts": [{"type": "prometheus_alerts", "matchers": 'team="shop"'}]}
    made = record(review({"alert_rules": rules, "alert_runs": runs}, sources=sources))
    named = {row["alert"] for row in made["rules_never_fired"]}
    wanted = {name for name, (team, fired, way) in truth.items() if team == "shop" and not fired and way != "gone"}
    assert len(wanted) >= 5
    assert named == wanted
    assert json.dumps(made["rules_never_fired"]).count("infra") == 0


@pytest.mark.parametrize("alerts", [[{"type": "alertmanager", "url": "http://am"}], [], [{"type": "pagerduty"}]])
def test_where_no_source_remembers_what_fired_nothing_never_fired(alerts: list[dict[str, Any]]) -> None:
    known = {"alert_rules": [rule("Quiet", "up == 0")], "alert_runs": []}
    assert record(review(known, sources={"alerts": alerts}))["rules_never_fired"] == []
    assert len(record(review(known, sources={"alerts": [{"type": "prometheus_alerts"}]}))["rules_never_fired"]) == 1
