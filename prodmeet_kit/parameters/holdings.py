"""What a resource costs, and how much of it is only borrowed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from prodmeet_kit.core.window import parse_day
from prodmeet_kit.parameters.fields import Model

__all__ = ["BYTES", "CORES", "Borrowed", "Price"]

CORES = frozenset({"core", "cores", "cpu", "cpus", "vcpu", "vcpus"})
"""Units of CPU, in lower case."""

BYTES = frozenset({"b", "by", "byte", "bytes"})
"""Units of memory and disk, in lower case."""


def _day(value: Any) -> Any:
    return parse_day(value) if isinstance(value, str) else value.date() if isinstance(value, datetime) else value


class Borrowed(Model):
    """A part of the limit that must be given back."""

    amount: float = Field(gt=0, allow_inf_nan=False, description="How much of the limit, in the resource's unit")
    until: Annotated[date, BeforeValidator(_day)] = Field(
        description="Last day, in the product's zone", examples=["2026-11-30"]
    )
    from_whom: str = Field(default="", description="Who lent it")
    note: str = Field(default="", description="What for")


class Price(Model):
    """What using the resource costs."""

    per: Literal["core-hour", "GiB-hour", "unit-hour"] = Field(
        description="core-hour needs a unit of cores, GiB-hour of bytes; unit-hour is one of whatever the unit is"
    )
    amount: float = Field(ge=0, allow_inf_nan=False, description="Money for it")
    currency: str = Field(min_length=1, description="Of the amount, such as EUR", examples=["EUR", "JPY"])

    def fits(self, unit: str) -> bool:
        """Whether a resource in this unit can be priced so."""
        needed = {"core-hour": CORES, "GiB-hour": BYTES}.get(self.per)
        return needed is None or unit.lower() in needed

    def per_hour(self, amount: float) -> float:
        """Money for an amount in the resource's unit, used for an hour."""
        return self.amount * (amount / 2**30 if self.per == "GiB-hour" else amount)
