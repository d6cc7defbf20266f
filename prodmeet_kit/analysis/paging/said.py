"""What people said about pages at earlier meetings: the default at the next, and a habit when it is said again.

A verdict holds for an alert of a service; one without a service holds for all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd

from prodmeet_kit.core.window import Window, format_duration
from prodmeet_kit.parameters.fields import PageVerdict
from prodmeet_kit.schemas.frames import PROPOSED_ITEMS
from prodmeet_kit.schemas.paging import PAGE_GROUPS, PAGES
from prodmeet_kit.schemas.paging import VERDICTS as SAID_VERDICTS

if TYPE_CHECKING:
    from prodmeet_kit.schemas.paging import VerdictRow

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
    """``PAGES`` with ``verdict``, what was said at this very meeting, and ``shown_verdict``, what counts.

    That is what people last said of the alert, at this meeting or an earlier one, else the suggestion. ``verdict``
    is of pages since the last meeting alone.
    """
    said = _Said(verdicts, window)
    own, shown = [], []
    for page in PAGES.rows(pages):
        last = said.last(page["alert"], page["service"])
        now = last is not None and page["start"] >= window.start and _day(last, window) == window.day
        own.append(last["verdict"] if last and now else "")
        shown.append(last["verdict"] if last else page["suggested_verdict"])
    columns = {"verdict": own, "shown_verdict": shown}
    return pages.assign(
        **{name: pd.Series(texts, index=pages.index, dtype="object") for name, texts in columns.items()}
    )


class _Said:
    """What people said of alerts up to this meeting; of several at one meeting the last counts."""

    def __init__(self, verdicts: pd.DataFrame, window: Window) -> None:
        self._said: dict[tuple[str, str], list[VerdictRow]] = {}
        for row in SAID_VERDICTS.rows(verdicts.sort_values("meeting", kind="stable")):
            day, mine = _day(row, window), self._said.setdefault((row["alert"], row["service"]), [])
            if day > window.day:
                continue
            if mine and _day(mine[-1], window) == day:
                mine.pop()
            mine.append(row)

    def of(self, alert: str, service: str) -> list[VerdictRow]:
        """All of an alert of a service, oldest first; what was said for all services where nothing was for this."""
        return self._said.get((alert, service)) or self._said.get((alert, "")) or []

    def last(self, alert: str, service: str) -> VerdictRow | None:
        """What counts now."""
        return next(reversed(self.of(alert, service)), None)


def with_history(groups: pd.DataFrame, verdicts: pd.DataFrame, window: Window) -> pd.DataFrame:
    """``PAGE_GROUPS`` with what people last said of the alert, and what that makes of the two questions.

    Of several at one meeting the last counts, and none of a later meeting does.
    ``times_noise`` counts the meetings in a row, up to the last, at which people
    said noise. ``shown_verdict`` is people's, else the suggested one.
    ``disagrees``: people said something else than the data suggest.
    """
    said = _Said(verdicts, window)
    told = []
    for group in PAGE_GROUPS.rows(groups):
        mine = said.of(group["alert"], group["service"])
        last = mine[-1] if mine else None
        shown = last["verdict"] if last else group["suggested_verdict"]
        right_way, should_page = QUESTIONS[shown]
        told.append(
            {
                **group,
                "human_verdict": last["verdict"] if last else "",
                "human_meeting": last["meeting"] if last else pd.NaT,
                "human_note": last["note"] if last else "",
                "times_noise": float(_in_a_row(each["verdict"] for each in reversed(mine))),
                "shown_verdict": shown,
                "of_verdict": group["count"] if last else group["of_verdict"],
                "right_way": right_way,
                "should_page": should_page,
                "disagrees": last is not None and last["verdict"] != group["suggested_verdict"],
            }
        )
    return PAGE_GROUPS.frame(told)


def disagreements(groups: pd.DataFrame) -> pd.DataFrame:
    """The ``PAGE_GROUPS`` of which people said something else than the data suggest."""
    return groups[groups["disagrees"]].reset_index(drop=True)


def proposed_items(groups: pd.DataFrame, window: Window) -> pd.DataFrame:
    """One action item for each alert of a service that is noise for the third meeting in a row, as ``PROPOSED_ITEMS``.

    People's verdicts of earlier meetings count, and this meeting's suggestion where they have not said otherwise.
    """
    counted: dict[tuple[str, str], int] = {}
    for group in PAGE_GROUPS.rows(groups):
        said_now = bool(group["human_verdict"]) and _day({"meeting": group["human_meeting"]}, window) == window.day
        this_time = group["suggested_verdict"] == "noise" and not said_now
        times = int(group["times_noise"]) + this_time
        if group["shown_verdict"] == "noise" and times >= HABIT:
            counted[group["alert"], group["service"]] = times
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


def _day(row: Mapping[str, Any], window: Window) -> Any:
    return row["meeting"].tz_convert(window.zone).date()
