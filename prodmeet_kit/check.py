"""``prodmeet check``: whether a review of a product would know all it wants to know.

Parameters are read, every source and every query is asked as a report would
ask it, and the oldest hour the review looks at must hold data. Each finding is
one line; a line that begins with ``failed`` says what to fix, one that begins
with ``warn`` what to look at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from prodmeet_kit import kinds
from prodmeet_kit.core.errors import InputError, ParametersError, SourceError, printable
from prodmeet_kit.core.placeholder import fill_window
from prodmeet_kit.core.window import Window, format_duration
from prodmeet_kit.facts import Answer, Facts, Question, SourceState
from prodmeet_kit.gathering.staleness import missing_end
from prodmeet_kit.parameters import Product, load, products, schema
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.metrics.backends import MetricBackend
from prodmeet_kit.parameters.sli import Events, Good
from prodmeet_kit.queries.asking import answered
from prodmeet_kit.queries.questions import DAYS, SPANS
from prodmeet_kit.sli import event_count, indicator, uncounted
from prodmeet_kit.sources.base import NO_ROW

if TYPE_CHECKING:
    from prodmeet_kit.gathering.earlier_answers import Shelf

__all__ = ["Finding", "check_product", "check_products", "schema_is_current"]

HOUR = timedelta(hours=1)
"""How much of the oldest data is looked at: longer than a restart of a target, shorter than any trend."""

_MORE = 1.01
"""A part beyond its total by more than this is not the rounding of two extrapolations."""


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, whether it is well, and what was found or has to be fixed.

    With ``doubtful`` it is well, and may be wrong all the same: a person has to look.
    """

    subject: str
    well: bool
    said: str
    doubtful: bool = False

    def __str__(self) -> str:
        state = "failed" if not self.well else "warn" if self.doubtful else "ok"
        return printable(f"{state:8}{self.subject}{': ' if self.said else ''}{self.said}")


def check_products(
    names: Sequence[str], folder: Path, told: Callable[[str], object], *, end: str = "", fresh: bool = False
) -> int:
    """Check each product (without names: all there are) and tell the findings line by line.

    ``end`` is when the meeting is held (default: now), in the zone of each product; ``fresh`` asks again what another
    command of the last hour has asked.

    Returns the exit status: 0 all well, 3 something failed, 2 a file that
    people wrote has to be fixed. Raises :class:`InputError` when there is no product.
    """
    parameters = folder / "parameters"
    names = names or products(parameters)
    if not names:
        raise InputError(f"{parameters} holds no parameter file: write {parameters / 'PRODUCT.yaml'}")
    for why in dict.fromkeys(kinds.refused().values()):
        told(str(Finding("packages", True, f"not used: {why}", doubtful=True)))
    statuses = set()
    for name in names:
        try:
            for finding in check_product(name, folder, end=end, fresh=fresh):
                told(str(finding))
                statuses.add(0 if finding.well else SourceError.exit_status)
        except ParametersError as error:
            for problem in error.problems:
                told(str(Finding(problem.file, False, str(problem).removeprefix(f"{problem.file}: "))))
            statuses.add(error.exit_status)
    return InputError.exit_status if InputError.exit_status in statuses else max(statuses)


