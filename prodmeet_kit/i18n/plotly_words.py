"""What plotly itself writes on a chart, in the reader's language: numbers, days and months of axes, its few buttons.

Plotly knows English; another language it takes from the settings of the
figure, so that the report and a notebook need no file of plotly's for it.
"""

from __future__ import annotations

from typing import Any

from prodmeet_kit.i18n import conventions
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


_KNOWN = "en"
"""The language that plotly knows, and the marks of its numbers."""


def settings() -> dict[str, Any]:
    """The part of a figure's ``config`` that holds its language; empty for English."""
    language = current()
    if language == _KNOWN:
        return {}
    words = {"dictionary": {title: t(title) for title in _BUTTONS}, "format": _names(language) | _marks(language)}
    return {"locale": language, "locales": {language: words}}


def _marks(language: str) -> dict[str, str]:
    """The marks of numbers where they are not those that plotly writes by itself."""
    own, its = conventions.of(language), conventions.of(_KNOWN)
    if (own.decimal, own.group) == (its.decimal, its.group):
        return {}
    return {"decimal": own.decimal, "thousands": own.group}


def _names(language: str) -> dict[str, Any]:
    """Names of days, Sunday first as plotly counts them, and of months; none of a language that Babel does not know."""
    locale = conventions.locale_of(language)
    if locale is None:
        return {}
    days, months = locale.days["stand-alone"], locale.months["stand-alone"]
    week = (6, *range(6))
    return {
        "days": [days["wide"][day] for day in week],
        "shortDays": [days["abbreviated"][day] for day in week],
        "months": [months["wide"][month] for month in range(1, 13)],
        "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
    }
