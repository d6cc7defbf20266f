"""Who answers pages, as groups and never as persons: zone, shifts, hours of work and of sleep."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, field_validator

from prodmeet_kit.parameters.fields import LabelMatchers, Model, Name, TimeZone

__all__ = ["DAYS", "Business", "Rotation", "Sleep"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Days of the week as people write them; the position is that of ``date.weekday``."""

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def _clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise ValueError('write a time of day of 24 hours in quotes, such as "09:00"')
    return time.fromisoformat(value)


def _days(value: Any) -> Any:
    """``mon-fri`` or ``sun-thu, sat``, in small letters."""
    if isinstance(value, str):
        parts = [part.strip() for part in value.lower().split(",")]
        if all(len(ends) <= 2 and set(ends) <= set(DAYS) for ends in (part.split("-") for part in parts)):
            return ",".join(parts)
    raise ValueError("write days such as mon-fri or sat,sun")


_ClockText = Annotated[str, Field(pattern=rf"^{_CLOCK.pattern}$", examples=["09:00", "21:00"])]

Clock = Annotated[
    time,
    BeforeValidator(_clock, json_schema_input_type=_ClockText),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str),
]
"""A time of day on the rotation's own clock."""

Days = Annotated[str, BeforeValidator(_days, json_schema_input_type=Annotated[str, Field(examples=["mon-fri"])])]
"""Days of the week, as a range or a list."""


class _Hours(Model):
    # ``from`` is no name in Python; in files and snapshots it is the key.
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


class Business(_Hours):
    """Hours in which a page finds somebody at work."""

    days: Days = Field(default="mon-fri", description="Days of work, such as mon-fri or sun-thu")
    begin: Clock = Field(default=time(8), alias="from", description="Begin of work, local time")
    end: Clock = Field(default=time(18), alias="to", description="End of work, local time")

    @property
    def weekdays(self) -> frozenset[int]:
        """The days as numbers, Monday 0."""
        numbers: set[int] = set()
        for part in self.days.split(","):
            first, last = DAYS.index(part.split("-")[0]), DAYS.index(part.split("-")[-1])
            numbers |= {(first + more) % 7 for more in range((last - first) % 7 + 1)}
        return frozenset(numbers)


class Sleep(_Hours):
    """Hours in which a page wakes somebody, on every day."""

    begin: Clock = Field(default=time(22), alias="from", description="Begin of the night, local time")
    end: Clock = Field(default=time(8), alias="to", description="End of the night, local time")


class Rotation(Model):
    """A group that answers pages in turn. A page belongs to the first rotation that matches."""

    name: Name = Field(description="Name of the group, never of a person", examples=["tokyo"])
    timezone: TimeZone = Field(description="Zone in which those who answer live")
    services: tuple[str, ...] = Field(default=(), description="Services whose pages it answers; all when absent")
    matchers: LabelMatchers = Field(
        default="", description="Labels of the alerts it answers; all when absent", examples=['team="x"']
    )
    shifts: tuple[Clock, ...] = Field(
        default=(time(9), time(21)), min_length=1, description="Local times at which the shift changes"
    )
    business: Business = Field(default_factory=Business, description="Hours of work; mon-fri 08:00 to 18:00")
    sleep: Sleep = Field(default_factory=Sleep, description="Hours of sleep; 22:00 to 08:00")

    @field_validator("shifts")
    @classmethod
    def _each_once(cls, value: tuple[time, ...]) -> tuple[time, ...]:
        if len(set(value)) < len(value):
            raise ValueError("write each time at which the shift changes once")
        return tuple(sorted(value))
