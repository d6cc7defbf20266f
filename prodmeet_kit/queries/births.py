"""Counting what ``increase`` loses where little fails: the first error of a series that is born with it.

Only SLOs with few bad events are looked at, sample by sample, once the first answers tell which they are. What the
samples say is in :mod:`prodmeet_kit.sli.born`; here is which are asked for, and how many at most.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from prodmeet_kit import sli
from prodmeet_kit.core import promql
from prodmeet_kit.core.promql import Term
from prodmeet_kit.core.window import Window, format_duration
from prodmeet_kit.facts import Answer, Facts, Question
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.queries.asking import RawSource, answered, samples
from prodmeet_kit.schemas.frames import label_key
from prodmeet_kit.sli.born import COLUMNS, Evidence, Increments, Samples, evidence, increments, target_of
from prodmeet_kit.sources.base import grid, wide

if TYPE_CHECKING:
    from prodmeet_kit.parameters.models import Product, Slo
    from prodmeet_kit.sources.base import MetricSource

__all__ = ["MOST_SAMPLES", "ask"]

MOST_SAMPLES = 1_500_000
"""Of one selector: 30 MB. Ten pods with two codes each, for six weeks, are 1,200,000."""

MOST_OF_ALL = 3_000_000
"""Of one report, the fewest of a selector first, which are those of errors: about fifteen seconds on two busy cores."""

MOST_TARGETS = 200
"""Targets whose processes are asked about, for one SLO."""

_NAMES = ("instance", "pod", "host", "hostname", "task_id", "container_id", "pod_name")


@dataclass(frozen=True)
class _Wanted:
    """One side of an SLO: its key, what it adds up, and since when; ``terms`` is ``None`` where nobody can tell."""

    slo: str
    key: str
    query: str
    terms: tuple[Term, ...] | None
    start: datetime


def ask(
    pool: Executor, metrics: MetricSource, product: Product, window: Window, answers: Mapping[str, Answer]
) -> dict[str, Answer]:
    """Answers by key (:func:`.births_key`): a column for each of :data:`.born.COLUMNS`, events in each step.

    ``answers`` are those of the plan. Nothing is asked of a source that has no samples (a file of what was counted),
    nor in another language than PromQL.
    An answer whose samples are too many, or did not come, has an error: then the count is a lower bound.
    """
    if not backends.of(product).promql or not isinstance(metrics, RawSource):
        return {}
    source = metrics
    wanted = list(_wanted(product, window, answers))
    spans: dict[tuple[str, datetime], Any] = {
        (term.selector, each.start): None for each in wanted for term in each.terms or ()
    }
    sizes = dict(zip(spans, pool.map(lambda span: _size(source, span[0], span[1], window), spans), strict=True))
    left = MOST_OF_ALL
    for span, size in sorted(sizes.items(), key=lambda found: found[1] if isinstance(found[1], float) else 0.0):
        if isinstance(size, str) or size > min(MOST_SAMPLES, left):
            spans[span] = size if isinstance(size, str) else f"{size:,.0f} samples are too many to count one by one"
        else:
            left -= int(size)
    readable = [span for span, found in spans.items() if found is None]
    spans |= dict(zip(readable, pool.map(lambda span: _read(source, span[0], span[1], window), readable), strict=True))
    made = {}
    for slo in dict.fromkeys(each.slo for each in wanted):
        mine = [each for each in wanted if each.slo == slo]
        read = {each.key: _samples(each, spans) for each in mine}
        known = evidence(series for found in read.values() if not isinstance(found, str) for _, series in found)
        unknown = [
            target
            for found in read.values()
            if not isinstance(found, str)
            for target in increments((series for _, series in found), known).unknown
        ]
        if unknown:
            start = min(each.start for each in mine)
            known = _with_processes(source, known, list(dict.fromkeys(unknown)), start, window)
        for each in mine:
            made[sli.births_key(each.key)] = _answer(each, read[each.key], known, source, window)
    return made


def _wanted(product: Product, window: Window, answers: Mapping[str, Answer]) -> Iterator[_Wanted]:
    facts = Facts(product, window, window.end, answers)
    for service in product.services:
        for slo in service.slos:
            found = sli.counts(facts, service.name, slo, "window")
            if found.weight != "events" or not found.total > 0 or found.bad >= sli.FEW_BAD:
                continue
            start = min(window.history_start, window.begin(slo.window, window.start))
            yield from _sides(service.name, slo, start, answers)


def _sides(service: str, slo: Slo, start: datetime, answers: Mapping[str, Answer]) -> Iterator[_Wanted]:
    key = f"slo/{service}/{slo.name}"
    for side in sli.indicator(service, slo, answers).sides:
        terms = promql.counters(side.query)
        if terms != ():
            yield _Wanted(key, f"{key}/{side.name}", side.query, terms, start)


def _size(source: RawSource, selector: str, start: datetime, window: Window) -> float | str:
    """How many samples there are, or why that is not known."""
    length = window.end - start
    query = f"sum(count_over_time({selector}[{format_duration(length)}]))"
    answer = answered(source, Question("", "metrics", query, window.end, window.end, None, length))
    if answer.error:
        return answer.error
    return float(answer.frame.to_numpy()[-1, 0]) if answer.frame is not None and answer.frame.shape[1] else 0.0


def _read(source: RawSource, selector: str, start: datetime, window: Window) -> list[Samples] | str:
    """The series as they are stored, or why they are not known."""
    read = samples(source, selector, start, window.end)
    if isinstance(read, str):
        return read
    parts: dict[str, list[Samples]] = {}
    for each in read:
        parts.setdefault(label_key(each.labels), []).append(each)
    return [_joined(each) for each in parts.values()]


@dataclass(frozen=True)
class _Series:
    labels: Mapping[str, str]
    times: Any
    values: Any


def _joined(parts: Sequence[Samples]) -> Samples:
    """One series of the parts of a range; a sample at the border of two belongs to both."""
    if len(parts) == 1:
        return parts[0]
    times = np.concatenate([each.times for each in parts])
    order, first = np.unique(times, return_index=True)
    return _Series(parts[0].labels, order, np.concatenate([each.values for each in parts])[first])


def _samples(wanted: _Wanted, spans: Mapping[tuple[str, datetime], Any]) -> list[tuple[float, Samples]] | str:
    """Each series with how often it counts, or why they are not known."""
    if wanted.terms is None:
        return "the query cannot be taken apart into counters"
    found: list[tuple[float, Samples]] = []
    for term in wanted.terms:
        read = spans[term.selector, wanted.start]
        if isinstance(read, str):
            return read
        found += [(term.factor, each) for each in read]
    return found


def _with_processes(
    source: RawSource, known: Evidence, targets: Sequence[tuple[tuple[str, str], ...]], start: datetime, window: Window
) -> Evidence:
    """The evidence with what ``up`` and ``process_start_time_seconds`` tell of targets of which nothing was known."""
    named: dict[str, set[str]] = {}
    for target in targets[:MOST_TARGETS]:
        label = next((name for name in _NAMES if name in dict(target)), "")
        named.setdefault(label, set()).add(dict(target).get(label, ""))
    scraped, processes = dict(known.scraped), {key: list(times) for key, times in known.processes.items()}
    for label, values in sorted(named.items()):
        if not label:
            continue
        alternatives = json.dumps("|".join(re.escape(value) for value in sorted(values)), ensure_ascii=False)
        selector = f'{{__name__=~"up|process_start_time_seconds",{label}=~{alternatives}}}'
        size = _size(source, selector, start, window)
        read = _read(source, selector, start, window) if not isinstance(size, str) and size <= MOST_SAMPLES else ""
        for each in [] if isinstance(read, str) else read:
            its = set(target_of(each.labels))
            up = each.labels.get("__name__") == "up"
            times = each.times[each.values == 1] if up else each.times
            for target in targets:
                if its <= set(target):
                    scraped[target] = np.union1d(scraped.get(target, times), times)
                    if not up:
                        processes.setdefault(target, []).extend(np.unique(each.values).tolist())
    return replace(known, scraped=scraped, processes=processes)


def _answer(
    wanted: _Wanted, found: list[tuple[float, Samples]] | str, known: Evidence, source: RawSource, window: Window
) -> Answer:
    length = window.end - wanted.start
    text = wanted.query if wanted.terms is None else " + ".join(term.selector for term in wanted.terms)
    start = window.end - (length // window.step) * window.step + window.step
    key = sli.births_key(wanted.key)
    question = Question(key, "metrics", text, start, window.end, window.step, length)
    if isinstance(found, str):
        return Answer(question, None, error=found, source=source.name)
    times = grid(question)
    values = np.zeros((len(times), len(COLUMNS)))
    for factor, same in _by_factor(found):
        counted = increments(same, known)
        _add(values, counted, factor, start, window.step)
    keys = [label_key({"events": name}) for name in COLUMNS]
    return Answer(
        question,
        wide(times, keys, values),
        points=sum(len(each.times) for _, each in found),
        source=source.name,
    )


def _by_factor(found: Iterable[tuple[float, Samples]]) -> list[tuple[float, list[Samples]]]:
    parts: dict[float, list[Samples]] = {}
    for factor, each in found:
        parts.setdefault(factor, []).append(each)
    return list(parts.items())


def _add(values: Any, found: Increments, factor: float, start: datetime, step: timedelta) -> None:
    """Put what happened into the steps ``(t - step, t]``."""
    first, length = round(start.timestamp() * 1000), round(step.total_seconds() * 1000)
    place = -((first - found.times) // length)  # the first t that is not before the sample
    inside = (place >= 0) & (place < len(values))
    for column, name in enumerate(COLUMNS):
        amounts = found.amounts[name][inside]
        values[:, column] += factor * np.bincount(place[inside], weights=amounts, minlength=len(values))
