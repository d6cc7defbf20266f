"""How SLOs are accounted for: the window of an objective, what is excluded from it, the rules of states and advice."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from prodmeet_kit.core.window import PERIODS, Period, format_duration, parse_duration, parse_time
from prodmeet_kit.parameters.fields import Model

__all__ = ["Exclusion", "Level", "SloRules", "SloWindow"]

Level = Literal["low", "high"]
"""How much of something there is, as people judge it."""


def _window(value: Any) -> Any:
    if isinstance(value, timedelta) or (isinstance(value, str) and value in PERIODS):
        return value
    try:
        return parse_duration(value)
    except ValueError as error:
        raise ValueError(f"{error}, or month or quarter") from None


def _moment(value: Any) -> Any:
    # The zone is the product's: it is known where the exclusion is used, so the text stays as written.
    if isinstance(value, str | date):
        parse_time(value, "UTC")
        return value.isoformat() if isinstance(value, date | datetime) else value
    return value


_WindowText = Annotated[str, Field(pattern=r"^(([0-9]+(ms|[smhdwy]))+|month|quarter)$", examples=["28d", "month"])]

SloWindow = Annotated[
    timedelta | Period,
    BeforeValidator(_window, json_schema_input_type=_WindowText),
    PlainSerializer(
        lambda value: format_duration(value) if isinstance(value, timedelta) else str(value), return_type=str
    ),
]
"""A rolling window (28d) or the calendar month or quarter, in the product's zone."""

Moment = Annotated[
    str,
    BeforeValidator(
        _moment, json_schema_input_type=Annotated[str, Field(examples=["2026-11-10T22:00", "2026-11-10T22:00+09:00"])]
    ),
]
"""A time as people write it; without offset it is in the product's zone."""

Text = Annotated[str, Field(min_length=1)]


class Exclusion(Model):
    """A time whose events no SLO counts. The report shows every number with and without it."""

    start: Moment = Field(description="First moment excluded; without offset in the product's zone")
    end: Moment = Field(description="Last moment excluded; without offset in the product's zone")
    services: tuple[str, ...] = Field(default=(), description="Services concerned; all when absent")
    slos: tuple[str, ...] = Field(
        default=(), description="SLOs concerned, by name or service/name; all of the services when absent"
    )
    reason: Text = Field(description="Why these events do not count, such as announced maintenance")
    author: Text = Field(description="Who decided it")

    def covers(self, service: str, slo: str) -> bool:
        """Whether the exclusion concerns an SLO."""
        named = not self.slos or slo in self.slos or f"{service}/{slo}" in self.slos
        return named and (not self.services or service in self.services)


class SloRules(Model):
    """When a number is too thin to judge by, and when toil counts as high."""

    min_events: float = Field(
        default=0, ge=0, description="Fewer valid events in the SLO window are TOO_FEW", examples=[100]
    )
    min_budget_events: float = Field(
        default=3,
        ge=0,
        description="TOO_FEW when the budget allows fewer bad events than this and chance alone may decide",
    )
    toil_hours: float = Field(
        default=65, ge=0, description="Toil is high from so many hours a quarter; 65 is five hours a week"
    )
    policy: str = Field(
        default="",
        description="What holds while an error budget is spent, said of each planned change; the usual when empty",
        examples=["until the error budget recovers, only P0 and security changes go out"],
    )
