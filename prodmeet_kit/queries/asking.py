"""The one place that asks a metric source.

Whoever asks gets an answer: where the source has none, the reason stands in it, without a credential, whatever the
source raised. What is asked twice is asked once, side by side with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import replace
from datetime import datetime
from typing import Protocol, runtime_checkable

from prodmeet_kit import sli
from prodmeet_kit.core.errors import ProdmeetError, SourceError
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.parameters.metrics.backends import MetricBackend
from prodmeet_kit.queries import backtests
from prodmeet_kit.queries.answer_door import let_in
from prodmeet_kit.sli.born import Samples
from prodmeet_kit.sources.base import MetricSource
from prodmeet_kit.sources.finite import known

__all__ = ["RawSource", "answered", "answers", "asked", "bug", "distinct", "samples"]


@runtime_checkable
class RawSource(Protocol):
    """A metric source that gives samples as they are stored."""

    name: str

    def answer(self, question: Question) -> Answer:
        """As of every metric source."""
        ...

    def samples_between(
        self, selector: str, start: datetime, end: datetime
    ) -> Iterator[tuple[datetime, Sequence[Samples], tuple[str, ...]]]:
        """The samples of a selector, in one part or several: the begin of each, its series, warnings."""
        ...

    def close(self) -> None:
        """As of every metric source."""
        ...


def asked(source: MetricSource, question: Question) -> Answer:
    """What the source answers, for a person who waits for it. Raises :class:`SourceError` and its kinds."""
    try:
        return let_in(source.answer(question), question)
    except ProdmeetError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it may come from another package: its bug costs no report
        raise bug(error) from None


def answered(source: MetricSource, question: Question) -> Answer:
    """The answer, with the error in it when there is one."""
    try:
        return asked(source, question)
    except ProdmeetError as error:
        return Answer(question, None, error=redact(str(error)), source=source.name)


def answers(
    pool: Executor,
    source: MetricSource,
    questions: Iterable[Question],
    chosen: MetricBackend,
    done: Callable[[str], object] | None = None,
) -> dict[str, Answer]:
    """Every answer by the key of its question; what is asked twice is asked once. ``done`` gets a key of each.

    ``chosen`` is the back end of the source, which knows what to do about an answer of several series.

    An answer of several series where one is needed is an error; only bounds of histograms and backtests may have them.
    """
    under_way = {pool.submit(_judged, source, same[0], chosen.when_several): same for same in distinct(questions)}
    found: dict[str, Answer] = {}
    for future in as_completed(under_way):
        same = under_way[future]
        found |= {question.key: replace(future.result(), question=question) for question in same}
        if done:
            done(same[0].key)
    return found


def samples(source: RawSource, selector: str, start: datetime, end: datetime) -> list[Samples] | str:
    """The series of a selector in ``(start, end]`` as they are stored, part after part, or why they are not known."""
    try:
        return [each for _, series, _ in source.samples_between(selector, start, end) for each in series]
    except ProdmeetError as error:
        return redact(str(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
        return str(bug(error))


def distinct(questions: Iterable[Question]) -> list[list[Question]]:
    """Questions that ask the source the same thing, together.

    The window belongs to what is asked: a language without a place for it has the same query for every span.
    """
    groups: dict[tuple[object, ...], list[Question]] = {}
    for question in questions:
        same = (question.query, question.start, question.end, question.step, question.window)
        groups.setdefault(same, []).append(question)
    return list(groups.values())


def bug(error: BaseException) -> SourceError:
    """What is said of a source that raised what no source should."""
    return SourceError(redact(f"the source failed: {type(error).__name__}: {error}"))


def _judged(source: MetricSource, question: Question, when_several: str) -> Answer:
    """The answer with as many series as its question may have."""
    answer = answered(source, question)
    series = answer.frame.shape[1] if answer.frame is not None else 0
    if backtests.is_replay(question.key):
        if series <= backtests.MOST_SERIES:
            return answer
        return replace(answer, frame=None, error=f"{series} series came back, more than {backtests.MOST_SERIES}")
    if series > 1 and not sli.tells_bounds(question.key):
        text = f"{series} series came back where one is needed: {when_several}"
        return replace(answer, frame=None, error=text)
    return known(answer)
