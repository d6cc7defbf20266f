"""Analyses of SLOs: what was counted, what counts, whether each objective was met, and when it burned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from prodmeet_kit import sli
from prodmeet_kit.analysis.slo import (
    arithmetic,
    burn_rates,
    daily,
    event_times,
    events,
    exclusions,
    fast_parts,
    objective_fit,
)
from prodmeet_kit.analysis.slo.steps import Steps
from prodmeet_kit.core.window import parse_time
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.queries import fine_times, questions
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.slo import SLO_SUMMARY
from prodmeet_kit.sli import ratios

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses.basis import Basis
    from prodmeet_kit.facts import Facts
    from prodmeet_kit.schemas.slo import SloEventRow, SloRow

__all__ = ["SPANS", "Slos"]

SPANS = (burn_rates.PAGE[0].long, burn_rates.PAGE[1].long)
"""Burn rates are shown over the long windows of the two page conditions, 1 h and 6 h."""


class Slos:
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for.

    ``counts`` and ``trends`` are what the server counted; ``counted`` and ``counted_trends`` are the same
    without what the parameters exclude. Numbers of SLOs, budgets and incidents come from the latter; charts of
    what happened, SLO events and the judgement of pages from the former, for an alert knows of no exclusion.
    """

    def __init__(self, facts: Facts, basis: Basis) -> None:
        self._facts = facts
        self._basis = basis

    @cached_property
    def targets(self) -> tuple[arithmetic.SloTarget, ...]:
        """The objectives of every service, in the order of the parameters."""
        end = self._facts.window.end
        return tuple(
            arithmetic.SloTarget(
                service.name,
                objective.name,
                objective.target,
                (end - self._facts.window.begin(objective.window, end)).total_seconds(),
                None if isinstance(objective.window, timedelta) else objective.window,
            )
            for service in self._facts.product.services
            for objective in service.slos
        )

    @cached_property
    def counts(self) -> pd.DataFrame:
        """``SLO_COUNTS``: events (or seconds) of each SLO over each span, as the server counted them."""
        partial = sli.partial_answers(self._facts)
        return frames.SLO_COUNTS.frame(
            {
                "service": service.name,
                "name": objective.name,
                "span": span,
                **vars(sli.counts(self._facts, service.name, objective, span, partial)),
            }
            for service in self._facts.product.services
            for objective in service.slos
            for span in questions.SPANS
        )

    @cached_property
    def trends(self) -> Mapping[str, pd.DataFrame]:
        """``[total, bad]`` events (or seconds) a step by ``service/name``, for every SLO whose total is known."""
        trends = {
            f"{service.name}/{objective.name}": sli.trend(self._facts, service.name, objective)
            for service in self._facts.product.services
            for objective in service.slos
        }
        return {ref: trend for ref, trend in trends.items() if trend is not None}

    @cached_property
    def fine_trends(self) -> event_times.Stretches:
        """Trends at scrape step near the onsets and ends of SLO events; empty in what older kits gathered."""
        return fine_times.stretches(self._facts)

    @cached_property
    def exclusions(self) -> tuple[exclusions.Exclusion, ...]:
        """The exclusions of the parameters, as instants and ``service/name`` of the SLOs they concern."""
        product = self._facts.product
        return tuple(
            exclusions.Exclusion(
                parse_time(written.start, product.timezone),
                parse_time(written.end, product.timezone),
                frozenset(target.ref for target in self.targets if written.covers(target.service, target.name)),
                written.reason,
                written.author,
            )
            for written in product.exclusions
        )

    @cached_property
    def counted(self) -> pd.DataFrame:
        """``SLO_COUNTS`` without the excluded events."""
        return exclusions.applied(self.counts, self.targets, self.trends, self.exclusions, self._facts.window)

    @cached_property
    def counted_trends(self) -> Mapping[str, pd.DataFrame]:
        """``trends`` with no event in the excluded steps."""
        return exclusions.counted(self.trends, self.exclusions, self._facts.window)

    @cached_property
    def excluded(self) -> pd.DataFrame:
        """``EXCLUDED``: what each exclusion takes out of each SLO window."""
        return exclusions.excluded(self.targets, self.trends, self.exclusions, self._facts.window)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """``SLO_SUMMARY``."""
        rules = self._facts.product.slo_rules
        return arithmetic.summarise(
            self.counted,
            self.targets,
            self.trends,
            self._facts.window,
            rules=arithmetic.Rules(rules.min_events, rules.min_budget_events),
            all_counts=self.counts,
            days={target.ref: self._days(target.ref) for target in self.targets},
            oldest=self._basis.oldest_measured,
        )

    @cached_property
    def ranked(self) -> list[SloRow]:
        """The rows of :attr:`summary`, that with the least budget first; those of which it is not known last."""
        return SLO_SUMMARY.rows(self.summary.sort_values("budget_remaining", kind="stable"))

    @cached_property
    def by_budget(self) -> Mapping[str, list[SloRow]]:
        """:attr:`ranked` by service."""
        found: dict[str, list[SloRow]] = {}
        for row in self.ranked:
            found.setdefault(row["service"], []).append(row)
        return found

    def _days(self, ref: str) -> pd.Series[float] | None:
        """A value for each day before the history on which an SLO has a total; ``None`` where that was not asked."""
        keys = (f"slo/{ref}/{side}/{questions.DAYS}" for side in ("total", "ratio"))
        return next((self._facts.series(key) for key in keys if key in self._facts.answers), None)

    @cached_property
    def bad_by_day(self) -> dict[str, list[float]]:
        """The share of bad events of each day since the last meeting, by ``service/name``; see :mod:`.daily`."""
        return {ref: daily.bad_share(trend, self._facts.window) for ref, trend in self.trends.items()}

    @cached_property
    def revise(self) -> pd.DataFrame:
        """``REVISE``: objectives met by far, or missed, in six SLO windows in a row."""
        reported: dict[str, list[objective_fit.Attained]] = {}
        for report in self._facts.previous.attained if self._facts.previous else ():
            for ref, row in report["slos"].items():
                reported.setdefault(ref, []).append(objective_fit.attained(report["end"], row))
        redefined = {name.removeprefix("slo/") for name in self._basis.redefined if name.startswith("slo/")}
        return objective_fit.revise(
            self.summary, self.targets, reported, self.counted_trends, self._facts.window, redefined
        )

    # When an SLO burned

    @cached_property
    def coarse_events(self) -> pd.DataFrame:
        """:attr:`events` as the trends show them, without the ranges of their onsets and ends."""
        return events.slo_events(self.trends, self.targets, self._facts.window, self.counted)

    @cached_property
    def events(self) -> pd.DataFrame:
        """``SLO_EVENTS`` over this window and the one before."""
        found = self.coarse_events
        step, overlap = self._facts.window.step, fine_times.overlap(self._facts.product)
        return event_times.refined(found, self.trends, self.targets, step, overlap, self.fine_trends)

    @cached_property
    def events_of(self) -> Mapping[str, list[SloEventRow]]:
        """The rows of :attr:`events` by ``service/name``."""
        found: dict[str, list[SloEventRow]] = {}
        for row in frames.SLO_EVENTS.rows(self.events):
            found.setdefault(f"{row['service']}/{row['slo']}", []).append(row)
        return found

    @cached_property
    def fast_starts(self) -> pd.DataFrame:
        """:attr:`coarse_events` as if each fast part that begins well after its event were one, as people see it."""
        parts = fast_parts.fast_parts(self.coarse_events, self.trends, self.targets, self._facts.window)
        return frames.SLO_EVENTS.frame(
            {**event, "id": f"{event['id']}+{number}", "onset": part.start, "end": part.end, "ongoing": False}
            for event in frames.rows(self.coarse_events)
            for number, part in enumerate(parts[event["id"]])
            if part.start - event["onset"] > fine_times.AROUND
        )

    def error_ratio(self, ref: str, span: timedelta) -> pd.Series[float] | None:
        """Bad / total events over the trailing ``span`` at each step; ``None`` where no total is known."""
        trend = self.trends.get(ref)
        return None if trend is None else burn_rates.error_ratio(trend, self._facts.window.step, span)

    def burn_history(self, ref: str, spans: tuple[timedelta, ...] = SPANS) -> pd.DataFrame | None:
        """Burn rate of an SLO at each step, one column a trailing span (in seconds); ``None`` without a total.

        A gap where the shortest span holds no sample.
        """
        import pandas as pd

        trend = self.trends.get(ref)
        if trend is None:
            return None
        objective = next(target.objective for target in self.targets if target.ref == ref)
        burns = burn_rates.drawn(Steps.of(trend), objective, self._facts.window.step, spans)
        names = [span.total_seconds() for span in spans]
        return pd.DataFrame(dict(zip(names, burns, strict=True)), index=trend.index)

    def ratio_since(self, ref: str) -> str:
        """PromQL of the share of bad events over as long as since the last meeting; empty where none can be written."""
        if not backends.of(self._facts.product).promql:
            return ""
        for service in self._facts.product.services:
            for objective in service.slos:
                if f"{service.name}/{objective.name}" == ref:
                    found = sli.indicator(service.name, objective, self._facts.answers)
                    span = self._facts.window.length
                    return "" if ratios.ratio_reason(found, [span]) else ratios.ratio_query(found, span)
        return ""
