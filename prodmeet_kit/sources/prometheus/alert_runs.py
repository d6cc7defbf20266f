"""From samples of ``ALERTS`` to runs: the times an alert stood in one state without a missed evaluation.

A rule leaves one sample an evaluation while it fires or waits to. A run ends
where more than 1.5 evaluation intervals lie between two samples: halfway
between a late evaluation and a missed one. Only arrays are touched, never a
sample by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["GAP_INTERVALS", "Key", "Runs", "Times", "anew", "at_times", "ends", "widest_gap"]

Key: TypeAlias = tuple[str, str, str]
"""Alert name, other labels, state."""

Times: TypeAlias = npt.NDArray[np.int64]
"""Milliseconds since the epoch, ascending."""

GAP_INTERVALS = 1.5
"""Samples further apart than this many evaluation intervals belong to two runs."""

_SAME_S = 1.5


@dataclass(frozen=True)
class Runs:
    """The runs of one series: first and last sample of each, and since when (seconds) its condition held at the first.

    ``interval`` is the rule's, in milliseconds.
    """

    first: Times
    last: Times
    active: npt.NDArray[np.float64]
    interval: int


def widest_gap(interval: int) -> int:
    """The longest time between two samples of one run, in milliseconds as the interval is."""
    return round(interval * GAP_INTERVALS)


def ends(times: Times, gap: int) -> tuple[Times, Times]:
    """Positions of the first and the last sample of each run: those at most ``gap`` apart are of one.

    >>> ends(np.array([0, 60, 180]), 90)
    (array([0, 2]), array([1, 2]))
    """
    parted = np.flatnonzero(np.diff(times) > gap)
    return np.concatenate([[0], parted + 1]), np.append(parted, len(times) - 1)


def anew(times: Times, active: npt.NDArray[np.float64], gap: int) -> bool:
    """Whether the condition began anew between two samples more than ``gap`` apart.

    ``active`` tells for each sample since when (seconds) it held, NaN where not known.
    """
    return bool(np.any((np.diff(times) > gap) & (np.abs(np.diff(active)) > _SAME_S)))


def at_times(times: Times, known: Times, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The value known at each of the times, NaN where there is none."""
    if not len(known):
        return np.full(len(times), np.nan)
    found = np.minimum(np.searchsorted(known, times), len(known) - 1)
    return np.where(known[found] == times, values[found], np.nan)
