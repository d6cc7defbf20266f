"""Lines of a measure: in red where they are above the level, the usual ones in grey, what is below as an area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from prodmeet_kit.render.findings.thinned import runs, thinned, xy
from prodmeet_kit.render.grid import isolated, on_grid
from prodmeet_kit.render.labels import inert
from prodmeet_kit.render.theme import GREY, PALETTE, RED

if TYPE_CHECKING:
    from prodmeet_kit.evidence.panels import Below, Panels
    from prodmeet_kit.render.findings.panel_scale import Reach

__all__ = ["area", "measured", "over", "usual"]

_WIDTH = 1.8


def measured(panels: Panels, reach: Reach) -> list[dict[str, Any]]:
    """The measure; single values between gaps as dots."""
    series = _thin(panels)
    x, y = xy(pd.Series(reach.drawn(series.to_numpy(dtype=float)), index=series.index), panels.timezone)
    unit = inert(reach.unit).replace("%", "&#37;")
    colour = PALETTE[0].line
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": y,
            "name": inert(panels.title),
            "hovertemplate": f"%{{y}} {unit}".rstrip() + "<extra></extra>",
            "line": {"color": colour, "width": _WIDTH},
            "connectgaps": False,
        }
    ]
    if (alone := isolated(np.asarray(y, dtype=float))).size:
        level = panels.level.value if panels.level is not None else np.inf
        red = np.asarray(y, dtype=float)[alone] > reach.drawn(level)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [x[at] for at in alone],
                "y": [float(y[at]) for at in alone],
                "marker": {"color": [RED.line if each else colour for each in red], "size": 4},
                "hoverinfo": "skip",
            }
        )
    return traces


def over(panels: Panels, reach: Reach) -> list[dict[str, Any]]:
    """What is above the level, in red, from where the line crosses it."""
    if panels.level is None:
        return []
    series = _thin(panels)
    level = panels.level.value
    values = series.to_numpy(dtype=float)
    at = pd.DatetimeIndex(series.index).asi8.astype(float)
    points: list[tuple[float, float]] = []
    for place in np.flatnonzero(values > level).tolist():
        before, after = place - 1, place + 1
        if before < 0 or not values[before] > level:
            if points:
                points.append((at[place], np.nan))
            points += _crossing(at, values, before, place, level)
        points.append((at[place], values[place]))
        if after < len(values) and not values[after] > level:
            points += _crossing(at, values, place, after, level)
    if not points:
        return []
    index = _as_instants(points, series.index)
    drawn = pd.Series(reach.drawn(np.asarray([value for _, value in points])), index=index)
    x, y = xy(drawn, panels.timezone)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": y,
            "line": {"color": RED.line, "width": _WIDTH + 0.2},
            "hoverinfo": "skip",
            "connectgaps": False,
        }
    ]


def _as_instants(points: list[tuple[float, float]], like: pd.Index[Any]) -> pd.DatetimeIndex:
    found = pd.DatetimeIndex(like)
    return pd.to_datetime([round(each) for each, _ in points], unit=found.unit, utc=True)


def _crossing(at: Any, values: Any, left: int, right: int, level: float) -> list[tuple[float, float]]:
    """Where the line from one value to the next crosses the level; nowhere beside a gap."""
    if left < 0 or not (np.isfinite(values[left]) and np.isfinite(values[right])):
        return []
    share = (level - values[left]) / (values[right] - values[left])
    return [(at[left] + share * (at[right] - at[left]), level)]


def usual(panels: Panels, reach: Reach) -> list[dict[str, Any]]:
    """What it was at the same times before, in grey."""
    if panels.usual is None:
        return []
    series = thinned(on_grid(panels.usual.to_frame(), panels.step).iloc[:, 0])
    x, y = xy(pd.Series(reach.drawn(series.to_numpy(dtype=float)), index=series.index), panels.timezone)
    line = {"color": GREY.line, "width": 1.6}
    return [{"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}]


def area(below: Below, timezone: str) -> list[dict[str, Any]]:
    """What is below, a filled piece for each stretch without a gap: a fill across a gap would be seen as data."""
    series = on_grid(below.series.to_frame(), below.step).iloc[:, 0]
    values = series.to_numpy(dtype=float)
    traces = []
    found = runs(values)
    for begin, end in found:
        x, y = xy(series.iloc[begin:end], timezone)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines" if end - begin > 1 else "markers",
                "x": x,
                "y": y,
                "yaxis": "y2",
                "fill": "tozeroy" if end - begin > 1 and len(found) <= _PIECES else "none",
                "fillcolor": "rgba(10,124,192,0.22)",
                "line": {"color": "rgba(10,124,192,0.55)", "width": 1},
                "marker": {"color": "rgba(10,124,192,0.55)", "size": 3},
                "hovertemplate": f"%{{y:,.4~r}} {inert(below.unit)}".replace("&#37;", "%").rstrip() + "<extra></extra>",
            }
        )
    return traces


_PIECES = 40
"""With more gaps than this the pieces are lines without a fill."""


def _thin(panels: Panels) -> pd.Series[float]:
    return thinned(on_grid(panels.series.to_frame(), panels.step).iloc[:, 0])