def check_product(
    name: str, folder: Path, *, now: datetime | None = None, end: str = "", fresh: bool = False
) -> Iterator[Finding]:
    """Everything that can be found out about one product, for a meeting that is held at ``end``, or ``now``.

    Raises :class:`ParametersError` when a file has to be fixed first.
    """
    from prodmeet_kit.gathering.earlier_answers import Shelf
    from prodmeet_kit.gathering.gather import gather
    from prodmeet_kit.review import window_of

    parameters = folder / "parameters"
    product = load(name, parameters)
    yield Finding(f"{parameters / name}.yaml", True, "")
    window = window_of(product, end=end, now=now, names=("--from", "--to"))
    shelf = Shelf(folder / "reports", fresh)
    facts = gather(product, window, folder=parameters, minutes=folder / "minutes", shelf=shelf)
    silent = _silent(product, window, parameters, facts)
    for source in facts.sources:
        subject, well = f"{name}: source {_called(source)}", source.state != "failed"
        if silent and source.name == "metrics":
            yield Finding(subject, well, silent)
            yield Finding(
                f"{name}: {len(facts.answers)} queries", False, "not tried, because the metric source does not answer"
            )
        elif source.name == "rules" and product.sources.rules is None and not well:
            if not silent:  # a review does without; the metric source has told that it is silent
                yield Finding(subject, True, source.detail, doubtful=True)
        else:
            yield Finding(subject, well, source.detail)
    if not silent:
        yield from _queries(name, product, facts)
    told = tuple(answer.error for answer in facts.answers.values() if answer.error)
    for failure in facts.failures:
        # what a failed source could not give is told above; one that gave a part has not told of the rest
        by_source = any(failure.source == source.name and source.state == "failed" for source in facts.sources)
        if failure.section != "metrics" and not by_source and not failure.message.startswith(told):
            yield Finding(f"{name}: {failure.section} {failure.source}", False, failure.message)
    late = missing_end(product, window, facts.answers)
    if late:
        yield Finding(f"{name}: newest data", True, late.message, doubtful=True)
    if not silent:
        yield from _history(product, window, parameters, facts, shelf)


def _called(source: SourceState) -> str:
    """``toil (file)``; one of several under a key has its type in its name already."""
    return source.name if f"({source.type}" in source.name else f"{source.name} ({source.type})"


def _silent(product: Product, window: Window, folder: Path, facts: Facts) -> str:
    """Why nothing at all was answered; empty when something was, or when each query fails on its own."""
    from prodmeet_kit.gathering.diagnosis import why_silent

    if not facts.answers or any(not answer.error for answer in facts.answers.values()):
        return ""
    return why_silent(product, window, folder)


def _queries(name: str, product: Product, facts: Facts) -> Iterator[Finding]:
    found, chosen = _by_query(facts), backends.of(product)
    swapped = dict(_swapped(product, facts)) | dict(_no_events(product, facts))
    for subject, answers in found.items():
        total = found.get(f"{subject.removesuffix('/bad')}/total", ()) if subject.endswith("/bad") else ()
        yield swapped.get(subject) or _judged(name, subject, answers, chosen, beside=_known(total))


def _swapped(product: Product, facts: Facts) -> Iterator[tuple[str, Finding]]:
    """The part of each SLO that counts more than its total, by the query's subject."""
    for service in product.services:
        for slo in service.slos:
            if not isinstance(slo.sli.definition, Events | Good):
                continue  # the kit itself made both queries from one
            shape, key = indicator(service.name, slo, facts.answers), f"slo/{service.name}/{slo.name}"
            side = shape.sides[0].name
            part, total = (
                [event_count(facts, f"{key}/{each.name}/{span}", each.query) for span in SPANS] for each in shape.sides
            )
            if any(some > whole * _MORE for some, whole in zip(part, total, strict=True)):
                subject = f"{key}/{side}"
                query = "error_query" if side == "bad" else "good_query"
                said = f"more {side} events than events: are {query} and total_query swapped?"
                yield subject, Finding(f"{product.product}: query {subject}", False, said)


def _no_events(product: Product, facts: Facts) -> Iterator[tuple[str, Finding]]:
    """The queries that count no events, by the query's subject."""
    for subject, message in uncounted(facts):
        yield subject, Finding(f"{product.product}: query {subject}", False, message)


def _by_query(facts: Facts) -> dict[str, list[Answer]]:
    """Answers by the query as written: an SLO asks the same query over several spans."""
    found: dict[str, list[Answer]] = {}
    for key, answer in facts.answers.items():
        subject, _, span = key.rpartition("/")
        found.setdefault(subject if span in (*SPANS, "trend", DAYS) else key, []).append(answer)
    return found


