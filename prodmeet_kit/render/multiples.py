"""A :class:`~prodmeet_kit.evidence.Multiples`: small charts in a grid, all over the same time on one clock.

What happened is drawn through each of them, so that the eye finds at once what
moved with it; the names of the marks stand in the table beside the figure.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from prodmeet_kit.core.plotly_json import plotly_json
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import axis_day, local
from prodmeet_kit.render import captions, marks
from prodmeet_kit.render.grid import isolated, narrow, on_grid, pieces, wall_clock
from prodmeet_kit.render.labels import inert, shorten, width
from prodmeet_kit.render.scale import Scale
from prodmeet_kit.render.theme import GREY, GUIDE_WIDTH, PALETTE, SMALL_LINE_WIDTH, template

if TYPE_CHECKING:
    from datetime import datetime

    from prodmeet_kit.evidence import Chart, Multiples

__all__ = ["brief", "caption", "figure", "summary", "summary_head"]

_ACROSS = 3
_PLOT, _ROW, _LEFT, _RIGHT, _BOTTOM, _TITLE = 100, 176, 52, 14, 40, 60
_BETWEEN = 0.055
"""Room between two columns, for the numbers of the axis, as a share of the width."""

_LETTERS = 34


def figure(many: Multiples, *, titled: bool = True) -> dict[str, Any]:
    """All panels as one figure in plotly's JSON; ``titled=False`` where title and caption stand above it as text."""
    across = min(_ACROSS, max(1, len(many.panels)))
    down = ceil(len(many.panels) / across)
    top = 28 + (_TITLE if titled else 0)
    height = _ROW * down - (_ROW - _PLOT) + top + _BOTTOM
    inner = height - top - _BOTTOM
    layout: dict[str, Any] = {
        "template": template(),
        "height": height,
        "margin": {"l": _LEFT, "r": _RIGHT, "t": top, "b": _BOTTOM},
        "hovermode": "x",
        "shapes": [],
        "annotations": [],
        "meta": {
            "title": many.title,
            "caption": caption(many),
            "anchor": many.anchor,
            "head": summary_head(),
            "summary": summary(many),
        },
    }
    if titled:
        layout["title"] = {"text": inert(many.title), "subtitle": {"text": inert(caption(many))}, "x": 0}
    span = (_clock(many.start, many.timezone), _clock(many.end, many.timezone))
    traces: list[dict[str, Any]] = []
    wide = (1 - _BETWEEN * (across - 1)) / across
    for at, panel in enumerate(many.panels):
        row, column = divmod(at, across)
        left, up = column * (wide + _BETWEEN), 1 - row * _ROW / inner
        traces += _panel(layout, panel, at + 1, (left, left + wide), (max(0.0, up - _PLOT / inner), up), span)
    return plotly_json(traces, layout)


def _panel(
    layout: dict[str, Any],
    panel: Chart,
    number: int,
    across: tuple[float, float],
    up: tuple[float, float],
    span: tuple[pd.Timestamp, pd.Timestamp],
) -> list[dict[str, Any]]:
    """Adds the axes, levels and marks of a panel to the layout; its line."""
    suffix = "" if number == 1 else str(number)
    frame = on_grid(panel.frame, panel.step)
    scale = Scale.of(panel, [frame])
    layout[f"xaxis{suffix}"] = {
        "domain": list(across),
        "anchor": f"y{suffix}",
        "type": "date",
        "range": [moment.isoformat() for moment in span],
        "nticks": 4,
        "tickformatstops": _dates(),
        "hoverformat": f"{axis_day()} %H:%M",
        "tickfont": {"size": 11},
    }
    layout[f"yaxis{suffix}"] = {
        **scale.axis,
        "domain": list(up),
        "anchor": f"x{suffix}",
        "nticks": 4,
        "tickfont": {"size": 11},
    }
    place = {"xref": f"x{suffix}", "yref": f"y{suffix} domain"}
    drawn = marks.draw(panel.marks, panel.timezone, *span)
    layout["shapes"] += [{**shape, **place} for shape in drawn.shapes]
    layout["shapes"] += [_level(scale, line.value, suffix) for line in panel.lines if scale.holds(line.value)]
    # Where it finds no room, the pointer and the table have it.
    unit = f" ({scale.unit})" if scale.unit and width(scale.unit) <= _LETTERS / 2 else ""
    layout["annotations"].append(
        {
            "text": inert(f"{shorten(panel.title, _LETTERS - width(unit))}{unit}"),
            "xref": "paper",
            "yref": "paper",
            "x": across[0],
            "y": up[1],
            "xanchor": "left",
            "yanchor": "bottom",
            "yshift": 3,
            "showarrow": False,
            "font": {"size": 13},
        }
    )
    return _line(panel, frame, scale, suffix)


