"""How a service level indicator may be measured: one model a kind, and :class:`Sli`, which holds exactly one.

What a kind asks the server, and how the answers become counts, is in :mod:`prodmeet_kit.sli`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from prodmeet_kit.core import promql
from prodmeet_kit.parameters.fields import Duration, EventQuery, LabelMatchers, Model, Query, RatioQuery

__all__ = ["KINDS", "Events", "Good", "Kind", "KindOfSlices", "Latency", "Raw", "Recorded", "Sli", "TimeSlices"]

DAY = timedelta(days=1)

CONDITION = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\s*")
"""A comparison with a number."""

_CONDITION_TEXT = Annotated[str, Field(pattern=rf"^{CONDITION.pattern}$", examples=[">= 1", "< 0.3"])]


def _histogram(value: Any) -> Any:
    if isinstance(value, str):
        try:
            name, matchers = promql.selector(value)
        except ValueError as error:
            raise ValueError(f"write the histogram's name with label matchers: {error}") from None
        if name.endswith("_bucket"):
            raise ValueError(f"leave _bucket off: write {name.removesuffix('_bucket')}")
        if re.search(r"(?:^|,)\s*le\s*(?:=|!)", matchers):
            raise ValueError("leave the label le out: threshold says which bucket counts")
    return value


def _condition(value: Any) -> Any:
    if isinstance(value, str) and not CONDITION.fullmatch(value):
        raise ValueError('write a comparison with a number, such as ">= 1" or "< 0.3"')
    return value


def _words(value: Any) -> Any:
    if isinstance(value, str) and ('"' in value or "\\" in value or "\n" in value):
        raise ValueError("leave quotes, backslashes and line ends out")
    return value


LabelValue = Annotated[str, Field(min_length=1), BeforeValidator(_words, json_schema_input_type=str)]
"""The value of a label, put into a query between quotes."""


class Events(Model):
    """An SLI as the share of good events among all."""

    error_query: EventQuery = Field(
        description="Bad events: rate or increase over {{.window}}, one series",
        examples=['sum(rate(http_requests_total{service="cart",code=~"5.."}[{{.window}}]))'],
    )
    total_query: EventQuery = Field(
        description="All events: rate or increase over {{.window}}, one series",
        examples=['sum(rate(http_requests_total{service="cart"}[{{.window}}]))'],
    )


class Good(Model):
    """Good events among all, where the good ones are what can be counted."""

    good_query: EventQuery = Field(
        description="Good events: rate or increase over {{.window}}, one series",
        examples=['sum(rate(http_requests_total{service="cart",code!~"5.."}[{{.window}}]))'],
    )
    total_query: EventQuery = Field(
        description="All events: rate or increase over {{.window}}, one series",
        examples=['sum(rate(http_requests_total{service="cart"}[{{.window}}]))'],
    )


class Latency(Model):
    """Events that took no longer than a threshold, counted by a histogram."""

    histogram: Annotated[str, BeforeValidator(_histogram, json_schema_input_type=str)] = Field(
        description="Name of the histogram without _bucket, with label matchers",
        examples=['http_request_duration_seconds{service="web"}'],
    )
    threshold: Duration = Field(description="An event that takes no longer is good", examples=["300ms"])
    unit: Literal["s", "ms"] = Field(default="s", description="Unit of the histogram: s or ms")
    native: bool = Field(default=False, description="The histogram is native: it has no buckets with a label le")

    @property
    def limit(self) -> float:
        """The threshold in the histogram's unit."""
        return round(self.threshold / timedelta(seconds=1 if self.unit == "s" else 0.001), 9)


class Raw(Model):
    """A ready ratio of bad to all, as Sloth's raw SLI."""

    error_ratio_query: RatioQuery = Field(
        description="Share of what is bad over {{.window}}, between 0 and 1, one series",
        examples=['1 - avg(avg_over_time(probe_success{job="shop"}[{{.window}}]))'],
    )


class TimeSlices(Model):
    """Slices of time that are good as a whole, as OpenSLO's timeslices."""

    query: Query = Field(
        description="A gauge or probe, one series; {{.window}} is one slice",
        examples=['min(probe_success{job="shop"})', "sum(rate(jobs_done_total[{{.window}}]))"],
    )
    condition: Annotated[str, BeforeValidator(_condition, json_schema_input_type=_CONDITION_TEXT)] = Field(
        description='A slice is good when the value at its end satisfies this, such as ">= 1"'
    )
    slice: Duration = Field(default=timedelta(minutes=5), description="Length of a slice, at most a day")

    @field_validator("slice")
    @classmethod
    def _slice_is_whole(cls, value: timedelta) -> timedelta:
        # Whole seconds, so that a range one second shorter than the window holds each slice once.
        if not timedelta(seconds=2) <= value <= DAY or value % timedelta(seconds=1):
            raise ValueError("write whole seconds, at least 2s and at most 1d")
        return value


class Recorded(Model):
    """Error ratios that Sloth or Pyrra already record, read and not computed again."""

    sloth_id: LabelValue | None = Field(
        default=None, description="Label sloth_id of Sloth's series", examples=["web-availability"]
    )
    pyrra_slo: LabelValue | None = Field(default=None, description="Label slo of Pyrra's series: the objective's name")
    metric: Annotated[str, Field(pattern=r"^[A-Za-z_:][A-Za-z0-9_:]*$")] | None = Field(
        default=None, description="With pyrra_slo: the metric Pyrra counts, such as http_requests"
    )
    matchers: LabelMatchers = Field(
        default="", description="Further label matchers, where several series have that name", examples=['replica="a"']
    )

    @model_validator(mode="after")
    def _of_one_tool(self) -> Recorded:
        if (self.sloth_id is None) == (self.pyrra_slo is None):
            raise ValueError("give either sloth_id or pyrra_slo")
        if (self.pyrra_slo is None) != (self.metric is None):
            raise ValueError("give metric with pyrra_slo, such as metric: http_requests, and not with sloth_id")
        return self


KindOfSlices = TimeSlices | Recorded
"""Kinds that are good and bad slices of time, in PromQL that :func:`prodmeet_kit.sli.in_promql.slices` writes."""

Kind = Events | Good | Latency | Raw | KindOfSlices


class Sli(Model):
    """How the indicator is measured: exactly one of these kinds."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    events: Events | None = Field(default=None, description="Bad and total events, as in Sloth")
    good: Good | None = Field(default=None, description="Good and total events")
    latency: Latency | None = Field(default=None, description="Events faster than a threshold, from a histogram")
    raw: Raw | None = Field(default=None, description="A ready error ratio, as Sloth's raw; weighs time, not events")
    time_slices: TimeSlices | None = Field(
        default=None, description="Share of time in which a gauge or probe satisfies a comparison"
    )
    recorded: Recorded | None = Field(default=None, description="Ratios that Sloth or Pyrra already record")

    @model_validator(mode="after")
    def _exactly_one(self) -> Sli:
        given = [name for name in KINDS if getattr(self, name) is not None]
        if len(given) != 1:
            both = f", not {' and '.join(given)} together" if given else ""
            raise ValueError(f"give exactly one of {', '.join(KINDS)}{both}")
        return self

    @model_serializer(mode="wrap")
    def _only_what_is_given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: content for name, content in handler(self).items() if content is not None}

    @property
    def kind(self) -> str:
        """The name of the kind that is given."""
        return next(name for name in KINDS if getattr(self, name) is not None)

    @property
    def definition(self) -> Kind:
        """The kind that is given."""
        found: Kind = getattr(self, self.kind)
        return found


KINDS = tuple(Sli.model_fields)
"""Keys of which an SLI has exactly one."""
