"""Alerts that fired, and the two agenda items they are split into: those that paged, and those that did not."""

from __future__ import annotations

from prodmeet_kit.kinds.kind import Item, Kind, Record
from prodmeet_kit.schemas import frames

__all__ = ["KIND"]

KIND = Kind(
    "alerts",
    records=(Record(frames.ALERT_RUNS, "alerts", "Alerts that fired"),),
    items=(
        Item(
            "paging_events",
            "prodmeet_kit.agenda.paging.item:item",
            "Pages, judged against the error budget.",
            place=5,
        ),
        Item(
            "non_paging_events",
            "prodmeet_kit.agenda.non_paging.item:item",
            "Should have paged, needs attention, noise.",
            place=6,
        ),
    ),
    numbers="prodmeet_kit.agenda.paging.numbers:numbers",
)
