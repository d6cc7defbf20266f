"""The widget of the live meeting. It holds no data of its own: what people say is in the minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

__all__ = ["Stage"]

_HERE = Path(__file__).resolve().parent
_PARTS = ("dom", "fields", "desk", "form", "figure", "finding", "ending", "bar", "main")
"""What runs in the browser, in this order: a widget is one module there."""


class Stage(anywidget.AnyWidget):
    """One page of the meeting at a time, with its form and the clock; every browser shows the same page.

    ``pages`` and ``said`` are as :mod:`prodmeet_kit.live.pages` and :mod:`prodmeet_kit.live.decisions` make them;
    ``items`` are the ids of new action items. ``state``: when the meeting began and the present page did (Unix
    seconds, 0 before), which page it is (``at``), how many seconds each took before (``spent``, by key), and the token
    of who asked for it last (``by``).
    ``length`` is the meeting's in minutes. ``heard`` gets what a browser sends, a mapping with a ``kind``.
    """

    _esm = "\n".join((_HERE / "assets" / f"{part}.js").read_text(encoding="utf-8") for part in _PARTS)
    _css = _HERE / "live.css"
    pages: Any = traitlets.List().tag(sync=True)
    said = traitlets.Dict().tag(sync=True)
    items: Any = traitlets.List().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    ended = traitlets.Dict().tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)
    length = traitlets.Float().tag(sync=True)
    language = traitlets.Unicode().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)

    def __init__(self, *, heard: Callable[[Stage, Mapping[str, Any]], None], **traits: Any) -> None:
        super().__init__(**traits)
        self._heard_by = heard
        self.on_msg(self._heard)

    def _heard(self, _widget: object, content: Any, _buffers: Sequence[memoryview]) -> None:
        """Called by the browser; what it sends is checked, since whoever has the page can send anything."""
        if isinstance(content, dict):
            self._heard_by(self, content)
