"""Every kind of SLI as sides, and their answers as counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from prodmeet_kit import sli
from prodmeet_kit.analyses import Analyses
from prodmeet_kit.core.promql import check
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Facts
from prodmeet_kit.parameters import Product, Sli
from prodmeet_kit.parameters.sli import Kind
from prodmeet_kit.queries.questions import SPANS, discovery, plan
from prodmeet_kit.schemas.frames import label_key

END = datetime(2026, 11, 23, 1, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")
DAYS_28 = 28 * 86_400.0

RATE = "sum(rate(x_total[{{.window}}]))"
KINDS: dict[str, dict[str, Any]] = {
    "events": {"error_query": RATE, "total_query": RATE},
    "good": {"good_query": RATE, "total_query": RATE},
    "latency": {"histogram": 'latency_seconds{service="web"}', "threshold": "300ms"},
    "raw": {"error_ratio_query": "ratio(x[{{.window}}])".replace("ratio", "avg_over_time")},
    "time_slices": {"query": "min(up)", "condition": ">= 1"},
    "recorded": {"sloth_id": "web-availability"},
}
NATIVE = {**KINDS["latency"], "native": True}
BOUNDS = {"0.1": 100.0, "0.3": 100.0, "1": 100.0, "+Inf": 100.0}
KEY = "slo/web/s"


def product(kind: str, more: Mapping[str, Any] | None = None) -> Product:
    slo = {"name": "s", "objective": 99.9, "sli": {kind: {**KINDS[kind], **(more or {})}}}
    return Product.model_validate({"product": "shop", "services": [{"name": "web", "slos": [slo]}]})


def bounds(of: Product, carried: Mapping[str, float]) -> dict[str, Answer]:
    """The answer that tells the bounds; empty for a kind that does not ask."""
    frame = pd.DataFrame({label_key({"le": le}): [value] for le, value in carried.items()}, dtype="float64")
    return {question.key: Answer(question, frame) for question in discovery(of, WINDOW)}


def facts(of: Product, values: Mapping[str, Sequence[float] | float | None], carried: Any = BOUNDS) -> Facts:
    """Answers by side and span (``bad/window``) or side: a number, a trend from the begin of the grid, or no series."""
    found = bounds(of, carried)
    answers = dict(found)
    for question in plan(of, WINDOW, found):
        _, _, _, side, span = question.key.split("/")
        value = values.get(f"{side}/{span}", values.get(side))
        listed = [value] if isinstance(value, float | int) else list(value or [])
        index = pd.date_range(question.start, periods=max(len(listed), 1), freq="5min", name="time")
        frame = pd.DataFrame({"{}": listed}, index=index, dtype="float64") if listed else pd.DataFrame(index=index)
        answers[question.key] = Answer(question, frame, points=len(listed))
    return Facts(of, WINDOW, END, answers)


def counts(of: Product, values: Mapping[str, Sequence[float] | float | None], span: str = "window") -> sli.Counts:
    return sli.counts(facts(of, values), "web", of.services[0].slos[0], span)


def steps(of: Product, values: Mapping[str, Sequence[float] | float | None]) -> dict[str, list[float]]:
    trend = sli.trend(facts(of, values), "web", of.services[0].slos[0])
    assert trend is not None
    return {str(name): trend[name].tolist() for name in trend}


def queries(of: Product) -> dict[str, str]:
    asked = plan(of, WINDOW, bounds(of, BOUNDS))
    return {question.key.removeprefix(f"{KEY}/"): question.query for question in asked}


def test_every_kind_is_a_key_a_type_and_an_example_here() -> None:
    of_keys = {get_args(field.annotation)[0] for field in Sli.model_fields.values()}
    assert of_keys == set(get_args(Kind))
    assert list(KINDS) == list(Sli.model_fields)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_asks_is_promql_over_every_span_and_names_no_kind_above(kind: str) -> None:
    asked = queries(product(kind))
    sides = {key.partition("/")[0] for key in asked}
    assert set(asked) == {f"{side}/{span}" for side in sides for span in (*SPANS, "trend")}
    for query in asked.values():
        check(query)


def test_the_keys_and_queries_of_events_are_as_they_were() -> None:
    asked = queries(product("events"))
    assert list(asked)[:4] == ["bad/window", "bad/since", "bad/previous", "bad/trend"]
    assert asked["total/window"] == "sum(rate(x_total[28d]))"
    assert asked["total/trend"] == "sum(rate(x_total[6m]))"


@pytest.mark.parametrize(
    ("given_kinds", "words"),
    [
        ((), "give exactly one of events, good, latency, raw, time_slices, recorded"),
        (("events", "raw"), "not events and raw together"),
    ],
)
def test_exactly_one_kind_must_be_given(given_kinds: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Sli.model_validate({kind: KINDS[kind] for kind in given_kinds})


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("latency", {"histogram": "x_bucket"}, "leave _bucket off: write x"),
        ("latency", {"histogram": 'x{le="0.3"}'}, "leave the label le out"),
        ("latency", {"histogram": "rate(x[5m])"}, "write a metric name with label matchers"),
        ("latency", {"histogram": "x offset 5m"}, "write a metric name with label matchers"),
        ("latency", {"histogram": 'x{a="b" or c="d"}'}, "write a metric name with label matchers"),
        ("latency", {"threshold": "0.3"}, "write a duration"),
        ("raw", {"error_ratio_query": "x"}, "put {{.window}}"),
        ("time_slices", {"condition": "1"}, "write a comparison with a number"),
        ("time_slices", {"condition": ">= up"}, "write a comparison with a number"),
        ("time_slices", {"slice": "1500ms"}, "write whole seconds"),
        ("recorded", {"sloth_id": 'a"} or vector(0)'}, "leave quotes"),
        ("recorded", {"pyrra_slo": "a", "metric": "m"}, "give either sloth_id or pyrra_slo"),
        ("recorded", {"sloth_id": None, "pyrra_slo": "a"}, "give metric with pyrra_slo"),
    ],
)
def test_a_kind_that_cannot_be_read_is_refused_with_the_fix(kind: str, more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words.replace("{", r"\{")):
        product(kind, more)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_written_down_as_it_was_given_and_read_again(kind: str) -> None:
    made = product(kind)
    dumped = made.model_dump(mode="json")
    assert list(dumped["services"][0]["slos"][0]["sli"]) == [kind]
    assert Product.model_validate(dumped) == made


# rate of 2 bad and 1000 all a second for 28 days; the same as good events, seconds, slices of 5 min (300 s), minutes
SAME: dict[str, dict[str, float]] = {
    "events": {"bad": 2.0, "total": 1000.0},
    "good": {"good": 998.0, "total": 1000.0},
    "latency": {"good": 998.0, "total": 1000.0},
    "raw": {"ratio": 0.002},
    "time_slices": {"good": 8064 * 0.998, "total": 8064.0},
    "recorded": {"bad": 40_320 * 0.002, "total": 40_320.0},
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_truth_gives_every_kind_the_same_attainment(kind: str) -> None:
    found = counts(product(kind), SAME[kind])
    assert found.bad / found.total == pytest.approx(0.002, rel=1e-9)
    # events: 1000/s * 28 d; time: the seconds of 28 d
    assert found.total == pytest.approx(DAYS_28 * (1 if found.weight == "time" else 1000))
    assert found.weight == ("time" if kind in ("raw", "time_slices", "recorded") else "events")
    assert found.note == ""


@given(st.integers(1, 10**9), st.floats(0, 1))
def test_good_and_bad_are_two_ways_to_say_one_thing(total: int, share: float) -> None:
    bad = math.floor(total * share)
    as_events = counts(product("events"), {"bad": float(bad), "total": float(total)})
    as_good = counts(product("good"), {"good": float(total - bad), "total": float(total)})
    assert as_good.total == as_events.total
    assert as_good.bad == pytest.approx(as_events.bad, abs=1e-6 * as_events.total)


def test_absent_good_events_beside_a_total_are_all_bad_and_told() -> None:
    found = counts(product("good"), {"total": 1000.0})
    assert (found.bad, found.note) == (found.total, "good_absent")
    assert steps(product("good"), {"total": [2.0, np.nan]})["bad"][0] == 600  # 2/s for a step of 300 s


def test_absent_bad_events_stay_absent_so_that_it_can_be_told() -> None:
    assert np.isnan(counts(product("events"), {"total": 1000.0}).bad)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_total_nothing_is_known(kind: str) -> None:
    found = counts(product(kind), {"bad": 1.0, "good": 1.0})
    assert np.isnan(found.total)
    assert sli.trend(facts(product(kind), {}), "web", product(kind).services[0].slos[0]) is None


@pytest.mark.parametrize(("kind", "side"), [("events", "bad"), ("good", "good"), ("latency", "good")])
def test_a_question_that_failed_is_not_taken_for_an_absent_series(kind: str, side: str) -> None:
    of = product(kind)
    made = facts(of, SAME[kind])
    broken = {
        key: replace(answer, frame=None, error="the server gave up") if f"/{side}/" in key else answer
        for key, answer in made.answers.items()
    }
    failed, slo = replace(made, answers=broken), of.services[0].slos[0]
    assert np.isnan(sli.counts(failed, "web", slo, "window").total)
    assert sli.trend(failed, "web", slo) is None


def test_more_good_than_all_events_is_no_bad_event_and_told() -> None:
    found = counts(product("good"), {"good": 11.0, "total": 10.0})
    assert (found.bad, found.note) == (0.0, "good_over_total")


@pytest.mark.parametrize("ratio", [-0.5, 1.5, math.inf, -math.inf, math.nan])
def test_a_ratio_that_is_none_is_not_known_and_told(ratio: float) -> None:
    found = counts(product("raw"), {"ratio": ratio})
    assert np.isnan(found.total) and np.isnan(found.bad)
    assert found.note == "ratio_invalid"
    assert str(steps(product("raw"), {"ratio": [ratio, 0.5]})) == "{'total': [nan, 300.0], 'bad': [nan, 150.0]}"


def test_steps_with_a_ratio_out_of_range_are_counted_and_left_out() -> None:
    found = counts(product("raw"), {"ratio": 0.25, "ratio/trend": [0.5, 1.5, -1.0, math.inf, 1.0]})
    assert (found.total, found.bad) == (DAYS_28, DAYS_28 / 4)
    assert found.note == "ratio_invalid:3"


def test_rounding_beside_zero_and_one_is_no_trouble() -> None:
    assert counts(product("raw"), {"ratio": -1e-17}).bad == 0
    assert counts(product("raw"), {"ratio": 1 + 1e-12}).bad == DAYS_28


def test_slices_look_one_second_less_far_back_so_that_none_counts_twice() -> None:
    asked = queries(product("time_slices"))
    assert asked["total/window"] == "count_over_time((min(up))[27d23h59m59s:5m])"
    assert asked["good/trend"] == "sum_over_time(((min(up)) >= bool 1)[4m59s:5m])"


def test_what_is_unequal_is_above_or_below_so_that_nan_satisfies_nothing() -> None:
    asked = queries(product("time_slices", {"condition": "!= 0"}))
    assert asked["good/trend"] == "sum_over_time((((min(up)) < bool 0) + ((min(up)) > bool 0))[4m59s:5m])"


def test_the_window_inside_a_slice_is_the_slice() -> None:
    asked = queries(product("time_slices", {"query": "sum(rate(x[{{.window}}]))", "slice": "10m"}))
    assert asked["total/window"] == "count_over_time((sum(rate(x[10m])))[27d23h59m59s:10m])"


def test_a_slice_longer_than_a_step_is_shared_by_its_steps() -> None:
    # slices of 15 min end at every third step of 5 min; one is bad: 900 s, 300 s in each of its steps
    of = product("time_slices", {"slice": "15m"})
    seen = steps(
        of, {"total": [np.nan, np.nan, 1.0, np.nan, np.nan, 1.0], "good": [np.nan, np.nan, 0.0, *[np.nan] * 2, 1]}
    )
    assert seen["total"] == [300.0] * 6
    assert seen["bad"] == [300.0] * 3 + [0.0] * 3


@pytest.mark.parametrize(
    ("more", "series"),
    [
        ({}, 'slo:sli_error:ratio_rate5m{sloth_id="web-availability"}'),
        ({"matchers": 'replica="a"'}, 'slo:sli_error:ratio_rate5m{sloth_id="web-availability",replica="a"}'),
        ({"sloth_id": None, "pyrra_slo": "w", "metric": "http_requests"}, 'http_requests:burnrate5m{slo="w"}'),
        ({"sloth_id": None, "pyrra_slo": "w", "metric": "http_requests_total"}, 'http_requests:burnrate5m{slo="w"}'),
    ],
)
def test_recorded_ratios_are_read_where_they_are_ratios(more: dict[str, Any], series: str) -> None:
    asked = queries(product("recorded", more))
    assert asked["bad/trend"] == f"sum_over_time((({series} > -1e-9 < 1.000000001))[4m59s:1m])"


def test_a_native_histogram_is_asked_for_its_fraction_and_its_interpolation_told() -> None:
    of = product("latency", {"native": True})
    assert list(discovery(of, WINDOW)) == []
    rate = 'sum(rate(latency_seconds{service="web"}[28d]))'
    assert queries(of)["good/window"] == f"histogram_fraction(-Inf, 0.3, {rate}) * histogram_count({rate})"
    assert counts(of, {"good": 1.0, "total": 2.0}).note == "interpolated"


def test_time_weighs_in_seconds_and_is_never_too_few() -> None:
    # 28 d at 99.9%: 2419 s of budget, of which 2 per mille of 28 d = 4838 s were bad; an objective of 99.99999%
    # would leave 0.24 s, which for events is too few
    of = product("raw")
    slo = of.services[0].slos[0].model_copy(update={"objective": 99.99999})
    of = of.model_copy(update={"services": (of.services[0].model_copy(update={"slos": (slo,)}),)})
    (row,) = Analyses(facts(of, {"ratio": 0.0})).slo.summary.to_dict("records")
    assert (row["state"], row["weight"], row["total"]) == ("OK", "time", DAYS_28)
