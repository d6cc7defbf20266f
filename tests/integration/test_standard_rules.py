"""The ready rule files, judged by Prometheus' own promtool."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from functools import partial
from math import ceil
from pathlib import Path

import pytest

from prodmeet_kit import sli
from prodmeet_kit.analysis.alerting.rule_text import rule_text, spans
from prodmeet_kit.analysis.alerting.standard_rules import time_to_detect
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.burn_rates import PAGE, TICKET, Condition
from prodmeet_kit.parameters import load
from prodmeet_kit.parameters.models import Product, Slo
from prodmeet_kit.sli.ratios import ratio_query, ratio_reason
from tests.support.workbook_rules import time_to_reset

pytestmark = [pytest.mark.integration, pytest.mark.takes(10)]

ROOT = Path(__file__).parents[2]
MINUTE = timedelta(minutes=1)
FAST, SLOW = PAGE
EVENTS = {
    "error_query": 'sum(rate(errors_total{service="cart"}[{{.window}}]))',
    "total_query": 'sum(rate(requests_total{service="cart"}[{{.window}}]))',
}
KINDS = {
    "events": EVENTS,
    "good": {
        "good_query": "sum(rate(good_total[{{.window}}])) # a comment\n",
        "total_query": "sum by (service) (\n  rate(requests_total[{{.window}}])\n)",
    },
    "latency": {"histogram": 'seconds{service="cart"}', "threshold": "300ms", "native": True},
    "raw": {"error_ratio_query": "1 - avg(avg_over_time(probe_success[{{.window}}]))"},
    "time_slices": {"query": "min(probe_success)", "condition": ">= 1", "slice": "1m"},
    "recorded": {"sloth_id": "web-availability"},
}


def target(objective: float = 0.999, service: str = "cart", name: str = "availability") -> SloTarget:
    return SloTarget(service, name, objective, timedelta(days=28).total_seconds())


def written(kind: str, wanted: SloTarget | None = None) -> str:
    slo = Slo.model_validate({"name": "availability", "objective": 99.9, "window": "28d", "sli": {kind: KINDS[kind]}})
    found = sli.indicator("cart", slo, {})
    assert ratio_reason(found, spans()) == ""
    return rule_text(wanted or target(), lambda span: ratio_query(found, span))


def promtool(*arguments: str) -> str:
    ran = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_rules_of_every_slo_of_the_demo_are_valid(tmp_path: Path) -> None:
    product: Product = load("demo", ROOT / "parameters")
    paths = []
    for service in product.services:
        for slo in service.slos:
            found = sli.indicator(service.name, slo, {})
            own = SloTarget(service.name, slo.name, slo.target, timedelta(days=28).total_seconds())
            path = tmp_path / f"{service.name}-{slo.name}.yaml"
            path.write_text(rule_text(own, partial(ratio_query, found)), encoding="utf-8")
            paths.append(str(path))
    assert len(paths) >= 3
    # 7 windows (6 h is in two conditions) and 4 alerts an SLO; names recorded twice would be warned of.
    assert promtool("check", "rules", *paths).count("SUCCESS: 11 rules found") == len(paths)


@pytest.mark.parametrize("kind", KINDS)
def test_the_rules_of_every_kind_of_sli_are_valid(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(written(kind), encoding="utf-8")
    assert "SUCCESS: 11 rules found" in promtool("check", "rules", str(path))


def test_text_that_looks_like_a_template_or_like_yaml_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(written("events", target(name='a: {{ $x }} "b"')), encoding="utf-8")
    assert "SUCCESS: 11 rules found" in promtool("check", "rules", str(path))


def alert_test(condition: Condition, percent: int, alert: str, lasted: int, cases: list[tuple[int, bool]]) -> str:
    """A promtool test: errors from ``condition.long`` on for ``lasted`` minutes; does it fire at these minutes?"""
    before = int(condition.long / MINUTE)
    labels = f"{{severity: {'page' if condition in PAGE else 'ticket'}, service: cart, slo: availability}}"
    summary = f"cart/availability burns its error budget at {condition.factor:g} or faster over "
    summary += {FAST: "1h and 5m", SLOW: "6h and 30m"}[condition]
    expected = f"\n          - exp_labels: {labels}\n            exp_annotations: {{summary: '{summary}'}}"
    asked = "".join(
        f"""
      - eval_time: {before + minute}m
        alertname: {alert}
        exp_alerts: {expected if firing else "[]"}"""
        for minute, firing in cases
    )
    return f"""
  - interval: 1m
    input_series:
      - series: requests_total{{service="cart"}}
        values: 0+100x{before + 2 * lasted + 600}
      - series: errors_total{{service="cart"}}
        values: 0x{before} {percent}+{percent}x{lasted - 1} {percent * lasted}x{lasted + 600}
    alert_rule_test:{asked}
"""


@pytest.mark.parametrize("percent", [2, 5, 10, 100])
@pytest.mark.parametrize(
    ("condition", "alert"), [(FAST, "CartAvailabilityBurnRate14_4x1h"), (SLOW, "CartAvailabilityBurnRate6x6h")]
)
def test_a_written_rule_fires_and_resets_within_one_evaluation_of_the_theory(
    percent: int, condition: Condition, alert: str, tmp_path: Path
) -> None:
    (tmp_path / "rules.yaml").write_text(written("events"), encoding="utf-8")
    at = round(time_to_detect(percent / 100, 0.999, condition, MINUTE) / 60)
    over = round(time_to_reset(percent / 100, 0.999, condition, MINUTE) / 60)
    lasted = ceil(condition.long / MINUTE)
    cases = [(at - 2, False), (at + 1, True), (lasted + over - 2, True), (lasted + over + 1, False)]
    tests = alert_test(condition, percent, alert, lasted, cases)
    (tmp_path / "tests.yaml").write_text(
        f"rule_files: [rules.yaml]\nevaluation_interval: 1m\ntests:{tests}", encoding="utf-8"
    )
    assert "SUCCESS" in promtool("test", "rules", str(tmp_path / "tests.yaml"))


def test_a_condition_that_no_outage_can_meet_is_left_out() -> None:
    low = written("events", target(0.9))
    assert "14_4x" not in low and "BurnRate6x6h" in low and low.count("severity") == 1 + len(TICKET)


def test_where_good_events_are_counted_and_none_is_there_every_event_is_bad(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(written("good"), encoding="utf-8")
    (tmp_path / "tests.yaml").write_text(
        """
rule_files: [rules.yaml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series: [{series: requests_total, values: 0+100x90}]
    promql_expr_test:
      - expr: service_slo:errors:ratio_rate1h
        eval_time: 80m
        exp_samples: [{labels: 'service_slo:errors:ratio_rate1h{service="cart",slo="availability"}', value: 1}]
""",
        encoding="utf-8",
    )
    assert "SUCCESS" in promtool("test", "rules", str(tmp_path / "tests.yaml"))
