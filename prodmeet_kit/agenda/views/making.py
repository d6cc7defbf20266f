"""Make the views of findings: what is said of each, once, and in how few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.overview.decided import last_time
from prodmeet_kit.agenda.views.pictures import picture
from prodmeet_kit.core.subjects import kind_of
from prodmeet_kit.evidence import Chart
from prodmeet_kit.evidence.finding_view import FindingView
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import write

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.findings.finding import Finding

__all__ = ["views", "without_charts_of"]

FACETS = 3
"""So many are read in small type; all are in ``review.json``."""

OWNED = {"slo", "resource", "load", "efficiency", "outage", "alert"}
"""Kinds of subject that somebody should own."""

_ENDS = ".。"


def views(analyses: Analyses, titles: Mapping[str, str], found: Sequence[Finding]) -> tuple[FindingView, ...]:
    """One view a finding: those on the agenda in the order of its items, then the annex by rank.

    ``titles`` maps the key of each agenda item to its title, in the order of the meeting.
    """
    order = {key: place for place, key in enumerate(titles)}
    known = last_time(analyses)
    here = sorted(
        (each for each in found if each.place == "agenda"),
        key=lambda each: (order.get(each.section, len(order)), each.rank),
    )
    annex = [each for each in found if each.place != "agenda"]
    return tuple(_view(analyses, each, titles, known) for each in [*here, *annex])


def without_charts_of(shown: Iterable[FindingView], evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The evidence of an item without the charts that its findings have with them: each is in a report once."""
    charts = {each.anchor for view in shown for each in view.picture.folded if isinstance(each, Chart)}
    return tuple(each for each in evidence if not (isinstance(each, Chart) and each.anchor in charts))


def _view(analyses: Analyses, found: Finding, titles: Mapping[str, str], known: Mapping[str, str]) -> FindingView:
    services = dict.fromkeys(each for _, facet in found.facets[:1] for each in facet.services)
    shown = picture(analyses, found)
    return FindingView(
        subject=found.subject,
        item=found.section,
        title=titles.get(found.section, found.section),
        place=found.place,
        rank=found.rank,
        minutes=found.minutes,
        headline=found.headline,
        question=found.ask,
        also=tuple(each.question_apart for each in found.asks[1:]),
        why=_why(found),
        sentences=() if kind_of(found.subject) == "change" and shown.figure else found.sentences,  # names are in it
        facets=_facets(found, known),
        owner=found.owner,
        check=found.check,
        service=next(iter(services)) if len(services) == 1 else "",
        picture=shown,
    )


def _why(found: Finding) -> str:
    """Its minutes, and why where the headline does not say so itself."""
    head = found.facets[0][1]
    because = head.why or (t("it has to be decided before the next meeting") if found.dated else "")
    if found.place != "agenda":
        told = t("No time left") if found.question else ""
    else:
        told = t("{n} min", n=write(found.minutes, "number"))
    if told and because:
        return t("{what}: {reason}", what=told, reason=because)
    return told or because


def _facets(found: Finding, known: Mapping[str, str]) -> tuple[str, ...]:
    """What else concerns the subject and neither the words above nor a question said yet, a few words each."""
    said = " ".join([found.headline, *found.sentences, found.question])
    decided = {each.decision for each in found.asks}
    rest = [
        each.reason.rstrip(_ENDS)
        for _, each in found.facets
        if not each.said
        and not (each.rule == "attention" and each.subject == found.subject)  # the headline says it already
        and not (each.question and each.decision in decided)
        and each.reason.rstrip(_ENDS) not in said
    ]
    before = [known[each].rstrip(_ENDS) for each in found.subjects if each in known][:1]
    return tuple(dict.fromkeys([*_owner(found), *before, *rest]))[:FACETS]


def _owner(found: Finding) -> list[str]:
    """Who looks after it; that nobody does is said of what a service should have somebody for."""
    if found.owner:
        return [t("owner: {names}", names=found.owner)]
    asked = any(each.rule == "attention" for _, each in found.facets[:1])  # who owns it is the question then
    return [t("no owner")] if kind_of(found.subject) in OWNED and not asked else []
