"""What is still wrong with a thing, whatever the acceptance query of an action item about it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import nan
from typing import NamedTuple

import pandas as pd

from prodmeet_kit.analysis.capacity import limits
from prodmeet_kit.analysis.series.grid import instant
from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.events import MIN_BAD
from prodmeet_kit.analysis.slo.steps import Steps
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.capacity import RESOURCE_SUMMARY
from prodmeet_kit.schemas.frames import rows
from prodmeet_kit.schemas.slo import SLO_SUMMARY

__all__ = ["Still", "still"]


class Still(NamedTuple):
    """``code``: growing (``value``: days until full, 0: it is, NaN: unknown), missed (attained), burning (rate)."""

    code: str
    value: float


def still(
    resources: pd.DataFrame,
    slos: pd.DataFrame,
    trends: Mapping[str, pd.DataFrame],
    targets: Iterable[SloTarget],
    window: Window,
) -> dict[str, Still]:
    """By subject (``resource:cart/memory``, ``slo:cart/availability``) what is wrong at the meeting.

    - ``growing``: the resource is full, or its limit is near (:func:`.limits.near_limit`), or its last days rise far
      beyond all noise, too few to tell when it is full (:class:`.filling.Filling`);
    - ``burning``: a standard alert condition, of a page or a ticket, holds at the last step with at least 5 bad
      events in its long window;
    - ``missed``: the objective is not met over its window, nor was it since the last meeting. What is missed only by
      what happened before may be fixed.

    ``resources`` is ``RESOURCE_SUMMARY``, ``slos`` is ``SLO_SUMMARY``.
    """
    soon = resources[(resources["trend"] == "too_short") & (resources["days_to_full_low"] <= limits.LIMIT_NEAR_DAYS)]
    found = {
        f"resource:{row['service']}/{row['name']}": Still("growing", nan) for row in RESOURCE_SUMMARY.rows(soon)
    } | {
        f"resource:{row['service']}/{row['name']}": Still("growing", row["days_to_full"])
        for row in rows(limits.near_limit(resources, window))
    }
    for row in SLO_SUMMARY.rows(slos[slos["state"] == "BAD"]):
        if row["attainment_since"] < row["objective"]:
            found[f"slo:{row['service']}/{row['name']}"] = Still("missed", row["attainment"])
    for target in targets:
        trend = trends.get(target.ref)
        rate = None if trend is None else _burning(trend, target, window)
        if rate is not None:
            found[f"slo:{target.ref}"] = Still("burning", rate)
    return found


def _burning(trend: pd.DataFrame, target: SloTarget, window: Window) -> float | None:
    """The burn rate over the long window of the first condition that holds at the meeting."""
    steps = Steps.of(trend, end=window.end)
    if not len(steps) or steps.ends[-1] < instant(window.end - window.step):
        return None
    for condition in (*burn_rates.PAGE, *burn_rates.TICKET):
        recent = steps.between(window.end - condition.long, window.end)
        if recent.counted[1].sum() >= MIN_BAD and condition.held(recent, target.objective, window.step)[-1]:
            return float(burn_rates.burns(recent, target.objective, window.step, condition.long)[-1])
    return None
