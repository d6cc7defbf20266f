"""The keys under ``sources.metrics`` whatever the type, and finding the model of a type.

The models of the types are beside their back ends: ``sources/prometheus/settings.py`` and others.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import ConfigDict, Field, SerializeAsAny, WrapValidator

from prodmeet_kit.parameters.credentials import remember_credentials
from prodmeet_kit.parameters.fields import Duration, Model, Name
from prodmeet_kit.parameters.metrics.backends import DEFAULT, known

__all__ = ["AnySettings", "MetricSettings", "Metrics"]


class MetricSettings(Model):
    """A source of metrics; each type adds its own keys."""

    type: Name = Field(default=DEFAULT, description="Which kind of source: prometheus, csv, or one of another package")
    jobs: int = Field(default=8, ge=1, le=64, description="Queries asked side by side")
    step: Duration | None = Field(default=None, description="Step of trends; chosen from the range when absent")

    @property
    def overlap(self) -> timedelta:
        """How much further back than one step a trend must look to lose nothing between two values of the source."""
        return timedelta()

    @property
    def finest(self) -> timedelta | None:
        """How far apart the source's own values are; ``None`` where asking in finer steps would tell no more."""
        return None


class AnySettings(MetricSettings):
    """The settings of a type that is not installed here."""

    model_config = ConfigDict(extra="allow")


def _by_type(value: Any, handler: Any) -> Any:  # noqa: ARG001 - the model of the type reads it, not that of the field
    if isinstance(value, MetricSettings):
        return value
    kind = value.get("type", DEFAULT) if isinstance(value, dict) else DEFAULT
    chosen = known(kind if isinstance(kind, str) else DEFAULT)
    remember_credentials(value)  # a validator may look one up, and say it
    try:
        made: Any = chosen.settings.model_validate(value)
        if not isinstance(made.overlap, timedelta) or not isinstance(made.finest, timedelta | None):
            raise TypeError("overlap has to be a timedelta, and finest one or None")
    except ValueError:
        raise
    except Exception as error:
        text = f"{chosen.called} failed to read its settings: {type(error).__name__}: {error}"
        raise ValueError(text) from error
    return made


Metrics = Annotated[SerializeAsAny[MetricSettings], WrapValidator(_by_type)]
"""The settings of a metric source, read by the model of its type."""
