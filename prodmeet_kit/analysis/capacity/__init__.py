"""Load and resources: use, headroom, efficiency, limits coming near."""

from __future__ import annotations

from typing import Any

__all__: list[str] = []


def __getattr__(name: str) -> Any:
    if name == "summarise":  # reports print prodmeet_kit.analysis.capacity.summarise(...)
        from prodmeet_kit.analysis.capacity.limits import summarise

        return summarise
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
