"""Which bucket of a classic histogram is counted, and what is said when there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit import sli
from prodmeet_kit.analyses import Analyses
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters import Product
from prodmeet_kit.queries.questions import discovery, plan
from prodmeet_kit.schemas.frames import label_key
from prodmeet_kit.sources.prometheus.settings import PrometheusSettings

END = datetime(2026, 11, 23, 1, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")
USUAL = {"0.1": 9.0, "0.25": 9.0, "0.5": 9.0, "+Inf": 9.0}


def product(threshold: str, **more: Any) -> Product:
    latency = {"histogram": 'latency{service="web"}', "threshold": threshold, **more}
    slo = {"name": "fast", "objective": 99, "sli": {"latency": latency}}
    return Product.model_validate({"product": "shop", "services": [{"name": "web", "slos": [slo]}]})


def answered(of: Product, carried: Mapping[str, float]) -> dict[str, Answer]:
    (question,) = discovery(of, WINDOW)
    frame = pd.DataFrame({label_key({"le": le}): [value] for le, value in carried.items()}, dtype="float64")
    return {question.key: Answer(question, frame)}


def good(of: Product, carried: Mapping[str, float]) -> tuple[str, str]:
    """The query of good events over the SLO window, and the note."""
    found = answered(of, carried)
    asked: dict[str, Question] = {question.key: question for question in plan(of, WINDOW, found)}
    shape = sli.indicator("web", of.services[0].slos[0], found)
    return asked["slo/web/fast/good/window"].query, shape.note


def test_bounds_are_asked_by_one_instant_as_far_back_as_anything_is_counted() -> None:
    (question,) = discovery(product("300ms"), WINDOW)
    # 28 d before the last meeting, which is 14 d ago
    assert question.query == 'sum by (le) (count_over_time(latency_bucket{service="web"}[42d]))'
    assert question.instant and question.end == WINDOW.end


@pytest.mark.parametrize(
    ("threshold", "unit", "carried", "matcher"),
    [
        ("250ms", "s", USUAL, 'le="0.25"'),
        ("500ms", "s", USUAL, 'le="0.5"'),
        ("300ms", "s", {"0.1": 9, "0.30": 9, "+Inf": 9}, 'le="0.30"'),
        ("300ms", "s", {"0.1": 9, "3e-1": 9, "+Inf": 9}, 'le="3e-1"'),
        ("300ms", "s", {"0.1": 9, "0.3": 4, "3e-1": 5, "+Inf": 9}, r'le=~"0\\.3|3e\\-1"'),
        ("300ms", "ms", {"100": 9, "300": 9, "+Inf": 9}, 'le="300"'),
        ("300ms", "ms", {"100": 9, "300.0": 9, "+Inf": 9}, 'le="300.0"'),
        ("2s", "s", {"1.0": 9, "2.0": 9, "+Inf": 9}, 'le="2.0"'),
    ],
)
def test_a_threshold_on_a_bound_is_found_however_it_is_spelt(
    threshold: str, unit: str, carried: dict[str, float], matcher: str
) -> None:
    query, note = good(product(threshold, unit=unit), carried)
    assert query == f'sum(rate(latency_bucket{{service="web",{matcher}}}[28d]))'
    assert note == ""


def test_a_threshold_between_bounds_counts_with_the_lower_one_and_is_told() -> None:
    query, note = good(product("300ms"), USUAL)
    assert 'le="0.25"' in query
    assert note == "between_bounds:0.25..0.5"


def test_a_bound_that_some_series_lack_or_had_for_some_time_only_is_not_counted_with() -> None:
    # 0.3 was added to one of three targets, or to all for a third of the time: who lacks it would be all bad
    query, note = good(product("300ms"), {**USUAL, "0.3": 3})
    assert 'le="0.25"' in query
    assert note == "between_bounds:0.25..0.5"


def test_a_sample_lost_on_the_way_is_no_lack_of_a_bound() -> None:
    carried = {"0.1": 600_000, "0.25": 599_999, "0.5": 600_000, "+Inf": 600_000}
    assert good(product("250ms"), carried)[1] == ""


@pytest.mark.parametrize(
    ("threshold", "carried", "words"),
    [
        ("50ms", USUAL, r"50 ?ms|0\.05 s .* is below the lowest bucket bound; bounds: 0\.1, 0\.25, 0\.5"),
        ("1s", USUAL, r"the threshold 1 s of latency.* is above the highest finite bucket bound; bounds: 0\.1, 0\.25"),
        ("300ms", {"+Inf": 9}, "no bucket but .Inf: is it native"),
        ("200ms", {"0.1": 3, "0.5": 9, "+Inf": 9}, r"all its series had .*bounds: 0\.1, 0\.5, of which all had: 0\.5"),
    ],
)
def test_a_threshold_no_bucket_serves_is_a_failure_that_names_the_bounds(
    threshold: str, carried: dict[str, float], words: str
) -> None:
    of = product(threshold)
    (judged,) = sli.judged(of, answered(of, carried)).values()
    assert judged.frame is None
    with pytest.raises(ValueError, match=words):
        raise ValueError(judged.error)
    assert list(plan(of, WINDOW, {judged.question.key: judged})) == []


def test_without_an_answer_the_slo_is_not_asked_about() -> None:
    assert list(plan(product("300ms"), WINDOW)) == []


def test_a_histogram_without_labels_is_asked_too() -> None:
    of = product("250ms", histogram="latency")
    query, _ = good(of, USUAL)
    assert query == 'sum(rate(latency_bucket{le="0.25"}[28d]))'
    total = [question for question in plan(of, WINDOW, answered(of, USUAL)) if question.key.endswith("total/window")]
    assert total[0].query == "sum(rate(latency_count{}[28d]))"


def test_a_server_that_is_down_is_told_once_and_leaves_no_data(tmp_path: Path) -> None:
    of = product("250ms")
    metrics = PrometheusSettings.model_validate({"url": "http://127.0.0.1:1"})
    of = of.model_copy(update={"sources": of.sources.model_copy(update={"metrics": metrics})})
    facts = gather(of, WINDOW, folder=tmp_path)
    (failure,) = (each for each in facts.failures if each.section == "metrics")
    assert failure.source == "web/fast"
    assert [each.source for each in facts.failures if each.section != "metrics"] == [
        "rules"
    ]  # asked without being told to
    assert "cannot connect" in failure.message
    assert list(Analyses(facts).slo.summary["state"]) == ["NO_DATA"]
