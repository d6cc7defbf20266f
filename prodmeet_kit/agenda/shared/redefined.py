"""The mark on a number that is defined otherwise than at the last meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Table

__all__ = ["MARK", "marked"]

MARK = "\N{DAGGER}"
"""Stands behind the name."""


def marked(table: Table, analyses: Analyses, kinds: Sequence[str], names: Sequence[str] = ("name",)) -> Table:
    """The table with a mark behind each name that is defined otherwise now, and a caption that says so.

    The table's frame has a column ``service``. ``names`` are its columns that
    name a thing of the service, ``kinds`` say which: ``slo``, ``load`` or
    ``resource``. Anchors stay. A table without such a row comes back as it was.
    """
    earlier = analyses.facts.previous
    if earlier is None:
        return table
    shown = {
        name: [
            f"{row[name]} {MARK}"
            if f"{kind}/{row['service']}/{row[name]}" in analyses.basis.redefined
            else str(row[name])
            for row in rows(table.frame)
        ]
        for kind, name in zip(kinds, names, strict=True)
    }
    if not any(text.endswith(MARK) for texts in shown.values() for text in texts):
        return table
    caption = t(
        "{mark} new, or defined differently at the meeting of {day}: not comparable with the numbers shown then",
        mark=MARK,
        day=write(earlier.end, "date", timezone=analyses.facts.window.timezone),
    )
    return replace(
        table,
        frame=table.frame.assign(**{f"{name}_marked": texts for name, texts in shown.items()}),
        columns=tuple(
            replace(column, name=f"{column.name}_marked") if column.name in shown else column
            for column in table.columns
        ),
        caption=" · ".join(part for part in (table.caption.rstrip("."), caption) if part),
    )
