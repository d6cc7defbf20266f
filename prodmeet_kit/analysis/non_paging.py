"""Events that did not page, in the three classes of the SRE book's chapter 31.

- *missed*: should have paged, so that monitoring is to be mended;
- *attention*: not worth a page, yet somebody has to look after it;
- *noise*: neither, to be removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

import numpy as np
import pandas as pd

from prodmeet_kit.analysis import burn_rates, grid, matching
from prodmeet_kit.analysis.capacity import near_limit
from prodmeet_kit.analysis.slo import SloTarget
from prodmeet_kit.analysis.slo_events import MIN_BAD
from prodmeet_kit.frames import ATTENTION, MISSED, NOISE
from prodmeet_kit.window import Window

__all__ = ["attention", "missed", "noise"]

SHORT = timedelta(minutes=15)
"""An episode not longer than this is over before a person has begun on it. Own choice."""

FEW = 3
"""The third time it is a habit. Own choice."""

FLAPS = 4
FLAP_SPAN = timedelta(hours=24)
"""This many episodes with the same labels within this span are flapping. Own choice."""

MOSTLY_SHORT = 0.5
"""Share of short episodes from which an alert resolves by itself."""

NOT_FOR_PEOPLE = ("none", "info")
"""Severities that ask for nobody: heartbeats and inhibitors of the usual Kubernetes rules carry them."""


def missed(events: pd.DataFrame, pages: pd.DataFrame, findings: pd.DataFrame, window: Window) -> pd.DataFrame:
    """SLO events that began, and incidents that went on, since the last meeting, of which no page told; ``MISSED``.

    ``events`` is ``SLO_EVENTS``, ``pages`` is ``PAGES``, ``findings`` is
    ``INCIDENT_FINDINGS``. An incident that a missed event of its services
    overlaps is not a second row: it gives the event its title. Nor is one that
    people say a page told of, or of which nobody can tell (``paged`` is ``None``).
    """
    caught = {event for ids in pages["caught"] for event in ids}
    unpaged = matching.started(events[~events["id"].isin(caught)], window.start, window.end, "onset")
    unseen = findings["paged"].eq(False) & findings["detected_by"].ne("page")
    incidents = findings[unseen & matching.during(findings, window.start, window.end)]
    rows, told = [], set()
    for event in unpaged.to_dict("records"):
        here = findings[
            matching.during(findings, event["onset"], event["end"])
            & matching.touches(findings["services"], event["service"])
        ]
        told |= set(here["id"])
        titles = [f"{identity} {title}".strip() for identity, title in zip(here["id"], here["title"], strict=True)]
        rows.append(
            {
                "id": event["id"],
                "kind": "slo_event",
                "service": event["service"],
                "title": ", ".join(titles) or f"{event['service']}/{event['slo']}",
                "start": event["onset"],
                "end": event["end"],
                "budget_spent": event["budget_spent"],
                "would_have_fired": event["trigger"],
            }
        )
    for incident in incidents[~incidents["id"].isin(told)].to_dict("records"):
        spent = [share for share in incident["budget_spent"].values() if share == share]  # NaN is not equal to itself
        rows.append(
            {
                "id": incident["id"],
                "kind": "incident",
                "service": ", ".join(incident["services"]),
                "title": incident["title"],
                "start": incident["start"],
                "end": incident["end"],
                "budget_spent": max(spent, default=np.nan),
            }
        )
    return MISSED.frame(sorted(rows, key=lambda row: (row["start"], row["id"])))


def noise(episodes: pd.DataFrame, pages: pd.DataFrame, events: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Alerts to remove, by alert, service and severity, as ``NOISE``, most episodes first.

    ``episodes`` is ``EPISODES``, ``pages`` is ``PAGES``, ``events`` is
    ``SLO_EVENTS``; those that began since the last meeting count. An alert of
    which any episode overlapped an SLO event of its service, or any page was
    judged other than noise, is none. Otherwise, first that holds:

    - ``slis_fine``: it paged, and every page was noise (by what people said, else by the suggestion);
    - ``flapping``: 4 episodes with the same labels began within 24 h;
    - ``self_resolved``: 3 episodes or more, at least half of them of 15 min at most.
    """
    recent = matching.started(episodes, window.start, window.end)
    judged = pages["verdict"].where(pages["verdict"] != "", pages["suggested_verdict"])
    useful = set(pages["id"][judged != "noise"])
    rows = []
    for (alert, service, severity, page), group in recent.groupby(["alert", "service", "severity", "page"]):
        if useful & set(group["id"]) or _told_of_events(group, events):
            continue
        short = float((group["duration_s"] <= SHORT.total_seconds()).mean())
        reason = _noise_reason(group, bool(page), short)
        if reason:
            rows.append(
                {
                    "alert": alert,
                    "service": service,
                    "severity": severity,
                    "page": page,
                    "count": len(group),
                    "median_duration_s": group["duration_s"].median(),
                    "share_short": short,
                    "reason": reason,
                }
            )
    return NOISE.frame(sorted(rows, key=lambda row: (-row["count"], row["alert"], row["service"], row["severity"])))


