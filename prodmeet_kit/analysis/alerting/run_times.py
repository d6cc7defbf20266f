"""Runs of alerts as arrays of nanoseconds since 1970, in order of what fired and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.series.grid import instant, instants, nanoseconds
from prodmeet_kit.core.window import Window

__all__ = ["UNKNOWN", "Bools", "Ints", "RunTimes", "lengths"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

UNKNOWN = int(pd.NaT.value)
"""An instant that is not known, as an integer."""


@dataclass(frozen=True)
class RunTimes:
    """One entry a run, in order of ``group`` (an alert with its labels), start and last.

    ``row`` is the run's place in ``ALERT_RUNS``; ``start``, ``last``, ``end`` and ``active`` are instants, ``interval``
    is a length; ``last`` and ``end`` of what goes on (``ongoing``) are the meeting. What begins until ``reach`` is of
    the same episode.
    """

    row: Ints
    group: Ints
    start: Ints
    last: Ints
    end: Ints
    reach: Ints
    interval: Ints
    active: Ints
    ongoing: Bools

    @classmethod
    def of(
        cls, runs: pd.DataFrame, group: Sequence[int], window: Window, *, intervals: float, flap_gap: timedelta
    ) -> RunTimes:
        """The times of ``runs`` (``ALERT_RUNS``), whose groups are given.

        A run reaches ``intervals`` intervals behind its last evaluation, or ``flap_gap`` behind its end.
        """
        start, last, active = (instants(runs[name]) for name in ("start", "last", "active"))
        ongoing = last == UNKNOWN
        # What goes on at the meeting is known up to the meeting.
        last = np.where(ongoing, np.maximum(start, instant(window.end)), last)
        interval = lengths(np.nan_to_num(runs["interval_s"].to_numpy(dtype=np.float64), nan=0.0))
        end = np.where(ongoing, last, last + interval)
        reach = np.maximum(last + lengths(interval / 1e9 * intervals), end + nanoseconds(flap_gap))
        row, groups = np.arange(len(runs)), np.asarray(group, dtype=np.int64)
        order = np.lexsort((last, start, groups))
        return cls(row, groups, start, last, end, reach, interval, active, ongoing).take(order)

    def take(self, places: Ints | Bools) -> RunTimes:
        """The runs at these places, in this order, or those that are flagged."""
        return RunTimes(*(getattr(self, field.name)[places] for field in fields(self)))

    def __len__(self) -> int:
        return len(self.row)

    def groups(self) -> Iterator[tuple[int, slice]]:
        """Each group with where its runs are."""
        if not len(self):
            return
        begins = [0, *(np.flatnonzero(np.diff(self.group)) + 1).tolist(), len(self)]
        for begin, end in pairwise(begins):
            yield int(self.group[begin]), slice(begin, end)


def lengths(seconds: npt.NDArray[np.float64]) -> Ints:
    """Lengths in nanoseconds."""
    return np.round(seconds * 1e9).astype(np.int64)
