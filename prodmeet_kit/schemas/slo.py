"""The columns of SLOs: what was counted, the state of each objective, its error budget, and when it burned.

A class names the columns of a row with type and meaning; the spec below it makes and checks the frames.
See :mod:`.spec` for the types.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from prodmeet_kit.schemas.spec import Time, declared

__all__ = [
    "BUDGET_BY_SERVICE",
    "BUDGET_PARTS",
    "DECISIONS",
    "ERROR_BUDGET",
    "EXCLUDED",
    "REVISE",
    "SLO_COUNTS",
    "SLO_EVENTS",
    "SLO_SUMMARY",
    "BudgetPartRow",
    "DecisionRow",
    "ErrorBudgetRow",
    "ExcludedRow",
    "ReviseRow",
    "ServiceBudgetRow",
    "SloCountRow",
    "SloEventRow",
    "SloRow",
]


class SloCountRow(TypedDict):
    """A row of ``SLO_COUNTS``."""

    service: Annotated[str, "service"]
    name: Annotated[str, "SLO"]
    span: Annotated[
        str, "window: SLO window to the meeting; since: last meeting to this; previous: SLO window to the last meeting"
    ]
    total: Annotated[float, "valid events; NaN when the series is absent"]
    bad: Annotated[float, "bad events; NaN when the series is absent"]
    weight: Annotated[str, "events, or time: total and bad are seconds; empty counts as events"]
    note: Annotated[str, "codes of what the reader must know of the indicator, with blanks between; see sli.Counts"]
    total_plain: Annotated[float, "total as sum(increase()) counts it, without the first events of new series"]
    bad_plain: Annotated[float, "bad as sum(increase()) counts it"]
    at_least: Annotated[bool, "true: there may be more bad events, for first events of new series are not known"]


SLO_COUNTS = declared("slo_counts", SloCountRow)


class SloRow(TypedDict):
    """A row of ``SLO_SUMMARY``."""

    service: Annotated[str, "service"]
    name: Annotated[str, "SLO"]
    objective: Annotated[float, "fraction"]
    window_s: Annotated[float, "seconds of the SLO window at the meeting"]
    period: Annotated[str, "month or quarter when the window is the calendar's; empty when it rolls"]
    state: Annotated[str, "OK, BAD, NO_DATA, TOO_FEW"]
    attainment: Annotated[float, "good / total over the SLO window, fraction"]
    attainment_low: Annotated[float, "lower end of the 95% interval of the attainment"]
    attainment_high: Annotated[float, "upper end"]
    attainment_since: Annotated[float, "good / total since the last meeting"]
    attainment_all: Annotated[float, "the attainment were nothing excluded"]
    good: Annotated[float, "events"]
    total: Annotated[float, "events"]
    bad: Annotated[float, "events"]
    budget_remaining: Annotated[float, "share of the error budget left at the meeting; negative when overspent"]
    budget_remaining_all: Annotated[float, "the same were nothing excluded"]
    budget_remaining_before: Annotated[float, "the same at the last meeting, over its own window"]
    budget_spent_since_last: Annotated[float, "bad events since the last meeting / budget of the SLO window"]
    burn_rate: Annotated[float, "error ratio since the last meeting / (1 - objective)"]
    missing_fraction: Annotated[float, "share of steps of the SLO window without a total"]
    covered_s: Annotated[float, "seconds of the SLO window with a total: on so much the numbers rest; NaN: not known"]
    covered_from: Annotated[Time, "the first instant of the SLO window with a total; NaT where none is known"]
    covered_why: Annotated[str, "why less than the window: young, kept (nothing older is), gaps; empty where whole"]
    excluded_fraction: Annotated[float, "share of the events of the SLO window that are excluded"]
    weight: Annotated[str, "events, or time: good, total and bad are seconds"]
    certain: Annotated[bool, "false: the state rests on an answer that is partial, or on bad events that may be none"]
    bad_plain: Annotated[float, "bad events as sum(increase()) counts them, without the first events of new series"]
    total_plain: Annotated[float, "events, counted so"]
    at_least: Annotated[bool, "true: there may be more bad events, for first events of new series are not known"]
    within_chance: Annotated[bool, "missed, but a service that keeps the objective misses so by chance: no question"]
    reason: Annotated[
        str, "why the state is NO_DATA or TOO_FEW: no_traffic, no_series, young, gaps, kept, few_events; else empty"
    ]
    note: Annotated[
        str, "codes of what the reader must know, with blanks between: bad_absent, bad_over_total, those of SLO_COUNTS"
    ]


SLO_SUMMARY = declared("slo_summary", SloRow)


class ErrorBudgetRow(TypedDict):
    """A row of ``ERROR_BUDGET``."""

    service: Annotated[str, "service"]
    name: Annotated[str, "SLO"]
    remaining_before: Annotated[float, "share of the budget left at the last meeting"]
    remaining: Annotated[float, "share left at this one"]
    spent_since_last: Annotated[float, "bad events since the last meeting / budget of the SLO window"]
    came_in_bad: Annotated[float, "bad events since the last meeting"]
    came_in_total: Annotated[float, "events since the last meeting"]
    rolled_off_bad: Annotated[float, "bad events that left the SLO window since"]
    rolled_off_total: Annotated[float, "events that left it"]
    rolled_off_share: Annotated[float, "rolled_off_bad / budget of the SLO window"]
    left_from: Annotated[Time, "begin of the time that left the SLO window; NaT when none did"]
    left_until: Annotated[Time, "its end"]
    left_incidents: Annotated[Any, "list of ids of the service's incidents in it"]
    change: Annotated[str, "code: rose, fell, same, renewed (a calendar period began), unknown"]
    because: Annotated[str, "code of why it rose or lost less than was spent: left, traffic, or empty"]
    outlook: Annotated[str, "code: date, not_in_window, spent, too_few, unknown"]
    runs_out: Annotated[Time, "when the budget is gone at the pace of what still goes on; NaT without a date"]
    pace_bad: Annotated[float, "bad events a day at that pace"]
    over_bad: Annotated[float, "bad events since the last meeting of what is over and left out of the pace"]
    over_share: Annotated[float, "over_bad / budget of the SLO window"]
    over: Annotated[Any, "list of ids of the incidents and SLO events that are over"]
    decision_needed: Annotated[
        bool, "the budget is exhausted or will be at that rate, or that is not known and half of it was spent"
    ]


ERROR_BUDGET = declared("error_budget", ErrorBudgetRow)


class BudgetPartRow(TypedDict):
    """A row of ``BUDGET_PARTS``."""

    service: Annotated[str, "service"]
    name: Annotated[str, "SLO"]
    kind: Annotated[
        str, "incident, slo_event: an outage, written or not; slow_burn: around one; rest, unplaced: perhaps of one"
    ]
    id: Annotated[str, "of the outage, as in OUTAGES; of the SLO event of a slow burn; empty for the rest"]
    bad: Annotated[float, "bad events since the last meeting that no part before it holds; NaN: none could be seen"]
    blind_s: Annotated[float, "seconds of it since the last meeting without a sample: then bad is the least"]
    share: Annotated[float, "of the SLO's budget; the parts of an SLO add up to budget_spent_since_last"]
    share_of_product: Annotated[float, "share / number of the product's budgets; NaN at an objective of 1"]


BUDGET_PARTS = declared("budget_parts", BudgetPartRow)


class ServiceBudgetRow(TypedDict):
    """A row of ``BUDGET_BY_SERVICE``."""

    service: Annotated[str, "service"]
    budgets: Annotated[float, "SLOs of the service with a known budget"]
    share: Annotated[float, "mean share of its budgets spent since the last meeting"]
    share_of_product: Annotated[float, "sum of the shares / number of the product's budgets"]


BUDGET_BY_SERVICE = declared("budget_by_service", ServiceBudgetRow)


class ExcludedRow(TypedDict):
    """A row of ``EXCLUDED``."""

    service: Annotated[str, "service"]
    name: Annotated[str, "SLO"]
    start: Annotated[Time, "begin of the exclusion"]
    end: Annotated[Time, "its end"]
    reason: Annotated[str, "why, in the team's words"]
    author: Annotated[str, "who decided it"]
    total: Annotated[float, "events taken out of the SLO window; NaN where the trend is not known"]
    bad: Annotated[float, "bad events among them"]
    steps: Annotated[float, "whole steps of the trend inside the exclusion and the SLO window, not excluded before"]


EXCLUDED = declared("excluded", ExcludedRow)


class DecisionRow(TypedDict):
    """A row of ``DECISIONS``."""

    service: Annotated[str, "service"]
    slo: Annotated[str, "met, missed or unknown"]
    toil: Annotated[str, "low, high or unknown"]
    toil_source: Annotated[str, "parameters, hours (of toil a quarter against the limit) or empty"]
    satisfaction: Annotated[str, "low, high or unknown"]
    advice: Annotated[Any, "list of codes of analysis.decision_matrix that the known inputs leave possible"]
    ask: Annotated[Any, "list of inputs that are not known: slo, toil, satisfaction"]


DECISIONS = declared("decisions", DecisionRow)


class ReviseRow(TypedDict):
    """A row of ``REVISE``."""

    service: Annotated[str, "service"]
    name: Annotated[str, "SLO"]
    objective: Annotated[float, "fraction"]
    direction: Annotated[str, "code: loosen (missed in each window), tighten (met by far in each)"]
    windows: Annotated[float, "SLO windows in a row, this one included"]
    ends: Annotated[Any, "list of their ends, oldest first"]
    attained: Annotated[Any, "list of good / total in each, fractions"]
    budget_remaining: Annotated[Any, "list of the share of the budget left at the end of each"]
    proposed_low: Annotated[float, "objective at which the worst window spends half its budget; NaN where none fits"]
    proposed_high: Annotated[float, "objective that the worst window just meets"]
    counted: Annotated[str, "code: trend (of this review), reports (of earlier ones)"]


REVISE = declared("revise", ReviseRow)


class SloEventRow(TypedDict):
    """A row of ``SLO_EVENTS``."""

    id: Annotated[str, "service/slo@onset"]
    service: Annotated[str, "service"]
    slo: Annotated[str, "SLO"]
    onset: Annotated[Time, "start of the first step that burned above the budget's pace"]
    end: Annotated[Time, "end of the last such step"]
    duration_s: Annotated[float, "seconds"]
    bad: Annotated[float, "bad events"]
    budget_spent: Annotated[float, "share of the error budget of the SLO window"]
    peak_burn: Annotated[float, "highest burn rate over 1 h"]
    trigger: Annotated[str, "standard condition that held first: 14.4x/1h or 6x/6h"]
    ongoing: Annotated[bool, "still burning at the end of the window"]
    onset_from: Annotated[Time, "the burn began between this moment"]
    onset_to: Annotated[Time, "and this one"]
    end_from: Annotated[Time, "it ended between this moment; NaT while it goes on"]
    end_to: Annotated[Time, "and this one"]
    onset_step_s: Annotated[float, "seconds between the points that onset_from and onset_to come from"]
    end_step_s: Annotated[float, "the same of end_from and end_to"]


SLO_EVENTS = declared("slo_events", SloEventRow)
