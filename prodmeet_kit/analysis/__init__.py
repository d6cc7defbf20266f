"""What the facts mean: pure functions, frames in, frames out, a folder a topic.

Every function returns a frame of a spec in :mod:`prodmeet_kit.schemas`. Nothing
here asks a server, reads a file or draws; a reason is a code, never a sentence.

Reports print lines that recount a number, such as
``prodmeet_kit.analysis.grid.since(...)``; their short paths lead on to the topics.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__: list[str] = []

_PASTED = {
    "efficiency": "capacity.efficiency",
    "grid": "series.grid",
    "headroom": "capacity.headroom",
    "load": "capacity.load",
    "load_patterns": "capacity.load_patterns",
    "peak_forecast": "capacity.peak_forecast",
}


def __getattr__(name: str) -> Any:
    if name in _PASTED:
        return import_module(f"{__name__}.{_PASTED[name]}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
