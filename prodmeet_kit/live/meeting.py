"""What a live notebook holds: the clock, and one form for each list people decide about.

Each edit is a new file in the minutes; a form made again reads them, so that a
killed kernel loses nothing and a second meeting page shows what the first wrote.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodmeet_kit.display.languages import t, use
from prodmeet_kit.frames import rows
from prodmeet_kit.minutes import Minutes
from prodmeet_kit.minutes.entries import DECISIONS

if TYPE_CHECKING:
    from prodmeet_kit.live.widgets import Clock, Form
    from prodmeet_kit.review import Review

__all__ = ["Meeting"]

KIND, DRAFTS = "decisions", "drafts"
"""Kinds of entry in the minutes: what is complete, and what was begun."""

FIELDS = ("decision", "owner", "due", "note")

_LISTS = {
    "pages": ("paging_events",),
    "non_pages": ("non_paging_events",),
    "actions": ("action_items",),
    "topics": ("planned_changes", "metrics", "outages", "consultations", "toil"),
}
"""Which agenda items each form is for; items of other packages are topics."""


class Meeting:
    """One live meeting of a review. Each attribute displays itself: ``clock``, ``pages``, ``topics`` ..."""

    def __init__(self, review: Review, minutes: str | Path) -> None:
        self.review = review
        self.minutes = Minutes(Path(minutes), review.facts.product.product)
        self.day = review.facts.window.day.isoformat()

    @cached_property
    def clock(self) -> Clock:
        """The agenda's minutes left."""
        from prodmeet_kit.live.widgets import Clock

        with use(self.review.facts.product.language):
            texts = {
                "title": t("Clock"),
                "start": t("Start the meeting"),
                "stop": t("End the meeting"),
                "next": t("Next item"),
                "done": t("All items are done"),
            }
        items = [
            {"key": item.key, "title": item.title, "minutes": item.minutes}
            for item in self.review.items
            if item.minutes
        ]
        return Clock(items=items, texts=texts, ended=self._ended)

    @cached_property
    def pages(self) -> Form:
        """Decisions about pages."""
        with use(self.review.facts.product.language):
            return self._form(t("Pages: what do we decide?"), "pages")

    @cached_property
    def non_pages(self) -> Form:
        """Decisions about what did not page."""
        with use(self.review.facts.product.language):
            return self._form(t("Non-paging events: what do we decide?"), "non_pages")

    @cached_property
    def actions(self) -> Form:
        """Decisions about earlier action items."""
        with use(self.review.facts.product.language):
            return self._form(t("Action items: what do we decide?"), "actions")

    @cached_property
    def topics(self) -> Form:
        """Decisions about everything else on the agenda or in the annex."""
        with use(self.review.facts.product.language):
            return self._form(t("Agenda topics: what do we decide?"), "topics")

    @cached_property
    def new_action_items(self) -> Form:
        """Action items that come of this meeting: text, owner and due; each is kept once all three are there."""
        from prodmeet_kit.live.new_items import form

        return form(self)

    def _form(self, title: str, which: str) -> Form:
        from prodmeet_kit.live.widgets import Form

        lines = [line for line in rows(self.review.lines) if self._list_of(line["item"]) == which]
        shown = [{"subject": line["subject"], "title": line["reason"], "why": line["rule"]} for line in lines]
        words = {
            "decide": t("decided"),
            "act": t("act"),
            "watch": t("watch"),
            "drop": t("drop"),
            "carry": t("carry over"),
        }
        fields = [
            {"name": "decision", "title": t("Decision"), "options": [[code, words[code]] for code in DECISIONS]},
            {"name": "owner", "title": t("Owner"), "type": "text"},
            {"name": "due", "title": t("Due"), "type": "date"},
            {"name": "note", "title": t("Note"), "type": "text"},
        ]
        said = {subject: {**content, **self._status(content)} for subject, content in self._said().items()}
        items = {line["subject"]: line["item"] for line in lines}

        def edited(subject: str, name: str, value: str) -> Mapping[str, Any]:
            with use(self.review.facts.product.language):
                now = {**self._said().get(subject, {}), name: value.strip()}
                return {**now, **self._keep(subject, items[subject], now)}

        return Form(title=title, rows=shown, fields=fields, said=said, texts=texts(), edited=edited)

    def _list_of(self, item: str) -> str:
        return next((which for which, items in _LISTS.items() if item in items), "topics")

    def _said(self) -> dict[str, dict[str, str]]:
        """What was said at this meeting, newest by subject; files that cannot be read are left to the next report."""
        found = [*self.minutes.load(DRAFTS)[0], *self.minutes.load(KIND)[0]]
        found.sort(key=lambda saved: saved.at or datetime.min.replace(tzinfo=UTC))
        return {
            str(saved.content["subject"]): {name: str(saved.content.get(name) or "") for name in FIELDS}
            for saved in found
            if saved.content.get("meeting") == self.day and saved.content.get("subject")
        }

    def _status(self, now: Mapping[str, str]) -> dict[str, Any]:
        """What is missing before the decision counts, or that it is saved."""
        missing = _missing(now)
        if missing:
            return {"status": t("kept as a draft: {missing} is missing", missing=missing), "bad": True}
        return {"status": t("saved"), "bad": False}

    def _keep(self, subject: str, item: str, now: Mapping[str, str]) -> dict[str, Any]:
        """Save at once, as a draft while something is missing; the status line says what happened."""
        content = {"subject": subject, "item": item, "meeting": self.day, **now}
        try:
            self.minutes.save(DRAFTS if _missing(now) else KIND, subject, content)
        except OSError as error:
            return {"status": t("NOT SAVED: {reason}", reason=error.strerror or str(error)), "bad": True}
        return self._status(now)

    def _ended(self, took: Mapping[str, float]) -> None:
        """What the meeting took, by item, beside what was planned."""
        planned = {item.key: item.minutes for item in self.review.items}
        for item, minutes in took.items():
            content = {
                "subject": item, "meeting": self.day, "planned": planned.get(item, 0.0), "minutes": round(minutes, 2),
            }  # fmt: skip
            self.minutes.save("durations", item, content)

    def new_id(self) -> str:
        """An id for a new action item, which no other has."""
        return f"AI-{self.day.replace('-', '')}-{secrets.token_hex(2)}"

    def moment(self) -> datetime:
        """The meeting, in UTC."""
        return self.review.facts.window.end.astimezone(UTC)


def _missing(now: Mapping[str, str]) -> str:
    """What a decision still needs; empty when it is complete."""
    if now.get("decision") not in DECISIONS:
        return t("the decision")
    gone = [word for name, word in (("owner", t("the owner")), ("due", t("the due day"))) if not now.get(name)]
    return t(" and ").join(gone) if now["decision"] == "act" else ""


def texts() -> dict[str, str]:
    """Words the forms need in the browser."""
    return {
        "saving": t("saving ..."),
        "lost": t("NOT SAVED: the kernel does not answer"),
        "add": t("New action item"),
        "add_button": t("Add"),
    }
