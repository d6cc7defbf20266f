"""What each kind of SLI asks the server.

An :class:`Indicator` is one to two sides, each a query with ``{{.window}}``:

==============  =============  ======  ==========================================================
kind            sides          weight  the second side, when it is missing beside a known total
==============  =============  ======  ==========================================================
events          bad, total     events  no bad event
good, latency   good, total    events  every event is bad
time_slices     good, total    time    cannot be: both count the same series
recorded        bad, total     time    cannot be: both count the same series
raw             ratio          time    (one side)
==============  =============  ======  ==========================================================

Where time weighs, counts are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from prodmeet_kit.core import promql
from prodmeet_kit.core.window import format_duration
from prodmeet_kit.facts import Answer
from prodmeet_kit.parameters.sli import CONDITION, Events, Good, Latency, Raw, Recorded, TimeSlices
from prodmeet_kit.sli.bounds import bounds_key, bucket, tells_bounds

if TYPE_CHECKING:
    from prodmeet_kit.parameters.models import Slo

__all__ = ["Indicator", "Side", "Weight", "indicator", "needed"]

Weight = Literal["events", "time"]
"""What is counted: events, or seconds."""

_SECOND = timedelta(seconds=1)

_RECORDED = timedelta(minutes=1)
"""How often recorded ratios of 5 minutes are looked at.

Once in 5 minutes would leave out the jump between two scrapes that falls between two ratios; so every jump is in as
many of them as any other.
"""


@dataclass(frozen=True)
class Side:
    """One query of an indicator; ``name`` is part of the keys of its questions.

    With a ``slice`` the query is a subquery that looks at the end of each
    slice, and its value counts slices.
    """

    name: Literal["bad", "good", "total", "ratio"]
    query: str
    slice: timedelta | None = None

    def over(self, length: timedelta) -> str:
        """PromQL over a span of this length.

        A subquery looks one second less far back: ranges are closed on the left
        in Prometheus 2 and open in 3, and no slice may count twice.
        """
        return promql.fill_window(self.query, length - _SECOND if self.slice else length)

    def along(self, step: timedelta, lookback: timedelta) -> tuple[str, timedelta]:
        """PromQL of a trend in steps, and the length of its range; ``lookback`` is a step and one scrape interval."""
        length = step if self.slice else lookback
        return self.over(length), length


@dataclass(frozen=True)
class Indicator:
    """How one SLO is measured. ``sides`` is empty where the server could not tell the bounds of a histogram."""

    sides: tuple[Side, ...]
    weight: Weight = "events"
    note: str = ""

    @property
    def main(self) -> Side | None:
        """The side without which nothing is known."""
        return self.sides[-1] if self.sides else None


def needed(key: str) -> bool:
    """Whether nothing can be said of an SLO when this question comes back without a series."""
    return tells_bounds(key) or (key.startswith("slo/") and key.endswith(("/total/window", "/ratio/window")))


def indicator(service: str, slo: Slo, answers: Mapping[str, Answer]) -> Indicator:
    """The sides of an SLO's indicator. ``answers`` holds the bounds of histograms (:func:`.bounds.discovery`)."""
    kind = slo.sli.definition
    if isinstance(kind, Events):
        return Indicator((Side("bad", kind.error_query), Side("total", kind.total_query)))
    if isinstance(kind, Good):
        return Indicator((Side("good", kind.good_query), Side("total", kind.total_query)))
    if isinstance(kind, Raw):
        return Indicator((Side("ratio", kind.error_ratio_query),), "time")
    if isinstance(kind, TimeSlices):
        return _time_slices(kind)
    if isinstance(kind, Recorded):
        return _recorded(kind)
    if kind.native:
        return _native(kind)
    answer = answers.get(bounds_key(service, slo))
    if answer is None or answer.frame is None or not answer.frame.shape[1]:
        return Indicator(())
    return _buckets(kind, answer)


def _buckets(latency: Latency, answer: Answer) -> Indicator:
    name, matchers = promql.selector(latency.histogram)
    chosen = bucket(latency, answer)
    inside = f"{matchers},{chosen.matcher}" if matchers else chosen.matcher
    good = f"sum(rate({name}_bucket{{{inside}}}[{{{{.window}}}}]))"
    total = f"sum(rate({name}_count{{{matchers}}}[{{{{.window}}}}]))"
    return Indicator((Side("good", good), Side("total", total)), note=chosen.note)


def _native(latency: Latency) -> Indicator:
    name, matchers = promql.selector(latency.histogram)
    rate = f"sum(rate({name}{{{matchers}}}[{{{{.window}}}}]))"
    good = f"histogram_fraction(-Inf, {latency.limit!r}, {rate}) * histogram_count({rate})"
    # The server interpolates inside the bucket that holds the threshold, and does not say when it did.
    return Indicator((Side("good", good), Side("total", f"histogram_count({rate})")), note="interpolated")


def _time_slices(slices: TimeSlices) -> Indicator:
    value = f"({promql.fill_window(slices.query, slices.slice)})"
    found = CONDITION.fullmatch(slices.condition)
    assert found is not None
    sign, number = found.groups()
    # 0 or 1 for each slice; with != PromQL would count NaN as satisfying, the sum of both sides does not.
    satisfied = f"{value} {sign} bool {number}"
    if sign == "!=":
        satisfied = f"({value} < bool {number}) + ({value} > bool {number})"
    return _of_slices("good", satisfied, value, slices.slice)


def _recorded(recorded: Recorded) -> Indicator:
    if recorded.sloth_id is not None:
        name, label = "slo:sli_error:ratio_rate5m", f'sloth_id="{recorded.sloth_id}"'
    else:
        metric = (recorded.metric or "").removesuffix("_total").removesuffix("_count")
        name, label = f"{metric}:burnrate5m", f'slo="{recorded.pyrra_slo}"'
    inside = f"{label},{recorded.matchers}" if recorded.matchers else label
    # Without traffic the ratio is NaN, which would spoil the sum: compared, it is left out. The margin is rounding.
    ratio = f"({name}{{{inside}}} > -1e-9 < 1.000000001)"
    return _of_slices("bad", ratio, ratio, _RECORDED)


def _of_slices(name: Literal["bad", "good"], summed: str, counted: str, length: timedelta) -> Indicator:
    ends = f"[{{{{.window}}}}:{format_duration(length)}]"
    sides = (
        Side(name, f"sum_over_time(({summed}){ends})", length),
        Side("total", f"count_over_time({counted}{ends})", length),
    )
    return Indicator(sides, "time")
