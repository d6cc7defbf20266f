"""What a live notebook holds: the stage with one finding at a time, and a box for queries.

Each edit is a new file in the minutes; a stage made again reads them, so that a
killed kernel loses nothing and a second browser shows what the first wrote.
"""

from __future__ import annotations

import secrets
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from prodmeet_kit.minutes import Minutes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prodmeet_kit.explore.promql_box import PromqlBox
    from prodmeet_kit.live.widgets import Stage
    from prodmeet_kit.review import Review

__all__ = ["Meeting"]


class Meeting:
    """One live meeting of a review. ``stage`` and ``promql`` display themselves.

    What is decided is written below ``minutes``; ``report`` is the folder of the report, ``None`` where there is none.
    """

    def __init__(self, review: Review, minutes: str | Path, report: str | Path | None = None) -> None:
        self.review = review
        self.minutes = Minutes(Path(minutes), review.facts.product.product)
        self.report = None if report is None else Path(report)
        window = review.facts.window
        following = window.end.astimezone(window.zone) + review.facts.product.meeting.cadence
        self.day, self.next_day = window.day.isoformat(), following.date().isoformat()
        self._parameters = Path(minutes).parent / "parameters"
        self.model = ""

    @cached_property
    def stage(self) -> Stage:
        """The meeting on the screen: one finding after the other, each with its form, and the clock."""
        from prodmeet_kit.live.stage import stage

        return stage(self)

    def show(self, models: Mapping[str, str]) -> None:
        """Make ``stage``, ``closer`` and ``promql`` as models of these names, whose views a notebook shows already."""
        from ipywidgets import VBox

        self.model = models["stage"]
        tools = {"closer": self.review.closer.widget, "promql": self.promql.widget}
        self._shown = [self.stage, *(VBox([tool], model_id=models[name]) for name, tool in tools.items())]

    @cached_property
    def alerts(self) -> Mapping[str, Mapping[str, str]]:
        """Alert, service and suggested verdict by subject, for each alert that paged."""
        from prodmeet_kit.live.decisions import alerts_of

        return alerts_of(self)

    @cached_property
    def promql(self) -> PromqlBox:
        """A box for queries, asked now where the product's parameters are at hand, else of the frozen data."""
        name = self.review.facts.product.product
        there = (self._parameters / f"{name}.yaml").is_file()
        return (self.review.live(self._parameters) if there else self.review).promql

    def new_id(self) -> str:
        """An id for a new action item, which no other has."""
        return f"AI-{self.day.replace('-', '')}-{secrets.token_hex(2)}"
