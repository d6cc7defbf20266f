"""Analyses of downtime: what people wrote of incidents and what SLOs burned, as one. Pages are judged by it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from prodmeet_kit.analysis.incidents import ends as incident_ends
from prodmeet_kit.analysis.incidents import outage_prices, outages
from prodmeet_kit.analysis.slo import arithmetic as slo
from prodmeet_kit.analysis.slo import event_times
from prodmeet_kit.queries import fine_times
from prodmeet_kit.schemas import frames

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses.slos import Slos
    from prodmeet_kit.facts import Facts
    from prodmeet_kit.schemas.incidents import IncidentRow

__all__ = ["Downtimes"]


class Downtimes:
    """Outages before anything is known of their pages; :class:`.incidents.Incidents` adds these."""

    def __init__(self, facts: Facts, slo: Slos) -> None:
        self._facts = facts
        self._slo = slo

    @cached_property
    def incidents(self) -> pd.DataFrame:
        """``INCIDENTS``, as far back as there are records, each with its end as far as that is known."""
        return incident_ends.ended(self._facts.record(frames.INCIDENTS))

    @cached_property
    def incident_rows(self) -> list[IncidentRow]:
        """The rows of :attr:`incidents`: every chart marks some of them."""
        return frames.INCIDENTS.rows(self.incidents)

    @cached_property
    def spans(self) -> pd.DataFrame:
        """``OUTAGES`` since the meeting before the last, with what each cost of the budgets, without pages."""
        window, mine = self._facts.window, self._slo
        found = outages.outages(self.incidents, mine.events, mine.trends, mine.targets, window)
        overlap = fine_times.overlap(self._facts.product)
        found = event_times.with_fast_onsets(
            found, mine.events, mine.trends, mine.targets, window.step, overlap, mine.fine_trends
        )
        budgets = slo.budgets(mine.counted, mine.targets)
        return outage_prices.priced(found, mine.targets, mine.counted_trends, budgets, window)

    @cached_property
    def unwritten_events(self) -> pd.DataFrame:
        """``SLO_EVENTS`` since the last meeting without an incident record."""
        return outages.unwritten_events(self._slo.events, self.spans, self._facts.window)
