"""One place asks a metric source: whatever the source raises becomes words, without a credential."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import prodmeet_kit
from prodmeet_kit.core.errors import QueryRejected, SourceError
from prodmeet_kit.core.redaction import remember
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.queries.asking import answered, answers, asked, samples
from prodmeet_kit.schemas.frames import label_key
from prodmeet_kit.sources.base import grid, wide
from prodmeet_kit.sources.prometheus.backend import BACKEND as PROMETHEUS

PACKAGE = Path(prodmeet_kit.__file__).parent
AT = datetime(2026, 11, 23, tzinfo=UTC)
CANARY = "canary-asking-7f3a"


def question(key: str = "load/cart/requests/trend", query: str = "up") -> Question:
    return Question(key, "metrics", query, AT, AT)


class Source:
    """Gives as many series as told, or raises."""

    name = "a source"

    def __init__(self, series: int = 1, error: Exception | None = None) -> None:
        self.series, self.error = series, error
        self.heard: list[str] = []

    def answer(self, question: Question) -> Answer:
        self.heard.append(question.query)
        if self.error:
            raise self.error
        times = grid(question)
        return Answer(question, wide(times, [f'{{pod="{n}"}}' for n in range(self.series)], [[1.0] * self.series]))  # type: ignore[arg-type]

    def samples_between(self, *_: Any) -> Iterator[Any]:
        if self.error:
            raise self.error
        yield AT, ["first"], ()
        yield AT, ["second"], ()

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SourceError(f"refused token={CANARY}"), "refused token=***"),
        (KeyError(f"no {CANARY}"), "the source failed: KeyError: 'no ***'"),
    ],
)
def test_what_a_source_raises_stands_in_the_answer_without_a_credential(error: Exception, said: str) -> None:
    remember(CANARY)
    source = Source(error=error)
    assert answered(source, question()).error == said
    assert samples(source, "up", AT, AT) == said
    both = [question("a"), question("b")]
    with ThreadPoolExecutor(1) as pool:
        assert {key: answer.error for key, answer in answers(pool, source, both, PROMETHEUS).items()} == {
            "a": said,
            "b": said,
        }
    assert source.heard == ["up", "up"]  # the two of the pool were one


def test_a_person_who_waits_sees_the_kind_of_the_error() -> None:
    with pytest.raises(QueryRejected):
        asked(Source(error=QueryRejected("no")), question())
    with pytest.raises(SourceError, match="the source failed: ZeroDivisionError"):
        asked(Source(error=ZeroDivisionError()), question())


def test_several_series_where_one_is_needed_are_an_error_but_for_a_single_question() -> None:
    told: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        found = answers(pool, Source(2), [question()], PROMETHEUS, told.append)
    assert found["load/cart/requests/trend"].error.startswith("2 series came back where one is needed: put sum")
    assert told == ["load/cart/requests/trend"]
    assert answered(Source(2), question()).error == ""


def test_samples_of_all_parts_come_one_after_another() -> None:
    found: Any = samples(Source(), "up", AT, AT)
    assert found == ["first", "second"]


class Several(Source):
    """Answers for two values of a label, or refuses to be asked for both at once."""

    def __init__(self, *, refuses: bool) -> None:
        super().__init__()
        self.refuses = refuses

    def answer(self, question: Question) -> Answer:
        self.heard.append(question.query)
        if "=~" not in question.query:
            return Answer(question, wide(grid(question), ["{}"], np.array([[7.0]])))
        if self.refuses:
            raise SourceError("too many samples")
        columns = [label_key({"job": job}) for job in ("cart", "web")]
        return Answer(question, wide(grid(question), columns, np.array([[1.0, 2.0]])), partial="a store is away")


@pytest.mark.parametrize("refuses", [False, True])
def test_what_differs_in_one_label_is_asked_as_one_and_apart_where_that_fails(refuses: bool) -> None:
    source = Several(refuses=refuses)
    asked_for = [question(f"load/{job}/requests/trend", f'sum(x{{job="{job}"}})') for job in ("web", "cart", "gone")]
    with ThreadPoolExecutor(1) as pool:
        found = answers(pool, source, asked_for, PROMETHEUS)
    assert source.heard[0] == 'sum by (job) (x{job=~"web|cart|gone"})'
    assert [found[each.key].question for each in asked_for] == asked_for
    frames = [found[each.key].frame for each in asked_for]
    told = [frame.to_dict("list") for frame in frames if frame is not None]
    assert told == ([{"{}": [7.0]}] * 3 if refuses else [{"{}": [2.0]}, {"{}": [1.0]}, {}])
    assert {answer.partial for answer in found.values()} == {"" if refuses else "a store is away"}
    assert len(source.heard) == (4 if refuses else 1)


class Counted(Source):
    """Has the minute of the hour at each moment, in one series; a second one ends at ``until``."""

    def __init__(self, until: datetime | None = None, partial: str = "") -> None:
        super().__init__()
        self.until, self.partial, self.ranges = until, partial, list[tuple[int, int]]()

    def answer(self, question: Question) -> Answer:
        self.ranges.append((question.start.minute, question.end.minute))
        times = grid(question)
        values = [times.minute.to_numpy(dtype=float)]
        if self.until is not None and question.start < self.until:
            values.append(np.where(times < pd.Timestamp(self.until), 1.0, np.nan))
        keys = [f'{{"n":"{number}"}}' for number in range(len(values))]
        points = int(np.isfinite(values).sum())
        return Answer(question, wide(times, keys, np.column_stack(values)), points=points, partial=self.partial)


def over(first: int, last: int, query: str = "sum(x)", step: int = 2) -> Question:
    """As of bounds of a histogram, which may have several series."""
    begin, end = (AT.replace(minute=minute) for minute in (first, last))
    return Question(
        f"slo/a/b/bounds/{query}{first}-{last}/{step}", "metrics", query, begin, end, timedelta(minutes=step)
    )


@pytest.mark.parametrize(
    ("asked_for", "expected"),
    [
        ([over(10, 20), over(14, 18)], [(10, 20)]),
        ([over(10, 21), over(22, 30), over(0, 8)], [(0, 30)]),
        ([over(10, 20), over(24, 30)], [(10, 20), (24, 30)]),
        ([over(10, 20), over(11, 19)], [(10, 20), (11, 19)]),
        ([over(10, 20), over(10, 18, step=4)], [(10, 20), (10, 18)]),
        ([over(10, 20, "sum(x @ end())"), over(14, 18, "sum(x @ end())")], [(10, 20), (14, 18)]),
        ([over(10, 20, "running_sum(x)"), over(14, 18, "running_sum(x)")], [(10, 20), (14, 18)]),
    ],
    ids=["inside", "touching", "apart", "another grid", "another step", "looks at its end", "another dialect"],
)
def test_ranges_that_overlap_are_asked_as_one(asked_for: list[Question], expected: list[tuple[int, int]]) -> None:
    source = Counted()
    with ThreadPoolExecutor(1) as pool:
        found = answers(pool, source, asked_for, PROMETHEUS)
    assert sorted(source.ranges) == sorted(expected)
    for each in asked_for:
        alone = asked(Counted(), each)
        frame = found[each.key].frame
        assert frame is not None and alone.frame is not None
        assert frame.equals(alone.frame)
        assert replace(found[each.key], frame=None) == replace(alone, frame=None)


@pytest.mark.parametrize("source", [Counted(AT.replace(minute=14)), Counted(partial="a store is away")])
def test_a_series_or_a_warning_that_may_be_of_one_range_has_them_asked_apart(source: Counted) -> None:
    asked_for = [over(10, 20), over(14, 20)]
    with ThreadPoolExecutor(1) as pool:
        answers(pool, source, asked_for, PROMETHEUS)
    assert source.ranges == [(10, 20), (10, 20), (14, 20)]


def test_nobody_else_asks_a_metric_source() -> None:
    sources = PACKAGE / "sources"
    found = {
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        if sources not in path.parents and path != PACKAGE / "queries" / "asking.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
        if node.attr in ("answer", "samples", "samples_between")
    }
    assert found == set()
