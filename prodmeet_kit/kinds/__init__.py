"""Record kinds and agenda items: one descriptor each, from which every other room derives what it needs.

A :class:`~prodmeet_kit.kinds.kind.Kind` says which records people or systems
keep, where they are configured, how an entry is checked, which agenda items
show them and what they add to ``review.json``. Those of the kit are the
modules of ``built_in``; another package brings one as an entry point of group
``prodmeet_kit.agenda``. ``docs/extend.md`` adds one step by step.
"""

from __future__ import annotations

from prodmeet_kit.kinds.kind import Item, Kind, Record, Reference, loaded
from prodmeet_kit.kinds.registry import (
    AGENDA,
    GROUP,
    built_in,
    every,
    item,
    item_names,
    items_of,
    record,
    records,
    records_of,
    refused,
    sections,
    spec,
    used,
)

__all__ = [
    "AGENDA",
    "GROUP",
    "Item",
    "Kind",
    "Record",
    "Reference",
    "built_in",
    "every",
    "item",
    "item_names",
    "items_of",
    "loaded",
    "record",
    "records",
    "records_of",
    "refused",
    "sections",
    "spec",
    "used",
]
