"""Announcements and topics that people bring to a meeting."""

from __future__ import annotations

from prodmeet_kit.kinds.kind import Item, Kind, Record
from prodmeet_kit.schemas import frames

__all__ = ["KIND"]

KIND = Kind(
    "topics",
    records=(
        Record(
            frames.TOPICS,
            "topics",
            "Announcements and topics for the meeting",
            said="inbox",
            inbox={
                "announcement": "prodmeet_kit.sources.minutes.inbox:topic",
                "topic": "prodmeet_kit.sources.minutes.inbox:topic",
            },
        ),
    ),
    items=(
        Item(
            "topics",
            "prodmeet_kit.agenda.people.topics:item",
            "Announcements and topics people brought.",
            place=1,
            plans=True,
        ),
    ),
    numbers="prodmeet_kit.agenda.people.topics:numbers",
)
