"""Which gaps in an alert are no stops: evaluations were missed, or the server itself remembers that it went on.

A rule leaves a sample an evaluation while it fires. Between two of them lies a
stop, or an evaluation that never was: one may be missed by itself, and none is
made while the server is away. What the server remembers, the moment since which
the condition holds, goes before both: the same moment is the same episode, and
another one is a stop, unless the server was away and forgot.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.alerting.blind_time import BlindTime, Span

__all__ = ["LONGEST", "MISSED_INTERVALS", "bridged"]

MISSED_INTERVALS = 2.5
"""Evaluations at most so far apart have one missed between them: halfway between one and two."""

LONGEST = timedelta(hours=1)
"""Away for longer, and what fires again is news; as long as Prometheus restores alerts over a restart."""

_SLACK = 0.5
"""An evaluation this share of an interval from the time away may have fallen into it."""

_SAME = pd.Timedelta(seconds=1.5)


def bridged(
    firing: pd.DataFrame, pending: pd.DataFrame, begins: npt.NDArray[np.bool_], blind: BlindTime
) -> npt.NDArray[np.bool_]:
    """``begins`` less those where the episode before goes on.

    ``firing`` are runs with ``group``, in order of group and start, ``pending`` the others; ``begins`` tells of each
    row of ``firing`` whether it begins apart from those before. A row that is the first of its group stays.
    """
    left = begins.copy()
    waits = {group: _Waits(each) for group, each in pending.groupby("group")[["start", "last"]]}
    replicas = firing["labels"].map(blind.replica).groupby(firing["group"]).unique()
    columns = [firing[name].tolist() for name in ("group", "start", "last", "interval_s", "active")]
    latest: tuple[pd.Timestamp, float, pd.Timestamp] | None = None
    of = None
    for at, (group, start, last, interval_s, active) in enumerate(zip(*columns, strict=True)):
        if group != of:
            of, latest = group, None
        if latest is not None and begins[at] and interval_s > 0:
            stopped, interval, since = latest[0], max(latest[1], interval_s), latest[2]
            near = waits.get(group)
            between = [] if near is None else near.between(stopped, start)
            gap = _Gap(stopped, start, pd.Timedelta(seconds=interval), between)
            left[at] = not gap.bridged(since, active, blind.of(replicas[group]))
        if latest is None or last >= latest[0]:
            latest = (last, interval_s, active)
    return left


class _Waits:
    """The runs of one group that were pending (``start``, ``last``), laid out to be asked many times."""

    def __init__(self, pending: pd.DataFrame) -> None:
        self._starts = pending["start"].to_numpy("datetime64[ns]")
        self._spans = list(zip(pending["start"], pending["last"], strict=True))

    def between(self, stopped: pd.Timestamp, start: pd.Timestamp) -> list[Span]:
        inside = (self._starts > stopped.to_datetime64()) & (self._starts < start.to_datetime64())
        return [self._spans[at] for at in np.flatnonzero(inside)]


class _Gap:
    """The time from the last evaluation that fired to the next one that did, and when it was pending meanwhile."""

    def __init__(self, stopped: pd.Timestamp, start: pd.Timestamp, interval: pd.Timedelta, pending: list[Span]) -> None:
        self._stopped, self._start, self._interval, self._pending = stopped, start, interval, pending

    def bridged(self, before: pd.Timestamp, after: pd.Timestamp, blind: list[Span]) -> bool:
        """``before`` and ``after``: since when its condition held, ``NaT`` where not known."""
        known = bool(before == before and after == after)  # NaT is not equal to itself
        if known and abs(after - before) <= _SAME:
            return True
        if self._away(blind, missed=0 if known else 1):
            return True
        near = self._start - self._stopped <= MISSED_INTERVALS * self._interval
        return near and not known and not self._pending

    def _away(self, blind: list[Span], missed: int) -> bool:
        """Whether the server was down until the alert was there again: firing, or pending again after a reset.

        So many evaluations may be ``missed`` beside those that fell into the time away.
        """
        seen = min((start for start, _ in self._pending), default=self._start)
        if seen - self._stopped > LONGEST or not self._leads_on():
            return False
        inside = [(first, last) for first, last in blind if first < seen and last > self._stopped]
        slack = _SLACK * self._interval
        count = round((seen - self._stopped) / self._interval) - 1
        slots = [self._stopped + number * self._interval for number in range(1, count + 1)]
        fell = sum(any(first - slack <= slot <= last + slack for first, last in inside) for slot in slots)
        return bool(inside) and count - fell <= missed

    def _leads_on(self) -> bool:
        """Whether it was pending without a break until it fired again, or not at all."""
        if not self._pending:
            return True
        ends = [last for _, last in self._pending]
        begins = [start for start, _ in self._pending[1:]] + [self._start]
        return all(begin - end <= MISSED_INTERVALS * self._interval for begin, end in zip(begins, ends, strict=True))
