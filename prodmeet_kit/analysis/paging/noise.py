"""Noise: alerts that were worth neither a page nor a look. Whether to delete one is asked in :mod:`.deleting`.

The other classes of the SRE book's chapter 31 are in :mod:`.missed` (should have paged) and :mod:`.attention`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.alerting.burn_explains import Burns
from prodmeet_kit.analysis.series.grid import Floats, instant, instants, nanoseconds, numbers
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
    judged = _Judged.of(pages, burns)
    by_name = _by_name(episodes)
    starts, ends = instants(episodes["start"]), instants(episodes["end"])
    overlapping = (starts < instant(window.end)) & (ends > instant(window.start))
    recent = starts >= instant(window.start)
    known, known_s = np.array(episodes["id"], dtype=object), numbers(episodes["duration_s"])
    always, flapping = _always(episodes[overlapping], window), _flapping(episodes[overlapping & recent])
    found = []
    for key in sorted(by_name):
        alert, service, severity, page = key
        history = by_name[key]
        if not overlapping[history].any():
            continue
        group, started = history[overlapping[history]], history[overlapping[history] & recent[history]]
        ids = set(known[started])
        if severity not in NOT_MEANT and key in always and not judged.of_outage & set(known[group]):
            started, reason = group, "always_firing"
        elif not len(started) or near_events(episodes.iloc[started], events, burns):
            continue
        elif not judged.useful & ids and len(judged.by_chance & ids) <= CHANCE * len(started):
            reason = _noise_reason(known_s[started], bool(page), key in flapping) or _never_acted(episodes, history)
        else:
            reason = "" if judged.proven & set(known[history]) else _never_acted(episodes, history)
        if reason:
            found.append(
                {
                    "alert": alert,
                    "service": service,
                    "severity": severity,
                    "page": page,
                    "count": len(started),
                    "median_duration_s": float(np.median(known_s[started])),
                    "share_short": _share_short(known_s[started]),
                    "reason": reason,
                    "meetings": _meetings(starts[history], window),
                }
            )
    return NOISE.frame(sorted(found, key=lambda row: (-row["count"], row["alert"], row["service"], row["severity"])))


class _Judged(NamedTuple):
    """Ids of pages by what was judged of them: of some use, perhaps by chance, anything but noise, an outage."""

    useful: set[str]
    by_chance: set[str]
    proven: set[str]
    of_outage: set[str]

    @classmethod
    def of(cls, pages: pd.DataFrame, burns: Burns | None) -> _Judged:
        ids, verdicts, reasons = (pages[name].tolist() for name in ("id", "shown_verdict", "reason"))
        judged = list(zip(ids, verdicts, strict=True))
        chance = zip(judged, reasons, _reads_none(pages, burns), strict=True)
        beside = {
            page for (page, verdict), why, none in chance if verdict == "could_wait" and why == "with_burn" and none
        }
        useful = {page for page, verdict in judged if verdict != "noise"} - beside
        proven = {page for page, verdict in judged if verdict not in ("noise", "unclear")}
        return cls(useful, beside, proven, {page for page, verdict in judged if verdict in ("right", "late")})


_Name: TypeAlias = tuple[str, str, str, bool]


def _names(episodes: pd.DataFrame) -> Iterator[_Name]:
    return zip(*(episodes[name].tolist() for name in ("alert", "service", "severity", "page")), strict=True)


def _by_name(episodes: pd.DataFrame) -> dict[_Name, npt.NDArray[np.intp]]:
    """By alert, service, severity and page the places of its episodes."""
    places: dict[_Name, list[int]] = {}
    for place, name in enumerate(_names(episodes)):
        places.setdefault(name, []).append(place)
    return {name: np.array(mine) for name, mine in places.items()}


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
    starts, ends = instants(group["start"]), instants(group["end"])
    found = []
    for event in SLO_EVENTS.rows(of_service(events, group)):
        here = (starts <= instant(event["end"])) & (ends >= instant(event["onset"]))
        if here.any() and (burns is None or burns.vouches(group[here], event).any()):
            found.append(event["id"])
    return found


def of_service(events: pd.DataFrame, group: pd.DataFrame) -> pd.DataFrame:
    """The SLO events of the one service that the episodes of a group name; all where they name none."""
    service = group["service"].iloc[0]
    return events if service == "" else events[events["service"] == service]


def _reads_none(pages: pd.DataFrame, burns: Burns | None) -> list[bool]:
    """Of which pages it is known that their rule reads no SLO of their service."""
    keys = zip(*(pages[name].tolist() for name in ("alert", "service", "labels")), strict=True)
    return [burns is not None and all(read is False for read in burns.reads(*key).values()) for key in keys]


def _always(overlapping: pd.DataFrame, window: Window) -> set[_Name]:
    """Alerts of which some labels fired for nearly all the window."""
    begins = np.maximum(instants(overlapping["start"]), instant(window.start))
    ends = np.minimum(instants(overlapping["end"]), instant(window.end))
    firing: dict[tuple[_Name, str], int] = {}
    for name, labels, length in zip(_names(overlapping), overlapping["labels"], (ends - begins).tolist(), strict=True):
        firing[name, labels] = firing.get((name, labels), 0) + length
    long = ALWAYS * nanoseconds(window.length)
    return {name for (name, _), length in firing.items() if length > long}


def _flapping(started: pd.DataFrame) -> set[_Name]:
    """Alerts that began too often within a day with the same labels."""
    begins: dict[tuple[_Name, str], list[int]] = {}
    for name, labels, start in zip(
        _names(started), started["labels"], instants(started["start"]).tolist(), strict=True
    ):
        begins.setdefault((name, labels), []).append(start)
    span = nanoseconds(FLAP_SPAN)
    return {
        name
        for (name, _), times in begins.items()
        if any(last - first <= span for first, last in zip(sorted(times), sorted(times)[FLAPS - 1 :], strict=False))
    }


def _noise_reason(durations_s: Floats, page: bool, flapping: bool) -> str:
    if page:
        return "slis_fine"
    if flapping:
        return "flapping"
    return "self_resolved" if len(durations_s) >= FEW and _share_short(durations_s) >= MOSTLY_SHORT else ""


def _share_short(durations_s: Floats) -> float:
    return float((durations_s <= SHORT.total_seconds()).mean())


def _never_acted(episodes: pd.DataFrame, history: npt.NDArray[np.intp]) -> str:
    told = history[episodes["acknowledges"].to_numpy(dtype=bool)[history]]
    return "never_acted" if len(told) >= FEW and episodes["acknowledged"].iloc[told].isna().all() else ""


def _meetings(starts: npt.NDArray[np.int64], window: Window) -> int:
    """In how many spans as long as this one, counted back from the meeting, it began to fire."""
    ages = (instant(window.end) - starts) / 1e9 / window.length.total_seconds()
    return len({int(age - 1e-12) for age in ages.tolist()})
