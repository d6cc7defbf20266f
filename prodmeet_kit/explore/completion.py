"""What the query box completes: metrics, labels and their values, from the product's queries and its server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.sources.prometheus import PrometheusSource

if TYPE_CHECKING:
    from prodmeet_kit.core.window import Window
    from prodmeet_kit.explore.asking import Open
    from prodmeet_kit.facts import Facts

__all__ = ["MOST", "known_words", "label_values", "server_words"]

MOST = 5_000
"""More names than this are not sent to a browser."""

Words = dict[str, Any]


def known_words(facts: Facts) -> Words:
    """What the queries of the review read, and the language's words.

    ``metrics`` and ``functions``, lists of names, and ``labels``, values by name.
    """
    metrics: set[str] = set()
    labels: dict[str, set[str]] = {}
    chosen = backends.of(facts.product)
    for answer in facts.answers.values():
        for name, equal in chosen.selected(answer.question.query):
            metrics |= {name} - {""}
            for label, value in equal.items():
                labels.setdefault(label, set()).add(value)
    return {
        "metrics": sorted(metrics),
        "labels": {label: sorted(values) for label, values in sorted(labels.items())},
        "functions": list(chosen.words),
    }


def server_words(opened: Open, window: Window) -> Words:
    """``metrics`` and ``labels`` (names only) that have samples since the last meeting.

    Empty for a source that cannot tell. Raises :class:`~prodmeet_kit.core.errors.SourceError`.
    """
    bounds = _bounds(window)
    metrics = _asked(opened, lambda server: server.get_label_values("__name__", params=dict(bounds)))
    labels = _asked(opened, lambda server: server.get_label_names(params=dict(bounds)))
    return {"metrics": metrics, "labels": {label: [] for label in labels if not label.startswith("__")}}


def label_values(opened: Open, window: Window, label: str, metric: str = "") -> list[str]:
    """The values of a label since the last meeting, of one metric or of all.

    Raises :class:`~prodmeet_kit.core.errors.SourceError`.
    """
    params = {**_bounds(window), **({"match[]": metric} if metric else {})}
    return _asked(opened, lambda server: server.get_label_values(label, params=params))


def _bounds(window: Window) -> dict[str, str]:
    return {"start": f"{window.start.timestamp():.3f}", "end": f"{window.end.timestamp():.3f}", "limit": str(MOST)}


def _asked(opened: Open, ask: Callable[[Any], Iterable[str] | None]) -> list[str]:
    source = opened()
    try:
        if not isinstance(source, PrometheusSource):
            return []
        return sorted(str(word) for word in ask(source.connection) or ())[:MOST]
    finally:
        source.close()
