"""PromQL that the kit writes for the kinds of SLI that are no query: latency, slices of time, ratios others record.

Each function gives two queries with ``{{.window}}``: of the good or bad part, and of all. For slices of time
:func:`slices` says which part it is, and how long one is: a new kind of slices is a function and a branch here. Only a
back end that speaks PromQL may name these kinds (:data:`prodmeet_kit.parameters.metrics.backends.WRITTEN`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, assert_never

from prodmeet_kit.core import promql
from prodmeet_kit.core.placeholder import fill_window
from prodmeet_kit.core.window import format_duration
from prodmeet_kit.parameters.sli import CONDITION, KindOfSlices, Latency, Recorded, TimeSlices

__all__ = ["RECORDED", "Pair", "Slices", "buckets", "native", "recorded", "slices", "time_slices"]

RECORDED = timedelta(minutes=1)
"""How often recorded ratios of 5 minutes are looked at.

Once in 5 minutes would leave out the jump between two scrapes that falls between two ratios; so every jump is in as
many of them as any other.
"""

Pair = tuple[str, str]
"""The query of a part, and that of all."""


@dataclass(frozen=True)
class Slices:
    """Slices of time of one length: which part the first query counts, and the queries."""

    part: Literal["bad", "good"]
    queries: Pair
    length: timedelta


def slices(kind: KindOfSlices) -> Slices:
    """Return how each kind of slices is counted."""
    if isinstance(kind, TimeSlices):
        return Slices("good", time_slices(kind), kind.slice)
    if isinstance(kind, Recorded):
        return Slices("bad", recorded(kind), RECORDED)
    assert_never(kind)


def buckets(latency: Latency, matcher: str) -> Pair:
    """Events in the bucket that a matcher of ``le`` chooses, and all."""
    name, matchers = promql.selector(latency.histogram)
    inside = f"{matchers},{matcher}" if matchers else matcher
    good = f"sum(rate({name}_bucket{{{inside}}}[{{{{.window}}}}]))"
    return good, f"sum(rate({name}_count{{{matchers}}}[{{{{.window}}}}]))"


def native(latency: Latency) -> Pair:
    """Events of a native histogram up to the threshold, and all."""
    name, matchers = promql.selector(latency.histogram)
    rate = f"sum(rate({name}{{{matchers}}}[{{{{.window}}}}]))"
    good = f"histogram_fraction(-Inf, {latency.limit!r}, {rate}) * histogram_count({rate})"
    return good, f"histogram_count({rate})"


def time_slices(asked: TimeSlices) -> Pair:
    """Slices that satisfy the condition, and all."""
    value = f"({fill_window(asked.query, asked.slice)})"
    found = CONDITION.fullmatch(asked.condition)
    assert found is not None
    sign, number = found.groups()
    # 0 or 1 for each slice; with != PromQL would count NaN as satisfying, the sum of both sides does not.
    satisfied = f"{value} {sign} bool {number}"
    if sign == "!=":
        satisfied = f"({value} < bool {number}) + ({value} > bool {number})"
    return _of_slices(satisfied, value, asked.slice)


def recorded(ratio: Recorded) -> Pair:
    """Bad slices and all, by the ratio that is recorded."""
    if ratio.sloth_id is not None:
        name, label = "slo:sli_error:ratio_rate5m", f'sloth_id="{ratio.sloth_id}"'
    else:
        metric = (ratio.metric or "").removesuffix("_total").removesuffix("_count")
        name, label = f"{metric}:burnrate5m", f'slo="{ratio.pyrra_slo}"'
    inside = f"{label},{ratio.matchers}" if ratio.matchers else label
    # Without traffic the ratio is NaN, which would spoil the sum: compared, it is left out. The margin is rounding.
    compared = f"({name}{{{inside}}} > -1e-9 < 1.000000001)"
    return _of_slices(compared, compared, RECORDED)


def _of_slices(summed: str, counted: str, length: timedelta) -> Pair:
    ends = f"[{{{{.window}}}}:{format_duration(length)}]"
    return f"sum_over_time(({summed}){ends})", f"count_over_time({counted}{ends})"
