"""Work done by hand again and again."""

from __future__ import annotations

from prodmeet_kit.kinds.kind import Item, Kind, Record
from prodmeet_kit.schemas import frames

__all__ = ["KIND"]

KIND = Kind(
    "toil",
    records=(
        Record(
            frames.TOIL,
            "toil",
            "Repeated manual work",
            entry="prodmeet_kit.entries.hand_written:Toil",
            said="inbox",
            inbox={"toil": "prodmeet_kit.sources.minutes.inbox:toil"},
            completed="prodmeet_kit.sources.toil_elsewhere:completed",
        ),
    ),
    items=(
        Item("toil", "prodmeet_kit.agenda.people.toil:item", "Work done by hand again and again.", place=9, plans=True),
    ),
    numbers="prodmeet_kit.agenda.people.toil:numbers",
)
