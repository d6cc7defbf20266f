"""Metrics from any server that speaks the Prometheus HTTP API: Prometheus, Thanos, Mimir, VictoriaMetrics."""

from __future__ import annotations

from prodmeet_kit.sources.prometheus.source import PrometheusSource

__all__ = ["PrometheusSource"]
