"""How an agenda item shows itself in a notebook, though values know nothing of drawing: who draws says so here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodmeet_kit.evidence import AgendaItem

__all__ = ["draw_with", "show"]

_draw: list[Callable[[AgendaItem], None]] = []


def draw_with(draw: Callable[[AgendaItem], None]) -> None:
    """Let ``draw`` show agenda items from now on; the room that draws calls this when it is imported."""
    _draw[:] = [draw]


def show(item: AgendaItem) -> None:
    """Show an item in its place in a notebook; nothing where nobody draws."""
    for draw in _draw:
        draw(item)
