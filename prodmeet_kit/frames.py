"""The columns of every frame that crosses a wall, declared once.

A :class:`Spec` names a frame, its columns with type and meaning, and makes an
empty one. Instants are ``datetime64[ns, UTC]`` (``NaT`` where unknown),
durations float seconds, ratios fractions, counts floats (an extrapolated count
is not whole), missing numbers ``NaN``. Free text from outside stays text.

Metric answers are *wide* frames: a UTC ``DatetimeIndex`` named ``time`` on the
regular grid of the question (an instant has one row), one ``float64`` column a
series, named by :func:`label_key`; a gap is ``NaN``.

Longer than other modules on purpose: it is one list of declarations, and a
reader looks a frame up in one place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ALL", "Spec", "label_key", "labels_of", "rows"]

_DTYPES = {"time": "datetime64[ns, UTC]", "float": "float64", "text": "object", "flag": "bool", "object": "object"}


def label_key(labels: Mapping[str, str]) -> str:
    """The column name of a series: its labels as compact JSON, sorted; ``{}`` for none."""
    return json.dumps(dict(sorted(labels.items())), ensure_ascii=False, separators=(",", ":"))


def labels_of(key: str) -> dict[str, str]:
    """The labels behind a column name that :func:`label_key` made."""
    return dict(json.loads(key))


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as mappings from column to value, for the few that are looked at one by one."""
    return [{str(column): value for column, value in row.items()} for row in frame.to_dict("records")]


def _series(kind: str, values: list[Any]) -> pd.Series[Any]:
    import pandas as pd

    if kind == "time":
        # NaT of any zone and None alike; mixed offsets are brought to UTC.
        return pd.Series(pd.DatetimeIndex(pd.to_datetime(pd.Index(values, dtype="object"), utc=True)).as_unit("ns"))
    if kind == "text":
        values = ["" if value is None else str(value) for value in values]
    if kind == "flag":
        values = [bool(value) for value in values]
    return pd.Series(values, dtype=_DTYPES[kind])


