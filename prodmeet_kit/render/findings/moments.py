"""A :class:`~prodmeet_kit.evidence.moments.Moments` as a plotly figure: a dot a moment, by day and hour of the day."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd

from prodmeet_kit.core.plotly_json import plotly_json
from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.numbers import UNKNOWN, write
from prodmeet_kit.i18n.times import moment
from prodmeet_kit.render.findings import axes
from prodmeet_kit.render.labels import inert
from prodmeet_kit.render.theme import GREY, MARKS, PALETTE, template

if TYPE_CHECKING:
    from prodmeet_kit.evidence.moments import Moment, Moments

__all__ = ["brief", "caption", "figure", "summary", "summary_head"]

_PLOT, _LOW, _FEW = 168, 108, 10
"""Pixels of the plot; few moments have a low one."""

_KINDS = {"noise": GREY, "other": PALETTE[0], "impact": MARKS["page"]}
"""In the order they are drawn: what hurt users lies over the others."""


def figure(moments: Moments, *, titled: bool = True) -> dict[str, Any]:
    """Every moment as a dot; ``titled=False`` where title and caption stand above it as text."""
    plot = _LOW if len(moments.moments) <= _FEW else _PLOT
    top = 26 + (60 if titled else 0)
    bottom = axes.BOTTOM + 18
    layout: dict[str, Any] = {
        "template": template(),
        "height": plot + top + bottom,
        "margin": {"l": axes.LEFT, "r": axes.RIGHT, "t": top, "b": bottom},
        "hovermode": "closest",
        "xaxis": {
            **axes.days(moments.start, moments.end, moments.timezone),
            "range": [each.isoformat() for each in _whole_days(moments)],
            "showspikes": False,
        },
        "yaxis": {
            "range": [24, 0],
            "tickvals": [0, 6, 12, 18],
            "ticktext": ["00:00", "06:00", "12:00", "18:00"],
            "tickfont": {"size": 12},
            "fixedrange": True,
        },
        "shapes": [*_night(moments), *_since(moments)],
        "annotations": [{**axes.said(moments.caption), "yshift": 4}, _legend(moments)],
        "meta": axes.meta(moments, caption(moments), summary_head(), summary(moments)),
    }
    if titled:
        layout["title"] = axes.title(moments, caption(moments))
    traces = [_dots(moments, kind) for kind in _KINDS if any(each.kind == kind for each in moments.moments)]
    return plotly_json(traces or [{"type": "scatter", "x": [], "y": []}], layout)


def _dots(moments: Moments, kind: str) -> dict[str, Any]:
    found = [each for each in moments.moments if each.kind == kind]
    clocks = [axes.clock(each.at, moments.timezone) for each in found]
    return {
        "type": "scatter",
        "mode": "markers",
        # In the middle of its day, so that the dots of a day are one column.
        "x": [(each.normalize() + pd.Timedelta(hours=12)).isoformat() for each in clocks],
        "y": [round(each.hour + each.minute / 60, 2) for each in clocks],
        "text": [f"{inert(each.text)}<br>{inert(moment(each.at, moments.timezone))}" for each in found],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"color": _KINDS[kind].line, "size": 8, "opacity": 0.75 if kind == "noise" else 0.95},
    }


def _whole_days(moments: Moments) -> tuple[pd.Timestamp, pd.Timestamp]:
    left, right = (axes.clock(each, moments.timezone) for each in (moments.start, moments.end))
    return left.normalize(), right.normalize() + pd.Timedelta(days=1)


def _night(moments: Moments) -> list[dict[str, Any]]:
    begin, end = moments.night
    spans = [(begin, 24.0), (0.0, end)] if begin > end else [(begin, end)]
    return [
        {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": low, "y1": high, "layer": "below",
         "fillcolor": axes.GROUND, "line": {"width": 0}}
        for low, high in spans
        if high > low
    ]  # fmt: skip


def _since(moments: Moments) -> list[dict[str, Any]]:
    if moments.since is None:
        return []
    at = axes.clock(moments.since, moments.timezone).isoformat()
    return [
        {"type": "line", "xref": "x", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
         "line": {"color": GREY.line, "width": 1, "dash": "dash"}}
    ]  # fmt: skip


def _words(moments: Moments) -> dict[str, str]:
    """What each kind is called; what is not judged only fired."""
    judged = any(each.kind != "other" for each in moments.moments)
    return {"impact": t("with user impact"), "noise": t("noise"), "other": t("other") if judged else t("fired")}


def _legend(moments: Moments) -> dict[str, Any]:
    """What the dots and grounds mean, in one line below the axis."""
    words = _words(moments)
    present = [kind for kind in reversed(_KINDS) if any(each.kind == kind for each in moments.moments)]
    parts = [
        f'<span style="color:{_KINDS[kind].line}">\N{BLACK CIRCLE}</span> {inert(words[kind])}' for kind in present
    ]
    parts.append(f'<span style="color:{GREY.line}">\N{BLACK SQUARE}</span> {inert(t("night"))}')
    if moments.since is not None:
        parts.append(f'<span style="color:{GREY.line}">\N{BOX DRAWINGS LIGHT TRIPLE DASH VERTICAL}</span> '
                     f"{inert(t('last meeting'))}")  # fmt: skip
    return {"name": "note", "text": " \N{EN SPACE}".join(parts), "xref": "paper", "x": 0, "xanchor": "left", "y": 0,
            "yref": "paper", "yanchor": "top", "yshift": -24, "showarrow": False, "font": {"size": 12}}  # fmt: skip


def caption(moments: Moments) -> str:
    """What is drawn, and in which zone."""
    return " · ".join([moments.caption, t("{zone} time", zone=moments.timezone)])


def brief(moments: Moments) -> str:
    """What it would show while folded."""
    return tn("{n} time", "{n} times", len(moments.moments))


def summary_head() -> list[str]:
    """The column titles of :func:`summary`."""
    return [t("What"), t("How many"), t("First"), t("Last"), t("at night")]


def summary(moments: Moments) -> list[list[str]]:
    """How many of each kind there were, from when to when, and how many of them at night."""
    words = _words(moments)
    counted = Counter(each.kind for each in moments.moments)
    rows = []
    for kind in counted:
        found = sorted((each for each in moments.moments if each.kind == kind), key=lambda each: each.at)
        nights = sum(_at_night(each, moments) for each in found)
        ends = [moment(each.at, moments.timezone) for each in (found[0], found[-1])]
        rows.append([words[kind], write(len(found), "count"), *ends, write(nights, "count")])
    return rows or [[t("None."), "0", UNKNOWN, UNKNOWN, "0"]]


def _at_night(each: Moment, moments: Moments) -> bool:
    clock = axes.clock(each.at, moments.timezone)
    hour = clock.hour + clock.minute / 60
    begin, end = moments.night
    return hour >= begin or hour < end if begin > end else begin <= hour < end
