"""Small charts as paths of SVG: one unit across a value, :data:`HEIGHT` units from zero to the top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import isfinite

__all__ = ["HEIGHT", "above", "area", "height", "known"]

HEIGHT = 40


def height(value: float, top: float) -> int:
    """How far down a value is drawn; what is above the top, or below zero, at the edge.

    >>> height(0.5, 1.0), height(7.0, 1.0), height(0.0, 0.0)
    (20, 0, 40)
    """
    share = value / top if top > 0 else 0.0
    return HEIGHT - round(HEIGHT * min(max(share, 0.0), 1.0))


def area(values: Sequence[float], top: float) -> str:
    """What lies below the line through the middle of each value; an unknown one leaves its place empty.

    >>> area([1.0, 3.0, float("nan"), 4.0], 4.0)
    'M0 40V30h.5l1-20h.5V40zM3 40V0h.5h.5V40z'
    """
    drawn = []
    for start, run in _runs(values):
        heights = [height(value, top) for value in run]
        # From one to the next by what differs: most numbers have one digit.
        line = "".join(f"l1{b - a}" if b < a else f"l1 {b - a}" if b > a else "h1" for a, b in pairwise(heights))
        drawn.append(f"M{start} {HEIGHT}V{heights[0]}h.5{line}h.5V{HEIGHT}z")
    return "".join(drawn)


def above(values: Sequence[float], level: float, top: float) -> str:
    """Bars from the level up to the values above it; empty where none is.

    >>> above([1.0, 3.0], 2.0, 4.0)
    'M1 20V10h1V20z'
    """
    base = height(level, top)
    return "".join(
        f"M{at} {base}V{min(height(value, top), base - 1)}h1V{base}z"
        for at, value in enumerate(values)
        if isfinite(value) and value > level
    )


def known(values: Sequence[float]) -> str:
    """The ground of the values that are known: what is not known has none.

    >>> known([1.0, float("nan"), 0.0, 0.0])
    'M0 0h1V40h-1zM2 0h2V40h-2z'
    """
    return "".join(f"M{start} 0h{len(run)}V{HEIGHT}h-{len(run)}z" for start, run in _runs(values))


def _runs(values: Sequence[float]) -> Iterator[tuple[int, list[float]]]:
    """Stretches of known values, each with where it begins."""
    run: list[float] = []
    for at, value in enumerate([*values, float("nan")]):
        if isfinite(value):
            run.append(value)
        elif run:
            yield at - len(run), run
            run = []
