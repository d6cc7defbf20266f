"""One measure over time with what it may reach, and the load of its service below it on the same time axis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.evidence import Mark

__all__ = ["Below", "Forecast", "Level", "Panels", "Stretch"]


@dataclass(frozen=True)
class Level:
    """A value that must not be passed: an objective or a limit. ``tinted``: what is allowed has a ground of its own."""

    value: float
    label: str
    tinted: bool = True


@dataclass(frozen=True)
class Forecast:
    """When the level will be met: from ``value`` at ``start`` to the level at ``reached``.

    ``soonest`` and ``latest`` are the ends of its range; no ``latest`` where it may be any time later.
    """

    start: datetime
    value: float
    reached: datetime
    soonest: datetime
    latest: datetime | None


@dataclass(frozen=True)
class Stretch:
    """A mean over a time, such as that before a change and that after it."""

    start: datetime
    end: datetime
    value: float
    label: str


@dataclass(frozen=True)
class Below:
    """What is drawn small below the measure: UTC index on a regular grid, ``step`` apart, NaN a gap."""

    series: pd.Series[float]
    step: timedelta
    label: str
    unit: str = ""


@dataclass(frozen=True)
class Panels:
    """One series over ``start`` to ``end``, its step and levels, and what happened.

    ``series`` has a UTC index, ``step`` apart, NaN a gap; ``kind`` percent: fractions. What is above the level is drawn
    in red. ``usual`` is what it was at the same times before. ``caption`` says what is drawn, smoothing included.
    """

    title: str
    series: pd.Series[float]
    step: timedelta
    start: datetime
    end: datetime
    timezone: str
    anchor: str
    caption: str
    kind: Literal["line", "percent"] = "line"
    unit: str = ""
    level: Level | None = None
    usual: pd.Series[float] | None = None
    forecast: Forecast | None = None
    stretches: tuple[Stretch, ...] = ()
    marks: tuple[Mark, ...] = ()
    below: Below | None = None
    folded: bool = False
