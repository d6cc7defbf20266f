"""One downtime while it is put together: what people wrote of it, the SLO events in it, and its span."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pandas as pd

from prodmeet_kit.analysis.fast_parts import Stretch
from prodmeet_kit.analysis.time_ranges import end_between, onset_between
from prodmeet_kit.window import Window

__all__ = ["Downtime", "Event", "ref_of"]

Event: TypeAlias = Mapping[str, Any]
"""A row of ``SLO_EVENTS``."""


def ref_of(event: Event) -> str:
    """The SLO of an event, ``service/name``."""
    return f"{event['service']}/{event['slo']}"


@dataclass
class Downtime:
    """What will be a row of ``OUTAGES``. ``until`` is ``end`` or the meeting, ``earliest`` to ``latest`` the span.

    ``start`` and ``end`` are as people wrote, or NaT.
    """

    id: str
    incidents: list[str]
    named: list[str]
    start: Any
    end: Any
    until: pd.Timestamp
    earliest: pd.Timestamp
    latest: pd.Timestamp
    written: bool = True
    onset: pd.Timestamp | None = None
    onset_slo: str = ""
    events: list[Event] = field(default_factory=list)

    @property
    def moment(self) -> pd.Timestamp:
        """When it began, as the SLI saw it, else as people wrote."""
        return self.earliest if self.onset is None else self.onset

    def begins(self, onset: pd.Timestamp, ref: str) -> None:
        """Date it by an SLO if that burned before all others."""
        if self.onset is None or onset < self.onset:
            self.onset, self.onset_slo = onset, ref

    def row(self, window: Window) -> dict[str, Any]:
        """Its row in ``OUTAGES``."""
        hit = [event["service"] for event in self.events]
        return {
            "id": self.id,
            "incidents": self.incidents,
            "events": [event["id"] for event in self.events],
            "services": list(dict.fromkeys([*self.named, *hit])),
            "named": self.named,
            "slos": list(dict.fromkeys(ref_of(event) for event in self.events)),
            "written": self.written,
            "start": self.start,
            "end": self.end,
            "span_start": self.earliest,
            "span_end": self.latest,
            "onset": self.onset,
            "onset_slo": self.onset_slo,
            **self._ranges(window),
            "ongoing": bool(self.latest >= window.end) or any(event["ongoing"] for event in self.events),
            "budget_spent": {},
            "budget_most": {},
            "blind_s": {},
            "pages": [],
            "own_page": {},
            "noise_pages": [],
            "noise_alerts": [],
            "unwatched_s": 0.0,
        }

    def _ranges(self, window: Window) -> dict[str, Any]:
        """Between which moments it began and ended: to a step where its fast part began later."""
        later = None if self.onset is None else self.onset + window.step
        began = next((onset_between(one) for one in self.events if one["onset"] == self.onset), (self.onset, later))
        over = next((end_between(one) for one in self.events if one["end"] == self.latest), None)
        first, last = over or (self.latest, self.latest)
        return {"onset_from": began[0], "onset_to": began[1], "end_from": first, "end_to": last}

    def overlaps(self, part: Stretch) -> bool:
        """Whether a stretch touches what people wrote."""
        return bool(part.start <= self.until and part.end >= self.start)