def _line(panel: Chart, frame: pd.DataFrame, scale: Scale, suffix: str) -> list[dict[str, Any]]:
    axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}", "showlegend": False}
    unit = inert(scale.unit).replace("%", "&#37;")  # plotly fills in what stands in %{}
    colour = PALETTE[0].line
    traces: list[dict[str, Any]] = []
    for position in range(frame.shape[1]):
        values = frame.iloc[:, position].to_numpy(dtype=float) / scale.divisor
        traces += [
            {
                **axes,
                "type": "scatter",
                "mode": "lines",
                "x0": piece.x0.isoformat(),
                "dx": piece.dx,
                "y": piece.y,
                "line": {"color": colour, "width": SMALL_LINE_WIDTH},
                "hovertemplate": f"%{{y}} {unit}".rstrip() + "<extra></extra>",
            }
            for piece in pieces(values, frame.index, step=panel.step, timezone=panel.timezone)
        ]
        if (alone := isolated(values)).size:
            clock = wall_clock(frame.index[alone], panel.timezone)
            x = [stamp.isoformat() for stamp in clock]
            dots = {"type": "scatter", "mode": "markers", "x": x, "y": narrow(values[alone]), "hoverinfo": "skip"}
            traces.append({**axes, **dots, "marker": {"color": colour, "size": 4}})
    return traces or [{**axes, "type": "scatter", "x": [], "y": []}]


def _level(scale: Scale, value: float, suffix: str) -> dict[str, Any]:
    height = value / scale.divisor
    line = {"color": GREY.line, "width": GUIDE_WIDTH, "dash": "dot"}
    place = {"xref": f"x{suffix} domain", "yref": f"y{suffix}", "x0": 0, "x1": 1, "y0": height, "y1": height}
    return {"type": "line", **place, "line": line}


def _dates() -> list[dict[str, Any]]:
    day = axis_day()
    return [
        {"dtickrange": [None, 86_399_999], "value": f"%H:%M\n{day}"},
        {"dtickrange": [86_400_000, None], "value": day},
    ]


def _clock(instant: datetime, timezone: str) -> pd.Timestamp:
    return pd.Timestamp(local(instant, timezone).replace(tzinfo=None))


def caption(many: Multiples) -> str:
    """The small print: the step, what one point stands for, the clock and the marks."""
    span = (_clock(many.start, many.timezone), _clock(many.end, many.timezone))
    steps = sorted({panel.step for panel in many.panels})
    every = ", ".join(write(step.total_seconds(), "duration") for step in steps)
    busiest = max(many.panels, key=lambda panel: len({mark.kind for mark in panel.marks}), default=None)
    legend = marks.legend(busiest.marks, marks.draw((), many.timezone, *span)) if busiest else ""
    if busiest and busiest.marks:
        drawn = marks.draw(busiest.marks, many.timezone, *span)
        legend = marks.legend(busiest.marks, marks.Drawn(drawn.shapes, [], 0, 0, []))
    dotted = any(panel.lines for panel in many.panels)
    parts = [
        many.caption.strip().rstrip("."),
        t("a point every {step}, of the {step} before it", step=every) if every else "",
        t("{zone} time", zone=many.timezone),
        legend,
        t("dotted: objective or limit") if dotted else "",
    ]
    return " · ".join(part for part in parts if part)


def brief(many: Multiples) -> str:
    """What it would show while folded."""
    return tn("{n} chart", "{n} charts", len(many.panels))


def summary_head() -> list[str]:
    """The column titles of :func:`summary`."""
    return captions.summary_head()


def summary(many: Multiples) -> list[list[str]]:
    """Each panel in numbers, as text."""
    rows = []
    for panel in many.panels:
        if not np.isfinite(panel.frame.to_numpy(dtype=float)).any():
            rows.append([panel.title, *[t("no data")] * 4, write(len(panel.frame), "count")])
        else:
            rows += [[panel.title, *numbers[1:]] for numbers in captions.summary(panel)]
    return rows
