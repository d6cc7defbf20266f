"""The columns of incidents and outages, and those that should have paged.

A class names the columns of a row with type and meaning; the spec below it makes and checks the frames.
See :mod:`.spec` for the types.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from prodmeet_kit.schemas.spec import Time, declared

__all__ = [
    "INCIDENTS",
    "INCIDENT_FINDINGS",
    "MISSED",
    "OUTAGES",
    "IncidentFindingRow",
    "IncidentRow",
    "MissedRow",
    "OutageRow",
]


class IncidentRow(TypedDict):
    """A row of ``INCIDENTS``."""

    id: Annotated[str, "the team's id"]
    title: Annotated[str, "one line"]
    severity: Annotated[str, "the team's scale"]
    services: Annotated[Any, "list of service names"]
    start: Annotated[Time, "when users were first hurt"]
    detected: Annotated[Time, "when the team knew"]
    mitigated: Annotated[Time, "when user impact ended"]
    end: Annotated[Time, "when it was over; NaT while open"]
    detected_by: Annotated[str, "page, person, chance or empty"]
    impact: Annotated[str, "in the team's words"]
    postmortem: Annotated[str, "link or empty"]
    url: Annotated[str, "link or empty"]


INCIDENTS = declared("incidents", IncidentRow)


class IncidentFindingRow(TypedDict):
    """A row of ``INCIDENT_FINDINGS``."""

    id: Annotated[str, "the team's id"]
    title: Annotated[str, "one line"]
    severity: Annotated[str, "the team's scale"]
    services: Annotated[Any, "list of service names"]
    start: Annotated[Time, "when users were first hurt"]
    detected: Annotated[Time, "when the team knew"]
    mitigated: Annotated[Time, "when user impact ended"]
    end: Annotated[Time, "as people wrote, else mitigated; NaT while open"]
    detected_by: Annotated[str, "page, person, chance or empty"]
    impact: Annotated[str, "in the team's words"]
    postmortem: Annotated[str, "link or empty"]
    url: Annotated[str, "link or empty"]
    outage: Annotated[str, "id of its outage in OUTAGES"]
    span_start: Annotated[Time, "of that outage: start, or when an SLO of its services began to burn fast before"]
    span_end: Annotated[Time, "end, or when that was over; the meeting while it goes on"]
    budget_spent: Annotated[Any, "mapping service/slo to the share of its error budget that this span spent"]
    blind_s: Annotated[
        Any, "mapping service/slo to the seconds of the span without a sample: then budget_spent is the least"
    ]
    detection_s: Annotated[float, "detected - start, seconds"]
    mitigation_s: Annotated[float, "mitigated - start, seconds"]
    paged: Annotated[Any, "whether its outage was paged, as in OUTAGES; None: not known"]
    own_page: Annotated[Any, "mapping service/slo to whether a page named that service, as in OUTAGES"]
    noise_alerts: Annotated[Any, "list of the alerts whose pages in it were noise, as in OUTAGES"]
    unwatched_s: Annotated[float, "seconds of it in which the server was away, so that no page could be seen"]
    postmortem_required: Annotated[Any, "True: over 20% of a four-week budget spent; None: a price is not known"]
    postmortem_missing: Annotated[bool, "required and no link"]
    postmortem_age_days: Annotated[float, "days from the end to the meeting while a required one is missing; else NaN"]
    onset: Annotated[Time, "when the first SLO of its outage began to burn fast, as the SLI saw it; NaT when none did"]
    onset_slo: Annotated[str, "service/name of that SLO, or empty"]
    onset_from: Annotated[Time, "the SLI showed it from a moment between this"]
    onset_to: Annotated[Time, "and this"]
    detection_from_onset_s: Annotated[
        float, "detected - onset, seconds; negative: known before the SLI showed it; NaN where its range is too wide"
    ]
    detection_from_onset_low_s: Annotated[float, "the least it can be"]
    detection_from_onset_high_s: Annotated[float, "the most it can be"]
    seen_before: Annotated[
        Any, "mapping count, ids, since, days, per_quarter, of_service, see analysis.seen_before; None: no older record"
    ]


INCIDENT_FINDINGS = declared("incident_findings", IncidentFindingRow)


class OutageRow(TypedDict):
    """A row of ``OUTAGES``."""

    id: Annotated[str, "of its first incident; of its first SLO event without an incident record"]
    incidents: Annotated[Any, "list of ids of its incident records; empty: none"]
    events: Annotated[Any, "list of ids of the SLO events in it"]
    services: Annotated[Any, "list: those that people named, then those of its SLO events"]
    named: Annotated[Any, "list of the services that people named; the others failed at the same time"]
    slos: Annotated[Any, "list of service/name of the SLOs whose events are in it"]
    burns: Annotated[Any, "list of mappings slo, start, end, fast: of these events what is of it"]
    written: Annotated[bool, "people wrote it down; else several services only failed at the same time"]
    start: Annotated[Time, "as people wrote; NaT where nobody did"]
    end: Annotated[Time, "as people wrote, else mitigated; NaT where nobody did, or while open"]
    span_start: Annotated[Time, "start, or when an SLO of its services began to burn fast, at most 2 h before"]
    span_end: Annotated[Time, "end, or when that was over; the meeting while it goes on"]
    hurt_end: Annotated[Time, "when user impact ended: mitigated, else end, or when a fast burn of then was over"]
    onset: Annotated[Time, "when its first SLO began to burn, as the SLI saw it; NaT where none did"]
    onset_slo: Annotated[str, "service/name of that SLO, or empty"]
    onset_from: Annotated[Time, "the SLI showed it from a moment between this"]
    onset_to: Annotated[Time, "and this"]
    end_from: Annotated[Time, "span_end is a moment between this"]
    end_to: Annotated[Time, "and this"]
    ongoing: Annotated[bool, "it still goes on at the meeting"]
    budget_spent: Annotated[
        Any, "mapping service/slo to the share of its budget that the span spent; each bad event is of one outage"
    ]
    budget_most: Annotated[Any, "the same were every event bad in the time without samples"]
    blind_s: Annotated[
        Any, "mapping service/slo to the seconds of the span without a sample: then budget_spent is the least"
    ]
    postmortem_required: Annotated[Any, "True: over 20% of a four-week budget spent; None: a price is not known"]
    paged: Annotated[
        Any, "True: a page that was not noise was sent for a service of it, by 15 min after span_end; None: not known"
    ]
    first_page: Annotated[Time, "when the first of them began; NaT without one"]
    pages: Annotated[Any, "list of ids of these pages, in order of start"]
    own_page: Annotated[Any, "mapping service/name in slos to whether a page named that service; None: not known"]
    noise_pages: Annotated[Any, "list of ids of the pages in it that were noise"]
    noise_alerts: Annotated[Any, "list of the alerts of these"]
    unwatched_s: Annotated[float, "seconds of the span in which the server was away, so that no page could be seen"]


OUTAGES = declared("outages", OutageRow)


class MissedRow(TypedDict):
    """A row of ``MISSED``: an unpaged event, made by :func:`prodmeet_kit.analysis.paging.unpaged.missed`."""

    id: Annotated[str, "of the outage, as in OUTAGES"]
    kind: Annotated[str, "incident, or slo_event without an incident record"]
    service: Annotated[str, "services of the outage, with commas"]
    title: Annotated[str, "incidents that tell of it, or the SLOs"]
    start: Annotated[Time, "begin of its span"]
    start_from: Annotated[Time, "it is known to lie between this moment"]
    start_to: Annotated[Time, "and this one"]
    end: Annotated[Time, "end of its span; NaT while open"]
    budget_spent: Annotated[float, "share of the error budget, the largest of its SLOs; NaN where not known"]
    noise_alerts: Annotated[Any, "list of the alerts whose pages in it were noise"]
    would_have_fired: Annotated[str, "standard condition that would have fired, such as 6x/6h; empty when none"]
    rule_severity: Annotated[str, "page, or ticket where no page condition held; empty when none"]
    rule_slo: Annotated[str, "service/name of the SLO whose condition it is"]
    fires_at: Annotated[Time, "when it would first have fired; NaT when never"]
    fires_from: Annotated[Time, "its evaluations being a minute apart, it would have fired between this moment"]
    fires_to: Annotated[Time, "and this one"]
    detection_s: Annotated[float, "seconds from start to fires_at; NaN where the range is too wide for one number"]
    detection_low_s: Annotated[float, "the least it can be"]
    detection_high_s: Annotated[float, "the most it can be"]
    would_fire: Annotated[float, "times it would have begun to fire since the meeting before the last"]
    would_tell: Annotated[float, "how many of these an SLO event of rule_slo overlapped"]


MISSED = declared("missed", MissedRow)
