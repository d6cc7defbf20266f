"""Ask every source once, and put what came back, and what did not, into :class:`~prodmeet_kit.facts.Facts`.

A source that fails costs its own agenda items and no other. It costs nobody a
long wait either: a metric source that is down says so at once to whoever asks
next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, as_completed
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from prodmeet_kit import sli
from prodmeet_kit.analyses import Analyses
from prodmeet_kit.analysis.meeting.promises import promises
from prodmeet_kit.archive.previous_meeting import Earlier, find_previous
from prodmeet_kit.core.daemon_pool import DaemonPool
from prodmeet_kit.core.errors import Failure, InputError, ParametersError, Problem, SourceError
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.core.refs import QueryKey
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Facts, Question, SourceState
from prodmeet_kit.gathering.earlier_answers import Shelf, sharing
from prodmeet_kit.gathering.staleness import missing_end
from prodmeet_kit.parameters import Product
from prodmeet_kit.parameters.credentials import remember_credentials
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.parameters.metrics.backends import MetricBackend
from prodmeet_kit.parameters.places import place_of, placed
from prodmeet_kit.queries import asking, births, fine_times, questions
from prodmeet_kit.queries import backtests as replays
from prodmeet_kit.schemas.meeting import PROMISES
from prodmeet_kit.snapshot.masking import without_credentials
from prodmeet_kit.sources.base import Broken, MetricSource, WrongSetting, no_series
from prodmeet_kit.sources.http import hanging_up
from prodmeet_kit.sources.records import Reader, Reading, records_of

__all__ = ["Progress", "gather", "open_metrics"]

_JOBS = 8
_PATIENCE_S = 0.5  # for threads to end after an interrupt: those that ask a server hang up, others may sleep
_NAMED = 3  # subjects a grouped failure names before it says how many more


class Progress(Protocol):
    """Whoever shows how far gathering is. All calls come from the thread that called :func:`gather`."""

    def start(self, total: int) -> None:
        """So many steps there are; called again when action items bring more."""

    def advance(self, text: str) -> None:
        """One step is done; ``text`` says which."""

    def done(self) -> None:
        """No more steps, whether all went well or not."""


def open_metrics(product: Product, folder: Path, jobs: int | None = None) -> MetricSource:
    """The product's metric source; :class:`~prodmeet_kit.sources.base.Broken` when it has none or cannot be opened.

    ``folder`` is the parameter file's; ``jobs``, when it is given, counts instead of the source's own. No server is
    asked yet; a file is read. Raises :class:`ParametersError` when there is no source of its type.
    """
    config = product.sources.metrics
    file = folder / f"{product.product}.yaml"
    if config is None:
        return Broken("metrics", f"there is no metric source: add sources.metrics with type and url to {file}")
    try:
        chosen = backends.backend(config.type)
    except InputError as error:
        place = place_of(("sources", "metrics", "type"), product.product, folder)
        raise ParametersError([Problem(place, "sources.metrics.type", config.type, str(error))]) from None
    remember_credentials(config.model_dump(mode="json"))
    try:
        source: MetricSource = chosen.open(config.model_copy(update={"jobs": jobs}) if jobs else config, folder)
        if not isinstance(getattr(source, "name", None), str) or not callable(getattr(source, "answer", None)):
            raise TypeError(f"open() gave {type(source).__name__}, which has no name or no answer()")
    except WrongSetting as error:
        place = place_of(("sources", "metrics", error.key), product.product, folder)
        return Broken(config.type, f"{place}: {redact(str(error))}")
    except SourceError as error:
        written = config.model_dump(mode="json")
        return Broken(config.type, redact(placed(error, ("sources", "metrics"), written, product.product, folder)))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it may come from another package: its bug costs no report
        return Broken(config.type, str(asking.bug(error)))
    return source


def gather(
    product: Product,
    window: Window,
    *,
    folder: Path,
    minutes: Path | None = None,
    previous: Path | None = None,
    shelf: Shelf | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Facts:
    """Everything the review of a product needs to know about a window.

    ``folder`` is the parameter file's, ``minutes`` holds one folder a product,
    ``previous`` holds the reports, among which the earlier meeting is looked for,
    ``shelf`` is where commands share answers about a past meeting,
    ``jobs`` is how many questions are asked side by side (default: the metric
    source's). Whatever cannot be checked is in ``failures``; only what people
    wrote wrongly raises: :class:`ParametersError`, with all of it.
    """
    config = product.sources.metrics
    metrics, chosen = open_metrics(product, folder, jobs), backends.of(product)
    shared = sharing(metrics, product, window, shelf)
    gathered_at = datetime.now(UTC)
    earlier = find_previous(previous, product.product, window) if previous else Earlier()
    shown = progress or _Silent()
    many = len(records_of(product))
    pool = DaemonPool(jobs or (config.jobs if config else _JOBS))
    try:
        first = list(questions.discovery(product, window))
        if first:
            shown.start(len(asking.distinct(first)))
        found = sli.judged(product, asking.answers(pool, shared, first, chosen, shown.advance))
        planned = list(questions.plan(product, window, found))
        shown.start(many + len(asking.distinct(planned)))
        readings = _read(pool, Reader(product, window, folder, minutes, metrics), shown)
        asked = planned + _verifications(readings["action_items"], window)
        asked += _promised(readings["meeting_decisions"], window)
        if chosen.promql:  # as the expressions of rules are
            asked += replays.plan(readings["alert_runs"].frame, readings["alert_rules"].frame, window)
        if len(asking.distinct(asked)) > len(asking.distinct(planned)):
            shown.start(many + len(asking.distinct(asked)))
        answers = found | asking.answers(pool, shared, asked, chosen, shown.advance)
        born = births.ask(pool, metrics, product, window, answers)
        answers |= born
        asked += [answer.question for answer in born.values()]
        closer = _closer(product, window, gathered_at, answers)
        if closer:
            shown.start(many + len(asking.distinct(asked + closer)))
            answers |= asking.answers(pool, shared, closer, chosen, shown.advance)
            asked += closer
    except BaseException:  # a person interrupted, or a file is wrong: nobody waits for what is still asked
        with hanging_up():
            pool.shutdown(wait=False, cancel_futures=True)
            pool.join(_PATIENCE_S)
        raise
    else:
        pool.shutdown()
    finally:
        with suppress(Exception):  # all is answered: a source of another package that cannot close costs nothing
            shared.close()
        shown.done()
    failures = [failure for reading in readings.values() for failure in reading.failures]
    late = missing_end(product, window, answers)
    failures += [late] if late else []
    states = [state for reading in readings.values() for state in reading.states]
    if config is not None:
        states.insert(0, _state(config.type, shared, answers))
    agenda = {section: number for number, section in enumerate(product.meeting.agenda)}
    facts = Facts(
        product=product,
        window=window,
        gathered_at=gathered_at,
        answers={key: answers[key] for key in [*found, *(question.key for question in asked)]},
        records={name: reading.frame for name, reading in readings.items()},
        sources=(*states, *earlier.states),
        previous=earlier.meeting,
    )
    failures = [*_failures(facts), *failures, *earlier.failures]
    failures.sort(key=lambda failure: agenda.get(failure.section, len(agenda)))
    return without_credentials(replace(facts, failures=tuple(failures)))


def _read(pool: Executor, reader: Reader, progress: Progress) -> dict[str, Reading]:
    """Every record by the name of its frame. Raises :class:`ParametersError` with the problems of all of them."""
    under_way = {pool.submit(reader.read, record): record for record in records_of(reader.product)}
    for future in as_completed(under_way):
        future.result()
        progress.advance(under_way[future].key)
    readings = {record.spec.name: future.result() for future, record in under_way.items()}
    problems = [problem for reading in readings.values() for problem in reading.problems]
    if problems:
        raise ParametersError(problems)
    return readings


def _verifications(action_items: Reading, window: Window) -> list[Question]:
    if action_items.frame is None:
        return []
    items = action_items.frame[action_items.frame["verify_query"] != ""]
    return [
        questions.verification(item, query, window)
        for item, query in zip(items["id"], items["verify_query"], strict=True)
    ]


def _promised(decisions: Reading, window: Window) -> list[Question]:
    """The queries that were saved with what earlier meetings decided to do."""
    if decisions.frame is None:
        return []
    before = decisions.frame[decisions.frame["meeting"] < window.day.isoformat()]
    made = PROMISES.rows(promises(before, window))
    return [questions.verification(row["subject"], row["verify_query"], window) for row in made if row["verify_query"]]


def _closer(product: Product, window: Window, at: datetime, answers: Mapping[str, Answer]) -> list[Question]:
    """What to ask again at scrape step: the SLO events are known only when the first answers are."""
    known = Analyses(Facts(product, window, at, answers))
    return fine_times.plan(product, window, known.slo.coarse_events, answers, known.slo.fast_starts)


def _failures(facts: Facts) -> Iterator[Failure]:
    """One failure for each message of a section, with what it concerns and how many queries."""
    groups: dict[tuple[str, str], list[str]] = {}
    for key, answer in facts.answers.items():
        missing = f"the answer is partial, so the number is based on part of the data: {answer.partial}"
        messages = [missing] if answer.partial else []
        # An error of those is told beside the alert they are about; without the finer answers times are ranges, and
        # where first events are not known the count is a lower bound.
        if not replays.is_replay(key) and not fine_times.is_fine(key) and not sli.is_births(key):
            messages.append(answer.error or _unexpectedly_empty(answer, backends.of(facts.product)))
        for message in filter(None, messages):
            groups.setdefault((answer.question.section, message), []).append(key)
    for key, message in sli.uncounted(facts):
        groups.setdefault(("metrics", message), []).append(key)
    for (section, message), keys in groups.items():
        subjects = sorted({QueryKey(key).about for key in keys})
        more = f" and {len(subjects) - _NAMED} more" if len(subjects) > _NAMED else ""
        count = f" ({len(keys)} queries)" if len(keys) > 1 else ""
        yield Failure(section, ", ".join(subjects[:_NAMED]) + more, message + count)


def _unexpectedly_empty(answer: Answer, chosen: MetricBackend) -> str:
    """What to say of an answer without series; nothing where that is an answer in itself.

    No bad events beside a total means that nothing failed, and an acceptance
    query may well find nothing. Whether an SLO has a total is told once, over its window.
    """
    key = answer.question.key
    needed = key.startswith(("load/", "resource/")) or sli.needed(key)
    empty = answer.frame is not None and answer.frame.shape[1] == 0
    return no_series(answer, chosen) if empty and needed else ""


def _state(kind: str, metrics: MetricSource, answers: Mapping[str, Answer]) -> SourceState:
    answers = {key: answer for key, answer in answers.items() if not (sli.is_births(key) and answer.error)}
    answered = [answer for answer in answers.values() if not answer.error]
    notes = getattr(metrics, "notes", ())
    detail = "; ".join([f"{metrics.name}: {len(answered)} of {len(answers)} queries answered", *notes])
    if answers and not answered:
        return SourceState("metrics", kind, "failed", detail)
    return SourceState("metrics", kind, "ok" if any(answer.points for answer in answered) else "empty", detail)


class _Silent:
    """Progress nobody looks at."""

    def start(self, total: int) -> None:
        """Says nothing."""

    def advance(self, text: str) -> None:
        """Says nothing."""

    def done(self) -> None:
        """Says nothing."""
