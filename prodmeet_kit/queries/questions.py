"""Which questions a review asks the metric source. How answers become counts is in :mod:`prodmeet_kit.sli`.

A window total is ONE instant over the whole window: right across counter
resets and gaps. A trend on the grid S asks a rate over S plus one scrape
interval, times S, so that every jump between two scrapes is counted once
(a rate over S alone loses one jump in each bucket).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from prodmeet_kit.core.placeholder import fill_window
from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Question
from prodmeet_kit.sli import discovery, event_count, event_trend, indicator

if TYPE_CHECKING:
    from prodmeet_kit.parameters.models import Product, Service, Slo

__all__ = ["DAYS", "LOAD_HISTORY", "SPANS", "discovery", "event_count", "event_trend", "plan", "verification"]

SPANS = ("window", "since", "previous")
"""Spans an SLO is counted over; see ``frames.SLO_COUNTS``."""

DAYS = "days"
"""The span that tells on which days before the history an SLO whose window is longer has a total."""

_DAY = timedelta(days=1)

LOAD_HISTORY = timedelta(weeks=8)
"""How far back load is asked for: eight of each weekday tell a usual one. A source splits a range it finds too long."""


def plan(product: Product, window: Window, found: Mapping[str, Answer] | None = None) -> Iterator[Question]:
    """Every question about the product's SLOs, load and resources, in the order of its services.

    ``found`` answers the questions of :func:`discovery`; an SLO that needs such
    an answer and has none is not asked about.
    """
    lookback = _lookback(product, window)
    for service in product.services:
        for slo in service.slos:
            yield from _slo(service, slo, window, lookback, found or {})
        for load in service.load:
            yield _trend(f"load/{service.name}/{load.name}", load.query, window, lookback, LOAD_HISTORY)
        for resource in service.resources:
            key = f"resource/{service.name}/{resource.name}"
            yield _trend(f"{key}/use", resource.query, window, lookback)
            if resource.limit_query:
                yield _trend(f"{key}/limit", resource.limit_query, window, lookback)
            if resource.request_query:
                yield _trend(f"{key}/request", resource.request_query, window, lookback)


def verification(item: str, query: str, window: Window) -> Question:
    """The acceptance query of an action item, asked at the meeting."""
    return _instant(f"verify/{item}", "action_items", query, window.end, window.length)


def _lookback(product: Product, window: Window) -> timedelta:
    metrics = product.sources.metrics
    return window.step + (metrics.overlap if metrics else timedelta(seconds=60))


def _slo(
    service: Service, slo: Slo, window: Window, lookback: timedelta, found: Mapping[str, Answer]
) -> Iterator[Question]:
    spans = {
        "window": (window.end, window.end - window.begin(slo.window, window.end)),
        "since": (window.end, window.length),
        "previous": (window.start, window.start - window.begin(slo.window, window.start)),
    }
    for side in indicator(service.name, slo, found).sides:
        key = f"slo/{service.name}/{slo.name}/{side.name}"
        for span, (at, length) in spans.items():
            yield Question(f"{key}/{span}", "metrics", side.over(length), at, at, None, length)
        text, length = side.along(window.step, lookback)
        yield _on_grid(f"{key}/trend", text, length, window)
    main = indicator(service.name, slo, found).main
    before = window.history_start - window.begin(slo.window, window.end)
    if main is not None and before > timedelta(0):
        # Whole days back from the history; the oldest one reaches beyond the SLO window.
        text, length = main.along(_DAY, _DAY)
        oldest = window.history_start - (ceil(before / _DAY) - 1) * _DAY
        key = f"slo/{service.name}/{slo.name}/{main.name}/{DAYS}"
        yield Question(key, "metrics", text, oldest, window.history_start, _DAY, length)


def _instant(key: str, section: str, query: str, at: datetime, length: timedelta) -> Question:
    return Question(key, section, fill_window(query, length), at, at, None, length)


def _trend(key: str, query: str, window: Window, lookback: timedelta, history: timedelta = timedelta()) -> Question:
    return _on_grid(key, fill_window(query, lookback), lookback, window, history)


def _on_grid(key: str, text: str, length: timedelta, window: Window, history: timedelta = timedelta()) -> Question:
    oldest = min(window.history_start, window.end - history)
    # The first bucket ends one step after the oldest instant: (t - step, t] lies inside the history.
    return Question(key, "metrics", text, oldest + window.step, window.end, window.step, length)
