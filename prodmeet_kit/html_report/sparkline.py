"""Numbers from meeting to meeting as a small drawing: where each bar and each piece of the line is, in pixels."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["HEIGHT", "PITCH", "bars", "pieces", "place", "width"]

HEIGHT = 28
"""Pixels from the lowest to the highest value."""

PITCH = 9
"""Pixels from one meeting to the next."""

_BAR = 6


def width(meetings: int) -> int:
    """The width of a drawing of so many meetings."""
    return meetings * PITCH


def bars(values: Sequence[int | None]) -> list[tuple[int, float, int, float]]:
    """``x, y, width, height`` of a bar for each known value; zero is one pixel high, an unknown one leaves its place.

    >>> bars([0, None, 4, 2])
    [(1, 27.0, 6, 1.0), (19, 0.0, 6, 28.0), (28, 14.0, 6, 14.0)]
    """
    highest = max((value for value in values if value is not None), default=0) or 1
    drawn = []
    for at, value in enumerate(values):
        if value is not None:
            height = max(1.0, round(HEIGHT * value / highest, 1))
            drawn.append((at * PITCH + 1, HEIGHT - height, _BAR, height))
    return drawn


def place(share: float) -> float:
    """How far down a share of a budget is drawn: all of it at the top, none in the middle, as much overspent below.

    >>> place(1.0), place(0.5), place(0.0), place(-7.0)
    (0.0, 7.0, 14.0, 28.0)
    """
    return round(HEIGHT * (1 - max(-1.0, min(1.0, share))) / 2, 1)


def pieces(shares: Sequence[float | None]) -> list[list[tuple[float, float]]]:
    """The line through the known shares, as points ``x, y``; an unknown one breaks it.

    >>> pieces([1.0, 0.5, None, 0.0])
    [[(4.0, 0.0), (13.0, 7.0)], [(31.0, 14.0)]]
    """
    found: list[list[tuple[float, float]]] = [[]]
    for at, share in enumerate(shares):
        if share is None:
            found.append([])
        else:
            found[-1].append((at * PITCH + 4.0, place(share)))
    return [piece for piece in found if piece]
