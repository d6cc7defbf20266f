"""``{{.window}}`` in a query, as in Sloth: where the length of a range goes. It is the same in every query language."""

from __future__ import annotations

import re
from datetime import timedelta

from prodmeet_kit.core.window import format_duration

__all__ = ["WINDOW", "fill_window", "has_window"]

WINDOW = re.compile(r"\{\{\s*\.?window\s*\}\}")
"""The placeholder."""


def has_window(query: str) -> bool:
    """Whether the query holds ``{{.window}}``."""
    return bool(WINDOW.search(query))


def fill_window(query: str, window: timedelta) -> str:
    """Put a length where the query says ``{{.window}}``.

    >>> fill_window("rate(x[{{.window}}])", timedelta(minutes=6))
    'rate(x[6m])'
    """
    return WINDOW.sub(format_duration(window), query)
