"""What an outage is called where only its id is at hand: by its incidents, else by its services and when it began."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prodmeet_kit.i18n import ranges
from prodmeet_kit.i18n.languages import listed, t
from prodmeet_kit.schemas.incidents import OUTAGES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["by_id", "called"]


def called(outage: Mapping[str, Any], timezone: str) -> str:
    """``INC-51``, or without a record ``an outage of search on Tue 24 Nov 23:08``."""
    return listed(outage["incidents"]) or t(
        "an outage of {services} on {when}", services=listed(outage["services"]), when=ranges.began(outage, timezone)
    )


def by_id(outages: pd.DataFrame, timezone: str) -> dict[str, str]:
    """What each of ``OUTAGES`` is called by its id and those of its SLO events; of several of an event, the first."""
    names: dict[str, str] = {}
    for outage in OUTAGES.rows(outages):
        names[outage["id"]] = called(outage, timezone)
    for outage in OUTAGES.rows(outages):
        for event in outage["events"]:
            names.setdefault(event, called(outage, timezone))
    return names
