"""Outages: what users suffered, what it cost of the error budget, and whether it was learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.agenda.absent import absent, none
from prodmeet_kit.agenda.evidence import AgendaItem, Candidate, Column, Table
from prodmeet_kit.display.languages import t, tn
from prodmeet_kit.display.numbers import write
from prodmeet_kit.frames import rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.agenda.evidence import Evidence
    from prodmeet_kit.findings import Findings

__all__ = ["item"]

KEY = "outages"


def item(findings: Findings) -> AgendaItem:
    """Incidents since the last meeting, priced, and SLO events that no incident tells of."""
    title = t("Outages")
    if (gone := absent(findings, KEY, title, "incidents", "incidents")) is not None:
        return gone
    incidents, untold = findings.incidents, findings.untold_events
    if not len(incidents) and not len(untold):
        since = write(findings.facts.window.start, "date", timezone=findings.facts.window.timezone)
        return none(
            findings,
            KEY,
            title,
            t("no incident was recorded and no SLO burned its budget fast since {since}", since=since),
        )
    evidence: list[Evidence] = []
    if len(incidents):
        evidence.append(_incident_table(incidents))
    if len(untold):
        evidence.append(_untold_table(untold))
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(incidents, untold),
        state="attention",
        timezone=findings.facts.window.timezone,
        evidence=tuple(evidence),
        questions=_questions(incidents, untold),
        failures=tuple(findings.facts.failed(KEY)),
        candidates=_candidates(incidents, untold),
    )


def _worst(spent: dict[str, float]) -> float:
    return max(spent.values(), default=float("nan"))


def _headline(incidents: pd.DataFrame, untold: pd.DataFrame) -> str:
    sentences = []
    if len(incidents):
        first = tn("{n} outage", "{n} outages", len(incidents))
        priced = incidents.assign(cost=incidents["budget_spent"].map(_worst)).dropna(subset=["cost"])
        if len(priced):
            worst = max(rows(priced), key=lambda row: float(row["cost"]))
            first += t(
                "; {id} was the dearest at {cost} of an error budget",
                id=worst["id"],
                cost=write(worst["cost"], "budget"),
            )
        missing = int(incidents["postmortem_missing"].sum())
        if missing:
            first += "; " + tn("{n} postmortem is owed", "{n} postmortems are owed", missing)
        sentences.append(first + ".")
    if len(untold):
        sentences.append(
            tn(
                "{n} time an SLO burned fast and no incident tells of it.",
                "{n} times an SLO burned fast and no incident tells of it.",
                len(untold),
            )
        )
    return " ".join(sentences)


def _questions(incidents: pd.DataFrame, untold: pd.DataFrame) -> tuple[str, ...]:
    asked = [
        t("{id} spent over 20% of a budget and has no postmortem: who writes it, until when?", id=row["id"])
        for row in rows(incidents[incidents["postmortem_missing"]])
    ]
    asked += [
        t("{id} was found without a page: what should have told us?", id=row["id"])
        for row in rows(incidents[~incidents["paged"]])
    ]
    asked += [t("What happened to {event}?", event=row["id"]) for row in rows(untold)]
    return tuple(asked)


def _candidates(incidents: pd.DataFrame, untold: pd.DataFrame) -> tuple[Candidate, ...]:
    found = []
    for row in rows(incidents):
        cost = _worst(row["budget_spent"])
        known = cost == cost  # NaN is not equal to itself
        reason = (
            t("{id} spent {cost} of an error budget", id=row["id"], cost=write(cost, "budget"))
            if known
            else t("{id} has no price in error budget", id=row["id"])
        )
        found.append(
            Candidate(50 + 50 * min(cost, 1.0) if known else 50, 4.0 if row["postmortem_missing"] else 3.0, reason)
        )
    if len(untold):
        reason = tn("{n} budget burn has no incident", "{n} budget burns have no incident", len(untold))
        found.append(Candidate(55, 2.0, reason))
    return tuple(found)


def _incident_table(incidents: pd.DataFrame) -> Table:
    def price(spent: dict[str, float]) -> list[str]:
        return [f"{slo} {write(value, 'budget')}" for slo, value in spent.items() if value == value]

    def postmortem(row: pd.Series) -> str:
        if row["postmortem"]:
            return str(row["postmortem"])
        return t("owed") if row["postmortem_missing"] else t("not required")

    frame = incidents.assign(
        price=incidents["budget_spent"].map(price),
        review=[postmortem(row) for _, row in incidents.iterrows()],
        told=[
            t("page") if paged else by or t("not a page")
            for paged, by in zip(incidents["paged"], incidents["detected_by"], strict=True)
        ],
    )
    columns = (
        Column("id", t("Incident"), "code"),
        Column("title", t("What")),
        Column("severity", t("Severity")),
        Column("services", t("Services"), "list"),
        Column("start", t("Start"), "time"),
        Column("detection_s", t("Detected after"), "duration"),
        Column("mitigation_s", t("Mitigated after"), "duration"),
        Column("told", t("Found by")),
        Column("price", t("Error budget spent"), "list"),
        Column("review", t("Postmortem"), "link"),
        Column("url", t("Link"), "link"),
    )
    details = (Column("impact", t("Impact")),)
    return Table(t("Incidents since the last meeting"), frame, columns, details, anchor=("id",))


def _untold_table(events: pd.DataFrame) -> Table:
    columns = (
        Column("service", t("Service")),
        Column("slo", t("SLO")),
        Column("onset", t("Onset"), "time"),
        Column("duration_s", t("Lasted"), "duration"),
        Column("budget_spent", t("Error budget spent"), "budget"),
        Column("trigger", t("Condition met"), "code"),
    )
    return Table(t("Fast budget burns that no incident tells of"), events, columns, anchor=("id",))
