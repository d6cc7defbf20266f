"""Planned changes, and those made since the last meeting."""

from __future__ import annotations

from prodmeet_kit.kinds.kind import Item, Kind, Record
from prodmeet_kit.schemas import frames

__all__ = ["KIND"]

KIND = Kind(
    "changes",
    records=(
        Record(
            frames.CHANGES,
            "changes",
            "Planned and past changes",
            entry="prodmeet_kit.entries.hand_written:Change",
            said="inbox",
            inbox={"change": "prodmeet_kit.sources.minutes.inbox:change"},
        ),
    ),
    items=(
        Item(
            "planned_changes",
            "prodmeet_kit.agenda.changes.item:item",
            "Changes before the next meeting.",
            place=2,
            plans=True,
        ),
    ),
    numbers="prodmeet_kit.agenda.changes.item:numbers",
)
