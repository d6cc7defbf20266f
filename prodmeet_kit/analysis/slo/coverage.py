"""On how much of its window an SLO rests: a young service, old data that is no longer kept, gaps.

The trend tells it step by step as far back as the history goes; for a window that is longer, one value a day tells of
the days before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import nan

import pandas as pd

from prodmeet_kit.analysis.slo.steps import Steps, time_of
from prodmeet_kit.core.window import Window

__all__ = ["NEARLY", "Covered", "covered", "reason"]

NEARLY = 0.99
"""Own choice: a window of which a hundredth is missing, as by restarts, counts as whole."""

_DAY = pd.Timedelta("24h")


@dataclass(frozen=True)
class Covered:
    """Seconds of an SLO window with a total, NaN where not known, and the first instant with one."""

    seconds: float
    first: pd.Timestamp | None


def covered(trend: pd.DataFrame | None, days: pd.Series[float] | None, length: timedelta, window: Window) -> Covered:
    """How much of ``(window.end - length, window.end]`` has a total.

    ``trend`` is ``[total, bad]`` a step, ``days`` a value for each day before the history, named by its end; ``None``
    where it was not answered. Not known without a trend, or without days where the window is longer than the history.
    """
    begin = pd.Timestamp(window.end - length)
    if trend is None or (days is None and begin < window.history_start):
        return Covered(nan, None)
    steps = Steps.of(trend, max(begin, pd.Timestamp(window.history_start)), window.end)
    known = steps.ends[steps.known]
    seconds = len(known) * window.step.total_seconds()
    first = max(time_of(known[0]) - window.step, begin) if len(known) else None
    if days is not None and begin < window.history_start:
        for end in days[days.notna() & (days.index > begin)].index[::-1]:
            first = max(end - _DAY, begin)
            seconds += (end - first).total_seconds()
    return Covered(min(seconds, length.total_seconds()), first)


def reason(found: Covered, length: timedelta, firsts: Iterable[pd.Timestamp | None], window: Window) -> str:
    """Why less is covered: ``gaps``, ``young`` (other data is older), ``kept`` (nothing older is), empty where whole.

    ``firsts`` are the first instants at which the other numbers of the product have a value.
    """
    if found.first is None or not found.seconds < NEARLY * length.total_seconds():
        return ""
    late = found.first - pd.Timestamp(window.end - length)
    if late.total_seconds() < (length.total_seconds() - found.seconds) / 2:
        return "gaps"
    return "young" if any(first is not None and first < found.first - _DAY for first in firsts) else "kept"
