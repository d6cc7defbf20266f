"""Action items from earlier meetings: what is open, what is overdue, and whether it worked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.absent import absent, none
from prodmeet_kit.agenda.evidence import AgendaItem, Candidate, Column, Table
from prodmeet_kit.agenda.provenance import behind
from prodmeet_kit.agenda.raising import raised
from prodmeet_kit.analysis.promises import PROMISE
from prodmeet_kit.display.labels import brief
from prodmeet_kit.display.languages import listed, sentence, t, tn
from prodmeet_kit.display.numbers import write
from prodmeet_kit.display.times import day
from prodmeet_kit.frames import rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.findings import Analyses

__all__ = ["item", "still_text"]

KEY = "action_items"


def item(findings: Analyses) -> AgendaItem:
    """Open items, and closed ones whose acceptance query says otherwise or cannot tell."""
    title = t("Action items")
    if (gone := absent(findings, KEY, title, "action_items", "action_items")) is not None:
        return gone
    items, promised = findings.action_items, findings.promises
    if not len(items) and not len(promised):
        return none(findings, KEY, title, t("no action item is open and every closed one with a query still holds"))
    overdue = items[items["overdue_days"] > 0]
    close, reopen = items[items["proposal"] == "close"], items[items["proposal"] == "reopen"]
    late = promised[promised["overdue_days"] > 0]
    unproved = items[(items["status"] == "closed") & (items["outcome"] == "cannot_tell")]
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(items, overdue, close, reopen, unproved, promised),
        state="attention" if any(map(len, (overdue, reopen, close, unproved, late))) else "fine",
        timezone=findings.facts.window.timezone,
        evidence=(
            *((_table(items),) if len(items) else ()),
            *((_promises(promised),) if len(promised) else ()),
            *behind(findings, title, ["verify/"]),
        ),
        questions=(*_questions(overdue, close, reopen), *(_asked(row) for row in rows(late))),
        failures=tuple(findings.facts.failed(KEY)),
        candidates=(*_candidates(findings, overdue, close, reopen), *_broken(findings, late)),
    )


def _headline(
    items: pd.DataFrame,
    overdue: pd.DataFrame,
    close: pd.DataFrame,
    reopen: pd.DataFrame,
    unproved: pd.DataFrame,
    promised: pd.DataFrame,
) -> str:
    parts = [tn("{n} action item", "{n} action items", len(items))]
    if len(overdue):
        parts.append(tn("{n} overdue", "{n} overdue", len(overdue)))
    if len(close):
        parts.append(tn("{n} proved done", "{n} proved done", len(close)))
    if len(reopen):
        parts.append(tn("{n} closed that did not work", "{n} closed that did not work", len(reopen)))
    if len(unproved):
        parts.append(tn("{n} closed that cannot be proved", "{n} closed that cannot be proved", len(unproved)))
    if len(promised):
        parts.append(tn("{n} more promised at a meeting", "{n} more promised at meetings", len(promised)))
    return sentence(listed(parts))


def _asked(promise: Mapping[str, Any]) -> str:
    return t(
        "{owner} was to act until {due} about: {what}: was it done?",
        owner=promise["owner"],
        due=day(promise["due"]),
        what=brief(promise["what"], 90),
    )


def _broken(findings: Analyses, late: pd.DataFrame) -> tuple[Candidate, ...]:
    """What was promised and its day has passed; the subject is the promise's own, not the finding's."""
    return tuple(
        raised(
            findings,
            "action_overdue",
            row["about"],
            t(
                "{owner} was to act about: {what}; {days} overdue",
                owner=row["owner"],
                what=brief(row["what"], 90),
                days=_overdue(row),
            ),
            row["overdue_days"],
            kind=PROMISE,
        )
        for row in rows(late)
    )


def _promises(promised: pd.DataFrame) -> Table:
    columns = (
        Column("what", t("What")),
        Column("owner", t("Owner")),
        Column("due_text", t("Due")),
        Column("overdue_days", t("Overdue"), "days"),
        Column("meeting_text", t("Said at the meeting of")),
        Column("note", t("Note")),
    )
    shown = promised.assign(due_text=promised["due"].map(day), meeting_text=promised["meeting"].map(day))
    return Table(t("Promised at earlier meetings"), shown, columns, anchor=("subject",))


def _questions(overdue: pd.DataFrame, close: pd.DataFrame, reopen: pd.DataFrame) -> tuple[str, ...]:
    asked = [
        t(
            "{id} is {days} overdue: new date, new owner, or drop it?",
            id=row["id"],
            days=write(row["overdue_days"], "days"),
        )
        for row in rows(overdue)
    ]
    asked += [t("The acceptance query of {id} is met: close it?", id=row["id"]) for row in rows(close)]
    asked += [
        t("{id} was closed, but its acceptance query is not met: reopen it?", id=row["id"]) for row in rows(reopen)
    ]
    return tuple(asked)


def _overdue(row: Mapping[str, Any]) -> str:
    return write(row["overdue_days"], "days")


def _candidates(
    findings: Analyses, overdue: pd.DataFrame, close: pd.DataFrame, reopen: pd.DataFrame
) -> tuple[Candidate, ...]:
    """One for each item: what its query says comes before its age."""
    late = [
        (row, "action_overdue", t("{item} is {days} overdue", item=_named(row), days=_overdue(row)))
        for row in rows(overdue)
    ]
    wrong = [
        (row, "action_reopened", t("{item} was closed but did not work", item=_named(row))) for row in rows(reopen)
    ]
    done = [(row, "action_done", t("{item} can be closed", item=_named(row))) for row in rows(close)]
    found: dict[str, Candidate] = {}
    for row, rule, reason in [*wrong, *done, *late]:
        extra = row["overdue_days"] if rule == "action_overdue" else 0.0
        found.setdefault(row["id"], raised(findings, rule, row["id"], reason, extra, kind="action"))
    return tuple(found.values())


def _named(row: Mapping[str, Any]) -> str:
    return t("{id} {text}", id=row["id"], text=brief(row["text"]))


def still_text(row: Mapping[str, Any]) -> str:
    """What is still wrong with the thing an item is about; empty where nothing is."""
    name, value = str(row["still_of"]).partition(":")[2], row["still_value"]
    if row["still"] == "growing":
        if not value > 0:
            return t("{name} is full", name=name)
        return t("{name} still grows: full in {days}", name=name, days=write(value, "days"))
    if row["still"] == "missed":
        return t("{name} still misses its objective: {attained}", name=name, attained=write(value, "percent"))
    if row["still"] == "burning":
        return t("{name} still burns, at {rate} times the pace that lasts", name=name, rate=write(value, "number"))
    return ""


def _table(items: pd.DataFrame) -> Table:
    def observed(row: pd.Series) -> str:
        if row["observed"] != row["observed"]:
            return ""
        return t("{value}, expected {expect}", value=write(row["observed"], "number"), expect=row["verify_expect"])

    frame = items.assign(
        # An item is due until the midnight after its day: what people wrote is the day.
        due_day=items["due"] - timedelta(seconds=1),
        outcome_text=items["outcome"].replace("none", t("no acceptance query")),
        observed_text=[observed(row) for _, row in items.iterrows()],
        still_text=[still_text(row) for row in rows(items)],
    )
    columns = (
        Column("id", t("Item"), "code"),
        Column("text", t("What")),
        Column("owner", t("Owner")),
        Column("due_day", t("Due"), "date"),
        Column("overdue_days", t("Overdue"), "days"),
        Column("age_days", t("Age"), "days"),
        Column("status", t("Status"), "state"),
        Column("outcome_text", t("Did it work?"), "state"),
    )
    details = (
        Column("still_text", t("Still")),
        Column("observed_text", t("Observed")),
        Column("verify_query", t("Acceptance query"), "code"),
    )
    return Table(t("Open, or closed and not proved done"), frame, columns, details, anchor=("id",))
