"""As many points as a figure shows: the lowest and the highest value of each stretch stay, and gaps stay gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from prodmeet_kit.render.grid import narrow, wall_clock

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MOST", "runs", "thinned", "xy"]

MOST = 700
"""Points of a line; a finding's figure is about so many pixels wide."""


def thinned(series: pd.Series[float], most: int = MOST) -> pd.Series[float]:
    """At most about ``most`` values at their own instants: of each stretch its lowest and highest, in order of time.

    A stretch with a gap in it keeps one. Infinite values are gaps. A series that is short enough stays as it is.
    """
    values = np.where(np.isfinite(series.to_numpy(dtype=float)), series.to_numpy(dtype=float), np.nan)
    if len(values) <= most:
        return pd.Series(values, index=series.index)
    size = -(-2 * len(values) // most)
    kept: list[int] = []
    for begin in range(0, len(values), size):
        part = values[begin : begin + size]
        known = np.flatnonzero(~np.isnan(part))
        chosen = {int(part[known].argmin()), int(part[known].argmax())} if known.size else set()
        found = {int(known[at]) for at in chosen}
        if known.size < len(part):
            found.add(int(np.flatnonzero(np.isnan(part))[0]))
        kept += [begin + at for at in sorted(found)]
    return pd.Series(values[kept], index=series.index[kept])


def xy(series: pd.Series[float], timezone: str) -> tuple[list[str | None], NDArray[Any]]:
    """What plotly draws: the clock of the zone and the values, with a gap where the clock changes."""
    if not len(series):
        return [], np.empty(0, dtype=np.float32)
    clock = wall_clock(series.index, timezone)
    offsets = clock.to_numpy() - wall_clock(series.index, "UTC").to_numpy()
    breaks = np.flatnonzero(offsets[1:] != offsets[:-1]) + 1
    x: list[str | None] = [f"{each:%Y-%m-%dT%H:%M:%S}".removesuffix(":00") for each in clock]
    y = np.asarray(series, dtype=np.float64)
    for at in reversed(breaks.tolist()):
        x.insert(at, None)
        y = np.insert(y, at, np.nan).astype(np.float64)
    return x, narrow(y)


def runs(values: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Begin and end (not included) of each stretch without a gap."""
    known = np.concatenate([[False], np.isfinite(values), [False]]).astype(np.int8)
    edges = np.diff(known)
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))
