"""Outages: what each cost, whether anybody was paged, what it still owes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.outages import table as outage_table
from prodmeet_kit.agenda.outages.length import as_written, length
from prodmeet_kit.agenda.outages.names import called
from prodmeet_kit.analysis.slo.fast_parts import LONG
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.core.time_ranges import began
from prodmeet_kit.evidence.facet import Facet
from prodmeet_kit.findings.facet import MOST_EXTRA, facet
from prodmeet_kit.i18n import ranges
from prodmeet_kit.i18n.languages import clauses, listed, sentence, sentences, t, tn
from prodmeet_kit.schemas.changes import CHANGES
from prodmeet_kit.schemas.incidents import INCIDENT_FINDINGS, INCIDENTS, MISSED, OUTAGES

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.changes import ChangeRow
    from prodmeet_kit.schemas.incidents import OutageRow

__all__ = ["change_before", "facets"]

SMALL = 0.2
"""A fifth of a budget owes a postmortem (SRE Workbook, appendix B); a smaller outage presses the less."""

LESS = 10.0
"""That nobody was paged is a part of the outage, which is what the finding is about."""

SOON = timedelta(minutes=30)
"""An outage that begins within this time after a change names that change. Own choice."""

QUICK = 0.02
"""Less of a budget than this, the least that deserves a page, is looked at within a minute."""


def facets(analyses: Analyses) -> tuple[Facet, ...]:
    """One facet for each outage since the last meeting, and one more for each thing it still owes."""
    return tuple(_facets(analyses))


def _facets(analyses: Analyses) -> Iterator[Facet]:
    written = {row["id"]: row for row in INCIDENT_FINDINGS.rows(analyses.incidents.recent)}
    missed = {row["id"]: row for row in MISSED.rows(analyses.detection.missed)}
    again = {row["id"]: row for row in outage_table.repeated(analyses.incidents.recent)}
    for row in OUTAGES.rows(analyses.incidents.recent_outages):
        mine = [written[each] for each in row["incidents"] if each in written]
        owed = [each["id"] for each in mine if each["postmortem_missing"]]
        owed += [called(row, analyses.facts.window.timezone)] if outage_table.owes(row) else []
        seen = next((again[each["id"]] for each in mine if each["id"] in again), None)
        yield from _of(analyses, row, mine, missed.get(row["id"]), owed, seen)
    for row in OUTAGES.rows(analyses.incidents.carried_outages):
        told = [each for each in INCIDENTS.rows(analyses.downtime.incidents) if each["id"] in row["incidents"]]
        required = row["postmortem_required"] is True and not any(each["postmortem"] for each in told)
        names = row["incidents"] or [called(row, analyses.facts.window.timezone)]
        unpaged = {"would_have_fired": ""} if row["paged"] is False else None  # which rule would have is of the last
        yield from _of(analyses, row, told, unpaged, names if required else [], None)


def _of(
    analyses: Analyses,
    row: OutageRow,
    mine: Sequence[Mapping[str, Any]],
    unpaged: Mapping[str, Any] | None,
    owed: list[str],
    seen: Mapping[str, Any] | None,
) -> Iterator[Facet]:
    about, cost = subject("outage", row["id"]), outage_table.worst(row["budget_spent"])
    shared: dict[str, Any] = {"services": list(row["services"])}
    urgent = _urgent(row)
    asked = [
        *([t("Is {name} over? Who is working on it?", name=_name(row))] if urgent and row["written"] else []),
        *([] if row["written"] else [_what(row, owed)]),
        *([_rule(unpaged)] if unpaged else []),
        *(_postmortem(each) for each in owed if row["written"]),
        *([_again(seen)] if seen else []),
    ]
    short = [
        *([_rule(unpaged, short=True)] if unpaged else []),
        *([t("Who writes the postmortem?")] if len(owed) == 1 and row["written"] else []),
    ]
    main = facet(
        analyses,
        "outage" if row["written"] else "untold_event",
        about,
        _headline(row, cost, analyses.facts.window.timezone, unpaged=unpaged is not None),
        question=sentences(asked),
        ask=sentences(short) if len(short) == len(asked) else "",
        extra=MOST_EXTRA if urgent else _weight(cost),
        minutes=None if urgent or cost >= QUICK or cost != cost else 1.0,
        sentence=_more(row, mine, unpaged, analyses.changes.past),
        dated=urgent,
        **shared,
    )
    more = [_owed(analyses, about, row, each, shared) for each in owed]
    if unpaged:
        what = t("nobody was paged for {id}", id=_name(row))
        weight = _weight(cost) - LESS
        more.append(
            facet(analyses, "event_unpaged", about, what, question=_rule(unpaged), extra=weight, said=True, **shared)
        )
    # The finding is about the outage, and presses as what it owes.
    yield replace(main, score=max(each.score for each in (main, *more)))
    yield from more


def _owed(analyses: Analyses, about: str, row: Mapping[str, Any], identity: str, shared: Mapping[str, Any]) -> Facet:
    what = t("{id} spent over 20% of a four-week error budget and has no postmortem", id=identity)
    question = _postmortem(identity) if row["written"] else _what(row, [identity])
    return facet(analyses, "postmortem_owed", about, what, question=question, said=True, **shared)


def _what(row: Mapping[str, Any], owed: list[str]) -> str:
    """Ask about an outage without an incident record; who writes one where a postmortem is required."""
    services = listed(row["services"])
    if _urgent(row):
        return t("What is happening to {services}, and who is working on it?", services=services)
    if owed:
        return t("What happened to {services}, and who writes the incident record?", services=services)
    return t("What happened to {services}?", services=services)


def _urgent(row: Mapping[str, Any]) -> bool:
    """Whether it goes on at the meeting: people say so, or it burns fast. A burn of days is a matter of its SLO."""
    return bool(row["ongoing"]) and (bool(row["written"]) or row["span_end"] - row["span_start"] < LONG)


def _more(
    row: Mapping[str, Any], mine: Sequence[Mapping[str, Any]], unpaged: Mapping[str, Any] | None, changes: pd.DataFrame
) -> str:
    """What people call it, what is to be said of its pages, and the change that it began soon after."""
    said = clauses([*(each["title"] for each in mine if each["title"]), *_pages(row, unpaged)])
    after = _after(row, changes)
    return sentences([sentence(said) if said and after else said, after])


def change_before(row: Mapping[str, Any], changes: pd.DataFrame) -> ChangeRow | None:
    """The last change of one of its services that started within 30 minutes before it; no claim that it was the cause.

    ``row`` is one of ``OUTAGES``, ``changes`` is ``CHANGES``.
    """
    since, until = _begin(row)
    middle = since + (until - since) / 2
    near = [
        change
        for change in CHANGES.rows(changes)
        if set(change["services"]) & set(row["services"]) and timedelta() <= middle - change["start"] <= SOON
    ]
    return max(near, key=lambda change: (change["start"], change["id"]), default=None)


def _begin(row: Mapping[str, Any]) -> tuple[pd.Timestamp, pd.Timestamp]:
    return (row["start"], row["start"]) if as_written(row) else began(row)


def _after(row: Mapping[str, Any], changes: pd.DataFrame) -> str:
    """How soon after a change it began."""
    last = change_before(row, changes)
    if last is None:
        return ""
    low, high = (max((moment - last["start"]).total_seconds(), 0.0) for moment in _begin(row))
    if high <= 0:
        return t("It began as {change} started", change=last["id"])
    return t("It began {time} after {change}", time=ranges.length(low, high), change=last["id"])


def _name(row: Mapping[str, Any]) -> str:
    return listed(row["incidents"]) or listed(row["slos"])


def _headline(row: Mapping[str, Any], cost: float, timezone: str, *, unpaged: bool) -> str:
    """``payments had an outage of 4 h (INC-51): 35% of an error budget, and nobody was paged``."""
    words = {"name": _name(row), "services": listed(row["services"]) or t("an unknown service")}
    if row["ongoing"]:
        text = t("{services} has an ongoing outage ({name})", **words)
    elif row["written"]:
        text = t("{services} had an outage of {length} ({name})", length=length(row), **words)
    else:
        text = t(
            "{services} had an outage of {length} on {when} without an incident record",
            services=words["services"],
            length=length(row),
            when=ranges.began(row, timezone),
        )
    if cost != cost:  # NaN is not equal to itself
        return t("{outage}; nobody was paged", outage=text) if unpaged else text
    spent = outage_table.or_more(cost, row["blind_s"])
    if unpaged:
        return t("{outage}: {cost} of an error budget, and nobody was paged", outage=text, cost=spent)
    return t("{outage}: {cost} of an error budget", outage=text, cost=spent)


def _pages(row: Mapping[str, Any], unpaged: Mapping[str, Any] | None) -> list[str]:
    """Name, of an unpaged outage, the pages that were noise; of another, which SLO had no page of its own."""
    if unpaged:
        noise = list(row["noise_alerts"])
        return [t("the only pages were noise: {alerts}", alerts=listed(noise))] if noise else []
    without = [ref for ref, own in (row["own_page"] or {}).items() if own is False]
    if not without or not row["paged"]:
        return []
    names = listed(without)
    return [tn("{slos} had no page of its own", "{slos} had no page of their own", len(without), slos=names)]


def _postmortem(identity: str) -> str:
    return t("Who writes the postmortem of {id}?", id=identity)


def _again(again: Mapping[str, Any]) -> str:
    return t(
        "This is outage number {n} of its kind: was the work decided after {earlier} done?",
        n=again["n"],
        earlier=again["earlier"],
    )


def _rule(row: Mapping[str, Any], *, short: bool = False) -> str:
    """Propose the standard rule that would have caught it, as a question; ``short`` where its SLO is known."""
    code = row["would_have_fired"]
    if not code:
        return t("Which alert would have caught it?")
    if short:
        ticket = row["rule_severity"] == "ticket"
        return t("Add the {rule} ticket?", rule=code) if ticket else t("Add the {rule} alert?", rule=code)
    if row["rule_severity"] == "ticket":
        return t("Add the {rule} ticket for {slo}?", rule=code, slo=row["rule_slo"])
    return t("Add the {rule} alert for {slo}?", rule=code, slo=row["rule_slo"])


def _weight(cost: float) -> float:
    """An outage of a thousandth of a budget does not weigh like one of half of it; unknown is in between."""
    if cost != cost:  # NaN is not equal to itself
        return -10.0
    return 30 * min(cost, 1.0) - 45 * (1 - min(cost / SMALL, 1.0))
