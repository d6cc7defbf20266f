"""A query of one's own: asked of the product's metric source, or looked up among the frozen answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.core.placeholder import fill_window
from prodmeet_kit.core.window import MAX_POINTS, choose_step, floor_to_step, parse_duration, parse_time
from prodmeet_kit.evidence import Chart, Note
from prodmeet_kit.explore.answers import same_query
from prodmeet_kit.explore.shown import Shown
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.queries import asking
from prodmeet_kit.render.labels import line_names, shorten

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.facts import Facts
    from prodmeet_kit.sources.base import MetricSource

__all__ = ["DRAWN", "Open", "QueryShown", "Span", "query", "span_of"]

DRAWN = 20
"""So many series are drawn, the largest; ``frame`` holds all."""

MOST_PARTS = 10
"""A range of more than so many server's answers is most likely a slip in start, end or step."""

_TITLE = 110  # letters of a query that stand as its title

_FINER = 11
"""A chosen step gives a thousand points: eleven times fewer than a server allows."""

Open = Callable[[], "MetricSource"]
"""Opens the metric source of a review that may ask; whoever opens closes."""

Moment = str | date | datetime


@dataclass(frozen=True)
class Span:
    """What is asked: grid points from ``start`` to ``end``, ``step`` apart."""

    start: datetime
    end: datetime
    step: timedelta


class QueryShown(Shown):
    """The answer to a query. ``frame``: UTC times down, one column a series; ``answer`` has the rest."""

    def __init__(self, answer: Answer, shown: Shown) -> None:
        super().__init__("query", shown.title, shown.sentence, shown.evidence, shown.timezone, shown.frame)
        self.answer = answer


def query(
    facts: Facts, opened: Open | None, text: str, start: Moment = "", end: Moment = "", step: str | timedelta = ""
) -> QueryShown:
    """Ask a query over a range, by default since the last meeting.

    ``{{.window}}`` becomes the step plus one scrape interval, as in the trends of a report. Without ``opened`` the
    data are frozen: a query that equals a frozen one, however it is written, gives its frozen answer. Raises
    :class:`InputError` for a wrong time or for a query that is not frozen, and
    :class:`~prodmeet_kit.core.errors.SourceError` with the server's words.
    """
    if not text.strip():
        text = _first_trend(facts)
    span = span_of(facts, start, end, step)
    answer = _frozen(facts, text, span, bool(step)) if opened is None else _ask(facts, opened, text, span)
    return _shown(facts, answer, frozen=opened is None)


def _first_trend(facts: Facts) -> str:
    for answer in facts.answers.values():
        if not answer.question.instant and answer.frame is not None:
            return answer.question.query
    raise InputError(f"the query is empty: write {backends.of(facts.product).language}")


def span_of(facts: Facts, start: Moment, end: Moment, step: str | timedelta) -> Span:
    """The range people mean: the window of the review where they say nothing; a step that suits its length."""
    window = facts.window
    until = _time("end", end, window.timezone) if end else window.end
    since = _time("start", start, window.timezone) if start else min(window.start, until - window.length)
    if since >= until:
        raise InputError(f"start {start or since}: give a start before the end {end or until}")
    if step:
        wide = _step(step)
    elif start or end:
        wide = min(choose_step((until - since) * _FINER), (until - since) / 2)
    else:
        wide = window.step
    if (until - since) / wide > MOST_PARTS * MAX_POINTS:
        raise InputError(f"step {step}: {round((until - since) / wide)} points are too many: give a longer step")
    wide = timedelta(seconds=max(1, round(wide.total_seconds())))
    return Span(floor_to_step(since, wide) + wide, floor_to_step(until, wide), wide)


def _time(name: str, value: Moment, timezone: str) -> datetime:
    try:
        return parse_time(value, timezone)
    except ValueError as error:
        raise InputError(f"{name} {value}: {error}") from None


