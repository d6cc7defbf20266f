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

__all__ = ["ALL", "REPLICA_LABELS", "Spec", "label_key", "labels_of", "rows"]

REPLICA_LABELS = ("replica", "prometheus_replica", "__replica__")
"""Labels that tell apart servers that evaluate the same rules, where the parameters name none."""

_DTYPES = {"time": "datetime64[ns, UTC]", "float": "float64", "text": "object", "flag": "bool", "object": "object"}


def label_key(labels: Mapping[str, str]) -> str:
    """The column name of a series: its labels as compact JSON, sorted; ``{}`` for none."""
    return json.dumps(dict(sorted(labels.items())), ensure_ascii=False, separators=(",", ":"))


def labels_of(key: str) -> dict[str, str]:
    """The labels behind a column name that :func:`label_key` made."""
    return dict(json.loads(key))


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as mappings from column to value, for the few that are looked at one by one."""
    if frame.empty:  # a hundredth of the time, and many frames are
        return []
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

    Types: ``time`` (UTC), ``float``, ``text``, ``flag`` (bool), ``object`` (lists, mappings, and flags that may be
    ``None``: not known).
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
        "weight": ("text", "events, or time: total and bad are seconds; empty counts as events"),
        "note": ("text", "codes of what the reader must know of the indicator, with blanks between; see sli.Counts"),
        "total_plain": ("float", "total as sum(increase()) counts it, without the first events of new series"),
        "bad_plain": ("float", "bad as sum(increase()) counts it"),
        "at_least": ("flag", "true: there may be more bad events, for first events of new series are not known"),
    },
)

SLO_SUMMARY = Spec(
    "slo_summary",
    {
        "service": ("text", "service"),
        "name": ("text", "SLO"),
        "objective": ("float", "fraction"),
        "window_s": ("float", "seconds of the SLO window at the meeting"),
        "period": ("text", "month or quarter when the window is the calendar's; empty when it rolls"),
        "state": ("text", "OK, BAD, NO_DATA, TOO_FEW"),
        "attainment": ("float", "good / total over the SLO window, fraction"),
        "attainment_low": ("float", "lower end of the 95% interval of the attainment"),
        "attainment_high": ("float", "upper end"),
        "attainment_since": ("float", "good / total since the last meeting"),
        "attainment_all": ("float", "the attainment were nothing excluded"),
        "good": ("float", "events"),
        "total": ("float", "events"),
        "bad": ("float", "events"),
        "budget_remaining": ("float", "share of the error budget left at the meeting; negative when overspent"),
        "budget_remaining_all": ("float", "the same were nothing excluded"),
        "budget_remaining_before": ("float", "the same at the last meeting, over its own window"),
        "budget_spent_since_last": ("float", "bad events since the last meeting / budget of the SLO window"),
        "burn_rate": ("float", "error ratio since the last meeting / (1 - objective)"),
        "missing_fraction": ("float", "share of steps of the SLO window without a total"),
        "covered_s": ("float", "seconds of the SLO window with a total: on so much the numbers rest; NaN: not known"),
        "covered_from": ("time", "the first instant of the SLO window with a total; NaT where none is known"),
        "covered_why": ("text", "why less than the window: young, kept (nothing older is), gaps; empty where whole"),
        "excluded_fraction": ("float", "share of the events of the SLO window that are excluded"),
        "weight": ("text", "events, or time: good, total and bad are seconds"),
        "certain": ("flag", "false: the state rests on an answer that is partial, or on bad events that may be none"),
        "bad_plain": ("float", "bad events as sum(increase()) counts them, without the first events of new series"),
        "total_plain": ("float", "events, counted so"),
        "at_least": ("flag", "true: there may be more bad events, for first events of new series are not known"),
        "within_chance": ("flag", "missed, but a service that keeps the objective misses so by chance: no question"),
        "reason": (
            "text",
            "why the state is NO_DATA or TOO_FEW: no_traffic, no_series, young, gaps, kept, few_events; else empty",
        ),
        "note": (
            "text",
            "codes of what the reader must know, with blanks between: bad_absent, bad_over_total, those of SLO_COUNTS",
        ),
    },
)

ERROR_BUDGET = Spec(
    "error_budget",
    {
        "service": ("text", "service"),
        "name": ("text", "SLO"),
        "remaining_before": ("float", "share of the budget left at the last meeting"),
        "remaining": ("float", "share left at this one"),
        "spent_since_last": ("float", "bad events since the last meeting / budget of the SLO window"),
        "came_in_bad": ("float", "bad events since the last meeting"),
        "came_in_total": ("float", "events since the last meeting"),
        "rolled_off_bad": ("float", "bad events that left the SLO window since"),
        "rolled_off_total": ("float", "events that left it"),
        "rolled_off_share": ("float", "rolled_off_bad / budget of the SLO window"),
        "left_from": ("time", "begin of the time that left the SLO window; NaT when none did"),
        "left_until": ("time", "its end"),
        "left_incidents": ("object", "list of ids of the service's incidents in it"),
        "change": ("text", "code: rose, fell, same, renewed (a calendar period began), unknown"),
        "because": ("text", "code of why it rose or lost less than was spent: left, traffic, or empty"),
        "outlook": ("text", "code: date, not_in_window, spent, too_few, unknown"),
        "runs_out": ("time", "when the budget is gone at the pace of what still goes on; NaT without a date"),
        "pace_bad": ("float", "bad events a day at that pace"),
        "over_bad": ("float", "bad events since the last meeting of what is over and left out of the pace"),
        "over_share": ("float", "over_bad / budget of the SLO window"),
        "over": ("object", "list of ids of the incidents and SLO events that are over"),
        "decision_needed": (
            "flag",
            "the budget is exhausted or will be at that rate, or that is not known and half of it was spent",
        ),
    },
)

BUDGET_PARTS = Spec(
    "budget_parts",
    {
        "service": ("text", "service"),
        "name": ("text", "SLO"),
        "kind": (
            "text",
            "incident, slo_event: an outage, written or not; slow_burn: around one; rest, unplaced: perhaps of one",
        ),
        "id": ("text", "of the outage, as in OUTAGES; of the SLO event of a slow burn; empty for the rest"),
        "bad": (
            "float",
            "bad events since the last meeting that no part before it holds; NaN: none could be seen",
        ),
        "blind_s": ("float", "seconds of it since the last meeting without a sample: then bad is the least"),
        "share": ("float", "of the SLO's budget; the parts of an SLO add up to budget_spent_since_last"),
        "share_of_product": ("float", "share / number of the product's budgets; NaN at an objective of 1"),
    },
)

BUDGET_BY_SERVICE = Spec(
    "budget_by_service",
    {
        "service": ("text", "service"),
        "budgets": ("float", "SLOs of the service with a known budget"),
        "share": ("float", "mean share of its budgets spent since the last meeting"),
        "share_of_product": ("float", "sum of the shares / number of the product's budgets"),
    },
)

EXCLUDED = Spec(
    "excluded",
    {
        "service": ("text", "service"),
        "name": ("text", "SLO"),
        "start": ("time", "begin of the exclusion"),
        "end": ("time", "its end"),
        "reason": ("text", "why, in the team's words"),
        "author": ("text", "who decided it"),
        "total": ("float", "events taken out of the SLO window; NaN where the trend is not known"),
        "bad": ("float", "bad events among them"),
        "steps": ("float", "whole steps of the trend inside the exclusion and the SLO window, not excluded before"),
    },
)

DECISIONS = Spec(
    "decisions",
    {
        "service": ("text", "service"),
        "slo": ("text", "met, missed or unknown"),
        "toil": ("text", "low, high or unknown"),
        "toil_source": ("text", "parameters, hours (of toil a quarter against the limit) or empty"),
        "satisfaction": ("text", "low, high or unknown"),
        "advice": ("object", "list of codes of analysis.decision_matrix that the known inputs leave possible"),
        "ask": ("object", "list of inputs that are not known: slo, toil, satisfaction"),
    },
)

REVISE = Spec(
    "revise",
    {
        "service": ("text", "service"),
        "name": ("text", "SLO"),
        "objective": ("float", "fraction"),
        "direction": ("text", "code: loosen (missed in each window), tighten (met by far in each)"),
        "windows": ("float", "SLO windows in a row, this one included"),
        "ends": ("object", "list of their ends, oldest first"),
        "attained": ("object", "list of good / total in each, fractions"),
        "budget_remaining": ("object", "list of the share of the budget left at the end of each"),
        "proposed_low": ("float", "objective at which the worst window spends half its budget; NaN where none fits"),
        "proposed_high": ("float", "objective that the worst window just meets"),
        "counted": ("text", "code: trend (of this review), reports (of earlier ones)"),
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
        "growth_per_week": (
            "float",
            "compound growth a week since the last step, like weekdays; NaN where none is sure",
        ),
        "missing_fraction": ("float", "share of steps since the last meeting without a value"),
    },
)

LOAD_PATTERNS = Spec(
    "load_patterns",
    {
        "service": ("text", "service"),
        "name": ("text", "load"),
        "unit": ("text", "unit of the expected peak"),
        "change_vs_previous": ("float", "mean / mean of the window before - 1, fraction; as in LOAD_SUMMARY"),
        "like_for_like": ("float", "mean / what the same weekdays and hours before would have given - 1, fraction"),
        "calendar_effect": ("float", "change_vs_previous - like_for_like: what the calendar alone makes of it"),
        "expected_peak": ("float", "highest step to expect in the next window; NaN under four weeks of history"),
        "expected_peak_low": ("float", "lower end of a range meant to hold 8 of 10 times"),
        "expected_peak_high": ("float", "upper end"),
    },
)

UNUSUAL_DAYS = Spec(
    "unusual_days",
    {
        "ref": ("text", "service/name of the load"),
        "day": ("time", "midnight at which the day begins in the product's zone"),
        "value": ("float", "mean of the day"),
        "expected": ("float", "median of the means of the other days of its weekday"),
        "ratio": ("float", "value / expected"),
        "direction": ("text", "code: above, below; shape where the total is as usual and its hours are not"),
        "moved": ("float", "share of the day's load in other hours than usual, fraction"),
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
        "trend": ("text", "code: growing, shrinking, none, too_short, no_limit, limit_unknown, full, no_data"),
        "days_to_full": ("float", "days from the meeting until the trend meets the limit; NaN where no trend is real"),
        "days_to_full_low": ("float", "soonest; of too_short: last days that rise beyond all noise"),
        "days_to_full_high": ("float", "latest; infinite allowed"),
        "missing_fraction": ("float", "share of steps since the last meeting without a value"),
        "utilisation_p95_previous": ("float", "p95 / limit over the window before, each limit that of its step"),
        "headroom": ("float", "limit - p95, in the unit; negative above the limit"),
        "headroom_share": ("float", "headroom / limit, fraction"),
        "saturation_80": ("float", "share of known steps since the last meeting above 80% of the limit of the step"),
        "saturation_90": ("float", "the same above 90%"),
        "saturation_80_previous": ("float", "saturation_80 over the window before"),
        "saturation_90_previous": ("float", "saturation_90 over the window before"),
        "request": ("float", "last known request (what is reserved); NaN when none is given"),
        "request_p95": ("float", "p95 / request, fraction"),
        "borrowed": ("float", "part of the limit that has to be returned, in the unit; 0 when none"),
        "limit_after_return": ("float", "limit when all of it is back; NaN when nothing is borrowed"),
        "full_after_return": ("float", "days until use meets the limit as it shrinks; NaN when nothing is borrowed"),
    },
)

BORROWED = Spec(
    "borrowed",
    {
        "service": ("text", "service"),
        "name": ("text", "resource"),
        "unit": ("text", "unit"),
        "amount": ("float", "part of the limit that has to be returned"),
        "until": ("time", "midnight after the last day in the product's zone"),
        "days_left": ("float", "days from the meeting until then; negative when overdue"),
        "overdue": ("flag", "should be back by the meeting"),
        "from_whom": ("text", "who lent it"),
        "note": ("text", "what for"),
        "limit_after": ("float", "limit once this and all that is due earlier are back"),
        "utilisation_after": ("float", "p95 / limit_after, fraction; infinite when nothing is left"),
    },
)

EFFICIENCY = Spec(
    "efficiency",
    {
        "service": ("text", "service"),
        "resource": ("text", "resource"),
        "load": ("text", "load"),
        "unit": ("text", "unit of per_load, such as CPU s/req; empty when it has none"),
        "per_load": (
            "float",
            "sum of use / sum of load since the last meeting over steps that know both; NaN where either is no rate",
        ),
        "per_load_previous": ("float", "the same over the window before"),
        "change": ("float", "per_load / per_load_previous - 1, fraction; growth of load alone may change it"),
        "equal_load_change": ("float", "use now / use in the window before - 1 at the same load and hour of day"),
        "equal_load_low": ("float", "lower end of its 95% interval"),
        "equal_load_high": ("float", "upper end"),
        "equal_load": ("text", "code: within_noise (zero is inside), higher, lower, cannot_tell"),
        "matched_hours": ("float", "hours since the last meeting whose load both windows have seen"),
        "matched_fraction": ("float", "their share of the hours with use and load known"),
        "cost": ("float", "money for the use of one event since the last meeting; NaN without a price"),
        "cost_previous": ("float", "the same over the window before"),
        "cost_unit": ("text", "such as EUR/req; empty without a price"),
    },
)

REGRESSIONS = Spec(
    "regressions",
    {
        "service": ("text", "service"),
        "resource": ("text", "resource"),
        "load": ("text", "load"),
        "kind": ("text", "step: from one hour to the next; drift: day by day, without a date"),
        "at": ("time", "start of the first hour after the step; NaT for a drift"),
        "change": ("float", "use at equal load after / before - 1, fraction; a drift: last day / first day - 1"),
        "low": ("float", "lower end of its 95% interval"),
        "high": ("float", "upper end"),
        "changes": ("object", "list of ids of the service's changes within a day of the step, nearest first"),
    },
)

BEFORE_AFTER = Spec(
    "before_after",
    {
        "change": ("text", "id of the change"),
        "kind": ("text", "slo, load, resource, or equal_load (a resource at equal load, 1 is usual)"),
        "service": ("text", "service"),
        "name": ("text", "SLO, load or resource"),
        "unit": ("text", "unit of before and after; empty for an SLO, which is the share of bad events"),
        "before_start": ("time", "begin of the time before the change"),
        "before_end": ("time", "its end; NaT when no such time is left"),
        "after_start": ("time", "begin of the time after the change"),
        "after_end": ("time", "its end"),
        "before": ("float", "mean before"),
        "after": ("float", "mean after"),
        "difference": ("float", "slo: after - before; others: after / before - 1"),
        "usual": ("float", "what the week and growth alone make of the difference"),
        "effect": ("float", "difference beyond the usual one; without one, the difference"),
        "low": ("float", "lower end of its interval, as wide as all that the meeting looks at needs"),
        "high": ("float", "upper end"),
        "quiet_days": ("float", "days that the interval comes from"),
        "within_noise": ("flag", "the interval holds zero"),
        "outcome": ("text", "code: within_noise, up, down, cannot_tell"),
        "shortened_before": ("text", "what made the time before shorter: id of a change or SLO event, data, or empty"),
        "shortened_after": ("text", "the same after: or meeting"),
        "slo_events": ("object", "list of ids of SLO events that began during the change: they lie in neither time"),
        "expected_direction": ("text", "up, down, none; empty when the change predicts nothing of it"),
        "expected_size": ("text", "as the change says it"),
        "as_expected": ("text", "code: yes, no, cannot_tell; empty without a prediction"),
    },
)

ALERT_RUNS = Spec(
    "alert_runs",
    {
        "alertname": ("text", "alert"),
        "labels": ("text", "other labels, as label_key writes them, those of replicas included"),
        "state": (
            "text",
            "firing, pending, or away: no rule was evaluated; then without alertname, labels are those of the replica",
        ),
        "page": ("object", "True or False: whether it pages, by the source's label expression; None: not known"),
        "start": ("time", "first evaluation in this state; away: the last sample before"),
        "last": (
            "time",
            "last evaluation in this state; NaT while it goes on and no end is known; away: the first sample after",
        ),
        "interval_s": ("float", "it ended at most this long after last; 0 where the source tells the moment"),
        "active": (
            "time",
            "when its condition began to hold, as ALERTS_FOR_STATE says; NaT where not asked or known",
        ),
        "acknowledged": ("time", "when a person answered; NaT where nobody did or the source cannot tell"),
        "acknowledges": ("flag", "whether the source records acknowledgements at all"),
        "source": ("text", "key of the source in the parameter file, such as alerts[0]"),
        "summary": ("text", "what the alert says, or empty"),
        "url": ("text", "link or empty"),
    },
)

ALERT_RULES = Spec(
    "alert_rules",
    {
        "alert": ("text", "alert"),
        "group": ("text", "file and group, so that two rules of one name differ"),
        "query": ("text", "the rule's expression"),
        "for_s": ("float", "seconds the expression has to hold before it fires"),
        "keep_firing_for_s": ("float", "seconds it goes on firing after the expression held; 0 when not set"),
        "interval_s": ("float", "evaluation interval of its group"),
        "labels": ("text", "labels the rule adds, as label_key writes them"),
        "annotations": ("text", "as label_key writes them, templates as written"),
        "page": ("object", "True or False: whether it pages, by the alert sources' label expressions"),
        "health": ("text", "ok, err or unknown"),
        "last_error": ("text", "or empty"),
        "reads": (
            "object",
            "list of mappings: labels that each metric it reads must equal, recording rules read once; None: not known",
        ),
        "recorded": (
            "object",
            "list of mappings name, labels, query: recording rules it reads, or our queries that read the same do",
        ),
    },
)

RULE_CHANGES = Spec(
    "rule_changes",
    {
        "alert": ("text", "alert"),
        "group": ("text", "as in ALERT_RULES"),
        "what": ("text", "added, removed, or the column that changed"),
        "before": ("text", "as it was written; empty when there was none"),
        "after": ("text", "as it is written; empty when there is none"),
    },
)

SILENCES = Spec(
    "silences",
    {
        "id": ("text", "the source's id"),
        "matchers": ("text", 'as PromQL writes them, such as alertname="X",service=~"a|b"'),
        "created_by": ("text", "who, as the source tells"),
        "comment": ("text", "why"),
        "start": ("time", "from when; NaT before 1900"),
        "end": ("time", "until when; NaT without end"),
        "state": ("text", "active, pending or expired, at the meeting"),
    },
)

SILENCE_FINDINGS = Spec(
    "silence_findings",
    {
        **SILENCES.columns,
        "covered": ("float", "alert episodes of this window that it silenced; NaN when alerts are not known"),
        "reasons": (
            "object",
            "list of codes: never_matched, ends_after_next_meeting, no_comment, expired_in_window",
        ),
        "stale": ("flag", "in force, and it silenced nothing or goes on beyond the next meeting"),
    },
)

VERDICTS = Spec(
    "verdicts",
    {
        "alert": ("text", "alert"),
        "service": ("text", "service, empty when absent or when it is meant for all"),
        "meeting": ("time", "end of the window of the meeting at which it was said"),
        "verdict": ("text", "one of verdicts.VERDICTS"),
        "note": ("text", "why, in people's words; may be empty"),
    },
)

EPISODES = Spec(
    "episodes",
    {
        "id": ("text", "stable: alert, labels and start"),
        "alert": ("text", "alert"),
        "service": ("text", "the product's service it is about, another's name, or empty; see sources.alert_services"),
        "severity": ("text", "severity label, empty when absent"),
        "page": ("flag", "whether it paged, by the label expression of the parameters"),
        "start": ("time", "first firing evaluation"),
        "end": ("time", "last firing evaluation plus one rule interval"),
        "duration_s": ("float", "seconds"),
        "pending_s": ("float", "seconds pending before firing; NaN when not seen"),
        "cut_start": ("flag", "already firing when the data begins"),
        "cut_end": ("flag", "still firing at the end of the window"),
        "labels": ("text", "labels, as label_key writes them"),
        "runs": ("float", "runs of firing that were joined: 1, or more where it flapped or replicas saw it"),
        "acknowledged": ("time", "when a person answered; NaT where nobody did or the source cannot tell"),
        "acknowledges": ("flag", "whether its source records acknowledgements"),
        "source": ("text", "key of its source, such as alerts[0]"),
        "summary": ("text", "what the alert says, or empty"),
        "url": ("text", "link or empty"),
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
        "onset_from": ("time", "the burn began between this moment"),
        "onset_to": ("time", "and this one"),
        "end_from": ("time", "it ended between this moment; NaT while it goes on"),
        "end_to": ("time", "and this one"),
        "onset_step_s": ("float", "seconds between the points that onset_from and onset_to come from"),
        "end_step_s": ("float", "the same of end_from and end_to"),
    },
)

ALERT_EVENTS = Spec(
    "alert_events",
    {
        "id": ("text", "service (the alert where it has none) and start; with standing where it fired for over a day"),
        "service": ("text", "service of all its episodes, as in EPISODES"),
        "start": ("time", "first start of an episode"),
        "end": ("time", "last end"),
        "alerts": ("object", "list of the alerts, sorted"),
        "episodes": ("float", "episodes in it"),
        "pages": ("float", "of which pages"),
        "page": ("flag", "whether any of them paged"),
    },
)

BLIND_SPOTS = Spec(
    "blind_spots",
    {
        "code": ("text", "retention, server_away, missing_evaluations, shorter_than_interval, cut_start, cut_end"),
        "start": ("time", "from when"),
        "end": ("time", "until when"),
        "value": ("float", "seconds of the interval or of the gap; for cut_start and cut_end the count of episodes"),
    },
)

PAGES = Spec(
    "pages",
    {
        **{
            k: EPISODES.columns[k]
            for k in ("id", "alert", "service", "severity", "start", "end", "duration_s", "cut_start", "cut_end")
        },
        "acknowledged": EPISODES.columns["acknowledged"],
        "acknowledges": EPISODES.columns["acknowledges"],
        "labels": EPISODES.columns["labels"],
        "url": EPISODES.columns["url"],
        "verdict": ("text", "what people said at this meeting; empty while nobody has"),
        "suggested_verdict": ("text", "one of verdicts.VERDICTS"),
        "shown_verdict": ("text", "what people last said of the alert, else the suggested one: it is what counts"),
        "told": ("flag", "whether it was sent for an outage, by what people say of it, else by ``outages``"),
        "reason": (
            "text",
            "code of why: caught, caught_late, same_event, incident, excluded, or one of burn_explains.Burns.verdicts",
        ),
        "caught": ("object", "list of SLO event ids it caught"),
        "outages": ("object", "list of ids of the outages (OUTAGES) it was sent for"),
    },
)

PAGE_GROUPS = Spec(
    "page_groups",
    {
        "alert": ("text", "alert"),
        "service": ("text", "service, as in EPISODES"),
        "suggested_verdict": ("text", "as in PAGES, of the alert as a whole: see page_groups.verdict_of"),
        "reason": ("text", "as in PAGES, of most of those with this verdict"),
        "count": ("float", "pages"),
        "verdicts": ("object", "mapping of shown verdict to how many of the pages have it, most first"),
        "of_verdict": ("float", "pages with the verdict that is shown"),
        "caught": ("float", "pages that were sent for an outage"),
        "first": ("time", "start of the first"),
        "last": ("time", "start of the last"),
        "median_duration_s": ("float", "seconds"),
        "human_verdict": ("text", "what people last said of the alert, at an earlier meeting or this one; or empty"),
        "human_meeting": ("time", "when they said it"),
        "human_note": ("text", "why, in their words"),
        "times_noise": ("float", "meetings in a row, up to the last, at which people said noise"),
        "shown_verdict": ("text", "people's verdict, else the suggested one"),
        "right_way": ("text", "paged in the right way? yes, late, too_urgent, again, announced, no, not_known"),
        "should_page": ("text", "should it page at all? yes, no, not_known"),
        "disagrees": ("flag", "people said something else than the data suggest"),
    },
)

PROPOSED_ITEMS = Spec(
    "proposed_items",
    {
        "alert": ("text", "alert"),
        "service": ("text", "service, as in EPISODES"),
        "times": ("float", "meetings in a row at which it was noise, this one included"),
        "verify_query": ("text", "PromQL that tells whether what was done worked"),
        "verify_expect": ("text", "what it should give"),
    },
)

PAGING_BY_ALERT = Spec(
    "paging_by_alert",
    {
        "alert": ("text", "alert"),
        "service": ("text", "service, as in EPISODES"),
        "pages": ("float", "pages since the last meeting"),
        "caught": ("float", "of them, those sent for an outage"),
        "precision": ("float", "caught / pages"),
        "precision_low": ("float", "NaN: pages of one alert are no independent trials, so there is no interval"),
        "precision_high": ("float", "NaN, as precision_low"),
        "events": ("float", "outages it was sent for"),
        "detection_median_s": ("float", "seconds from onset to its first page; NaN as in PAGING_HISTORY"),
        "detection_worst_s": ("float", "seconds"),
        "reset_median_s": ("float", "seconds from the end of the event to the end of its last page"),
        "detection_between_s": ("object", "list of [least, most] seconds from onset to its first page, one an event"),
        "reset_between_s": ("object", "list of [least, most] seconds from the end to the end of its last page"),
    },
)

PAGING_HISTORY = Spec(
    "paging_history",
    {
        "meeting": ("time", "end of the period"),
        "pages": ("float", "pages in the period"),
        "caught": ("float", "of them, those sent for an outage"),
        "events": ("float", "outages that began in it"),
        "events_caught": ("float", "of them, those that were paged"),
        "detection_median_s": ("float", "seconds from onset to first page; NaN of two, or where a range is too wide"),
        "detection_between_s": ("object", "list of [least, most] of these seconds, one an event"),
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
        "mitigated": ("time", "when user impact ended"),
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
        "end": ("time", "as people wrote, else mitigated; NaT while open"),
        "outage": ("text", "id of its outage in OUTAGES"),
        "span_start": ("time", "of that outage: start, or when an SLO of its services began to burn fast before"),
        "span_end": ("time", "end, or when that was over; the meeting while it goes on"),
        "budget_spent": ("object", "mapping service/slo to the share of its error budget that this span spent"),
        "blind_s": (
            "object",
            "mapping service/slo to the seconds of the span without a sample: then budget_spent is the least",
        ),
        "detection_s": ("float", "detected - start, seconds"),
        "mitigation_s": ("float", "mitigated - start, seconds"),
        "paged": ("object", "whether its outage was paged, as in OUTAGES; None: not known"),
        "own_page": ("object", "mapping service/slo to whether a page named that service, as in OUTAGES"),
        "noise_alerts": ("object", "list of the alerts whose pages in it were noise, as in OUTAGES"),
        "unwatched_s": ("float", "seconds of it in which the server was away, so that no page could be seen"),
        "postmortem_required": ("object", "True: over 20% of a four-week budget spent; None: a price is not known"),
        "postmortem_missing": ("flag", "required and no link"),
        "postmortem_age_days": ("float", "days from the end to the meeting while a required one is missing; else NaN"),
        "onset": ("time", "when the first SLO of its outage began to burn fast, as the SLI saw it; NaT when none did"),
        "onset_slo": ("text", "service/name of that SLO, or empty"),
        "onset_from": ("time", "the SLI showed it from a moment between this"),
        "onset_to": ("time", "and this"),
        "detection_from_onset_s": (
            "float",
            "detected - onset, seconds; negative: known before the SLI showed it; NaN where its range is too wide",
        ),
        "detection_from_onset_low_s": ("float", "the least it can be"),
        "detection_from_onset_high_s": ("float", "the most it can be"),
        "seen_before": (
            "object",
            "mapping count, ids, since, days, per_quarter, of_service, see analysis.seen_before; None: no older record",
        ),
    },
)

OUTAGES = Spec(
    "outages",
    {
        "id": ("text", "of its first incident; of its first SLO event without an incident record"),
        "incidents": ("object", "list of ids of its incident records; empty: none"),
        "events": ("object", "list of ids of the SLO events in it"),
        "services": ("object", "list: those that people named, then those of its SLO events"),
        "named": ("object", "list of the services that people named; the others failed at the same time"),
        "slos": ("object", "list of service/name of the SLOs whose events are in it"),
        "burns": ("object", "list of mappings slo, start, end, fast: of these events what is of it"),
        "written": ("flag", "people wrote it down; else several services only failed at the same time"),
        "start": ("time", "as people wrote; NaT where nobody did"),
        "end": ("time", "as people wrote, else mitigated; NaT where nobody did, or while open"),
        "span_start": ("time", "start, or when an SLO of its services began to burn fast, at most 2 h before"),
        "span_end": ("time", "end, or when that was over; the meeting while it goes on"),
        "hurt_end": ("time", "when user impact ended: mitigated, else end, or when a fast burn of then was over"),
        "onset": ("time", "when its first SLO began to burn, as the SLI saw it; NaT where none did"),
        "onset_slo": ("text", "service/name of that SLO, or empty"),
        "onset_from": ("time", "the SLI showed it from a moment between this"),
        "onset_to": ("time", "and this"),
        "end_from": ("time", "span_end is a moment between this"),
        "end_to": ("time", "and this"),
        "ongoing": ("flag", "it still goes on at the meeting"),
        "budget_spent": (
            "object",
            "mapping service/slo to the share of its budget that the span spent; each bad event is of one outage",
        ),
        "budget_most": ("object", "the same were every event bad in the time without samples"),
        "blind_s": (
            "object",
            "mapping service/slo to the seconds of the span without a sample: then budget_spent is the least",
        ),
        "postmortem_required": ("object", "True: over 20% of a four-week budget spent; None: a price is not known"),
        "paged": (
            "object",
            "True: a page that was not noise was sent for a service of it, by 15 min after span_end; None: not known",
        ),
        "first_page": ("time", "when the first of them began; NaT without one"),
        "pages": ("object", "list of ids of these pages, in order of start"),
        "own_page": ("object", "mapping service/name in slos to whether a page named that service; None: not known"),
        "noise_pages": ("object", "list of ids of the pages in it that were noise"),
        "noise_alerts": ("object", "list of the alerts of these"),
        "unwatched_s": ("float", "seconds of the span in which the server was away, so that no page could be seen"),
    },
)

MISSED = Spec(
    "missed",
    {
        "id": ("text", "of the outage, as in OUTAGES"),
        "kind": ("text", "incident, or slo_event without an incident record"),
        "service": ("text", "services of the outage, with commas"),
        "title": ("text", "incidents that tell of it, or the SLOs"),
        "start": ("time", "begin of its span"),
        "start_from": ("time", "it is known to lie between this moment"),
        "start_to": ("time", "and this one"),
        "end": ("time", "end of its span; NaT while open"),
        "budget_spent": ("float", "share of the error budget, the largest of its SLOs; NaN where not known"),
        "noise_alerts": ("object", "list of the alerts whose pages in it were noise"),
        "would_have_fired": ("text", "standard condition that would have fired, such as 6x/6h; empty when none"),
        "rule_severity": ("text", "page, or ticket where no page condition held; empty when none"),
        "rule_slo": ("text", "service/name of the SLO whose condition it is"),
        "fires_at": ("time", "when it would first have fired; NaT when never"),
        "fires_from": ("time", "its evaluations being a minute apart, it would have fired between this moment"),
        "fires_to": ("time", "and this one"),
        "detection_s": ("float", "seconds from start to fires_at; NaN where the range is too wide for one number"),
        "detection_low_s": ("float", "the least it can be"),
        "detection_high_s": ("float", "the most it can be"),
        "would_fire": ("float", "times it would have begun to fire since the meeting before the last"),
        "would_tell": ("float", "how many of these an SLO event of rule_slo overlapped"),
    },
)

ATTENTION = Spec(
    "attention",
    {
        "kind": ("text", "alert, slo, resource or rule"),
        "service": ("text", "service, empty when absent"),
        "what": ("text", "alert, SLO or resource"),
        "since": ("time", "first since the last meeting, as first; NaT for a resource or a rule"),
        "value": (
            "float",
            "alert: times; slo: share of budget spent since the last meeting; resource: days to full; rule: how many",
        ),
        "reason": ("text", "code: ticket_alert, slow_burn, limit_near, rule_broken"),
        "first": (
            "time",
            "first in all history; slo: when its error ratio rose, else when the ticket condition held; NaT: not known",
        ),
        "ended": ("time", "slow_burn: when it ended; NaT: it goes on, or another reason"),
        "age_days": ("float", "days from first to the meeting"),
        "loss_per_fortnight": ("float", "slo: share of the budget lost outside SLO events in 14 days; else NaN"),
        "owner": ("text", "of the action item about it, else of the service; empty: nobody"),
        "action_item": ("text", "id of an open action item about it, or empty"),
        "promise": ("text", "subject of a promise about it that is not overdue, or empty"),
        "change": ("text", "id of a planned change that names it, or empty"),
        "ask_owner": ("flag", "it has no owner: no owner, action item, promise or planned change"),
    },
)

PAGE_LOAD = Spec(
    "page_load",
    {
        "rotation": ("text", "rotation, never a person; empty: pages that no rotation answers"),
        "timezone": ("text", "zone of those who answer"),
        "pages": ("float", "pages that began since the last meeting"),
        "events": ("float", "the same, with pages of a service that overlap or follow within 5 minutes as one"),
        "business": ("float", "events that began in business hours"),
        "off": ("float", "events that began in free hours"),
        "sleep": ("float", "events that began in hours of sleep; business, off and sleep add up to events"),
        "shifts": ("float", "shifts that overlap the time since the last meeting"),
        "shift_h": ("float", "hours of the longest shift on a day without a change of the clock"),
        "busiest_shift_start": ("time", "begin of the shift with most events, the first of such; NaT without an event"),
        "busiest_shift_events": ("float", "its events"),
        "shifts_over_guide": ("float", "shifts with more than two events"),
        "interrupted_nights": ("float", "nights with a page in hours of sleep"),
        "pages_previous": ("float", "pages in the window before"),
        "events_previous": ("float", "events in the window before"),
        "interrupted_nights_previous": ("float", "nights with a page in the window before"),
    },
)

NOISE = Spec(
    "noise",
    {
        "alert": ("text", "alert"),
        "service": ("text", "service, as in EPISODES"),
        "severity": ("text", "severity label, empty when absent"),
        "page": ("flag", "whether it paged"),
        "count": ("float", "episodes since the last meeting"),
        "median_duration_s": ("float", "seconds"),
        "share_short": ("float", "share of episodes too short for a person to act"),
        "reason": ("text", "code: always_firing, slis_fine, flapping, self_resolved, never_acted"),
        "meetings": ("float", "spans as long as this one, counted back from the meeting, in which it began to fire"),
    },
)

PROPOSALS = Spec(
    "proposals",
    {
        **{k: NOISE.columns[k] for k in ("alert", "service", "severity")},
        "change": (
            "text",
            "code: for, keep_firing_for, threshold, delete, ticket (not a page), review; empty where none is proposed",
        ),
        "before": ("float", "what the rule has now, seconds or the number it compares with; NaN where not known"),
        "after": ("float", "what is proposed, in the same unit; NaN for delete"),
        "op": ("text", "operator of the rule's comparison, for threshold"),
        "episodes": ("float", "episodes since the last meeting"),
        "vanish": ("float", "how many of them would not have been"),
        "caught": ("float", "SLO events that overlap the alert's episodes"),
        "missed": ("float", "how many of these the changed rule would miss"),
        "matched": ("float", "episodes that the replay of the unchanged rule gives; NaN where it was not replayed"),
        "extra": ("float", "firings that this backtest gives and that did not happen"),
        "backed": ("flag", "the replay of the unchanged rule gives exactly the episodes seen"),
        "reason": ("text", "code of why it was not replayed: no_rule, not_asked, no_answer, other_language, or empty"),
        "error": ("text", "what the metric source said, with no_answer"),
        "kept": (
            "text",
            "code of why not to delete it: ticket_held, few (under 5, or at one meeting only), nothing_else; or empty",
        ),
        "could_catch": (
            "object",
            "list of service/SLO: those its rule reads, else all of its service; None: not asked",
        ),
        "other_alerts": (
            "object",
            "list of other alerts that caught these SLOs' events; without events that read them",
        ),
        "standard_rules": ("object", "list of service/SLO and standard condition that did; without events that would"),
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
        "warnings": ("object", "list of codes; see analysis.changes.upcoming"),
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
        "source": ("text", "which source has it"),
    },
)

ACTION_ITEM_FINDINGS = Spec(
    "action_item_findings",
    {
        **ACTION_ITEMS.columns,
        "age_days": ("float", "days since born"),
        "overdue_days": ("float", "whole days since the due day, 0 when not overdue or closed"),
        "observed": ("float", "value of the acceptance query at the meeting"),
        "outcome": ("text", "met, not_met, cannot_tell, or none without a query"),
        "proposal": ("text", "close, reopen, look (met, and still wrong) or empty"),
        "about": ("object", "list of subjects it is about, such as resource:cart/memory"),
        "still_of": ("text", "the subject among them that is still wrong; empty when none is"),
        "still": ("text", "code: growing, missed, burning; empty"),
        "still_value": ("float", "growing: days until full or NaN; missed: attained, fraction; burning: burn rate"),
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
        "became": ("text", "what came of it: text, id of an action item, or link; may be empty"),
        "closed": ("flag", "people closed it, whether or not it was answered"),
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
        "elsewhere": (
            "object",
            "list of mappings product, id, text, minutes, times_per_week: the same in other products; None: not looked",
        ),
    },
)

TOIL_FINDINGS = Spec(
    "toil_findings",
    {
        **TOIL.columns,
        "hours_per_quarter": ("float", "minutes * times a week * 13 / 60; NaN where not known"),
        "other_products": ("object", "list of the other products with the same toil, sorted"),
        "hours_everywhere": ("float", "hours_per_quarter here and in these, as far as known; NaN where none is"),
    },
)

TOPICS = Spec(
    "topics",
    {
        "id": ("text", "the entry's id"),
        "kind": ("text", "topic: to be talked about; announcement: to be known"),
        "text": ("text", "what it is"),
        "owner": ("text", "who brings it"),
        "added": ("time", "when it was written down"),
    },
)

HEALTH = Spec(
    "health",
    {
        "meeting": ("text", "day of the meeting, in the product's zone"),
        "planned": ("float", "minutes the agenda gave; NaN when no clock was kept"),
        "actual": ("float", "minutes it took; NaN when no clock was kept"),
        "decisions": ("float", "subjects decided about, those carried over not counted"),
        "carried": ("float", "subjects carried over to the next meeting"),
        "closed_with_proof": ("float", "action items born there, closed or to close, whose acceptance query is met"),
    },
)

LEDGER = Spec(
    "ledger",
    {
        "kind": ("text", "slo, load, resource, service, source, exclusion, rule, meeting or trend"),
        "subject": ("text", "service/name; sources.<key>; exclusions, slo_rules, meeting, timezone or trend"),
        "what": ("text", "added, removed, or the key that changed, dotted as in the parameter file"),
        "before": ("text", "at the earlier meeting, as it was written; empty when there was none"),
        "after": ("text", "now; empty when there is none"),
        "affects": ("object", "list of what is not comparable: slo/service/name, load/, resource/, or an agenda item"),
    },
)

SCORECARD = Spec(
    "scorecard",
    {
        "id": ("text", "change"),
        "metric": ("text", "service/name that it predicts something of"),
        "kind": ("text", "slo, load, resource, equal_load; empty when nothing is known of the metric"),
        "expected_direction": ("text", "up, down, none"),
        "expected_size": ("text", "as the change says it"),
        "before": ("float", "mean before, in the unit; an SLO's share of bad events"),
        "after": ("float", "mean after"),
        "unit": ("text", "unit of before and after"),
        "observed_change": ("float", "effect beyond the usual difference, fraction; slo: of all events"),
        "observed_low": ("float", "lower end of its 95% interval"),
        "observed_high": ("float", "upper end"),
        "outcome": ("text", "code: as_expected, other_size, other_direction, no_change, cannot_tell"),
        "reason": ("text", "code of analysis.scorecard.REASONS"),
    },
)

MEETING_DECISIONS = Spec(
    "meeting_decisions",
    {
        "subject": ("text", "what it is about, as in AGENDA_LINES"),
        "item": ("text", "agenda item"),
        "meeting": ("text", "day of the meeting, in the product's zone"),
        "decision": ("text", "decide, act, watch, drop or carry"),
        "owner": ("text", "who does it, or empty"),
        "due": ("text", "until which day, or empty"),
        "note": ("text", "why, in people's words; may be empty"),
        "said": ("time", "when it was written down"),
        "what": ("text", "the reason it was raised, as it was shown then; may be empty"),
    },
)

PROMISES = Spec(
    "promises",
    {
        "subject": ("text", "promise: and the subject it is about"),
        "about": ("text", "the subject, as in AGENDA_LINES"),
        "what": ("text", "what it is about, in words"),
        "owner": ("text", "who does it"),
        "due": ("text", "until which day"),
        "note": ("text", "why, in people's words"),
        "meeting": ("text", "day of the meeting it was said at"),
        "overdue_days": ("float", "whole days since the due day, 0 when not overdue"),
    },
)

MEETING_DURATIONS = Spec(
    "meeting_durations",
    {
        "subject": ("text", "agenda item"),
        "meeting": ("text", "day of the meeting, in the product's zone"),
        "planned": ("float", "minutes the agenda gave it"),
        "minutes": ("float", "minutes it took"),
        "said": ("time", "when it was written down"),
    },
)

AGENDA_LINES = Spec(
    "agenda_lines",
    {
        "item": ("text", "agenda item"),
        "subject": ("text", "what it is about, named the same way at every meeting, such as slo:cart/availability"),
        "subjects": ("object", "list of the subjects of all that was joined in it"),
        "services": ("object", "list of the services it is about"),
        "place": ("text", "agenda, or annex: no time for it at this meeting"),
        "minutes": ("float", "minutes of the meeting; 0 in the annex"),
        "wanted": ("float", "minutes it would take"),
        "rank": ("float", "1 is the most pressing"),
        "score": ("float", "by its own rule, without what waiting adds"),
        "waited": ("float", "meetings in a row it was in the annex before this one"),
        "reason": ("text", "what the matter is"),
        "rule": ("text", "the rule that raised it, with its limit"),
    },
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
