"""Questions of one query on one grid whose ranges overlap or touch, asked over all of it; the answer is cut up.

The load of a service and the total of its SLO are often one query over eight and over four weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.parameters.metrics.backends import MetricBackend
from prodmeet_kit.queries import backtests
from prodmeet_kit.sources.base import grid, wide

__all__ = ["cover", "covers", "cut"]

_EPOCH = datetime.fromtimestamp(0, UTC)


def covers(questions: Sequence[Question], chosen: MetricBackend) -> list[list[int]]:
    """The places of all questions; those one range covers are together, where that has no more points than they have.

    Only of queries whose value at a moment does not depend on the range, as the back end knows.
    """
    alike: dict[tuple[object, ...], list[int]] = {}
    for place, question in enumerate(questions):
        step, alone = question.step, (place,)
        may = step and not backtests.is_replay(question.key) and chosen.same_in_any_range(question.query)
        same = (question.query, step, question.window, (question.start - _EPOCH) % step) if may and step else alone
        alike.setdefault(same, []).append(place)
    found: list[list[int]] = []
    for places in alike.values():
        reach: datetime | None = None
        for place in sorted(places, key=lambda place: questions[place].start):
            question = questions[place]
            if reach is not None and question.step is not None and question.start <= reach + question.step:
                found[-1].append(place)
                reach = max(reach, grid(question)[-1].to_pydatetime())
            else:
                found.append([place])
                reach = grid(question)[-1].to_pydatetime() if len(places) > 1 else None
    return found


def cover(asked: Sequence[Question]) -> Question:
    """The one question for all of them."""
    if len(asked) == 1:
        return asked[0]
    return replace(asked[0], start=min(each.start for each in asked), end=max(each.end for each in asked))


def cut(answer: Answer, asked: Sequence[Question]) -> list[Answer] | None:
    """The answer of each question out of that to :func:`cover`; warnings of the whole are those of each.

    ``None`` where there is no answer, where it is partial, or where a series has no value in one of the ranges: in
    which range something is missing, and whether the server would have named the series there, cannot be told.
    """
    if len(asked) == 1:
        return [answer]
    if answer.frame is None or answer.partial:
        return None
    found = []
    for question in asked:
        times = grid(question)
        first = int(answer.frame.index.get_indexer(times[:1])[0])
        values = np.asfortranarray(answer.frame.to_numpy()[first : first + len(times)])
        known = ~np.isnan(values)
        if first < 0 or len(values) != len(times) or not known.any(axis=0).all():
            return None
        frame = wide(times, list(answer.frame.columns), values)
        found.append(replace(answer, question=question, frame=frame, points=int(np.count_nonzero(known))))
    return found
