"""Queries of events that count none: a ratio where a number of events is asked for.

A ratio over the window, times the seconds of the window, looks like a count and is none: a false "kept".
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from prodmeet_kit.parameters.sli import Events, Good

if TYPE_CHECKING:
    from prodmeet_kit.parameters.metrics.backends import MetricBackend
    from prodmeet_kit.parameters.models import Slo

__all__ = ["ratios", "too_small"]

_HALF = 0.5
_MANY = 1000.0
"""A count of events is extrapolated up, never down to less than half an event: beside this many it is a ratio."""


def ratios(slo: Slo, chosen: MetricBackend) -> tuple[str, ...]:
    """The keys of the SLO's queries that divide events by events, such as ``error_query``; usually none.

    ``chosen`` is the back end they are written for.
    """
    kind = slo.sli.definition
    if not isinstance(kind, Events | Good):
        return ()
    return tuple(name for name, query in kind.model_dump().items() if chosen.is_ratio(query))


def too_small(total: float, bad: float) -> bool:
    """Whether a number of bad events is less than one event, beside a total that is not."""
    return not isnan(bad) and 1e-9 < bad < _HALF and total >= _MANY
