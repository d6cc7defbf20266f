"""The share of bad events over time, for a figure: in stretches that hold enough events to have a share."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from prodmeet_kit.analysis.series import grid
from prodmeet_kit.analysis.series.cells import cell, grouped
from prodmeet_kit.analysis.slo import burn_rates

__all__ = ["EXPECTED", "shares"]

EXPECTED = 2.0
"""Bad events that a stretch may have by its objective, on average: with fewer its share is a comb of chance."""


def shares(
    trend: pd.DataFrame, start: datetime, end: datetime, step: timedelta, allowed: float
) -> tuple[pd.Series[float], timedelta]:
    """Bad / total events of each stretch of ``(start, end]``, named by its end, and how long a stretch is.

    ``trend`` has ``[total, bad]`` a step, UTC. Stretches are longer where few events come: of ``allowed`` (1 -
    objective) each holds :data:`EXPECTED` bad events, up to a day. NaN where no event is known.
    """
    inside = burn_rates.events(grid.between(trend, start, end))
    length = cell(end - start, step)
    total = float(inside["total"].sum())
    while allowed > 0 and (end - start) / length > 1 and length < timedelta(days=1):
        if total * (length / (end - start)) * allowed >= EXPECTED:
            break
        if (longer := cell(end - start, step, at_least=length + step)) == length:
            break
        length = longer
    summed = grouped(inside, end, length).sum(min_count=1)
    ratio = summed["bad"] / summed["total"].where(summed["total"] > 0)
    return ratio.rename("share"), length
