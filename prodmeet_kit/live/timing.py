"""The clock of a meeting, and which page it shows. Both are in the minutes, so that a dead kernel sets nothing back."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prodmeet_kit.live.words import not_saved

if TYPE_CHECKING:
    from prodmeet_kit.live.meeting import Meeting

__all__ = ["CLOCK", "Timing"]

CLOCK, DURATIONS = "clock", "durations"
"""Kinds of entry in the minutes: which page is shown and since when, and what each item took."""

_NUMBERS = {"begun": "begun", "since": "since", "at": "item"}
"""The state's numbers, and their keys in the minutes, where ``at`` is when an entry was written."""


class Timing:
    """Which page the meeting shows, since when, and what each took. ``pages`` have ``key``, ``item`` and ``kind``.

    ``state`` is that of :class:`~prodmeet_kit.live.widgets.Stage`.
    """

    def __init__(self, meeting: Meeting, pages: Sequence[Mapping[str, Any]]) -> None:
        self._meeting = meeting
        self._pages = pages
        self.state, self._took = self._standing()

    def go(self, start: int, to: int) -> str:
        """Show page ``to`` instead of ``start``; nothing where another page is shown by now. What went wrong.

        Leaving the overview begins the meeting.
        """
        if start != self.state["at"] or to == start or not 0 <= to < len(self._pages):
            return ""
        now = time.time()
        self._leave(now)
        begun = self.state["begun"] or (now if start == 0 else 0.0)
        return self._to({**self.state, "begun": begun, "since": now if begun else 0.0, "at": to})

    def stop(self) -> str:
        """Stop the clock; the page stays. What went wrong."""
        if not self.state["begun"]:
            return ""
        self._leave(time.time())
        return self._to({**self.state, "begun": 0.0, "since": 0.0})

    def _leave(self, now: float) -> None:
        """Count the time of the page that is left."""
        if not self.state["begun"]:
            return
        page, passed = self._pages[self.state["at"]], now - self.state["since"]
        spent = self.state["spent"]
        self.state = {**self.state, "spent": {**spent, page["key"]: spent.get(page["key"], 0.0) + passed}}
        if page["kind"] == "finding":
            self._took[page["item"]] = self._took.get(page["item"], 0.0) + passed / 60

    def _to(self, state: Mapping[str, Any]) -> str:
        self.state = dict(state)
        content = {
            "meeting": self._meeting.day,
            **{key: state[name] for name, key in _NUMBERS.items()},
            "page": self._pages[state["at"]]["key"],
            "spent": state["spent"],
            "took": self._took,
        }
        try:
            self._meeting.minutes.save(CLOCK, CLOCK, content)
            self._note()
        except OSError as error:
            return str(not_saved(error)["status"])
        return ""

    def _note(self) -> None:
        """What items took, beside what was planned; of several entries about one item the newest counts."""
        planned = {item.key: item.minutes for item in self._meeting.review.items}
        known = {
            each.content.get("subject"): each.content.get("minutes")
            for each in self._meeting.minutes.load(DURATIONS)[0]
            if each.content.get("meeting") == self._meeting.day
        }
        for item, minutes in self._took.items():
            rounded = round(minutes, 2)
            if known.get(item) != rounded:
                content = {
                    "subject": item, "meeting": self._meeting.day, "planned": planned.get(item, 0.0),
                    "minutes": rounded,
                }  # fmt: skip
                self._meeting.minutes.save(DURATIONS, item, content)

    def _standing(self) -> tuple[dict[str, Any], dict[str, float]]:
        """Read which page this meeting shows; what a hand has damaged counts as not begun."""
        mine = [
            each for each in self._meeting.minutes.load(CLOCK)[0] if each.content.get("meeting") == self._meeting.day
        ]
        content = mine[-1].content if mine else {}
        numbers = [content.get(key) for key in _NUMBERS.values()]
        fine = all(isinstance(number, int | float) for number in numbers)
        state: dict[str, Any] = dict(zip(_NUMBERS, numbers if fine else (0.0, 0.0, 0), strict=True))
        by_key = {page["key"]: at for at, page in enumerate(self._pages)}
        # The findings may be others by now: a page is known by what it is about.
        at = by_key.get(content.get("page"), int(state["at"]))
        state["at"] = min(max(at, 0), len(self._pages) - 1)
        return {**state, "spent": _numbers(content.get("spent"))}, _numbers(content.get("took"))


def _numbers(value: Any) -> dict[str, float]:
    kept = value.items() if isinstance(value, Mapping) else ()
    return {str(name): float(number) for name, number in kept if isinstance(number, int | float)}
