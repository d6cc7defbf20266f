"""Backtest an alerting rule: when it would have fired, from its condition sampled at its evaluations.

The semantics are those of Prometheus. An alert becomes active at the first
evaluation that holds, fires at the first at least ``for`` later, and an
evaluation that does not hold ends a pending alert. With ``keep_firing_for`` a
firing alert goes on while less than that has passed since the first evaluation
that did not hold; it needs no new ``for`` when the condition comes back meanwhile.
"""

from __future__ import annotations

import math
import operator

import numpy as np
import pandas as pd

__all__ = ["FIRINGS", "replay", "threshold"]

FIRINGS = ("series", "start", "last", "end", "ongoing")
"""Columns of :func:`replay`: series, first and last firing evaluation, the last plus one interval, still firing."""

_HOLDS = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


def threshold(values: pd.DataFrame, op: str, number: float) -> pd.DataFrame:
    """Where ``values op number`` holds, as a wide bool frame; a gap (NaN) does not hold, whatever the operator.

    Raises ``KeyError`` when ``op`` is no comparison of PromQL.
    """
    numbers = values.to_numpy()
    return pd.DataFrame(_HOLDS[op](numbers, number) & ~np.isnan(numbers), index=values.index, columns=values.columns)


def replay(holds: pd.DataFrame, *, for_s: float, interval_s: float, keep_firing_for_s: float = 0.0) -> pd.DataFrame:
    """The times a rule fires, by series and start, with the columns of :data:`FIRINGS`.

    ``holds`` is wide on a regular grid of ``interval_s`` seconds (UTC), one row
    an evaluation: bool, or a value where the expression gives one (any value
    but NaN holds). Nothing before the first row is known: no alert is pending there.
    """
    truth = holds.to_numpy() if all(kind.kind == "b" for kind in holds.dtypes) else holds.notna().to_numpy()
    wait = _evaluations(for_s, interval_s)
    keep = _evaluations(keep_firing_for_s, interval_s)
    parts = [_firings(truth[:, column], wait, keep) for column in range(truth.shape[1])]
    counts = [len(first) for first, _ in parts]
    first = np.concatenate([part[0] for part in parts]) if parts else np.empty(0, dtype=np.int64)
    last = np.concatenate([part[1] for part in parts]) if parts else np.empty(0, dtype=np.int64)
    times = pd.DatetimeIndex(holds.index)
    return pd.DataFrame(
        {
            "series": np.repeat(np.asarray(holds.columns, dtype="object"), counts),
            "start": times[first],
            "last": times[last],
            "end": times[last] + pd.Timedelta(seconds=interval_s),
            "ongoing": last == len(times) - 1,
        },
        columns=list(FIRINGS),
    )


def _evaluations(seconds: float, interval_s: float) -> int:
    """How many evaluations it takes until so many seconds have passed."""
    return math.ceil(seconds / interval_s - 1e-9)


def _firings(truth: np.ndarray, wait: int, keep: int) -> tuple[np.ndarray, np.ndarray]:
    """First and last firing evaluation of each time one series fires."""
    edges = np.diff(np.concatenate(([0], truth.astype(np.int8), [0])))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    if not len(begins):
        return begins, ends
    # Runs so close that an alert which fires in one still does when the next begins.
    chain = np.concatenate(([0], np.cumsum(begins[1:] - ends[:-1] - 1 > keep)))
    fires = np.flatnonzero(ends - begins >= wait)
    chains, position = np.unique(chain[fires], return_index=True)
    first = begins[fires[position]] + wait
    # A chain's last run is the one before the next chain's first.
    closing = np.searchsorted(chain, chains, side="right") - 1
    return first, np.minimum(ends[closing] + keep, len(truth) - 1)