def _judged(name: str, key: str, answers: Sequence[Answer], chosen: MetricBackend, *, beside: bool) -> Finding:
    """How one query of a back end went; ``beside`` tells whether a query of bad events has a total that is known."""
    subject = f"{name}: query {key}"
    errors = list(dict.fromkeys(answer.error for answer in answers if answer.error))
    if errors:
        return Finding(subject, False, "; ".join(errors))
    took = f"{sum(answer.took_s for answer in answers):.2f} s"
    told = dict.fromkeys(text for answer in answers for text in answer.warnings if not text.startswith(NO_ROW))
    warnings = "".join(f"; {text}" for text in told)
    partial = list(dict.fromkeys(answer.partial for answer in answers if answer.partial))
    if partial:
        return Finding(subject, False, "the answer is partial: " + "; ".join(partial))
    unread = next((text for text in map(chosen.unread, {answer.question.query for answer in answers}) if text), "")
    if unread and _known(answers):
        said = f"the server accepts it, the parser here does not ({unread}): what it reads is not known here"
        return Finding(subject, True, f"{took}; {said}{warnings}", doubtful=True)
    if _known(answers):
        return Finding(subject, True, took + warnings)
    if beside:
        said = f"{_none_in(answers)}: either nothing ever failed, or a label is wrong; compare it with total_query."
        return Finding(subject, True, f"{said} It counts as 0 bad events.{warnings}", doubtful=True)
    if key.startswith("verify/"):
        said = f"no series: {chosen.when_empty}, or it is not known whether this action item worked"
        return Finding(subject, True, said + warnings, doubtful=True)
    of_file = next((text for answer in answers for text in answer.warnings if text.startswith(NO_ROW)), "")
    return Finding(subject, False, of_file or f"no series: {chosen.when_empty}{warnings}")


def _known(answers: Sequence[Answer]) -> bool:
    """Whether any of them has a series."""
    return any(answer.frame is not None and answer.frame.shape[1] > 0 for answer in answers)


def _none_in(answers: Sequence[Answer]) -> str:
    longest = max((answer.question.window for answer in answers if answer.question.window), default=None)
    return f"no series in {format_duration(longest)}" if longest else "no series"


def _history(product: Product, window: Window, folder: Path, facts: Facts, shelf: Shelf) -> Iterator[Finding]:
    """Whether there is data in the oldest hour that each number needs."""
    from prodmeet_kit.gathering.earlier_answers import sharing
    from prodmeet_kit.gathering.gather import open_metrics

    if product.sources.metrics is None:
        return
    metrics = sharing(open_metrics(product, folder), product, window, shelf)
    try:
        for subject, oldest, query in _oldest(product, window, facts):
            at = oldest + HOUR
            asked = Question(f"reach/{subject}", "metrics", query, at, at, None, HOUR)
            answer = answered(metrics, asked)
            if answer.error:
                continue  # told above: the same source, the same query
            frame = answer.frame
            known = frame is not None and frame.shape[1] > 0
            said = _reach(oldest, window, known, backends.of(product))
            yield Finding(f"{product.product}: history {subject}", known, said)
    finally:
        metrics.close()


def _oldest(product: Product, window: Window, facts: Facts) -> Iterator[tuple[str, datetime, str]]:
    """Each query that must reach far back, over an hour, and the instant it must reach.

    One without any series now is left out: its name or its labels are wrong, as told above, and not its age.
    """
    known = {subject for subject, answers in _by_query(facts).items() if _known(answers)}
    for service in product.services:
        for slo in service.slos:
            # The budget at the last meeting counts one SLO window before that meeting.
            oldest = min(window.history_start, window.begin(slo.window, window.start))
            main = indicator(service.name, slo, facts.answers).main
            if main is not None and f"slo/{service.name}/{slo.name}/{main.name}" in known:
                yield f"{service.name}/{slo.name}", oldest, main.over(HOUR)
        measured = [(load.name, f"load/{service.name}/{load.name}", load.query) for load in service.load]
        measured += [(use.name, f"resource/{service.name}/{use.name}/use", use.query) for use in service.resources]
        for name, subject, query in measured:
            if subject in known:
                yield f"{service.name}/{name}", window.history_start, fill_window(query, HOUR)


def _reach(oldest: datetime, window: Window, known: bool, chosen: MetricBackend) -> str:
    day = f"{oldest.astimezone(window.zone):%Y-%m-%d}"
    if known:
        return f"reaches back to {day}"
    return chosen.no_history(day, format_duration(timedelta(days=(window.end - oldest).days + 1)))


def schema_is_current(path: Path) -> bool:
    """Whether the file holds the schema that the models make."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    return bool(held == json.loads(json.dumps(schema())))
