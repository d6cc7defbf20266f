"""Metrics: which SLOs are met, what changed since the last meeting, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.metrics import (
    definitions as metrics_definitions,
)
from prodmeet_kit.agenda.metrics import (
    load as metrics_load,
)
from prodmeet_kit.agenda.metrics import resource_facets, slo_facets
from prodmeet_kit.agenda.metrics import (
    resources as metrics_resources,
)
from prodmeet_kit.agenda.metrics import (
    slos as metrics_slos,
)
from prodmeet_kit.agenda.metrics.brief import brief, fine
from prodmeet_kit.agenda.shared.absent import could_not_check
from prodmeet_kit.evidence import AgendaItem, Figure
from prodmeet_kit.findings.finding import asked
from prodmeet_kit.i18n.languages import t

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence

__all__ = ["item"]

KEY = "metrics"


MOST_OPEN = 24
"""So many charts are open; more are a wall nobody reads, so the others fold, in the order of the page."""


def item(analyses: Analyses) -> AgendaItem:
    """SLOs first, then load, resources and efficiency; quiet charts are folded."""
    title = t("Metrics")
    if not analyses.basis.metrics_known:
        return could_not_check(analyses, KEY, title)
    slos = analyses.slo.summary
    facets = (*slo_facets.facets(analyses), *resource_facets.facets(analyses))
    return AgendaItem(
        key=KEY,
        title=title,
        headline=fine(slos),
        brief=brief(analyses),
        state="attention" if asked(facets) else "fine" if len(slos) or len(analyses.capacity.resources) else "none",
        timezone=analyses.facts.window.timezone,
        evidence=folded_beyond(
            MOST_OPEN,
            (
                *metrics_slos.evidence(analyses),
                *metrics_load.evidence(analyses),
                *metrics_resources.evidence(analyses),
                *metrics_definitions.evidence(analyses),
            ),
        ),
        failures=tuple(analyses.facts.failed(KEY)),
        facets=facets,
    )


def folded_beyond(most: int, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The evidence with every figure folded but the first ``most`` of those that were open."""
    left = most
    shown: list[Evidence] = []
    for each in evidence:
        open_ = isinstance(each, Figure) and not each.folded
        shown.append(replace(each, folded=True) if isinstance(each, Figure) and open_ and left <= 0 else each)
        left -= open_
    return tuple(shown)
