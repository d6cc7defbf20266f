"""A :class:`~prodmeet_kit.evidence.Chart` as a plotly figure.

The figure is small (see :mod:`.grid`), shows gaps as gaps, names its lines at
their ends, and keeps every text from outside inert. ``layout.meta`` carries
what a page needs around it: title, small print and the numbers of each line as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from prodmeet_kit.core.plotly_json import plotly_json
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.times import axis_day, axis_month
from prodmeet_kit.render import captions, marks
from prodmeet_kit.render.endings import LINE_HEIGHT, endings
from prodmeet_kit.render.grid import clock_span, coarse, isolated, on_grid, pieces, wall_clock
from prodmeet_kit.render.labels import LONGEST_UNIT, inert, line_names, long_unit, shorten
from prodmeet_kit.render.scale import Scale, unbent
from prodmeet_kit.render.theme import FAINT_WIDTH, GREY, LINE_WIDTH, PALETTE, template

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.evidence import Chart

__all__ = ["figure", "unit_name"]

_PLOT = 240  # pixels; two charts and a headline fit on a 1280x800 screen
_BOTTOM, _LEFT, _TITLE, _UNIT = 42, 62, 60, 20


def figure(chart: Chart, *, titled: bool = True) -> dict[str, Any]:
    """The chart as a figure in plotly's JSON; ``titled=False`` where title and caption stand above it as text.

    ``chart.frame`` has a regular UTC index and float columns. Raises
    ``ValueError`` when its instants are not ``chart.step`` apart.
    """
    frame = on_grid(chart.frame, chart.step)
    if not np.isfinite(frame.to_numpy(dtype=float)).any():
        return plotly_json([], {**_nothing(), "meta": _meta(chart)})
    names = line_names(frame.columns)
    behind = on_grid(chart.faint, chart.step) if chart.faint is not None and captions.faint_drawn(chart) else None
    scale = Scale.of(chart, [frame] if behind is None else [frame, behind])
    start, end = clock_span(frame.index, chart.timezone, chart.step)
    drawn = marks.draw(chart.marks, chart.timezone, start, end)
    plot = max(_PLOT, (len(names) + len(chart.lines)) * LINE_HEIGHT)
    ends = endings(chart, frame, names, scale, plot)
    over = drawn.rows * marks.ROW if long_unit(scale.unit) else 0  # a long unit has a row of its own above the names
    top = 8 + max(drawn.rows * marks.ROW, over + _UNIT if scale.unit else 0) + (_TITLE if titled else 0)
    layout = {
        "template": template(),
        "height": plot + top + _BOTTOM,
        "margin": {"l": _LEFT, "r": ends.margin, "t": top, "b": _BOTTOM},
        "xaxis": {"type": "date", "range": [start.isoformat(), end.isoformat()], **_dates()},
        "yaxis": scale.axis,
        "shapes": [*drawn.shapes, *ends.shapes],
        "annotations": [*drawn.names, *ends.names, *unit_name(scale, over)],
        "meta": {**_meta(chart), "marks": drawn.all_names},
    }
    if titled:
        layout["title"] = _title(chart)
    traces = [] if behind is None else _faint(chart, behind, scale, start)
    return plotly_json([*traces, *_lines(chart, frame, names, scale)], layout)


def _lines(chart: Chart, frame: pd.DataFrame, names: list[str], scale: Scale) -> list[dict[str, Any]]:
    traces = []
    unit = inert(scale.unit).replace("%", "&#37;")  # plotly fills in what stands in %{}
    for position, name in enumerate(names):
        values = scale.drawn(frame.iloc[:, position].to_numpy(dtype=float))
        line = {
            "color": PALETTE[position % len(PALETTE)].line,
            "width": LINE_WIDTH,
            "dash": ("solid", "dash", "dot")[position // len(PALETTE) % 3],
        }
        traces += [
            {
                **_trace(piece, line),
                "name": inert(name),
                **_hover(piece, unit, bent=scale.bent),
                "connectgaps": False,
                "showlegend": not at,
            }
            for at, piece in enumerate(pieces(values, frame.index, step=chart.step, timezone=chart.timezone))
        ]
        if (alone := isolated(values)).size:
            clock = wall_clock(frame.index[alone], chart.timezone)
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": [stamp.isoformat() for stamp in clock],
                    "y": values[alone],
                    "marker": {"color": line["color"], "size": 4},
                    "hoverinfo": "skip",
                    "showlegend": False,
                }
            )
    return traces


def _hover(piece: Any, unit: str, *, bent: bool) -> dict[str, Any]:
    """What the pointer reads; on a bent axis the value itself is not where it is drawn."""
    if not bent:
        return {"hovertemplate": f"%{{y}} {unit}".rstrip()}
    return {
        "y": coarse(piece.y),
        "customdata": unbent(piece.y),
        "hovertemplate": f"%{{customdata:,.3~r}} {unit}".rstrip(),
    }


def _faint(chart: Chart, behind: pd.DataFrame, scale: Scale, start: pd.Timestamp) -> list[dict[str, Any]]:
    """The period before, moved so that the same time of day of its first day is under the start.

    A single line is grey, whatever it is the period before of: the caption says so (:func:`.captions.caption`).
    """
    shift = start - wall_clock(behind.index[:1], chart.timezone)[0]
    several = len(behind.columns) > 1
    traces = []
    for position, column in enumerate(behind.columns):
        at = list(chart.frame.columns).index(column) if column in chart.frame.columns else position
        colour = PALETTE[at % len(PALETTE)].line if several else GREY.line
        values = scale.drawn(behind.iloc[:, position].to_numpy(dtype=float))
        traces += [
            {
                **_trace(piece, {"color": colour, "width": FAINT_WIDTH}),
                "y": coarse(piece.y),
                "opacity": 0.55,
                "hoverinfo": "skip",
                "showlegend": False,
            }
            for piece in pieces(values, behind.index, step=chart.step, timezone=chart.timezone, shift=shift)
        ]
    return traces


def _trace(piece: Any, line: dict[str, Any]) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "x0": piece.x0.isoformat(), "dx": piece.dx, "y": piece.y, "line": line}


def _dates() -> dict[str, Any]:
    day, month = axis_day(), axis_month()
    return {
        "hoverformat": f"{day} %H:%M",
        "tickformatstops": [
            {"dtickrange": [None, 1000], "value": f"%H:%M:%S\n{day}"},
            {"dtickrange": [1000, 86_399_999], "value": f"%H:%M\n{day}"},
            {"dtickrange": [86_400_000, "M1"], "value": day},
            {"dtickrange": ["M1", None], "value": month},
        ],
    }


def unit_name(scale: Scale, over: int = 0) -> list[dict[str, Any]]:
    """The unit above the axis, in its margin; a long one begins at the edge of the figure, ``over`` pixels higher."""
    long = long_unit(scale.unit)
    place = {"x": 0, "xref": "paper", "xanchor": "left" if long else "right", "xshift": 4 - _LEFT if long else -8}
    text = {"name": "unit", "text": inert(shorten(scale.unit, LONGEST_UNIT)), "showarrow": False, "font": {"size": 13}}
    return [{**place, **text, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": over + 2}] if scale.unit else []


def _title(chart: Chart) -> dict[str, Any]:
    return {
        "text": inert(chart.title),
        "subtitle": {"text": inert(captions.caption(chart)), "font": {"size": 13}},
        "font": {"size": 17},
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": 1,
        "yanchor": "top",
        "yref": "container",
        "pad": {"t": 8, "l": 8 - _LEFT},
    }


def _meta(chart: Chart) -> dict[str, Any]:
    return {
        "title": chart.title,
        "caption": captions.caption(chart),
        "anchor": chart.anchor,
        "head": captions.summary_head(),
        "summary": captions.summary(chart),
    }


def _nothing() -> dict[str, Any]:
    return {
        "template": template(),
        "height": 90,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
        "annotations": [
            {
                "text": t("No data in this window"),
                "xref": "paper",
                "yref": "paper",
                "x": 0.5,
                "y": 0.5,
                "showarrow": False,
                "font": {"size": 16},
            }
        ],
    }
