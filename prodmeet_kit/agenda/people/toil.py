"""Toil: work done by hand again and again, in hours a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.people import facets as people
from prodmeet_kit.agenda.shared.absent import absent, none
from prodmeet_kit.evidence import AgendaItem, Column, Table
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["item", "numbers"]

KEY = "toil"


def item(analyses: Analyses) -> AgendaItem:
    """List every kind of toil of the team, the most expensive first."""
    title = t("Toil")
    if (gone := absent(analyses, KEY, title, "toil", "toil")) is not None:
        return gone
    toil = analyses.meeting.toil
    if not len(toil):
        return none(analyses, KEY, title, t("the list of toil is empty"))
    hours = float(toil["hours_per_quarter"].sum())
    repeated = toil[toil["other_products"].map(len) > 0]
    columns = (
        Column("id", t("Toil"), "code"),
        Column("text", t("What")),
        Column("minutes", t("Minutes each"), "number"),
        Column("times_per_week", t("Times per week"), "number"),
        Column("hours_per_quarter", t("Hours per quarter"), "number"),
        *(
            (
                Column("other_products", t("Also in"), "list"),
                Column("hours_everywhere", t("Hours per quarter in all products"), "number"),
            )
            if len(repeated)
            else ()
        ),
        Column("owner", t("Owner")),
        Column("url", t("Link"), "link"),
    )
    return AgendaItem(
        key=KEY,
        title=title,
        headline=tn(
            "{n} kind of toil, {hours} hours per quarter.",
            "{n} kinds of toil, {hours} hours per quarter.",
            len(toil),
            hours=write(hours, "number"),
        ),
        state="fine",
        timezone=analyses.facts.window.timezone,
        evidence=(Table(t("Work done by hand"), toil, columns, anchor=("id",), folded=True),),
        failures=tuple(analyses.facts.failed(KEY)),
        facets=people.toil(analyses),
    )


def numbers(analyses: Analyses) -> dict[str, Any]:
    """Its keys of ``review.json``, each with the rows of its frame."""
    return {
        "toil": rows(analyses.meeting.toil),
    }
