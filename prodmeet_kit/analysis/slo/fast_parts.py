"""The burns an SLO event is made of: its fast parts, in which the budget burned at 6 times the lasting pace or more.

An SLO event may be a slow burn of days with an outage of minutes in it. What
people call an outage is the fast part, so only that may date one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.analysis.slo import events as slo_events
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.steps import Steps, time_of
from prodmeet_kit.core.time_ranges import end_between, onset_between
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.slo import SLO_EVENTS

__all__ = ["BEFORE", "FACTOR", "LONG", "Burn", "Stretch", "burns", "fast_parts"]

FACTOR = burn_rates.PAGE[1].factor
"""What burns slower than the slowest page condition, 6, wakes nobody (SRE Workbook, ch. 5)."""


BEFORE = timedelta(hours=2)
"""What began longer than this before an outage is another trouble."""

SURE = 2.0
"""Standard deviations of a count (its square root) from which a step is above the pace by more than chance."""

LONG = timedelta(days=1)
"""What burns as long as this is a trouble of its own, and none that failed at the same time as another."""


class Stretch(NamedTuple):
    """A span of time, UTC."""

    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True)
class Burn:
    """What is one outage of an SLO event (a row of ``SLO_EVENTS``): the whole of it, or a fast part alone."""

    event: Mapping[str, Any]
    start: pd.Timestamp
    end: pd.Timestamp
    fast: tuple[Stretch, ...]
    began: tuple[pd.Timestamp, pd.Timestamp]
    over: tuple[pd.Timestamp, pd.Timestamp]

    @property
    def ref(self) -> str:
        """Its SLO, ``service/name``."""
        return f"{self.event['service']}/{self.event['slo']}"

    @property
    def service(self) -> str:
        """Its service."""
        return str(self.event["service"])

    @property
    def id(self) -> str:
        """The event's id; another for a fast part that begins later."""
        whole = self.start == self.event["onset"]
        return str(self.event["id"]) if whole else f"{self.ref}@{self.start:%Y-%m-%dT%H:%MZ}"

    @property
    def long(self) -> bool:
        """Whether it lasted a day."""
        return bool(self.end - self.start >= LONG)

    @property
    def ongoing(self) -> bool:
        """Whether it goes on at the meeting."""
        return bool(self.event["ongoing"]) and bool(self.end >= self.event["end"])


def burns(
    events: pd.DataFrame, trends: Mapping[str, pd.DataFrame], slos: Iterable[SloTarget], window: Window
) -> list[Burn]:
    """The burns of ``events`` (``SLO_EVENTS``), in order of onset; of two with the same the more expensive first.

    An event under a day that burns slower than its fast parts for at most 30 min
    before, between and after them is one burn, as is one without a fast part.
    In any other each fast part is one: the rest is a slow burn around it.

    Fast parts are found as an SLO event itself is: runs of steps that burn at 6 or more,
    joined across gaps of at most 30 minutes, each cut to the stretch with the
    most bad events beyond that pace, with at least 5 bad events and 2% of the
    budget. In little traffic a few failed requests make a step burn fast, and
    a slow burn has many of these by chance: a run is of steps that are two
    standard deviations above the pace, and one more on each side that is above
    it. Where the trend is not known an event is taken whole.
    """
    fast = fast_parts(events, trends, slos, window)
    ordered = events.sort_values(["onset", "budget_spent", "id"], ascending=[True, False, True], kind="stable")
    found = [burn for event in SLO_EVENTS.rows(ordered) for burn in _split(event, fast[event["id"]], window)]
    return sorted(found, key=lambda burn: burn.start)


def fast_parts(
    events: pd.DataFrame, trends: Mapping[str, pd.DataFrame], slos: Iterable[SloTarget], window: Window
) -> dict[str, list[Stretch]]:
    """The fast parts of each of ``events`` by its id, in order, as :func:`burns` finds them; an event may have none."""
    targets = {target.ref: target for target in slos}
    return {event["id"]: _of_one(event, trends, targets, window) for event in SLO_EVENTS.rows(events)}


def _split(event: Mapping[str, Any], fast: list[Stretch], window: Window) -> list[Burn]:
    began, over = onset_between(event), end_between(event)
    starts, ends = [part.start for part in fast], [part.end for part in fast]
    slow = zip([event["onset"], *ends], [*starts, event["end"]], strict=True)  # before, between and after
    if not fast or (
        event["end"] - event["onset"] < LONG and all(end - start <= slo_events.JOIN for start, end in slow)
    ):
        return [Burn(event, event["onset"], event["end"], tuple(fast), began, over)]
    return [
        Burn(
            event,
            part.start,
            part.end,
            (part,),
            began if part.start == event["onset"] else (part.start, part.start + window.step),
            over if part.end == event["end"] else (part.end - window.step, part.end),
        )
        for part in fast
    ]


def _of_one(
    event: Mapping[str, Any], trends: Mapping[str, pd.DataFrame], targets: Mapping[str, SloTarget], window: Window
) -> list[Stretch]:
    ref = f"{event['service']}/{event['slo']}"
    trend, target = trends.get(ref), targets.get(ref)
    if trend is None or target is None:
        return [Stretch(event["onset"], event["end"])]
    steps = Steps.of(trend, event["onset"], event["end"])
    ends, (total, bad) = steps.ends, steps.counted
    pace = FACTOR * target.budget * total * (1 - burn_rates.TINY)
    above = (bad >= pace) & (bad > 0)
    sure = above & (bad >= pace + SURE * np.sqrt(pace))
    runs = [slo_events.dearest(bad - pace, *run) for run in slo_events.runs(ends, sure, window.step)]
    runs = [
        (first - int(first > 0 and above[first - 1]), last + int(above[last + 1 : last + 2].any()))
        for first, last in runs
    ]
    budget = event["bad"] / event["budget_spent"] if event["budget_spent"] > 0 else 0.0
    least = max(slo_events.MIN_BAD, slo_events.MIN_SPENT * budget if budget == budget else 0.0)  # NaN: not known
    return [
        Stretch(time_of(ends[first]) - window.step, time_of(ends[last]))
        for first, last in runs
        if bad[first : last + 1].sum() >= least
    ]
