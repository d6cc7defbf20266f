"""Make the views of findings: what is said of each, once, and in how few words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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

__all__ = ["not_in", "views"]

FACETS = 5
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


def not_in(shown: Iterable[FindingView], evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The evidence of an item without the charts that its findings have with them: each is in a report once."""
    charts = {each.anchor for view in shown for each in view.picture.folded if isinstance(each, Chart)}
    return tuple(each for each in evidence if not (isinstance(each, Chart) and each.anchor in charts))


def _view(analyses: Analyses, found: Finding, titles: Mapping[str, str], known: Mapping[str, str]) -> FindingView:
    asks = list(dict.fromkeys(each.question for _, each in found.facets if each.question and not each.said))
    own = [each for each in asks if each in found.question]
    services = dict.fromkeys(each for _, facet in found.facets[:1] for each in facet.services)
    return FindingView(
        subject=found.subject,
        item=found.section,
        title=titles.get(found.section, found.section),
        place=found.place,
        rank=found.rank,
        minutes=found.minutes,
        headline=found.headline,
        question=found.ask if own and own[0] == _first(found) else own[0] if own else found.question,
        also=tuple(own[1:]),
        why=_why(analyses, found),
        sentences=found.sentences,
        facets=_facets(found, own[1:], known),
        owner=found.owner,
        check=found.check,
        service=next(iter(services)) if len(services) == 1 else "",
        picture=picture(analyses, found),
    )


def _first(found: Finding) -> str:
    """The question of what the finding is about, in full."""
    return found.facets[0][1].question


def _why(analyses: Analyses, found: Finding) -> str:
    """Why it has its minutes; the reason is left out where the headline is the reason."""
    if found.headline.rstrip(_ENDS) not in found.why:
        return found.why
    if found.place != "agenda":
        return t("Nothing to decide") if not found.question else t("No time left")
    length = analyses.facts.product.meeting.duration.total_seconds() / 60
    return t("{n} of {all} minutes", n=write(found.minutes, "number"), all=write(length, "number"))


def _facets(found: Finding, also: Collection[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """What else concerns the subject and neither the words above nor a question said yet, a few words each."""
    said = " ".join([found.headline, *found.sentences, found.question])
    rest = [
        each.reason.rstrip(_ENDS)
        for _, each in found.facets
        if not each.said and each.question not in also and each.reason.rstrip(_ENDS) not in said
    ]
    before = [known[each].rstrip(_ENDS) for each in found.subjects if each in known][:1]
    return tuple(dict.fromkeys([*_owner(found), *before, *rest]))[:FACETS]


def _owner(found: Finding) -> list[str]:
    """Who looks after it; that nobody does is said of what a service should have somebody for."""
    if found.owner:
        return [t("owner: {names}", names=found.owner)]
    return [t("no owner")] if kind_of(found.subject) in OWNED else []
