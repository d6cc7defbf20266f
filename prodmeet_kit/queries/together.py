"""Questions that differ in the value of one label alone, asked as one; its answer is split.

Whether that gives the same numbers is for the back end to prove, query by query
(:meth:`~prodmeet_kit.parameters.metrics.backends.MetricBackend.spreads`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.parameters.metrics.backends import MetricBackend
from prodmeet_kit.queries import backtests
from prodmeet_kit.schemas.frames import label_key, labels_of
from prodmeet_kit.sources.base import grid, wide

if TYPE_CHECKING:
    from prodmeet_kit.core.promql.spreading import Spread

__all__ = ["MOST_VALUES", "groups", "joined", "split"]

MOST_VALUES = 16
"""Values of one request: a server works at one on one core and counts its samples against one limit."""

_MOST_POINTS = 200_000
"""Points of one request, taken that each question has one series: 6 MB of JSON, where a server's own pages stop."""


def groups(questions: Sequence[Question], chosen: MetricBackend) -> Iterator[tuple[Spread | None, list[int]]]:
    """Which questions, by their places, to ask together, and how; of one that is asked alone no way.

    Of the labels in which a question may differ from others, the one counts that most have.
    """
    ways: dict[tuple[object, ...], dict[int, Spread]] = {}
    for place, question in enumerate(questions):
        for spread in () if backtests.is_replay(question.key) else chosen.spreads(question.query):
            way = (spread.label, spread.form, question.start, question.end, question.step, question.window)
            ways.setdefault(way, {})[place] = spread
    left = set(range(len(questions)))
    for members in sorted(ways.values(), key=len, reverse=True):
        places = [place for place in members if place in left]
        most = min(MOST_VALUES, max(1, _MOST_POINTS // len(grid(questions[places[0]])))) if len(places) > 1 else 1
        parts = -(-len(places) // most)
        if most == 1 or not parts:
            continue
        for part in range(parts):
            chunk = places[part::parts]
            if len(chunk) > 1:
                left -= set(chunk)
                yield members[chunk[0]], chunk
    yield from ((None, [place]) for place in sorted(left))


def _value(question: Question, spread: Spread, chosen: MetricBackend) -> str:
    alike = (each for each in chosen.spreads(question.query) if (each.label, each.form) == (spread.label, spread.form))
    return next(alike).value


def joined(asked: Sequence[Question], spread: Spread, chosen: MetricBackend) -> Question:
    """The one question for all."""
    values = dict.fromkeys(_value(question, spread, chosen) for question in asked)
    return replace(asked[0], query=spread.over(values))


def split(answer: Answer, asked: Sequence[Question], spread: Spread, chosen: MetricBackend) -> list[Answer] | None:
    """The answer of each question, its series named as if it had been asked alone.

    What the server said of the whole is said of each. ``None`` where there is no answer, or where a series has none
    of the values asked for, as of a server that takes labels off.
    """
    if answer.frame is None:
        return None
    columns: dict[str, dict[str, int]] = {_value(question, spread, chosen): {} for question in asked}
    for number, column in enumerate(answer.frame.columns):
        labels = labels_of(column)
        mine = columns.get(labels.get(spread.label, ""))
        if mine is None:
            return None
        kept = labels if spread.keeps else {name: text for name, text in labels.items() if name != spread.label}
        if mine.setdefault(label_key(kept), number) != number:
            return None
    times, values = grid(asked[0]), answer.frame.to_numpy()
    found = []
    for question in asked:
        mine = columns[_value(question, spread, chosen)]
        keys = sorted(mine)
        own = np.asfortranarray(values[:, [mine[key] for key in keys]])
        points = int(np.count_nonzero(~np.isnan(own)))
        found.append(replace(answer, question=question, frame=wide(times, keys, own), points=points))
    return found
