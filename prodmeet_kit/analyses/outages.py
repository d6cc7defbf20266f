"""The part of the findings that is about outages: one definition for all that speaks of them."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from prodmeet_kit.analyses.part import Part
from prodmeet_kit.analysis.incidents import outage_pages, outage_prices, outages
from prodmeet_kit.analysis.slo import arithmetic as slo
from prodmeet_kit.analysis.slo import event_times
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.queries import fine_times
from prodmeet_kit.schemas.frames import rows

__all__ = ["Outages"]


class Outages(Part):
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for."""

    @cached_property
    def outage_spans(self) -> pd.DataFrame:
        """``OUTAGES`` since the meeting before the last, priced, without pages: these are judged by it first."""
        found = outages.outages(self._incidents, self.slo_events, self.slo_trends, self.slo_targets, self.facts.window)
        step, overlap = self.facts.window.step, fine_times.overlap(self.facts.product)
        found = event_times.with_fast_onsets(
            found, self.slo_events, self.slo_trends, self.slo_targets, step, overlap, self.fine_trends
        )
        budgets = slo.budgets(self.counted, self.slo_targets)
        return outage_prices.priced(found, self.slo_targets, self.counted_trends, budgets, self.facts.window)

    @cached_property
    def outages(self) -> pd.DataFrame:
        """``OUTAGES`` since the meeting before the last."""
        known = self.facts.records.get("alert_runs") is not None
        return outage_pages.with_pages(
            self.outage_spans,
            self.judged_pages if known else None,
            self.noise_pages,
            all_alerts=self.all_alerts,
            blind=self.blind_time,
            said=outage_pages.said_paged(self._incidents),
        )

    @property
    def recent_outages(self) -> pd.DataFrame:
        """``OUTAGES`` of this meeting."""
        return outages.since_last(self.outages, self.facts.window)

    @property
    def known_incidents(self) -> pd.DataFrame:
        """``INCIDENTS``, as far back as there are records."""
        return self._incidents

    @cached_property
    def carried_outages(self) -> pd.DataFrame:
        """``OUTAGES`` of the meeting before that waited or were carried over and still owe a postmortem or a page."""
        earlier = self.facts.previous
        carried, words = {*self.carried_times, *(earlier.waited if earlier else ())}, self.last_words
        linked = set(self._incidents.loc[self._incidents["postmortem"] != "", "id"])
        recent = set(self.recent_outages["id"])
        kept = [
            row["id"] not in recent
            and (about := subject("outage", row["id"])) in carried
            and words.get(about, {}).get("decision", "carry") == "carry"
            and (row["paged"] is False or (row["postmortem_required"] is True and not linked & set(row["incidents"])))
            for row in rows(self.outages)
        ]
        return self.outages[pd.Series(kept, index=self.outages.index, dtype=bool)].reset_index(drop=True)

    @cached_property
    def noise_pages(self) -> pd.Series[bool]:
        """Whether each of ``judged_pages`` was noise, by what people said or the kit says of its alert."""
        return outage_pages.noise_of(self.judged_pages, self.verdicts, self.noise, self.facts.window)

    @cached_property
    def untold_events(self) -> pd.DataFrame:
        """``SLO_EVENTS`` since the last meeting without an incident record."""
        return outages.unwritten_events(self.slo_events, self.outage_spans, self.facts.window)
