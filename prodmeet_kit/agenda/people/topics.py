"""Announcements and topics: what people brought to this meeting. An announcement is read, a topic is talked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.people import facets as people
from prodmeet_kit.agenda.shared.absent import absent, none
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.evidence import AgendaItem, Column, Table
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["item", "numbers"]

KEY = "topics"


def item(analyses: Analyses) -> AgendaItem:
    """Announcements, then topics; only topics ask for minutes."""
    title = t("Announcements and topics")
    if (gone := absent(analyses, KEY, title, "topics", "topics")) is not None:
        return gone
    shown = analyses.meeting.topics
    if not len(shown):
        return none(analyses, KEY, title, t("nobody added one since the last meeting"))
    topics = shown[shown["kind"] == "topic"]
    words = {"topic": t("topic"), "announcement": t("announcement")}
    told = shown.assign(kind=shown["kind"].map(words))
    columns = (
        Column("kind", t("Kind")),
        Column("text", t("What")),
        Column("owner", t("Owner")),
        Column("added", t("Added"), "date"),
        Column("id", t("Entry"), "code"),
    )
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(len(topics), len(shown) - len(topics)),
        state="attention" if len(topics) else "fine",
        timezone=analyses.facts.window.timezone,
        evidence=(Table(t("Added by people"), told, columns, anchor=("id",)),),
        failures=tuple(analyses.facts.failed(KEY)),
        facets=people.topics(analyses),
        to_know=tuple(_announced(row) for row in rows(shown[shown["kind"] == "announcement"])),
    )


def _announced(row: dict[str, Any]) -> tuple[str, str]:
    text = t("Announcement: {text}", text=row["text"])
    return subject("announcement", row["id"]), ", ".join(part for part in (text, row["owner"]) if part)


def _headline(topics: int, announcements: int) -> str:
    brought = tn("{n} topic", "{n} topics", topics)
    told = tn("{n} announcement", "{n} announcements", announcements)
    if topics and announcements:
        return t("{topics} and {announcements}.", topics=brought, announcements=told)
    return f"{brought if topics else told}."


def numbers(analyses: Analyses) -> dict[str, Any]:
    """Its keys of ``review.json``, each with the rows of its frame."""
    return {
        "topics": rows(analyses.meeting.topics),
    }
