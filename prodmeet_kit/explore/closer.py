"""The chooser of the meeting: incidents, pages, fast burns and changes, newest first, and a close look at one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets
import traitlets

from prodmeet_kit.core.errors import ProdmeetError
from prodmeet_kit.explore import happenings
from prodmeet_kit.explore.outputs import put, stacked
from prodmeet_kit.i18n.languages import t, tn, use
from prodmeet_kit.i18n.numbers import write

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.explore.around import AroundShown
    from prodmeet_kit.explore.happenings import Thing
    from prodmeet_kit.explore.verbs import Exploring

__all__ = ["Chooser", "Closer", "choices", "closer"]

_HERE = Path(__file__).resolve().parent

Choice = tuple[str, str]


class Chooser(anywidget.AnyWidget):
    """A list to choose from. ``groups``: ``title`` and ``choices``, pairs of id and text; ``state``: ``id, error``."""

    _esm = _HERE / "closer.js"
    _css = _HERE / "explore.css"
    groups: Any = traitlets.List().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)


class Closer:
    """Shows ``review.around`` of what is chosen; ``shown`` is the last. Displays itself in a notebook."""

    def __init__(self, review: Exploring) -> None:
        self._review = review
        self._language = review.facts.product.language
        self.shown: AroundShown | None = None
        texts = {"title": t("Look closer at"), "none": t("choose what happened"), "looking": t("loading")}
        groups = choices(review.analyses)
        self.chooser = Chooser(groups=[{"title": title, "choices": found} for title, found in groups], texts=texts)
        self.output = ipywidgets.Output()
        self.widget = stacked(self.chooser, self.output)
        self.chooser.on_msg(self._heard)

    def choose(self, identity: str) -> None:
        """Look at one of the list; an empty id clears what is shown."""
        known = {choice[0] for group in self.chooser.groups for choice in group["choices"]}
        self.shown, error = None, ""
        if identity in known:
            try:
                self.shown = self._review.around(identity)
            except ProdmeetError as failed:
                error = str(failed)
        with use(self._language):
            put(self.output, self.shown)
        self.chooser.state = {"id": identity if identity in known else "", "error": error}

    def _heard(self, _widget: object, content: Any, _buffers: Sequence[memoryview]) -> None:
        if isinstance(content, dict) and content.get("kind") == "choose":
            self.choose(str(content.get("id", "")))

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.widget)  # type: ignore[no-untyped-call]


def closer(review: Exploring) -> Closer:
    """The chooser of a review."""
    return Closer(review)


def choices(analyses: Analyses) -> list[tuple[str, list[Choice]]]:
    """What can be looked at, since the last meeting, newest first: title of a group, and id and text of its choices.

    Pages of one alert and service are one choice: the newest of them.
    """
    window = analyses.facts.window
    recent = [thing for thing in reversed(happenings.things(analyses)) if thing.touches(window.start, window.end)]

    def kind(name: str) -> list[Thing]:
        return [thing for thing in recent if thing.kind == name]

    groups = [
        (t("Incidents"), [(thing.id, _text(analyses, thing)) for thing in kind("incident")]),
        (t("Pages"), _pages(analyses, kind("page"))),
        (t("Fast burns"), [(thing.id, _text(analyses, thing)) for thing in kind("slo_event")]),
        (t("Changes"), [(thing.id, _text(analyses, thing)) for thing in kind("change")]),
    ]
    return [(title, found) for title, found in groups if found]


def _text(analyses: Analyses, thing: Thing) -> str:
    when = write(thing.start, "time", timezone=analyses.facts.window.timezone)
    name = f"{thing.id}: {thing.title}" if thing.kind != "slo_event" else f"{thing.services[0]}: {thing.title}"
    return f"{when} · {name}"


def _pages(analyses: Analyses, pages: Iterable[Thing]) -> list[Choice]:
    groups: dict[tuple[str, tuple[str, ...]], list[Thing]] = {}
    for page in pages:
        groups.setdefault((page.title, page.services), []).append(page)
    found = []
    for (title, services), same in groups.items():
        when = write(same[0].start, "time", timezone=analyses.facts.window.timezone)
        times = tn("{n} page", "{n} pages, this is the newest", len(same))
        found.append((same[0].id, f"{when} · {title} ({', '.join(services) or t('no service')}): {times}"))
    return found
