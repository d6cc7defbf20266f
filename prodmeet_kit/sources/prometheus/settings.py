"""The keys under ``sources.metrics`` of type ``prometheus``."""

from __future__ import annotations

from pydantic import Field

from prodmeet_kit.parameters.fields import Name
from prodmeet_kit.parameters.metrics.server import ServerSettings

__all__ = ["PrometheusSettings"]


class PrometheusSettings(ServerSettings):
    """A server that answers the Prometheus HTTP API."""

    type: Name = Field(default="prometheus", description="prometheus, also for Thanos, Mimir, VictoriaMetrics")
    per_second: float | None = Field(
        default=None, gt=0, le=1000, description="Requests a second, from all reports made on this machine together"
    )
