"""One look: colours that colour-blind readers can distinguish, fonts of the system, one small plotly template.

Line colours are those of Okabe and Ito, the light ones darkened until they
keep a contrast of 3:1 on white and on the dark page alike; words in these
colours have a darker and a lighter shade that keep 4.5:1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = [
    "FAINT_WIDTH",
    "FONT",
    "GREY",
    "GUIDE_WIDTH",
    "INKS",
    "LEVEL_WIDTH",
    "LINE_WIDTH",
    "MARKS",
    "MARK_WIDTH",
    "NEWEST_WIDTH",
    "PALETTE",
    "RED",
    "SMALL_LINE_WIDTH",
    "Hue",
    "css",
    "style",
    "template",
]

ASSETS = Path(__file__).resolve().parent / "assets"
"""Style sheet of an item, and its templates beside it."""

FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, '
    '"Hiragino Sans", "Hiragino Kaku Gothic ProN", "Yu Gothic UI", Meiryo, "Yu Gothic", '
    '"Noto Sans CJK JP", "Noto Sans JP", IPAexGothic, sans-serif'
)
"""Fonts of the reader's system: Latin letters and digits first, then Japanese of macOS, of Windows and of Linux.

``Yu Gothic`` without ``UI`` stands after Meiryo: its regular weight is too thin on Windows.
"""


@dataclass(frozen=True)
class Hue:
    """One colour: of a line on any ground, of a word on white, of a word on the dark page."""

    line: str
    on_light: str
    on_dark: str


PALETTE = (
    Hue("#0a7cc0", "#0072b2", "#4598c7"),  # blue
    Hue("#d55e00", "#bb5300", "#e07d2e"),  # vermillion
    Hue("#009e73", "#00805c", "#12a87f"),  # green
    Hue("#c06a9c", "#a35a85", "#cc79a7"),  # purple
    Hue("#b98300", "#8f6500", "#c9921a"),  # gold
    Hue("#3c9bd6", "#2b73a0", "#56b4e9"),  # sky
    Hue("#8a8a1f", "#70701a", "#a3a33a"),  # olive
    Hue("#7f858d", "#666b72", "#979ca4"),  # grey
)
"""Colours of lines in this order; from the ninth line on they come again, dashed."""

GREY = PALETTE[-1]
"""Levels, the period before, and whatever must not call for attention."""

RED = Hue("#d1351b", "#b8260f", "#ee6a50")
"""What should not be: above an objective."""

MARKS = {
    "incident": PALETTE[1],
    "page": PALETTE[1],
    "unpaged": PALETTE[1],
    "change": PALETTE[3],
    "cause": PALETTE[3],
    "forecast": GREY,
}
"""Colours of marks by their kind: what hurt users, and what people changed."""

INKS = {
    "objective": PALETTE[2],
    "load": PALETTE[0],
    "stretch": PALETTE[3],
    "span": PALETTE[3],
    "cut": RED,
    "note": GREY,
    "bar": GREY,
}
"""Colours of words in the figures of findings by what they name."""

LINE_WIDTH, SMALL_LINE_WIDTH = 1.6, 1.5
"""Pixels: a line of a chart, and one of a small multiple."""

NEWEST_WIDTH = 2
"""Pixels: the newest week, over the earlier ones."""

FAINT_WIDTH = 1.2
"""Pixels: the period or the weeks before."""

LEVEL_WIDTH, GUIDE_WIDTH = 1.5, 1
"""Pixels: a level such as an objective, dotted; and a level in a small chart, which has room for less."""

MARK_WIDTH = 1.5
"""Pixels: the edge of a span, and the line of a moment."""

_TEXT = "#747a83"  # readable on white and on a dark notebook alike
_GRID = "rgba(128,134,142,0.2)"


def template() -> dict[str, Any]:
    """The plotly template of every figure: transparent ground, horizontal grid only, numbers in plain words."""
    # The guide under the pointer has an edge in the colour of the ground, which only the report knows.
    spike = {"showspikes": False, "spikethickness": 1, "spikecolor": GREY.line, "spikedash": "solid"}
    axis = {"zeroline": False, "automargin": False, "fixedrange": False}
    return {
        "layout": {
            "font": {"family": FONT, "size": 14, "color": _TEXT},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [hue.line for hue in PALETTE],
            "hovermode": "x unified",
            "hoverlabel": {"namelength": -1, "bgcolor": "#fbfbfc", "font": {"color": "#22272e", "size": 14}},
            "showlegend": False,
            "dragmode": "zoom",
            "xaxis": {
                **axis,
                **spike,
                "showgrid": False,
                "ticks": "outside",
                "ticklen": 5,
                "tickcolor": _GRID,
                "linecolor": _GRID,
            },
            "yaxis": {
                **axis,
                "gridcolor": _GRID,
                "exponentformat": "SI",
                "minexponent": 5,
                "separatethousands": True,
                "nticks": 6,
            },
        }
    }


@lru_cache
def css() -> str:
    """The style sheet of items: every rule begins with ``.pm``, so that it touches nothing else on a page."""
    return (ASSETS / "item.css").read_text(encoding="utf-8").replace("/*FONT*/", FONT)


def style() -> str:
    """The style sheet as an element, for output that must bring its own look."""
    return f"<style data-pm>{css()}</style>"
