"""The columns of alerting: what fired, the alert rules, silences, and noise.

A class names the columns of a row with type and meaning; the spec below it makes and checks the frames.
See :mod:`.spec` for the types.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from prodmeet_kit.schemas.spec import Time, declared

__all__ = [
    "ALERT_EVENTS",
    "ALERT_RULES",
    "ALERT_RUNS",
    "BLIND_SPOTS",
    "EPISODES",
    "NOISE",
    "PROPOSALS",
    "REPLICA_LABELS",
    "RULE_CHANGES",
    "SILENCES",
    "SILENCE_FINDINGS",
    "AlertEventRow",
    "AlertRuleRow",
    "AlertRunRow",
    "BlindSpotRow",
    "EpisodeRow",
    "NoiseRow",
    "ProposalRow",
    "RuleChangeRow",
    "SilenceFindingRow",
    "SilenceRow",
]

REPLICA_LABELS = ("replica", "prometheus_replica", "__replica__")
"""Labels that tell apart servers that evaluate the same rules, where the parameters name none."""


class AlertRunRow(TypedDict):
    """A row of ``ALERT_RUNS``."""

    alertname: Annotated[str, "alert"]
    labels: Annotated[str, "other labels, as label_key writes them, those of replicas included"]
    state: Annotated[
        str, "firing, pending, or away: no rule was evaluated; then without alertname, labels are those of the replica"
    ]
    page: Annotated[Any, "True or False: whether it pages, by the source's label expression; None: not known"]
    start: Annotated[Time, "first evaluation in this state; away: the last sample before"]
    last: Annotated[
        Time, "last evaluation in this state; NaT while it goes on and no end is known; away: the first sample after"
    ]
    interval_s: Annotated[float, "it ended at most this long after last; 0 where the source tells the moment"]
    active: Annotated[Time, "when its condition began to hold, as ALERTS_FOR_STATE says; NaT where not asked or known"]
    acknowledged: Annotated[Time, "when a person answered; NaT where nobody did or the source cannot tell"]
    acknowledges: Annotated[bool, "whether the source records acknowledgements at all"]
    source: Annotated[str, "key of the source in the parameter file, such as alerts[0]"]
    summary: Annotated[str, "what the alert says, or empty"]
    url: Annotated[str, "link or empty"]


ALERT_RUNS = declared("alert_runs", AlertRunRow)


class AlertRuleRow(TypedDict):
    """A row of ``ALERT_RULES``."""

    alert: Annotated[str, "alert"]
    group: Annotated[str, "file and group, so that two rules of one name differ"]
    query: Annotated[str, "the rule's expression"]
    for_s: Annotated[float, "seconds the expression has to hold before it fires"]
    keep_firing_for_s: Annotated[float, "seconds it goes on firing after the expression held; 0 when not set"]
    interval_s: Annotated[float, "evaluation interval of its group"]
    labels: Annotated[str, "labels the rule adds, as label_key writes them"]
    annotations: Annotated[str, "as label_key writes them, templates as written"]
    page: Annotated[Any, "True or False: whether it pages, by the alert sources' label expressions"]
    health: Annotated[str, "ok, err or unknown"]
    last_error: Annotated[str, "or empty"]
    reads: Annotated[
        Any, "list of mappings: labels that each metric it reads must equal, recording rules read once; None: not known"
    ]
    recorded: Annotated[
        Any, "list of mappings name, labels, query: recording rules it reads, or our queries that read the same do"
    ]


ALERT_RULES = declared("alert_rules", AlertRuleRow)


class RuleChangeRow(TypedDict):
    """A row of ``RULE_CHANGES``."""

    alert: Annotated[str, "alert"]
    group: Annotated[str, "as in ALERT_RULES"]
    what: Annotated[str, "added, removed, or the column that changed"]
    before: Annotated[str, "as it was written; empty when there was none"]
    after: Annotated[str, "as it is written; empty when there is none"]


RULE_CHANGES = declared("rule_changes", RuleChangeRow)


class SilenceRow(TypedDict):
    """A row of ``SILENCES``."""

    id: Annotated[str, "the source's id"]
    matchers: Annotated[str, 'as PromQL writes them, such as alertname="X",service=~"a|b"']
    created_by: Annotated[str, "who, as the source tells"]
    comment: Annotated[str, "why"]
    start: Annotated[Time, "from when; NaT before 1900"]
    end: Annotated[Time, "until when; NaT without end"]
    state: Annotated[str, "active, pending or expired, at the meeting"]


SILENCES = declared("silences", SilenceRow)


class SilenceFindingRow(SilenceRow):
    """A row of ``SILENCE_FINDINGS``."""

    covered: Annotated[float, "alert episodes of this window that it silenced; NaN when alerts are not known"]
    reasons: Annotated[Any, "list of codes: never_matched, ends_after_next_meeting, no_comment, expired_in_window"]
    stale: Annotated[bool, "in force, and it silenced nothing or goes on beyond the next meeting"]


SILENCE_FINDINGS = declared("silence_findings", SilenceFindingRow)


class EpisodeRow(TypedDict):
    """A row of ``EPISODES``."""

    id: Annotated[str, "stable: alert, labels and start"]
    alert: Annotated[str, "alert"]
    service: Annotated[str, "the product's service it is about, another's name, or empty; see sources.alert_services"]
    severity: Annotated[str, "severity label, empty when absent"]
    page: Annotated[bool, "whether it paged, by the label expression of the parameters"]
    start: Annotated[Time, "first firing evaluation"]
    end: Annotated[Time, "last firing evaluation plus one rule interval"]
    duration_s: Annotated[float, "seconds"]
    pending_s: Annotated[float, "seconds pending before firing; NaN when not seen"]
    cut_start: Annotated[bool, "already firing when the data begins"]
    cut_end: Annotated[bool, "still firing at the end of the window"]
    labels: Annotated[str, "labels, as label_key writes them"]
    runs: Annotated[float, "runs of firing that were joined: 1, or more where it flapped or replicas saw it"]
    acknowledged: Annotated[Time, "when a person answered; NaT where nobody did or the source cannot tell"]
    acknowledges: Annotated[bool, "whether its source records acknowledgements"]
    source: Annotated[str, "key of its source, such as alerts[0]"]
    summary: Annotated[str, "what the alert says, or empty"]
    url: Annotated[str, "link or empty"]


EPISODES = declared("episodes", EpisodeRow)


class AlertEventRow(TypedDict):
    """A row of ``ALERT_EVENTS``."""

    id: Annotated[str, "service (the alert where it has none) and start; with standing where it fired for over a day"]
    service: Annotated[str, "service of all its episodes, as in EPISODES"]
    start: Annotated[Time, "first start of an episode"]
    end: Annotated[Time, "last end"]
    alerts: Annotated[Any, "list of the alerts, sorted"]
    episodes: Annotated[float, "episodes in it"]
    pages: Annotated[float, "of which pages"]
    page: Annotated[bool, "whether any of them paged"]


ALERT_EVENTS = declared("alert_events", AlertEventRow)


class BlindSpotRow(TypedDict):
    """A row of ``BLIND_SPOTS``."""

    code: Annotated[str, "retention, server_away, missing_evaluations, shorter_than_interval, cut_start, cut_end"]
    start: Annotated[Time, "from when"]
    end: Annotated[Time, "until when"]
    value: Annotated[float, "seconds of the interval or of the gap; for cut_start and cut_end the count of episodes"]


BLIND_SPOTS = declared("blind_spots", BlindSpotRow)


class NoiseRow(TypedDict):
    """A row of ``NOISE``."""

    alert: Annotated[str, "alert"]
    service: Annotated[str, "service, as in EPISODES"]
    severity: Annotated[str, "severity label, empty when absent"]
    page: Annotated[bool, "whether it paged"]
    count: Annotated[float, "episodes since the last meeting"]
    median_duration_s: Annotated[float, "seconds"]
    share_short: Annotated[float, "share of episodes too short for a person to act"]
    reason: Annotated[str, "code: always_firing, slis_fine, flapping, self_resolved, never_acted"]
    meetings: Annotated[float, "spans as long as this one, counted back from the meeting, in which it began to fire"]


NOISE = declared("noise", NoiseRow)


class ProposalRow(TypedDict):
    """A row of ``PROPOSALS``."""

    alert: Annotated[str, "alert"]
    service: Annotated[str, "service, as in EPISODES"]
    severity: Annotated[str, "severity label, empty when absent"]
    change: Annotated[
        str, "code: for, keep_firing_for, threshold, delete, ticket (not a page), review; empty where none is proposed"
    ]
    before: Annotated[float, "what the rule has now, seconds or the number it compares with; NaN where not known"]
    after: Annotated[float, "what is proposed, in the same unit; NaN for delete"]
    op: Annotated[str, "operator of the rule's comparison, for threshold"]
    episodes: Annotated[float, "episodes since the last meeting"]
    vanish: Annotated[float, "how many of them would not have been"]
    caught: Annotated[float, "SLO events that overlap the alert's episodes"]
    missed: Annotated[float, "how many of these the changed rule would miss"]
    matched: Annotated[float, "episodes that the replay of the unchanged rule gives; NaN where it was not replayed"]
    extra: Annotated[float, "firings that this backtest gives and that did not happen"]
    backed: Annotated[bool, "the replay of the unchanged rule gives exactly the episodes seen"]
    reason: Annotated[str, "code of why it was not replayed: no_rule, not_asked, no_answer, other_language, or empty"]
    error: Annotated[str, "what the metric source said, with no_answer"]
    kept: Annotated[
        str, "code of why not to delete it: ticket_held, few (under 5, or at one meeting only), nothing_else; or empty"
    ]
    could_catch: Annotated[Any, "list of service/SLO: those its rule reads, else all of its service; None: not asked"]
    other_alerts: Annotated[Any, "list of other alerts that caught these SLOs' events; without events that read them"]
    standard_rules: Annotated[Any, "list of service/SLO and standard condition that did; without events that would"]


PROPOSALS = declared("proposals", ProposalRow)
