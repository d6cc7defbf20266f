"""Numbers as a line of a few pixels in a table's cell, and as letters where there is no picture."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

__all__ = ["HEIGHT", "PITCH", "bars", "path"]

HEIGHT = 20
"""Pixels from zero to the highest value."""

PITCH = 7
"""Pixels from one value to the next."""

_BARS = "▁▂▃▄▅▆▇█"


def path(values: Sequence[float]) -> str:
    """The line through the values as an SVG path, from zero at the bottom to the highest at the top.

    What hardly moves looks so. An unknown value breaks it; a value between two unknown ones is a dot.

    >>> path([0.0, 4.0, float("nan"), 2.0])
    'M3 20L10 0M24 10h0.1'
    """
    places = _places(values)
    drawn, pen = [], False
    for at, place in enumerate(places):
        if place is None:
            pen = False
            continue
        x, y = at * PITCH + 3, _plain(HEIGHT * (1 - place))
        alone = not pen and (at + 1 == len(places) or places[at + 1] is None)
        drawn.append(f"{'L' if pen else 'M'}{x} {y}{'h0.1' if alone else ''}")
        pen = True
    return "".join(drawn)


def bars(values: Sequence[float]) -> str:
    """The values as letters, from zero to the highest; a dot for an unknown one.

    >>> bars([0.0, 4.0, float("nan"), 2.0])
    '▁█·▅'
    """
    return "".join("·" if place is None else _BARS[round(place * (len(_BARS) - 1))] for place in _places(values))


def _places(values: Sequence[float]) -> list[float | None]:
    """Where each value is between zero, or the lowest below it, (0) and the highest (1)."""
    known = [value for value in values if isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    span = high - low
    return [((value - low) / span if span else 0.0) if isfinite(value) else None for value in values]


def _plain(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
