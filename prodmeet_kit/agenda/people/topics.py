"""Announcements and topics: what people brought to this meeting. An announcement is read, a topic is talked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.people import facets as people
from prodmeet_kit.agenda.shared.absent import absent, none
from prodmeet_kit.agenda.shared.extract import some_open
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.evidence import AgendaItem, Column, Table
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["item", "numbers"]

KEY = "topics"


def item(analyses: Analyses) -> AgendaItem:
    """Announcements to read; topics are findings, and their table is folded."""
    title = t("Announcements and topics")
    if (gone := absent(analyses, KEY, title, "topics", "topics")) is not None:
        return gone
    shown = analyses.meeting.topics
    if not len(shown):
        return none(analyses, KEY, title, t("nobody added one since the last meeting"))
    topics, announcements = shown[shown["kind"] == "topic"], shown[shown["kind"] == "announcement"]
    columns = (
        Column("text", t("What")),
        Column("owner", t("Owner")),
        Column("added", t("Added"), "date"),
        Column("id", t("Entry"), "code"),
    )
    evidence = some_open(Table(t("Announcements"), announcements, columns, anchor=("id",)))
    if len(topics):
        evidence.append(Table(t("Topics"), topics, columns, anchor=("id",), folded=True))
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(len(topics), len(announcements)),
        state="attention" if len(topics) else "fine",
        timezone=analyses.facts.window.timezone,
        evidence=tuple(evidence),
        failures=tuple(analyses.facts.failed(KEY)),
        facets=people.topics(analyses),
        to_know=tuple(_announced(row) for row in rows(announcements)),
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
