"""A window and the trends on its grid, for tests of the analysis."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pandas as pd

from prodmeet_kit.core.window import Window

__all__ = ["END", "MINUTE", "STEP", "at", "grid", "trend", "window"]

END = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
STEP = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


def window(timezone: str = "UTC", **longest: float) -> Window:
    """Two weeks to 2026-11-24T10:00Z, two weeks before, steps of 5 minutes; ``weeks=6`` makes the history longer."""
    return Window.ending(
        END, cadence=timedelta(days=14), timezone=timezone, step=STEP, longest=timedelta(**longest or {"days": 28})
    )


def grid(begin: datetime, end: datetime = END, step: timedelta = STEP) -> pd.DatetimeIndex:
    """The ends of the buckets of ``(begin, end]``."""
    return pd.date_range(begin + step, end, freq=step, name="time").as_unit("ns")


def at(text: str) -> pd.Timestamp:
    """An instant, written without its zone, which is UTC."""
    return pd.Timestamp(text, tz="UTC")


def trend(
    index: pd.DatetimeIndex, total: float = 1000.0, bad: Mapping[tuple[str, str], float] | None = None
) -> pd.DataFrame:
    """``total`` events a step, none of them bad but in the spans ``(start, end)``, where each step has so many."""
    frame = pd.DataFrame({"total": total, "bad": 0.0}, index=index)
    for (start, end), count in (bad or {}).items():
        frame.loc[(index > at(start)) & (index <= at(end)), "bad"] = count
    return frame
