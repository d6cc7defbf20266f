"""Facts gathered from a server that answers as a test says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Facts
from prodmeet_kit.gathering.gather import gather
from tests.support.answering import Asked, answering, shop, success

END = datetime(2026, 11, 23, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")
CANARY = "canary-5d21be"

# one SLO: bad and total, each over three spans and as a trend; one load; one resource with its limit
PLANNED = 2 * 4 + 1 + 2


def everything(asked: Asked) -> tuple[int, str, bytes]:
    """A server where each query gives one series."""
    if asked.path.endswith("query_range"):
        return _steady(*(float(asked.form[name]) for name in ("start", "end", "step")))
    if asked.form["query"].startswith("ALERTS"):
        return success([], kind="matrix")
    return success([{"metric": {}, "value": [float(asked.form["time"]), "2"]}])


@cache
def _steady(start: float, end: float, step: float) -> tuple[int, str, bytes]:
    points = int((end - start) // step) + 1
    return success([{"metric": {}, "values": [[start + k * step, "2"] for k in range(points)]}], kind="matrix")


def facts(
    says: Callable[[Asked], tuple[int, str, bytes]], folder: Path, sources: Mapping[str, Any] | None = None, **more: Any
) -> tuple[Facts, list[Asked]]:
    with answering(says) as server:
        product = shop(sources={"metrics": {"url": server.url, "timeout": "5s"}, **(sources or {})})
        return gather(product, WINDOW, folder=folder, **more), server.asked
