"""What the facts mean: every analysis of a review, each calculated once and when first asked for.

Agenda items, ``review.json`` and the exploration verbs all read these
properties, so that a number has one calculation wherever it is shown. Nothing
is computed here: this is where facts meet ``analysis``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from prodmeet_kit import sli
from prodmeet_kit.analyses.alerts_seen import AlertsSeen
from prodmeet_kit.analyses.certainty import Certainty
from prodmeet_kit.analyses.error_budgets import ErrorBudgets
from prodmeet_kit.analyses.load_over_time import LoadOverTime
from prodmeet_kit.analyses.meetings import MeetingFindings
from prodmeet_kit.analyses.missed_pages import MissedPages
from prodmeet_kit.analyses.monitoring import Monitoring
from prodmeet_kit.analyses.noise import Noise
from prodmeet_kit.analyses.outages import Outages
from prodmeet_kit.analyses.paging import Paging
from prodmeet_kit.analyses.people import People
from prodmeet_kit.analyses.resource_use import ResourceUse
from prodmeet_kit.analysis.alerting import episodes
from prodmeet_kit.analysis.changes import ledger, scorecard
from prodmeet_kit.analysis.changes import planned as changes
from prodmeet_kit.analysis.incidents import cost as incidents
from prodmeet_kit.analysis.incidents import ends as incident_ends
from prodmeet_kit.analysis.meeting import action_items, consultations, promises, toil
from prodmeet_kit.analysis.paging import unpaged as missed
from prodmeet_kit.analysis.slo import burn_rates, event_times, fast_parts
from prodmeet_kit.analysis.slo import events as slo_events
from prodmeet_kit.core.window import parse_duration
from prodmeet_kit.parameters.freezes import public_holidays
from prodmeet_kit.queries import fine_times, questions
from prodmeet_kit.schemas import frames

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.facts import Facts

__all__ = ["Analyses"]


class Analyses(
    ErrorBudgets,
    LoadOverTime,
    ResourceUse,
    Paging,
    People,
    Monitoring,
    AlertsSeen,
    Outages,
    MissedPages,
    Noise,
    MeetingFindings,
    Certainty,
):
    """The analyses of one review. Every property is a frame of the spec it names, or a plain value."""

    def __init__(self, facts: Facts):
        self.facts = facts

    # Metrics

    @property
    def metrics_known(self) -> bool:
        """Whether the metric source answered anything at all, so that a number could be measured."""
        return any(answer.points for answer in self.facts.answers.values())

    @cached_property
    def slo_counts(self) -> pd.DataFrame:
        """``SLO_COUNTS``: events (or seconds) of each SLO over each span, as the server counted them."""
        return frames.SLO_COUNTS.frame(
            {
                "service": service.name,
                "name": objective.name,
                "span": span,
                **vars(sli.counts(self.facts, service.name, objective, span)),
            }
            for service in self.facts.product.services
            for objective in service.slos
            for span in questions.SPANS
        )

    @cached_property
    def slo_trends(self) -> Mapping[str, pd.DataFrame]:
        """``[total, bad]`` events (or seconds) a step by ``service/name``, for every SLO whose total is known."""
        trends = {
            f"{service.name}/{objective.name}": sli.trend(self.facts, service.name, objective)
            for service in self.facts.product.services
            for objective in service.slos
        }
        return {ref: trend for ref, trend in trends.items() if trend is not None}

    def error_ratio(self, ref: str, span: timedelta) -> pd.Series[float] | None:
        """Bad / total events over the trailing ``span`` at each step; ``None`` where no total is known."""
        trend = self.slo_trends.get(ref)
        return None if trend is None else burn_rates.error_ratio(trend, self.facts.window.step, span)

    @cached_property
    def definition_changes(self) -> pd.DataFrame:
        """``LEDGER`` against the earlier meeting; empty when none is known."""
        earlier = self.facts.previous
        return ledger.changed(earlier.definitions, self.facts.definitions) if earlier else frames.LEDGER.frame()

    @cached_property
    def redefined(self) -> frozenset[str]:
        """What cannot be compared with the earlier meeting: ``slo/cart/availability``, ``load/...``, an agenda item."""
        return ledger.affected(self.definition_changes)

    # Alerts and outages

    @cached_property
    def episodes(self) -> pd.DataFrame:
        """``EPISODES`` from ``window.history_start``; empty when alerts are not known."""
        runs = self.facts.records.get("alert_runs")
        if runs is None:
            return frames.EPISODES.frame()
        configs = [config.model_extra or {} for config in self.facts.product.sources.alerts]
        gaps = [str(keys["flap_gap"]) for keys in configs if str(keys.get("flap_gap") or "0s") not in ("0", "0s")]
        return episodes.build(
            runs,
            self.facts.window,
            replica_labels=self.replica_labels,
            # Several sources: the longest gap, since one alert may come from any of them.
            flap_gap=max((parse_duration(gap) for gap in gaps), default=timedelta()),
            service_of=self.service_of,
        )

    @cached_property
    def alerts_seen(self) -> int:
        """How many different alerts fired since the last meeting."""
        recent = self.episodes[self.episodes["end"] > self.facts.window.start]
        return int(recent["alert"].nunique())

    @cached_property
    def services_of_alerts(self) -> Mapping[str, int]:
        """By name of an alert, in how many services it fired in all history."""
        counted = self.episodes.groupby("alert")["service"].nunique()
        return {str(alert): int(count) for alert, count in counted.items()}

    @cached_property
    def slo_events(self) -> pd.DataFrame:
        """``SLO_EVENTS`` over this window and the one before."""
        found = slo_events.slo_events(self.slo_trends, self.slo_targets, self.facts.window, self.counted)
        step, overlap = self.facts.window.step, fine_times.overlap(self.facts.product)
        return event_times.refined(found, self.slo_trends, self.slo_targets, step, overlap, self.fine_trends)

    @cached_property
    def fast_starts(self) -> pd.DataFrame:
        """``SLO_EVENTS`` as if each fast part that begins well after its event were one: what people call an outage."""
        parts = fast_parts.fast_parts(self.slo_events, self.slo_trends, self.slo_targets, self.facts.window)
        return frames.SLO_EVENTS.frame(
            {**event, "id": f"{event['id']}+{number}", "onset": part.start, "end": part.end, "ongoing": False}
            for event in frames.rows(self.slo_events)
            for number, part in enumerate(parts[event["id"]])
            if part.start - event["onset"] > fine_times.AROUND
        )

    @cached_property
    def fine_trends(self) -> event_times.Stretches:
        """Trends at scrape step near the onsets and ends of SLO events; empty in what older kits gathered."""
        return fine_times.stretches(self.facts)

    @cached_property
    def incidents(self) -> pd.DataFrame:
        """``INCIDENT_FINDINGS`` since the last meeting."""
        return incidents.findings(self._incidents, self.outages, self.facts.window)

    @cached_property
    def missed(self) -> pd.DataFrame:
        """``MISSED``: what should have paged. Empty when alerts are not known: then nothing can be said."""
        if self.facts.records.get("alert_runs") is None:
            return frames.MISSED.frame()
        return missed.missed(
            self.outages,
            self._incidents,
            self.slo_events,
            self.facts.window,
            self.slo_trends,
            self.slo_targets,
            self.fine_trends,
        )

    # What people keep in files

    @property
    def next_meeting(self) -> datetime:
        """This meeting plus one cadence, on the product's calendar."""
        return self.facts.window.after(self.facts.product.meeting.cadence)

    @cached_property
    def upcoming_changes(self) -> pd.DataFrame:
        """``UPCOMING``: changes before the next meeting."""
        horizon = self.next_meeting - self.facts.window.end
        product = self.facts.product
        closed = [(*freeze.span(product.timezone), f"freeze:{freeze.reason}") for freeze in product.freezes]
        # A month more than the meeting: for a change that lasts.
        last = self.next_meeting + timedelta(days=31)
        off = public_holidays(product.holidays, self.facts.window.end, last, product.timezone, product.language)
        closed += [(begin, end, f"holiday:{name}") for begin, end, name in off]
        hours = {ref: self.load_by_hour(ref) for ref in self.load_series}
        return changes.upcoming(self._record("changes"), self.facts.window, horizon, self.slos, closed, hours)

    @cached_property
    def scorecard(self) -> pd.DataFrame:
        """``SCORECARD``: what the changes since the last meeting predicted, against what was seen."""
        return scorecard.scorecard(self.past_changes, self.before_after)

    @cached_property
    def changes_to_come(self) -> pd.DataFrame:
        """``CHANGES`` that are not over at the meeting, however far off."""
        return changes.to_come(self._record("changes"), self.facts.window)

    @cached_property
    def past_changes(self) -> pd.DataFrame:
        """``CHANGES`` that started since the last meeting."""
        return changes.past(self._record("changes"), self.facts.window)

    @cached_property
    def action_items(self) -> pd.DataFrame:
        """``ACTION_ITEM_FINDINGS``."""
        return action_items.findings(*self._items, self.facts.window, self.items_about, self.still_wrong)

    @cached_property
    def consultations(self) -> pd.DataFrame:
        """``CONSULTATIONS`` that are open or were answered since the last meeting."""
        asked = self._record("consultations")
        asked = promises.on_questions(asked, self.decided_before, self.facts.window.timezone)
        return consultations.current(asked, self.facts.window)

    @cached_property
    def toil(self) -> pd.DataFrame:
        """``TOIL_FINDINGS``, dearest first."""
        return toil.findings(self._record("toil"))

    @cached_property
    def topics(self) -> pd.DataFrame:
        """``TOPICS``: announcements first, then topics, oldest first."""
        return self._record("topics").sort_values(["kind", "added", "id"], ignore_index=True)

    @property
    def _incidents(self) -> pd.DataFrame:
        return incident_ends.ended(self._record("incidents"))

    def _record(self, name: str) -> pd.DataFrame:
        """A record frame, empty where its sources failed or none is configured (the agenda item says which)."""
        found = self.facts.records.get(name)
        return frames.ALL[name].frame() if found is None else found
