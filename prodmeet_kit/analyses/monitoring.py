"""The part of the findings that is about the monitoring itself: alert rules, and silences."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from prodmeet_kit import sli
from prodmeet_kit.analyses.part import Part
from prodmeet_kit.analysis.alerting import monitoring_changes, rule_owners
from prodmeet_kit.analysis.alerting.alert_reads import AlertReads, SloReads
from prodmeet_kit.analysis.paging import noise
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.alert_matchers import alert_matchers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prodmeet_kit.core.promql import Matchers

__all__ = ["Monitoring"]


class Monitoring(Part):
    """Each property is a frame of the spec it names; calculated once, when first asked for."""

    @cached_property
    def rule_changes(self) -> pd.DataFrame:
        """``RULE_CHANGES`` since the earlier meeting; empty when the rules of either are not known."""
        earlier, now = self.facts.previous, self.facts.records.get("alert_rules")
        if now is None or earlier is None or earlier.rules is None:
            return frames.RULE_CHANGES.frame()
        return monitoring_changes.rule_changes(self._product_rules(earlier.rules), self._product_rules(now))

    @cached_property
    def own_rules(self) -> pd.DataFrame | None:
        """``ALERT_RULES`` that are the product's, or about its services; ``None`` when rules are not known."""
        now = self.facts.records.get("alert_rules")
        return None if now is None else self._product_rules(now)

    @cached_property
    def never_fired(self) -> pd.DataFrame:
        """``ALERT_RULES`` without an episode in all history.

        Only of rules whose alerts would have been seen: they are of a source that remembers (``ALERTS`` of a
        Prometheus), every source could be read, and the rule is not younger than the last meeting.
        """
        now = self.facts.records.get("alert_rules")
        seen_by = alert_matchers(self.facts.product, ("prometheus_alerts",))
        if now is None or not seen_by or not self.all_alerts:
            return frames.ALERT_RULES.frame()
        ours = now[self._whose(now, seen_by) == rule_owners.OURS]
        changes = self.rule_changes
        added = changes[changes["what"] == "added"]
        young = set(zip(added["alert"], added["group"], added["after"], strict=True))
        known = [key not in young for key in zip(ours["alert"], ours["group"], ours["query"], strict=True)]
        return noise.never_fired(ours[pd.Series(known, index=ours.index, dtype=bool)], self.episodes)

    def _product_rules(self, rules: pd.DataFrame) -> pd.DataFrame:
        said = self._whose(rules, alert_matchers(self.facts.product))
        found: pd.DataFrame = rules[said.isin([rule_owners.OURS, rule_owners.ABOUT_OURS])].reset_index(drop=True)
        return found

    def _whose(self, rules: pd.DataFrame, matchers: Sequence[Matchers]) -> pd.Series[Any]:
        product = self.facts.product
        chosen = any((source.model_extra or {}).get("matchers") for source in product.sources.rules or ())
        services = [service.name for service in product.services]
        return rule_owners.whose(rules, matchers, self.episodes, self.service_of, services, chosen=chosen)

    @cached_property
    def silences(self) -> pd.DataFrame:
        """``SILENCE_FINDINGS``: in force since the last meeting, or still to come."""
        known = self.facts.records.get("alert_runs") is not None
        return monitoring_changes.silences(
            self._record("silences"), self.episodes if known else None, self.facts.window, self.next_meeting
        )

    @cached_property
    def alert_reads(self) -> AlertReads:
        """Which SLOs each alert reads, by the rules as they are now and by labels that name an SLO."""
        # What an expression of a rule reads can be compared with a query in the same language alone.
        readable = backends.of(self.facts.product).promql
        slos = [
            SloReads(service.name, slo.name, {side.name: side.query for side in found.sides if readable})
            for service in self.facts.product.services
            for slo in service.slos
            for found in [sli.indicator(service.name, slo, self.facts.answers)]
        ]
        return AlertReads(self.facts.records.get("alert_rules"), slos)
