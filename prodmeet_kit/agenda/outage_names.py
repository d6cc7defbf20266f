"""What an outage is called where only its id is at hand: by its incidents, else by its services and when it began."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prodmeet_kit.display import ranges
from prodmeet_kit.display.languages import listed, t
from prodmeet_kit.frames import rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["called", "of_events"]


def called(outage: Mapping[str, Any], timezone: str) -> str:
    """``INC-51``, or where nobody wrote it down ``an outage of search on Tue 24 Nov 23:08``."""
    return listed(outage["incidents"]) or t(
        "an outage of {services} on {when}", services=listed(outage["services"]), when=ranges.began(outage, timezone)
    )


def of_events(outages: pd.DataFrame, timezone: str) -> dict[str, str]:
    """What the outage (``OUTAGES``) of each SLO event is called, by the event's id; of several, the first."""
    names: dict[str, str] = {}
    for outage in rows(outages):
        for event in outage["events"]:
            names.setdefault(event, called(outage, timezone))
    return names
