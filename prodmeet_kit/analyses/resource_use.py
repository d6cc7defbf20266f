"""The part of the findings that is about resources: how full, what a request costs, what each change did to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from prodmeet_kit.analyses.part import Part
from prodmeet_kit.analysis.capacity import efficiency, headroom
from prodmeet_kit.analysis.capacity import limits as capacity
from prodmeet_kit.analysis.capacity.efficiency import Pair
from prodmeet_kit.analysis.capacity.equal_load import Levels
from prodmeet_kit.analysis.capacity.headroom import Loan
from prodmeet_kit.analysis.changes import before_after
from prodmeet_kit.analysis.changes.before_after import Measure
from prodmeet_kit.analysis.series import grid
from prodmeet_kit.analysis.slo import daily

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["ResourceUse"]


class ResourceUse(Part):
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for."""

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
        return capacity.summarise(
            self.resource_series,
            self.resource_limits,
            self._resource_units,
            self.facts.window,
            self._resource_series("request"),
            self._loans,
            {f"{s.name}/{used.name}" for s in self.facts.product.services for used in s.resources if used.limit_query},
        )

    @cached_property
    def resource_by_day(self) -> dict[str, list[float]]:
        """The mean use of each day since the last meeting, by ``service/name``; see :mod:`.daily`."""
        known = self.resource_series.items()
        return {ref: daily.means(series, self.facts.window) for ref, series in known if series is not None}

    @cached_property
    def borrowed(self) -> pd.DataFrame:
        """``BORROWED``: parts of limits that have to be returned, in order of return."""
        return headroom.borrowed(self._loans, self.resources, self.facts.window)

    @cached_property
    def efficiency(self) -> pd.DataFrame:
        """``EFFICIENCY``."""
        return efficiency.summarise(
            self.resource_series,
            self.load_series,
            self._resource_units,
            self._load_units,
            self._levels,
            self.facts.window,
            {f"{s.name}/{r.name}": r.price for s in self.facts.product.services for r in s.resources if r.price},
        )

    @cached_property
    def regressions(self) -> pd.DataFrame:
        """``REGRESSIONS``: steps since the last meeting and drifts of use at equal load, gains among them."""
        return efficiency.regressions(self._levels, self._record("changes"), self.facts.window)

    @cached_property
    def before_after(self) -> pd.DataFrame:
        """``BEFORE_AFTER``: each change since the last meeting against what its services are measured by."""
        measures = [
            *self._measures("slo", self.slo_trends, {}),
            *self._measures("load", self.load_series, self._load_units),
            *self._measures("resource", self.resource_series, self._resource_units),
            *(
                Measure("equal_load", *_service_and_name(resource), "", level.uses, level.hour)
                for (resource, _), level in self._levels.items()
                if level is not None
            ),
        ]
        return before_after.before_after(
            self.past_changes, self._record("changes"), measures, self.slo_events, self.facts.window
        )

    @cached_property
    def _levels(self) -> dict[Pair, Levels | None]:
        stored = {
            f"{service.name}/{used.name}"
            for service in self.facts.product.services
            for used in service.resources
            if efficiency.is_stored(used.name, used.unit, used.query)
        }
        return efficiency.levels(self.resource_series, self.load_series, self.facts.window, stored)

    @staticmethod
    def _measures(
        kind: str, known: Mapping[str, pd.Series[float] | pd.DataFrame | None], units: Mapping[str, str]
    ) -> list[Measure]:
        return [
            Measure(kind, *_service_and_name(ref), units.get(ref, ""), values)
            for ref, values in known.items()
            if values is not None
        ]

    @property
    def _loans(self) -> dict[str, list[Loan]]:
        return {
            f"{service.name}/{used.name}": [
                Loan(each.amount, each.until, each.from_whom, each.note) for each in used.borrowed
            ]
            for service in self.facts.product.services
            for used in service.resources
        }

    @property
    def _resource_units(self) -> dict[str, str]:
        return {f"{s.name}/{used.name}": used.unit for s in self.facts.product.services for used in s.resources}

    def _resource_series(self, side: str) -> dict[str, pd.Series[float] | None]:
        return {
            f"{service.name}/{used.name}": self.facts.series(f"resource/{service.name}/{used.name}/{side}")
            for service in self.facts.product.services
            for used in service.resources
        }


def _service_and_name(ref: str) -> tuple[str, str]:
    service, _, name = ref.partition("/")
    return service, name
