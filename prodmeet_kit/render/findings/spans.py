"""A :class:`~prodmeet_kit.evidence.spans.Spans` as a plotly figure: a bar a planned change on one time axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from prodmeet_kit.core.plotly_json import plotly_json
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import moment
from prodmeet_kit.render.findings import axes
from prodmeet_kit.render.labels import inert, shorten, width
from prodmeet_kit.render.theme import GREY, PALETTE, template

if TYPE_CHECKING:
    from prodmeet_kit.evidence.spans import Span, Spans

__all__ = ["MOST", "brief", "caption", "figure", "summary", "summary_head"]

_ROW, _BAR = 42, 15
_LETTER = 6.8
_COLOUR = PALETTE[3]

MOST = 6
"""So many rows are drawn; the table beside the figure has all."""


def figure(spans: Spans, *, titled: bool = True) -> dict[str, Any]:
    """Every span as a bar; ``titled=False`` where title and caption stand above it as text."""
    shown = sorted(spans.spans, key=lambda each: each.start)[:MOST]
    inner = max(len(shown), 2) * _ROW
    top = 28 + (60 if titled else 0)
    bottom = axes.bottom(spans.start, spans.end)
    layout: dict[str, Any] = {
        "template": template(),
        "height": inner + top + bottom,
        "margin": {"l": 10, "r": axes.RIGHT, "t": top, "b": bottom},
        "hovermode": "closest",
        "xaxis": {**axes.days(spans.start, spans.end, spans.timezone), "showspikes": False},
        "yaxis": {"range": [inner, 0], "visible": False, "fixedrange": True},
        "shapes": [*_closed(spans), *_overlaps(spans)],
        "annotations": [{**axes.said(spans.caption), "xshift": 0, "yshift": 4}, *_closed_names(spans)],
        "meta": axes.meta(spans, caption(spans), summary_head(), summary(spans)),
    }
    if titled:
        layout["title"] = axes.title(spans, caption(spans))
    traces = [_row(layout, spans, each, place * _ROW) for place, each in enumerate(shown)]
    return plotly_json(traces or [{"type": "scatter", "x": [], "y": []}], layout)


def _row(layout: dict[str, Any], spans: Spans, span: Span, top: int) -> dict[str, Any]:
    """Adds the bar with its words; the trace holds what is under the pointer."""
    first, last = (axes.clock(each, spans.timezone) for each in (spans.start, spans.end))
    left, right = max(axes.clock(span.start, spans.timezone), first), min(axes.clock(span.end, spans.timezone), last)
    y0, y1 = top + _ROW - _BAR - 4, top + _ROW - 4
    layout["shapes"].append(
        {"type": "rect", "xref": "x", "x0": left.isoformat(), "x1": right.isoformat(), "yref": "y", "y0": y0, "y1": y1,
         "fillcolor": _COLOUR.line, "opacity": 0.85, "line": {"color": _COLOUR.line, "width": 1.5}}
    )  # fmt: skip
    text = " · ".join(part for part in (span.label, span.note) if part)
    text = shorten(text, 60)
    share = (left - first) / (last - first)
    room = 1 - share
    long = width(text) * _LETTER
    flush = long > room * axes.WIDTH
    layout["annotations"].append(
        {"name": "span", "text": inert(text), "xref": "paper" if flush else "x",
         "x": 1 if flush else left.isoformat(), "xanchor": "right" if flush else "left", "yref": "y", "y": y0 - 1,
         "yanchor": "bottom", "showarrow": False, "font": {"size": 12, "color": _COLOUR.line, "weight": 600}}
    )  # fmt: skip
    when = f"{moment(span.start, spans.timezone)} \N{EN DASH} {moment(span.end, spans.timezone)}"
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [(left + (right - left) / 2).isoformat()],
        "y": [(y0 + y1) / 2],
        "marker": {"size": 14, "opacity": 0},
        "text": [f"{inert(text)}<br>{inert(when)}"],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _ground(spans: Spans, start: Any, end: Any, colour: str) -> dict[str, Any]:
    first, last = (axes.clock(each, spans.timezone) for each in (spans.start, spans.end))
    left, right = (min(max(axes.clock(each, spans.timezone), first), last) for each in (start, end))
    return {"type": "rect", "xref": "x", "x0": left.isoformat(), "x1": right.isoformat(), "yref": "paper", "y0": 0,
            "y1": 1, "layer": "below", "fillcolor": colour, "line": {"width": 0}}  # fmt: skip


def _overlaps(spans: Spans) -> list[dict[str, Any]]:
    return [_ground(spans, start, end, "rgba(209,53,27,0.20)") for start, end in spans.overlaps]


def _closed(spans: Spans) -> list[dict[str, Any]]:
    return [_ground(spans, each.start, each.end, axes.GROUND) for each in spans.closed]


def _closed_names(spans: Spans) -> list[dict[str, Any]]:
    first = axes.clock(spans.start, spans.timezone)
    return [
        {"name": "note", "text": inert(shorten(each.label, 26)), "xref": "x",
         "x": max(axes.clock(each.start, spans.timezone), first).isoformat(), "xanchor": "left", "xshift": 2,
         "yref": "paper", "y": 1, "yanchor": "top", "showarrow": False, "font": {"size": 11, "color": GREY.line}}
        for each in spans.closed
    ]  # fmt: skip


def caption(spans: Spans) -> str:
    """What is drawn, in which zone, and what the grounds mean."""
    parts = [
        spans.caption,
        t("red: both at once") if spans.overlaps else "",
        t("grey: freeze or holiday") if spans.closed else "",
        t("{zone} time", zone=spans.timezone),
    ]
    return " · ".join(part for part in parts if part)


def brief(spans: Spans) -> str:
    """What it would show while folded."""
    return tn("{n} change", "{n} changes", len(spans.spans))


def summary_head() -> list[str]:
    """The column titles of :func:`summary`."""
    return [t("Change"), t("Start"), t("End"), t("Length"), t("Note")]


def summary(spans: Spans) -> list[list[str]]:
    """Every span in numbers, then overlaps and times in which nothing may be changed."""

    def row(label: str, start: Any, end: Any, note: str) -> list[str]:
        length = write((pd.Timestamp(end) - pd.Timestamp(start)).total_seconds(), "duration")
        return [label, moment(start, spans.timezone), moment(end, spans.timezone), length, note]

    rows = [row(each.label, each.start, each.end, each.note) for each in sorted(spans.spans, key=lambda s: s.start)]
    rows += [row(t("both at once"), start, end, "") for start, end in spans.overlaps]
    return rows + [row(each.label, each.start, each.end, "") for each in spans.closed]
