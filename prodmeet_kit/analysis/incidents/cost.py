"""What an incident cost: the share of each error budget it spent, and whether it owes a postmortem."""

from __future__ import annotations

from math import nan
from typing import Any

import pandas as pd

from prodmeet_kit.analysis.incidents import seen_before
from prodmeet_kit.analysis.incidents.ends import ended
from prodmeet_kit.core.time_ranges import decided, since_onset
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import INCIDENT_FINDINGS, rows
from prodmeet_kit.schemas.incidents import INCIDENTS

__all__ = ["findings", "since_last"]


def since_last(incidents: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The incidents (``INCIDENTS``) that went on at some time since the last meeting; an open one still does."""
    here = (incidents["start"] < window.end) & ~(ended(incidents)["end"] <= window.start)
    return incidents[here].reset_index(drop=True)


def findings(incidents: pd.DataFrame, outages: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The incidents since the last meeting with what they cost, as ``INCIDENT_FINDINGS`` in order of start.

    ``outages`` is ``OUTAGES`` with prices and pages; an incident has those of
    its outage (see :mod:`.outages`, :mod:`.outage_prices`, :mod:`.outage_pages`).
    Two incidents of one outage both show its price: it was spent once.

    A postmortem is missing where the price requires one and no incident of the
    outage links to one; ``postmortem_age_days`` counts from the end.
    One without an ``end`` ended when it was mitigated (:mod:`.incidents.ends`).

    ``seen_before`` looks at all ``incidents`` (see :mod:`.seen_before`).
    """
    incidents = ended(incidents)
    outage_of = {identity: outage for outage in rows(outages) for identity in outage["incidents"]}
    linked = {outage_of[each]["id"] for each in incidents.loc[incidents["postmortem"] != "", "id"] if each in outage_of}
    made = []
    for incident in INCIDENTS.rows(since_last(incidents, window).sort_values(["start", "id"])):
        outage = outage_of[incident["id"]]
        missing = outage["postmortem_required"] is True and outage["id"] not in linked
        low, high = since_onset(outage, incident["detected"])
        made.append(
            {
                **incident,
                **{name: outage[name] for name in _OF_OUTAGE},
                "outage": outage["id"],
                "detection_s": _seconds(incident["start"], incident["detected"]),
                "mitigation_s": _seconds(incident["start"], incident["mitigated"]),
                "postmortem_missing": missing,
                "postmortem_age_days": _seconds(incident["end"], window.end) / 86_400 if missing else nan,
                "detection_from_onset_s": decided(low, high),
                "detection_from_onset_low_s": low,
                "detection_from_onset_high_s": high,
                "seen_before": seen_before.kinds(incident, incidents),
            }
        )
    return INCIDENT_FINDINGS.frame(made)


_OF_OUTAGE = (
    "span_start", "span_end", "budget_spent", "blind_s", "postmortem_required", "paged", "own_page", "noise_alerts",
    "unwatched_s", "onset", "onset_slo", "onset_from", "onset_to",
)  # fmt: skip


def _seconds(start: Any, moment: Any) -> float:
    return nan if pd.isna(start) or pd.isna(moment) else float((moment - start).total_seconds())
