"""Demand: how much since the last meeting, against the time before, and whether it grows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.capacity import filling
from prodmeet_kit.analysis.series import grid, trends
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import LOAD_SUMMARY

__all__ = ["growth_per_week", "summarise"]


def summarise(series: Mapping[str, pd.Series[float] | None], units: Mapping[str, str], window: Window) -> pd.DataFrame:
    """Each load since the last meeting, as ``LOAD_SUMMARY``, in the order of ``series``.

    ``series`` maps ``service/name`` to values on the grid, UTC, from
    ``window.history_start`` on, or to ``None`` when there is no answer (numbers are NaN then). An infinite value counts
    as missing.
    """
    return LOAD_SUMMARY.frame(
        _row(ref, grid.finite(values), units.get(ref, ""), window) for ref, values in series.items()
    )


def growth_per_week(series: pd.Series[float], window: Window) -> float:
    """Growth a week as a fraction, compounded: how much more a week carries than the week before.

    Of the daily means since the last lasting step, without what belongs to the weekday
    (:func:`.filling.growth`). NaN with fewer than 14 such days, or where no growth is sure.
    """
    return float((1 + filling.growth(*trends.daily(series, window))) ** 7 - 1)


def _row(ref: str, series: pd.Series[float] | None, unit: str, window: Window) -> dict[str, object]:
    service, name = ref.split("/", 1)
    row: dict[str, object] = {
        "service": service,
        "name": name,
        "unit": unit,
        "missing_fraction": grid.missing_fraction(series, window.start, window.end, window.step),
    }
    recent = np.empty(0) if series is None else grid.values(series, window.start, window.end)
    known = np.isfinite(recent)
    if series is None or not known.any():
        return row
    peak = int(np.argmax(np.where(known, recent, -np.inf)))
    return row | {
        "mean": float(recent[known].mean()),
        "peak": float(recent[peak]),
        "peak_at": grid.since(series, window).index[peak],
        "change_vs_previous": grid.change(series, window),
        "growth_per_week": growth_per_week(series, window),
    }
