"""The vertical axis of a chart: its unit, how its ticks are written, and from where to where it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from prodmeet_kit.display.numbers import byte_power, byte_unit, is_bytes, write

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.agenda.evidence import Chart

__all__ = ["Scale", "value_text"]

_LEVEL_REACH = 4.0
"""A level further above the lines than this would flatten them: it is named at the edge instead."""


@dataclass(frozen=True)
class Scale:
    """Values are divided by ``divisor`` before they are drawn; ``unit`` stands above the axis."""

    low: float
    high: float
    divisor: float
    unit: str
    percent: bool

    @classmethod
    def of(cls, chart: Chart, frames: Iterable[pd.DataFrame]) -> Scale:
        """The axis that holds these frames, and the levels of the chart that are near enough."""
        values = _finite(frames)
        power = byte_power(float(np.abs(values).max())) if is_bytes(chart.unit) and values.size else 0
        divisor = 1024.0**power
        unit = byte_unit(power, chart.unit) if is_bytes(chart.unit) else chart.unit
        values = values / divisor
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
        near = [level for level in (line.value / divisor for line in chart.lines) if _near(level, low, high)]
        low, high = min([low, *near]), max([high, *near])
        percent = chart.kind == "percent"
        return cls(*_padded(low, high, share=percent), divisor, "" if percent else unit, percent)

    @classmethod
    def plain(cls, unit: str, frames: Iterable[pd.DataFrame]) -> Scale:
        """The axis that holds these frames, in this unit."""
        values = _finite(frames)
        power = byte_power(float(np.abs(values).max())) if is_bytes(unit) and values.size else 0
        values = values / 1024.0**power
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
        shown = byte_unit(power) + "".join(unit.partition("/")[1:]) if is_bytes(unit) else unit
        return cls(*_padded(low, high, share=False), 1024.0**power, shown, False)

    @property
    def axis(self) -> dict[str, Any]:
        """Range and formats for plotly: enough digits that 99.99% is never written 100%."""
        formats = {"tickformat": ".6~%", "hoverformat": ".6~%"} if self.percent else {"hoverformat": ",.4~r"}
        return {"range": [self.low, self.high], **formats}

    def holds(self, value: float) -> bool:
        """Whether a value (undivided) lies on the axis."""
        return bool(self.low <= value / self.divisor <= self.high)

    def place(self, value: float) -> float:
        """Where a value (undivided) stands: 0 at the bottom of the plot, 1 at its top."""
        return (value / self.divisor - self.low) / (self.high - self.low)


def value_text(chart: Chart, value: float) -> str:
    """A value of this chart with its unit."""
    return write(value, "percent") if chart.kind == "percent" else write(value, "amount", unit=chart.unit)


def _finite(frames: Iterable[pd.DataFrame]) -> np.ndarray[Any, np.dtype[np.float64]]:
    flat = [frame.to_numpy(dtype=float).ravel() for frame in frames]
    values = np.concatenate(flat) if flat else np.empty(0)
    return values[np.isfinite(values)]


def _near(level: float, low: float, high: float) -> bool:
    if not np.isfinite(level):
        return False
    reach = max(high - min(low, 0.0), 0.0)
    return reach == 0 or low - reach * _LEVEL_REACH <= level <= min(low, 0.0) + reach * _LEVEL_REACH


def _padded(low: float, high: float, *, share: bool) -> tuple[float, float]:
    """From zero, but for shares that stay above one half: what matters there is the distance from 100%."""
    if share and low >= 0.5:
        pad = max(high - low, 1e-6) * 0.08
        return low - pad, high + pad
    base = min(low, 0.0)
    room = (high - base) or 1.0
    return (base - room * 0.04 if base < 0 else 0.0), base + room * 1.06
