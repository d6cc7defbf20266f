"""Action items from earlier meetings: what is open, what is overdue, and whether it worked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.people import explorations
from prodmeet_kit.agenda.people import facets as people
from prodmeet_kit.agenda.provenance.asked import behind
from prodmeet_kit.agenda.shared.absent import absent, none
from prodmeet_kit.agenda.shared.extract import SHOWN
from prodmeet_kit.agenda.shared.owners import owners
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.evidence import AgendaItem, Column, Table
from prodmeet_kit.i18n.languages import listed, sentence, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import day
from prodmeet_kit.schemas.frames import rows
from prodmeet_kit.schemas.meeting import ACTION_ITEM_FINDINGS

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses

__all__ = ["item", "numbers"]

KEY = "action_items"


def item(analyses: Analyses) -> AgendaItem:
    """Open items, and closed ones whose acceptance query says otherwise or cannot tell; then what to dig into later."""
    return explorations.beside(analyses, _items(analyses))


def _items(analyses: Analyses) -> AgendaItem:
    title = t("Action items")
    if (gone := absent(analyses, KEY, title, "action_items", "action_items")) is not None:
        return gone
    items, promised = analyses.meeting.action_items, analyses.meeting.promises
    if not len(items) and not len(promised):
        return none(
            analyses,
            KEY,
            title,
            t("no action item is open, and every closed one with an acceptance query still passes"),
        )
    overdue = items[items["overdue_days"] > 0]
    close, reopen = items[items["proposal"] == "close"], items[items["proposal"] == "reopen"]
    late = promised[(promised["overdue_days"] > 0) | (promised["outcome"] == "met")]
    facets = people.action_items(analyses)
    unproved = items[(items["status"] == "closed") & (items["outcome"] == "cannot_tell")]
    due = _due(analyses, {each.subject for each in facets})
    attention = any(map(len, (overdue, reopen, close, unproved, late)))
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(items, overdue, due, close, reopen, unproved, promised),
        state="attention" if attention else "fine",
        timezone=analyses.facts.window.timezone,
        evidence=(
            *((_calendar(due),) if len(due) and attention else ()),
            *((_table(items),) if len(items) else ()),
            *((_promises(promised),) if len(promised) else ()),
            *behind(analyses, title, ["verify/"]),
        ),
        failures=tuple(analyses.facts.failed(KEY)),
        facets=facets,
    )


def _headline(
    items: pd.DataFrame,
    overdue: pd.DataFrame,
    due: pd.DataFrame,
    close: pd.DataFrame,
    reopen: pd.DataFrame,
    unproved: pd.DataFrame,
    promised: pd.DataFrame,
) -> str:
    parts = [tn("{n} action item", "{n} action items", len(items))]
    if len(overdue):
        parts.append(tn("{n} overdue", "{n} overdue", len(overdue)))
    if len(due):
        parts.append(tn("{n} due before the next meeting", "{n} due before the next meeting", len(due)))
    if len(close):
        parts.append(tn("{n} to close", "{n} to close", len(close)))
    if len(reopen):
        parts.append(tn("{n} to reopen", "{n} to reopen", len(reopen)))
    if len(unproved):
        parts.append(tn("{n} closed, not verifiable", "{n} closed, not verifiable", len(unproved)))
    if len(promised):
        parts.append(tn("{n} more promised at a meeting", "{n} more promised at meetings", len(promised)))
    return sentence(listed(parts))


def _promises(promised: pd.DataFrame) -> Table:
    columns = (
        Column("what", t("What")),
        Column("owner", t("Owner")),
        Column("due_text", t("Due")),
        Column("overdue_days", t("Overdue"), "days"),
        Column("meeting_text", t("Decided at the meeting of")),
        Column("note", t("Note")),
        Column("outcome_text", t("Acceptance query"), "state"),
    )
    shown = promised.assign(
        outcome_text=promised["outcome"].replace("none", t("none")),
        owner=owners(promised),
        due_text=promised["due"].map(day),
        meeting_text=promised["meeting"].map(day),
    )
    return Table(t("Promised at earlier meetings"), shown, columns, anchor=("subject",), folded=True)


def _due(analyses: Analyses, said: set[str]) -> pd.DataFrame:
    """The open items due before the next meeting that no finding (``said``) is about, the soonest first."""
    items = analyses.meeting.action_items
    soon = items[(items["status"] == "open") & (items["due"] <= analyses.facts.next_meeting)]
    due = soon[~soon["id"].map(lambda each: subject("action_item", each) in said).astype(bool)]
    return due.sort_values("due", kind="stable")


def _calendar(due: pd.DataFrame) -> Table:
    columns = (
        Column("id", t("Item"), "code"),
        Column("text", t("What")),
        Column("owner", t("Owner")),
        Column("due_day", t("Due"), "date"),
    )
    return Table(t("Due before the next meeting"), _dated(due).iloc[:SHOWN], columns)


def _dated(items: pd.DataFrame) -> pd.DataFrame:
    """Items with the day people wrote, the midnight after which they are due until, and with who does them."""
    return items.assign(due_day=items["due"] - timedelta(seconds=1), owner=owners(items))


def _table(items: pd.DataFrame) -> Table:
    def observed(row: pd.Series) -> str:
        if row["observed"] != row["observed"]:
            return ""
        return t("{value}, expected {expect}", value=write(row["observed"], "number"), expect=row["verify_expect"])

    frame = _dated(items).assign(
        outcome_text=items["outcome"].replace("none", t("none")),
        observed_text=[observed(row) for _, row in items.iterrows()],
        still_text=[people.still(row) for row in ACTION_ITEM_FINDINGS.rows(items)],
    )
    columns = (
        Column("id", t("Item"), "code"),
        Column("text", t("What")),
        Column("owner", t("Owner")),
        Column("due_day", t("Due"), "date"),
        Column("overdue_days", t("Overdue"), "days"),
        Column("age_days", t("Age"), "days"),
        Column("status", t("Status"), "state"),
        Column("outcome_text", t("Acceptance query"), "state"),
    )
    details = (
        Column("still_text", t("Remaining problem")),
        Column("observed_text", t("Observed")),
        Column("verify_query", t("Query"), "code"),
    )
    return Table(t("Open, or closed but not shown to work"), frame, columns, details, anchor=("id",), folded=True)


def numbers(analyses: Analyses) -> dict[str, Any]:
    """Its keys of ``review.json``, each with the rows of its frame."""
    return {
        "action_items": rows(analyses.meeting.action_items),
        "promises": rows(analyses.meeting.promises),
    }
