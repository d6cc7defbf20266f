"""Words on a chart: harmless whatever they hold, short enough, and clear of each other."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

__all__ = ["LONGEST_UNIT", "brief", "inert", "line_names", "long_unit", "shorten", "spread", "width"]

LONGEST_UNIT = 36
"""Letters of a unit that find room above an axis, on a phone too; the caption holds a longer one."""

_CONTROL = {"Cc", "Cf", "Zl", "Zp"}


def inert(text: str) -> str:
    """Text that plotly shows as it is.

    Plotly reads ``<b>``, ``<a href>`` and entities in every text, MathJax reads ``$``;
    characters that turn the direction of writing are dropped.
    """
    if not text.isprintable():  # nearly every text is, and has nothing of these
        text = "".join(
            " " if c in "\n\r\t" else c for c in text if c in "\n\r\t" or unicodedata.category(c) not in _CONTROL
        )
    return escape(text, quote=False).replace("$", "&#36;")


def width(text: str) -> float:
    """About how many letters wide: Chinese and Japanese characters count as two narrow ones."""
    if text.isascii():
        return float(len(text))
    return sum(1.85 if unicodedata.east_asian_width(c) in "WF" else 1.0 for c in text)


def shorten(text: str, letters: float) -> str:
    """The text, cut in the middle when it is wider: names that begin alike differ at the end."""
    if width(text) <= letters:
        return text
    head, tail = "", ""
    for front, back in zip(text, reversed(text), strict=True):
        if width(head + front) + width(tail) + 1 > letters:
            break
        head += front
        if width(head) + width(back + tail) + 1 > letters:
            break
        tail = back + tail
    return f"{head}…{tail}"


def long_unit(unit: str) -> bool:
    """Whether a unit is wider than the margin beside an axis."""
    return width(unit) > 7


def line_names(columns: Iterable[Any]) -> list[str]:
    """Names of lines. Labels written as JSON lose what all lines share.

    >>> line_names(['{"code":"500","job":"cart"}', '{"code":"502","job":"cart"}'])
    ['code=500', 'code=502']
    """
    names = [str(column) for column in columns]
    labels = [_labels(name) for name in names]
    if not all(labels) or not names:
        return names
    shared = set.intersection(*({*each.items()} for each in labels)) if len(labels) > 1 else set()
    return [
        ", ".join(f"{key}={value}" for key, value in each.items() if (key, value) not in shared) or name
        for each, name in zip(labels, names, strict=True)
    ]


def _labels(name: str) -> dict[str, str]:
    if not name.startswith("{"):
        return {}
    try:
        found = json.loads(name)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()}


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Positions in the order of ``wanted``, as near to them as may be, at least ``apart`` from each other.

    They stay between ``low`` and ``high`` while there is room; else they run over evenly.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    apart = min(apart, (high - low) / max(1, len(order) - 1))
    placed: list[float] = []
    for rank, i in enumerate(order):
        room_below = low + rank * apart
        placed.append(max(wanted[i], room_below, placed[-1] + apart if placed else low))
    ceiling = high
    for rank in range(len(order) - 1, -1, -1):
        placed[rank] = min(placed[rank], ceiling)
        ceiling = placed[rank] - apart
    result = [0.0] * len(order)
    for rank, i in enumerate(order):
        result[i] = placed[rank]
    return result


def brief(text: str, letters: int = 60) -> str:
    """The beginning of a text people wrote, on one line, cut at a word."""
    plain = " ".join(text.split())
    if len(plain) <= letters:
        return plain
    head = plain[:letters]
    return f"{head.rsplit(' ', 1)[0] if ' ' in head[letters // 2 :] else head}…"
