"""The widgets of the live meeting. They hold no data of their own: what people say is in the minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

__all__ = ["Clock", "Form"]

_HERE = Path(__file__).resolve().parent


class Form(anywidget.AnyWidget):
    """A row for each subject with the fields people fill in; each change goes to ``edited`` at once.

    ``rows``: ``subject, title, why, hints``; ``fields``: ``name, title, type, options``;
    ``said``: by subject what is written, with a ``status`` line. ``edited`` gets
    the subject, the field's name and its value, and gives what is said now;
    ``added`` gets the text of a new row and gives the row and what is said of it.
    """

    _esm = _HERE / "form.js"
    _css = _HERE / "live.css"
    title = traitlets.Unicode().tag(sync=True)
    rows: Any = traitlets.List().tag(sync=True)
    fields: Any = traitlets.List().tag(sync=True)
    said = traitlets.Dict().tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)
    addable = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        *,
        edited: Callable[[str, str, str], Mapping[str, Any]],
        added: Callable[[str], tuple[Mapping[str, Any], Mapping[str, Any]]] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(addable=added is not None, **traits)
        self._edited = edited
        self._added = added
        self.on_msg(self._heard)

    def _heard(self, _widget: object, content: Any, _buffers: Sequence[memoryview]) -> None:
        """Called by the browser; what it sends is checked, since whoever has the page can send anything."""
        if not isinstance(content, dict):
            return
        token = content.get("token")
        if content.get("kind") == "add" and self._added is not None and str(content.get("text", "")).strip():
            row, now = self._added(str(content["text"]))
            self.said = {**self.said, row["subject"]: {**now, "token": token}}
            self.rows = [*self.rows, dict(row)]
        elif content.get("kind") == "edit":
            subject, name = str(content.get("subject")), str(content.get("name"))
            known = {row["subject"] for row in self.rows}
            if subject in known and name in {field["name"] for field in self.fields}:
                now = self._edited(subject, name, str(content.get("value", "")))
                self.said = {**self.said, subject: {**now, "token": token}}


class Clock(anywidget.AnyWidget):
    """The minutes left, in all and for the item under discussion. ``items``: ``key, title, minutes``.

    ``state``: when the meeting began and the present item did (Unix seconds, 0 before), and which item it is.
    ``moved`` gets the state and what each item took so far, in minutes, at each
    step, and gives what went wrong, if anything did.
    """

    _esm = _HERE / "clock.js"
    _css = _HERE / "live.css"
    items: Any = traitlets.List().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        *,
        moved: Callable[[Mapping[str, Any], Mapping[str, float]], str],
        state: Mapping[str, Any],
        took: Mapping[str, float],
        **traits: Any,
    ) -> None:
        super().__init__(state=dict(state), **traits)
        self._moved = moved
        self._took = dict(took)
        self.on_msg(self._heard)

    def _heard(self, _widget: object, content: Any, _buffers: Sequence[memoryview]) -> None:
        kind = content.get("kind") if isinstance(content, dict) else None
        now, state = time.time(), self.state
        if kind == "start" and not state["begun"]:
            self._took = {}
            self._to({"begun": now, "since": now, "at": 0})
        elif kind == "next" and state["begun"] and content.get("at") == state["at"] and state["at"] < len(self.items):
            self._note(now)
            self._to({**state, "since": now, "at": state["at"] + 1})
        elif kind == "stop" and state["begun"]:
            self._note(now)
            self._to({"begun": 0.0, "since": 0.0, "at": 0})

    def _to(self, state: Mapping[str, Any]) -> None:
        self.state = dict(state)
        self.problem = self._moved(state, self._took)

    def _note(self, now: float) -> None:
        if self.state["at"] < len(self.items):
            key = self.items[self.state["at"]]["key"]
            self._took[key] = self._took.get(key, 0.0) + (now - self.state["since"]) / 60
