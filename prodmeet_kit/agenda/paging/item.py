"""Paging events: did each page come the right way, and should it page at all, put beside the error budget."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.paging import (
    alert_facts,
    monitoring_changes,
)
from prodmeet_kit.agenda.paging import facets as alerts
from prodmeet_kit.agenda.paging import (
    people as paging_people,
)
from prodmeet_kit.agenda.paging import (
    quality as paging_quality,
)
from prodmeet_kit.agenda.paging import (
    verdicts as paging_verdicts,
)
from prodmeet_kit.agenda.shared.absent import absent, none
from prodmeet_kit.evidence import AgendaItem
from prodmeet_kit.i18n.languages import clauses, listed, sentence, t, tn
from prodmeet_kit.i18n.numbers import write

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence

__all__ = ["item"]

KEY = "paging_events"


def item(analyses: Analyses) -> AgendaItem:
    """Pages since the last meeting in groups by alert, each with the verdict the data suggests."""
    title = t("Paging events")
    if (gone := absent(analyses, KEY, title, "alert_runs", "alerts")) is not None:
        return _quiet(gone, analyses)
    pages = analyses.paging.pages
    if not len(pages):
        seen = tn("{n} alert was seen", "{n} alerts were seen", analyses.alerting.alerts_seen)
        if analyses.alerting.unwatched_s:
            away = write(analyses.alerting.unwatched_s, "duration")
            grounds = t("{seen} and none paged; the server was down for {length}", seen=seen, length=away)
        elif alerts.going_on(analyses):
            grounds = t("{seen} and none began to page", seen=seen)
        else:
            grounds = t("{seen} and none paged", seen=seen)
        return _quiet(none(analyses, KEY, title, grounds), analyses)
    groups = analyses.paging.groups
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(analyses),
        state="attention" if (groups["shown_verdict"] != "right").any() else "fine",
        timezone=analyses.facts.window.timezone,
        evidence=_evidence(analyses),
        failures=tuple(analyses.facts.failed(KEY)),
        facets=alerts.pages(analyses),
    )


def _quiet(item: AgendaItem, analyses: Analyses) -> AgendaItem:
    """The item without pages: what was silenced and which rules changed may be why."""
    looked = any(analyses.facts.records.get(name) is not None for name in ("silences", "alert_rules"))
    return replace(item, evidence=monitoring_changes.evidence(analyses)) if looked else item


def _headline(analyses: Analyses) -> str:
    """How many pages, how many of them for an outage and how many noise; how many fast burns were paged."""
    pages, quality = analyses.paging.pages, analyses.detection.quality
    parts = [
        tn("{n} page", "{n} pages", len(pages)),
        tn("{n} for an outage", "{n} for an outage", quality.pages_caught),
    ]
    if noise := int((pages["shown_verdict"] == "noise").sum()):
        parts.append(tn("{n} noise", "{n} noise", noise))
    said = [listed(parts)]
    if quality.events:
        said.append(
            tn(
                "{caught} of {n} fast burn paged",
                "{caught} of {n} fast burns paged",
                quality.events,
                caught=quality.events_caught,
            )
        )
    return sentence(clauses(said))


def _evidence(analyses: Analyses) -> tuple[Evidence, ...]:
    """The alerts whose pages were not right, and what pages ask of people; folded each alert and each page."""
    return (
        *paging_verdicts.in_short(analyses),
        *paging_people.evidence(analyses),
        *paging_verdicts.evidence(analyses),
        *paging_quality.evidence(analyses),
        paging_verdicts.every_page(analyses),
        *monitoring_changes.evidence(analyses),
        *alert_facts.evidence(analyses),
    )
