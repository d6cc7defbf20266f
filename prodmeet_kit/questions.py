"""Which questions a review asks the metric source, and how an answer becomes a count of events.

A window total is ONE instant over the whole window: right across counter
resets and gaps. A trend on the grid S asks a rate over S plus one scrape
interval, times S, so that every jump between two scrapes is counted once
(a rate over S alone loses one jump in each bucket).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from prodmeet_kit import promql
from prodmeet_kit.facts import Facts, Question
from prodmeet_kit.window import Window

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.parameters.models import Product, Service, Slo

__all__ = ["SPANS", "event_count", "event_trend", "plan", "verification"]

SPANS = ("window", "since", "previous")
"""Spans an SLO is counted over; see ``frames.SLO_COUNTS``."""

_SIDES = ("bad", "total")


def plan(product: Product, window: Window) -> Iterator[Question]:
    """Every question about the product's SLOs, load and resources, in the order of its services."""
    lookback = _lookback(product, window)
    for service in product.services:
        for slo in service.slos:
            yield from _slo(service, slo, window, lookback)
        for load in service.load:
            yield _trend(f"load/{service.name}/{load.name}", load.query, window, lookback)
        for resource in service.resources:
            key = f"resource/{service.name}/{resource.name}"
            yield _trend(f"{key}/use", resource.query, window, lookback)
            if resource.limit_query:
                yield _trend(f"{key}/limit", resource.limit_query, window, lookback)


def verification(item: str, query: str, window: Window) -> Question:
    """The acceptance query of an action item, asked at the meeting."""
    return _instant(f"verify/{item}", "action_items", query, window.end, window.length)


def _lookback(product: Product, window: Window) -> timedelta:
    metrics = product.sources.metrics
    return window.step + (metrics.scrape_interval if metrics else timedelta(seconds=60))


def _slo(service: Service, slo: Slo, window: Window, lookback: timedelta) -> Iterator[Question]:
    spans = {
        "window": (window.end, slo.window),
        "since": (window.end, window.length),
        "previous": (window.start, slo.window),
    }
    for side, query in zip(_SIDES, (slo.sli.events.error_query, slo.sli.events.total_query), strict=True):
        key = f"slo/{service.name}/{slo.name}/{side}"
        for span, (at, length) in spans.items():
            yield _instant(f"{key}/{span}", "metrics", query, at, length)
        yield _trend(f"{key}/trend", query, window, lookback)


def _instant(key: str, section: str, query: str, at: datetime, length: timedelta) -> Question:
    return Question(key, section, promql.fill_window(query, length), at, at, None, length)


def _trend(key: str, query: str, window: Window, lookback: timedelta) -> Question:
    text = promql.fill_window(query, lookback)
    # The first bucket ends one step after history_start: (t - step, t] lies inside the history.
    return Question(key, "metrics", text, window.history_start + window.step, window.end, window.step, lookback)


def event_count(facts: Facts, key: str, query: str) -> float:
    """Events an instant question counted: its value, times the window's seconds when the query is a rate.

    NaN when the question failed or no series came back.
    """
    value = facts.value(key)
    answer = facts.answers.get(key)
    if answer is None or promql.counts_events(query):
        return value
    assert answer.question.window is not None
    return value * answer.question.window.total_seconds()


def event_trend(facts: Facts, key: str, query: str) -> pd.Series | None:
    """Events in each bucket ``(t - step, t]`` of a trend; NaN where the grid has a gap, ``None`` without a series."""
    series = facts.series(key)
    if series is None:
        return None
    question = facts.answers[key].question
    assert question.step is not None and question.window is not None
    seconds = question.step.total_seconds()
    if promql.counts_events(query):
        return series * (seconds / question.window.total_seconds())
    return series * seconds
