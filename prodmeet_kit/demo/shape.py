"""The shape of demand: minutes on the shop's clock, its day and its week, and noise that wanders.

All arrays have one value a minute, from the start of the demo world to its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

__all__ = ["MINUTE", "TIMEZONE", "Floats", "Grid", "Ints", "local", "office_hours", "shop_hours", "wander"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MINUTE = 60
TIMEZONE = "Asia/Tokyo"
_ZONE = ZoneInfo(TIMEZONE)


def local(text: str) -> datetime:
    """A time on the shop's clock, such as ``2026-11-17T12:07``, as aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=_ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Grid:
    """Whole minutes from ``start`` (UTC); minute ``k`` is ``[start + k min, start + (k + 1) min)``."""

    start: datetime
    minutes: int

    @property
    def end(self) -> datetime:
        """The end of the last minute."""
        return self.start + timedelta(minutes=self.minutes)

    @property
    def epoch(self) -> Ints:
        """Start of each minute, Unix seconds."""
        return int(self.start.timestamp()) + MINUTE * np.arange(self.minutes, dtype=np.int64)

    @property
    def weeks(self) -> Floats:
        """Weeks since the start."""
        return np.arange(self.minutes) / (7 * 24 * 60)

    @property
    def hour(self) -> Floats:
        """Hour of the day on the shop's clock, 0 to 24."""
        return (self._local_epoch % 86_400) / 3_600

    @property
    def weekend(self) -> npt.NDArray[np.bool_]:
        """Whether it is Saturday or Sunday on the shop's clock."""
        days_since_monday = (self._local_epoch // 86_400 + 3) % 7  # 1970-01-01 was a Thursday
        return days_since_monday >= 5

    @property
    def _local_epoch(self) -> Ints:
        offset = self.start.astimezone(_ZONE).utcoffset()
        assert offset is not None  # Tokyo has no DST: one offset holds for the whole grid
        return self.epoch + int(offset.total_seconds())

    def index(self, moment: datetime) -> int:
        """Which minute starts at ``moment``; the end of the grid is allowed. ``ValueError`` for other instants."""
        seconds = (moment - self.start).total_seconds()
        if seconds % MINUTE or not 0 <= seconds <= MINUTE * self.minutes:
            raise ValueError(
                f"{moment.isoformat()} is no whole minute between {self.start.isoformat()} and {self.end.isoformat()}"
            )
        return int(seconds) // MINUTE


def _bump(hour: Floats, centre: float, width: float) -> Floats:
    """A bell over the clock, midnight included; width in hours."""
    apart = np.abs(hour - centre)
    apart = np.minimum(apart, 24 - apart)
    result: Floats = np.exp(-0.5 * (apart / width) ** 2)
    return result


def shop_hours(grid: Grid) -> Floats:
    """Demand of shoppers, mean about 1: asleep at 4, lunch at noon, most of it in the evening, more on weekends."""
    hour = grid.hour
    workday = 0.28 + 0.45 * _bump(hour, 9.0, 2.0) + 0.75 * _bump(hour, 12.4, 1.1) + 1.6 * _bump(hour, 21.0, 2.4)
    holiday = 0.30 + 1.15 * _bump(hour, 14.0, 3.2) + 1.55 * _bump(hour, 21.0, 2.4)
    result: Floats = np.where(grid.weekend, holiday, workday)
    return result


def office_hours(grid: Grid) -> Floats:
    """Demand of office clerks, mean about 1: nine to six on working days, next to nothing otherwise."""
    hour = grid.hour
    at_work = _bump(hour, 10.5, 1.6) + _bump(hour, 15.5, 1.9)
    result: Floats = np.where(grid.weekend, 0.15 + 0.2 * at_work, 0.15 + 3.1 * at_work)
    return result


def wander(random: np.random.Generator, minutes: int, size: float) -> Floats:
    """A factor around 1 that drifts within hours: real demand is never as smooth as its mean.

    ``size`` is its standard deviation; one AR(1) value each half hour, straight lines between.
    """
    knots = minutes // 30 + 2
    steps: Any = random.standard_normal(knots)
    memory = 0.9
    values = np.empty(knots)
    values[0] = steps[0]
    for k in range(1, knots):
        values[k] = memory * values[k - 1] + (1 - memory**2) ** 0.5 * steps[k]
    drift = np.interp(np.arange(minutes), 30 * np.arange(knots), values)
    result: Floats = np.exp(size * drift - size**2 / 2)
    return result
