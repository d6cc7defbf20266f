"""Metrics from any server that speaks the Prometheus HTTP API: Prometheus, Thanos, Mimir, VictoriaMetrics.

:mod:`.backend` is what parameters are read with; the client, which is slow to import, comes when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prodmeet_kit.sources.prometheus.source import PrometheusSource

__all__ = ["PrometheusSource"]


def __getattr__(name: str) -> Any:
    if name != "PrometheusSource":
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from prodmeet_kit.sources.prometheus.source import PrometheusSource

    return PrometheusSource
