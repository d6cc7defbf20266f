"""The clock of a meeting. Its state is in the minutes, so that a dead kernel does not set it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prodmeet_kit.i18n.languages import t, use
from prodmeet_kit.live.words import not_saved

if TYPE_CHECKING:
    from prodmeet_kit.live.meeting import Meeting
    from prodmeet_kit.live.widgets import Clock

__all__ = ["clock"]

CLOCK, DURATIONS = "clock", "durations"
"""Kinds of entry in the minutes: where the clock stands, and what each item took."""

_NUMBERS = {"begun": "begun", "since": "since", "at": "item"}
"""The state's numbers, and their keys in the minutes, where ``at`` is when an entry was written."""


def clock(meeting: Meeting) -> Clock:
    """The clock as the minutes have it; it does not run before the meeting has begun."""
    from prodmeet_kit.live.widgets import Clock

    language = meeting.review.facts.product.language
    texts = {
        "title": t("Clock"),
        "start": t("Start the meeting"),
        "stop": t("End the meeting"),
        "next": t("Next item"),
        "done": t("All items are done"),
        "left": t("left"),
    }
    items = [
        {"key": item.key, "title": item.title, "minutes": item.minutes} for item in meeting.review.items if item.minutes
    ]

    def moved(state: Mapping[str, Any], took: Mapping[str, float]) -> str:
        with use(language):
            try:
                meeting.minutes.save(CLOCK, CLOCK, _content(meeting, state, took))
                _note(meeting, took)
            except OSError as error:
                return str(not_saved(error)["status"])
        return ""

    state, took = _standing(meeting, len(items))
    return Clock(items=items, texts=texts, state=state, took=took, moved=moved)


def _content(meeting: Meeting, state: Mapping[str, Any], took: Mapping[str, float]) -> dict[str, Any]:
    return {"meeting": meeting.day, **{key: state[name] for name, key in _NUMBERS.items()}, "took": took}


def _note(meeting: Meeting, took: Mapping[str, float]) -> None:
    """What items took, beside what was planned; of several entries about one item the newest counts."""
    planned = {item.key: item.minutes for item in meeting.review.items}
    known = {
        each.content.get("subject"): each.content.get("minutes")
        for each in meeting.minutes.load(DURATIONS)[0]
        if each.content.get("meeting") == meeting.day
    }
    for item, minutes in took.items():
        rounded = round(minutes, 2)
        if known.get(item) != rounded:
            content = {
                "subject": item, "meeting": meeting.day, "planned": planned.get(item, 0.0), "minutes": rounded,
            }  # fmt: skip
            meeting.minutes.save(DURATIONS, item, content)


def _standing(meeting: Meeting, items: int) -> tuple[dict[str, Any], dict[str, float]]:
    """Read the clock of this meeting; what a hand has damaged counts as not begun."""
    mine = [each for each in meeting.minutes.load(CLOCK)[0] if each.content.get("meeting") == meeting.day]
    content = mine[-1].content if mine else {}
    numbers = [content.get(key) for key in _NUMBERS.values()]
    took = content.get("took")
    fine = all(isinstance(number, int | float) for number in numbers)
    state: dict[str, Any] = dict(zip(_NUMBERS, numbers if fine else (0.0, 0.0, 0), strict=True))
    state["at"] = min(max(int(state["at"]), 0), items)
    kept = took.items() if isinstance(took, Mapping) else ()
    return state, {str(item): float(minutes) for item, minutes in kept if isinstance(minutes, int | float)}
