"""The part of the findings that is about pages: what each was for, how good all of them were, what people said."""

from __future__ import annotations

from functools import cached_property
from math import nan

import pandas as pd

from prodmeet_kit.analyses.part import Part
from prodmeet_kit.analysis.alerting.burn_explains import Burns
from prodmeet_kit.analysis.paging import (
    groups as page_groups,
)
from prodmeet_kit.analysis.paging import (
    quality as paging_quality,
)
from prodmeet_kit.analysis.paging import (
    said as verdicts,
)
from prodmeet_kit.analysis.paging import (
    verdicts_on_pages as paging,
)

__all__ = ["Paging"]


class Paging(Part):
    """Each property is a frame of the spec it names, or a plain value; calculated once, when first asked for."""

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """``VERDICTS``: what people said of alerts at this meeting and earlier ones, oldest first."""
        return self._record("verdicts").sort_values("meeting", kind="stable")

    @cached_property
    def burns(self) -> Burns:
        """Which alerts may have fired because an SLO burned, by when they began or by what their rules read."""
        return Burns(self.slo_trends, self.slo_targets, self.facts.window, self.alert_reads)

    @cached_property
    def judged_pages(self) -> pd.DataFrame:
        """``PAGES`` over all that is known of alerts, those that are noise with what they overlap."""
        judged = paging.judge(
            self.episodes,
            self.slo_events,
            self._incidents,
            self.slo_trends,
            self.slo_targets,
            self.facts.window,
            self.exclusions,
            self.outage_spans,
            burns=self.burns,
            fine=self.fine_trends,
        )
        return verdicts.with_verdicts(judged, self.verdicts, self.facts.window)

    @cached_property
    def all_pages(self) -> pd.DataFrame:
        """``PAGES`` over all that is known of alerts; those that were noise are for no outage."""
        found = self.judged_pages
        for column in ("caught", "outages"):
            told = [[] if noise else ids for ids, noise in zip(found[column], self.noise_pages, strict=True)]
            found = found.assign(**{column: pd.Series(told, index=found.index, dtype="object")})
        return found.assign(told=paging_quality.tells(found))

    @cached_property
    def pages(self) -> pd.DataFrame:
        """``PAGES`` that began since the last meeting."""
        return page_groups.since_last(self.all_pages, self.facts.window)

    @cached_property
    def page_groups(self) -> pd.DataFrame:
        """``PAGE_GROUPS``: the pages since the last meeting, one row for each alert of a service."""
        return verdicts.with_history(page_groups.groups(self.pages), self.verdicts, self.facts.window)

    @cached_property
    def verdict_disagreements(self) -> pd.DataFrame:
        """``PAGE_GROUPS`` of which people said something else than the data suggest."""
        return verdicts.disagreements(self.page_groups)

    @cached_property
    def proposed_items(self) -> pd.DataFrame:
        """``PROPOSED_ITEMS``: alerts that are noise for the third meeting in a row."""
        return verdicts.proposed_items(self.page_groups, self.facts.window)

    @cached_property
    def hidden_events(self) -> pd.DataFrame:
        """``SLO_EVENTS`` in outages of which no page was seen and may have gone unseen.

        The server was away, a source of alerts could not be read, or none tells what is over.
        """
        hidden = {event for ids in self.outages.loc[self.outages["paged"].isna(), "events"] for event in ids}
        return self.slo_events[self.slo_events["id"].isin(hidden)]

    @cached_property
    def _watched(self) -> pd.DataFrame:
        """``OUTAGES`` of which it is known whether they were paged."""
        return self.outages[self.outages["paged"].notna()]

    @cached_property
    def paging_quality(self) -> paging_quality.PagingQuality:
        """Precision, recall, detection and reset times since the last meeting."""
        return paging_quality.quality(self.all_pages, self._watched, self.facts.window)

    @cached_property
    def paging_by_alert(self) -> pd.DataFrame:
        """``PAGING_BY_ALERT``."""
        return paging_quality.by_alert(self.all_pages, self._watched, self.facts.window)

    @cached_property
    def paging_history(self) -> pd.DataFrame:
        """``PAGING_HISTORY``: this meeting and those before it that the facts reach back to."""
        if self.facts.records.get("alert_runs") is None:  # then no count of pages is known
            found = paging_quality.history(self.all_pages, self.outages, self.facts.window)
            return found.assign(pages=nan, caught=nan, events_caught=nan)
        return paging_quality.history(self.all_pages, self._watched, self.facts.window)
