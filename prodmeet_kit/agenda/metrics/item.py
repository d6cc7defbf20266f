"""Metrics: which SLOs are met, and how every service is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.agenda.metrics import (
    definitions as metrics_definitions,
)
from prodmeet_kit.agenda.metrics import (
    glance as metrics_glance,
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
from prodmeet_kit.agenda.metrics.brief import fine, resting
from prodmeet_kit.agenda.metrics.on_demand import basis, on_demand
from prodmeet_kit.agenda.shared.absent import could_not_check
from prodmeet_kit.evidence import AgendaItem, Note
from prodmeet_kit.findings.finding import asked
from prodmeet_kit.i18n.languages import t

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["item"]

KEY = "metrics"


def item(analyses: Analyses) -> AgendaItem:
    """Every service at a glance; SLOs, load, resources and efficiency in tables and charts on demand."""
    title = t("Metrics")
    if not analyses.basis.metrics_known:
        return could_not_check(analyses, KEY, title)
    slos = analyses.slo.summary
    facets = (*slo_facets.facets(analyses), *resource_facets.facets(analyses))
    return AgendaItem(
        key=KEY,
        title=title,
        headline=fine(slos),
        state="attention" if asked(facets) else "fine" if len(slos) or len(analyses.capacity.resources) else "none",
        timezone=analyses.facts.window.timezone,
        evidence=(
            metrics_glance.glance(analyses),
            *(map(Note, resting(slos)) if asked(facets) else ()),  # a finding is in the place of the headline then
            *basis(analyses),
            *on_demand(
                analyses,
                (
                    *metrics_slos.evidence(analyses),
                    *metrics_load.evidence(analyses),
                    *metrics_resources.evidence(analyses),
                    *metrics_definitions.evidence(analyses),
                ),
            ),
        ),
        failures=tuple(analyses.facts.failed(KEY)),
        facets=facets,
    )
