"""A :class:`~prodmeet_kit.evidence.HeatMap`: hours across, weekdays down, darker to brighter; gaps stay empty.

The colours are cividis (Nuñez, Anderton and Renslow 2018): they read the same
to colour-blind people, go from dark to bright without a turn, and stand on
white and on the dark page alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from prodmeet_kit.core.plotly_json import plotly_json
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.numbers import UNKNOWN, write
from prodmeet_kit.i18n.times import weekday
from prodmeet_kit.render.labels import inert, width
from prodmeet_kit.render.scale import Scale
from prodmeet_kit.render.theme import template

if TYPE_CHECKING:
    from prodmeet_kit.evidence import HeatMap

__all__ = ["brief", "caption", "figure", "summary", "summary_head"]

_ROW, _LEFT, _RIGHT, _BOTTOM, _TITLE = 28, 62, 100, 42, 60
_CIVIDIS = (
    "#00224e", "#123570", "#3b496c", "#575d6d", "#707173",
    "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838",
)  # fmt: skip
_LETTERS = 11  # in the margin on the right


def figure(heat: HeatMap, *, titled: bool = True) -> dict[str, Any]:
    """The heat map as a figure in plotly's JSON; ``titled=False`` where title and caption stand above it as text."""
    scale = Scale.plain(heat.unit, [heat.frame])
    names = [weekday(int(day)) for day in heat.frame.columns]
    values = heat.frame.to_numpy(dtype=float).T
    top = 12 + (_TITLE if titled else 0)
    layout: dict[str, Any] = {
        "template": template(),
        "height": _ROW * len(names) + top + _BOTTOM,
        "margin": {"l": _LEFT, "r": _RIGHT, "t": top, "b": _BOTTOM},
        "hovermode": "closest",
        "xaxis": {"tickmode": "array", "tickvals": list(range(0, 24, 3)), "ticktext": _hours(), "range": [-0.5, 23.5]},
        # Categories instead of numbers: the names stand at the cells. Monday comes first, at the top.
        "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False, "tickmode": "linear", "ticks": ""},
        "annotations": _gaps(values, names),
        "meta": {
            "title": heat.title,
            "caption": caption(heat),
            "anchor": heat.anchor,
            "head": summary_head(),
            "summary": summary(heat),
        },
    }
    if titled:
        layout["title"] = {"text": inert(heat.title), "subtitle": {"text": inert(caption(heat))}, "x": 0}
    return plotly_json([_trace(heat, values / scale.divisor, names, scale)], layout)


def _trace(heat: HeatMap, values: Any, names: list[str], scale: Scale) -> dict[str, Any]:
    known = np.isfinite(values)
    text = [[_amount(heat, v * scale.divisor) for v in row] for row in values]
    return {
        "type": "heatmap",
        "x": list(range(values.shape[1])),
        "y": names,
        "z": [
            [float(f"{v:.4g}") if ok else None for v, ok in zip(*row, strict=True)]
            for row in zip(values, known, strict=True)
        ],
        "text": [[inert(cell) for cell in row] for row in text],
        "hovertemplate": "%{y} %{x}:00 &nbsp; %{text}<extra></extra>",
        "hoverongaps": False,
        "colorscale": [[place / (len(_CIVIDIS) - 1), colour] for place, colour in enumerate(_CIVIDIS)],
        # From zero, as every other chart: a quiet hour must not look like none at all, nor noise like a pattern.
        "zmin": min(scale.low, 0.0),
        "zmax": scale.high,
        "xgap": 2,
        "ygap": 2,
        "colorbar": {
            "thickness": 12,
            "outlinewidth": 0,
            "nticks": 5,
            "ticks": "",
            "title": {"text": "" if _long(scale) else inert(scale.unit), "side": "top", "font": {"size": 13}},
            "separatethousands": True,
        },
    }


def _long(scale: Scale) -> bool:
    """Whether the unit finds no room above the scale of colours: then the caption has it."""
    return width(scale.unit) > _LETTERS


def _hours() -> list[str]:
    return [f"{hour:02d}:00" for hour in range(0, 24, 3)]


def _gaps(values: Any, names: list[str]) -> list[dict[str, Any]]:
    """A dash in each cell without a value, so that a gap is seen and not taken for the ground."""
    return [
        {"x": int(hour), "y": names[day], "text": UNKNOWN, "showarrow": False, "name": "level", "font": {"size": 13}}
        for day, hour in zip(*np.nonzero(~np.isfinite(values)), strict=True)
    ]


def caption(heat: HeatMap) -> str:
    """What the heat map says of itself, its zone, and how much is missing."""
    gaps = int(heat.frame.isna().to_numpy().sum())
    scale = Scale.plain(heat.unit, [heat.frame])
    parts = [
        heat.caption.strip().rstrip("."),
        t("each hour of the week"),
        t("unit: {unit}", unit=scale.unit) if _long(scale) else "",
        t("{zone} time", zone=heat.timezone),
        tn("{n} hour without a value", "{n} hours without a value", gaps) if gaps else "",
    ]
    return " · ".join(part for part in parts if part)


def summary_head() -> list[str]:
    """The column titles of :func:`summary`."""
    return [
        t("Weekday"),
        t("Mean"),
        t("Quietest hour"),
        t("Lowest"),
        t("Busiest hour"),
        t("Highest"),
        t("Hours without a value"),
    ]


def summary(heat: HeatMap) -> list[list[str]]:
    """Each weekday in numbers, as text: what stands for the picture where none can be seen."""
    rows = []
    for day, values in enumerate(heat.frame.to_numpy(dtype=float).T):
        gaps = int((~np.isfinite(values)).sum())
        if gaps == len(values):
            rows.append([weekday(day), *[UNKNOWN] * 5, write(gaps, "count")])
            continue
        low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
        mean, least, most = (_amount(heat, value) for value in (np.nanmean(values), values[low], values[high]))
        rows.append([weekday(day), mean, f"{low:02d}:00", least, f"{high:02d}:00", most, write(gaps, "count")])
    return rows


def brief(heat: HeatMap) -> str:
    """What a folded heat map would show, in a few words: the busiest hour of the week."""
    values = heat.frame.to_numpy(dtype=float)
    if not np.isfinite(values).any():
        return t("No data in this window")
    hour, day = divmod(int(np.nanargmax(values)), values.shape[1])
    busiest = _amount(heat, values[hour, day])
    return t("busiest: {weekday} {hour}, {value}", weekday=weekday(day), hour=f"{hour:02d}:00", value=busiest)


def _amount(heat: HeatMap, value: float) -> str:
    return write(float(value), "amount", unit=heat.unit)
