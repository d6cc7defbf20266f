"""The trends of a short stretch of time asked again with a finer step, where the metric source can still be asked."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from prodmeet_kit.analyses import Analyses
from prodmeet_kit.core.refs import QueryKey
from prodmeet_kit.core.window import choose_step, floor_to_step
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.queries import asking, questions

if TYPE_CHECKING:
    from prodmeet_kit.explore.asking import Open
    from prodmeet_kit.parameters.metrics.backends import MetricBackend

__all__ = ["finer"]

_FINER = 11
"""A thousand points instead of the eleven thousand a server allows."""


def finer(analyses: Analyses, opened: Open, services: tuple[str, ...], start: datetime, end: datetime) -> Analyses:
    """The same product with trends from ``start`` to ``end`` only, a point a minute where that is under a thousand.

    Only these services are asked about (all, when none is named). The findings themselves come back when their own
    step is as fine. What the source cannot answer has no trend; its answers say why.
    """
    facts = analyses.facts
    step = max(choose_step((end - start) * _FINER), min(_scrape(analyses), facts.window.step))
    if step >= facts.window.step:
        return analyses
    first, last = floor_to_step(start, step), floor_to_step(end, step)
    near = replace(facts.window, start=first, end=last, step=step, compare_start=first, history_start=first)
    asked = [
        replace(question, start=max(question.start, first + step))
        for question in questions.plan(facts.product, near, facts.answers)
        if not question.instant and (not services or QueryKey(question.key).service in services)
    ]
    answers = {**facts.answers, **_none(facts.answers), **_answers(asked, opened, backends.of(facts.product))}
    return Analyses(replace(facts, window=near, answers=answers))


def _scrape(analyses: Analyses) -> timedelta:
    metrics = analyses.facts.product.sources.metrics
    return metrics.overlap or analyses.facts.window.step if metrics else analyses.facts.window.step


def _none(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Answers of another step must not stand beside the finer ones."""
    trends = {key: answer for key, answer in answers.items() if not answer.question.instant}
    return {key: replace(answer, frame=None, error="not asked") for key, answer in trends.items()}


def _answers(asked: list[Question], opened: Open, chosen: MetricBackend) -> dict[str, Answer]:
    source = opened()
    try:
        with ThreadPoolExecutor(8) as pool:
            return asking.answers(pool, source, asked, chosen)
    finally:
        source.close()
