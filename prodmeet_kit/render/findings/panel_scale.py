"""From where to where the axis of a measure goes: what is allowed stays visible beside one high peak."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from prodmeet_kit.render.findings.panel_words import as_chart
from prodmeet_kit.render.scale import Scale

if TYPE_CHECKING:
    from prodmeet_kit.evidence.panels import Panels

__all__ = ["Reach"]

_PEAK, _LEVELS = 12.0, 5.0
"""A peak so many times the level makes the axis end at so many times the level, unless much of the time is above."""

_OFTEN = 0.98
"""Share of the values that has to be on the axis."""

_FAR = 4.0
"""A level further above the values than this would flatten them: the axis ends before it."""


@dataclass(frozen=True)
class Reach:
    """The axis as plotly takes it. ``cut``: the highest values are beyond it."""

    scale: Scale
    low: float
    high: float
    cut: bool

    @classmethod
    def of(cls, panels: Panels) -> Reach | None:
        """The axis of a measure; ``None`` where nothing of it is known."""
        values = panels.series.to_numpy(dtype=float)
        values = values[np.isfinite(values)]
        if not values.size:
            return None
        chart = as_chart(panels)
        known = [chart.frame] if panels.usual is None else [chart.frame, panels.usual.to_frame("usual")]
        scale = Scale.of(chart, known)
        level = panels.level.value if panels.level is not None else np.nan
        highest = float(values.max())
        high, cut = scale.high * scale.divisor, False
        if level == level and level > 0:
            if highest > _PEAK * level and (usual := float(np.quantile(values, _OFTEN))) < _LEVELS * level:
                high, cut = max(_LEVELS * level, usual * 1.2), True
            elif level <= _FAR * highest or panels.forecast is not None:
                high = max(high, level * (1.6 if panels.level is not None and panels.level.tinted else 1.08))
        if cut or not scale.percent:
            high = max(high, 0.0) or 1.0
        low = min(scale.low * scale.divisor, 0.0) if not scale.percent or cut or level == level else scale.low
        return cls(replace(scale, low=low / scale.divisor, high=high / scale.divisor), low, high, cut)

    @property
    def axis(self) -> dict[str, Any]:
        """Range and formats for plotly."""
        return self.scale.axis

    @property
    def unit(self) -> str:
        """The unit of the numbers on the axis; empty for shares."""
        return "" if self.scale.percent else self.scale.unit

    def drawn(self, value: Any) -> Any:
        """A value, or an array of them, as it is drawn."""
        return self.scale.drawn(value)

    def holds(self, value: float) -> bool:
        """Whether a value is on the axis."""
        return bool(self.low <= value <= self.high)
