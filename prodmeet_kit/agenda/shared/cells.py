"""Cells of equal length that end at the meeting, few enough to be drawn small; ``analysis.series.cells`` fills them."""

from __future__ import annotations

from datetime import timedelta

__all__ = ["cell_of"]

_CELL = tuple(timedelta(minutes=minutes) for minutes in (10, 20, 30, 60, 120, 240, 360, 720, 1440))


def cell_of(length: timedelta, step: timedelta, most: int) -> timedelta:
    """The shortest cell, no shorter than a step, of which ``most`` cover the length."""
    return next((cell for cell in _CELL if cell >= step and length / cell <= most), _CELL[-1])
