"""A :class:`~prodmeet_kit.evidence.lanes.Lanes` as one plotly figure, drawn in pixels of its height.

Every lane is load as an area, below it the burn rate as a strip of colours, below that a tick a page.
Outages are boxes through the lane, changes dashed lines. Beside the lane are the error budgets, each with a tick
where it was at the last meeting. All numbers are under the pointer, and in the table beside the figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from prodmeet_kit.core.plotly_json import plotly_json
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import axis_day
from prodmeet_kit.render.anchors import finding_id
from prodmeet_kit.render.grid import narrow, wall_clock
from prodmeet_kit.render.labels import inert
from prodmeet_kit.render.lanes import budgets
from prodmeet_kit.render.lanes.places import AXIS, BOTTOM, CLASSES, LEFT, RIGHT, TOP, Instants, at, clock
from prodmeet_kit.render.lanes.signs import heads, lane_name, legend, name, spans
from prodmeet_kit.render.lanes.words import caption, summary, summary_head
from prodmeet_kit.render.theme import GREY, MARKS, PALETTE, template

if TYPE_CHECKING:
    from prodmeet_kit.evidence.lanes import Lane, Lanes

__all__ = ["figure"]

_ROOMY, _TIGHT = 52, 28
_HEIGHT = 280
"""Lanes share so many pixels while each gets at least :data:`_TIGHT`."""


_LEAST = 900
"""Pixels of width that names, times and budgets need."""


def figure(lanes: Lanes, *, titled: bool = True) -> dict[str, Any]:
    """All lanes as one figure in plotly's JSON; ``titled=False`` where title and caption stand above it as text."""
    each = _lane_height(len(lanes.lanes))
    inner = each * len(lanes.lanes)
    top = TOP + (40 if titled else 0)
    layout: dict[str, Any] = {
        "template": template(),
        "height": inner + top + BOTTOM,
        "margin": {"l": LEFT, "r": RIGHT, "t": top, "b": BOTTOM},
        "hovermode": "closest",
        "shapes": _weekends(lanes),
        "annotations": [*heads(), legend()],
        "meta": {
            "title": lanes.title,
            "caption": caption(lanes),
            "anchor": lanes.anchor,
            "least": _LEAST,
            "head": summary_head(),
            "summary": summary(lanes),
            "leads": {lane_name(place): finding_id(lane.about) for place, lane in enumerate(lanes.lanes) if lane.about},
        },
        "xaxis": {
            "domain": [0, AXIS],
            "type": "date",
            "range": [clock(lanes.start, lanes.timezone), clock(lanes.end, lanes.timezone)],
            "nticks": 9,
            "tickformat": axis_day(),
            "tickfont": {"size": 12},
            "showgrid": True,
            "gridcolor": "rgba(128,134,142,0.18)",
            "fixedrange": True,
        },
        "yaxis": {"range": [inner, 0], "visible": False, "fixedrange": True, "nticks": 2},
    }
    if titled:
        layout["title"] = {"text": inert(lanes.title), "x": 0}
    traces: list[dict[str, Any]] = []
    instants = Instants(lanes.timezone)
    for place, lane in enumerate(lanes.lanes):
        drawn = _lane(layout, lanes, lane, place * each, each, lane_name(place), instants)
        traces += [{"meta": {"to": finding_id(lane.about)}, **trace} if lane.about else trace for trace in drawn]
    return plotly_json(traces or [{"type": "scatter", "x": [], "y": []}], layout)


