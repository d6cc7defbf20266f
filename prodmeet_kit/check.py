"""``prodmeet check``: whether a review of a product would know all it wants to know.

Parameters are read, every source and every query is asked as a report would
ask it, and the oldest hour the review looks at must hold data. Each finding is
one line; a line that begins with ``failed`` says what to mend.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from prodmeet_kit import promql
from prodmeet_kit.errors import InputError, ParametersError, SourceError
from prodmeet_kit.facts import Answer, Facts, Question
from prodmeet_kit.parameters import Product, load, products, schema
from prodmeet_kit.window import Window, format_duration

__all__ = ["Finding", "check_product", "check_products", "schema_is_current"]

HOUR = timedelta(hours=1)
"""How much of the oldest data is looked at: longer than a restart of a target, shorter than any trend."""

_SPANS = ("window", "since", "previous", "trend")


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, whether it is well, and what was found or has to be mended."""

    subject: str
    well: bool
    said: str

    def __str__(self) -> str:
        return f"{'ok' if self.well else 'failed':8}{self.subject}{': ' if self.said else ''}{self.said}"


def check_products(names: Sequence[str], folder: Path, told: Callable[[str], object]) -> int:
    """Check each product (without names: all there are) and tell the findings line by line.

    Returns the exit status: 0 all well, 3 something failed, 2 a file that
    people wrote has to be mended. Raises :class:`InputError` when there is no product.
    """
    parameters = folder / "parameters"
    names = names or products(parameters)
    if not names:
        raise InputError(f"{parameters} holds no parameter file: write {parameters / 'PRODUCT.yaml'}")
    statuses = set()
    for name in names:
        try:
            for finding in check_product(name, folder):
                told(str(finding))
                statuses.add(0 if finding.well else SourceError.exit_status)
        except ParametersError as error:
            for problem in error.problems:
                told(str(Finding(problem.file, False, str(problem).removeprefix(f"{problem.file}: "))))
            statuses.add(error.exit_status)
    return InputError.exit_status if InputError.exit_status in statuses else max(statuses)


def check_product(name: str, folder: Path, *, now: datetime | None = None) -> Iterator[Finding]:
    """Everything that can be found out about one product, for a meeting that is held ``now``.

    Raises :class:`ParametersError` when a file has to be mended first.
    """
    from prodmeet_kit.gather import gather
    from prodmeet_kit.review import window_of

    parameters = folder / "parameters"
    product = load(name, parameters)
    yield Finding(f"{parameters / name}.yaml", True, "")
    window = window_of(product, now=now)
    facts = gather(product, window, folder=parameters, minutes=folder / "minutes")
    for source in facts.sources:
        yield Finding(f"{name}: source {source.name} ({source.type})", source.state != "failed", source.detail)
    for subject, answers in _by_query(facts).items():
        yield _judged(f"{name}: query {subject}", answers)
    for failure in facts.failures:
        if failure.section != "metrics" and not any(failure.source == source.name for source in facts.sources):
            yield Finding(f"{name}: {failure.section} {failure.source}", False, failure.message)
    yield from _history(product, window, parameters)


def _by_query(facts: Facts) -> dict[str, list[Answer]]:
    """Answers by the query as written: an SLO asks the same query over several spans."""
    found: dict[str, list[Answer]] = {}
    for key, answer in facts.answers.items():
        subject, _, span = key.rpartition("/")
        found.setdefault(subject if span in _SPANS else key, []).append(answer)
    return found


def _judged(subject: str, answers: Sequence[Answer]) -> Finding:
    errors = list(dict.fromkeys(answer.error for answer in answers if answer.error))
    if errors:
        return Finding(subject, False, "; ".join(errors))
    took = f"{sum(answer.took_s for answer in answers):.2f} s"
    warnings = "".join(f"; {text}" for text in dict.fromkeys(text for answer in answers for text in answer.warnings))
    if any(answer.frame is not None and answer.frame.shape[1] for answer in answers):
        return Finding(subject, True, took + warnings)
    if subject.endswith("/bad") or "query verify/" in subject:
        return Finding(subject, True, f"no series, which counts as none of them; {took}{warnings}")
    return Finding(subject, False, "no series: check the metric name and the labels" + warnings)


def _history(product: Product, window: Window, folder: Path) -> Iterator[Finding]:
    """Whether there is data in the oldest hour that each number needs."""
    from prodmeet_kit.gather import open_metrics

    if product.sources.metrics is None:
        return
    metrics = open_metrics(product, folder)
    try:
        for subject, oldest, query in _oldest(product, window):
            at = oldest + HOUR
            asked = Question(f"reach/{subject}", "metrics", promql.fill_window(query, HOUR), at, at, None, HOUR)
            try:
                frame = metrics.answer(asked).frame
            except SourceError:
                continue  # told above: the same source, the same query
            known = frame is not None and frame.shape[1] > 0
            yield Finding(f"{product.product}: history {subject}", known, _reach(oldest, window, known))
    finally:
        metrics.close()


def _oldest(product: Product, window: Window) -> Iterator[tuple[str, datetime, str]]:
    """Each query that must reach far back, and the instant it must reach."""
    for service in product.services:
        for slo in service.slos:
            # The budget at the last meeting counts one SLO window before that meeting.
            oldest = min(window.history_start, window.start - slo.window)
            yield f"{service.name}/{slo.name}", oldest, slo.sli.events.total_query
        measured = [(load.name, load.query) for load in service.load]
        measured += [(resource.name, resource.query) for resource in service.resources]
        for name, query in measured:
            yield f"{service.name}/{name}", window.history_start, query


def _reach(oldest: datetime, window: Window, known: bool) -> str:
    day = f"{oldest.astimezone(window.zone):%Y-%m-%d}"
    if known:
        return f"reaches back to {day}"
    age = format_duration(timedelta(days=(window.end - oldest).days + 1))
    return (
        f"no data on {day}, where the review begins to look: keep metrics for {age}"
        f" (Prometheus: --storage.tsdb.retention.time={age}); what is younger than that has no comparison yet"
    )


def schema_is_current(path: Path) -> bool:
    """Whether the file holds the schema that the models make."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    return bool(held == json.loads(json.dumps(schema())))
