"""What is asked together and split is what is asked apart, on a real Prometheus."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.queries.asking import answered
from prodmeet_kit.queries.ranges import cover, covers, cut
from prodmeet_kit.queries.together import groups, joined, split
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.sources.prometheus.backend import BACKEND
from tests.support.answering import metric_source

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 23, tzinfo=UTC)
VALUES = ("web", "a|b", "a.b", "axb", "a", "b", 'say "x"', "back\\\\slash", "größe (5)", "^[$]+*?{1}", "gone")
SELECTORS = ("x_total{%s}", 'x_total{%s,code=~"5.."}', 'x_total{code!="500",%s}', "y_total{%s}")
VECTORS = (
    "{s}", "rate({s}[10m])", "sum(rate({s}[10m]))", "sum by (code) ({s})", "sum by (job, code) (increase({s}[10m]))",
    "sum without (code) ({s})", "count({s})", "quantile(0.3, {s})", "max_over_time(sum({s})[20m:5m])",
    "avg({s} offset 7m)",
    "stddev(rate({s}[10m])) * 1e-3", "-sum({s}) ^ 2", "histogram_quantile(0.9, sum by (le) (rate({b}[10m])))",
    "sum({s} > 20)", "max({s} @ end())", "delta({s}[10m] @ 1795392000.5)", "{s} > bool 100", "sum by (job) ({s})",
)  # fmt: skip
PAIRS = (
    "sum({s}) / sum({o})", "(sum({s}) - sum({o})) / sum({s})", "{s} / ignoring (x) {o}",
    "sum by (code) ({s}) or sum by (code) ({o})",
    "{s} and {o}", "sum by (code) ({s}) - on (code) sum by (code) ({o})",
    "sum by (code) ({s}) unless on (code) sum by (code) ({o})",
    "{s} unless ignoring (x) {o}", "sum by (code) ({s}) > on (code) sum by (code) ({o})",
)  # fmt: skip


def written() -> Iterator[str]:
    """Samples each minute for two hours; some values of the label have no series in one metric."""
    lines = []
    for kind in ("x", "y"):
        lines.append(f"# TYPE {kind} counter")
        for number, value in enumerate(VALUES[:-1] if kind == "x" else VALUES[2:-1]):
            for code in ("200", "500", "503")[: 1 + (number + (kind == "y")) % 3]:
                labels = f'job={json.dumps(value, ensure_ascii=False)},code="{code}"'
                lines += [
                    f"{kind}_total{{{labels}}} {minute * (number + 1.37) / int(code[2] + '1') + number * 0.1} "
                    f"{END.timestamp() - 7200 + 60 * minute + number}"
                    for minute in range(119)
                ]
    lines.append("# TYPE b gauge")
    for number, value in enumerate(VALUES[:-1]):
        for place, le in enumerate(("0.1", "0.5", "+Inf")):
            labels = f'job={json.dumps(value, ensure_ascii=False)},le="{le}"'
            lines += [
                f"b{{{labels}}} {minute * (place + 1) * (number + 1)} {END.timestamp() - 7200 + 60 * minute}"
                for minute in range(119)
            ]
    yield "\n".join([*lines, "# EOF", ""])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("together") / "tsdb"
    backfill(written(), data)
    with running_prometheus(data) as url:
        yield url


def forms() -> list[str]:
    one = [form.replace("{s}", chosen) for form in VECTORS for chosen in SELECTORS[:3]]
    two = [form.replace("{s}", left).replace("{o}", right) for form in PAIRS for left, right in
           ((SELECTORS[0], SELECTORS[1]), (SELECTORS[0], SELECTORS[3]), (SELECTORS[3], SELECTORS[2]))]  # fmt: skip
    return [form.replace("{b}", "b{%s}") for form in dict.fromkeys(one + two)]


def about(form: str, value: str, step: timedelta | None) -> Question:
    matcher = f"job={json.dumps(value, ensure_ascii=False)}"
    begin = END - timedelta(minutes=70) if step else END - timedelta(minutes=3)
    return Question(f"{form} {value}", "metrics", form.replace("%s", matcher), begin, END if step else begin, step)


@pytest.mark.parametrize("step", [None, timedelta(minutes=7)])
def test_split_answers_are_those_asked_alone(server: str, tmp_path: Path, step: timedelta | None) -> None:
    source = PrometheusSource(metric_source(server), tmp_path)
    values = 0
    with ThreadPoolExecutor(8) as pool:
        for form in forms():
            asked = [about(form, value, step) for value in VALUES]
            ((spread, places),) = groups(asked, BACKEND)
            assert spread is not None, form
            assert len(places) == len(asked), form
            alone: list[Answer] = list(pool.map(lambda question: answered(source, question), asked))
            found = split(answered(source, joined(asked, spread, BACKEND)), asked, spread, BACKEND)
            if found is None:  # one of them fails alone too
                assert any(each.error for each in alone), form
                continue
            for mine, other in zip(found, alone, strict=True):
                assert other.frame is not None, (form, other.error)
                assert mine.frame is not None
                assert mine.question == other.question
                assert mine.points == other.points, form
                values += mine.points
                pd.testing.assert_frame_equal(mine.frame, other.frame, rtol=1e-12, obj=mine.question.query)
    assert values > 500
    source.close()


def test_ranges_cut_out_of_one_are_those_asked_alone(server: str, tmp_path: Path) -> None:
    source = PrometheusSource(metric_source(server), tmp_path)
    step, values = timedelta(minutes=7), 0
    for form in forms():
        begin = about(form, "a|b", step)
        asked = [
            begin,
            replace(begin, start=begin.start + 2 * step, end=END - step),
            replace(begin, start=begin.start - step, end=begin.start + step),
        ]
        if "@" in form:
            assert covers(asked, BACKEND) == [[0], [1], [2]]
            continue
        assert [sorted(places) for places in covers(asked, BACKEND)] == [[0, 1, 2]]
        for mine, question in zip(cut(answered(source, cover(asked)), asked) or [], asked, strict=False):
            alone = answered(source, question)
            assert mine.frame is not None and alone.frame is not None
            assert (mine.question, mine.points, mine.warnings) == (question, alone.points, alone.warnings), form
            values += mine.points
            pd.testing.assert_frame_equal(mine.frame, alone.frame, rtol=1e-12, obj=question.query)
    assert values > 500
    source.close()
