"""A server that knows every event: it answers the questions of a review from counts a step, without scraping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.core.window import Window
from prodmeet_kit.facts import Answer, Facts, Question
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.queries.questions import plan

__all__ = ["STEP", "Events", "facts", "product", "window"]

STEP = timedelta(hours=1)
_METRIC = re.compile(r"(bad|total)_(\w+?)\[")


@dataclass(frozen=True)
class Events:
    """Bad and total events of one service in each bucket that ends at ``ends``; ``known`` where it was scraped."""

    ends: pd.DatetimeIndex
    bad: npt.NDArray[np.float64]
    total: npt.NDArray[np.float64]
    known: npt.NDArray[np.bool_]


def window(end: datetime, timezone: str) -> Window:
    """A week since the last meeting, four weeks of history, in steps of an hour."""
    return Window.ending(end, cadence=timedelta(days=7), timezone=timezone, longest=timedelta(days=28), step=STEP)


def product(objectives: Mapping[str, float], timezone: str) -> Product:
    """One service for each name, each with one SLO over 28 days whose queries name it."""

    def service(name: str, objective: float) -> dict[str, Any]:
        events = {
            "error_query": f"sum(rate(bad_{name}[{{{{.window}}}}]))",
            "total_query": f"sum(rate(total_{name}[{{{{.window}}}}]))",
        }
        return {
            "name": name,
            "slos": [{"name": "availability", "objective": objective, "sli": {"events": events}}],
            "load": [{"name": "requests", "query": f"sum(rate(total_{name}[{{{{.window}}}}]))"}],
            "resources": [{"name": "use", "query": f"sum(rate(bad_{name}[{{{{.window}}}}]))", "limit_query": "limit"}],
        }

    return Product.model_validate(
        {
            "product": "shop",
            "timezone": timezone,
            "sources": {"metrics": {"url": "http://localhost:9090"}},
            "services": [service(name, objective) for name, objective in objectives.items()],
        }
    )


def facts(shop: Product, span: Window, events: Mapping[str, Events]) -> Facts:
    """Everything the server answers about these services."""
    answers = {question.key: _answer(question, events) for question in plan(shop, span)}
    return Facts(shop, span, span.end, answers)


def _answer(question: Question, events: Mapping[str, Events]) -> Answer:
    step = question.step or timedelta(seconds=1)
    index = pd.date_range(question.start, question.end, freq=step, name="time").as_unit("ns")
    found = _METRIC.search(question.query)
    if found is None:
        return Answer(question, pd.DataFrame({"{}": 1.0}, index=index), points=len(index))
    side, name = found.groups()
    seen = events[name]
    counts = np.where(seen.known, seen.bad if side == "bad" else seen.total, np.nan)
    if question.instant:
        assert question.window is not None
        end = pd.Timestamp(question.end)
        inside = (seen.ends > end - question.window) & (seen.ends <= end)
        # A window total needs no scrape in between: counters go on through a gap.
        value = float((seen.bad if side == "bad" else seen.total)[inside].sum()) / question.window.total_seconds()
        return Answer(question, pd.DataFrame({"{}": [value]}, index=index), points=1)
    # rate over a step and one scrape interval: all jumps between the scrapes of the step, per second.
    rates = pd.Series(counts / step.total_seconds(), index=seen.ends).reindex(index)
    return Answer(question, pd.DataFrame({"{}": rates}, index=index), points=len(index))
