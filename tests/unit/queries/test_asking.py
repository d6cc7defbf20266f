"""One place asks a metric source: whatever the source raises becomes words, without a credential."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import prodmeet_kit
from prodmeet_kit.core.errors import QueryRejected, SourceError
from prodmeet_kit.core.redaction import remember
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.queries.asking import answered, answers, asked, samples
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
