"""``{{.window}}`` and ``{{.service}}`` in a query: where the length of a range and the name of the service go.

The form is Sloth's, and the same in every query language.
"""

from __future__ import annotations

import re
from datetime import timedelta

from prodmeet_kit.core.window import format_duration

__all__ = ["SERVICE", "WINDOW", "fill_service", "fill_window", "has_service", "has_window"]

WINDOW = re.compile(r"\{\{\s*\.?window\s*\}\}")
"""The placeholder of a length."""

SERVICE = re.compile(r"\{\{\s*\.?service\s*\}\}")
"""The placeholder of a name."""

_PATTERN = re.compile(r"""[=!]~\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)""")
"""A regular expression in a label matcher."""


def has_window(query: str) -> bool:
    """Whether the query holds ``{{.window}}``."""
    return bool(WINDOW.search(query))


def fill_window(query: str, window: timedelta) -> str:
    """Put a length where the query says ``{{.window}}``.

    >>> fill_window("rate(x[{{.window}}])", timedelta(minutes=6))
    'rate(x[6m])'
    """
    return WINDOW.sub(format_duration(window), query)


def has_service(text: str) -> bool:
    """Whether the text holds ``{{.service}}``."""
    return bool(SERVICE.search(text))


def fill_service(text: str, name: str) -> str:
    """Put a service's name where the text says ``{{.service}}``.

    A name has letters, digits, dots, dashes and underscores, so it ends no quotes. Only its dot means
    something else in a regular expression: there it becomes ``[.]``, which is the same in every kind of quotes.

    >>> fill_service('up{job="{{.service}}", pod=~"{{.service}}-.*"}', "shop.web")
    'up{job="shop.web", pod=~"shop[.]web-.*"}'
    """
    literal = name.replace(".", "[.]")
    return SERVICE.sub(name, _PATTERN.sub(lambda found: SERVICE.sub(literal, found[0]), text))
