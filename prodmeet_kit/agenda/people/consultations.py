"""SRE consultations: questions to the SREs, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.people import facets as people
from prodmeet_kit.agenda.shared.absent import absent, none
from prodmeet_kit.analysis.meeting import consultations
from prodmeet_kit.evidence import AgendaItem, Column, Table
from prodmeet_kit.i18n.languages import listed, sentence, t, tn
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses

__all__ = ["item", "numbers"]

KEY = "consultations"


def item(analyses: Analyses) -> AgendaItem:
    """Open questions, then those answered since the last meeting."""
    title = t("SRE consultations")
    if (gone := absent(analyses, KEY, title, "consultations", "consultations")) is not None:
        return gone
    shown = analyses.meeting.consultations
    if not len(shown):
        return none(analyses, KEY, title, t("no question is open and none was answered since the last meeting"))
    waiting, lost = shown[consultations.waiting(shown)], shown[consultations.dropped(shown)]
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(len(waiting), len(lost), len(shown) - len(waiting) - len(lost)),
        state="attention" if len(waiting) or len(lost) else "fine",
        timezone=analyses.facts.window.timezone,
        evidence=(_table(shown),),
        failures=tuple(analyses.facts.failed(KEY)),
        facets=people.asked(analyses),
    )


def _table(shown: pd.DataFrame) -> Table:
    """Every question, folded: those that wait are findings."""
    columns = (
        Column("id", t("ID"), "code"),
        Column("question", t("Question")),
        Column("asked_by", t("By")),
        Column("asked", t("Asked"), "date"),
        Column("answered", t("Answered"), "date"),
        *([Column("became", t("What came of it"))] if (shown["became"] != "").any() else []),
        Column("url", t("Link"), "link"),
    )
    answer = Column("answer", t("Answer"))
    return Table(t("Questions to the SREs"), shown, columns, (answer,), anchor=("id",), folded=True)


def _headline(waiting: int, lost: int, settled: int) -> str:
    parts = [tn("{n} question waits for an answer", "{n} questions wait for an answer", waiting)]
    if lost:
        parts.append(tn("{n} was closed without an answer", "{n} were closed without an answer", lost))
    parts.append(t("{n} answered since the last meeting", n=settled))
    return sentence(listed(parts))


def numbers(analyses: Analyses) -> dict[str, Any]:
    """Its keys of ``review.json``, each with the rows of its frame."""
    return {
        "consultations": rows(analyses.meeting.consultations),
    }
