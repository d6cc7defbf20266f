"""The stage of a meeting: what browsers send is checked, written into the minutes, and shown to all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from prodmeet_kit.archive.layout import PAGE
from prodmeet_kit.core.errors import ProdmeetError
from prodmeet_kit.i18n.languages import t, use
from prodmeet_kit.live import ended
from prodmeet_kit.live.decisions import Decisions
from prodmeet_kit.live.new_items import NewItems
from prodmeet_kit.live.pages import END, pages, rows_of
from prodmeet_kit.live.texts import browser
from prodmeet_kit.live.timing import Timing
from prodmeet_kit.live.words import not_saved
from prodmeet_kit.minutes.explorations import file_exploration
from prodmeet_kit.render import PLOTLY, chart_bundle
from prodmeet_kit.render.anchors import finding_id

if TYPE_CHECKING:
    from prodmeet_kit.live.meeting import Meeting
    from prodmeet_kit.live.widgets import Stage

__all__ = ["stage"]


def stage(meeting: Meeting) -> Stage:
    """The stage as the minutes have it; the clock does not run before the meeting has begun."""
    from prodmeet_kit.live.widgets import Stage

    product = meeting.review.facts.product
    with use(product.language):
        shown = pages(meeting, meeting.report)
        desk = _Desk(meeting, shown)
        return Stage(
            **({"model_id": meeting.model} if meeting.model else {}),
            heard=desk.heard,
            pages=shown,
            said={**desk.decisions.said(), **desk.items.said()},
            items=list(desk.items.said()),
            state=desk.timing.state,
            ended=ended.shown(meeting) if shown[desk.timing.state["at"]]["key"] == END else {},
            texts=browser(meeting),
            length=product.meeting.duration.total_seconds() / 60,
            language=product.language,
        )


class _Desk:
    """What is done with each kind of message; any other is ignored."""

    def __init__(self, meeting: Meeting, shown: list[dict[str, Any]]) -> None:
        review = meeting.review
        findings = {each.subject: each for each in review.findings}
        self._meeting = meeting
        self._views = {view.subject: view for view in review.views}
        rows = [row for view in review.views for row in rows_of(view, findings[view.subject], meeting.alerts)]
        # What two findings ask about one subject is one decision; the finding of its own subject comes first.
        rows.sort(key=lambda row: row.subject not in self._views)
        self.decisions = Decisions(meeting, {row.subject: row for row in reversed(rows)}.values())
        self.items = NewItems(meeting)
        self.timing = Timing(meeting, shown)
        self._does: dict[str, Callable[[Stage, Mapping[str, Any]], None]] = {
            "go": self._go, "edit": self._edit, "add": self._add, "draw": self._draw, "dig": self._dig,
            "explore": self._explore, "present": self._present, "end": self._end,
        }  # fmt: skip

    def heard(self, stage: Stage, content: Mapping[str, Any]) -> None:
        """Do what a browser asks."""
        act = self._does.get(str(content.get("kind")))
        if act is not None:
            with use(self._meeting.review.facts.product.language):
                act(stage, content)

    def _go(self, stage: Stage, content: Mapping[str, Any]) -> None:
        start, to = content.get("from"), content.get("to")
        if isinstance(start, int) and isinstance(to, int):
            if 0 <= to < len(stage.pages) and stage.pages[to]["key"] == END:
                stage.ended = ended.shown(self._meeting)
            stage.problem = self.timing.go(start, to)
            # Also where another browser was quicker, who asked hears which page is shown.
            stage.state = {**self.timing.state, "by": content.get("token")}

    def _edit(self, stage: Stage, content: Mapping[str, Any]) -> None:
        about, name, value = (str(content.get(key, "")) for key in ("subject", "name", "value"))
        if about not in stage.said:
            return
        desk = self.items if about in stage.items else self.decisions
        now = desk.edited(about, name, value)
        if now is not None:
            stage.said = {**stage.said, about: {**now, "token": content.get("token")}}

    def _add(self, stage: Stage, content: Mapping[str, Any]) -> None:
        text = str(content.get("text", "")).strip()
        if text:
            identity, now = self.items.added(text)
            stage.said = {**stage.said, identity: {**now, "token": content.get("token")}}
            stage.items = [*stage.items, identity]

    def _draw(self, stage: Stage, content: Mapping[str, Any]) -> None:
        view = self._views.get(str(content.get("key")))
        if view is not None and view.picture.figure is not None:
            figure = chart_bundle(view.picture.figure, titled=False)[PLOTLY]
            stage.send({"kind": "figure", "key": view.subject, "figure": figure})

    def _dig(self, stage: Stage, content: Mapping[str, Any]) -> None:
        view, note = self._views.get(str(content.get("key"))), str(content.get("note", "")).strip()
        if view is None or not note:
            return
        minutes = self._meeting.minutes.folder
        answer: dict[str, Any] = {"status": t("saved: it is shown at the next meeting"), "bad": False}
        try:
            link = f"{PAGE}#{finding_id(view.subject)}"
            file_exploration(minutes.parent, minutes.name, self._meeting.day, view.subject, note, link=link)
        except OSError as error:
            answer = not_saved(error)
        stage.send({"kind": "dug", "token": content.get("token"), **answer})

    def _explore(self, _stage: Stage, content: Mapping[str, Any]) -> None:
        self._meeting.review.closer.choose(str(content.get("id", "")))

    def _present(self, stage: Stage, content: Mapping[str, Any]) -> None:
        stage.ended = ended.present(self._meeting, str(content.get("names", "")))

    def _end(self, stage: Stage, _content: Mapping[str, Any]) -> None:
        stage.problem = self.timing.stop()
        stage.state = dict(self.timing.state)
        try:
            stage.ended = ended.end(self._meeting)
        except ProdmeetError as error:
            stage.ended = {**ended.shown(self._meeting), "problem": str(error)}
        stage.said = {**stage.said, **self.decisions.said()}
