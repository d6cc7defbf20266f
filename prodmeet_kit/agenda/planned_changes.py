"""Planned changes: what will be different before the next meeting, what it needs, what it collides with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prodmeet_kit.agenda import before_after, scorecard
from prodmeet_kit.agenda.absent import absent, none
from prodmeet_kit.agenda.evidence import AgendaItem, Candidate, Column, Table
from prodmeet_kit.agenda.raising import raised
from prodmeet_kit.display.languages import listed, sentence, t, tn
from prodmeet_kit.display.numbers import write
from prodmeet_kit.frames import rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.agenda.evidence import Evidence
    from prodmeet_kit.findings import Analyses

__all__ = ["item"]

KEY = "planned_changes"


def item(findings: Analyses) -> AgendaItem:
    """Changes that start before the next meeting, and below them those made since the last one."""
    title = t("Planned changes")
    if (gone := absent(findings, KEY, title, "changes", "changes")) is not None:
        return gone
    upcoming, past = findings.upcoming_changes, findings.past_changes
    policy = findings.facts.product.slo_rules.policy or t("until it recovers, only P0 and security changes go out")
    evidence: list[Evidence] = []
    if len(upcoming):
        evidence.append(_table(t("Before the next meeting"), upcoming, policy))
    if len(past):
        evidence.append(_table(t("Made since the last meeting"), past))
        compared = (scorecard.table(findings), before_after.table(findings), before_after.details(findings))
        evidence += [table for table in compared if table is not None]
    if not len(upcoming):
        until = write(findings.next_meeting, "date", timezone=findings.facts.window.timezone)
        because = t("no change is planned to start before {until}", until=until)
        return replace(none(findings, KEY, title, because), evidence=tuple(evidence))
    needing = upcoming[_needs_response(upcoming)]
    colliding = upcoming[upcoming["warnings"].map(bool)]
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(upcoming, needing, colliding),
        state="attention" if len(needing) or len(colliding) else "fine",
        timezone=findings.facts.window.timezone,
        evidence=tuple(evidence),
        questions=_questions(upcoming, needing, colliding, policy),
        failures=tuple(findings.facts.failed(KEY)),
        candidates=_candidates(findings, needing, colliding),
    )


def _needs_response(changes: pd.DataFrame) -> pd.Series:
    return ~changes["response_needed"].str.strip().str.lower().isin(["", "none", "no", "なし"])


def _headline(upcoming: pd.DataFrame, needing: pd.DataFrame, colliding: pd.DataFrame) -> str:
    first = tn("{n} change starts before the next meeting", "{n} changes start before the next meeting", len(upcoming))
    parts = []
    if len(needing):
        parts.append(tn("{n} needs a response", "{n} need a response", len(needing)))
    if len(colliding):
        parts.append(tn("{n} carries a warning", "{n} carry warnings", len(colliding)))
    return sentence(f"{first}: {listed(parts)}" if parts else first)


def _questions(upcoming: pd.DataFrame, needing: pd.DataFrame, colliding: pd.DataFrame, policy: str) -> tuple[str, ...]:
    asked = [
        t("{id} needs '{response}': who does it?", id=row["id"], response=row["response_needed"])
        for row in rows(needing)
    ]
    asked += _moves(colliding, policy)
    asked += [
        t("{id} says no way back: what is its rollback?", id=row["id"])
        for row in rows(upcoming[upcoming["rollback"] == ""])
    ]
    return tuple(asked)


def _moves(colliding: pd.DataFrame, policy: str) -> list[str]:
    """One question a change with all its warnings; of two that overlap only the first is asked about."""
    return [
        t(
            "{id}: {warnings}. Is the time still right?",
            id=change,
            warnings=listed(_warning(code, policy) for code in codes),
        )
        for change, codes in _own(colliding).items()
    ]


def _own(colliding: pd.DataFrame) -> dict[str, list[str]]:
    """The warnings of each change; an overlap of two belongs to the first, and a change left with none is out."""
    own: dict[str, list[str]] = {}
    before: set[str] = set()
    for row in rows(colliding):
        codes = [code for code in row["warnings"] if code not in before]
        if codes:
            own[row["id"]] = codes
        before.add(f"collides:{row['id']}")
    return own


def _candidates(findings: Analyses, needing: pd.DataFrame, colliding: pd.DataFrame) -> tuple[Candidate, ...]:
    risky = _own(colliding)
    found = [
        raised(
            findings,
            "change_at_risk",
            change,
            t("{id}: {warnings}", id=change, warnings=", ".join(_short(code) for code in codes)),
        )
        for change, codes in risky.items()
    ]
    found += [
        raised(findings, "change_needs_response", row["id"], t("{id} needs a response", id=row["id"]))
        for row in rows(needing)
        if row["id"] not in risky
    ]
    return tuple(found)


def _effect(effect: object) -> str:
    if not isinstance(effect, dict):
        return ""
    ways = {"up": t("up"), "down": t("down"), "none": t("no effect")}
    way, size = effect.get("direction"), effect.get("size")
    told = ways.get(str(way), str(way)) if way else ""
    moved = before_after.towards(told, str(size or ""))
    return " ".join(part for part in (str(effect.get("metric") or ""), moved) if part)


def _table(title: str, changes: pd.DataFrame, policy: str = "") -> Table:
    """Planned changes with their warnings when there is a ``policy`` for spent budgets, else those made."""
    warnings = bool(policy)
    frame = changes.assign(effect=changes["expected_effect"].map(_effect))
    columns = [
        Column("id", t("Change"), "code"),
        Column("title", t("What")),
        Column("start", t("Start"), "time"),
        Column("duration_s", t("Takes"), "duration"),
        Column("services", t("Services"), "list"),
        Column("owner", t("Owner")),
        Column("effect", t("Expected effect")),
    ]
    if warnings:
        frame = frame.assign(
            warnings=changes["warnings"].map(lambda codes: [_warning(code, policy) for code in codes]),
            rollback=changes["rollback"].replace("", t("none given")),
        )
        columns.append(Column("warnings", t("Warnings"), "list"))
    columns.append(Column("url", t("Link"), "link"))
    details = (Column("response_needed", t("Response needed")), Column("rollback", t("Rollback")))
    return Table(title, frame, tuple(columns), details if warnings else (), anchor=("id",), folded=not warnings)


def _short(code: str) -> str:
    """A warning in a few words, for the agenda."""
    kind, _, about = code.partition(":")
    return t("the error budget of {slo} is used up", slo=about) if kind == "budget_spent" else _warning(code)


def _warning(code: str, policy: str = "") -> str:
    """A warning as people read it, with what the team agreed on for a budget that is spent."""
    kind, _, about = code.partition(":")
    if kind == "collides":
        return t("overlaps with {change}", change=about)
    if kind == "budget_spent":
        return t("the error budget of {slo} is used up: {policy}", slo=about, policy=policy)
    if kind == "freeze":
        return t("lies in a freeze: {reason}", reason=about)
    if kind == "holiday":
        return t("lies on a public holiday: {name}", name=about)
    if kind == "peak_hour":
        hour, _, load = about.partition(":")
        return t("holds {hour}:00, when {load} is usually highest on that weekday", hour=f"{int(hour):02d}", load=load)
    return code
