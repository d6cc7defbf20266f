"""Which SLO, load or resource an alert reads, by its expression, by recording rules and by labels."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analysis.alerting.alert_reads import AlertReads, SloReads, reads_same, recorded_of
from prodmeet_kit.core.promql import Recorded
from prodmeet_kit.schemas.frames import ALERT_RULES, label_key

BAD = 'sum(rate(requests_total{service="cart",code=~"5.."}[{{.window}}]))'
ALL = 'sum(rate(requests_total{service="cart"}[{{.window}}]))'
GOOD = 'sum(rate(requests_total{service="cart",code!~"5.."}[{{.window}}]))'
DISK = 'max(node_filesystem_size_bytes{instance="db-1"} - node_filesystem_avail_bytes{instance="db-1"})'


@pytest.mark.parametrize(
    ("alert", "query", "same"),
    [
        ('rate(requests_total{code=~"5..",job="cart"}[5m]) > 1', BAD, True),  # other labels do not conflict
        ('rate(requests_total{service="web",code=~"5.."}[5m]) > 1', BAD, False),
        ('rate(requests_total{service=~"web|mail"}[5m]) > 1', BAD, False),
        ('rate(requests_total{service=~"web|cart"}[5m]) > 1', BAD, True),
        ('rate(requests_total{service!="cart"}[5m]) > 1', BAD, False),
        ('rate(requests_total{code=~"4.."}[5m]) > 1', BAD, False),
        ('rate(requests_total{code=~"5[0-9]{2}|429"}[5m]) > 1', BAD, True),
        ('rate(requests_total{code!~"2..|3..|4.."}[5m]) > 1', BAD, True),
        ('rate(requests_total{code="503"}[5m]) > 1', BAD, True),
        ('rate(requests_total{code="200"}[5m]) > 1', BAD, False),
        ('{__name__="requests_total",code="503"} > 1', BAD, True),
        ('{__name__=~"requests_.*",code="503"} > 1', BAD, True),
        ('absent(requests_total{service="cart"})', BAD, True),
        ("node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1", DISK, True),
        ('node_filesystem_avail_bytes{instance="db-2"} < 1e9', DISK, False),
        ("histogram_quantile(0.99, rate(latency_bucket[5m])) > 1", 'rate(latency_bucket{le="0.3"}[5m])', True),
        ("rate(latency_sum[5m]) / rate(latency_count[5m]) > 1", 'rate(latency_bucket{le="0.3"}[5m])', True),
        ("rate(latency_count[5m]) > 100", 'rate(latency_bucket{le="0.3"}[5m])', False),
        ('slo:sli_error:ratio_rate1h{sloth_id="a"} > 1', 'slo:sli_error:ratio_rate5m{sloth_id="a"}', True),
        ('slo:sli_error:ratio_rate1h{sloth_id="b"} > 1', 'slo:sli_error:ratio_rate5m{sloth_id="a"}', False),
        # What is joined for its labels is not what is looked at.
        ("cpu * on (pod) group_left kube_pod_info > 1", "memory * on (pod) group_left kube_pod_info", False),
        ("kube_pod_info == 0", "count(kube_pod_info)", True),
        ("this is ( no PromQL", BAD, False),
        ("cpu > 1", BAD, False),
    ],
)
def test_two_expressions_read_the_same_where_one_metric_may_have_series_of_both(
    alert: str, query: str, same: bool
) -> None:
    assert reads_same(alert, query) is same


def test_recording_rules_are_expanded_on_either_side_as_deep_as_they_go() -> None:
    rules = [
        Recorded("cart:ratio", {"tier": "1"}, "cart:errors:rate5m / cart:all:rate5m"),
        Recorded("cart:errors:rate5m", {}, 'sum by (service) (rate(requests_total{code=~"5.."}[5m]))'),
        Recorded("loop:a", {}, "loop:b"),
        Recorded("loop:b", {}, "loop:a"),
    ]
    assert reads_same('cart:ratio{tier="1"} > 0.1', BAD, rules)
    assert not reads_same('cart:ratio{tier="2"} > 0.1', BAD, rules)  # no rule records that
    assert reads_same('requests_total{code="500"} > 1', "avg_over_time(cart:ratio[{{.window}}])", rules)
    # A label the rule does not set is handed on to what it reads.
    assert not reads_same('cart:errors:rate5m{service="web"} > 1', BAD, rules)
    assert not reads_same("loop:a > 1", BAD, rules)


EVENTS = SloReads("cart", "availability", {"bad": BAD, "total": ALL})


def told(expression: str | None, slo: SloReads = EVENTS, recorded: Any = (), **labels: str) -> bool | None:
    rule = {"alert": "A", "query": expression, "labels": "{}", "recorded": list(recorded)}
    rules = None if expression is None else ALERT_RULES.frame([rule])
    return AlertReads(rules, [slo]).slos("A", "cart", label_key(labels))[slo.ref]


@pytest.mark.parametrize(
    "slo",
    [
        EVENTS,
        SloReads("cart", "availability", {"good": GOOD, "total": ALL}),
        SloReads("cart", "availability", {"ratio": f"{BAD} / {ALL}"}),
    ],
)
@pytest.mark.parametrize(
    ("expression", "reads"),
    [
        ('rate(requests_total{code=~"5.."}[5m]) / rate(requests_total[5m]) > 0.1', True),
        ('rate(requests_total{code="503"}[5m]) > 1', True),
        ("sum(rate(requests_total[5m])) > 1000", False),  # how many requests: nothing of which failed
        ('rate(requests_total{code="200"}[5m]) > 1', False),
        ("cpu > 0.9", False),
        ("a:recording:nobody_told_of > 1", None),
        ("this is ( no PromQL", None),
        (None, None),
    ],
)
def test_an_alert_reads_an_slo_where_it_looks_at_what_fails(
    expression: str | None, reads: bool | None, slo: SloReads
) -> None:
    assert told(expression, slo) is reads


def test_latency_is_read_in_buckets_and_sum_but_not_in_the_count() -> None:
    slo = SloReads("cart", "latency", {"good": 'rate(t_bucket{le="0.3"}[5m])', "total": "rate(t_count[5m])"})
    assert told("histogram_quantile(0.99, sum by (le) (rate(t_bucket[5m]))) > 1", slo) is True
    assert told("rate(t_sum[5m]) / rate(t_count[5m]) > 1", slo) is True
    assert told("rate(t_count[5m]) > 100", slo) is False


def test_an_slo_of_sloth_is_read_through_its_recording_rules() -> None:
    labels = {"sloth_id": "cart-availability", "sloth_service": "cart", "sloth_slo": "availability"}
    ratio = {
        "name": "slo:sli_error:ratio_rate1h",
        "labels": labels,
        "query": f"{BAD} / {ALL}".replace("{{.window}}", "1h"),
    }
    burn = 'max(slo:sli_error:ratio_rate1h{sloth_id="cart-availability"} > 14.4 * 0.001) without (sloth_window)'
    assert told(burn, recorded=[ratio]) is True
    assert told(burn) is None  # nobody told of the recording rule
    assert told(burn, sloth_slo="availability") is True  # the label names the SLO
    assert told(burn, sloth_id="cart-availability") is True


def test_labels_that_name_an_slo_leave_out_the_others_of_the_service() -> None:
    latency = SloReads("cart", "latency", {"ratio": 'x:burnrate5m{slo="cart-slow"}'})
    reads = AlertReads(None, [EVENTS, latency])
    assert reads.slos("A", "cart", '{"slo":"cart-slow"}') == {"cart/availability": False, "cart/latency": True}
    assert reads.slos("A", "cart", '{"slo":"Cart_Availability"}')["cart/availability"] is True
    assert reads.slos("A", "cart", '{"slo":"of somebody else"}') == {"cart/availability": None, "cart/latency": None}
    assert reads.slos("A", "web", "{}") == {}


def test_of_two_rules_of_one_name_the_labels_tell_which_is_meant() -> None:
    rules = ALERT_RULES.frame(
        [
            {"alert": "A", "query": "cpu > 1", "labels": '{"severity":"page"}'},
            {"alert": "A", "query": 'requests_total{code="500"} > 1', "labels": '{"severity":"ticket"}'},
        ]
    )
    reads = AlertReads(rules, [EVENTS])
    assert reads.slos("A", "cart", '{"severity":"page"}') == {"cart/availability": False}
    assert reads.slos("A", "", '{"severity":"ticket"}') == {"cart/availability": True}


def test_recording_rules_of_a_frame_are_each_kept_once() -> None:
    kept = [{"name": "a:b", "labels": {}, "query": "x"}]
    rules = ALERT_RULES.frame([{"alert": "A", "recorded": kept}, {"alert": "B", "recorded": kept}, {"alert": "C"}])
    assert recorded_of(rules) == (Recorded("a:b", {}, "x"),)
    assert recorded_of(None) == recorded_of(pd.DataFrame({"recorded": []})) == ()
