"""The keys under ``sources.metrics`` for a server with an address, and for a file that holds what one gave."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, field_validator

from prodmeet_kit.parameters.fields import TIMEOUT, Duration, Param, Timeout
from prodmeet_kit.parameters.metrics.settings import MetricSettings
from prodmeet_kit.parameters.models import Auth, Tls

__all__ = ["ServerSettings"]

_OURS = ("end", "query", "start", "step", "time", "timeout")


class ServerSettings(MetricSettings):
    """A server whose targets are scraped; each type has its own words for ``type`` and ``url``."""

    url: str = Field(
        description="Base URL, or a reference to a variable that holds it",
        examples=["${PROMETHEUS_URL:-http://localhost:9090}"],
    )
    auth: Auth | None = Field(default=None, description="Credentials")
    tls: Tls | None = Field(default=None, description="TLS files")
    headers: dict[str, str] = Field(default_factory=dict, description="Extra headers, such as X-Scope-OrgID")
    params: dict[str, Param] = Field(
        default_factory=dict, description="Sent in the URL of every query, such as dedup or namespace"
    )
    timeout: Timeout = TIMEOUT
    scrape_interval: Duration = Field(default=timedelta(seconds=60), description="How often targets are scraped")

    @field_validator("params")
    @classmethod
    def _leaves_ours_alone(cls, params: dict[str, str]) -> dict[str, str]:
        ours = sorted(set(params) & set(_OURS))
        if ours:
            raise ValueError(f"take {', '.join(ours)} out: the kit sends {'them' if len(ours) > 1 else 'it'} itself")
        return params

    @property
    def overlap(self) -> timedelta:
        """A scrape interval: a rate over one step alone loses the jump between two scrapes at its begin."""
        return self.scrape_interval

    @property
    def finest(self) -> timedelta | None:
        """The scrape interval."""
        return self.scrape_interval
