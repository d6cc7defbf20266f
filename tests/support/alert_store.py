"""A small server that holds samples of alerts and of ``up``, and answers the questions the source of alerts asks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from prodmeet_kit.core.promql import Matchers
from prodmeet_kit.core.window import Window, parse_duration
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.sources.prometheus.alerts import read
from tests.support.answering import Asked, answering, metric_source, shop, success

_RANGE = re.compile(r"(?P<name>\w+)(?:\{(?P<matchers>.*)\})?\[(?P<length>\w+)\]")

Samples = Sequence[tuple[float, float]]
"""Seconds since the epoch and value."""


class Store:
    """Samples of series by name and labels; ranges are closed at the left (2.x) or open (3.x).

    ``rules`` are groups as the rules API gives them; without, there is no such API. ``up``: since when the server has
    samples of ``up``, for ``group(up)``; the series of ``up`` itself stand among the others.
    """

    def __init__(
        self,
        series: list[tuple[dict[str, str], list[float]]],
        *,
        closed: bool = True,
        up: str = "",
        more: Sequence[tuple[Mapping[str, str], Samples]] = (),
        rules: list[dict[str, Any]] | None = None,
    ) -> None:
        alerts = [({"__name__": "ALERTS", **labels}, [(at, 1.0) for at in times]) for labels, times in series]
        self.series: list[tuple[Mapping[str, str], Samples]] = [*alerts, *more]
        self.up, self.closed, self.rules = up, closed, rules
        self.queries: list[str] = []

    def __call__(self, asked: Asked) -> tuple[int, str, bytes]:
        if asked.path.startswith("/api/v1/rules"):
            if self.rules is None:
                return 404, "text/plain", b"404 page not found"
            wanted = {"alert": "alerting", "record": "recording"}[asked.path.rpartition("=")[2]]
            groups = [
                {**group, "rules": [rule for rule in group["rules"] if rule["type"] == wanted]} for group in self.rules
            ]
            body = json.dumps({"status": "success", "data": {"groups": groups}})
            return 200, "application/json", body.encode()
        query, end = asked.form["query"], float(asked.form["time"])
        self.queries.append(query)
        if query == "group(up)":
            there = self.up and end >= datetime.fromisoformat(self.up).timestamp()
            return success([{"metric": {}, "value": [end, "1"]}] if there else [])
        if query.startswith("topk"):
            selector = query.partition("count_over_time(")[2].partition("[")[0]
            found = self._inside(f"{selector}[28d]", end)
            longest = sorted(found, key=lambda each: -len(each[1]))
            by: dict[str, Mapping[str, str]] = {}
            for labels, _ in longest:
                by.setdefault(labels.get("replica", ""), labels)
            return success([{"metric": _nameless(labels), "value": [end, "1"]} for labels in by.values()])
        if query.startswith("group(count_over_time("):
            there = bool(self._inside(query.removeprefix("group(count_over_time(").removesuffix("))"), end))
            return success([{"metric": {}, "value": [end, "1"]}] if there else [])
        result = [
            {"metric": dict(labels), "values": [[at, str(value)] for at, value in samples]}
            for labels, samples in self._inside(query, end)
        ]
        return success(result, kind="matrix")

    def _inside(self, query: str, end: float) -> list[tuple[Mapping[str, str], Samples]]:
        asked = _RANGE.fullmatch(query)
        assert asked is not None, query
        start = round(end - parse_duration(asked["length"]).total_seconds(), 3)
        wanted = Matchers.parse(asked["matchers"] or "")
        found: list[tuple[Mapping[str, str], Samples]] = []
        for labels, samples in self.series:
            if labels["__name__"] == asked["name"] and wanted.match(labels):
                inside = [
                    (at, value) for at, value in samples if (start <= at if self.closed else start < at) and at <= end
                ]
                if inside:
                    found.append((labels, inside))
        return found


def _nameless(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in labels.items() if name != "__name__"}


def ask(
    store: Store, window: Window, config: dict[str, Any] | None = None, **sources: Any
) -> tuple[pd.DataFrame, Context]:
    """What the source of alerts makes of the store, and what it said beside."""
    with answering(store, rules=True) as server:
        metrics = PrometheusSource(metric_source(server.url))
        given = Context(shop(sources=sources), window, frames.ALERT_RUNS, "sources.alerts[0]", Path(), None, metrics)
        made = frames.ALERT_RUNS.check(read({"type": "prometheus_alerts", **(config or {})}, given))
    return made, given


def every(seconds: float, start: float, end: float, *without: tuple[float, float]) -> list[float]:
    """Instants from start to end, less those in the spans left out (their ends left out too)."""
    count = int((end - start) / seconds + 1e-9) + 1
    times = [round(start + number * seconds, 3) for number in range(count)]
    return [at for at in times if not any(first <= at <= last for first, last in without)]
