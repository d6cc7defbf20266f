"""What people said about pages at earlier meetings: the default at the next, and a habit when it is said again.

A verdict holds for an alert of a service; one without a service holds for all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, get_args

import pandas as pd

from prodmeet_kit.frames import PROPOSED_ITEMS, rows
from prodmeet_kit.parameters.fields import PageVerdict
from prodmeet_kit.window import Window, format_duration

__all__ = ["HABIT", "VERDICTS", "disagreements", "proposed_items", "with_history", "with_verdicts"]

VERDICTS: tuple[str, ...] = get_args(PageVerdict)
"""Their meaning is said in :data:`prodmeet_kit.parameters.fields.PageVerdict`."""

HABIT = 3
"""The third 'noise' in a row is a habit. Own choice."""

QUESTIONS = {
    "right": ("yes", "yes"),
    "late": ("late", "yes"),
    "wrong_way": ("no", "yes"),
    "could_wait": ("too_urgent", "no"),
    "duplicate": ("again", "no"),
    "maintenance": ("announced", "no"),
    "noise": ("no", "no"),
    "unclear": ("not_known", "not_known"),
}
"""The two questions of the SRE book's chapter 31: paged in the right way? should it page at all?"""


def with_verdicts(pages: pd.DataFrame, verdicts: pd.DataFrame, window: Window) -> pd.DataFrame:
    """``PAGES`` with ``verdict`` filled in from what was said at this very meeting; earlier ones are only a default."""
    said = {(row["alert"], row["service"]): row["verdict"] for row in rows(verdicts) if _day(row, window) == window.day}
    if not said:
        return pages
    keys = zip(pages["alert"], pages["service"], strict=True)
    own = [said.get((alert, service), said.get((alert, ""), "")) for alert, service in keys]
    return pages.assign(verdict=pd.Series(own, index=pages.index, dtype="object"))


def with_history(groups: pd.DataFrame, verdicts: pd.DataFrame, window: Window) -> pd.DataFrame:
    """``PAGE_GROUPS`` with what people last said of the alert, and what that makes of the two questions.

    Of several at one meeting the last counts, and none of a later meeting does.
    ``times_noise`` counts the meetings in a row, up to the last, at which people
    said noise. ``shown_verdict`` is people's, else the suggested one.
    ``disagrees``: people said something else than the data suggest.
    """
    said: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows(verdicts.sort_values("meeting", kind="stable")):
        day, mine = _day(row, window), said.setdefault((row["alert"], row["service"]), [])
        if day > window.day:
            continue
        if mine and _day(mine[-1], window) == day:
            mine.pop()
        mine.append(row)
    told = []
    for group in rows(groups):
        mine = said.get((group["alert"], group["service"])) or said.get((group["alert"], "")) or []
        last = mine[-1] if mine else None
        shown = last["verdict"] if last else group["suggested_verdict"]
        right_way, should_page = QUESTIONS[shown]
        told.append(
            {
                "human_verdict": last["verdict"] if last else "",
                "human_meeting": last["meeting"] if last else pd.NaT,
                "human_note": last["note"] if last else "",
                "times_noise": float(_in_a_row(each["verdict"] for each in reversed(mine))),
                "shown_verdict": shown,
                "right_way": right_way,
                "should_page": should_page,
                "disagrees": last is not None and last["verdict"] != group["suggested_verdict"],
            }
        )
    columns = ["human_verdict", "human_note", "shown_verdict", "right_way", "should_page"]
    extra = pd.DataFrame(told, index=groups.index, columns=[*columns, "human_meeting", "times_noise", "disagrees"])
    extra["human_meeting"] = pd.to_datetime(extra["human_meeting"], utc=True).astype("datetime64[ns, UTC]")
    kinds = {**dict.fromkeys(columns, "object"), "times_noise": "float64", "disagrees": "bool"}
    made = pd.concat([groups.drop(columns=list(extra.columns), errors="ignore"), extra.astype(kinds)], axis=1)
    return made[list(groups.columns)]


def disagreements(groups: pd.DataFrame) -> pd.DataFrame:
    """The ``PAGE_GROUPS`` of which people said something else than the data suggest."""
    return groups[groups["disagrees"]].reset_index(drop=True)


def proposed_items(groups: pd.DataFrame, window: Window) -> pd.DataFrame:
    """One action item for each alert of a service that is noise for the third meeting in a row, as ``PROPOSED_ITEMS``.

    People's verdicts of earlier meetings count, and this meeting's suggestion where they have not said otherwise.
    """
    counted: dict[tuple[str, str], int] = {}  # an alert has a group for each suggested verdict
    for group in rows(groups):
        said_now = bool(group["human_verdict"]) and _day({"meeting": group["human_meeting"]}, window) == window.day
        this_time = group["suggested_verdict"] == "noise" and not said_now
        times = int(group["times_noise"]) + this_time
        if group["shown_verdict"] == "noise" and times >= HABIT:
            key = (group["alert"], group["service"])
            counted[key] = max(times, counted.get(key, 0))
    made = []
    for (alert, service), times in counted.items():
        labels = {"alertname": alert, "alertstate": "firing", "service": service}
        chosen = ",".join(f"{name}={json.dumps(text, ensure_ascii=False)}" for name, text in labels.items() if text)
        span = format_duration(window.length)
        made.append(
            {
                "alert": alert,
                "service": service,
                "times": float(times),
                "verify_query": f"sum(count_over_time(ALERTS{{{chosen}}}[{span}])) or vector(0)",
                "verify_expect": "== 0",
            }
        )
    return PROPOSED_ITEMS.frame(made)


def _in_a_row(newest_first: Iterable[str]) -> int:
    count = 0
    for verdict in newest_first:
        if verdict != "noise":
            break
        count += 1
    return count


def _day(row: dict[str, Any], window: Window) -> Any:
    return row["meeting"].tz_convert(window.zone).date()
