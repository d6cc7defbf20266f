"""The metric source of type ``prometheus``: its settings and what the kit must know of PromQL to ask it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodmeet_kit.core import promql
from prodmeet_kit.core.placeholder import has_window
from prodmeet_kit.core.promql.depth import MOST_DEEP, depth
from prodmeet_kit.core.promql.spreading import Spread, spreads
from prodmeet_kit.core.window import parse_duration
from prodmeet_kit.parameters.metrics.backends import MetricBackend, Role
from prodmeet_kit.parameters.sli import KINDS
from prodmeet_kit.parameters.validation import shown
from prodmeet_kit.sources.prometheus.settings import PrometheusSettings

if TYPE_CHECKING:
    from prodmeet_kit.parameters.documents import Way
    from prodmeet_kit.sources.prometheus.source import PrometheusSource

__all__ = ["BACKEND", "Prometheus"]

_SELECTED = re.compile(r"\[\s*((?:\d+(?:ms|[smhdwy]))+)\s*[\]:]")

_WORDS = (
    "abs absent absent_over_time avg avg_over_time bottomk by ceil changes clamp clamp_max clamp_min count"
    " count_over_time count_values delta deriv exp floor group group_left group_right histogram_quantile"
    " histogram_sum histogram_count idelta ignoring increase irate label_join label_replace last_over_time ln log10"
    " log2 max max_over_time min min_over_time offset on predict_linear present_over_time quantile quantile_over_time"
    " rate resets round scalar sort sort_desc sqrt stddev stddev_over_time sum sum_over_time time timestamp topk"
    " unless vector without"
)


class Prometheus(MetricBackend):
    """Any server that speaks the Prometheus HTTP API: Prometheus, Thanos, Mimir, VictoriaMetrics."""

    settings = PrometheusSettings
    called = "a Prometheus"
    language = "PromQL"
    sli_kinds = KINDS
    promql = True
    settles = True
    probe = "vector(1)"
    rules = "prometheus_rules"
    when_empty = "check the metric name and the labels"
    when_several = "put sum(...) round the query"
    words = tuple(_WORDS.split())

    def open(self, settings: PrometheusSettings, folder: Path) -> PrometheusSource:
        """A connection; nothing is sent yet."""
        from prodmeet_kit.sources.prometheus.source import PrometheusSource

        return PrometheusSource(settings, folder)

    def check(self, query: str, role: Role) -> None:
        """Raise ``ValueError`` for what is wrong in every dialect of PromQL, or counts nothing over a window."""
        if depth(query) > MOST_DEEP:
            raise ValueError(f"nest at most {MOST_DEEP} operators and brackets: put parts into recording rules")
        try:
            promql.check(query)
        except ValueError as error:
            raise ValueError(f"fix the PromQL: {error}") from None
        if role in ("events", "ratio") and not has_window(query):
            raise ValueError("put {{.window}} in place of the length of the range, as in rate(x[{{.window}}])")
        if role == "events":
            promql.counts_events(query)

    def counts_events(self, query: str) -> bool:
        """Whether it is an ``increase``, not a ``rate``."""
        return promql.counts_events(query)

    def is_ratio(self, query: str) -> bool:
        """Whether it divides events by events."""
        return promql.is_ratio(query)

    def normal(self, query: str) -> str:
        """As the parser writes it."""
        return promql.normal(query)

    def spreads(self, query: str) -> tuple[Spread, ...]:
        """As proved from the parsed query."""
        return spreads(query)

    def same_in_any_range(self, query: str) -> bool:
        """Without ``@ start()`` and ``@ end()``, and of what the parser reads: dialects have more that looks around."""
        return "@" not in query and not promql.unread(query)

    def unread(self, query: str) -> str:
        """Why the parser cannot read it, in its words. The server has the last word."""
        return promql.unread(query)

    def ranges(self, query: str) -> list[timedelta]:
        """The ranges and the subqueries in it, such as ``[5m]``."""
        return [parse_duration(text) for text in _SELECTED.findall(query)]

    def selected(self, query: str) -> list[tuple[str, dict[str, str]]]:
        """The metrics it reads."""
        return promql.selectors(query)

    def problems(self, data: Mapping[str, Any]) -> Iterator[tuple[Way, str, str]]:
        """Credentials that are not whole, and an address without a scheme."""
        metrics = data["sources"]["metrics"]
        auth = metrics.get("auth")
        yield from _auth(auth if isinstance(auth, dict) else {})
        url, way = metrics.get("url"), ("sources", "metrics", "url")
        if isinstance(url, str) and not url.startswith(("http://", "https://", "${")):
            yield way, shown(url, way), "begin it with http:// or https://"

    def no_history(self, day: str, age: str) -> str:
        """Which retention the review needs."""
        return (
            f"no data on {day}, where the review begins to look: keep metrics for {age}"
            f" (Prometheus: --storage.tsdb.retention.time={age}); what is younger than that has no comparison yet"
        )


def _auth(auth: Mapping[str, Any]) -> Iterator[tuple[Way, str, str]]:
    needed = {"bearer": ("token",), "basic": ("username", "password")}.get(str(auth.get("type")), ())
    for key in needed:
        if auth.get(key) in (None, ""):
            variable = f"PROMETHEUS_{key.upper()}"
            yield ("sources", "metrics", "auth", key), "missing", f"add it, such as {key}: ${{{variable}}}"


BACKEND = Prometheus()
