"""Outages: what users suffered, what it cost of the error budget, and whether it was learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.outages import facets
from prodmeet_kit.agenda.outages import table as outage_table
from prodmeet_kit.agenda.outages.names import called
from prodmeet_kit.agenda.shared.absent import absent, none
from prodmeet_kit.evidence import AgendaItem, Note
from prodmeet_kit.i18n.languages import clauses, sentence, sentences, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.frames import rows
from prodmeet_kit.schemas.incidents import INCIDENT_FINDINGS, OUTAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence

__all__ = ["item", "numbers"]

KEY = "outages"


def item(analyses: Analyses) -> AgendaItem:
    """Incidents since the last meeting with their cost, and fast burns without an incident record.

    Each outage is a finding that is shown as such: the tables are folded.
    """
    title = t("Outages")
    if (gone := absent(analyses, KEY, title, "incidents", "incidents")) is not None:
        return _without_incidents(analyses, gone)
    incidents, untold = analyses.incidents.recent, analyses.downtime.unwritten_events
    evidence: list[Evidence] = list(_unchecked(analyses))
    if not len(incidents) and not len(untold):
        since = write(analyses.facts.window.start, "date", timezone=analyses.facts.window.timezone)
        known = {target.ref: target.ref in analyses.slo.trends for target in analyses.slo.targets}
        calm = replace(none(analyses, KEY, title, _grounds(known, since)), evidence=tuple(evidence))
        carried = facets.facets(analyses)
        return replace(calm, state="attention", facets=carried) if carried else calm
    if len(incidents):
        evidence.append(outage_table.table(incidents, analyses.facts.window.timezone))
    recent = analyses.incidents.recent_outages
    written, unwritten = recent[recent["written"]], recent[~recent["written"]]
    if len(unwritten):
        evidence.append(outage_table.unwritten(unwritten, analyses.facts.window.timezone, analyses.facts.window.end))
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(incidents, written, unwritten, analyses.facts.window.timezone),
        state="attention",
        timezone=analyses.facts.window.timezone,
        evidence=tuple(evidence),
        failures=tuple(analyses.facts.failed(KEY)),
        facets=facets.facets(analyses),
    )


def _without_incidents(analyses: Analyses, item: AgendaItem) -> AgendaItem:
    """Where nobody's incidents are known, what the SLIs themselves saw; the item says that incidents are not."""
    seen = analyses.incidents.recent_outages
    if not len(seen):
        return item
    window = analyses.facts.window
    return replace(
        item,
        state=item.state if item.state == "could_not_check" else "attention",
        evidence=(outage_table.unwritten(seen, window.timezone, window.end),),
        facets=facets.facets(analyses),
    )


def _unchecked(analyses: Analyses) -> Iterator[Note]:
    """Say what failed elsewhere and leaves costs, burns or pages unknown here."""
    burns = any(target.ref not in analyses.slo.trends for target in analyses.slo.targets)
    prices = any(isnan(share) for spent in analyses.incidents.recent["budget_spent"] for share in spent.values())
    pages = bool(analyses.incidents.recent["paged"].isna().any())
    metrics = list(analyses.facts.failed("metrics")) if burns or prices else []
    alerts = list(analyses.facts.failed("paging_events")) if pages else []
    why = "; ".join(dict.fromkeys(f"{failure.source}: {failure.message}" for failure in metrics + alerts))
    if metrics and alerts:
        yield Note(t("Error budget costs and pages could not be checked: {why}", why=why), "warning")
    elif metrics and prices:
        yield Note(t("Error budget costs could not be checked: {why}", why=why), "warning")
    elif metrics:
        yield Note(t("Budget burns could not be checked: {why}", why=why), "warning")
    elif alerts:
        yield Note(t("Pages could not be checked: {why}", why=why), "warning")


def _grounds(known: dict[str, bool], since: str) -> str:
    """Why there is nothing to show; of burns only where there is an SLO. ``known``: by SLO, whether it has a trend."""
    if not known:
        return t("no incident was recorded since {since}", since=since)
    if all(known.values()):
        return t("no incident and no fast burn was recorded since {since}", since=since)
    return tn(
        "no incident was recorded since {since}; for {unknown} of {n} SLO it is not known whether it had a fast burn",
        "no incident was recorded since {since}; for {unknown} of {n} SLOs it is not known whether "
        "they had a fast burn",
        len(known),
        since=since,
        unknown=list(known.values()).count(False),
    )


def _headline(incidents: pd.DataFrame, written: pd.DataFrame, unwritten: pd.DataFrame, timezone: str) -> str:
    """How many there were, which was the most expensive of all, and what is owed of either kind.

    ``written`` and ``unwritten`` are ``OUTAGES``: several incidents may tell of one, and one may hit several SLOs.
    """
    counts = (
        (len(written), tn("{n} outage", "{n} outages", len(written))),
        (
            len(unwritten),
            tn(
                "{n} fast burn without an incident record",
                "{n} fast burns without an incident record",
                len(unwritten),
            ),
        ),
    )
    worst, most = _most_expensive(incidents, unwritten, timezone)
    said = [[text, most if most and place == worst else ""] for place, (n, text) in enumerate(counts) if n]
    owed = int(incidents.loc[incidents["postmortem_missing"], "outage"].nunique())
    owed += sum(outage_table.owes(row) for row in OUTAGES.rows(unwritten))
    if owed:
        said[-1].append(tn("{n} postmortem missing", "{n} postmortems missing", owed))
    return sentences(sentence(clauses(filter(None, parts))) for parts in said)


def _most_expensive(incidents: pd.DataFrame, unwritten: pd.DataFrame, timezone: str) -> tuple[int, str]:
    """Find the most expensive: whether it is an incident (0) or has no record (1), and what to say of it."""
    known: list[tuple[int, str, Mapping[str, Any]]] = [
        (0, str(row["id"]), row) for row in INCIDENT_FINDINGS.rows(incidents)
    ]
    known += [(1, called(row, timezone), row) for row in OUTAGES.rows(unwritten)]
    if len(known) == len(unwritten) == 1:  # the most expensive of one is nothing to say
        return 0, ""
    costs = [(outage_table.worst(row["budget_spent"]), place, name, row) for place, name, row in known]
    costs = [each for each in costs if not isnan(each[0])]
    if not costs:
        return 0, ""
    cost, place, name, row = max(costs, key=lambda each: each[0])
    price = outage_table.or_more(cost, row["blind_s"])
    return place, t("{id} cost the most, {cost} of an error budget", id=name, cost=price)


def numbers(analyses: Analyses) -> dict[str, Any]:
    """Its keys of ``review.json``, each with the rows of its frame."""
    return {
        "incidents": rows(analyses.incidents.recent),
        "outages": rows(analyses.incidents.recent_outages),
    }
