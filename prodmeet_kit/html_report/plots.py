"""Figures of a page: the place where each is drawn, its packed data, and its numbers as a table."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from prodmeet_kit.html_report.payload import pack_figure
from prodmeet_kit.html_report.plotly_parts import needs_all
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import UNKNOWN, number

__all__ = ["Plot", "plot"]

_DEFAULT_HEIGHT = 420
_ARRAYS = {"f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4"}


@dataclass
class Plot:
    """One figure: its packed data, what stands for it in text, and the id of its data.

    The page gives the id, so that no text of the notebook can know it beforehand.
    """

    packed: str
    title: str
    height: int
    head: list[str]
    rows: list[list[str]]
    least: int = 0
    """Pixels of width below which it is scrolled and not drawn smaller."""
    needs_all: bool = False
    """Whether it needs every part of the library."""
    anchor: str = ""


def plot(figure: dict[str, Any]) -> Plot:
    """Take up one figure: plotly's JSON with ``data``, ``layout`` and ``config``."""
    layout = figure.get("layout") or {}
    found = layout.get("meta")
    meta = found if isinstance(found, dict) else {}
    height = layout.get("height")
    return Plot(
        packed=pack_figure(figure),
        title=str(meta.get("title") or _title(layout) or t("Chart")),
        height=int(height) if isinstance(height, int | float) and 0 < height < 5000 else _DEFAULT_HEIGHT,
        head=meta.get("head") or [t("Line"), t("Lowest"), t("Mean"), t("Highest"), t("Last")],
        rows=meta.get("summary") or _computed(figure),
        least=int(least) if isinstance(least := meta.get("least"), int) and 0 < least < 3000 else 0,
        needs_all=needs_all(figure),
    )


def _title(layout: dict[str, Any]) -> str:
    title = layout.get("title")
    return str(title.get("text") or "") if isinstance(title, dict) else str(title or "")


def _computed(figure: dict[str, Any]) -> list[list[str]]:
    """Numbers of a figure somebody made without the kit."""
    rows = []
    for position, trace in enumerate(figure.get("data") or []):
        values = _values(trace.get("y"))
        known = values[np.isfinite(values)]
        if values.size:
            found = (known.min(), known.mean(), known.max(), known[-1]) if known.size else (math.nan,) * 4
            name = str(trace.get("name") or t("line {n}", n=position + 1))
            rows.append([name, *(UNKNOWN if math.isnan(value) else number(float(value)) for value in found)])
    return rows


def _values(y: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    if isinstance(y, dict) and y.get("dtype") in _ARRAYS and "bdata" in y:
        return np.frombuffer(base64.b64decode(y["bdata"]), dtype=np.dtype(y["dtype"]).newbyteorder("<")).astype(float)
    if isinstance(y, list) and all(value is None or isinstance(value, int | float) for value in y):
        return np.array([math.nan if value is None else value for value in y], dtype=float)
    return np.empty(0)
