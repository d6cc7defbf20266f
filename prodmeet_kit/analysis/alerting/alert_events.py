"""Episodes that people live through as one thing: alert events.

A rule with a label for each pod fires once a pod, and again under another name
when the pod is replaced; two rules of one service fire for one trouble. Each
of them is an episode and stays one. An alert event puts together what
fires at the same time for the same service, so that one trouble is counted
once. Two services are never put together, however close in time they fire.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import pandas as pd

from prodmeet_kit.schemas.frames import ALERT_EVENTS

__all__ = ["GAP", "STANDING", "events"]

GAP = timedelta(minutes=5)
"""The longest time without any alert of a service inside one event."""

STANDING = timedelta(days=1)
"""What fires for longer is a state of the service: it does not hold together what comes and goes meanwhile."""


def events(episodes: pd.DataFrame, gap: timedelta = GAP) -> pd.DataFrame:
    """The ``ALERT_EVENTS`` in ``episodes`` (``EPISODES``), in order of start; every episode is in exactly one.

    Episodes belong together when they have the same service label (without
    one: the same alert name) and one begins at most ``gap`` after the latest
    end of those before. Episodes longer than :data:`STANDING` are put together
    with one another only: else a ticket open for ten days would make one event
    of every page in them.
    """
    columns = ("service", "alert", "start", "end", "id", "page")
    fired = [_Fired(*row) for row in zip(*(episodes[name].tolist() for name in columns), strict=True)]
    fired.sort(key=lambda each: (each.who, each.start, each.end, each.id))
    found: list[list[_Fired]] = []
    until: pd.Timestamp | None = None
    for each in fired:
        if until is None or each.who != found[-1][0].who or each.start > until + gap:
            found.append([])
            until = each.end
        found[-1].append(each)
        until = max(until, each.end)
    made = [_event(together) for together in found]
    return ALERT_EVENTS.frame(sorted(made, key=lambda row: (row["start"], row["id"])))


class _Fired(NamedTuple):
    """What an event asks of an episode (a row of ``EPISODES``)."""

    service: str
    alert: str
    start: pd.Timestamp
    end: pd.Timestamp
    id: str
    page: bool

    @property
    def standing(self) -> str:
        return " standing" if self.end - self.start > STANDING else ""

    @property
    def who(self) -> str:
        """What it is put together by."""
        return (f"service {self.service}" if self.service else f"alert {self.alert}") + self.standing


def _event(together: list[_Fired]) -> dict[str, Any]:
    first, pages = together[0], sum(each.page for each in together)
    return {
        "id": f"{first.service or first.alert}{first.standing}@{first.start:%Y-%m-%dT%H:%M:%SZ}",
        "service": first.service,
        "start": first.start,
        "end": max(each.end for each in together),
        "alerts": sorted({each.alert for each in together}),
        "episodes": float(len(together)),
        "pages": float(pages),
        "page": pages > 0,
    }
