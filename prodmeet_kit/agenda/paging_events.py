"""Paging events: did each page come the right way, and should it page at all, put beside the error budget."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prodmeet_kit.agenda import alert_facts, monitoring_changes, paging_people, paging_quality, paging_verdicts
from prodmeet_kit.agenda.absent import absent, none
from prodmeet_kit.agenda.evidence import AgendaItem, Candidate
from prodmeet_kit.agenda.raising import raised
from prodmeet_kit.analysis.time_ranges import FEWEST, median_of
from prodmeet_kit.display.languages import listed, sentence, sentences, t, tn
from prodmeet_kit.display.numbers import write
from prodmeet_kit.display.ranges import length
from prodmeet_kit.display.states import word
from prodmeet_kit.frames import rows

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from prodmeet_kit.agenda.evidence import Evidence
    from prodmeet_kit.findings import Analyses

__all__ = ["PAGE", "item"]

KEY = "paging_events"

PAGE = "page"
"""Of what kind the subjects are: ``page/<alert>/<service>``, whatever the verdict."""

MOST = 10
"""Nobody answers more questions in one meeting."""


def item(findings: Analyses) -> AgendaItem:
    """Pages since the last meeting in groups by alert, each with the verdict the data suggests."""
    title = t("Paging events")
    if (gone := absent(findings, KEY, title, "alert_runs", "alerts")) is not None:
        return _quiet(gone, findings)
    pages = findings.pages
    if not len(pages):
        seen = tn("{n} alert was seen", "{n} alerts were seen", findings.alerts_seen)
        if findings.unwatched_s:
            away = write(findings.unwatched_s, "duration")
            grounds = t("{seen} and none paged; for {length} the server was away", seen=seen, length=away)
        else:
            grounds = t("{seen} and none paged", seen=seen)
        return _quiet(none(findings, KEY, title, grounds), findings)
    groups = findings.page_groups
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(findings),
        finding=sentence(_pages(findings)),
        state="attention" if (groups["shown_verdict"] != "right").any() else "fine",
        timezone=findings.facts.window.timezone,
        evidence=_evidence(findings),
        questions=_questions(groups, {service.name for service in findings.facts.product.services}),
        failures=tuple(findings.facts.failed(KEY)),
        candidates=_candidates(findings, groups),
    )


def _quiet(item: AgendaItem, findings: Analyses) -> AgendaItem:
    """The item without pages: what was silenced and which rules changed may be why."""
    looked = any(findings.facts.records.get(name) is not None for name in ("silences", "alert_rules"))
    return replace(item, evidence=monitoring_changes.evidence(findings)) if looked else item


def _pages(findings: Analyses) -> str:
    pages, quality = findings.pages, findings.paging_quality
    told = t(
        "{pages} {from_alerts}: {caught}",
        pages=tn("{n} page", "{n} pages", len(pages)),
        from_alerts=tn("from {n} alert", "from {n} alerts", len(findings.page_groups)),
        caught=tn("{n} belongs to a budget burn", "{n} belong to a budget burn", quality.pages_caught),
    )
    noise = int((pages["shown_verdict"] == "noise").sum())
    if noise:
        told += t(", ") + tn("{n} was noise", "{n} were noise", noise)
    return told


def _headline(findings: Analyses) -> str:
    first, quality = _pages(findings), findings.paging_quality
    if not quality.events:
        return sentence(first)
    second = tn(
        "{caught} of {n} budget burn was paged",
        "{caught} of {n} budget burns were paged",
        quality.events,
        caught=quality.events_caught,
    )
    times = quality.detection
    if len(times) >= FEWEST:
        second += t(", {time} after they began (median)", time=length(*median_of(times)))
    elif times:
        second += t(", {times} after it began", times=listed([length(*each) for each in times]))
    return sentences([sentence(first), sentence(second)])


def _evidence(findings: Analyses) -> tuple[Evidence, ...]:
    return (
        *paging_verdicts.evidence(findings),
        *paging_quality.evidence(findings),
        *paging_people.evidence(findings),
        paging_verdicts.every_page(findings),
        *monitoring_changes.evidence(findings),
        *alert_facts.evidence(findings),
    )


def _questions(groups: pd.DataFrame, ours: Collection[str]) -> tuple[str, ...]:
    asked = (
        _elsewhere(row["alert"], row["service"])
        if row["shown_verdict"] == "unclear" and row["service"] not in {*ours, ""}
        else _question(row["alert"], row["shown_verdict"], int(row["of_verdict"]))
        for row in rows(groups)
    )
    return tuple(question for question in asked if question)[:MOST]


def _elsewhere(alert: str, service: str) -> str:
    return t(
        "{alert} is of {service}, no service of this product: who answers it, and should matchers leave it out?",
        alert=alert,
        service=service,
    )


def _question(alert: str, verdict: str, count: int) -> str:
    if verdict == "noise":
        return tn(
            "{alert} paged {n} time while no SLI burned fast: should it page at all?",
            "{alert} paged {n} times while no SLI burned fast: should it page at all?",
            count,
            alert=alert,
        )
    if verdict == "late":
        return t("{alert} came late: which condition would have paged sooner?", alert=alert)
    if verdict == "duplicate":
        return t("{alert} paged for what another alert had paged: should it page at all?", alert=alert)
    if verdict == "could_wait":
        return t("{alert} paged for a slow burn: would a ticket do?", alert=alert)
    if verdict == "maintenance":
        return t("{alert} paged in announced work: why was it not silenced?", alert=alert)
    if verdict == "wrong_way":
        return t("{alert} paged in the wrong way: who mends its severity, route or text?", alert=alert)
    if verdict == "unclear":
        return t("{alert} covers no SLI: is the page right, and what would measure it?", alert=alert)
    return ""


def _candidates(findings: Analyses, groups: pd.DataFrame) -> tuple[Candidate, ...]:
    """One for each alert of a service: where its pages fall under several verdicts, that which presses most."""
    found: dict[str, Candidate] = {}
    for row in rows(groups):
        reason = tn(
            "{alert} paged {n} time, {verdict}",
            "{alert} paged {n} times, {verdict}",
            int(row["count"]),
            alert=row["alert"],
            verdict=word(row["shown_verdict"]).text,
        )
        rule, subject = f"page_{row['shown_verdict']}", f"{row['alert']}/{row['service']}"
        made = raised(findings, rule, subject, reason, min(int(row["count"]), 20), kind=PAGE)
        if made.subject not in found or made.score > found[made.subject].score:
            found[made.subject] = made
    return tuple(found.values())
