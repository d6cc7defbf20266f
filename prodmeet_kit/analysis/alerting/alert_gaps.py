"""Which gaps in an alert are no stops: evaluations were missed, or the server itself remembers that it went on.

A rule leaves a sample an evaluation while it fires. Between two of them lies a
stop, or an evaluation that never was: one may be missed by itself, and none is
made while the server is away. What the server remembers, the moment since which
the condition holds, goes before both: the same moment is the same episode, and
another one is a stop, unless the server was away and forgot.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TypeAlias

import pandas as pd

from prodmeet_kit.analysis.alerting.blind_time import BlindTime
from prodmeet_kit.analysis.alerting.run_times import UNKNOWN, Bools, RunTimes
from prodmeet_kit.analysis.series.grid import instant, nanoseconds

__all__ = ["LONGEST", "MISSED_INTERVALS", "bridged"]

MISSED_INTERVALS = 2.5
"""Evaluations at most so far apart have one missed between them: halfway between one and two."""

LONGEST = timedelta(hours=1)
"""Away for longer, and what fires again is news; as long as Prometheus restores alerts over a restart."""

_SLACK = 0.5
"""An evaluation this share of an interval from the time away may have fallen into it."""

_SAME = nanoseconds(timedelta(seconds=1.5))

_Span: TypeAlias = tuple[int, int]
"""From when to when, in nanoseconds since 1970, as all times here are."""


def bridged(firing: RunTimes, pending: RunTimes, begins: Bools, labels: pd.Series[str], blind: BlindTime) -> Bools:
    """``begins`` less those where the episode before goes on.

    ``begins`` tells of each run of ``firing`` whether it begins apart from those before; the first of a group stays.
    ``labels`` are those of ``ALERT_RUNS``, which tell whose absence counts.
    """
    left = begins.copy()
    waits = dict(pending.groups())
    for group, here in firing.groups():
        if not begins[here][1:].any():
            continue
        near = waits.get(group)
        waiting = (
            [] if near is None else list(zip(pending.start[near].tolist(), pending.last[near].tolist(), strict=True))
        )
        replicas = {blind.replica(written) for written in set(labels.iloc[firing.row[here]])}
        away = [(instant(first), instant(last)) for first, last in blind.of(replicas)]
        columns = (firing.start, firing.last, firing.interval, firing.active)
        runs = zip(*(column[here].tolist() for column in columns), strict=True)
        _, stopped, before, since = next(runs)
        for at, (start, last, interval, active) in enumerate(runs, start=here.start + 1):
            if begins[at] and interval > 0:
                between = [span for span in waiting if stopped < span[0] < start]
                gap = _Gap(stopped, start, max(before, interval), between)
                left[at] = not gap.bridged(since, active, away)
            if last >= stopped:
                stopped, before, since = last, interval, active
    return left


class _Gap:
    """The time from the last evaluation that fired to the next one that did, and when it was pending meanwhile."""

    def __init__(self, stopped: int, start: int, interval: int, pending: list[_Span]) -> None:
        self._stopped, self._start, self._interval, self._pending = stopped, start, interval, pending

    def bridged(self, before: int, after: int, blind: list[_Span]) -> bool:
        """``before`` and ``after``: since when its condition held, where that is known."""
        known = UNKNOWN not in (before, after)
        if known and abs(after - before) <= _SAME:
            return True
        if self._away(blind, missed=0 if known else 1):
            return True
        near = self._start - self._stopped <= MISSED_INTERVALS * self._interval
        return near and not known and not self._pending

    def _away(self, blind: list[_Span], missed: int) -> bool:
        """Whether the server was down until the alert was there again: firing, or pending again after a reset.

        So many evaluations may be ``missed`` beside those that fell into the time away.
        """
        seen = min((start for start, _ in self._pending), default=self._start)
        if seen - self._stopped > nanoseconds(LONGEST) or not self._leads_on():
            return False
        inside = [(first, last) for first, last in blind if first < seen and last > self._stopped]
        if not inside:
            return False
        slack = round(_SLACK * self._interval)
        count = round((seen - self._stopped) / self._interval) - 1
        slots = [self._stopped + number * self._interval for number in range(1, count + 1)]
        fell = sum(any(first - slack <= slot <= last + slack for first, last in inside) for slot in slots)
        return count - fell <= missed

    def _leads_on(self) -> bool:
        """Whether it was pending without a break until it fired again, or not at all."""
        if not self._pending:
            return True
        ends = [last for _, last in self._pending]
        begins = [start for start, _ in self._pending[1:]] + [self._start]
        return all(begin - end <= MISSED_INTERVALS * self._interval for begin, end in zip(begins, ends, strict=True))
