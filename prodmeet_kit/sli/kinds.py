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

from prodmeet_kit.core.placeholder import fill_window
from prodmeet_kit.facts import Answer
from prodmeet_kit.parameters.sli import Events, Good, Latency, Raw
from prodmeet_kit.sli import in_promql
from prodmeet_kit.sli.bounds import bounds_key, bucket, tells_bounds

if TYPE_CHECKING:
    from prodmeet_kit.parameters.models import Slo

__all__ = ["Indicator", "Side", "Weight", "indicator", "needed"]

Weight = Literal["events", "time"]
"""What is counted: events, or seconds."""

_SECOND = timedelta(seconds=1)


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
        """The query over a span of this length.

        A subquery looks one second less far back: ranges are closed on the left
        in Prometheus 2 and open in 3, and no slice may count twice.
        """
        return fill_window(self.query, length - _SECOND if self.slice else length)

    def along(self, step: timedelta, lookback: timedelta) -> tuple[str, timedelta]:
        """The query of a trend in steps, and the length of its range; ``lookback`` is a step and one overlap."""
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
    if isinstance(kind, Latency):
        return _latency(kind, answers.get(bounds_key(service, slo)))
    return _of_slices(in_promql.slices(kind))


def _latency(latency: Latency, bounds: Answer | None) -> Indicator:
    if latency.native:
        good, total = in_promql.native(latency)
        # The server interpolates inside the bucket that holds the threshold, and does not say when it did.
        return Indicator((Side("good", good), Side("total", total)), note="interpolated")
    if bounds is None or bounds.frame is None or not bounds.frame.shape[1]:
        return Indicator(())
    chosen = bucket(latency, bounds)
    good, total = in_promql.buckets(latency, chosen.matcher)
    return Indicator((Side("good", good), Side("total", total)), note=chosen.note)


def _of_slices(slices: in_promql.Slices) -> Indicator:
    part, total = slices.queries
    return Indicator((Side(slices.part, part, slices.length), Side("total", total, slices.length)), "time")
