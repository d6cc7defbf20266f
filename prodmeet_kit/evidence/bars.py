"""A bar a kind, the longest first."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Bar", "Bars"]


@dataclass(frozen=True)
class Bar:
    """One kind with its value (not below zero), and the value as it is read."""

    label: str
    value: float
    text: str
    strong: bool = False


@dataclass(frozen=True)
class Bars:
    """Bars of one unit in the order they are read; a ``strong`` one is what the finding is about."""

    title: str
    bars: tuple[Bar, ...]
    anchor: str
    caption: str
    folded: bool = False
