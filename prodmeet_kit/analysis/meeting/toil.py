"""Toil in hours: minutes each time, times a week, over a quarter, here and in other products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import nan
from typing import Any

import pandas as pd

from prodmeet_kit.schemas.frames import TOIL_FINDINGS

__all__ = ["WEEKS_PER_QUARTER", "findings"]

WEEKS_PER_QUARTER = 13.0


def findings(toil: pd.DataFrame) -> pd.DataFrame:
    """The kinds of toil (``TOIL``) with their hours, most expensive first, as ``TOIL_FINDINGS``.

    hours = minutes * times a week * 13 / 60; NaN, and last, where either is not
    known. ``hours_everywhere`` adds those of the same toil in other products, as far as they are known.
    """
    hours = toil["minutes"] * toil["times_per_week"] * WEEKS_PER_QUARTER / 60
    others = [list(each or ()) for each in toil["elsewhere"]]
    known = [[here, *map(_hours, each)] for here, each in zip(hours, others, strict=True)]
    priced = toil.assign(
        hours_per_quarter=hours,
        other_products=pd.Series(
            [sorted({str(one["product"]) for one in each}) for each in others], index=toil.index, dtype="object"
        ),
        hours_everywhere=pd.Series([_sum(each) for each in known], index=toil.index, dtype="float64"),
    )
    return TOIL_FINDINGS.check(
        priced.sort_values(["hours_per_quarter", "id"], ascending=[False, True], ignore_index=True)
    )


def _hours(entry: Mapping[str, Any]) -> float:
    minutes, times = entry.get("minutes"), entry.get("times_per_week")
    return nan if minutes is None or times is None else minutes * times * WEEKS_PER_QUARTER / 60


def _sum(hours: Iterable[float]) -> float:
    known = [each for each in hours if each == each]  # NaN is not equal to itself
    return sum(known) if known else nan
