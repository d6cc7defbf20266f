"""One downtime while it is put together: what people wrote of it, the burns in it, and its span."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pandas as pd

from prodmeet_kit.analysis.slo.fast_parts import Burn, Stretch
from prodmeet_kit.core.window import Window

__all__ = ["Downtime"]


@dataclass
class Downtime:
    """What will be a row of ``OUTAGES``. ``until`` is ``end`` or the meeting, ``earliest`` to ``latest`` the span.

    ``start`` and ``end`` are as people wrote, or NaT. ``well`` is when they say that users were well again, ``fast``
    are the fast parts of the burns in it.
    """

    id: str
    incidents: list[str]
    named: list[str]
    start: Any
    end: Any
    until: pd.Timestamp
    earliest: pd.Timestamp
    latest: pd.Timestamp
    well: pd.Timestamp
    written: bool = True
    onset: pd.Timestamp | None = None
    onset_slo: str = ""
    burns: list[Burn] = field(default_factory=list)
    fast: list[Stretch] = field(default_factory=list)

    @property
    def moment(self) -> pd.Timestamp:
        """When it began, as the SLI saw it, else as people wrote."""
        return self.earliest if self.onset is None else self.onset

    def begins(self, onset: pd.Timestamp, ref: str) -> None:
        """Date it by an SLO if that burned before all others."""
        if self.onset is None or onset < self.onset:
            self.onset, self.onset_slo = onset, ref

    def overlaps(self, part: Stretch) -> bool:
        """Whether a stretch touches what people wrote."""
        return bool(part.start <= self.until and part.end >= self.start)

    def hurt_until(self, step: timedelta) -> pd.Timestamp:
        """When user impact ended: as people wrote, or later where a fast burn of then went on in the next step."""
        well = self.well
        for part in sorted(self.fast):
            if part.start <= well < part.end - step:
                well = part.end
        return min(well, self.latest)

    def row(self, window: Window) -> dict[str, Any]:
        """Its row in ``OUTAGES``, without costs and pages."""
        later = None if self.onset is None else self.onset + window.step
        began = next((burn.began for burn in self.burns if burn.start == self.onset), (self.onset, later))
        over = next((burn.over for burn in self.burns if burn.end == self.latest), (self.latest, self.latest))
        return {
            "id": self.id,
            "incidents": self.incidents,
            "events": _once(burn.event["id"] for burn in self.burns),
            "services": _once([*self.named, *(burn.service for burn in self.burns)]),
            "named": self.named,
            "slos": _once(burn.ref for burn in self.burns),
            "burns": [
                {"slo": burn.ref, "start": burn.start, "end": burn.end, "fast": bool(burn.fast) and not burn.long}
                for burn in self.burns
            ],
            "written": self.written,
            "start": self.start,
            "end": self.end,
            "span_start": self.earliest,
            "span_end": self.latest,
            "hurt_end": self.hurt_until(window.step),
            "onset": self.onset,
            "onset_slo": self.onset_slo,
            **dict(zip(("onset_from", "onset_to", "end_from", "end_to"), (*began, *over), strict=True)),
            "ongoing": bool(self.latest >= window.end) or any(burn.ongoing for burn in self.burns),
            **{name: {} for name in ("budget_spent", "budget_most", "blind_s", "own_page")},
            **{name: [] for name in ("pages", "noise_pages", "noise_alerts")},
            "unwatched_s": 0.0,
        }


def _once(names: Any) -> list[str]:
    return list(dict.fromkeys(names))
