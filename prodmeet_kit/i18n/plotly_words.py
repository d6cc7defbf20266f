"""What plotly itself says on a chart, in the reader's language: days and months of axes, and its few buttons.

Plotly knows English; another language it takes from the settings of the
figure, so that the report and a notebook need no file of plotly's for it.
"""

from __future__ import annotations

from typing import Any

from prodmeet_kit.i18n.languages import current, later, t

__all__ = ["settings"]

_BUTTONS = (
    later("Autoscale"),
    later("Double-click to zoom back out"),
    later("Download plot as a PNG"),
    later("Pan"),
    later("Reset axes"),
    later("Zoom"),
    later("Zoom in"),
    later("Zoom out"),
)
"""Titles of the buttons that charts of a report have, in the English that plotly looks them up by."""


def settings() -> dict[str, Any]:
    """The part of a figure's ``config`` that holds its language; empty for English."""
    if current() == "en":
        return {}
    return {
        "locale": current(),
        "locales": {current(): {"dictionary": {title: t(title) for title in _BUTTONS}, "format": _names()}},
    }


def _names() -> dict[str, Any]:
    """Names of days, Sunday first as plotly counts them, and of months."""
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(current())
    except (UnknownLocaleError, ValueError):
        return {}
    days, months = locale.days["stand-alone"], locale.months["stand-alone"]
    week = (6, *range(6))
    return {
        "days": [days["wide"][day] for day in week],
        "shortDays": [days["abbreviated"][day] for day in week],
        "months": [months["wide"][month] for month in range(1, 13)],
        "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
    }
