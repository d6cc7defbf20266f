"""What of a table is read in the meeting: its worst rows, open; the others one fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from prodmeet_kit.i18n.languages import tn

if TYPE_CHECKING:
    from prodmeet_kit.evidence import Table

__all__ = ["SHOWN", "some_open"]

SHOWN = 6
"""Rows that are read at one glance; more are read on demand."""


def some_open(table: Table, matter: Sequence[bool] | None = None) -> list[Table]:
    """The first six rows as an open table, and the others as a folded one, each row in the order of ``table``.

    ``matter`` says of each row whether it comes first; without it each does. Nothing of a table without rows.
    """
    count = len(table.frame)
    matters = [True] * count if matter is None else list(matter)
    first = sorted(range(count), key=lambda place: not matters[place])[:SHOWN]
    rest = [place for place in range(count) if place not in set(first)]
    shown = [replace(table, frame=table.frame.iloc[sorted(first)], folded=False)] if first else []
    if rest:
        title = tn("{title}: {n} more", "{title}: {n} more", len(rest), title=table.title)
        shown.append(replace(table, title=title, frame=table.frame.iloc[rest], folded=True))
    return shown
