"""What changed in the monitoring itself: alert rules since the last meeting, and silences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from prodmeet_kit.core import promql
from prodmeet_kit.core.promql import Matchers
from prodmeet_kit.core.window import format_duration
from prodmeet_kit.schemas import frames
from prodmeet_kit.schemas.alerting import ALERT_RULES, SILENCES
from prodmeet_kit.schemas.frames import labels_of

if TYPE_CHECKING:
    from prodmeet_kit.core.window import Window

__all__ = ["rule_changes", "silences"]

Rule = Mapping[str, Any]

_COMPARED = ("group", "query", "for_s", "keep_firing_for_s", "labels", "annotations", "page")
_ALIKE = (
    ("group", "labels", "query"),
    ("group", "labels"),
    ("group", "query"),
    ("labels", "query"),
    ("group",),
    ("labels",),
)
"""What two rules of one name have in common to be one rule, the most first."""

_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


def rule_changes(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """``RULE_CHANGES``: one row for each rule added or removed and for each column that changed, by name.

    Both are ``ALERT_RULES``. Rules of one name are paired by group, labels and
    expression, as many of these as agree. Expressions that differ only in
    white space or notation are the same.
    """
    found = []
    for name in sorted({*before["alert"], *now["alert"]}):
        pairs = _pairs(ALERT_RULES.rows(before[before["alert"] == name]), ALERT_RULES.rows(now[now["alert"] == name]))
        found += [{"alert": name, **difference} for one, other in pairs for difference in _differences(one, other)]
    return frames.RULE_CHANGES.frame(found)


def _pairs(old: Sequence[Rule], new: Sequence[Rule]) -> Iterator[tuple[Rule | None, Rule | None]]:
    for columns in _ALIKE:
        waiting: dict[tuple[str, ...], list[Rule]] = {}
        for rule in new:
            waiting.setdefault(_key(rule, columns), []).append(rule)
        unmatched = []
        taken = set()
        for rule in old:
            same = waiting.get(_key(rule, columns))
            if same:
                other = same.pop(0)
                taken.add(id(other))
                yield rule, other
            else:
                unmatched.append(rule)
        old, new = unmatched, [rule for rule in new if id(rule) not in taken]
    yield from ((rule, None) for rule in old)
    yield from ((None, rule) for rule in new)


def _key(rule: Rule, columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(_plain(column, rule[column]) for column in columns)


def _differences(old: Rule | None, new: Rule | None) -> Iterator[dict[str, str]]:
    if old is None and new is not None:
        yield {"group": new["group"], "what": "added", "before": "", "after": new["query"]}
    elif new is None and old is not None:
        yield {"group": old["group"], "what": "removed", "before": old["query"], "after": ""}
    elif old is not None and new is not None:
        for column in _COMPARED:
            if _plain(column, old[column]) != _plain(column, new[column]):
                yield {
                    "group": new["group"],
                    "what": column,
                    "before": _text(column, old[column]),
                    "after": _text(column, new[column]),
                }


def _plain(column: str, value: Any) -> str:
    """The value in the form in which two of them are compared."""
    if column == "query":
        return promql.normal(str(value))
    return _text(column, value)


def _text(column: str, value: Any) -> str:
    if column in ("for_s", "keep_firing_for_s"):
        return "" if pd.isna(value) else format_duration(timedelta(seconds=float(value)))
    if column == "page":
        return "" if value is None else "true" if value else "false"
    return str(value)


def silences(
    known: pd.DataFrame, episodes: pd.DataFrame | None, window: Window, next_meeting: datetime
) -> pd.DataFrame:
    """``SILENCE_FINDINGS``: silences in force since the last meeting or still to come, those in force first.

    ``known`` is ``SILENCES``; ``episodes`` is ``EPISODES``, ``None`` when
    alerts are not known: then nothing is said of what a silence covered. An
    episode is covered when its labels match and both were there at one time
    since ``window.start``.
    """
    recent = known[(known["end"] > window.start) | known["end"].isna()]  # without an end it is for ever
    order = {"active": 0, "pending": 1, "expired": 2}
    found = [_finding(silence, episodes, window, next_meeting) for silence in SILENCES.rows(recent)]
    return frames.SILENCE_FINDINGS.frame(
        sorted(
            found,
            key=lambda row: (order.get(row["state"], 3), not row["stale"], _or(row["start"], _LONG_AGO), row["id"]),
        )
    )


def _finding(
    silence: Mapping[str, Any], episodes: pd.DataFrame | None, window: Window, next_meeting: datetime
) -> dict[str, Any]:
    covered = float("nan") if episodes is None else _covered(silence, episodes, window)
    active = silence["state"] == "active"
    told = {
        "never_matched": silence["state"] != "pending" and covered == 0,
        "ends_after_next_meeting": silence["state"] != "expired" and not silence["end"] <= next_meeting,
        "no_comment": not silence["comment"].strip(),
        "expired_in_window": silence["state"] == "expired",
    }
    stale = active and (told["never_matched"] or told["ends_after_next_meeting"])
    return {**silence, "covered": covered, "reasons": [code for code, holds in told.items() if holds], "stale": stale}


def _covered(silence: Mapping[str, Any], episodes: pd.DataFrame, window: Window) -> float:
    """Episodes it silenced; NaN when its matchers cannot be read here: they are Go's regular expressions."""
    start, end = max(_or(silence["start"], _LONG_AGO), window.start), min(_or(silence["end"], window.end), window.end)
    there = episodes[(episodes["start"] < end) & ~(episodes["end"] <= start)]
    try:
        matchers = Matchers.parse(silence["matchers"])
        return float(
            sum(
                count
                for (alert, labels), count in there.groupby(["alert", "labels"]).size().items()
                if matchers.match({**labels_of(labels), "alertname": alert})
            )
        )
    except (ValueError, re.error):
        return float("nan")


def _or(moment: Any, known: datetime) -> Any:
    """The moment; ``known`` where there is none."""
    return known if pd.isna(moment) else moment
