"""Health of the meeting as evidence: a small folded table, and proposals that would make it shorter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prodmeet_kit.evidence import Column, Note, Table
from prodmeet_kit.i18n.languages import listed, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import day

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analysis.meeting.health import Split

__all__ = ["evidence"]


def evidence(
    health: pd.DataFrame, split: Split | None = None, folding: Sequence[str] = (), meetings: int = 4
) -> list[Table | Note]:
    """``HEALTH`` newest first, then a note for the split and one for the items to fold; nothing before the first.

    ``folding`` are titles of agenda items; ``meetings`` is for how many in a row nobody decided about them.
    """
    found: list[Table | Note] = []
    if len(health):
        columns = (
            Column("day", t("Meeting")),
            Column("planned", t("Minutes planned"), "number"),
            Column("actual", t("Minutes taken"), "number"),
            Column("decisions", t("Decisions"), "count"),
            Column("carried", t("Carried over"), "count"),
            Column("closed_with_proof", t("Action items closed with proof"), "count"),
        )
        shown = health.iloc[::-1].reset_index(drop=True)
        shown = shown.assign(day=shown["meeting"].map(day))
        found.append(Table(t("Health of the meeting"), shown, columns, anchor=("meeting",), folded=True))
    if split is not None:
        found.append(Note(_split(split)))
    if folding:
        told = tn(
            'In the last {meetings} meetings {items} needed no decision and never had the state "to decide": fold '
            "it, or leave it out.",
            'In the last {meetings} meetings {items} needed no decisions and never had the state "to decide": fold '
            "them, or leave them out.",
            len(folding),
            meetings=meetings,
            items=listed(folding),
        )
        found.append(Note(told))
    return found


def _split(split: Split) -> str:
    return t(
        "The meetings of {days} overran: split them. First: {first} ({lines}, {minutes} min)."
        " Second: {second} ({others}, {more} min).",
        days=t(" and ").join(map(day, split.overruns)),
        first=listed(split.first),
        second=listed(split.second),
        lines=tn("{n} finding", "{n} findings", int(split.lines[0])),
        others=tn("{n} finding", "{n} findings", int(split.lines[1])),
        minutes=write(split.minutes[0], "number"),
        more=write(split.minutes[1], "number"),
    )
