"""A :class:`~prodmeet_kit.evidence.bars.Bars` as a plotly figure: a bar a kind with its name and its value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.plotly_json import plotly_json
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.render.findings import axes
from prodmeet_kit.render.labels import inert, shorten
from prodmeet_kit.render.theme import GREY, PALETTE, template

if TYPE_CHECKING:
    from prodmeet_kit.evidence.bars import Bars

__all__ = ["brief", "caption", "figure", "summary", "summary_head"]

_ROW, _BAR = 38, 13
_MOST = 6
"""So many bars are drawn; the table beside the figure has all."""

_REACH = 1.28
"""The axis ends so far beyond the longest bar: there its value is written."""


def figure(bars: Bars, *, titled: bool = True) -> dict[str, Any]:
    """The bars from the top; ``titled=False`` where title and caption stand above it as text."""
    shown = bars.bars[:_MOST]
    inner = max(len(shown), 1) * _ROW
    top = 28 + (60 if titled else 0)
    longest = max((each.value for each in shown), default=0.0) or 1.0
    layout: dict[str, Any] = {
        "template": template(),
        "height": inner + top + 10,
        "margin": {"l": 10, "r": axes.RIGHT, "t": top, "b": 10},
        "hovermode": False,
        "xaxis": {"range": [0, longest * _REACH], "visible": False, "fixedrange": True},
        "yaxis": {"range": [inner, 0], "visible": False, "fixedrange": True},
        "annotations": [{**axes.said(bars.caption), "xshift": 0, "yshift": 4}],
        "meta": axes.meta(bars, caption(bars), summary_head(), summary(bars)),
    }
    if titled:
        layout["title"] = axes.title(bars, caption(bars))
    for place, each in enumerate(shown):
        hue, name = (PALETTE[0], "load") if each.strong else (GREY, "bar")
        word = {"xref": "x", "yref": "y", "showarrow": False, "xanchor": "left"}
        middle = place * _ROW + _ROW - _BAR / 2 - 4
        layout["annotations"] += [
            {**word, "name": name, "text": inert(shorten(each.label, 58)), "x": 0,
             "y": middle - _BAR / 2 - 1, "yanchor": "bottom", "font": {"size": 12, "color": hue.line}},
            {**word, "name": name, "text": inert(each.text), "x": each.value, "xshift": 6,
             "y": middle, "yanchor": "middle", "font": {"size": 12, "color": hue.line, "weight": 700}},
        ]  # fmt: skip
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [each.value for each in shown],
        "y": [place * _ROW + _ROW - _BAR / 2 - 4 for place in range(len(shown))],
        "width": [_BAR] * len(shown),
        "marker": {"color": [(PALETTE[0] if each.strong else GREY).line for each in shown]},
        "hoverinfo": "skip",
    }
    return plotly_json([trace], layout)


def caption(bars: Bars) -> str:
    """What the bars are."""
    return bars.caption


def brief(bars: Bars) -> str:
    """What it would show while folded."""
    return tn("{n} kind", "{n} kinds", len(bars.bars))


def summary_head() -> list[str]:
    """The column titles of :func:`summary`."""
    return [t("What"), t("How much")]


def summary(bars: Bars) -> list[list[str]]:
    """Every bar as text."""
    return [[each.label, each.text] for each in bars.bars]
