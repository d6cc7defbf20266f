"""The keys under ``sources.metrics`` of type ``prometheus``."""

from __future__ import annotations

from pydantic import Field

from prodmeet_kit.parameters.fields import Name
from prodmeet_kit.parameters.metrics.server import ServerSettings

__all__ = ["PrometheusSettings"]


class PrometheusSettings(ServerSettings):
    """A server that answers the Prometheus HTTP API."""

    type: Name = Field(default="prometheus", description="prometheus, also for Thanos, Mimir, VictoriaMetrics")
