"""SLOs, load, resources and efficiency: measured, so no list of records comes with them."""

from __future__ import annotations

from prodmeet_kit.kinds.kind import Item, Kind

__all__ = ["KIND"]

KIND = Kind(
    "metrics",
    items=(
        Item(
            "metrics",
            "prodmeet_kit.agenda.metrics.item:item",
            "SLOs, load over time, resource use and efficiency.",
            place=3,
        ),
    ),
    numbers="prodmeet_kit.agenda.metrics.numbers:numbers",
)
