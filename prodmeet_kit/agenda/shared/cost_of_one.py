"""What one request costs, as people read it."""

from __future__ import annotations

from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import UNKNOWN, number, write

__all__ = ["use_of_each"]

CPU = "CPU s/"


def use_of_each(value: float, unit: str) -> str:
    """Use of one event as people read it, such as ``28.5 ms of CPU per req``."""
    if value != value:
        return UNKNOWN
    if unit.startswith(CPU):
        return t("{time} of CPU per {event}", time=number(value, "s"), event=unit.removeprefix(CPU))
    return write(value, "amount", unit=unit)
