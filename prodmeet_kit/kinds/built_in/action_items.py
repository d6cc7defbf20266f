"""Action items, from wherever the team keeps them and from the minutes."""

from __future__ import annotations

from prodmeet_kit.kinds.kind import Item, Kind, Record
from prodmeet_kit.schemas import frames

__all__ = ["KIND"]

KIND = Kind(
    "action_items",
    records=(
        Record(
            frames.ACTION_ITEMS,
            "action_items",
            "What earlier meetings decided to do",
            entry="prodmeet_kit.entries.hand_written:ActionItem",
            said="minutes",
        ),
    ),
    items=(
        Item(
            "action_items",
            "prodmeet_kit.agenda.people.action_items:item",
            "What earlier meetings decided, and whether it worked.",
            place=7,
        ),
    ),
    numbers="prodmeet_kit.agenda.people.action_items:numbers",
)
