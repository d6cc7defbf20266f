"""The part of the findings that is about demand: how much, against what, when, and how much is to come."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from prodmeet_kit.analyses.part import Part
from prodmeet_kit.analysis.capacity import load, load_patterns, unusual_days
from prodmeet_kit.analysis.series import grid
from prodmeet_kit.analysis.slo import daily

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["LoadOverTime"]


class LoadOverTime(Part):
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for."""

    @cached_property
    def load_series(self) -> Mapping[str, pd.Series[float] | None]:
        """Values on the grid by ``service/name``, infinite ones left out; ``None`` without an answer."""
        return {
            f"{service.name}/{demand.name}": grid.finite(self.facts.series(f"load/{service.name}/{demand.name}"))
            for service in self.facts.product.services
            for demand in service.load
        }

    @cached_property
    def loads(self) -> pd.DataFrame:
        """``LOAD_SUMMARY``."""
        return load.summarise(self.load_series, self._load_units, self.facts.window)

    @cached_property
    def load_patterns(self) -> pd.DataFrame:
        """``LOAD_PATTERNS``, row by row as in :attr:`loads`."""
        return load_patterns.summarise(self.load_series, self._load_units, self.facts.window)

    @cached_property
    def unusual_days(self) -> pd.DataFrame:
        """``UNUSUAL_DAYS`` since the last meeting."""
        return unusual_days.find(self.load_series, self.facts.window)

    @cached_property
    def load_by_day(self) -> dict[str, list[float]]:
        """The mean of each day since the last meeting, by ``service/name``; see :mod:`.daily`."""
        known = self.load_series.items()
        return {ref: daily.means(series, self.facts.window) for ref, series in known if series is not None}

    def load_by_hour(self, ref: str) -> pd.DataFrame | None:
        """Hour by weekday since the last meeting (:func:`.load_patterns.hour_by_weekday`); ``None`` without data."""
        series = self.load_series.get(ref)
        table = None if series is None else load_patterns.hour_by_weekday(series, self.facts.window)
        return None if table is None or not table.notna().to_numpy().any() else table

    def load_by_week(self, ref: str) -> pd.DataFrame | None:
        """Week over week (:func:`.load_patterns.weeks`); ``None`` without data."""
        series = self.load_series.get(ref)
        table = None if series is None else load_patterns.weeks(series, self.facts.window)
        return None if table is None or table.empty else table

    @property
    def _load_units(self) -> dict[str, str]:
        return {f"{s.name}/{demand.name}": demand.unit for s in self.facts.product.services for demand in s.load}
