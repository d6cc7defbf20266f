"""Numbers from meeting to meeting as a small drawing: where each bar and each piece of the line is, in pixels.

The newest meeting is at the right, in every row of the index at the same place; what is not known leaves a gap.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["HEIGHT", "MEETINGS", "PITCH", "WIDTH", "bars", "pieces", "place"]

MEETINGS = 12
"""So many meetings are drawn, half a year of fortnights."""

HEIGHT = 24
"""Pixels from the lowest to the highest value."""

PITCH = 7
"""Pixels from one meeting to the next."""

WIDTH = MEETINGS * PITCH

_BAR = 5


def bars(values: Sequence[int | None]) -> list[tuple[int, float, float] | None]:
    """``x, y, height`` of a bar for each of the newest values; zero is one pixel high, an unknown one has none.

    >>> bars([0, None, 4, 2])
    [(57, 23.0, 1.0), None, (71, 0.0, 24.0), (78, 12.0, 12.0)]
    """
    newest = values[-MEETINGS:]
    highest = max((value for value in newest if value is not None), default=0) or 1
    drawn: list[tuple[int, float, float] | None] = []
    for at, value in enumerate(newest, start=MEETINGS - len(newest)):
        height = 0.0 if value is None else max(1.0, round(HEIGHT * value / highest, 1))
        drawn.append(None if value is None else (at * PITCH + 1, HEIGHT - height, height))
    return drawn


def place(share: float) -> float:
    """How far down a share of a budget is drawn: all of it at the top, none at two thirds, half as much over below.

    >>> place(1.0), place(0.5), place(0.0), place(-0.5), place(-7.0)
    (0.0, 8.0, 16.0, 24.0, 24.0)
    """
    return round(HEIGHT * (1 - max(-0.5, min(1.0, share))) / 1.5, 1)


def pieces(shares: Sequence[float | None]) -> list[list[tuple[float, float]]]:
    """The line through the newest of the known shares, as points ``x, y``; an unknown one breaks it.

    >>> pieces([1.0, 0.5, None, 0.0])
    [[(59.5, 0.0), (66.5, 8.0)], [(80.5, 16.0)]]
    """
    newest = shares[-MEETINGS:]
    found: list[list[tuple[float, float]]] = [[]]
    for at, share in enumerate(newest, start=MEETINGS - len(newest)):
        if share is None:
            found.append([])
        else:
            found[-1].append((at * PITCH + _BAR / 2 + 1, place(share)))
    return [piece for piece in found if piece]