def _lane_height(lanes: int) -> int:
    return max(_TIGHT, min(_ROOMY, _HEIGHT // max(lanes, 1)))


def _lane(
    layout: dict[str, Any], lanes: Lanes, lane: Lane, top: int, height: int, called: str, instants: Instants
) -> list[dict[str, Any]]:
    """Adds the lane's shapes and words to the layout; its traces."""
    strip = 13 if height >= 48 else 8
    ticks = 7 if height >= 48 else 5
    low = top + height - strip - ticks - 4  # where the load ends
    load = (top + 4, low - 2)
    burn = (low, low + strip)
    pages = (low + strip + 1, low + strip + 1 + ticks)
    start = clock(lanes.start, lanes.timezone)
    traces = [*_area(lane, load, lanes.timezone, instants), *_burns(lane, burn, lanes.timezone, start, instants)]
    traces += _pages(lane, pages, lanes.timezone)
    spans(layout, lanes, lane, load, burn, traces)
    name(layout, lane, top, height, called)
    budgets.draw(layout, lane.budgets, lane.more, top, height)
    return traces


def _area(lane: Lane, place: tuple[int, int], timezone: str, instants: Instants) -> list[dict[str, Any]]:
    if lane.load is None or not np.isfinite(lane.load.to_numpy()).any():
        return []
    values = lane.load.to_numpy(dtype=float)
    high = float(np.nanmax(values)) or 1.0
    top, bottom = place
    y = narrow(np.round(bottom - values / high * (bottom - top), 1))
    x = np.datetime_as_string(wall_clock(lane.load.index, timezone).to_numpy(), unit="m").tolist()
    named = inert(lane.name)
    text = [
        f"{named} · {when}<br>{inert(write(value, 'amount', unit=lane.load_unit))}"
        for when, value in zip(instants(lane.load.index), values, strict=True)
    ]
    colour = PALETTE[0].line
    return [
        {"type": "scatter", "mode": "lines", "x": x, "y": narrow(np.full(len(x), float(bottom))), "hoverinfo": "skip",
         "line": {"width": 0}},
        {"type": "scatter", "mode": "lines", "x": x, "y": y, "fill": "tonexty", "fillcolor": "rgba(10,124,192,0.16)",
         "line": {"color": colour, "width": 1.2}, "text": text, "hovertemplate": "%{text}<extra></extra>",
         **_leads(lane)},
    ]  # fmt: skip


def _leads(lane: Lane) -> dict[str, Any]:
    """Where a click on the load leads: within an outage to its finding, else to that of the lane."""
    assert lane.load is not None
    outages = [event for event in lane.events if event.kind == "outage" and event.about]
    if not outages:
        return {}
    there = np.full(len(lane.load), finding_id(lane.about) if lane.about else "", dtype=object)
    for event in outages:
        inside = (lane.load.index >= event.start) & (lane.load.index <= (event.end or lane.load.index[-1]))
        there[inside] = finding_id(event.about)
    return {"customdata": there.tolist()}


def _burns(lane: Lane, place: tuple[int, int], timezone: str, start: str, instants: Instants) -> list[dict[str, Any]]:
    if lane.burn is None or not len(lane.burn):
        return []
    values = lane.burn.to_numpy(dtype=float)
    known = np.isfinite(values)
    classes = np.where(known, np.searchsorted([limit for limit, _ in CLASSES[:-1]], np.nan_to_num(values)), np.nan)
    colours = [[place / len(CLASSES), colour] for place, (_, colour) in enumerate(CLASSES)]
    steps = [[(place + 1) / len(CLASSES), colour] for place, (_, colour) in enumerate(CLASSES)]
    named = inert(lane.burn_of)
    text = [
        f"{named} · {when}<br>{inert(_rate(float(value)) if good else t('not known'))}"
        for when, value, good in zip(instants(lane.burn.index), values, known, strict=True)
    ]
    # A cell is the time that ends at its instant: its edges are given, in time and in height.
    ends = wall_clock(lane.burn.index, timezone)
    begin = max(ends[0] - (ends[1] - ends[0] if len(ends) > 1 else pd.Timedelta(hours=1)), pd.Timestamp(start))
    return [
        {
            "type": "heatmap",
            "x": [begin.isoformat(), *(each.isoformat() for each in ends)],
            "y": list(place),
            "z": [[int(each) if good else None for each, good in zip(classes, known, strict=True)]],
            "zmin": 0,
            "zmax": len(CLASSES),
            "colorscale": [pair for both in zip(colours, steps, strict=True) for pair in both],
            "showscale": False,
            "text": [text],
            "hovertemplate": "%{text}<extra></extra>",
            "hoverongaps": False,
        }
    ]


def _rate(rate: float) -> str:
    return t("burn rate {rate}", rate=write(rate, "number"))


def _pages(lane: Lane, place: tuple[int, int], timezone: str) -> list[dict[str, Any]]:
    traces = []
    for kind, colour, wide in (("noise", GREY.line, 1.5), ("page", MARKS["incident"].line, 2.5)):
        found = [event for event in lane.events if event.kind == kind]
        if not found:
            continue
        x: list[Any] = []
        y: list[Any] = []
        text: list[str] = []
        for event in found:
            when = clock(event.start, timezone)
            x += [when, when, None]
            y += [place[0], place[1], None]
            text += [f"{inert(event.text)}<br>{at(event.start, timezone)}"] * 2 + [""]
        leads = [finding_id(event.about) if event.about else "" for event in found for _ in range(3)]
        traces.append(
            {"type": "scatter", "mode": "lines", "x": x, "y": y, "text": text, "customdata": leads,
             "line": {"color": colour, "width": wide}, "hovertemplate": "%{text}<extra></extra>"}
        )  # fmt: skip
    return traces


def _weekends(lanes: Lanes) -> list[dict[str, Any]]:
    first = pd.Timestamp(clock(lanes.start, lanes.timezone)).normalize()
    last = pd.Timestamp(clock(lanes.end, lanes.timezone))
    begin = pd.Timestamp(clock(lanes.start, lanes.timezone))
    days = pd.date_range(first, last, freq="D")
    return [
        {"type": "rect", "xref": "x", "yref": "paper", "x0": max(day, begin).isoformat(),
         "x1": min(day + pd.Timedelta(days=1), last).isoformat(), "y0": 0, "y1": 1, "layer": "below",
         "fillcolor": "rgba(128,134,142,0.08)", "line": {"width": 0}}
        for day in days
        if day.weekday() >= 5
    ]  # fmt: skip
