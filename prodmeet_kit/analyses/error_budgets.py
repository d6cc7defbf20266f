"""The part of the findings that is about SLOs: what counts, what is left of the budgets, what spent them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from prodmeet_kit.analyses.part import Part
from prodmeet_kit.analysis.incidents import budget_parts
from prodmeet_kit.analysis.slo import (
    arithmetic as slo,
)
from prodmeet_kit.analysis.slo import (
    budget,
    burn_rates,
    daily,
    decision_matrix,
    exclusions,
)
from prodmeet_kit.analysis.slo import (
    objective_fit as revise,
)
from prodmeet_kit.core.window import parse_time
from prodmeet_kit.queries import questions

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["SPANS", "ErrorBudgets"]

SPANS = (burn_rates.PAGE[0].long, burn_rates.PAGE[1].long)
"""Burn rates are shown over the long windows of the two page conditions, 1 h and 6 h."""


class ErrorBudgets(Part):
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for.

    ``slo_counts`` and ``slo_trends`` are what the server counted; ``counted`` and ``counted_trends`` are the same
    without what the parameters exclude. Numbers of SLOs, budgets and incidents come from the latter; charts of
    what happened, SLO events and the judgement of pages from the former, for an alert knows of no exclusion.
    """

    @cached_property
    def slo_targets(self) -> tuple[slo.SloTarget, ...]:
        """The objectives of every service, in the order of the parameters."""
        end = self.facts.window.end
        return tuple(
            slo.SloTarget(
                service.name,
                objective.name,
                objective.target,
                (end - self.facts.window.begin(objective.window, end)).total_seconds(),
                None if isinstance(objective.window, timedelta) else objective.window,
            )
            for service in self.facts.product.services
            for objective in service.slos
        )

    @cached_property
    def exclusions(self) -> tuple[exclusions.Exclusion, ...]:
        """The exclusions of the parameters, as instants and ``service/name`` of the SLOs they concern."""
        product = self.facts.product
        return tuple(
            exclusions.Exclusion(
                parse_time(written.start, product.timezone),
                parse_time(written.end, product.timezone),
                frozenset(target.ref for target in self.slo_targets if written.covers(target.service, target.name)),
                written.reason,
                written.author,
            )
            for written in product.exclusions
        )

    @cached_property
    def counted(self) -> pd.DataFrame:
        """``SLO_COUNTS`` without the excluded events."""
        return exclusions.applied(
            self.slo_counts, self.slo_targets, self.slo_trends, self.exclusions, self.facts.window
        )

    @cached_property
    def counted_trends(self) -> Mapping[str, pd.DataFrame]:
        """``slo_trends`` with no event in the excluded steps."""
        return exclusions.counted(self.slo_trends, self.exclusions, self.facts.window)

    @cached_property
    def excluded(self) -> pd.DataFrame:
        """``EXCLUDED``: what each exclusion takes out of each SLO window."""
        return exclusions.excluded(self.slo_targets, self.slo_trends, self.exclusions, self.facts.window)

    @cached_property
    def slos(self) -> pd.DataFrame:
        """``SLO_SUMMARY``."""
        rules = self.facts.product.slo_rules
        return slo.summarise(
            self.counted,
            self.slo_targets,
            self.slo_trends,
            self.facts.window,
            rules=slo.Rules(rules.min_events, rules.min_budget_events),
            all_counts=self.slo_counts,
            days={slo.ref: self._days(slo.ref) for slo in self.slo_targets},
            oldest=self.oldest_measured,
        )

    def _days(self, ref: str) -> pd.Series[float] | None:
        """A value for each day before the history on which an SLO has a total; ``None`` where that was not asked."""
        keys = (f"slo/{ref}/{side}/{questions.DAYS}" for side in ("total", "ratio"))
        return next((self.facts.series(key) for key in keys if key in self.facts.answers), None)

    @cached_property
    def error_budget(self) -> pd.DataFrame:
        """``ERROR_BUDGET``: what left each SLO window, what came in, and how long the rest lasts."""
        return budget.since_last(
            self.slos,
            self.counted,
            self.slo_targets,
            self.counted_trends,
            self._incidents,
            self.facts.window,
            self.slo_events,
        )

    @cached_property
    def budget_parts(self) -> pd.DataFrame:
        """``BUDGET_PARTS``: what spent each budget since the last meeting."""
        return budget_parts.parts(
            self.counted,
            self.slo_targets,
            self.counted_trends,
            self.outage_spans,
            self.slo_events,
            self.facts.window,
        )

    @cached_property
    def one_offs(self) -> Mapping[str, budget.OneOff]:
        """Budgets spent by what is over, which last at the pace of the rest, by ``service/name``."""
        return budget.one_offs(self.error_budget, self.outage_spans)

    @cached_property
    def budget_by_service(self) -> pd.DataFrame:
        """``BUDGET_BY_SERVICE``: what each service spent of its own budget and of the product's."""
        return budget_parts.by_service(self.budget_parts)

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """``DECISIONS``: what to do about each service's objectives."""
        product = self.facts.product
        known = [
            decision_matrix.Known(
                service.name,
                service.satisfaction or product.satisfaction or "",
                service.toil or product.toil or "",
            )
            for service in product.services
        ]
        unknown = self.facts.records.get("toil") is None
        hours = float("nan") if unknown else float(self.toil["hours_per_quarter"].sum())
        return decision_matrix.decisions(known, self.slos, hours, product.slo_rules.toil_hours)

    @cached_property
    def bad_by_day(self) -> dict[str, list[float]]:
        """The share of bad events of each day since the last meeting, by ``service/name``; see :mod:`.daily`."""
        return {ref: daily.bad_share(trend, self.facts.window) for ref, trend in self.slo_trends.items()}

    @cached_property
    def revise(self) -> pd.DataFrame:
        """``REVISE``: objectives met by far, or missed, in six SLO windows in a row."""
        told: dict[str, list[revise.Attained]] = {}
        for report in self.facts.previous.attained if self.facts.previous else ():
            for ref, row in report["slos"].items():
                told.setdefault(ref, []).append(revise.attained(report["end"], row))
        redefined = {name.removeprefix("slo/") for name in self.redefined if name.startswith("slo/")}
        return revise.revise(self.slos, self.slo_targets, told, self.counted_trends, self.facts.window, redefined)

    def burn_history(self, ref: str, spans: tuple[timedelta, ...] = SPANS) -> pd.DataFrame | None:
        """Burn rate of an SLO at each step, one column a trailing span (in seconds); ``None`` without a total.

        A gap where the shortest span holds no sample.
        """
        import pandas as pd

        trend = self.slo_trends.get(ref)
        if trend is None:
            return None
        objective = next(target.objective for target in self.slo_targets if target.ref == ref)
        step = self.facts.window.step
        burns = pd.DataFrame({span.total_seconds(): burn_rates.burn(trend, objective, step, span) for span in spans})
        return burn_rates.drawn(burns, trend, step, min(spans))
