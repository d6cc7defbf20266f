"""From samples of ``ALERTS`` to runs: the times an alert stood in one state without a missed evaluation.

A rule leaves one sample an evaluation while it fires or waits to. A run ends
where more than 1.5 evaluation intervals lie between two samples: halfway
between a late evaluation and a missed one. Only arrays are touched, never a
sample by itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["GAP_INTERVALS", "Times", "join", "widest_gap"]

Times: TypeAlias = npt.NDArray[np.int64]
"""Milliseconds since the epoch, ascending."""

GAP_INTERVALS = 1.5
"""Samples further apart than this many evaluation intervals belong to two runs."""


def widest_gap(interval: timedelta) -> int:
    """The longest time between two samples of one run, in milliseconds."""
    return round(interval.total_seconds() * 1000 * GAP_INTERVALS)


def join(first: Times, last: Times, gap: int) -> tuple[Times, Times]:
    """First and last instant of each run among pieces in order of time, those at most ``gap`` apart put together.

    A sample is a piece whose first instant is its last; a run that an answer
    cut off at its edge is a piece too, and is put together here with its rest.

    >>> join(*[np.array([0, 60, 180])] * 2, gap=90)
    (array([  0, 180]), array([ 60, 180]))
    """
    if not len(first):
        return first, last
    parted = np.flatnonzero(first[1:] - last[:-1] > gap)
    return first[np.concatenate([[0], parted + 1])], last[np.append(parted, len(last) - 1)]
