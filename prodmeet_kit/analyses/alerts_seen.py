"""The part of the findings that says what was seen of the alerts, and what could not be seen."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING

from prodmeet_kit.analyses.part import Part
from prodmeet_kit.analysis.alerting import alert_events, blind_spots
from prodmeet_kit.analysis.alerting.blind_time import BlindTime
from prodmeet_kit.analysis.series import matching
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.alert_services import AlertServices, tells_only_now

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["AlertsSeen"]


class AlertsSeen(Part):
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for."""

    @cached_property
    def service_of(self) -> matching.ServiceOf:
        """Which service an alert is about: by the labels that the parameters name, or its rule's expression."""
        return AlertServices.of_product(self.facts.product, self.facts.records.get("alert_rules")).of

    @property
    def replica_labels(self) -> Collection[str]:
        """Labels that tell apart servers with the same rules."""
        configs = [config.model_extra or {} for config in self.facts.product.sources.alerts]
        named = {label for keys in configs for label in keys.get("replica_labels") or ()}
        return named or frames.REPLICA_LABELS

    @cached_property
    def blind_time(self) -> BlindTime:
        """When no rule was evaluated, as far as the sources of alerts can tell."""
        return BlindTime(self.facts.records.get("alert_runs"), self.replica_labels)

    @property
    def all_alerts(self) -> bool:
        """Whether every source of alerts could be read, and one of them tells what is over.

        Without that nobody knows of a trouble that no page told of it.
        """
        known = self.facts.records.get("alert_runs") is not None and not tells_only_now(self.facts.product)
        return known and all(source.state != "failed" for source in self.facts.sources if _of_alerts(source.name))

    @property
    def unwatched_s(self) -> float:
        """For how many seconds since the last meeting every server was away."""
        return self.blind_time.unwatched_s(self.facts.window.start, self.facts.window.end)

    @cached_property
    def alert_events(self) -> pd.DataFrame:
        """``ALERT_EVENTS`` from ``window.history_start``."""
        return alert_events.events(self.episodes)

    @property
    def recent_alert_events(self) -> pd.DataFrame:
        """``ALERT_EVENTS`` that ended since the last meeting or go on."""
        return self.alert_events[self.alert_events["end"] > self.facts.window.start]

    @cached_property
    def blind_spots(self) -> pd.DataFrame:
        """``BLIND_SPOTS``; empty when alerts are not known."""
        runs = self.facts.records.get("alert_runs")
        if runs is None:
            return frames.BLIND_SPOTS.frame()
        return blind_spots.blind_spots(runs, self.episodes, self.facts.window, oldest=self.oldest_measured)

    @property
    def paging_unknown(self) -> int:
        """Runs of firing of which no source can tell whether they paged."""
        runs = self.facts.records.get("alert_runs")
        return 0 if runs is None else int((runs["page"].isna() & (runs["state"] == "firing")).sum())

    @cached_property
    def oldest_measured(self) -> pd.Timestamp | None:
        """The first instant of the history at which any metric has a value."""
        frames_of = (answer.frame for answer in self.facts.answers.values() if answer.question.step is not None)
        firsts = (frame.dropna(how="all").index.min() for frame in frames_of if frame is not None and len(frame))
        return min((first for first in firsts if first == first), default=None)


def _of_alerts(source: str) -> bool:
    """Whether a source of this name reads alerts: ``alerts``, or ``alerts (pagerduty)`` where there are several.

    Older snapshots call it ``alerts[1]``.
    """
    return source.partition(" (")[0].partition("[")[0] == "alerts"
