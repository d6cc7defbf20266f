"""The rule file of an SLO as text; that Prometheus accepts it is tried in the integration tests."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prodmeet_kit.analysis.alerting.rule_text import rule_text, spans
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.burn_rates import PAGE
from prodmeet_kit.sli import Indicator, Side
from prodmeet_kit.sli.ratios import ratio_query, ratio_reason

HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)
BAD = Side("bad", "rate(bad[{{.window}}])")
GOOD = Side("good", "rate(good[{{.window}}])")
TOTAL = Side("total", "rate(all[{{.window}}])")


def test_the_whole_text_of_one_condition() -> None:
    target = SloTarget("cart", "availability", 0.999, timedelta(days=28).total_seconds())
    text = rule_text(target, lambda span: f"ratio_over_{span // timedelta(minutes=1)}", PAGE[:1])
    assert (
        text
        == """\
groups:
  - name: "slo-cart-availability"
    rules:
      - record: service_slo:errors:ratio_rate5m
        expr: |-
          ratio_over_5
        labels:
          service: "cart"
          slo: "availability"
      - record: service_slo:errors:ratio_rate1h
        expr: |-
          ratio_over_60
        labels:
          service: "cart"
          slo: "availability"
      - alert: CartAvailabilityBurnRate14_4x1h
        expr: |-
          service_slo:errors:ratio_rate1h{service="cart",slo="availability"} > (14.4 * 0.001)
          and
          service_slo:errors:ratio_rate5m{service="cart",slo="availability"} > (14.4 * 0.001)
        labels:
          severity: "page"
          service: "cart"
          slo: "availability"
        annotations:
          summary: "cart/availability burns its error budget at 14.4 or faster over 1h and 5m"
"""
    )


def test_all_conditions_need_seven_windows() -> None:
    # 5m 1h, 30m 6h, 2h 1d, 6h 3d: six hours are in two conditions.
    assert [span / HOUR for span in spans()] == pytest.approx([1 / 12, 0.5, 1, 2, 6, 24, 72])


def test_where_no_condition_can_fire_there_is_no_text() -> None:
    # At 90% even a total outage burns at 10.
    assert rule_text(SloTarget("cart", "a", 0.9, 1.0), lambda span: "x", PAGE[:1]) == ""


@pytest.mark.parametrize(
    ("sides", "query"),
    [
        ((BAD, TOTAL), "sum(rate(bad[1h]))\n/\nsum(rate(all[1h]))"),
        (
            (GOOD, TOTAL),
            "1 - (\nsum(rate(good[1h]))\nor\n0 * sum(rate(all[1h]))\n)\n/\nsum(rate(all[1h]))",
        ),
        ((Side("ratio", "1 - avg_over_time(up[{{.window}}]) # probe"),), "sum(\n1 - avg_over_time(up[1h]) # probe\n)"),
        # A subquery looks one second less far back, as in the report.
        ((Side("bad", "x[{{.window}}:1m]", FIVE), TOTAL), "sum(x[59m59s:1m])\n/\nsum(rate(all[1h]))"),
    ],
)
def test_the_error_ratio_of_each_shape_of_indicator(sides: tuple[Side, ...], query: str) -> None:
    assert ratio_query(Indicator(sides), HOUR) == query


def test_why_no_rule_can_be_written() -> None:
    assert ratio_reason(Indicator(()), spans()) == "bounds_unknown"
    assert ratio_reason(Indicator((Side("good", "x", HOUR), Side("total", "y", HOUR))), spans()) == "slice_too_long"
    assert ratio_reason(Indicator((BAD, TOTAL)), spans()) == ""
