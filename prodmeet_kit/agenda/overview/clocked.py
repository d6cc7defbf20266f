"""The clocked agenda line by line: what gets minutes and why, and the annex of what got none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from prodmeet_kit.evidence import AgendaItem, Column, Table
from prodmeet_kit.i18n.languages import sentence, sentences, t, tn
from prodmeet_kit.i18n.numbers import write

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.findings.finding import Finding

__all__ = ["clocked", "left_over", "on_agenda", "to_decide"]

MOST = 7
"""So many lines of the agenda are on the first screen."""


def on_agenda(found: Sequence[Finding]) -> list[Finding]:
    """The findings that got minutes, by rank."""
    return sorted((each for each in found if each.place == "agenda"), key=lambda each: each.rank)


def to_decide(items: Sequence[AgendaItem], found: Sequence[Finding], *, clipped: bool = False) -> list[Table]:
    """The agenda as one line a finding, in the order of the meeting; nothing where nothing is to be decided.

    Of more than :data:`MOST` findings those that rank first are shown: :func:`left_over` counts the others.
    ``clipped``: where there are so many, each on one line, whatever its length.
    """
    import pandas as pd

    titles = {item.key: item.title for item in items}
    order = {item.key: place for place, item in enumerate(items)}
    here = on_agenda(found)
    shown = sorted(here[:MOST], key=lambda each: (order.get(each.section, len(order)), each.rank))
    if not shown:
        return []
    frame = pd.DataFrame(
        [
            {
                "subject": each.subject,
                "minutes": t("{n} min", n=write(each.minutes, "number")),
                "title": titles.get(each.section, each.section),
                "text": sentences([each.headline, each.ask]),
            }
            for each in shown
        ]
    )
    columns = (
        Column("title", t("Agenda item")),
        Column("minutes", t("Minutes"), "written"),
        Column("text", t("To decide"), "sentence"),
    )
    return [
        Table(
            t("To decide"),
            frame,
            columns,
            anchor=("subject",),
            place="decide",
            bare=True,
            leads="subject",
            clipped=clipped and len(shown) == MOST,
        )
    ]


def left_over(found: Sequence[Finding]) -> str:
    """How many findings of the agenda are not among its first lines; empty where all are."""
    rest = on_agenda(found)[MOST:]
    if not rest:
        return ""
    return sentence(
        tn(
            "{n} more finding, {minutes} min",
            "{n} more findings, {minutes} min",
            len(rest),
            minutes=write(sum(each.minutes for each in rest), "number"),
        )
    )


def clocked(
    items: Sequence[AgendaItem], lines: pd.DataFrame, patience: int, before: Mapping[str, str] | None = None
) -> list[Table]:
    """``AGENDA_LINES`` as two folded tables; none for a part that is empty.

    ``patience`` is the rule of the parameters, ``before`` what history says of a subject.
    """
    titles = {item.key: item.title for item in items}
    told = lines.assign(title=lines["item"].map(titles), waited_text=[_waited(int(n)) for n in lines["waited"]])
    told = told.assign(before=[(before or {}).get(subject, "") for subject in told["subject"]])
    columns = (
        Column("rank", t("Rank"), "count"),
        Column("title", t("Agenda item")),
        Column("minutes", t("Minutes"), "number"),
        Column("reason", t("Raised because")),
        Column("rule", t("Rule"), "code"),
        Column("waited_text", t("Waiting")),
        *([Column("before", t("Discussed before"))] if told["before"].any() else []),
    )
    found = []
    here, annex = told[told["place"] == "agenda"], told[told["place"] == "annex"]
    waiting, known = annex[annex["wanted"] > 0], annex[annex["wanted"] == 0]
    if len(here):
        found.append(Table(t("The agenda line by line"), here, columns, anchor=("subject",), folded=True))
    if len(waiting):
        title = tn(
            "Annex: {n} finding that did not fit into the meeting",
            "Annex: {n} findings that did not fit into the meeting",
            len(waiting),
        )
        caption = t(
            "For reading, not for discussion. A finding that waits gains priority at each meeting, "
            "and after {n} meetings it comes first",
            n=patience,
        )
        wanted = tuple(Column("wanted", c.title, c.kind) if c.name == "minutes" else c for c in columns)
        found.append(Table(title, waiting, wanted, anchor=("subject",), folded=True, caption=caption))
    if len(known):
        title = tn(
            "{n} finding for information, nothing to decide",
            "{n} findings for information, nothing to decide",
            len(known),
        )
        shown = tuple(column for column in columns if column.name not in ("minutes", "waited_text"))
        found.append(Table(title, known, shown, anchor=("subject",), folded=True))
    return found


def _waited(meetings: int) -> str:
    return tn("for {n} meeting", "for {n} meetings", meetings) if meetings else t("new")