def _told_of_events(group: pd.DataFrame, events: pd.DataFrame) -> bool:
    service = group["service"].iloc[0]
    near = events if service == "" else events[events["service"] == service]
    return any(matching.during(group, onset, end).any() for onset, end in zip(near["onset"], near["end"], strict=True))


def _noise_reason(group: pd.DataFrame, page: bool, short: float) -> str:
    if page:
        return "slis_fine"
    spans = group.sort_values("start").groupby("labels")["start"].diff(FLAPS - 1)
    if (spans <= FLAP_SPAN).any():
        return "flapping"
    return "self_resolved" if len(group) >= FEW and short >= MOSTLY_SHORT else ""


def attention(
    episodes: pd.DataFrame,
    noisy: pd.DataFrame,
    events: pd.DataFrame,
    trends: Mapping[str, pd.DataFrame],
    slos: Iterable[SloTarget],
    summary: pd.DataFrame,
    resources: pd.DataFrame,
    window: Window,
) -> pd.DataFrame:
    """What needs somebody without a page, as ``ATTENTION``: SLOs, then resources, then alerts.

    - ``slow_burn``: outside SLO events, at some step since the last meeting, a
      ticket condition held (burn over 24 h and 2 h at least 3, or over 3 d and
      6 h at least 1) with at least 5 bad events;
    - ``limit_near``: a resource that is full, or will be within 60 days;
    - ``ticket_alert``: an alert that does not page fired since the last meeting and is not noise.

    ``summary`` is ``SLO_SUMMARY`` (share of budget spent), ``resources`` ``RESOURCE_SUMMARY``, ``noisy`` ``NOISE``.
    """
    spent = {(row["service"], row["name"]): row["budget_spent_since_last"] for row in summary.to_dict("records")}
    rows: list[dict[str, object]] = []
    for target in slos:
        since = _slow_burn_since(target, trends.get(target.ref), events, window)
        if since is not None:
            value = spent.get((target.service, target.name), np.nan)
            rows.append(_row("slo", target.service, target.name, since, value, "slow_burn"))
    for resource in near_limit(resources).to_dict("records"):
        days = resource["days_to_full"]
        rows.append(_row("resource", resource["service"], resource["name"], None, days, "limit_near"))
    quiet = set(zip(noisy["alert"], noisy["service"], noisy["severity"], strict=True))
    firing = episodes[~episodes["page"] & ~episodes["severity"].isin(NOT_FOR_PEOPLE)]
    recent = firing[matching.during(firing, window.start, window.end)]
    for (alert, service, severity), group in recent.groupby(["alert", "service", "severity"]):
        if (alert, service, severity) not in quiet:
            since = max(group["start"].min(), pd.Timestamp(window.start))
            rows.append(_row("alert", str(service), str(alert), since, len(group), "ticket_alert"))
    return ATTENTION.frame(rows)


def _row(kind: str, service: str, what: str, since: object, value: float, reason: str) -> dict[str, object]:
    return {"kind": kind, "service": service, "what": what, "since": since, "value": value, "reason": reason}


def _slow_burn_since(
    target: SloTarget, trend: pd.DataFrame | None, events: pd.DataFrame, window: Window
) -> pd.Timestamp | None:
    """The first step since the last meeting at which a ticket condition held, SLO events left out."""
    if trend is None or trend.empty:
        return None
    rest = burn_rates.events(trend[trend.index <= window.end])
    mine = events[(events["service"] == target.service) & (events["slo"] == target.name)]
    for onset, end in zip(mine["onset"], mine["end"], strict=True):
        rest.loc[(rest.index > onset) & (rest.index <= end)] = np.nan
    longest = max(condition.long for condition in burn_rates.TICKET)
    if float(grid.between(rest, window.start - longest, window.end)["bad"].sum()) < MIN_BAD:
        return None
    held = pd.Series(False, index=rest.index)
    for condition in burn_rates.TICKET:
        held |= condition.holds(rest, target.objective, window.step)
    held = held[held & (held.index > window.start)]
    return None if held.empty else held.index[0]
