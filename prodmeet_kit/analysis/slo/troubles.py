"""Incidents and SLO events by what they concern, read once for all SLOs: what is over, and what goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd

from prodmeet_kit.analysis.series.grid import instant
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.incidents import INCIDENTS
from prodmeet_kit.schemas.slo import SLO_EVENTS

__all__ = ["Span", "Troubles"]


class Span(NamedTuple):
    """When an incident or SLO event went on, in nanoseconds since 1970; ``end`` is ``None`` where it is not known."""

    start: int
    id: str
    end: int | None


class Troubles:
    """What people wrote (``INCIDENTS``) and what burned (``SLO_EVENTS``) up to the meeting of ``window``."""

    def __init__(self, incidents: pd.DataFrame, events: pd.DataFrame, window: Window) -> None:
        self._start, self._end = instant(window.start), instant(window.end)
        self._incidents: dict[str, list[Span]] = {}
        self._events: dict[tuple[str, str], list[Span]] = {}
        for written in INCIDENTS.rows(incidents):
            if (span := _span(written["start"], written["id"], written["end"])) is not None:
                for service in dict.fromkeys(written["services"]):
                    self._incidents.setdefault(service, []).append(span)
        for burned in SLO_EVENTS.rows(events):
            if (span := _span(burned["onset"], burned["id"], burned["end"])) is not None:
                self._events.setdefault((burned["service"], burned["slo"]), []).append(span)
        for spans in (*self._incidents.values(), *self._events.values()):
            spans.sort(key=lambda span: (span.start, span.id))

    def over(self, slo: SloTarget) -> list[Span]:
        """What ended since the last meeting and before this one: incidents of the service, then the SLO's events."""
        here = [*self._incidents.get(slo.service, ()), *self._events.get((slo.service, slo.name), ())]
        return [span for span in here if span.end is not None and self._start < span.end < self._end]

    def goes_on_since(self, slo: SloTarget) -> int | None:
        """The onset of the SLO event that goes on at the meeting, the last of several; ``None`` without one."""
        events = self._events.get((slo.service, slo.name), ())
        return max((span.start for span in events if span.end is None or span.end >= self._end), default=None)

    def incidents_in(self, service: str, begin: datetime, end: datetime) -> list[str]:
        """Ids of the service's incidents that went on in ``(begin, end]``, the earliest first."""
        first, last = instant(begin), instant(end)
        spans = self._incidents.get(service, ())
        return [span.id for span in spans if span.start < last and (span.end is None or span.end > first)]


def _span(start: Any, identity: str, end: Any) -> Span | None:
    """``None`` where it is not known when it began: then it holds no step."""
    if pd.isna(start):
        return None
    return Span(instant(start), str(identity), None if pd.isna(end) else instant(end))
