"""Whether a page came late: long after the outage began, and later than a standard rule would have come.

A burn that a good rule finds after two hours makes no page late that came after
one. The measure is the fastest standard condition of :mod:`.burn_rates`, played
again on the burn itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from prodmeet_kit.analysis.alerting import burn_replay, standard_rules
from prodmeet_kit.analysis.alerting.burn_replay import Firing, Series
from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.event_times import Stretches
from prodmeet_kit.core.time_ranges import began

__all__ = ["LATE", "Lateness"]

LATE = timedelta(minutes=30)
"""No page is late up to this after the onset: most incidents are repaired by then. Own choice."""


class Lateness:
    """Judges whether pages were late. ``trends``, ``slos``, ``step`` and ``fine`` as in :mod:`.event_times`."""

    def __init__(
        self,
        trends: Mapping[str, pd.DataFrame],
        slos: Iterable[SloTarget],
        step: timedelta,
        fine: Stretches | None = None,
    ) -> None:
        self._trends, self._step, self._fine = trends, step, fine or {}
        self._slos = {target.ref: target for target in slos if target.ref in trends}
        self._series: dict[tuple[str, bool], Series] = {}

    def of_outage(self, outage: Mapping[str, Any], page: pd.Timestamp) -> bool:
        """Whether a page that begins then is late for an outage (a row of ``OUTAGES``).

        That is: over 30 min after the latest moment it can have begun, and after the first firing of the fastest page
        condition by more than the step of the series there, one evaluation interval and the rule's ``for``. Where no
        SLO event is in it, all standard conditions of its services count, and a burn that none of them finds makes no
        page late; where nothing burned, people's words are the measure.
        """
        earliest, latest = began(outage)
        if page - latest <= LATE:
            return False
        end = outage["span_end"]
        if outage["events"]:
            mine = [self._slos[ref] for ref in outage["slos"] if ref in self._slos]
            # By definition one held: a finer series may only just not show it.
            first = self._first(mine, burn_rates.PAGE, earliest, end) or self._first(
                mine, burn_rates.PAGE, earliest, end, coarse=True
            )
            return first is None or _after(first, page)
        named = outage["named"]
        mine = [target for target in self._slos.values() if not named or target.service in named]
        first = self._first(mine, standard_rules.ALL, earliest, end)
        if first is not None:
            return _after(first, page)
        return not any(self._burned(target, earliest, page) for target in mine)

    def _burned(self, target: SloTarget, start: datetime, end: datetime) -> bool:
        span = pd.DatetimeIndex([start]), pd.DatetimeIndex([end])
        seen = burn_rates.events_between(self._trends[target.ref], self._step, *span).iloc[0]
        return bool(seen["bad"] > 0 and seen["bad"] >= target.budget * seen["total"])

    def _first(
        self,
        slos: Iterable[SloTarget],
        conditions: Iterable[burn_rates.Condition],
        start: datetime,
        end: datetime,
        *,
        coarse: bool = False,
    ) -> Firing | None:
        chosen = tuple(conditions)
        found = [
            burn_replay.first_firing(self._of(target.ref, coarse=coarse), target, chosen, start, end) for target in slos
        ]
        return min((firing for firing in found if firing is not None), key=lambda each: each.at, default=None)

    def _of(self, ref: str, *, coarse: bool) -> Series:
        if (ref, coarse) not in self._series:
            stretches = () if coarse else self._fine.get(ref, ())
            self._series[ref, coarse] = Series(self._trends[ref], self._step, stretches)
        return self._series[ref, coarse]


def _after(firing: Firing, page: pd.Timestamp) -> bool:
    return page > firing.latest + firing.step
