"""The quiet services in one line, with its proof: how many numbers were looked at, and the worst of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit import kinds
from prodmeet_kit.analysis.meeting.quiet_services import Quiet, quiet
from prodmeet_kit.i18n.languages import clauses, listed, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.incidents import INCIDENT_FINDINGS

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses

__all__ = ["found", "sentence"]


def found(analyses: Analyses, lines: pd.DataFrame) -> Quiet:
    """The quiet services of a review; ``lines`` is ``frames.AGENDA_LINES``, on the agenda or in the annex."""
    plans = [item.name for kind in kinds.every() for item in kind.items if item.plans]
    loud = {name for names in lines["services"][~lines["item"].isin(plans)] for name in names}
    for frame in (
        analyses.paging.pages,
        analyses.detection.missed,
        analyses.detection.attention,
        analyses.paging.noise,
        analyses.downtime.unwritten_events,
    ):
        loud |= set(frame["service"])
    for row in INCIDENT_FINDINGS.rows(analyses.incidents.recent):
        loud |= set(row["services"])
    return quiet(analyses.slo.summary, analyses.capacity.resources, loud)


def sentence(analyses: Analyses, lines: pd.DataFrame) -> str:
    """The quiet services as people read them; empty when there is none."""
    quiet_ones = found(analyses, lines)
    if not quiet_ones.services:
        return ""
    text = t(
        "Services without findings, {n} of {all} ({names})",
        n=len(quiet_ones.services),
        all=len(analyses.facts.product.services),
        names=listed(quiet_ones.services),
    )
    proof = [tn("{n} SLO is met", "{n} SLOs are met", quiet_ones.slos)]
    if quiet_ones.least_budget_of:
        left = write(quiet_ones.least_budget, "budget")
        proof.append(t("the least budget left is {left} ({name})", left=left, name=quiet_ones.least_budget_of))
    if quiet_ones.resources:
        use = write(quiet_ones.fullest, "percent")
        proof.append(
            tn(
                "{n} resource uses at most {use} of its limit ({name})",
                "{n} resources use at most {use} of a limit ({name})",
                quiet_ones.resources,
                use=use,
                name=quiet_ones.fullest_of,
            )
        )
    return t("{what}: {proof}.", what=text, proof=clauses(proof))
