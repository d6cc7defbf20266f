"""Non-paging events in the SRE book's three classes: should have paged, needs attention, noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.agenda.non_paging import (
    attention as non_paging_attention,
)
from prodmeet_kit.agenda.non_paging import (
    noise as non_paging_noise,
)
from prodmeet_kit.agenda.non_paging import (
    unpaged as non_paging_missed,
)
from prodmeet_kit.agenda.paging import facets as alerts
from prodmeet_kit.agenda.provenance.asked import behind
from prodmeet_kit.agenda.shared.absent import could_not_check, none
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.evidence import AgendaItem
from prodmeet_kit.i18n.languages import clauses, sentence, t, tn
from prodmeet_kit.schemas.paging import ATTENTION

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses

__all__ = ["item"]

KEY = "non_paging_events"

_ALERTS = ("alert", "rule")
"""Kinds of the queue that are an alert."""


def item(analyses: Analyses) -> AgendaItem:
    """What should have paged, what needs attention without a page, and what is only noise.

    Each subject is a finding that is shown as such: the tables are folded.
    """
    title = t("Non-paging events")
    alerts_known = analyses.facts.alerts_known
    if not alerts_known and not analyses.basis.metrics_known:
        return could_not_check(analyses, KEY, title, "metrics", "paging_events")
    missed, attention, noise = analyses.detection.missed, analyses.detection.attention, analyses.paging.noise
    shown = (missed, attention, noise, analyses.paging.proposals, analyses.alerting.never_fired)
    if not any(len(frame) for frame in shown):
        return none(analyses, KEY, title, _grounds(analyses, alerts_known))
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(len(missed), _subjects(analyses), noise["page"], alerts_known),
        state="attention" if len(missed) or len(attention) else "fine",
        timezone=analyses.facts.window.timezone,
        evidence=(
            *non_paging_missed.evidence(analyses),
            *non_paging_attention.evidence(analyses),
            *non_paging_noise.evidence(analyses),
            *behind(analyses, t("Rule changes against noise"), ["replay/"]),
        ),
        failures=tuple(analyses.facts.failed(KEY)),
        facets=(*alerts.attention(analyses), *alerts.noise(analyses)),
    )


def _grounds(analyses: Analyses, alerts_known: bool) -> str:
    """Why there is nothing to show; only what was measured is claimed."""
    if not alerts_known:
        return t(
            "no SLO and no resource needs attention; "
            "without alert data it is not known what should have paged and what is noise"
        )
    hidden = analyses.detection.hidden_events
    unseen = {f"{service}/{slo}" for service, slo in zip(hidden["service"], hidden["slo"], strict=True)}
    known = set(analyses.slo.trends) - unseen
    unknown = [target.ref for target in analyses.slo.targets if target.ref not in known]
    if unknown:
        return tn(
            "no alert is noise; for {unknown} of {n} SLO it is not known whether a burn went unpaged",
            "no alert is noise; for {unknown} of {n} SLOs it is not known whether a burn went unpaged",
            len(analyses.slo.targets),
            unknown=len(unknown),
        )
    if not len(analyses.slo.summary):
        return t("no alert is noise; without an objective it is not known what should have paged")
    return tn(
        "{n} SLO had no unpaged burn, and no alert is noise",
        "{n} SLOs had no unpaged burn, and no alert is noise",
        len(analyses.slo.summary),
    )


def _subjects(analyses: Analyses) -> int:
    """How many need attention: an alert whose rule reads what is in the queue itself is no other matter."""
    queue = ATTENTION.rows(analyses.detection.attention)
    own = {subject(row["kind"], row["service"], row["what"]) for row in queue if row["kind"] not in _ALERTS}
    alerts_too = {
        (row["what"], row["service"])
        for row in queue
        if row["kind"] in _ALERTS
        and not own & {each.subject for each in analyses.meeting.alerts_about(row["what"], row["service"])}
    }
    return len(own) + len(alerts_too)


def _headline(missed: int, attention: int, noise_paged: pd.Series[bool], alerts_known: bool) -> str:
    if not alerts_known:
        return tn(
            "{n} subject needs attention without a page; "
            "without alert data it is not known what should have paged and what is noise.",
            "{n} subjects need attention without a page; "
            "without alert data it is not known what should have paged and what is noise.",
            attention,
        )
    found = []
    if missed:
        found.append(tn("{n} event should have paged", "{n} events should have paged", missed))
    if attention:
        found.append(tn("{n} subject needs attention", "{n} subjects need attention", attention))
    paged, quiet = int(noise_paged.sum()), int((~noise_paged).sum())
    if quiet and paged:  # the paging events tell of those that paged
        found.append(tn("{n} more alert is noise", "{n} more alerts are noise", quiet))
    elif quiet:
        found.append(tn("{n} alert is noise", "{n} alerts are noise", quiet))
    elif paged and not found:
        found.append(tn("{n} alert that paged is noise", "{n} alerts that paged are noise", paged))
    nothing = t("Nothing should have paged, nothing needs attention, and no alert is noise")
    return sentence(clauses(found) or nothing)
