"""Planned changes: what will be different before the next meeting, what it needs, what it collides with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.changes import before_after, facets, scorecard
from prodmeet_kit.agenda.changes.words import needs_response, warning
from prodmeet_kit.agenda.shared.absent import absent, none
from prodmeet_kit.agenda.shared.extract import some_open
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.evidence import AgendaItem, Column, Table
from prodmeet_kit.i18n.languages import listed, sentence, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence

__all__ = ["item", "numbers"]

KEY = "planned_changes"


def item(analyses: Analyses) -> AgendaItem:
    """Changes that start before the next meeting, and below them those made since the last one."""
    title = t("Planned changes")
    if (gone := absent(analyses, KEY, title, "changes", "changes")) is not None:
        return gone
    upcoming, past = analyses.changes.upcoming, analyses.changes.past
    evidence = _evidence(analyses, upcoming, past)
    if not len(upcoming):
        until = write(analyses.facts.next_meeting, "date", timezone=analyses.facts.window.timezone)
        because = t("no change is planned to start before {until}", until=until)
        return replace(none(analyses, KEY, title, because), evidence=evidence)
    needing = upcoming[needs_response(upcoming)]
    colliding = upcoming[upcoming["warnings"].map(bool)]
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(upcoming, needing, colliding),
        state="attention" if len(needing) or len(colliding) else "fine",
        timezone=analyses.facts.window.timezone,
        evidence=evidence,
        failures=tuple(analyses.facts.failed(KEY)),
        facets=facets.facets(analyses),
        to_know=tuple(_planned(row, analyses.facts.window.timezone) for row in rows(upcoming)),
    )


def _planned(row: dict[str, Any], zone: str) -> tuple[str, str]:
    title, start = t("Planned change: {title}", title=row["title"]), write(row["start"], "time", timezone=zone)
    return subject("change", row["id"]), ", ".join(part for part in (title, start, row["owner"]) if part)


def _headline(upcoming: pd.DataFrame, needing: pd.DataFrame, colliding: pd.DataFrame) -> str:
    first = tn("{n} change starts before the next meeting", "{n} changes start before the next meeting", len(upcoming))
    parts = []
    if len(needing):
        parts.append(tn("{n} needs a response", "{n} need a response", len(needing)))
    if len(colliding):
        parts.append(tn("{n} has a warning", "{n} have warnings", len(colliding)))
    return sentence(f"{first}: {listed(parts)}" if parts else first)


def _effect(effect: object) -> str:
    if not isinstance(effect, dict):
        return ""
    ways = {"up": t("up"), "down": t("down"), "none": t("no effect")}
    way, size = effect.get("direction"), effect.get("size")
    told = ways.get(str(way), str(way)) if way else ""
    moved = before_after.towards(told, str(size or ""))
    return " ".join(part for part in (str(effect.get("metric") or ""), moved) if part)


def _evidence(analyses: Analyses, upcoming: pd.DataFrame, past: pd.DataFrame) -> tuple[Evidence, ...]:
    """The calendar and the predictions that were wrong; folded what each change needs, and what those made did.

    The calendar is open where one of its changes needs somebody or has a warning.
    """
    policy = analyses.facts.product.slo_rules.policy or t(
        "until the error budget recovers, only P0 and security changes are released"
    )
    shown: list[Table | None] = []
    if len(upcoming):
        calendar = Table(t("Before the next meeting"), upcoming, _calendar(), anchor=("id",), folded=True)
        matter = needs_response(upcoming) | upcoming["warnings"].map(bool)
        shown += some_open(calendar, list(matter)) if matter.any() else [calendar]
    if len(past):
        shown.append(scorecard.wrong(analyses))
    if len(upcoming):
        shown.append(_needs(upcoming, policy))
    if len(past):
        frame = past.assign(effect=past["expected_effect"].map(_effect))
        columns = (*_calendar(), *_effects(), Column("url", t("Link"), "link"))
        shown.append(Table(t("Made since the last meeting"), frame, columns, anchor=("id",), folded=True))
        shown += [scorecard.table(analyses), before_after.table(analyses)]
    return tuple(table for table in shown if table is not None)


def _calendar() -> tuple[Column, ...]:
    return (
        Column("id", t("Change"), "code"),
        Column("title", t("What")),
        Column("start", t("Start"), "time"),
        Column("services", t("Services"), "list"),
        Column("owner", t("Owner")),
    )


def _effects() -> tuple[Column, ...]:
    return Column("duration_s", t("Duration"), "duration"), Column("effect", t("Expected effect"))


def _needs(upcoming: pd.DataFrame, policy: str) -> Table:
    """What the calendar does not say: effect, warnings, response, rollback plan. ``policy``: for spent budgets."""
    frame = upcoming.assign(
        effect=upcoming["expected_effect"].map(_effect),
        warnings=upcoming["warnings"].map(lambda codes: [warning(code, policy) for code in codes]),
        rollback=upcoming["rollback"].replace("", t("none given")),
    )
    columns = (
        Column("id", t("Change"), "code"),
        *_effects(),
        Column("warnings", t("Warnings"), "list"),
        Column("url", t("Link"), "link"),
    )
    details = (Column("response_needed", t("Response needed")), Column("rollback", t("Rollback")))
    title = t("What planned changes need")
    return Table(title, frame, columns, details, anchor=("id",), folded=True, place="needs")


def numbers(analyses: Analyses) -> dict[str, Any]:
    """Its keys of ``review.json``, each with the rows of its frame."""
    return {
        "planned_changes": rows(analyses.changes.upcoming),
        "change_scorecard": rows(analyses.changes.scorecard),
        "past_changes": rows(analyses.changes.past),
    }
