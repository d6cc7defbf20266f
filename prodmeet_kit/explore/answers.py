"""The questions a review asked and what came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.explore.names import nearest, ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.analysis.slo.arithmetic import Count
    from prodmeet_kit.facts import Answer, Facts
    from prodmeet_kit.parameters.metrics.backends import MetricBackend

__all__ = ["COLUMNS", "answer", "counts", "questions", "same_query"]

COLUMNS = ("key", "section", "query", "start", "end", "step", "source", "points", "error")
"""Of :func:`questions`."""


def questions(facts: Facts) -> pd.DataFrame:
    """Every question asked, one row each, with the columns :data:`COLUMNS`.

    ``start`` and ``end`` are UTC, ``step`` is a length of time (``NaT`` where one
    instant was asked), ``points`` how many came back, ``error`` why none did.
    """
    import pandas as pd

    rows = [
        (
            key,
            found.question.section,
            found.question.query,
            found.question.start,
            found.question.end,
            found.question.step,
            found.source,
            found.points,
            found.error,
        )
        for key, found in facts.answers.items()
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for column in ("start", "end"):
        frame[column] = pd.DatetimeIndex(pd.to_datetime(frame[column], utc=True)).as_unit("ns")
    return frame.assign(step=pd.to_timedelta(frame["step"]))


def answer(facts: Facts, key: str) -> pd.DataFrame:
    """The frame that answers a question: UTC times down, one column a series, a gap is NaN.

    Raises :class:`InputError` with the nearest keys when there is no such
    question, and with the source's words when it failed.
    """
    found = facts.answers.get(key)
    if found is None:
        raise InputError(f"there is no question {key}: {nearest(key, facts.answers)}; review.questions lists all")
    if found.frame is None:
        raise InputError(f"{key} was not answered: {found.error}")
    return found.frame.copy()


def counts(analyses: Analyses, name: str, span: str) -> Count:
    """What an SLO counted over a span, cleaned and without what is excluded.

    Raises :class:`InputError` with the nearest names, or with the spans there are.
    """
    from prodmeet_kit.analysis.slo.arithmetic import cleaned
    from prodmeet_kit.queries.questions import SPANS

    if span not in SPANS:
        raise InputError(f"span {span}: choose from {', '.join(SPANS)}")
    return cleaned(analyses.slo.counted)[ref(analyses.facts.product, name, "slo").short, span]


def same_query(answers: Mapping[str, Answer], texts: set[str], chosen: MetricBackend) -> list[Answer]:
    """The answers whose query is one of these, however it is written; those over a range first, the longest first.

    ``chosen`` is the back end they are written for. Raises :class:`InputError` for what is no query of its.
    """
    wanted = set()
    for text in texts:
        try:
            chosen.check(text, "verify")
        except ValueError as error:
            raise InputError(f"this is not {chosen.language}: {error}") from None
        wanted.add(chosen.normal(text))

    def is_wanted(found: Answer) -> bool:
        return found.frame is not None and chosen.normal(found.question.query) in wanted

    same = [found for found in answers.values() if is_wanted(found)]
    return sorted(same, key=lambda found: (found.question.instant, found.question.start - found.question.end))
