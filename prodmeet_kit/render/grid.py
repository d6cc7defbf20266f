"""Series on a regular grid as plotly takes them: a start, a step and small numbers instead of a time for every point.

The axis shows the clock of the product's zone. Where that clock changes inside
a range (DST), a line is drawn in two pieces, each in its own wall-clock time:
the hour the clock skips stays empty, the hour it shows twice is drawn twice,
one over the other. So a time read off the axis is always the time on the wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Piece", "clock_span", "coarse", "isolated", "narrow", "on_grid", "pieces", "wall_clock"]

_STEPS_SEEN = 2000
"""No screen shows more levels than this between the lowest and the highest value."""


@dataclass(frozen=True)
class Piece:
    """A stretch without a change of clocks: wall-clock start, milliseconds of a step, values."""

    x0: pd.Timestamp
    dx: float
    y: NDArray[Any]


def on_grid(frame: pd.DataFrame, step: timedelta) -> pd.DataFrame:
    """The frame on the full grid from its first to its last instant; steps that were absent are ``NaN``.

    Raises ``ValueError`` when an instant is not a whole number of steps after the first.
    """
    if len(frame) < 2:
        return frame
    instants = pd.DatetimeIndex(frame.index).to_numpy("datetime64[ns]")
    if (np.diff(instants) == np.timedelta64(step)).all():  # nearly every frame is, and comparing costs least
        return frame
    full = pd.date_range(frame.index[0], frame.index[-1], freq=step, unit=pd.DatetimeIndex(frame.index).unit)
    if not frame.index.isin(full).all() or frame.index.has_duplicates:
        raise ValueError(f"the instants of a chart must be {step} apart: resample the frame or give its step")
    return frame.reindex(full)


def wall_clock(index: pd.Index[Any], timezone: str) -> pd.DatetimeIndex:
    """The instants on the clock of the zone, without zone."""
    return pd.DatetimeIndex(index).tz_convert(timezone).tz_localize(None)


def clock_span(index: pd.Index[Any], timezone: str, step: timedelta) -> tuple[pd.Timestamp, pd.Timestamp]:
    """From where to where the axis goes, on the clock of the zone; one step for a single instant."""
    start, end = (index[place].tz_convert(timezone).tz_localize(None) for place in (0, -1))
    return start, max(end, start + step)


def pieces(
    values: NDArray[np.float64],
    index: pd.Index[Any],
    *,
    step: timedelta,
    timezone: str,
    shift: timedelta = timedelta(),
) -> list[Piece]:
    """The values in stretches of one UTC offset, moved right by ``shift`` (for the period before)."""
    if not len(index):
        return []
    clock = wall_clock(index, timezone)
    offsets = clock.to_numpy() - wall_clock(index, "UTC").to_numpy()
    starts = [0, *(np.flatnonzero(offsets[1:] != offsets[:-1]) + 1)]
    narrowed = narrow(values)
    dx = step.total_seconds() * 1000
    return [
        Piece(clock[start] + shift, dx, narrowed[start:end])
        for start, end in zip(starts, [*starts[1:], len(index)], strict=True)
    ]


def narrow(values: NDArray[np.float64]) -> NDArray[Any]:
    """Values as float32, half the size; float64 where float32 would flatten what the chart shows.

    Infinite values become gaps: no axis has room for them.
    """
    finite = np.where(np.isfinite(values), values, np.nan)
    known = finite[~np.isnan(finite)]
    if not known.size:
        return finite.astype(np.float32)
    largest, spread = np.abs(known).max(), known.max() - known.min()
    if largest > np.finfo(np.float32).max:
        return finite
    if np.spacing(np.float32(largest)) > spread / _STEPS_SEEN and spread > 0:
        return finite
    return finite.astype(np.float32)


def coarse(values: NDArray[Any]) -> NDArray[Any]:
    """Values to about four digits, for a line nobody reads numbers off: they pack to half the size."""
    if values.dtype != np.float32:
        return values
    return ((values.view(np.uint32) + np.uint32(0x800)) & np.uint32(0xFFFFF000)).view(np.float32)


def isolated(values: NDArray[Any]) -> NDArray[np.intp]:
    """Positions of values with a gap on both sides: a line alone would not show them."""
    known = np.isfinite(values)
    beside = np.zeros(len(known), dtype=bool)
    beside[1:] |= known[:-1]
    beside[:-1] |= known[1:]
    return np.flatnonzero(known & ~beside)
