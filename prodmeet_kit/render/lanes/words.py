"""What is said beside a picture of lanes, and its numbers as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from prodmeet_kit.i18n.languages import t, tn
from prodmeet_kit.i18n.numbers import UNKNOWN, write

if TYPE_CHECKING:
    from prodmeet_kit.evidence.lanes import Budget, Lanes

__all__ = ["brief", "caption", "left", "summary", "summary_head"]


def caption(lanes: Lanes) -> str:
    """The small print."""
    return lanes.caption


def brief(lanes: Lanes) -> str:
    """What it would show while folded."""
    return tn("{n} service", "{n} services", len(lanes.lanes))


def summary_head() -> list[str]:
    """The column titles of :func:`summary`."""
    return [t("Service"), t("Error budgets"), t("Outages"), t("Pages"), t("of them noise"), t("Changes")]


def summary(lanes: Lanes) -> list[list[str]]:
    """Each lane in numbers, as text."""
    return [
        [
            lane.name,
            ", ".join(f"{budget.name} {left(budget)}" for budget in lane.budgets) or UNKNOWN,
            ", ".join(event.label for event in lane.events if event.kind == "outage"),
            write(sum(event.kind in ("page", "noise") for event in lane.events), "count"),
            write(sum(event.kind == "noise" for event in lane.events), "count"),
            ", ".join(event.label for event in lane.events if event.kind == "change"),
        ]
        for lane in lanes.lanes
    ]


def left(budget: Budget) -> str:
    """How much of a budget is left, or how far it is overspent."""
    if not np.isfinite(budget.left):
        return UNKNOWN
    if budget.left < 0:
        return t("{share} over", share=write(-budget.left, "budget"))
    return t("{share} left", share=write(budget.left, "budget"))
