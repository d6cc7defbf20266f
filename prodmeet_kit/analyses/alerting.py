"""Analyses of alerting: what fired, what could not be seen, the alert rules and the silences."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from prodmeet_kit import sli
from prodmeet_kit.analysis.alerting import alert_events, blind_spots, episodes, monitoring_changes, rule_owners
from prodmeet_kit.analysis.alerting.alert_reads import AlertReads, SloReads
from prodmeet_kit.analysis.alerting.blind_time import BlindTime
from prodmeet_kit.analysis.paging import noise
from prodmeet_kit.analysis.series import matching
from prodmeet_kit.core.window import parse_duration
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.alert_matchers import alert_matchers
from prodmeet_kit.sources.alert_services import AlertServices, tells_only_now

if TYPE_CHECKING:
    from prodmeet_kit.analyses.basis import Basis
    from prodmeet_kit.core.promql import Matchers
    from prodmeet_kit.facts import Facts

__all__ = ["Alerting"]


class Alerting:
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for."""

    def __init__(self, facts: Facts, basis: Basis) -> None:
        self._facts = facts
        self._basis = basis

    # What fired

    @cached_property
    def episodes(self) -> pd.DataFrame:
        """``EPISODES`` from ``window.history_start``; empty when alerts are not known."""
        runs = self._facts.records.get("alert_runs")
        if runs is None:
            return frames.EPISODES.frame()
        gaps = [str(keys.get("flap_gap") or "0s") for keys in self._configs]
        return episodes.build(
            runs,
            self._facts.window,
            replica_labels=self.replica_labels,
            # Several sources: the longest gap, since one alert may come from any of them.
            flap_gap=max((parse_duration(gap) for gap in gaps if gap not in ("0", "0s")), default=timedelta()),
            service_of=self.service_of,
        )

    @cached_property
    def alerts_seen(self) -> int:
        """How many different alerts fired since the last meeting."""
        recent = self.episodes[self.episodes["end"] > self._facts.window.start]
        return int(recent["alert"].nunique())

    @cached_property
    def services_of_alerts(self) -> Mapping[str, int]:
        """By name of an alert, in how many services it fired in all history."""
        counted = self.episodes.groupby("alert")["service"].nunique()
        return {str(alert): int(count) for alert, count in counted.items()}

    @cached_property
    def events(self) -> pd.DataFrame:
        """``ALERT_EVENTS`` from ``window.history_start``."""
        return alert_events.events(self.episodes)

    @property
    def recent_events(self) -> pd.DataFrame:
        """``ALERT_EVENTS`` that ended since the last meeting or go on."""
        return self.events[self.events["end"] > self._facts.window.start]

    @cached_property
    def service_of(self) -> matching.ServiceOf:
        """Which service an alert is about: by the labels that the parameters name, or its rule's expression."""
        return AlertServices.of_product(self._facts.product, self._facts.records.get("alert_rules")).of

    # What could not be seen

    @property
    def replica_labels(self) -> Collection[str]:
        """Labels that tell apart servers with the same rules."""
        named = {label for keys in self._configs for label in keys.get("replica_labels") or ()}
        return named or frames.REPLICA_LABELS

    @cached_property
    def blind_time(self) -> BlindTime:
        """When no rule was evaluated, as far as the sources of alerts know."""
        return BlindTime(self._facts.records.get("alert_runs"), self.replica_labels)

    @property
    def all_alerts(self) -> bool:
        """Whether every source of alerts could be read, and one of them tells what is over.

        Without that nobody knows whether a trouble went unpaged.
        """
        known = self._facts.alerts_known and not tells_only_now(self._facts.product)
        return known and all(source.state != "failed" for source in self._facts.sources if _of_alerts(source.name))

    @property
    def unwatched_s(self) -> float:
        """For how many seconds since the last meeting every server was away."""
        return self.blind_time.unwatched_s(self._facts.window.start, self._facts.window.end)

    @cached_property
    def blind_spots(self) -> pd.DataFrame:
        """``BLIND_SPOTS``; empty when alerts are not known."""
        runs = self._facts.records.get("alert_runs")
        if runs is None:
            return frames.BLIND_SPOTS.frame()
        return blind_spots.blind_spots(runs, self.episodes, self._facts.window, oldest=self._basis.oldest_measured)

    @property
    def paging_unknown(self) -> int:
        """Runs of firing of which no source can tell whether they paged."""
        runs = self._facts.records.get("alert_runs")
        return 0 if runs is None else int((runs["page"].isna() & (runs["state"] == "firing")).sum())

    # Rules and silences

    @cached_property
    def alert_reads(self) -> AlertReads:
        """Which SLOs each alert reads, by the rules as they are now and by labels that name an SLO."""
        # What an expression of a rule reads can be compared with a query in the same language alone.
        readable = backends.of(self._facts.product).promql
        slos = [
            SloReads(service.name, slo.name, {side.name: side.query for side in found.sides if readable})
            for service in self._facts.product.services
            for slo in service.slos
            for found in [sli.indicator(service.name, slo, self._facts.answers)]
        ]
        return AlertReads(self._facts.records.get("alert_rules"), slos)

    @cached_property
    def own_rules(self) -> pd.DataFrame | None:
        """``ALERT_RULES`` that are the product's, or about its services; ``None`` when rules are not known."""
        now = self._facts.records.get("alert_rules")
        return None if now is None else self._product_rules(now)

    @cached_property
    def rule_changes(self) -> pd.DataFrame:
        """``RULE_CHANGES`` since the earlier meeting; empty when the rules of either are not known."""
        earlier, now = self._facts.previous, self._facts.records.get("alert_rules")
        if now is None or earlier is None or earlier.rules is None:
            return frames.RULE_CHANGES.frame()
        return monitoring_changes.rule_changes(self._product_rules(earlier.rules), self._product_rules(now))

    @cached_property
    def never_fired(self) -> pd.DataFrame:
        """``ALERT_RULES`` without an episode in all history.

        Only of rules whose alerts would have been seen: they are of a source that remembers (``ALERTS`` of a
        Prometheus), every source could be read, and the rule is not younger than the last meeting.
        """
        now = self._facts.records.get("alert_rules")
        seen_by = alert_matchers(self._facts.product, ("prometheus_alerts",))
        if now is None or not seen_by or not self.all_alerts:
            return frames.ALERT_RULES.frame()
        ours = now[self._whose(now, seen_by) == rule_owners.OURS]
        changes = self.rule_changes
        added = changes[changes["what"] == "added"]
        young = set(zip(added["alert"], added["group"], added["after"], strict=True))
        known = [key not in young for key in zip(ours["alert"], ours["group"], ours["query"], strict=True)]
        return noise.never_fired(ours[pd.Series(known, index=ours.index, dtype=bool)], self.episodes)

    @cached_property
    def silences(self) -> pd.DataFrame:
        """``SILENCE_FINDINGS``: in force since the last meeting, or still to come."""
        return monitoring_changes.silences(
            self._facts.record(frames.SILENCES),
            self.episodes if self._facts.alerts_known else None,
            self._facts.window,
            self._facts.next_meeting,
        )

    def _product_rules(self, rules: pd.DataFrame) -> pd.DataFrame:
        whose = self._whose(rules, alert_matchers(self._facts.product))
        found: pd.DataFrame = rules[whose.isin([rule_owners.OURS, rule_owners.ABOUT_OURS])].reset_index(drop=True)
        return found

    def _whose(self, rules: pd.DataFrame, matchers: Sequence[Matchers]) -> pd.Series[Any]:
        product = self._facts.product
        chosen = any((source.model_extra or {}).get("matchers") for source in product.sources.rules or ())
        services = [service.name for service in product.services]
        return rule_owners.whose(rules, matchers, self.episodes, self.service_of, services, chosen=chosen)

    @property
    def _configs(self) -> list[dict[str, Any]]:
        """What the parameters say of each source of alerts, beyond what every source has."""
        return [config.model_extra or {} for config in self._facts.product.sources.alerts]


def _of_alerts(source: str) -> bool:
    """Whether a source of this name reads alerts: ``alerts``, or ``alerts (pagerduty)`` where there are several.

    Older snapshots call it ``alerts[1]``.
    """
    return source.partition(" (")[0].partition("[")[0] == "alerts"
