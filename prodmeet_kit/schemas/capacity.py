"""The columns of load, resources, and what a request costs.

A class names the columns of a row with type and meaning; the spec below it makes and checks the frames.
See :mod:`.spec` for the types.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from prodmeet_kit.schemas.spec import Time, declared

__all__ = [
    "BORROWED",
    "EFFICIENCY",
    "LOAD_PATTERNS",
    "LOAD_SUMMARY",
    "REGRESSIONS",
    "RESOURCE_SUMMARY",
    "UNUSUAL_DAYS",
    "BorrowedRow",
    "EfficiencyRow",
    "LoadPatternRow",
    "LoadRow",
    "RegressionRow",
    "ResourceRow",
    "UnusualDayRow",
]


class LoadRow(TypedDict):
    """A row of ``LOAD_SUMMARY``."""

    service: Annotated[str, "service"]
    name: Annotated[str, "load"]
    unit: Annotated[str, "unit of mean and peak"]
    mean: Annotated[float, "since the last meeting"]
    peak: Annotated[float, "highest step since the last meeting"]
    peak_at: Annotated[Time, "end of that step"]
    change_vs_previous: Annotated[float, "mean / mean of the window before - 1, fraction"]
    growth_per_week: Annotated[
        float, "compound growth a week since the last step, like weekdays; NaN where none is sure"
    ]
    missing_fraction: Annotated[float, "share of steps since the last meeting without a value"]


LOAD_SUMMARY = declared("load_summary", LoadRow)


class LoadPatternRow(TypedDict):
    """A row of ``LOAD_PATTERNS``."""

    service: Annotated[str, "service"]
    name: Annotated[str, "load"]
    unit: Annotated[str, "unit of the expected peak"]
    change_vs_previous: Annotated[float, "mean / mean of the window before - 1, fraction; as in LOAD_SUMMARY"]
    like_for_like: Annotated[float, "mean / what the same weekdays and hours before would have given - 1, fraction"]
    calendar_effect: Annotated[float, "change_vs_previous - like_for_like: what the calendar alone makes of it"]
    expected_peak: Annotated[float, "highest step to expect in the next window; NaN under four weeks of history"]
    expected_peak_low: Annotated[float, "lower end of a range meant to hold 8 of 10 times"]
    expected_peak_high: Annotated[float, "upper end"]


LOAD_PATTERNS = declared("load_patterns", LoadPatternRow)


class UnusualDayRow(TypedDict):
    """A row of ``UNUSUAL_DAYS``."""

    ref: Annotated[str, "service/name of the load"]
    day: Annotated[Time, "midnight at which the day begins in the product's zone"]
    value: Annotated[float, "mean of the day"]
    expected: Annotated[float, "median of the means of the other days of its weekday"]
    ratio: Annotated[float, "value / expected"]
    direction: Annotated[str, "code: above, below; shape where the total is as usual and its hours are not"]
    moved: Annotated[float, "share of the day's load in other hours than usual, fraction"]


UNUSUAL_DAYS = declared("unusual_days", UnusualDayRow)


class ResourceRow(TypedDict):
    """A row of ``RESOURCE_SUMMARY``."""

    service: Annotated[str, "service"]
    name: Annotated[str, "resource"]
    unit: Annotated[str, "unit"]
    mean: Annotated[float, "since the last meeting"]
    p95: Annotated[float, "95th percentile of steps since the last meeting"]
    peak: Annotated[float, "highest step since the last meeting"]
    limit: Annotated[float, "last known limit; NaN when none is given"]
    utilisation_p95: Annotated[float, "p95 / limit, fraction"]
    change_vs_previous: Annotated[float, "mean / mean of the window before - 1, fraction"]
    trend: Annotated[str, "code: growing, shrinking, none, too_short, no_limit, limit_unknown, full, no_data"]
    days_to_full: Annotated[float, "days from the meeting until the trend meets the limit; NaN where no trend is real"]
    days_to_full_low: Annotated[float, "soonest; of too_short: last days that rise beyond all noise"]
    days_to_full_high: Annotated[float, "latest; infinite allowed"]
    missing_fraction: Annotated[float, "share of steps since the last meeting without a value"]
    utilisation_p95_previous: Annotated[float, "p95 / limit over the window before, each limit that of its step"]
    headroom: Annotated[float, "limit - p95, in the unit; negative above the limit"]
    headroom_share: Annotated[float, "headroom / limit, fraction"]
    saturation_80: Annotated[float, "share of known steps since the last meeting above 80% of the limit of the step"]
    saturation_90: Annotated[float, "the same above 90%"]
    saturation_80_previous: Annotated[float, "saturation_80 over the window before"]
    saturation_90_previous: Annotated[float, "saturation_90 over the window before"]
    request: Annotated[float, "last known request (what is reserved); NaN when none is given"]
    request_p95: Annotated[float, "p95 / request, fraction"]
    borrowed: Annotated[float, "part of the limit that has to be returned, in the unit; 0 when none"]
    limit_after_return: Annotated[float, "limit when all of it is back; NaN when nothing is borrowed"]
    full_after_return: Annotated[float, "days until use meets the limit as it shrinks; NaN when nothing is borrowed"]


RESOURCE_SUMMARY = declared("resource_summary", ResourceRow)


class BorrowedRow(TypedDict):
    """A row of ``BORROWED``."""

    service: Annotated[str, "service"]
    name: Annotated[str, "resource"]
    unit: Annotated[str, "unit"]
    amount: Annotated[float, "part of the limit that has to be returned"]
    until: Annotated[Time, "midnight after the last day in the product's zone"]
    days_left: Annotated[float, "days from the meeting until then; negative when overdue"]
    overdue: Annotated[bool, "should be back by the meeting"]
    from_whom: Annotated[str, "who lent it"]
    note: Annotated[str, "what for"]
    limit_after: Annotated[float, "limit once this and all that is due earlier are back"]
    utilisation_after: Annotated[float, "p95 / limit_after, fraction; infinite when nothing is left"]


BORROWED = declared("borrowed", BorrowedRow)


class EfficiencyRow(TypedDict):
    """A row of ``EFFICIENCY``."""

    service: Annotated[str, "service"]
    resource: Annotated[str, "resource"]
    load: Annotated[str, "load"]
    unit: Annotated[str, "unit of per_load, such as CPU s/req; empty when it has none"]
    per_load: Annotated[
        float, "sum of use / sum of load since the last meeting over steps that know both; NaN where either is no rate"
    ]
    per_load_previous: Annotated[float, "the same over the window before"]
    change: Annotated[float, "per_load / per_load_previous - 1, fraction; growth of load alone may change it"]
    equal_load_change: Annotated[float, "use now / use in the window before - 1 at the same load and hour of day"]
    equal_load_low: Annotated[float, "lower end of its 95% interval"]
    equal_load_high: Annotated[float, "upper end"]
    equal_load: Annotated[str, "code: within_noise (zero is inside), higher, lower, cannot_tell"]
    matched_hours: Annotated[float, "hours since the last meeting whose load both windows have seen"]
    matched_fraction: Annotated[float, "their share of the hours with use and load known"]
    cost: Annotated[float, "money for the use of one event since the last meeting; NaN without a price"]
    cost_previous: Annotated[float, "the same over the window before"]
    cost_unit: Annotated[str, "such as EUR/req; empty without a price"]


EFFICIENCY = declared("efficiency", EfficiencyRow)


class RegressionRow(TypedDict):
    """A row of ``REGRESSIONS``."""

    service: Annotated[str, "service"]
    resource: Annotated[str, "resource"]
    load: Annotated[str, "load"]
    kind: Annotated[str, "step: from one hour to the next; drift: day by day, without a date"]
    at: Annotated[Time, "start of the first hour after the step; NaT for a drift"]
    change: Annotated[float, "use at equal load after / before - 1, fraction; a drift: last day / first day - 1"]
    low: Annotated[float, "lower end of its 95% interval"]
    high: Annotated[float, "upper end"]
    changes: Annotated[Any, "list of ids of the service's changes within a day of the step, nearest first"]


REGRESSIONS = declared("regressions", RegressionRow)
