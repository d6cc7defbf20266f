"""A :class:`~prodmeet_kit.evidence.WeekOverlay`: Monday to Sunday, the newest week strong, the others faint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from prodmeet_kit.core.plotly_json import plotly_json
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.numbers import UNKNOWN, write
from prodmeet_kit.i18n.times import weekday
from prodmeet_kit.render.figures import unit_name
from prodmeet_kit.render.grid import coarse, narrow
from prodmeet_kit.render.labels import inert
from prodmeet_kit.render.scale import Scale
from prodmeet_kit.render.theme import FAINT_WIDTH, GREY, GUIDE_WIDTH, NEWEST_WIDTH, PALETTE, template

if TYPE_CHECKING:
    from prodmeet_kit.evidence import WeekOverlay

__all__ = ["brief", "caption", "figure", "summary", "summary_head"]

_PLOT, _LEFT, _RIGHT, _BOTTOM, _TITLE, _UNIT = 240, 62, 172, 42, 60, 20
_DAY = 24


def figure(overlay: WeekOverlay, *, titled: bool = True) -> dict[str, Any]:
    """The weeks as a figure in plotly's JSON; ``titled=False`` where title and caption stand above it as text."""
    scale = Scale.plain(overlay.unit, [overlay.frame])
    top = 8 + _UNIT + (_TITLE if titled else 0)
    layout: dict[str, Any] = {
        "template": template(),
        "height": _PLOT + top + _BOTTOM,
        "margin": {"l": _LEFT, "r": _RIGHT, "t": top, "b": _BOTTOM},
        "hovermode": "closest",
        "xaxis": {
            "range": [0, 7 * _DAY],
            "tickmode": "array",
            "tickvals": [day * _DAY + _DAY / 2 for day in range(7)],
            "ticktext": [weekday(day) for day in range(7)],
            "ticklen": 0,
        },
        "yaxis": scale.axis,
        "shapes": [_midnight(day * _DAY) for day in range(1, 7)],
        "annotations": _names(overlay, scale),
        "meta": {
            "title": overlay.title,
            "caption": caption(overlay),
            "anchor": overlay.anchor,
            "head": summary_head(),
            "summary": summary(overlay),
        },
    }
    if titled:
        layout["title"] = {"text": inert(overlay.title), "subtitle": {"text": inert(caption(overlay))}, "x": 0}
    # The oldest first: the newest lies on top.
    traces = [_line(overlay, position, scale) for position in reversed(range(overlay.frame.shape[1]))]
    return plotly_json(traces, layout)


def _line(overlay: WeekOverlay, position: int, scale: Scale) -> dict[str, Any]:
    values = narrow(overlay.frame.iloc[:, position].to_numpy(dtype=float) / scale.divisor)
    # An hour's mean stands at the middle of its hour.
    place = {"type": "scatter", "mode": "lines", "x0": 0.5, "dx": 1, "connectgaps": False, "showlegend": False}
    if position:
        faint = {"color": GREY.line, "width": FAINT_WIDTH}
        return {
            **place,
            "y": coarse(values),
            "line": faint,
            "opacity": 0.55,
            "hoverinfo": "skip",
            "name": _age(position),
        }
    clock = [f"{weekday(hour // _DAY)} {hour % _DAY:02d}:00" for hour in overlay.frame.index]
    return {
        **place,
        "y": values,
        "line": {"color": PALETTE[0].line, "width": NEWEST_WIDTH},
        "name": inert(overlay.newest),
        "customdata": clock,
        "hovertemplate": "%{customdata} &nbsp; %{y}<extra></extra>",
    }


def _names(overlay: WeekOverlay, scale: Scale) -> list[dict[str, Any]]:
    right = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 6, "yref": "paper", "showarrow": False}
    shown = [{**right, "name": "line-0", "text": inert(overlay.newest), "y": 1, "yanchor": "top"}]
    if overlay.frame.shape[1] > 1:
        older = tn("{n} week before", "{n} weeks before", overlay.frame.shape[1] - 1)
        shown.append({**right, "name": "level", "text": inert(older), "y": 1, "yanchor": "top", "yshift": -20})
    colours = (PALETTE[0].line, GREY.line)
    shown = [{**note, "font": {"size": 13, "color": colour}} for note, colour in zip(shown, colours, strict=False)]
    return [*shown, *unit_name(scale)]


def _midnight(hour: int) -> dict[str, Any]:
    line = {"color": GREY.line, "width": GUIDE_WIDTH, "dash": "dot"}
    return {
        "type": "line",
        "xref": "x",
        "x0": hour,
        "x1": hour,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": line,
        "opacity": 0.4,
    }


def _age(position: int) -> str:
    return tn("{n} week before", "{n} weeks before", position)


def caption(overlay: WeekOverlay) -> str:
    """What the overlay says of itself and its zone."""
    several = overlay.frame.shape[1] > 1
    parts = [
        overlay.caption.strip().rstrip("."),
        t("mean of each hour"),
        t("{zone} time", zone=overlay.timezone),
        t("faint lines: the weeks before") if several else "",
    ]
    return " · ".join(part for part in parts if part)


def summary_head() -> list[str]:
    """The column titles of :func:`summary`."""
    return [t("Week"), t("Mean"), t("Highest"), t("When"), t("Hours without a value")]


def summary(overlay: WeekOverlay) -> list[list[str]]:
    """Each week in numbers, newest first, as text: what stands for the picture where none can be seen."""
    rows = []
    for position, values in enumerate(overlay.frame.to_numpy(dtype=float).T):
        gaps = int((~np.isfinite(values)).sum())
        name = _age(position) if position else overlay.newest
        if gaps == len(values):
            rows.append([name, *[UNKNOWN] * 3, write(gaps, "count")])
            continue
        top = int(np.nanargmax(values))
        mean, high = (write(float(v), "amount", unit=overlay.unit) for v in (np.nanmean(values), values[top]))
        rows.append([name, mean, high, f"{weekday(top // _DAY)} {top % _DAY:02d}:00", write(gaps, "count")])
    return rows


def brief(overlay: WeekOverlay) -> str:
    """What a folded overlay would show, in a few words: the newest week against the middle of the whole ones before."""
    values = overlay.frame.to_numpy(dtype=float)
    means = values.mean(axis=0)  # NaN with a gap: such a week is not compared
    older = means[1:][np.isfinite(means[1:])]
    if not len(older) or not np.isfinite(means[0]) or not np.median(older) > 0:
        return tn("{n} week", "{n} weeks", values.shape[1])
    change = write(float(means[0] / np.median(older) - 1), "change")
    return tn(
        "{change} against the week before", "{change} against the median of {n} weeks before", len(older), change=change
    )
