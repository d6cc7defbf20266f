"""plotly.js as a page carries it: without the drawing of scenes in 3D and of street maps where no figure has any.

These two parts are more than a third of the library, and a report has no use for
them. They are left out of the one build whose text is known, by its sum in
``assets/plotly_parts.json``: where each part begins, what follows it, and what
takes its place. What is asked for while the library is loaded is replaced by
something that may be read, called and made, and does nothing. Any other version
of plotly is carried whole, as is this one when a figure needs a part.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

__all__ = ["library", "needs_all"]

_KNOWN = Path(__file__).resolve().parent / "assets" / "plotly_parts.json"

_LEFT_OUT = {
    "scatter3d", "surface", "mesh3d", "cone", "streamtube", "isosurface", "volume",
    "scattermap", "choroplethmap", "densitymap", "scattermapbox", "choroplethmapbox", "densitymapbox",
}  # fmt: skip
_PLACES = ("scene", "map")


@lru_cache(maxsize=2)
def library(*, whole: bool) -> str:
    """The plotly.js of the installed package; ``whole`` with every part."""
    from plotly.offline import get_plotlyjs

    text, known = str(get_plotlyjs()), json.loads(_KNOWN.read_text(encoding="utf-8"))
    if whole or sha256(text.encode()).hexdigest() != known["sha256"]:
        return text
    for cut in known["cuts"]:
        head, begin, rest = text.partition(cut["begin"])
        text = head + begin + cut["instead"] + rest[rest.index(cut["after"]) :]
    return text


def needs_all(figure: dict[str, Any]) -> bool:
    """Whether a figure, as plotly's JSON, has a scene or a map: a trace of such a type, or a place for one."""
    data, layout = figure.get("data"), figure.get("layout")
    types = {trace.get("type") for trace in data if isinstance(trace, dict)} if isinstance(data, list) else set()
    return bool(types & _LEFT_OUT) or _has_place(layout if isinstance(layout, dict) else ())


def _has_place(keys: Iterable[str]) -> bool:
    return any(key.rstrip("0123456789") in _PLACES for key in keys)
