"""A :class:`~prodmeet_kit.evidence.panels.Panels` as a plotly figure: the measure, and below it the load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from prodmeet_kit.core.plotly_json import plotly_json
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render import marks
from prodmeet_kit.render.findings import axes
from prodmeet_kit.render.findings.expected import cone, levels, stretches
from prodmeet_kit.render.findings.lines import area, measured, over, usual
from prodmeet_kit.render.findings.panel_scale import Reach
from prodmeet_kit.render.findings.panel_words import as_chart, brief, caption, summary, summary_head
from prodmeet_kit.render.labels import inert
from prodmeet_kit.render.theme import INKS, RED, template

if TYPE_CHECKING:
    from prodmeet_kit.evidence.panels import Panels

__all__ = ["brief", "caption", "figure", "summary", "summary_head"]

_PLOT, _GAP, _BELOW = 156, 22, 42
_TITLE, _SAID = 60, 20


def figure(panels: Panels, *, titled: bool = True) -> dict[str, Any]:
    """The measure over time in plotly's JSON; ``titled=False`` where title and caption stand above it as text."""
    reach = Reach.of(panels)
    if reach is None:
        from prodmeet_kit.render.figures import figure as chart

        return chart(as_chart(panels), titled=titled)
    left, right = axes.clock(panels.start, panels.timezone), axes.clock(panels.end, panels.timezone)
    drawn = marks.draw(panels.marks, panels.timezone, left, right, plot=axes.WIDTH, longest=44)
    small = _GAP + _BELOW if panels.below is not None else 0
    inner = _PLOT + small
    top = 6 + drawn.rows * marks.ROW + _SAID + (_TITLE if titled else 0)
    bottom = axes.bottom(panels.start, panels.end)
    layout: dict[str, Any] = {
        "template": template(),
        "height": inner + top + bottom,
        "margin": {"l": axes.LEFT, "r": axes.RIGHT, "t": top, "b": bottom},
        "xaxis": {**axes.days(panels.start, panels.end, panels.timezone), "anchor": "y2" if small else "y"},
        "yaxis": {**reach.axis, "domain": [small / inner, 1], "nticks": 5, "tickfont": {"size": 12}},
        "shapes": list(drawn.shapes),
        "annotations": [
            *drawn.names,
            {**axes.said(_said(panels, reach)), "yshift": drawn.rows * marks.ROW + 2},
        ],
        "meta": {**axes.meta(panels, caption(panels), summary_head(), summary(panels)), "marks": drawn.all_names},
    }
    levels(layout, panels, reach)
    # The usual lies over the measure: where both are the same, it says so.
    traces = [*cone(panels, reach), *measured(panels, reach), *over(panels, reach), *usual(panels, reach)]
    traces += stretches(layout, panels, reach)
    _cut(layout, panels, reach)
    if panels.below is not None:
        traces += area(panels.below, panels.timezone)
        _below(layout, panels, inner)
    if titled:
        layout["title"] = axes.title(panels, caption(panels))
    return plotly_json(traces, layout)


def _said(panels: Panels, reach: Reach) -> str:
    """What is drawn, with the unit of the axis where it has one."""
    return f"{panels.caption} ({reach.unit})" if reach.unit else panels.caption


def _below(layout: dict[str, Any], panels: Panels, inner: int) -> None:
    assert panels.below is not None
    values = panels.below.series.to_numpy(dtype=float)
    known = values[np.isfinite(values)]
    high = float(known.max()) if known.size else 0.0
    layout["yaxis2"] = {
        "domain": [0, _BELOW / inner],
        "range": [0, (high or 1.0) * 1.05],
        "visible": False,
        "fixedrange": True,
    }
    layout["annotations"].append(
        {
            "name": "load",
            "text": inert(panels.below.label),
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 2,
            "y": _BELOW / inner,
            "yref": "paper",
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"size": 12, "color": INKS["load"].line},
        }
    )


def _cut(layout: dict[str, Any], panels: Panels, reach: Reach) -> None:
    """How high it goes where the axis ends before: said at the highest."""
    if not reach.cut:
        return
    values = panels.series.to_numpy(dtype=float)
    at = int(np.nanargmax(np.where(np.isfinite(values), values, np.nan)))
    when = axes.clock(panels.series.index[at], panels.timezone)
    value = write(values[at], "percent") if panels.kind == "percent" else write(values[at], "amount", unit=panels.unit)
    early = when < axes.clock(panels.start, panels.timezone) + (panels.end - panels.start) / 2
    layout["annotations"].append(
        {
            "name": "cut",
            "text": f"\N{UPWARDS ARROW} {inert(value)}",
            "x": when.isoformat(),
            "xref": "x",
            "xanchor": "left" if early else "right",
            "xshift": 4 if early else -4,
            "y": reach.high,
            "yref": "y",
            "yanchor": "top",
            "showarrow": False,
            "font": {"size": 12, "color": RED.line},
        }
    )
