"""What people wrote: action items, promises, questions to the SREs, toil, topics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.shared.owners import owner
from prodmeet_kit.analysis.meeting import consultations
from prodmeet_kit.core.subjects import rest_of, subject
from prodmeet_kit.evidence.facet import Check, Facet
from prodmeet_kit.findings.facet import facet
from prodmeet_kit.i18n.languages import listed, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import day
from prodmeet_kit.render.labels import brief
from prodmeet_kit.schemas.meeting import ACTION_ITEM_FINDINGS, CONSULTATIONS, PROMISES, TOIL_FINDINGS, TOPICS

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.meeting import ActionItemFindingRow, ConsultationRow, PromiseRow, ToilFindingRow

__all__ = ["action_items", "asked", "still", "toil", "topics"]


def action_items(analyses: Analyses) -> tuple[Facet, ...]:
    """One facet for each item to decide about, and for each promise that is overdue, about what it was made for."""
    return (
        *(made for row in ACTION_ITEM_FINDINGS.rows(analyses.meeting.action_items) if (made := _item(analyses, row))),
        *_promises(analyses),
    )


def _item(analyses: Analyses, row: ActionItemFindingRow) -> Facet | None:
    """What its acceptance query says comes before its age."""
    named = t("{id} {text}", id=row["id"], text=brief(row["text"]))
    shared: dict[str, Any] = {
        "joins": list(row["about"]),
        "owner": row["owner"],
        "check": Check(row["verify_query"], row["verify_expect"]) if row["verify_query"] else None,
    }
    about = subject("action_item", row["id"])
    if row["proposal"] == "reopen":
        reason = t("{item} was closed, but its acceptance query fails", item=named)
        return facet(
            analyses,
            "action_reopened",
            about,
            reason,
            question=t("Reopen {id}?", id=row["id"]),
            ask=t("Reopen it?"),
            **shared,
        )
    if row["proposal"] == "look":
        reason = t("{item}: its acceptance query passes, but {still}", item=named, still=still(row))
        question = t("What is left to do for {id}?", id=row["id"])
        return facet(analyses, "action_reopened", about, reason, question=question, **shared)
    if row["proposal"] == "close":
        reason = t("{item}: its acceptance query passes", item=named)
        return facet(
            analyses,
            "action_done",
            about,
            reason,
            question=t("Close {id}?", id=row["id"]),
            ask=t("Close it?"),
            **shared,
        )
    if row["overdue_days"] > 0:
        reason = t("{item} is {days} overdue", item=named, days=write(row["overdue_days"], "days"))
        question = t("New due date, new owner, or drop {id}?", id=row["id"])
        ask = t("New due date, new owner, or drop it?")
        return facet(
            analyses, "action_overdue", about, reason, question=question, ask=ask, extra=row["overdue_days"], **shared
        )
    return facet(analyses, "action_done", about, _open(row, named, analyses), **shared) if shared["joins"] else None


def _open(row: ActionItemFindingRow, named: str, analyses: Analyses) -> str:
    """An item that needs no decision, with who does it and until when."""
    who = owner(row) or t("nobody")
    if row["due"] != row["due"]:  # NaT
        return t("{item} is open: {owner}", item=named, owner=who)
    due = write(row["due"] - timedelta(seconds=1), "date", timezone=analyses.facts.window.timezone)
    return t("{item} is open: {owner}, due {due}", item=named, owner=who, due=due)


def still(row: Mapping[str, Any]) -> str:
    """What is still wrong with the thing an item is about; empty where nothing is."""
    name, value = rest_of(str(row["still_of"])), row["still_value"]
    if row["still"] == "growing":
        if value != value:  # NaN is not equal to itself
            return t(
                "{name} rose in the last few days, and it is too early to say when it will reach its limit", name=name
            )
        if not value > 0:
            return t("{name} is at its limit", name=name)
        return t("{name} still grows and will reach its limit in {days}", name=name, days=write(value, "days"))
    if row["still"] == "missed":
        return t("{name} still misses its objective: {attained}", name=name, attained=write(value, "percent"))
    if row["still"] == "burning":
        return t(
            "{name} still burns its error budget, at {rate} times the sustainable rate",
            name=name,
            rate=write(value, "number"),
        )
    return ""


def _promises(analyses: Analyses) -> Iterator[Facet]:
    """Raise what somebody promised with the finding it is about; while it is not overdue it is only shown."""
    for row in PROMISES.rows(analyses.meeting.promises):
        late, words = row["overdue_days"] > 0, {"owner": owner(row), "day": day(row["due"])}
        reason = (
            t(
                "{owner} is {days} overdue, due {day}: {what}",
                what=brief(row["what"], 90),
                days=write(row["overdue_days"], "days"),
                **words,
            )
            if late
            else t("{owner} will act by {day}", **words)
        )
        if row["outcome"] == "met":
            reason = t("{promise}; its acceptance query passes", promise=reason)
        elif row["outcome"] == "not_met":
            reason = t("{promise}; its acceptance query fails", promise=reason)
        yield facet(
            analyses,
            "action_overdue",
            row["about"],
            reason,
            question=_asked_of(row, late=late),
            extra=row["overdue_days"],
            owner=row["owner"],
        )


def _asked_of(row: PromiseRow, *, late: bool) -> str:
    """What is asked about a promise: whether it was kept, or whether somebody who was not there makes it at all."""
    if row["outcome"] == "met":
        return t("Is what {owner} promised done?", owner=row["owner"])
    if late:
        return t("Did {owner} finish what was promised?", owner=row["owner"])
    return t("Does {owner} accept it?", owner=row["owner"]) if row["unconfirmed"] else ""


def asked(analyses: Analyses) -> tuple[Facet, ...]:
    """Questions to the SREs that wait, and those closed without a word of what became of them."""
    shown = analyses.meeting.consultations
    waiting, lost = shown[consultations.waiting(shown)], shown[consultations.dropped(shown)]
    found = [
        facet(
            analyses,
            "consultation",
            subject("question", row["id"]),
            _waits(row, analyses.facts.window.timezone),
            question=row["question"],
        )
        for row in CONSULTATIONS.rows(waiting)
    ]
    found += [
        facet(
            analyses,
            "consultation",
            subject("question", row["id"]),
            t("{id} was closed without an answer: {question}", id=row["id"], question=brief(row["question"])),
            question=t("What came of {id}?", id=row["id"]),
            minutes=1.0,
        )
        for row in CONSULTATIONS.rows(lost)
    ]
    return tuple(found)


def _waits(row: ConsultationRow, timezone: str) -> str:
    if row["asked"] != row["asked"]:  # NaT
        return t("{id} waits for an answer", id=row["id"])
    return t(
        "{id} has been waiting for an answer since {day}",
        id=row["id"],
        day=write(row["asked"], "date", timezone=timezone),
    )


def toil(analyses: Analyses) -> tuple[Facet, ...]:
    """Raise the most expensive kind of toil, and each that other products have as well."""
    every = TOIL_FINDINGS.rows(analyses.meeting.toil)
    if not every:
        return ()
    hours, dearest = float(analyses.meeting.toil["hours_per_quarter"].sum()), every[0]
    reason = t(
        "Toil costs {hours} hours per quarter; {id} is the largest", hours=write(hours, "number"), id=dearest["id"]
    )
    question = t("Is {id} worth automating now?", id=dearest["id"])
    found = [facet(analyses, "toil", subject("toil", str(dearest["id"])), reason, question=question, extra=hours / 10)]
    found += [_elsewhere(analyses, row) for row in every if len(row["other_products"])]
    return tuple(found)


def _elsewhere(analyses: Analyses, row: ToilFindingRow) -> Facet:
    reason = t(
        "{id} is done in {products} as well, {hours} hours per quarter in all",
        id=row["id"],
        products=listed(row["other_products"]),
        hours=write(row["hours_everywhere"], "number"),
    )
    about, extra = subject("toil", str(row["id"])), float(row["hours_everywhere"]) / 10
    return facet(
        analyses, "toil", about, reason, question=t("Automate {id} once for all products?", id=row["id"]), extra=extra
    )


def topics(analyses: Analyses) -> tuple[Facet, ...]:
    """Topics people brought; an announcement is read and not talked about."""
    shown = analyses.meeting.topics
    return tuple(
        facet(
            analyses,
            "topic",
            subject("topic", row["id"]),
            t("{who} added a topic: {text}", who=row["owner"], text=row["text"])
            if row["owner"]
            else t("A topic was added: {text}", text=row["text"]),
            question=t("What do we decide about {id}?", id=row["id"]),
            owner=row["owner"],
        )
        for row in TOPICS.rows(shown[shown["kind"] == "topic"])
    )
