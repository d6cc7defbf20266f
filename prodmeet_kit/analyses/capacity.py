"""Analyses of capacity: how much demand, how full each resource, what a request costs, and what is to come."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from prodmeet_kit.analysis.capacity import efficiency, headroom, load, load_patterns, unusual_days
from prodmeet_kit.analysis.capacity import limits as capacity
from prodmeet_kit.analysis.capacity.efficiency import Pair
from prodmeet_kit.analysis.capacity.equal_load import Levels
from prodmeet_kit.analysis.capacity.headroom import Loan
from prodmeet_kit.analysis.series import grid
from prodmeet_kit.analysis.slo import daily
from prodmeet_kit.schemas import frames

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analysis.capacity.filling import Filling
    from prodmeet_kit.facts import Facts
    from prodmeet_kit.schemas.capacity import EfficiencyRow, LoadPatternRow, LoadRow, ResourceRow

__all__ = ["Capacity"]


class Capacity:
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    # Load

    @cached_property
    def load_series(self) -> Mapping[str, pd.Series[float] | None]:
        """Values on the grid by ``service/name``, infinite ones left out; ``None`` without an answer."""
        return {
            f"{service.name}/{demand.name}": grid.finite(self._facts.series(f"load/{service.name}/{demand.name}"))
            for service in self._facts.product.services
            for demand in service.load
        }

    @cached_property
    def loads(self) -> pd.DataFrame:
        """``LOAD_SUMMARY``."""
        return load.summarise(self.load_series, self.load_units, self._facts.window)

    @cached_property
    def load_rows(self) -> list[LoadRow]:
        """The rows of :attr:`loads`."""
        return frames.LOAD_SUMMARY.rows(self.loads)

    @cached_property
    def load_patterns(self) -> pd.DataFrame:
        """``LOAD_PATTERNS``, row by row as in :attr:`loads`."""
        return load_patterns.summarise(self.load_series, self.load_units, self._facts.window)

    @cached_property
    def pattern_rows(self) -> list[LoadPatternRow]:
        """The rows of :attr:`load_patterns`."""
        return frames.LOAD_PATTERNS.rows(self.load_patterns)

    @cached_property
    def unusual_days(self) -> pd.DataFrame:
        """``UNUSUAL_DAYS`` since the last meeting."""
        return unusual_days.find(self.load_series, self._facts.window)

    @cached_property
    def load_by_day(self) -> dict[str, list[float]]:
        """The mean of each day since the last meeting, by ``service/name``; see :mod:`.daily`."""
        known = self.load_series.items()
        return {ref: daily.means(series, self._facts.window) for ref, series in known if series is not None}

    def load_by_hour(self, ref: str) -> pd.DataFrame | None:
        """Hour by weekday since the last meeting (:func:`.load_patterns.hour_by_weekday`); ``None`` without data."""
        series = self.load_series.get(ref)
        table = None if series is None else load_patterns.hour_by_weekday(series, self._facts.window)
        return None if table is None or not table.notna().to_numpy().any() else table

    def load_by_week(self, ref: str) -> pd.DataFrame | None:
        """Week over week (:func:`.load_patterns.weeks`); ``None`` without data."""
        series = self.load_series.get(ref)
        table = None if series is None else load_patterns.weeks(series, self._facts.window)
        return None if table is None or table.empty else table

    @property
    def load_units(self) -> dict[str, str]:
        """The unit of each load by ``service/name``."""
        return {f"{s.name}/{demand.name}": demand.unit for s in self._facts.product.services for demand in s.load}

    # Resources

    @cached_property
    def resource_series(self) -> Mapping[str, pd.Series[float] | None]:
        """Use on the grid by ``service/name``, infinite values left out; ``None`` without an answer."""
        return {ref: grid.finite(series) for ref, series in self._resource_series("use").items()}

    @cached_property
    def resource_limits(self) -> Mapping[str, pd.Series[float] | None]:
        """Limits on the grid by ``service/name``; ``None`` without a limit or an answer."""
        return self._resource_series("limit")

    @cached_property
    def resources(self) -> pd.DataFrame:
        """``RESOURCE_SUMMARY``."""
        services = self._facts.product.services
        return capacity.summarise(
            self.resource_series,
            self.resource_limits,
            self.resource_units,
            self._facts.window,
            self._resource_series("request"),
            self._loans,
            {f"{service.name}/{used.name}" for service in services for used in service.resources if used.limit_query},
        )

    @cached_property
    def resource_rows(self) -> list[ResourceRow]:
        """The rows of :attr:`resources`."""
        return frames.RESOURCE_SUMMARY.rows(self.resources)

    def filling(self, ref: str) -> Filling | None:
        """When a resource is full and what the trend rests on, as in :attr:`resources`; ``None`` without data."""
        return capacity.filling_of(self.resource_series.get(ref), self.resource_limits.get(ref), self._facts.window)

    @cached_property
    def resource_by_day(self) -> dict[str, list[float]]:
        """The mean use of each day since the last meeting, by ``service/name``; see :mod:`.daily`."""
        known = self.resource_series.items()
        return {ref: daily.means(series, self._facts.window) for ref, series in known if series is not None}

    @cached_property
    def borrowed(self) -> pd.DataFrame:
        """``BORROWED``: parts of limits that have to be returned, in order of return."""
        return headroom.borrowed(self._loans, self.resources, self._facts.window)

    @property
    def resource_units(self) -> dict[str, str]:
        """The unit of each resource by ``service/name``."""
        return {f"{s.name}/{used.name}": used.unit for s in self._facts.product.services for used in s.resources}

    @property
    def _loans(self) -> dict[str, list[Loan]]:
        return {
            f"{service.name}/{used.name}": [
                Loan(each.amount, each.until, each.from_whom, each.note) for each in used.borrowed
            ]
            for service in self._facts.product.services
            for used in service.resources
        }

    def _resource_series(self, side: str) -> dict[str, pd.Series[float] | None]:
        return {
            f"{service.name}/{used.name}": self._facts.series(f"resource/{service.name}/{used.name}/{side}")
            for service in self._facts.product.services
            for used in service.resources
        }

    # What a request costs

    @cached_property
    def levels(self) -> dict[Pair, Levels | None]:
        """Use at equal load of each resource and load of a service, by ``service/name`` of the two."""
        stored = {
            f"{service.name}/{used.name}"
            for service in self._facts.product.services
            for used in service.resources
            if efficiency.is_stored(used.name, used.unit, used.query)
        }
        return efficiency.levels(self.resource_series, self.load_series, self._facts.window, stored)

    @cached_property
    def efficiency(self) -> pd.DataFrame:
        """``EFFICIENCY``."""
        return efficiency.summarise(
            self.resource_series,
            self.load_series,
            self.resource_units,
            self.load_units,
            self.levels,
            self._facts.window,
            {f"{s.name}/{r.name}": r.price for s in self._facts.product.services for r in s.resources if r.price},
        )

    @cached_property
    def efficiency_rows(self) -> list[EfficiencyRow]:
        """The rows of :attr:`efficiency`."""
        return frames.EFFICIENCY.rows(self.efficiency)

    @cached_property
    def regressions(self) -> pd.DataFrame:
        """``REGRESSIONS``: steps since the last meeting and drifts of use at equal load, gains among them."""
        return efficiency.regressions(self.levels, self._facts.record(frames.CHANGES), self._facts.window)