def _step(value: str | timedelta) -> timedelta:
    try:
        found = value if isinstance(value, timedelta) else parse_duration(value)
    except ValueError as error:
        raise InputError(f"step {value}: {error}") from None
    if found < timedelta(seconds=1):
        raise InputError(f"step {value}: give a second or more")
    return found


def _filled(facts: Facts, text: str, step: timedelta) -> tuple[str, timedelta]:
    metrics = facts.product.sources.metrics
    lookback = step + (metrics.overlap if metrics else timedelta(seconds=60))
    return fill_window(text, lookback), lookback


def _ask(facts: Facts, opened: Open, text: str, span: Span) -> Answer:
    filled, lookback = _filled(facts, text, span.step)
    source = opened()
    try:
        return asking.asked(source, Question("query", "explore", filled, span.start, span.end, span.step, lookback))
    finally:
        source.close()


def _frozen(facts: Facts, text: str, span: Span, stepped: bool) -> Answer:
    filled, _ = _filled(facts, text, facts.window.step)
    same = same_query(facts.answers, {filled}, backends.of(facts.product))
    if not same:
        raise InputError(
            f"the data are frozen and hold {len(facts.answers)} queries, not this one: review.questions lists them;"
            " review.live() asks the product's metric source now"
        )
    answer = same[0]
    assert answer.frame is not None
    if answer.question.step is None:
        return answer
    if stepped and answer.question.step != span.step:
        had = write(answer.question.step.total_seconds(), "duration")
        raise InputError(f"the frozen answer has a point every {had}: leave step out, or ask review.live()")
    frame = answer.frame
    inside = frame[(frame.index > span.start - span.step) & (frame.index <= span.end)]
    if inside.empty:
        first, last = frame.index[0], frame.index[-1]
        raise InputError(f"the frozen answer reaches from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC")
    return replace(answer, frame=inside)


def _shown(facts: Facts, answer: Answer, *, frozen: bool) -> QueryShown:
    frame = answer.frame
    assert frame is not None
    zone, question = facts.window.timezone, answer.question
    drawn = _largest(frame)
    evidence: list[Evidence] = [Note(warning, "warning") for warning in answer.warnings]
    if frame.shape[1] > drawn.shape[1]:
        text = t(
            "The {drawn} largest of {all} series are drawn; frame has all of them.", drawn=DRAWN, all=frame.shape[1]
        )
        evidence.append(Note(text))
    if frame.shape[1] and question.step is not None:
        evidence.append(_chart(drawn, question, zone))
    series = tn("{n} series", "{n} series", frame.shape[1]) if frame.shape[1] else t("no series")
    if question.step is None and frame.shape[1]:
        series += ": " + ", ".join(write(value, "number") for value in frame.iloc[-1].tolist()[:DRAWN])
    where = t("frozen answer to {key}", key=question.key) if frozen else answer.source
    first, last = (write(moment, "time", timezone=zone) for moment in (frame.index[0], frame.index[-1]))
    when = first if question.step is None else t("{first} to {last}", first=first, last=last)
    sentence = t("{series}, {when}, {where}", series=series, when=when, where=where)
    return QueryShown(
        answer,
        Shown("query", shorten(" ".join(question.query.split()), _TITLE), sentence, tuple(evidence), zone, frame),
    )


def _largest(frame: pd.DataFrame) -> pd.DataFrame:
    """The series with the highest means, in their old order; those without a value come last."""
    import numpy as np

    if frame.shape[1] <= DRAWN:
        return frame
    means = frame.replace([np.inf, -np.inf], np.nan).mean().fillna(-np.inf)
    kept = set(means.nlargest(DRAWN).index)
    return frame[[column for column in frame.columns if column in kept]]


def _chart(frame: pd.DataFrame, question: Question, zone: str) -> Chart:
    assert question.step is not None
    named = frame.set_axis(line_names(frame.columns), axis=1)
    if list(named.columns) == ["{}"]:
        named.columns = [t("value")]
    return Chart(t("Answer"), named, "", question.step, zone, anchor="explore-query")
