"""Analyses of detection: how well outages were paged, what should have paged, and what waits without a page."""

from __future__ import annotations

from functools import cached_property
from math import nan
from typing import TYPE_CHECKING, NamedTuple

from prodmeet_kit import sli
from prodmeet_kit.analysis.alerting import rule_text
from prodmeet_kit.analysis.paging import attention, quality, unpaged
from prodmeet_kit.parameters.metrics import backends
from prodmeet_kit.schemas import frames
from prodmeet_kit.sli import ratios

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from prodmeet_kit.analyses.alerting import Alerting
    from prodmeet_kit.analyses.capacity import Capacity
    from prodmeet_kit.analyses.changes import Changes
    from prodmeet_kit.analyses.downtimes import Downtimes
    from prodmeet_kit.analyses.incidents import Incidents
    from prodmeet_kit.analyses.meeting import Meeting
    from prodmeet_kit.analyses.paging import Paging
    from prodmeet_kit.analyses.slos import Slos
    from prodmeet_kit.analysis.slo.arithmetic import SloTarget
    from prodmeet_kit.facts import Facts

__all__ = ["Detection", "ReadyRule"]


class ReadyRule(NamedTuple):
    """A rule file as text, or why there is none.

    ``other_language``, ``bounds_unknown``, ``slice_too_long`` or ``no_condition``.
    """

    text: str
    reason: str = ""


class Detection:
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for."""

    def __init__(
        self,
        facts: Facts,
        slo: Slos,
        capacity: Capacity,
        alerting: Alerting,
        downtime: Downtimes,
        paging: Paging,
        incidents: Incidents,
        changes: Changes,
        meeting: Meeting,
    ) -> None:
        self._facts = facts
        self._slo = slo
        self._capacity = capacity
        self._alerting = alerting
        self._downtime = downtime
        self._paging = paging
        self._incidents = incidents
        self._changes = changes
        self._meeting = meeting

    @cached_property
    def quality(self) -> quality.PagingQuality:
        """Precision, recall, detection and reset times since the last meeting."""
        return quality.quality(self._paging.all_pages, self._incidents.watched_outages, self._facts.window)

    @cached_property
    def by_alert(self) -> pd.DataFrame:
        """``PAGING_BY_ALERT``."""
        return quality.by_alert(self._paging.all_pages, self._incidents.watched_outages, self._facts.window)

    @cached_property
    def history(self) -> pd.DataFrame:
        """``PAGING_HISTORY``: this meeting and those before it that the facts reach back to."""
        pages, window = self._paging.all_pages, self._facts.window
        if not self._facts.alerts_known:  # then no count of pages is known
            found = quality.history(pages, self._incidents.outages, window)
            return found.assign(pages=nan, caught=nan, events_caught=nan)
        return quality.history(pages, self._incidents.watched_outages, window)

    @cached_property
    def hidden_events(self) -> pd.DataFrame:
        """``SLO_EVENTS`` in outages of which no page was seen and may have gone unseen.

        The server was away, a source of alerts could not be read, or none tells what is over.
        """
        outages, events = self._incidents.outages, self._slo.events
        hidden = {event for ids in outages.loc[outages["paged"].isna(), "events"] for event in ids}
        return events[events["id"].isin(hidden)]

    @cached_property
    def missed(self) -> pd.DataFrame:
        """Return the unpaged events as ``MISSED``. Empty when alerts are not known: then nothing can be said.

        Calculated by :func:`prodmeet_kit.analysis.paging.unpaged.missed`; its columns are in ``schemas/incidents.py``.
        """
        if not self._facts.alerts_known:
            return frames.MISSED.frame()
        return unpaged.missed(
            self._incidents.outages,
            self._downtime.incidents,
            self._slo.events,
            self._facts.window,
            self._slo.trends,
            self._slo.targets,
            self._slo.fine_trends,
        )

    @cached_property
    def ready_rules(self) -> Mapping[str, ReadyRule]:
        """The standard rules of each SLO by ``service/name``, as the text of a Prometheus rule file."""
        targets = {target.ref: target for target in self._slo.targets}
        ready = {}
        for service in self._facts.product.services:
            for slo in service.slos:
                found = sli.indicator(service.name, slo, self._facts.answers)
                ref = f"{service.name}/{slo.name}"
                other = not backends.of(self._facts.product).promql
                ready[ref] = ReadyRule("", "other_language") if other else _ready(targets[ref], found)
        return ready

    @cached_property
    def attention(self) -> pd.DataFrame:
        """``ATTENTION``: what needs attention without a page, the oldest and most expensive first."""
        slo, capacity, alerting, meeting = self._slo, self._capacity, self._alerting, self._meeting
        return attention.attention(
            alerting.episodes,
            self._paging.noise,
            slo.events,
            slo.trends,
            slo.targets,
            slo.summary,
            capacity.resources,
            self._facts.window,
            rules=alerting.own_rules,
            action_items=meeting.items,
            items_about=meeting.items_about,
            promises=meeting.promises,
            changes=self._changes.to_come,
            alerts_about=meeting.alerts_about,
            burns=self._paging.burns,
            service_of=alerting.service_of,
            owners={service.name: service.owner for service in self._facts.product.services},
            limits_since=attention.limits_near_since(
                capacity.resource_series, capacity.resource_limits, capacity.resources, self._facts.window
            ),
        )


def _ready(target: SloTarget, found: sli.Indicator) -> ReadyRule:
    reason = ratios.ratio_reason(found, rule_text.spans())
    if reason:
        return ReadyRule("", reason)
    text = rule_text.rule_text(target, lambda span: ratios.ratio_query(found, span))
    return ReadyRule(text, "" if text else "no_condition")
