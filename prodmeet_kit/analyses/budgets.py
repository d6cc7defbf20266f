"""Analyses of error budgets: what is left, what spent it, how long it lasts, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import isnan
from typing import TYPE_CHECKING

from prodmeet_kit.analysis.incidents import budget_parts
from prodmeet_kit.analysis.slo import budget, decision_matrix
from prodmeet_kit.schemas.slo import BUDGET_PARTS

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses.downtimes import Downtimes
    from prodmeet_kit.analyses.meeting import Meeting
    from prodmeet_kit.analyses.slos import Slos
    from prodmeet_kit.facts import Facts

__all__ = ["Budgets"]


class Budgets:
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for."""

    def __init__(self, facts: Facts, slo: Slos, downtime: Downtimes, meeting: Meeting) -> None:
        self._facts = facts
        self._slo = slo
        self._downtime = downtime
        self._meeting = meeting

    @cached_property
    def since_last(self) -> pd.DataFrame:
        """``ERROR_BUDGET``: what left each SLO window, what came in, and how long the rest lasts."""
        return budget.since_last(
            self._slo.summary,
            self._slo.counted,
            self._slo.targets,
            self._slo.counted_trends,
            self._downtime.incidents,
            self._facts.window,
            self._slo.events,
        )

    @cached_property
    def parts(self) -> pd.DataFrame:
        """``BUDGET_PARTS``: what spent each budget since the last meeting."""
        return budget_parts.parts(
            self._slo.counted,
            self._slo.targets,
            self._slo.counted_trends,
            self._downtime.spans,
            self._slo.events,
            self._facts.window,
        )

    @cached_property
    def shares(self) -> Mapping[str, list[tuple[str, float]]]:
        """By ``service/name`` the parts (:attr:`parts`) whose share of the budget is known: id and share."""
        found: dict[str, list[tuple[str, float]]] = {}
        for row in BUDGET_PARTS.rows(self.parts):
            if not isnan(row["share"]):
                found.setdefault(f"{row['service']}/{row['name']}", []).append((row["id"], row["share"]))
        return found

    @cached_property
    def one_offs(self) -> Mapping[str, budget.OneOff]:
        """Budgets spent by what is over, which last at the pace of the rest, by ``service/name``."""
        return budget.one_offs(self.since_last, self._downtime.spans)

    @cached_property
    def by_service(self) -> pd.DataFrame:
        """``BUDGET_BY_SERVICE``: what each service spent of its own budget and of the product's."""
        return budget_parts.by_service(self.parts)

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """``DECISIONS``: what to do about each service's objectives."""
        product = self._facts.product
        known = [
            decision_matrix.Known(
                service.name,
                service.satisfaction or product.satisfaction or "",
                service.toil or product.toil or "",
            )
            for service in product.services
        ]
        unknown = self._facts.records.get("toil") is None
        hours = float("nan") if unknown else float(self._meeting.toil["hours_per_quarter"].sum())
        return decision_matrix.decisions(known, self._slo.summary, hours, product.slo_rules.toil_hours)