@dataclass(frozen=True)
class Spec:
    """A frame's name and columns. ``columns`` maps a name to ``(type, meaning)``.

    Types: ``time`` (UTC), ``float``, ``text``, ``flag`` (bool), ``object`` (lists, mappings).
    """

    name: str
    columns: Mapping[str, tuple[str, str]]

    def frame(self, rows: Iterable[Mapping[str, Any]] = ()) -> pd.DataFrame:
        """A frame of these rows with exactly these columns and types; keys that are absent become missing."""
        import pandas as pd

        rows = list(rows)
        unknown = sorted({key for row in rows for key in row} - set(self.columns))
        if unknown:
            raise ValueError(f"{self.name} has no column {', '.join(unknown)}")
        data = {column: _series(kind, [row.get(column) for row in rows]) for column, (kind, _) in self.columns.items()}
        return pd.DataFrame(data, columns=list(self.columns))

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame itself, when it has exactly these columns and types; ``ValueError`` says what differs."""
        wrong = [
            f"{column}: {frame[column].dtype if column in frame else 'absent'}, not {_DTYPES[kind]}"
            for column, (kind, _) in self.columns.items()
            if column not in frame or str(frame[column].dtype) != _DTYPES[kind]
        ]
        wrong += [f"{column}: not declared" for column in frame.columns if column not in self.columns]
        if wrong:
            raise ValueError(f"{self.name}: {'; '.join(wrong)}")
        return frame


SLO_COUNTS = Spec(
    "slo_counts",
    {
        "service": ("text", "service"),
        "name": ("text", "SLO"),
        "span": (
            "text",
            "window: SLO window to the meeting; since: last meeting to this; previous: SLO window to the last meeting",
        ),
        "total": ("float", "valid events; NaN when the series is absent"),
        "bad": ("float", "bad events; NaN when the series is absent"),
    },
)

SLO_SUMMARY = Spec(
    "slo_summary",
    {
        "service": ("text", "service"),
        "name": ("text", "SLO"),
        "objective": ("float", "fraction"),
        "window_s": ("float", "seconds"),
        "state": ("text", "OK, BAD, NO_DATA, TOO_FEW"),
        "attainment": ("float", "good / total over the SLO window, fraction"),
        "good": ("float", "events"),
        "total": ("float", "events"),
        "bad": ("float", "events"),
        "budget_remaining": ("float", "share of the error budget left at the meeting; negative when overspent"),
        "budget_remaining_before": ("float", "the same at the last meeting, over its own window"),
        "budget_spent_since_last": ("float", "bad events since the last meeting / budget of the SLO window"),
        "burn_rate": ("float", "error ratio since the last meeting / (1 - objective)"),
        "missing_fraction": ("float", "share of steps of the SLO window without a total"),
        "note": ("text", "code of what the reader must know: bad_absent, bad_over_total, or empty"),
    },
)

LOAD_SUMMARY = Spec(
    "load_summary",
    {
        "service": ("text", "service"),
        "name": ("text", "load"),
        "unit": ("text", "unit of mean and peak"),
        "mean": ("float", "since the last meeting"),
        "peak": ("float", "highest step since the last meeting"),
        "peak_at": ("time", "end of that step"),
        "change_vs_previous": ("float", "mean / mean of the window before - 1, fraction"),
        "growth_per_week": ("float", "fraction of the mean a week; NaN where no trend is real"),
        "missing_fraction": ("float", "share of steps since the last meeting without a value"),
    },
)

RESOURCE_SUMMARY = Spec(
    "resource_summary",
    {
        "service": ("text", "service"),
        "name": ("text", "resource"),
        "unit": ("text", "unit"),
        "mean": ("float", "since the last meeting"),
        "p95": ("float", "95th percentile of steps since the last meeting"),
        "peak": ("float", "highest step since the last meeting"),
        "limit": ("float", "last known limit; NaN when none is given"),
        "utilisation_p95": ("float", "p95 / limit, fraction"),
        "change_vs_previous": ("float", "mean / mean of the window before - 1, fraction"),
        "trend": ("text", "code: growing, shrinking, none, too_short, no_limit, full, no_data"),
        "days_to_full": ("float", "days from the meeting until the trend meets the limit; NaN where no trend is real"),
        "days_to_full_low": ("float", "soonest, from the 95% interval of the slope"),
        "days_to_full_high": ("float", "latest; infinite allowed"),
        "missing_fraction": ("float", "share of steps since the last meeting without a value"),
    },
)

EFFICIENCY = Spec(
    "efficiency",
    {
        "service": ("text", "service"),
        "resource": ("text", "resource"),
        "load": ("text", "load"),
        "unit": ("text", "unit of per_load, such as cores per req/s"),
        "per_load": ("float", "sum of use / sum of load over steps where both are known, since the last meeting"),
        "per_load_previous": ("float", "the same over the window before"),
        "change": ("float", "per_load / per_load_previous - 1, fraction"),
    },
)

ALERT_SAMPLES = Spec(
    "alert_samples",
    {
        "time": ("time", "evaluation of the rule"),
        "alertname": ("text", "alert"),
        "state": ("text", "firing or pending"),
        "labels": ("text", "other labels, as label_key writes them"),
    },
)

EPISODES = Spec(
    "episodes",
    {
        "id": ("text", "stable: alert, labels and start"),
        "alert": ("text", "alert"),
        "service": ("text", "service label, empty when absent"),
        "severity": ("text", "severity label, empty when absent"),
        "page": ("flag", "whether it paged, by the label expression of the parameters"),
        "start": ("time", "first firing evaluation"),
        "end": ("time", "last firing evaluation plus one rule interval"),
        "duration_s": ("float", "seconds"),
        "pending_s": ("float", "seconds pending before firing; NaN when not seen"),
        "cut_start": ("flag", "already firing when the data begins"),
        "cut_end": ("flag", "still firing at the end of the window"),
        "labels": ("text", "labels, as label_key writes them"),
    },
)

SLO_EVENTS = Spec(
    "slo_events",
    {
        "id": ("text", "service/slo@onset"),
        "service": ("text", "service"),
        "slo": ("text", "SLO"),
        "onset": ("time", "start of the first step that burned above the budget's pace"),
        "end": ("time", "end of the last such step"),
        "duration_s": ("float", "seconds"),
        "bad": ("float", "bad events"),
        "budget_spent": ("float", "share of the error budget of the SLO window"),
        "peak_burn": ("float", "highest burn rate over 1 h"),
        "trigger": ("text", "standard condition that held first: 14.4x/1h or 6x/6h"),
        "ongoing": ("flag", "still burning at the end of the window"),
    },
)

PAGES = Spec(
    "pages",
    {
        **{
            k: EPISODES.columns[k]
            for k in ("id", "alert", "service", "severity", "start", "end", "duration_s", "cut_start", "cut_end")
        },
        "acknowledged": ("time", "when a person answered; NaT where the source cannot tell"),
        "verdict": ("text", "what people said; empty while nobody has"),
        "suggested_verdict": ("text", "code: right, late, duplicate, noise, unclear"),
        "reason": ("text", "code of why: caught, caught_late, same_event, incident, slow_burn, no_sli, slis_fine"),
        "caught": ("object", "list of SLO event ids it caught"),
    },
)

PAGE_GROUPS = Spec(
    "page_groups",
    {
        "alert": ("text", "alert"),
        "service": ("text", "service label, empty when absent"),
        "suggested_verdict": ("text", "as in PAGES"),
        "reason": ("text", "as in PAGES, of most of them"),
        "count": ("float", "pages"),
        "caught": ("float", "pages that told of an SLO event"),
        "first": ("time", "start of the first"),
        "last": ("time", "start of the last"),
        "median_duration_s": ("float", "seconds"),
    },
)

INCIDENTS = Spec(
    "incidents",
    {
        "id": ("text", "the team's id"),
        "title": ("text", "one line"),
        "severity": ("text", "the team's scale"),
        "services": ("object", "list of service names"),
        "start": ("time", "when users were first hurt"),
        "detected": ("time", "when the team knew"),
        "mitigated": ("time", "when users were well again"),
        "end": ("time", "when it was over; NaT while open"),
        "detected_by": ("text", "page, person, chance or empty"),
        "impact": ("text", "in the team's words"),
        "postmortem": ("text", "link or empty"),
        "url": ("text", "link or empty"),
    },
)

INCIDENT_FINDINGS = Spec(
    "incident_findings",
    {
        **INCIDENTS.columns,
        "budget_spent": ("object", "mapping service/slo to the share of its error budget spent from start to end"),
        "detection_s": ("float", "detected - start, seconds"),
        "mitigation_s": ("float", "mitigated - start, seconds"),
        "paged": ("flag", "a page of one of its services fired between start and end"),
        "postmortem_required": ("flag", "more than 20% of a budget spent"),
        "postmortem_missing": ("flag", "required and no link"),
    },
)

MISSED = Spec(
    "missed",
    {
        "id": ("text", "SLO event or incident"),
        "kind": ("text", "slo_event or incident"),
        "service": ("text", "service; services of an incident with commas"),
        "title": ("text", "incidents that tell of it, or the SLO"),
        "start": ("time", "onset of the event, start of the incident"),
        "end": ("time", "end; NaT while open"),
        "budget_spent": ("float", "share of the error budget; the largest of an incident's; NaN where not known"),
        "would_have_fired": ("text", "standard condition that would have paged, such as 6x/6h; empty when none"),
    },
)

ATTENTION = Spec(
    "attention",
    {
        "kind": ("text", "alert, slo or resource"),
        "service": ("text", "service, empty when absent"),
        "what": ("text", "alert, SLO or resource"),
        "since": ("time", "first since the last meeting; NaT for a resource"),
        "value": ("float", "alert: times; slo: share of budget spent since the last meeting; resource: days to full"),
        "reason": ("text", "code: ticket_alert, slow_burn, limit_near"),
    },
)

NOISE = Spec(
    "noise",
    {
        "alert": ("text", "alert"),
        "service": ("text", "service label, empty when absent"),
        "severity": ("text", "severity label, empty when absent"),
        "page": ("flag", "whether it paged"),
        "count": ("float", "episodes since the last meeting"),
        "median_duration_s": ("float", "seconds"),
        "share_short": ("float", "share of episodes too short for a person to act"),
        "reason": ("text", "code: slis_fine, flapping, self_resolved"),
    },
)

CHANGES = Spec(
    "changes",
    {
        "id": ("text", "the team's id"),
        "title": ("text", "one line"),
        "start": ("time", "planned start"),
        "end": ("time", "start plus duration"),
        "duration_s": ("float", "seconds"),
        "services": ("object", "list of service names"),
        "owner": ("text", "who does it"),
        "expected_effect": ("object", "mapping metric, direction, size; or None"),
        "response_needed": ("text", "what SREs must do, or none"),
        "rollback": ("text", "how to undo"),
        "url": ("text", "link or empty"),
    },
)

UPCOMING = Spec(
    "upcoming",
    {
        **CHANGES.columns,
        "warnings": ("object", "list of codes: collides:<change id>, budget_spent:<service/slo>"),
    },
)

COLLISIONS = Spec(
    "collisions",
    {
        "first": ("text", "change that starts first"),
        "second": ("text", "change that starts while the first still goes on"),
        "services": ("object", "list of services both touch; empty when neither names any"),
        "start": ("time", "start of the overlap"),
        "end": ("time", "end of the overlap"),
    },
)

ACTION_ITEMS = Spec(
    "action_items",
    {
        "id": ("text", "the team's id"),
        "text": ("text", "what is to be done"),
        "owner": ("text", "who does it"),
        "due": ("time", "midnight after the due day in the product's zone"),
        "born": ("time", "the meeting it comes from"),
        "status": ("text", "open or closed"),
        "verify_query": ("text", "PromQL that tells whether it worked; empty when none"),
        "verify_expect": ("text", "comparison the value must satisfy, such as <= 1"),
        "source": ("text", "which source told it"),
    },
)

ACTION_ITEM_FINDINGS = Spec(
    "action_item_findings",
    {
        **ACTION_ITEMS.columns,
        "age_days": ("float", "days since born"),
        "overdue_days": ("float", "days since due, 0 when not overdue or closed"),
        "observed": ("float", "value of the acceptance query at the meeting"),
        "outcome": ("text", "met, not_met, cannot_tell, or none without a query"),
        "proposal": ("text", "close, reopen or empty"),
    },
)

CONSULTATIONS = Spec(
    "consultations",
    {
        "id": ("text", "the team's id"),
        "question": ("text", "what is asked"),
        "asked_by": ("text", "who asks"),
        "asked": ("time", "when"),
        "answer": ("text", "empty while open"),
        "answered": ("time", "when"),
        "url": ("text", "link or empty"),
    },
)

TOIL = Spec(
    "toil",
    {
        "id": ("text", "the team's id"),
        "text": ("text", "what is done by hand"),
        "minutes": ("float", "minutes each time"),
        "times_per_week": ("float", "how often"),
        "owner": ("text", "who does it"),
        "url": ("text", "link or empty"),
    },
)

TOIL_FINDINGS = Spec(
    "toil_findings",
    {**TOIL.columns, "hours_per_quarter": ("float", "minutes * times a week * 13 / 60; NaN where not known")},
)

AGENDA = Spec(
    "agenda",
    {
        "item": ("text", "agenda item"),
        "minutes": ("float", "minutes of the meeting"),
        "reason": ("text", "why it deserves them"),
        "rank": ("float", "1 is the most pressing"),
        "score": ("float", "what the rank comes from"),
    },
)

ALL = {spec.name: spec for spec in list(vars().values()) if isinstance(spec, Spec)}
"""Every declared frame by its name."""
