"""What the figures of findings share: the axis of time, its margins, and words that fit a phone as well."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from prodmeet_kit.i18n.times import axis_day
from prodmeet_kit.render.labels import inert, shorten

if TYPE_CHECKING:
    from prodmeet_kit.evidence import Figure

__all__ = ["BOTTOM", "GRID", "GROUND", "LEFT", "RIGHT", "WIDTH", "bottom", "clock", "days", "meta", "said", "title"]

LEFT, RIGHT, BOTTOM = 46, 12, 30
"""Pixels of the margins; the page widens the left one where numbers need it."""

WIDTH = 560
"""Pixels of a plot beside its words; names that are clear of each other here are so on a wider one."""

GRID = "rgba(128,134,142,0.18)"
GROUND = "rgba(128,134,142,0.10)"
_DAY = 86_400_000
_DAYS = timedelta(days=2.5)
"""A longer axis shows days, a shorter one hours."""


def clock(instant: datetime | pd.Timestamp, timezone: str) -> pd.Timestamp:
    """The instant on the clock of the zone, without zone."""
    return pd.Timestamp(instant).tz_convert(timezone).tz_localize(None)


def days(start: datetime, end: datetime, timezone: str) -> dict[str, Any]:
    """An axis of time from ``start`` to ``end``: Mondays of weeks, days of a few days, hours of less."""
    left, right = clock(start, timezone), clock(end, timezone)
    span = right - left
    day = axis_day()
    axis = {
        "type": "date",
        "range": [left.isoformat(), right.isoformat()],
        "showgrid": True,
        "gridcolor": GRID,
        "hoverformat": f"{day} %H:%M",
        "tickfont": {"size": 12},
        "ticklen": 4,
    }
    if span > pd.Timedelta(days=10):
        first = left.normalize() - pd.Timedelta(days=left.weekday())
        weeks = max(1, round(span / pd.Timedelta(days=35)))
        return {**axis, "tick0": first.isoformat(), "dtick": 7 * _DAY * weeks, "tickformat": day}
    if span > _DAYS:
        every = max(1, round(span / pd.Timedelta(days=4)))
        return {**axis, "tick0": left.normalize().isoformat(), "dtick": every * _DAY, "tickformat": day}
    # Hours have their day below them.
    hours = next((each for each in (1, 2, 3, 6, 12) if span <= pd.Timedelta(hours=5 * each)), 12)
    return {
        **axis,
        "tick0": left.normalize().isoformat(),
        "dtick": hours * _DAY // 24,
        "tickformatstops": [
            {"dtickrange": [None, _DAY - 1], "value": f"%H:%M\n{day}"},
            {"dtickrange": [_DAY, None], "value": day},
        ],
    }


def bottom(start: datetime, end: datetime) -> int:
    """Pixels below the axis: of hours there are two lines."""
    return BOTTOM + (16 if end - start <= _DAYS else 0)


def said(text: str, letters: int = 66) -> dict[str, Any]:
    """What is drawn, in small type above the plot from its left edge on; the page keeps it above names of marks."""
    return {
        "name": "unit",
        "text": inert(shorten(text, letters)),
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "xshift": 4 - LEFT,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 12},
    }


def meta(figure: Figure, caption: str, head: list[str], summary: list[list[str]]) -> dict[str, Any]:
    """What a page needs around the figure; ``any_width``: it is made for a phone too, and stays as it is there."""
    return {
        "title": figure.title,
        "caption": caption,
        "anchor": figure.anchor,
        "head": head,
        "summary": summary,
        "any_width": True,
    }


def title(figure: Figure, caption: str) -> dict[str, Any]:
    """Title and small print inside the figure, for a notebook in which nothing is above it."""
    return {
        "text": inert(figure.title),
        "subtitle": {"text": inert(caption), "font": {"size": 13}},
        "font": {"size": 17},
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": 1,
        "yanchor": "top",
        "yref": "container",
        "pad": {"t": 8, "l": 8 - LEFT},
    }
