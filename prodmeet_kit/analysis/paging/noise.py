"""Noise: alerts that were worth neither a page nor a look. Whether to delete one is asked in :mod:`.deleting`.

The other classes of the SRE book's chapter 31 are in :mod:`.missed` (should have paged) and :mod:`.attention`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from prodmeet_kit.analysis.alerting.burn_explains import Burns
from prodmeet_kit.analysis.series import matching
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import ALERT_RULES, NOISE, labels_of
from prodmeet_kit.schemas.slo import SLO_EVENTS

__all__ = ["FEW", "near_events", "never_fired", "noise", "of_service"]

SHORT = timedelta(minutes=15)
"""An episode not longer than this is over before a person has begun on it. Own choice."""

FEW = 3
"""The third time it is a habit. Own choice."""

CHANCE = 1 / 3
"""Of what fires at any time so many may begin soon after a burn began. Own choice."""

FLAPS = 4
FLAP_SPAN = timedelta(hours=24)
"""This many episodes with the same labels within this span are flapping. Own choice."""

ALWAYS = 0.95
"""Share of the time from which an alert is a state, not an event. Own choice."""

NOT_MEANT = ("none", "info")
"""Severities nobody is meant to answer; a dead man's switch fires always, and has such a one."""

MOSTLY_SHORT = 0.5
"""Share of short episodes from which an alert resolves by itself."""


def noise(
    episodes: pd.DataFrame,
    pages: pd.DataFrame,
    events: pd.DataFrame,
    window: Window,
    burns: Burns | None = None,
) -> pd.DataFrame:
    """Alerts that were noise, by alert, service and severity, as ``NOISE``, most episodes first.

    ``episodes`` is ``EPISODES``, ``pages`` is ``PAGES``, ``events`` is
    ``SLO_EVENTS``; those that began since the last meeting count. First that holds:

    - ``always_firing``: it fired for more than 95% of the time since the last meeting, and was no first page of an
      outage;
    - ``slis_fine``: it paged, and every page was noise (by what people said, else by the suggestion); up to a third
      may have come by chance soon after an SLI began to burn, where its rule does not read that;
    - ``flapping``: 4 episodes with the same labels began within 24 h;
    - ``self_resolved``: 3 episodes or more, at least half of them of 15 min at most;
    - ``never_acted``: 3 episodes or more in all history, and nobody ever acknowledged one where the source tells.

    But for the first, an alert of which any episode overlapped an SLO event of
    its service that may have caused it (``burns``), or any page was judged other than noise, is none (for the last,
    ``unclear`` does not count as a judgement).
    """
    judged = pages["shown_verdict"]
    beside = judged.eq("could_wait") & pages["reason"].eq("with_burn") & _reads_none(pages, burns)
    useful, by_chance = set(pages["id"][judged.ne("noise") & ~beside]), set(pages["id"][beside])
    proven = set(pages["id"][~judged.isin(["noise", "unclear"])])
    told = set(pages["id"][judged.isin(["right", "late"])])
    overlapping = episodes[(episodes["start"] < window.end) & (episodes["end"] > window.start)]
    history = dict(list(episodes.groupby(_BY)))
    found = []
    always, flapping = _always(overlapping, window), _flapping(overlapping, window)
    for key, group in overlapping.groupby(_BY):
        alert, service, severity, page = key
        started = group[group["start"] >= window.start]
        if severity not in NOT_MEANT and key in always and not told & set(group["id"]):
            started, reason = group, "always_firing"
        elif not len(started) or near_events(started, events, burns):
            continue
        elif not useful & set(started["id"]) and len(by_chance & set(started["id"])) <= CHANCE * len(started):
            reason = _noise_reason(started, bool(page), key in flapping) or _never_acted(history[key])
        else:
            reason = "" if proven & set(history[key]["id"]) else _never_acted(history[key])
        if reason:
            short = float((started["duration_s"] <= SHORT.total_seconds()).mean())
            found.append(
                {
                    "alert": alert,
                    "service": service,
                    "severity": severity,
                    "page": page,
                    "count": len(started),
                    "median_duration_s": started["duration_s"].median(),
                    "share_short": short,
                    "reason": reason,
                    "meetings": _meetings(history[key], window),
                }
            )
    return NOISE.frame(sorted(found, key=lambda row: (-row["count"], row["alert"], row["service"], row["severity"])))


