"""Questions to the SREs."""

from __future__ import annotations

from prodmeet_kit.kinds.kind import Item, Kind, Record
from prodmeet_kit.schemas import frames

__all__ = ["KIND"]

KIND = Kind(
    "consultations",
    records=(
        Record(
            frames.CONSULTATIONS,
            "consultations",
            "Questions to the SREs",
            entry="prodmeet_kit.entries.hand_written:Consultation",
            said="inbox",
            inbox={"question": "prodmeet_kit.sources.minutes.inbox:consultation"},
        ),
    ),
    items=(
        Item(
            "consultations",
            "prodmeet_kit.agenda.people.consultations:item",
            "Questions to the SREs.",
            place=8,
            plans=True,
        ),
    ),
    numbers="prodmeet_kit.agenda.people.consultations:numbers",
)
