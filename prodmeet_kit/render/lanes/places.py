"""Where things are in a picture of lanes: margins, the axis, the colours of burn rates, moments on the axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from prodmeet_kit.i18n.times import moment
from prodmeet_kit.render.labels import inert
from prodmeet_kit.render.theme import PALETTE

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["AXIS", "BOTTOM", "CHANGE", "CLASSES", "EMPTY", "LEFT", "RIGHT", "TOP", "Instants", "at", "clock", "word"]

LEFT, RIGHT, TOP, BOTTOM = 104, 8, 22, 46

AXIS = 0.68
"""Share of the width that the time axis takes; the budgets are right of it."""

EMPTY = "rgba(128,134,142,0.16)"
CLASSES = ((1.0, EMPTY), (3.0, "#f8dfa9"), (6.0, "#f2ad63"), (14.4, "#df6f2d"), (np.inf, "#b3200f"))
"""Burn rates up to so many times the lasting pace, and their colour; 6 and 14.4 are the SRE Workbook's alerts."""

CHANGE = PALETTE[3].line


def clock(instant: datetime, timezone: str) -> str:
    """The instant on the clock of the zone, as plotly reads it."""
    return str(pd.Timestamp(instant).tz_convert(timezone).tz_localize(None).isoformat())


def at(instant: datetime, timezone: str) -> str:
    """The instant as people read it under the pointer."""
    return inert(moment(instant, timezone))


class Instants:
    """The instants of all lanes as people read them: lanes share their steps, so each instant is written once."""

    def __init__(self, timezone: str) -> None:
        self._timezone = timezone
        self._written: dict[pd.Timestamp, str] = {}

    def __call__(self, index: pd.Index[Any]) -> list[str]:
        """The text of :func:`at` for each instant."""
        instants = index.to_list()
        self._written |= {when: at(when, self._timezone) for when in instants if when not in self._written}
        return [self._written[when] for when in instants]


def word(text: str, x: float, y: float, anchor: str, size: int, weight: int = 400) -> dict[str, Any]:
    """A text at a share of the width and a pixel of the height."""
    return {"text": text, "xref": "paper", "x": x, "yref": "y", "y": y, "xanchor": anchor, "yanchor": "middle",
            "showarrow": False, "font": {"size": size, "weight": weight}}  # fmt: skip
