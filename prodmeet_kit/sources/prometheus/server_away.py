"""When the server was away and no rule was evaluated: seen in a series that is there as long as the server is.

A server writes ``up`` for every target at every scrape, whether the target
answers or not. One such series a replica is read as it was stored; where it
stops and goes on, any other ``up`` is looked for. Where there is no ``up``, what
the product's own queries read serves, to explain why an alert stopped.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from prodmeet_kit.core import promql
from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.window import Window, format_duration
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.schemas.frames import label_key, labels_of
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.sources.prometheus.alert_runs import GAP_INTERVALS, Times

__all__ = ["Away", "Watch", "any_of", "confirmed", "silences", "watch"]

_REPLICAS = 6
"""More servers than these with the same rules are not watched one by one."""

_LOOKED_AFTER = 10
"""So many silences of a series are checked against the other series: a question each."""

_SELECTORS = 3

_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")

Span = tuple[int, int]
"""Last sample before and first one after, in milliseconds."""


@dataclass(frozen=True)
class Away:
    """One time away: labels of the replica (``{}``: every one), from the last sample before to the first after."""

    replica: str
    start: int
    end: int
    interval: int


@dataclass
class Watch:
    """What a server's own series tell: by replica the samples of one series; ``up`` where they are of ``up``."""

    selector: str = ""
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    times: dict[str, Times] = field(default_factory=dict)

    @property
    def up(self) -> bool:
        """Whether it stops with the server alone."""
        return self.selector == "up"

    def covers(self, start: int, end: int) -> bool:
        """Whether it was there before and after."""
        return bool(self.times) and all(each[0] <= start and each[-1] >= end for each in self.times.values())


def silences(watch: Watch, alerts: Mapping[str, Sequence[Span]]) -> list[Away]:
    """When each replica, and when every one, was away.

    ``alerts`` holds by replica the times in which an alert was evaluated: these are none, whatever the series says.
    """
    found: dict[str, list[Span]] = {}
    intervals: dict[str, int] = {}
    for replica, times in watch.times.items():
        apart = np.diff(times)
        if not len(apart):
            continue
        intervals[replica] = int(np.median(apart))
        alone = len(watch.times) == 1
        evaluated = sorted(span for key, own in alerts.items() if alone or key in (replica, "{}") for span in own)
        least = GAP_INTERVALS * intervals[replica]
        spans = [(int(times[at]), int(times[at + 1])) for at in np.flatnonzero(apart > least)]
        found[replica] = [part for span in spans for part in _without(evaluated, span, least)]
    if not found:
        return []
    everywhere, *others = found.values()
    for other in others:
        pairs = ((max(a, c), min(b, d)) for a, b in everywhere for c, d in other)
        everywhere = sorted((start, end) for start, end in pairs if start < end)
    longest = max(intervals.values())
    made = [Away("{}", start, end, longest) for start, end in everywhere]
    return made + [
        Away(replica, start, end, intervals[replica])
        for replica, spans in found.items()
        if replica != "{}" and len(found) > 1
        for start, end in spans
    ]


def _without(evaluated: Sequence[Span], span: Span, least: float) -> Iterator[Span]:
    """The parts of a silence, longer than ``least``, in which no alert was evaluated either."""
    begin, end = span
    for first, last in evaluated:
        if last <= begin or first >= end:
            continue
        if first - begin > least:
            yield begin, first
        begin = max(begin, last)
    if end - begin > least:
        yield begin, end


def watch(
    source: PrometheusSource,
    product: Product,
    window: Window,
    replica_labels: Collection[str],
    chunks: Iterable[tuple[datetime, datetime]],
    *,
    up_alone: bool = False,
) -> Watch:
    """The samples of one series a replica over the chunks: a question to choose it, and one for each chunk.

    ``up_alone``: nothing else will do. Empty where the server has no series to go by.
    Raises :class:`SourceError` when it cannot be asked.
    """
    for selector in ("up", *(() if up_alone else _of_product(product))):
        by = f" by ({', '.join(sorted(replica_labels))})" if replica_labels else ""
        length = format_duration(window.end - window.history_start)
        # Those that were there longest; of a server younger than the steps those that are there now.
        asked = f"topk{by} (1, count_over_time({selector}[{length}:6h]) or 0 * count_over_time({selector}[1h]))"
        chosen, _ = source.samples(asked, window.end)
        if not chosen:
            continue
        found = Watch(selector)
        for one in chosen[:_REPLICAS]:
            labels = {name: text for name, text in one.labels.items() if name != "__name__"}
            found.labels[_replica(labels, replica_labels)] = labels
        parts: dict[str, list[Times]] = {}
        for start, end in chunks:
            for _, given, _ in source.samples_between(any_of(selector, list(found.labels.values())), start, end):
                for series in given:
                    parts.setdefault(_replica(series.labels, replica_labels), []).append(series.times)
        found.times = {replica: np.unique(np.concatenate(times)) for replica, times in sorted(parts.items())}
        return found
    return Watch()


def confirmed(source: PrometheusSource, watch: Watch, found: Sequence[Away]) -> list[Away]:
    """Those times away in which no other series of the same name has a sample: the longest are looked after."""
    kept = sorted(found, key=lambda away: away.start - away.end)
    asked = [away for away in kept if away.end - away.start > 2.5 * away.interval][:_LOOKED_AFTER]
    alive = [away for away in asked if _alive(source, watch, away)]
    return sorted((away for away in found if away not in alive), key=lambda away: (away.replica, away.start))


def _alive(source: PrometheusSource, watch: Watch, away: Away) -> bool:
    length = format_duration(timedelta(milliseconds=away.end - away.start - 2))
    query = f"group(count_over_time({any_of(watch.selector, [labels_of(away.replica)])}[{length}]))"
    try:
        return bool(source.samples(query, datetime.fromtimestamp((away.end - 1) / 1000, UTC))[0])
    except SourceError:
        return False


def _replica(labels: Mapping[str, str], replica_labels: Collection[str]) -> str:
    return label_key({name: text for name, text in labels.items() if name in replica_labels})


def _of_product(product: Product) -> Iterator[str]:
    """What the product's SLOs and loads read, as selectors."""
    queries: list[str] = []
    for service in product.services:
        for slo in service.slos:
            queries += [text for text in slo.sli.definition.model_dump().values() if isinstance(text, str)]
        queries += [load.query for load in service.load]
    seen: dict[str, None] = {}
    for query in queries:
        try:
            read = promql.selectors(query)
        except ValueError:
            continue
        seen |= {any_of(name, [labels]): None for name, labels in read if name}
    yield from list(seen)[:_SELECTORS]


def any_of(selector: str, alternatives: Sequence[Mapping[str, str]]) -> str:
    """The selector of every series that has the labels of one of these; perhaps of a few more."""
    names = sorted({name for labels in alternatives for name in labels})
    matchers = []
    for name in names:
        texts = sorted({labels.get(name, "") for labels in alternatives})
        one = len(texts) == 1
        text = texts[0] if one else "|".join(_SPECIAL.sub(r"\\\1", each) for each in texts)
        quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        matchers.append(f'{name}{"=" if one else "=~"}"{quoted}"')
    if not matchers:
        return selector
    base, brace, rest = selector.partition("{")
    inner = rest.rpartition("}")[0] if brace else ""
    return f"{base}{{{','.join([*([inner] if inner else []), *matchers])}}}"
