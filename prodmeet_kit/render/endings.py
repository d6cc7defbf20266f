"""The right edge of a chart: names at the ends of lines and levels instead of a legend, clear of each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render.labels import inert, shorten, spread, width
from prodmeet_kit.render.scale import value_text
from prodmeet_kit.render.theme import GREY, LEVEL_WIDTH, PALETTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from prodmeet_kit.evidence import Chart
    from prodmeet_kit.render.scale import Scale

__all__ = ["LINE_HEIGHT", "Endings", "endings"]

LINE_HEIGHT = 17
"""Pixels from one name to the next."""

_LETTER = 8.0  # pixels of a letter at 13 px in a wide font; the report measures the one it has
_LETTERS = 26.0
_MARGIN = 172  # the same for most charts, so that their times stand under each other


@dataclass(frozen=True)
class Endings:
    """Names and level lines for plotly, and the margin the names need."""

    names: list[dict[str, Any]]
    shapes: list[dict[str, Any]]
    margin: int


@dataclass(frozen=True)
class _End:
    at: float  # share of the plot's height
    text: str
    colour: str
    name: str


def endings(chart: Chart, frame: pd.DataFrame, names: Sequence[str], scale: Scale, plot_height: int) -> Endings:
    """What is at the right edge of the plot, which is ``plot_height`` pixels high."""
    ends = [*_lines(chart, frame, names, scale), *_levels(chart, scale)]
    placed = spread([end.at * plot_height for end in ends], LINE_HEIGHT, 0, plot_height)
    texts = [end.text for end in ends]
    annotations = [
        {
            "name": end.name,
            "text": inert(text),
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 6,
            "y": end.at,
            "yref": "paper",
            "yshift": round(at - end.at * plot_height),
            "yanchor": "middle",
            "showarrow": False,
            "font": {"size": 13, "color": end.colour},
        }
        for end, at, text in zip(ends, placed, texts, strict=True)
    ]
    widest = max((width(text) for text in texts), default=0.0)
    return Endings(annotations, _level_shapes(chart, scale), max(_MARGIN, round(widest * _LETTER) + 12))


def _lines(chart: Chart, frame: pd.DataFrame, names: Sequence[str], scale: Scale) -> list[_End]:
    """The name of each line with its last known value; the value alone where the title says the name."""
    alone = len(names) == 1 and names[0] in chart.title
    ends = []
    for position, name in enumerate(names):
        values = frame.iloc[:, position].to_numpy(dtype=float)
        known = values[np.isfinite(values)]
        if known.size:
            last, hue = float(known[-1]), position % len(PALETTE)
            text = _value(chart, scale, last)
            named = text if alone else f"{shorten(name, _LETTERS - width(text) - 1)} {text}"
            ends.append(_End(scale.place(last), named, PALETTE[hue].line, f"line-{hue}"))
    return ends


def _levels(chart: Chart, scale: Scale) -> list[_End]:
    ends = []
    for level in chart.lines:
        if not np.isfinite(level.value):
            continue
        value = _value(chart, scale, level.value)
        text = f"{shorten(level.label, _LETTERS - width(value) - 4)}: {value}"
        if scale.holds(level.value):
            ends.append(_End(scale.place(level.value), text, GREY.line, "level"))
        else:
            above = scale.drawn(level.value) > scale.high
            ends.append(_End(1.0 if above else 0.0, f"{'↑' if above else '↓'} {text}", GREY.line, "level"))
    return ends


def _value(chart: Chart, scale: Scale, value: float) -> str:
    """The value with its unit; without one that is too long, as the axis has it."""
    text = value_text(chart, value)
    if width(text) <= _LETTERS / 2 or not scale.unit:
        return shorten(text, _LETTERS / 2)
    return shorten(write(value / scale.divisor, "number"), _LETTERS / 2)


def _level_shapes(chart: Chart, scale: Scale) -> list[dict[str, Any]]:
    return [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "yref": "y",
            "y0": float(scale.drawn(level.value)),
            "y1": float(scale.drawn(level.value)),
            "line": {"color": GREY.line, "width": LEVEL_WIDTH, "dash": "dot"},
        }
        for level in chart.lines
        if np.isfinite(level.value) and scale.holds(level.value)
    ]
