"""The PromQL box: a text field with completion, and below it the answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets
import traitlets

from prodmeet_kit.core.errors import ProdmeetError
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.explore.completion import known_words, label_values, server_words
from prodmeet_kit.explore.outputs import put, stacked
from prodmeet_kit.i18n.languages import t, use
from prodmeet_kit.parameters.metrics import backends

if TYPE_CHECKING:
    from prodmeet_kit.explore.asking import QueryShown
    from prodmeet_kit.explore.verbs import Exploring
    from prodmeet_kit.parameters.metrics.backends import MetricBackend

__all__ = ["Editor", "PromqlBox", "promql_box"]

_HERE = Path(__file__).resolve().parent


class Editor(anywidget.AnyWidget):
    """The text field. ``words``: ``metrics, labels, functions`` to complete; ``state``: ``error, status, token``."""

    _esm = _HERE / "promql_box.js"
    _css = _HERE / "explore.css"
    text = traitlets.Unicode().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)
    asks = traitlets.Bool(False).tag(sync=True)


class PromqlBox:
    """Asks what is written in it with ``review.query``; ``shown`` is the last answer.

    Displays itself in a notebook. ``run`` is what the browser's keys call.
    """

    def __init__(self, review: Exploring) -> None:
        self._review = review
        self._language = review.facts.product.language
        self.shown: QueryShown | None = None
        texts = _texts(backends.of(review.facts.product))
        self.editor = Editor(words=known_words(review.facts), texts=texts, asks=review.ask_at is not None)
        self.output = ipywidgets.Output()
        self.widget = stacked(self.editor, self.output)
        self.editor.on_msg(self._heard)

    def run(self, text: str, start: str = "", end: str = "", step: str = "", token: str = "") -> None:
        """Ask; the answer is drawn below, or the error as text in its place."""
        self.editor.text = text
        self.shown, error = None, ""
        try:
            self.shown = self._review.query(text, start, end, step)
        except ProdmeetError as failed:
            error = redact(str(failed))
        except Exception as failed:  # noqa: BLE001 - nobody would see a traceback of a widget's message
            error = redact(f"{type(failed).__name__}: {failed}")
        with use(self._language):
            put(self.output, self.shown)
            status = self.shown.sentence if self.shown else ""
        self.editor.state = {"error": error, "status": status, "token": token}

    def _heard(self, _widget: object, content: Any, _buffers: Sequence[memoryview]) -> None:
        """Called by the browser; what it sends is taken as text, since whoever has the page can send anything."""
        if not isinstance(content, dict):
            return
        kind, given = content.get("kind"), {key: str(value) for key, value in content.items()}
        if kind == "run":
            names = ("text", "start", "end", "step", "token")
            self.run(*(given.get(name, "").strip() for name in names))
        elif kind == "words" and self._review.ask_at is not None:
            self._learn()
        elif kind == "values" and self._review.ask_at is not None:
            self._learn_values(given.get("label", ""), given.get("metric", ""))

    def _learn(self) -> None:
        """Add what the server has to what the product's own queries name."""
        assert self._review.ask_at is not None
        try:
            found = server_words(self._review.ask_at, self._review.facts.window)
        except ProdmeetError:
            return  # the names of the product's own queries are completed all the same
        words = self.editor.words
        self.editor.words = {
            **words,
            "metrics": list(dict.fromkeys([*words["metrics"], *found["metrics"]])),
            "labels": {**found["labels"], **words["labels"]},
        }

    def _learn_values(self, label: str, metric: str) -> None:
        assert self._review.ask_at is not None
        words = self.editor.words
        if label not in words["labels"] or (metric and metric not in words["metrics"]):
            return  # neither is a name we gave: it must not become part of a request
        try:
            values = label_values(self._review.ask_at, self._review.facts.window, label, metric)
        except ProdmeetError:
            return
        known = list(dict.fromkeys([*words["labels"][label], *values]))
        self.editor.words = {**words, "labels": {**words["labels"], label: known}}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.widget)  # type: ignore[no-untyped-call]


def promql_box(review: Exploring) -> PromqlBox:
    """The box of a review."""
    return PromqlBox(review)


def _texts(chosen: MetricBackend) -> dict[str, str]:
    return {
        "title": t("PromQL") if chosen.promql else t("Query"),
        "hint": t("Ctrl+Enter or Shift+Enter runs it; Tab completes"),
        "run": t("Run"),
        "start": t("From"),
        "end": t("To"),
        "step": t("Step"),
        "suggestions": t("Suggestions"),
        "asking": t("querying"),
        "lost": t("no answer: is the kernel alive?"),
    }