_BY = ["alert", "service", "severity", "page"]


def never_fired(rules: pd.DataFrame | None, episodes: pd.DataFrame) -> pd.DataFrame:
    """Rules (``ALERT_RULES``) of which no episode is known in all history, less those of severity none or info."""
    if rules is None:
        return ALERT_RULES.frame()
    meant = [labels_of(labels).get("severity", "") not in NOT_MEANT for labels in rules["labels"].replace("", "{}")]
    fired = rules["alert"].isin(episodes["alert"])
    return rules[~fired & pd.Series(meant, index=rules.index, dtype=bool)].reset_index(drop=True)


def near_events(group: pd.DataFrame, events: pd.DataFrame, burns: Burns | None = None) -> list[str]:
    """Ids of the SLO events that episodes of one service overlap; all services' where the alert names none.

    With ``burns`` only those that may have caused one of these episodes.
    """
    if group.empty:
        return []
    found = []
    for event in SLO_EVENTS.rows(of_service(events, group)):
        here = matching.during(group, event["onset"], event["end"])
        if here.any() and (burns is None or burns.vouches(group[here], event).any()):
            found.append(event["id"])
    return found


def of_service(events: pd.DataFrame, group: pd.DataFrame) -> pd.DataFrame:
    """The SLO events of the one service that the episodes of a group name; all where they name none."""
    service = group["service"].iloc[0]
    return events if service == "" else events[events["service"] == service]


def _reads_none(pages: pd.DataFrame, burns: Burns | None) -> pd.Series[bool]:
    """Of which pages it is known that their rule reads no SLO of their service."""
    keys = pages[["alert", "service", "labels"]].itertuples(index=False, name=None)
    none = [burns is not None and all(read is False for read in burns.reads(*key).values()) for key in keys]
    return pd.Series(none, index=pages.index, dtype=bool)


def _always(overlapping: pd.DataFrame, window: Window) -> set[Any]:
    """Alerts of which some labels fired for nearly all the window."""
    begin = overlapping["start"].where(overlapping["start"] > window.start, window.start)
    end = overlapping["end"].where(overlapping["end"] < window.end, window.end)
    firing = overlapping.assign(firing_s=(end - begin).dt.total_seconds()).groupby([*_BY, "labels"])["firing_s"].sum()
    long = firing[firing > ALWAYS * window.length.total_seconds()].reset_index()
    return set(long[_BY].itertuples(index=False, name=None))


def _flapping(overlapping: pd.DataFrame, window: Window) -> set[Any]:
    """Alerts that began too often within a day with the same labels."""
    ordered = matching.started(overlapping, window.start, window.end).sort_values("start", kind="stable")
    spans = ordered.groupby([*_BY, "labels"])["start"].diff(FLAPS - 1)
    return set(ordered.loc[spans <= FLAP_SPAN, _BY].itertuples(index=False, name=None))


def _noise_reason(group: pd.DataFrame, page: bool, flapping: bool) -> str:
    if page:
        return "slis_fine"
    if flapping:
        return "flapping"
    short = float((group["duration_s"] <= SHORT.total_seconds()).mean())
    return "self_resolved" if len(group) >= FEW and short >= MOSTLY_SHORT else ""


def _never_acted(history: pd.DataFrame) -> str:
    told = history[history["acknowledges"]]
    return "never_acted" if len(told) >= FEW and told["acknowledged"].isna().all() else ""


def _meetings(history: pd.DataFrame, window: Window) -> int:
    """In how many spans as long as this one, counted back from the meeting, it began to fire."""
    ages = (window.end - history["start"]).dt.total_seconds() / window.length.total_seconds()
    return int(ages.map(lambda age: int(age - 1e-12)).nunique())
