"""The one place that asks a metric source.

Whoever asks gets an answer: where the source has none, the reason stands in it, without a credential, whatever the
source raised. What is asked twice is asked once, side by side with the rest; what differs in the value of one label
is asked together (:mod:`.together`), and so are overlapping ranges of one query (:mod:`.ranges`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from prodmeet_kit import sli
from prodmeet_kit.core.errors import ProdmeetError, SourceError
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.parameters.metrics.backends import MetricBackend
from prodmeet_kit.queries import backtests, ranges, together
from prodmeet_kit.queries.answer_door import let_in
from prodmeet_kit.sli.born import Samples
from prodmeet_kit.sources.base import MetricSource
from prodmeet_kit.sources.finite import known

if TYPE_CHECKING:
    from prodmeet_kit.core.promql.spreading import Spread

__all__ = ["Keeping", "RawSource", "answered", "answers", "asked", "bug", "distinct", "heard", "samples"]


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


@runtime_checkable
class Keeping(Protocol):
    """A metric source that has some answers already, each of one question, and asks another for the rest."""

    @property
    def beneath(self) -> MetricSource:
        """The one that is asked."""
        ...

    def held(self, question: Question) -> Answer | None:
        """The answer it has."""
        ...

    def keep(self, question: Question, answer: Answer) -> None:
        """Take an answer of the one that was asked, which gave every instant of it."""
        ...


def asked(source: MetricSource, question: Question) -> Answer:
    """What the source answers, for a person who waits for it. Raises :class:`SourceError` and its kinds."""
    return heard(source, question)[0]


def heard(source: MetricSource, question: Question) -> tuple[Answer, bool]:
    """The same, and whether the source gave every instant asked about, so that none was filled in here."""
    try:
        given = source.answer(question)
        let = let_in(given, question)
        return let, let.frame is not None and given.frame is not None and len(let.frame) == len(given.frame)
    except ProdmeetError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it may come from another package: its bug costs no report
        raise bug(error) from None


def answered(source: MetricSource, question: Question) -> Answer:
    """The answer, with the error in it when there is one."""
    return _heard(source, question)[0]


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
    kept = source if isinstance(source, Keeping) else None
    beneath = kept.beneath if kept else source
    under_way: dict[Future[list[Answer] | None], list[list[Question]]] = {}
    sames = distinct(questions)
    covers = ranges.covers([same[0] for same in sames], chosen)
    wholes = [ranges.cover([sames[place][0] for place in cover]) for cover in covers]
    for spread, members in together.groups(wholes, chosen):
        asked = [[sames[place][0] for place in covers[member]] for member in members]
        given_to = [sames[place] for member in members for place in covers[member]]
        under_way[pool.submit(_several, beneath, kept, asked, spread, chosen)] = given_to
    found: dict[str, Answer] = {}
    while under_way:
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            given_to = under_way.pop(future)
            given = future.result()
            if given is None:  # together it was too much, or it failed: each may well be answered
                for same in given_to:
                    under_way[pool.submit(_several, beneath, kept, [[same[0]]], None, chosen)] = [same]
                continue
            for same, answer in zip(given_to, given, strict=True):
                found |= {question.key: replace(answer, question=question) for question in same}
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


def _several(
    source: MetricSource,
    kept: Keeping | None,
    asked: list[list[Question]],
    spread: Spread | None,
    chosen: MetricBackend,
) -> list[Answer] | None:
    """An answer to each question; ``None`` where several were asked together and got none.

    Those of one list are one query, over ranges that one covers.
    """
    every_one = [question for cover in asked for question in cover]
    found: dict[str, Answer | None] = {each.key: kept.held(each) if kept else None for each in every_one}
    missing = [cover for cover in asked if any(found.get(question.key) is None for question in cover)]
    wholes = [ranges.cover(cover) for cover in missing]
    if spread is not None and len(wholes) > 1:
        whole, every = _heard(source, together.joined(wholes, spread, chosen))
        parts = together.split(whole, wholes, spread, chosen)
        if parts is None:
            return None
        told = [(part, every) for part in parts]
    else:
        told = [_heard(source, question) for question in wholes]
    for cover, (whole, every) in zip(missing, told, strict=True):
        answers = ranges.cut(whole, cover)
        if answers is None:
            return None
        for question, part in zip(cover, answers, strict=True):
            if kept and every:
                kept.keep(question, part)
            found[question.key] = part
    return [_judged(answer, chosen.when_several) for each in every_one if (answer := found[each.key]) is not None]


def _heard(source: MetricSource, question: Question) -> tuple[Answer, bool]:
    try:
        return heard(source, question)
    except ProdmeetError as error:
        return Answer(question, None, error=redact(str(error)), source=source.name), False


def _judged(answer: Answer, when_several: str) -> Answer:
    """The answer with as many series as its question may have."""
    question = answer.question
    series = answer.frame.shape[1] if answer.frame is not None else 0
    if backtests.is_replay(question.key):
        if series <= backtests.MOST_SERIES:
            return answer
        return replace(answer, frame=None, error=f"{series} series came back, more than {backtests.MOST_SERIES}")
    if series > 1 and not sli.tells_bounds(question.key):
        text = f"{series} series came back where one is needed: {when_several}"
        return replace(answer, frame=None, error=text)
    return known(answer)
