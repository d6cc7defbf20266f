"""Analyses of changes: those to come, and what those since the last meeting did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from prodmeet_kit.analysis.changes import before_after, planned, scorecard
from prodmeet_kit.analysis.changes.before_after import Measure
from prodmeet_kit.parameters.freezes import public_holidays
from prodmeet_kit.schemas import frames

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses.capacity import Capacity
    from prodmeet_kit.analyses.slos import Slos
    from prodmeet_kit.facts import Facts
    from prodmeet_kit.schemas.changes import ChangeRow

__all__ = ["Changes"]


class Changes:
    """Each property is a frame of the spec it names; calculated once, when first asked for."""

    def __init__(self, facts: Facts, slo: Slos, capacity: Capacity) -> None:
        self._facts = facts
        self._slo = slo
        self._capacity = capacity

    @cached_property
    def upcoming(self) -> pd.DataFrame:
        """``UPCOMING``: changes before the next meeting."""
        window, product = self._facts.window, self._facts.product
        following = self._facts.next_meeting
        closed = [(*freeze.span(product.timezone), f"freeze:{freeze.reason}") for freeze in product.freezes]
        # A month more than the meeting: for a change that lasts.
        last = following + timedelta(days=31)
        off = public_holidays(product.holidays, window.end, last, product.timezone, product.language)
        closed += [(begin, end, f"holiday:{name}") for begin, end, name in off]
        hours = {ref: self._capacity.load_by_hour(ref) for ref in self._capacity.load_series}
        horizon = following - window.end
        return planned.upcoming(self._written, window, horizon, self._slo.summary, closed, hours)

    @cached_property
    def to_come(self) -> pd.DataFrame:
        """``CHANGES`` that are not over at the meeting, however far off."""
        return planned.to_come(self._written, self._facts.window)

    @cached_property
    def past(self) -> pd.DataFrame:
        """``CHANGES`` that started since the last meeting."""
        return planned.past(self._written, self._facts.window)

    @cached_property
    def before_after(self) -> pd.DataFrame:
        """``BEFORE_AFTER``: each change since the last meeting against what its services are measured by."""
        capacity = self._capacity
        measures = [
            *_measures("slo", self._slo.trends, {}),
            *_measures("load", capacity.load_series, capacity.load_units),
            *_measures("resource", capacity.resource_series, capacity.resource_units),
            *(
                Measure("equal_load", *_service_and_name(resource), "", level.uses, level.hour)
                for (resource, _), level in capacity.levels.items()
                if level is not None
            ),
        ]
        return before_after.before_after(self.past, self._written, measures, self._slo.events, self._facts.window)

    @cached_property
    def scorecard(self) -> pd.DataFrame:
        """``SCORECARD``: what the changes since the last meeting predicted, against what was seen."""
        return scorecard.scorecard(self.past, self.before_after)

    @cached_property
    def rows(self) -> list[ChangeRow]:
        """The rows of all ``CHANGES`` that were written down: every chart marks some of them."""
        return frames.CHANGES.rows(self._written)

    @property
    def _written(self) -> pd.DataFrame:
        return self._facts.record(frames.CHANGES)


def _measures(
    kind: str, known: Mapping[str, pd.Series[float] | pd.DataFrame | None], units: Mapping[str, str]
) -> list[Measure]:
    return [
        Measure(kind, *_service_and_name(ref), units.get(ref, ""), values)
        for ref, values in known.items()
        if values is not None
    ]


def _service_and_name(ref: str) -> tuple[str, str]:
    service, _, name = ref.partition("/")
    return service, name
