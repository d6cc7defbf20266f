"""The fast part of an SLO event: the stretches of it in which the budget burned at 6 times the lasting pace or more.

An SLO event may be a slow burn of days with an outage of minutes in it. What
people call an outage is the fast part, so only that may date one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from prodmeet_kit.analysis import burn_rates, grid, slo_events
from prodmeet_kit.analysis.slo import SloTarget
from prodmeet_kit.frames import rows
from prodmeet_kit.window import Window

__all__ = ["FACTOR", "Stretch", "fast_parts"]

FACTOR = burn_rates.PAGE[1].factor
"""What burns slower than the slowest page condition, 6, wakes nobody (SRE Workbook, ch. 5)."""


class Stretch(NamedTuple):
    """A span of time, UTC."""

    start: pd.Timestamp
    end: pd.Timestamp


def fast_parts(
    events: pd.DataFrame, trends: Mapping[str, pd.DataFrame], slos: Iterable[SloTarget], window: Window
) -> dict[str, list[Stretch]]:
    """The fast parts of each of ``events`` (``SLO_EVENTS``) by its id, in order; an event may have none.

    Found as an SLO event itself is: runs of steps that burn at 6 or more,
    joined across gaps of at most 30 minutes, each cut to the stretch with the
    most bad events beyond that pace, with at least 5 bad events. In little
    traffic one failed request makes a step burn fast, and many of them slowly
    are no fast part. Where the trend is not known an event is taken whole.
    """
    targets = {target.ref: target for target in slos}
    return {event["id"]: _of_one(event, trends, targets, window) for event in rows(events)}


def _of_one(
    event: Mapping[str, Any], trends: Mapping[str, pd.DataFrame], targets: Mapping[str, SloTarget], window: Window
) -> list[Stretch]:
    ref = f"{event['service']}/{event['slo']}"
    trend, target = trends.get(ref), targets.get(ref)
    if trend is None or target is None:
        return [Stretch(event["onset"], event["end"])]
    inside = burn_rates.events(grid.between(trend, event["onset"], event["end"]))
    index = pd.DatetimeIndex(inside.index)
    bad, total = (inside[column].fillna(0.0).to_numpy(dtype=np.float64) for column in ("bad", "total"))
    pace = FACTOR * target.budget * total * (1 - burn_rates.TINY)
    burning = (bad >= pace) & (bad > 0)
    runs = [slo_events.dearest(bad - pace, *run) for run in slo_events.runs(index, burning, window.step)]
    return [
        Stretch(index[first] - window.step, index[last])
        for first, last in runs
        if bad[first : last + 1].sum() >= slo_events.MIN_BAD
    ]
