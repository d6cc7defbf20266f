"""Analyses of outages with their pages: one definition for all that concerns outages."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from prodmeet_kit.analysis.incidents import cost as incidents
from prodmeet_kit.analysis.incidents import outage_pages, outages
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.analyses.alerting import Alerting
    from prodmeet_kit.analyses.downtimes import Downtimes
    from prodmeet_kit.analyses.meeting import Meeting
    from prodmeet_kit.analyses.paging import Paging
    from prodmeet_kit.facts import Facts

__all__ = ["Incidents"]


class Incidents:
    """Each property is a frame of the spec it names; calculated once, when first asked for."""

    def __init__(self, facts: Facts, alerting: Alerting, downtime: Downtimes, paging: Paging, meeting: Meeting) -> None:
        self._facts = facts
        self._alerting = alerting
        self._downtime = downtime
        self._paging = paging
        self._meeting = meeting

    @cached_property
    def outages(self) -> pd.DataFrame:
        """``OUTAGES`` since the meeting before the last."""
        return outage_pages.with_pages(
            self._downtime.spans,
            self._paging.judged if self._facts.alerts_known else None,
            self._paging.noise_pages,
            all_alerts=self._alerting.all_alerts,
            blind=self._alerting.blind_time,
            said=outage_pages.said_paged(self._downtime.incidents),
        )

    @cached_property
    def recent_outages(self) -> pd.DataFrame:
        """``OUTAGES`` of this meeting."""
        return outages.since_last(self.outages, self._facts.window)

    @cached_property
    def watched_outages(self) -> pd.DataFrame:
        """``OUTAGES`` of which it is known whether they were paged."""
        return self.outages[self.outages["paged"].notna()]

    @cached_property
    def recent(self) -> pd.DataFrame:
        """``INCIDENT_FINDINGS`` since the last meeting."""
        return incidents.findings(self._downtime.incidents, self.outages, self._facts.window)

    @cached_property
    def carried_outages(self) -> pd.DataFrame:
        """``OUTAGES`` of the meeting before that waited or were carried over and still owe a postmortem or a page."""
        earlier, written = self._facts.previous, self._downtime.incidents
        carried = {*self._meeting.carried_times, *(earlier.waited if earlier else ())}
        words = self._meeting.last_words
        linked = set(written.loc[written["postmortem"] != "", "id"])
        recent = set(self.recent_outages["id"])
        kept = [
            row["id"] not in recent
            and (about := subject("outage", row["id"])) in carried
            and words.get(about, {}).get("decision", "carry") == "carry"
            and (row["paged"] is False or (row["postmortem_required"] is True and not linked & set(row["incidents"])))
            for row in rows(self.outages)
        ]
        return self.outages[pd.Series(kept, index=self.outages.index, dtype=bool)].reset_index(drop=True)
