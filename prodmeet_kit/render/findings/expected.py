"""Levels, forecasts and means on the axes of a measure, with their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from prodmeet_kit.render.findings import axes
from prodmeet_kit.render.labels import inert, width
from prodmeet_kit.render.theme import GREY, INKS, LEVEL_WIDTH, RED

if TYPE_CHECKING:
    from prodmeet_kit.evidence.panels import Panels
    from prodmeet_kit.render.findings.panel_scale import Reach

__all__ = ["cone", "levels", "stretches"]

_LETTER, _HIGH = 6.8, 0.11
"""Width of a letter in pixels, and the height of a name as a share of the plot."""


def levels(layout: dict[str, Any], panels: Panels, reach: Reach) -> None:
    """Adds the level with its name, and a ground for what is allowed."""
    level = panels.level
    if level is None:
        return
    colour = INKS["objective"].line if level.tinted else GREY.line
    across = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "layer": "below"}
    shown = reach.holds(level.value)
    if level.tinted:
        ceiling = min(level.value, reach.high)
        layout["shapes"].insert(
            0,
            {**across, "type": "rect", "y0": reach.drawn(reach.low), "y1": reach.drawn(ceiling),
             "fillcolor": "rgba(0,158,115,0.11)", "line": {"width": 0}},
        )  # fmt: skip
    if shown:
        at = reach.drawn(level.value)
        layout["shapes"].append(
            {**across, "type": "line", "y0": at, "y1": at, "line": {"color": colour, "width": LEVEL_WIDTH}}
        )
    x, over = _free(panels, reach, level.value, level.label)
    layout["annotations"].append(
        {
            "name": "objective" if level.tinted else "note",
            "text": inert(level.label) if shown else f"\N{UPWARDS ARROW} {inert(level.label)}",
            "x": x,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 4,
            "y": reach.drawn(min(level.value, reach.high)),
            "yref": "y",
            "yanchor": "bottom" if over and shown else "top",
            "showarrow": False,
            "font": {"size": 12, "color": colour, "weight": 600},
        }
    )


def _free(panels: Panels, reach: Reach, level: float, label: str) -> tuple[float, bool]:
    """Where the name of a level covers least of the line: from which share of the width on, and whether over it."""
    wide = min(width(label) * _LETTER / axes.WIDTH, 0.9)
    span = panels.end - panels.start
    at = ((pd.DatetimeIndex(panels.series.index) - pd.Timestamp(panels.start)) / pd.Timedelta(span)).to_numpy(
        np.float64
    )
    values = panels.series.to_numpy(dtype=float)
    high = (reach.high - reach.low) * _HIGH
    hurt = np.zeros(len(at), dtype=bool)
    for mark in panels.marks:
        if mark.kind == "incident":
            ended = 1.0 if mark.end is None else (mark.end - panels.start) / span
            hurt |= (at >= (mark.start - panels.start) / span) & (at <= ended)
    places = [(x, over) for over in (True, False) for x in np.arange(0.0, 1.0 - wide + 1e-9, 0.05)]

    def covered(place: tuple[float, bool]) -> float:
        x, over = place
        bottom = level if over else level - high
        inside = (at >= x) & (at <= x + wide) & (values > bottom) & (values < bottom + high)
        shaded = 0.5 * float((hurt & (at >= x) & (at <= x + wide)).sum())
        return float(inside.sum()) + shaded + (1000.0 if over and level + high > reach.high else 0.0)

    return min(places, key=covered) if places else (0.0, True)


def cone(panels: Panels, reach: Reach) -> list[dict[str, Any]]:
    """From the meeting to where the level is met, with the range of it."""
    ahead, level = panels.forecast, panels.level
    if ahead is None or level is None:
        return []
    zone = panels.timezone
    start, reached, soonest = (axes.clock(each, zone) for each in (ahead.start, ahead.reached, ahead.soonest))
    latest = axes.clock(ahead.latest, zone) if ahead.latest is not None else axes.clock(panels.end, zone)
    low, high = reach.drawn(ahead.value), reach.drawn(level.value)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [each.isoformat() for each in (start, soonest, latest, start)],
            "y": [low, high, high, low],
            "fill": "toself",
            "fillcolor": "rgba(209,53,27,0.16)",
            "line": {"width": 0},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "x": [start.isoformat(), reached.isoformat()],
            "y": [low, high],
            "line": {"color": RED.line, "width": 1.8, "dash": "dot"},
            "hoverinfo": "skip",
        },
    ]


def stretches(layout: dict[str, Any], panels: Panels, reach: Reach) -> list[dict[str, Any]]:
    """Means over a time as thick lines; adds their names to the layout."""
    colour = INKS["stretch"].line
    traces = []
    for stretch in panels.stretches:
        left, right = (axes.clock(each, panels.timezone) for each in (stretch.start, stretch.end))
        at = reach.drawn(stretch.value)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [left.isoformat(), right.isoformat()],
                "y": [at, at],
                "line": {"color": colour, "width": 3},
                "hoverinfo": "skip",
            }
        )
        layout["annotations"].append(
            {
                "name": "stretch",
                "text": inert(stretch.label),
                "x": left.isoformat(),
                "xref": "x",
                "xanchor": "left",
                "y": at,
                "yref": "y",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 12, "color": colour, "weight": 700},
            }
        )
    return traces
