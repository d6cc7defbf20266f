"""Incidents, pages and changes on a chart: shaded spans and thin lines, their names in rows above the plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from prodmeet_kit.i18n.languages import listed, t, tn
from prodmeet_kit.i18n.times import local
from prodmeet_kit.render.labels import inert, shorten, width
from prodmeet_kit.render.theme import MARK_WIDTH, MARKS

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.evidence import Mark

__all__ = ["ROW", "Drawn", "draw", "legend", "room"]

ROW = 18
"""Height of a row of names, pixels."""

_ROWS = 4
_LETTER = 7.4  # pixels of a letter at 12 px in a wide font; the report measures the one it has
_PLOT = 760  # a plot on a 1280 pixel screen is wider: names clear of each other here are so there
_LONGEST = 26
_DASHES = {"change": "dash", "cause": "dash", "unpaged": "dot", "forecast": "dot"}
_GLYPHS = {
    "incident": "\N{BLACK SQUARE}",
    "page": "\N{BLACK DOWN-POINTING SMALL TRIANGLE}",
    "unpaged": "\N{WHITE DOWN-POINTING SMALL TRIANGLE}",
    "change": "\N{BLACK DIAMOND}",
    "cause": "\N{BLACK DIAMOND}",
    "forecast": "\N{WHITE DIAMOND}",
}


@dataclass(frozen=True)
class Drawn:
    """Shapes and names for plotly, the rows the names take, how many found no room, and every name as plain text."""

    shapes: list[dict[str, Any]]
    names: list[dict[str, Any]]
    rows: int
    unnamed: int
    all_names: list[str]


def draw(
    marks: Sequence[Mark],
    timezone: str,
    start: pd.Timestamp,
    end: pd.Timestamp,
    *,
    plot: int = _PLOT,
    longest: int = _LONGEST,
) -> Drawn:
    """The marks that touch ``start`` to ``end`` (wall clock of the zone), names packed into rows by time.

    ``plot`` is the width they are packed for in pixels, ``longest`` how many letters of a name are shown.
    """
    shapes, names, unnamed, every = [], [], 0, []
    free = [0.0] * _ROWS  # where the next name may begin in each row, pixels
    for mark, left, right in sorted(_inside(marks, timezone, start, end), key=lambda found: found[1]):
        shapes.append(_shape(mark, left, right))
        at = (left - start) / (end - start) * plot
        text = f"{_GLYPHS[mark.kind]} {shorten(mark.label, longest)}"
        every.append(text)
        length = width(text) * _LETTER + 10
        begin = min(at, plot - length)  # a name near the right edge ends there instead
        row = next((row for row in range(_ROWS) if free[row] <= begin), None)
        if row is None:
            unnamed += 1
            continue
        free[row] = begin + length
        names.append(_name(mark, text, left, row, flush_right=begin < at))
    return Drawn(shapes, names, max((name["yshift"] // ROW + 1 for name in names), default=0), unnamed, every)


def room() -> dict[str, int]:
    """What a page needs to pack names again in its own fonts: pixels of a row, how many rows."""
    return {"row": ROW, "rows": _ROWS}


def legend(marks: Sequence[Mark], drawn: Drawn) -> str:
    """What the marks mean, for the caption; empty without marks."""
    words = {
        "incident": t("shaded: incident"),
        "page": t("line: page"),
        "unpaged": t("dotted: when it would have paged"),
        "change": t("dashed: change"),
        "cause": t("dashed: change"),
        "forecast": t("dotted: forecast"),
    }
    kinds = {mark.kind for mark in marks}
    present = list(dict.fromkeys(word for kind, word in words.items() if kind in kinds))
    if drawn.unnamed:
        present.append(tn("{n} mark without room for a name", "{n} marks without room for a name", drawn.unnamed))
    return listed(present) if drawn.shapes else ""


def _inside(
    marks: Sequence[Mark], timezone: str, start: pd.Timestamp, end: pd.Timestamp
) -> list[tuple[Mark, pd.Timestamp, pd.Timestamp]]:
    found = []
    for mark in marks:
        left, right = _clock(mark.start, timezone), _clock(mark.end, timezone) if mark.end else None
        if right is None:
            right = end if mark.kind == "incident" else left  # an incident without an end is still open
        if right >= start and left <= end:
            found.append((mark, max(left, start), min(right, end)))
    return found


def _clock(instant: datetime, timezone: str) -> pd.Timestamp:
    import pandas as pd  # here: a page takes its marks from figures that are made

    return pd.Timestamp(local(instant, timezone).replace(tzinfo=None))


def _shape(mark: Mark, left: pd.Timestamp, right: pd.Timestamp) -> dict[str, Any]:
    colour = MARKS[mark.kind].line
    place = {
        "xref": "x",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "x0": left.isoformat(),
        "x1": right.isoformat(),
    }
    if mark.kind == "incident":
        # The edge keeps an incident of minutes visible in a fortnight.
        return {
            **place,
            "type": "rect",
            "fillcolor": colour,
            "opacity": 0.22,
            "line": {"color": colour, "width": MARK_WIDTH},
        }
    if right > left:
        return {**place, "type": "rect", "fillcolor": colour, "opacity": 0.18, "line": {"width": 0}}
    dash = _DASHES.get(mark.kind, "solid")
    return {
        **place,
        "type": "line",
        "x1": left.isoformat(),
        "line": {"color": colour, "width": MARK_WIDTH, "dash": dash},
    }


def _name(mark: Mark, text: str, left: pd.Timestamp, row: int, *, flush_right: bool) -> dict[str, Any]:
    return {
        "name": f"mark-{mark.kind}",
        "text": inert(text),
        "x": 1 if flush_right else left.isoformat(),
        "xref": "paper" if flush_right else "x",
        "xanchor": "right" if flush_right else "left",
        "xshift": 0 if flush_right else -5,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": row * ROW,
        "showarrow": False,
        "font": {"size": 12, "color": MARKS[mark.kind].line, **({"weight": 700} if mark.kind == "cause" else {})},
    }
