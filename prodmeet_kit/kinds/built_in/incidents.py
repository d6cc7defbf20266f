"""Incidents, and the outages they belong to."""

from __future__ import annotations

from prodmeet_kit.kinds.kind import Item, Kind, Record
from prodmeet_kit.schemas import frames

__all__ = ["KIND"]

KIND = Kind(
    "incidents",
    records=(Record(frames.INCIDENTS, "incidents", "Outages", entry="prodmeet_kit.entries.hand_written:Incident"),),
    items=(
        Item(
            "outages",
            "prodmeet_kit.agenda.outages.item:item",
            "Incidents since the last meeting and what they cost.",
            place=4,
        ),
    ),
    numbers="prodmeet_kit.agenda.outages.item:numbers",
)
