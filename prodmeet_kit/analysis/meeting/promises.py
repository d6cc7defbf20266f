"""What earlier decisions come to: for action items, for questions, and for what somebody said they would do.

``said`` is ``MEETING_DECISIONS`` of earlier meetings. Subjects are those of
``AGENDA_LINES``: ``action_item:<id>``, ``question:<id>``, or a finding such as
``resource:cart/memory``; ``promise:<finding>`` is what older minutes wrote about a promise itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from math import nan
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from prodmeet_kit.analysis.meeting.action_items import days_late, outcome_of
from prodmeet_kit.core.subjects import PROMISE
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import PROMISES, rows
from prodmeet_kit.schemas.meeting import ACTION_ITEMS, CONSULTATIONS, MEETING_DECISIONS

__all__ = ["carried", "last_words", "on_items", "on_questions", "promises"]

_ITEM, _QUESTION = "action_item:", "question:"
_SETTLED = ("decide", "drop")


def last_words(said: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """The newest decision about each subject; what nobody reached is none."""
    return {row["subject"]: row for row in rows(said[~said["unreached"]].sort_values("meeting", kind="stable"))}


def _settling(said: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """The newest decision about each subject that says something new: what is carried over stays as it was."""
    return last_words(said[said["decision"] != "carry"])


def carried(said: pd.DataFrame) -> dict[str, int]:
    """By subject carried over at the last meeting that decided anything: at how many in a row it was."""
    meetings = sorted(set(said["meeting"]), reverse=True)
    found: dict[str, int] = {}
    for place, meeting in enumerate(meetings):
        mine = said[(said["meeting"] == meeting) & (said["decision"] == "carry")]
        here = {subject for subject in mine["subject"] if found.get(subject, 0) == place}
        if not here:
            break
        found |= dict.fromkeys(here, place + 1)
    return found


def on_items(items: pd.DataFrame, said: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """``ACTION_ITEMS`` with what was decided about them since.

    ``decide`` closes an item, and its query is still asked; ``drop`` closes it for
    good; ``act`` gives it a new owner and due day, and opens it again.
    """
    words = _settling(said)
    changed = []
    for item in ACTION_ITEMS.rows(items):
        word = words.get(_ITEM + item["id"])
        changed.append({**item, **(_on_item(word, timezone) if word else {})})
    return ACTION_ITEMS.frame(changed)


def _on_item(word: Mapping[str, Any], timezone: str) -> dict[str, Any]:
    if word["decision"] == "act":
        due = _midnight_after(word["due"], timezone)
        named = {"owner": word["owner"], "unconfirmed": word["unconfirmed"]}
        return {"status": "open", **named, **({"due": due} if due is not None else {})}
    if word["decision"] == "decide":
        return {"status": "closed"}
    return {"status": "closed", "verify_query": "", "verify_expect": ""} if word["decision"] == "drop" else {}


def on_questions(questions: pd.DataFrame, said: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """``CONSULTATIONS`` with what was decided about them since.

    ``decide`` answers a question with its note, ``drop`` closes it as dropped. An answer people wrote themselves stays.
    """
    words = _settling(said)
    changed: list[Mapping[str, Any]] = []
    for question in CONSULTATIONS.rows(questions):
        word = words.get(_QUESTION + question["id"])
        open_ = not (question["answer"].strip() or question["became"].strip())
        if word and open_ and word["decision"] in _SETTLED:
            note = word["note"].strip()
            told = {"answer": note or "decided"} if word["decision"] == "decide" else {"became": note or "dropped"}
            answered = pd.Timestamp(word["meeting"], tz=ZoneInfo(timezone))
            changed.append({**question, **told, "closed": True, "answered": answered})
        else:
            changed.append(question)
    return CONSULTATIONS.frame(changed)


def promises(said: pd.DataFrame, window: Window, observed: Mapping[str, float] | None = None) -> pd.DataFrame:
    """``PROMISES``: what somebody was to do about a finding and nobody has called done, oldest first.

    The last ``act`` about a finding counts until it is settled, dropped, or
    decided about otherwise than carried over; so do decisions about the promise itself, in older minutes.
    ``observed`` is what its acceptance query gave at this meeting, by the subject of the promise.
    """
    values = observed or {}
    standing: dict[str, dict[str, Any]] = {}
    for row in MEETING_DECISIONS.rows(said.sort_values("meeting", kind="stable")):
        own, _, finding = row["subject"].partition(":")
        about = finding if own == PROMISE else row["subject"]
        if about.startswith((_ITEM, _QUESTION)) or row["decision"] == "carry":
            continue  # what is carried over stays as it was
        if row["decision"] == "act":
            before = standing.get(about, {})
            check = row if row["verify_query"] else {**row, **before}  # a new day keeps the query it had
            standing[about] = {**before, **row, **{name: check[name] for name in ("verify_query", "verify_expect")}}
        elif own != PROMISE or row["decision"] in _SETTLED:
            standing.pop(about, None)
    made = [
        {
            "subject": f"{PROMISE}:{about}",
            "about": about,
            "what": row["what"] or about,
            "owner": row["owner"],
            "due": row["due"],
            "note": row["note"],
            "meeting": row["meeting"],
            "overdue_days": float(_late(row["due"], window)),
            "unconfirmed": bool(row["unconfirmed"]),
            "verify_query": row["verify_query"],
            "verify_expect": row["verify_expect"],
            "observed": (value := values.get(f"{PROMISE}:{about}", nan)),
            "outcome": outcome_of(row["verify_query"], row["verify_expect"], value),
        }
        for about, row in standing.items()
    ]
    return PROMISES.frame(made)


def _late(due: str, window: Window) -> int:
    """Whole days since a due day; 0 where the text is no day."""
    try:
        return days_late(date.fromisoformat(due), window)
    except ValueError:
        return 0


def _midnight_after(day: str, timezone: str) -> pd.Timestamp | None:
    """An item is due until the midnight after its day."""
    try:
        after = date.fromisoformat(day) + timedelta(days=1)
    except ValueError:
        return None
    return pd.Timestamp(after, tz=ZoneInfo(timezone)).tz_convert("UTC")
