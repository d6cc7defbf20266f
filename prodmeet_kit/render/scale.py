"""The vertical axis of a chart: its unit, how its ticks are written, and from where to where it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from prodmeet_kit.i18n.numbers import byte_power, byte_unit, is_bytes, number, write
from prodmeet_kit.render.grid import coarse

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.evidence import Chart

__all__ = ["Scale", "unbent", "value_text"]

_LEVEL_REACH = 4.0
"""A level further above the lines than this would flatten them: it is named at the edge instead."""

_ROOM, _BENT_ROOM = 0.06, 0.12
"""Free of lines above the highest value, as a share of the axis. The top of a bent axis is often the most that can be,
such as all requests bad: a line that stays there must not look cut off."""

_TICKS = (0, 0.5, 1, 2, 4, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000)
"""What a bent axis is written at."""


@dataclass(frozen=True)
class Scale:
    """Values are divided by ``divisor`` before they are drawn; ``unit`` is above the axis.

    On a ``bent`` axis one stands at 1 and v above it at 1 + ln v: linear below, logarithmic above, without a corner.
    ``low`` and ``high`` are as drawn.
    """

    low: float
    high: float
    divisor: float
    unit: str
    percent: bool
    bent: bool = False

    @classmethod
    def of(cls, chart: Chart, frames: Iterable[pd.DataFrame]) -> Scale:
        """The axis that holds these frames, and the levels of the chart that are near enough."""
        values = _finite(frames)
        power = byte_power(float(np.abs(values).max())) if is_bytes(chart.unit) and values.size else 0
        divisor = 1024.0**power
        unit = byte_unit(power, chart.unit) if is_bytes(chart.unit) else chart.unit
        values = _bent(values / divisor) if chart.bent else values / divisor
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
        levels = [float(_bent(np.array(line.value))) if chart.bent else line.value / divisor for line in chart.lines]
        near = [level for level in levels if _near(level, low, high)]
        low, high = min([low, *near]), max([high, *near])
        percent = chart.kind == "percent"
        above = _BENT_ROOM if chart.bent else _ROOM
        ends = _padded(low, high, share=percent, above=above)
        return cls(*ends, divisor, "" if percent else unit, percent, chart.bent)

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
        if self.bent and self.high > 1.1:  # below, plotly's own ticks are right
            formats |= self._bent_ticks()
        return {"range": [self.low, self.high], **formats}

    def _bent_ticks(self) -> dict[str, Any]:
        ticks = [tick for tick in _TICKS if self.holds(tick) and (tick != 0.5 or self.high < 2)]
        return {
            "tickmode": "array",
            "tickvals": [self.drawn(tick) for tick in ticks],
            "ticktext": [number(tick) for tick in ticks],
        }

    def drawn(self, value: Any) -> Any:
        """A value (undivided), or an array of them, as it is drawn."""
        return _bent(np.asarray(value, dtype=float))[()] if self.bent else value / self.divisor

    def holds(self, value: float) -> bool:
        """Whether a value (undivided) lies on the axis."""
        return bool(self.low <= self.drawn(value) <= self.high)

    def place(self, value: float) -> float:
        """Where a value (undivided) is: 0 at the bottom of the plot, 1 at its top."""
        return float((self.drawn(value) - self.low) / (self.high - self.low))


def unbent(drawn: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The values of a bent axis, to about four digits as :func:`~prodmeet_kit.render.grid.coarse` keeps them."""
    return coarse(np.where(drawn > 1, np.exp(np.maximum(drawn, 1) - 1), drawn).astype(drawn.dtype))


def value_text(chart: Chart, value: float) -> str:
    """A value of this chart with its unit."""
    return write(value, "percent") if chart.kind == "percent" else write(value, "amount", unit=chart.unit)


def _bent(values: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.where(values > 1, 1 + np.log(np.maximum(values, 1)), values)


def _finite(frames: Iterable[pd.DataFrame]) -> np.ndarray[Any, np.dtype[np.float64]]:
    flat = [frame.to_numpy(dtype=float).ravel() for frame in frames]
    values = np.concatenate(flat) if flat else np.empty(0)
    return values[np.isfinite(values)]


def _near(level: float, low: float, high: float) -> bool:
    if not np.isfinite(level):
        return False
    reach = max(high - min(low, 0.0), 0.0)
    return reach == 0 or low - reach * _LEVEL_REACH <= level <= min(low, 0.0) + reach * _LEVEL_REACH


def _padded(low: float, high: float, *, share: bool, above: float = _ROOM) -> tuple[float, float]:
    """From zero, but for shares that stay above one half: what matters there is the distance from 100%."""
    if share and low >= 0.5:
        pad = max(high - low, 1e-6) * 0.08
        return low - pad, high + pad
    base = min(low, 0.0)
    room = (high - base) or 1.0
    return (base - room * 0.04 if base < 0 else 0.0), base + room * (1 + above)
