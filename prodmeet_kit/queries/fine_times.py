"""Asking again at the step of scrapes around the few SLO events, and reading what came back as trends.

The trends of a review have steps of minutes: an onset read off them is known to a step and no better. Around each
onset and end of an SLO event the same queries are asked in a short range with one point a scrape. What the answers
mean is in :mod:`prodmeet_kit.analysis.slo.event_times`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from prodmeet_kit import sli
from prodmeet_kit.core.window import Window, floor_to_step
from prodmeet_kit.facts import Answer, Facts, Question
from prodmeet_kit.parameters.metrics import backends

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.parameters.models import Product, Slo

__all__ = ["AROUND", "MOST_EVENTS", "MOST_POINTS", "Stretch", "is_fine", "overlap", "plan", "stretches"]

AROUND = timedelta(minutes=30)
"""So long before and after an onset and an end: what was usual before, and the first half hour of the burn."""

MOST_EVENTS = 20
"""The newest are asked about; an onset from before them is known to a step of the trend."""

MOST_POINTS = 1000
"""Of one answer; where scrapes come faster, several make one step."""

_JOINED = timedelta(hours=3)
"""An event no longer than this is one range; of a longer one the beginning and the end are two."""


class Stretch(NamedTuple):
    """A short trend ``[total, bad]``; the value at ``t`` counts what happened in ``(t - reach, t]``."""

    trend: pd.DataFrame
    step: timedelta
    reach: timedelta


def is_fine(key: str) -> bool:
    """Whether a question of this key asks again at scrape step; where it fails, times are ranges."""
    return key.startswith("fine/")


def plan(
    product: Product,
    window: Window,
    events: pd.DataFrame,
    found: Mapping[str, Answer],
    starts: pd.DataFrame | None = None,
) -> list[Question]:
    """The questions about these ``SLO_EVENTS``: at most two ranges of each SLO side an event, of the newest 20 events.

    ``found`` holds the bounds of histograms. ``starts`` holds the columns of ``SLO_EVENTS`` too: fast parts of events
    whose onsets are asked about as well, of the newest 20. What a range covers already is not asked again. An SLO
    whose series has no finer step than the trend is not asked about.
    """
    asked = _around(product, window, events, found)
    if starts is None or starts.empty:
        return asked
    known = [(question.key.split("/")[1:3], question.start, question.end) for question in asked]
    new = [
        not any(
            slo == [service, name] and begin <= onset - 3 * window.step and onset + 3 * window.step <= end
            for slo, begin, end in known
        )
        for service, name, onset in zip(starts["service"], starts["slo"], starts["onset"], strict=True)
    ]
    moments = starts[new].assign(end=starts["onset"][new])
    return [*asked, *_around(product, window, moments, found)]


def _around(product: Product, window: Window, events: pd.DataFrame, found: Mapping[str, Answer]) -> list[Question]:
    newest = events.sort_values(["onset", "id"], ascending=False).head(MOST_EVENTS)
    objectives = {(service.name, slo.name): slo for service in product.services for slo in service.slos}
    asked: list[Question] = []
    for service, name, onset, end, ongoing in zip(
        *(newest[column] for column in ("service", "slo", "onset", "end", "ongoing")), strict=True
    ):
        slo = objectives.get((service, name))
        if slo is None:
            continue
        for place, start, until in _ranges(onset.to_pydatetime(), end.to_pydatetime(), bool(ongoing), window):
            key = f"fine/{service}/{name}", f"{onset:%Y-%m-%dT%H:%MZ}{place}"
            asked += _questions(product, service, slo, window, found, key, start, until)
    return asked


def stretches(facts: Facts) -> Mapping[str, Sequence[Stretch]]:
    """The answers of :func:`plan` as trends, by ``service/name``; what failed or is no finer than asked is left out."""
    by_place: dict[tuple[str, str, str], dict[str, Answer]] = {}
    for key, answer in facts.answers.items():
        if is_fine(key):
            _, service, name, side, place = key.split("/", 4)
            by_place.setdefault((service, name, place), {})[f"slo/{service}/{name}/{side}/trend"] = answer
    if not by_place:
        return {}
    chosen = backends.of(facts.product)
    slos = {(service.name, slo.name): slo for service in facts.product.services for slo in service.slos}
    bounds = {key: answer for key, answer in facts.answers.items() if sli.tells_bounds(key)}
    made: dict[str, list[Stretch]] = {}
    for (service, name, _), answers in by_place.items():
        slo = slos.get((service, name))
        trend = sli.trend(replace(facts, answers={**bounds, **answers}), service, slo) if slo is not None else None
        question = next(iter(answers.values())).question
        if trend is not None and question.step is not None and question.window is not None:
            # A range in a query that is longer than the step smooths what it shows.
            smoothed = [length for answer in answers.values() for length in chosen.ranges(answer.question.query)]
            reach = max([question.window, *smoothed])
            made.setdefault(f"{service}/{name}", []).append(Stretch(trend, question.step, reach))
    return made


def overlap(product: Product) -> timedelta:
    """How much before a step of a trend what it counts may have happened: a scrape."""
    return product.sources.metrics.overlap if product.sources.metrics else timedelta(seconds=60)


def _ranges(onset: datetime, end: datetime, ongoing: bool, window: Window) -> Iterator[tuple[str, datetime, datetime]]:
    """Place, start and end of what is asked of an event, on the grid of the trends."""

    def on_grid(start: datetime, until: datetime) -> tuple[datetime, datetime]:
        first = max(floor_to_step(start, window.step), window.history_start)
        return first, min(floor_to_step(until + window.step, window.step), window.end)

    seen = onset - 2 * window.step >= window.history_start  # what burned as the history begins has no onset in it
    if seen and end - onset <= _JOINED:
        yield ("", *on_grid(onset - AROUND, end + AROUND))
        return
    if seen:
        yield ("", *on_grid(onset - AROUND, onset + AROUND))
    if not ongoing:
        yield ("/end", *on_grid(end - AROUND, end + AROUND))


def _questions(
    product: Product,
    service: str,
    slo: Slo,
    window: Window,
    found: Mapping[str, Answer],
    key: tuple[str, str],
    start: datetime,
    until: datetime,
) -> Iterator[Question]:
    metrics = product.sources.metrics
    finest = metrics.finest if metrics else None
    # A recorded ratio is of 5 minutes, however often it is read.
    if metrics is None or finest is None or slo.sli.recorded is not None:
        return
    shape = sli.indicator(service, slo, found)
    each = max([finest, *(side.slice for side in shape.sides if side.slice)])
    step = each * max(1, ceil((until - start) / each / MOST_POINTS))
    if 2 * step > window.step or until <= start:
        return
    for side in shape.sides:
        text, length = side.along(step, step + metrics.overlap)
        yield Question(f"{key[0]}/{side.name}/{key[1]}", "metrics", text, start + step, until, step, length)
