"""What people want to dig into later. It is shown with the finding it is about, so it has no agenda item of its own."""

from __future__ import annotations

from prodmeet_kit.kinds.kind import Kind, Record
from prodmeet_kit.schemas import frames

__all__ = ["KIND"]

KIND = Kind(
    "explorations",
    records=(
        Record(
            frames.EXPLORATIONS,
            "explorations",
            "What to dig into later; in the minutes when absent",
            sections=("action_items",),
            unwritten="minutes",
        ),
    ),
    numbers="prodmeet_kit.agenda.people.explorations:numbers",
)
