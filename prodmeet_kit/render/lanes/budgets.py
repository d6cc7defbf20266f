"""The error budgets beside a lane: a bar each, with a tick where it was at the last meeting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from prodmeet_kit.render.labels import inert, shorten
from prodmeet_kit.render.lanes.places import AXIS, EMPTY, word
from prodmeet_kit.render.lanes.words import left
from prodmeet_kit.render.theme import GREY

if TYPE_CHECKING:
    from prodmeet_kit.evidence.lanes import Budget

__all__ = ["draw"]

_BAR = (0.78, 0.915)
_COLOURS = ((0.5, "#2b7d4b"), (0.0, "#cc8a1f"), (-np.inf, "#b3200f"))
"""More than so much left, and its colour; the number beside the bar says the same."""


def draw(layout: dict[str, Any], budgets: tuple[Budget, ...], more: str, top: int, height: int) -> None:
    """Adds the first two budgets of a lane to the layout; ``more`` is said below them."""
    shown = budgets[:2]
    rows = len(shown) + bool(more)
    each = min(22.0, (height - 2) / max(rows, 1))
    bar = min(13.0, each - 4)
    size = 12 if each >= 18 else 11
    y = top + (height - each * rows) / 2
    for budget in shown:
        middle = y + each / 2
        _one(layout, budget, middle, bar, size)
        y += each
    if more:
        layout["annotations"].append(word(inert(more), _BAR[0], y + each / 2, "left", 11))


def _one(layout: dict[str, Any], budget: Budget, middle: float, bar: float, size: int) -> None:
    known = np.isfinite(budget.left)
    layout["annotations"].append(word(inert(shorten(budget.name, 13)), AXIS + 0.012, middle, "left", size))
    frame = {"type": "rect", "xref": "paper", "yref": "y", "y0": middle - bar / 2, "y1": middle + bar / 2}
    line = {"line": {"width": 0}}
    wide = _BAR[1] - _BAR[0]
    layout["shapes"].append({**frame, **line, "x0": _BAR[0], "x1": _BAR[1], "fillcolor": EMPTY})
    if known:
        full = 1.0 if budget.left < 0 else min(budget.left, 1.0)
        colour = next(colour for limit, colour in _COLOURS if budget.left >= limit)
        layout["shapes"].append({**frame, **line, "x0": _BAR[0], "x1": _BAR[0] + wide * full, "fillcolor": colour})
    if np.isfinite(budget.before):
        at = _BAR[0] + wide * min(max(budget.before, 0.0), 1.0)
        layout["shapes"].append(
            {**frame, "type": "line", "x0": at, "x1": at, "y0": middle - bar / 2 - 2, "y1": middle + bar / 2 + 2,
             "line": {"color": GREY.line, "width": 2}}
        )  # fmt: skip
    layout["annotations"].append(word(inert(left(budget)), _BAR[1] + 0.008, middle, "left", size, 700))
