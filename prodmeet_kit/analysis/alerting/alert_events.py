"""Episodes that people live through as one thing: alert events.

A rule with a label for each pod fires once a pod, and again under another name
when the pod is replaced; two rules of one service fire for one trouble. Each
of them is an episode and stays one. An alert event puts together what
fires at the same time for the same service, so that one trouble is counted
once. Two services are never put together, however close in time they fire.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
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
    if episodes.empty:
        return ALERT_EVENTS.frame()
    who = ("service " + episodes["service"]).where(episodes["service"] != "", "alert " + episodes["alert"])
    standing = np.where(episodes["end"] - episodes["start"] > STANDING, " standing", "")
    ordered = episodes.assign(who=who + standing, standing=standing).sort_values(
        ["who", "start", "end", "id"], kind="stable"
    )
    until = ordered.groupby("who")["end"].cummax().groupby(ordered["who"]).shift()
    begins = until.isna() | (ordered["start"] > until + gap)
    number = np.cumsum(begins.to_numpy(dtype=np.int64))
    alerts: dict[int, set[str]] = {}
    for event, alert in zip(number.tolist(), ordered["alert"], strict=True):
        alerts.setdefault(event, set()).add(alert)
    made = ordered.groupby(number).agg(
        service=("service", "first"),
        alert=("alert", "first"),
        standing=("standing", "first"),
        start=("start", "first"),
        end=("end", "max"),
        episodes=("page", "size"),
        pages=("page", "sum"),
    )
    name = made["service"].where(made["service"] != "", made["alert"]) + made["standing"]
    frame = pd.DataFrame(
        {
            "id": name + "@" + made["start"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "service": made["service"],
            "start": made["start"],
            "end": made["end"],
            "alerts": pd.Series({event: sorted(each) for event, each in alerts.items()}, dtype="object"),
            "episodes": made["episodes"].astype("float64"),
            "pages": made["pages"].astype("float64"),
            "page": made["pages"] > 0,
        }
    )
    return frame.astype({"id": "object", "service": "object"}).sort_values(["start", "id"], ignore_index=True)
