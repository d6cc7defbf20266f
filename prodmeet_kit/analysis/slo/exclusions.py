"""Times that no SLO counts, such as announced maintenance: what they take out of each count and each trend.

The grid rule: an exclusion takes out the steps of the trend that lie wholly
inside it, so never more than was written down; a step that it covers in part
stays. A step inside several exclusions belongs to the first of them. From a
count over a window the events of these steps are subtracted.

The trend reaches back to ``window.history_start``. What lies before it is not
taken out; that touches only the budget at the last meeting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isnan, nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import EXCLUDED, SLO_COUNTS

__all__ = ["Exclusion", "applied", "counted", "excluded"]

HALF = 0.5
"""What is left of the bad events after a subtraction is noise of the extrapolation when it is under half an event."""


@dataclass(frozen=True)
class Exclusion:
    """``start`` to ``end`` (UTC), for the SLOs ``service/name`` in ``refs``."""

    start: datetime
    end: datetime
    refs: frozenset[str]
    reason: str
    author: str


def applied(
    counts: pd.DataFrame,
    slos: Iterable[SloTarget],
    trends: Mapping[str, pd.DataFrame],
    exclusions: Sequence[Exclusion],
    window: Window,
) -> pd.DataFrame:
    """``SLO_COUNTS`` without the excluded events; the very same numbers where nothing is excluded.

    ``trends`` maps ``service/name`` to ``[total, bad]`` a step, nothing taken out of it. A total or bad count
    that is not known stays so. Never below zero, never more bad than total.
    """
    targets = {slo.ref: slo for slo in slos}
    rows = [{str(key): value for key, value in row.items()} for row in counts.to_dict("records")]
    for row in rows:
        ref = f"{row['service']}/{row['name']}"
        if ref not in targets or ref not in trends:
            continue
        if not any(ref in exclusion.refs for exclusion in exclusions):
            continue
        begin, end = _bounds(targets[ref], str(row["span"]), window)
        trend = trends[ref]
        inside = (_owners(trend, ref, exclusions, window) >= 0) & (trend.index > begin) & (trend.index <= end)
        if inside.any():
            taken = burn_rates.events(trend)[inside].sum()
            row["total"], row["bad"] = _left(row["total"], row["bad"], taken["total"], taken["bad"])
    return SLO_COUNTS.frame(rows)


def counted(
    trends: Mapping[str, pd.DataFrame], exclusions: Sequence[Exclusion], window: Window
) -> dict[str, pd.DataFrame]:
    """The trends with no event in the excluded steps; the very same frames where nothing is excluded."""
    found = {}
    for ref, trend in trends.items():
        out = _owners(trend, ref, exclusions, window) >= 0
        found[ref] = trend.mask(pd.Series(out, index=trend.index), 0.0) if out.any() else trend
    return found


def excluded(
    slos: Iterable[SloTarget], trends: Mapping[str, pd.DataFrame], exclusions: Sequence[Exclusion], window: Window
) -> pd.DataFrame:
    """What each exclusion takes out of each SLO window, as ``EXCLUDED``.

    One row for each SLO and each exclusion that touches the SLO window; the rows of an SLO add up to what is
    taken out of its count. One of no whole step has a row with zero steps.
    """
    rows = []
    for slo in slos:
        begin = window.end - slo.window
        trend = trends.get(slo.ref)
        owners = None if trend is None else _owners(trend, slo.ref, exclusions, window)
        for number, exclusion in enumerate(exclusions):
            if slo.ref not in exclusion.refs or exclusion.start >= window.end or exclusion.end <= begin:
                continue
            row = {
                "service": slo.service,
                "name": slo.name,
                "start": exclusion.start,
                "end": exclusion.end,
                "reason": exclusion.reason,
                "author": exclusion.author,
                "total": nan,
                "bad": nan,
                "steps": 0.0,
            }
            if trend is not None and owners is not None:
                inside = (owners == number) & (trend.index > begin) & (trend.index <= window.end)
                taken = burn_rates.events(trend)[inside].sum()
                row |= {"total": taken["total"], "bad": taken["bad"], "steps": float(inside.sum())}
            rows.append(row)
    return EXCLUDED.frame(rows)


def _owners(trend: pd.DataFrame, ref: str, exclusions: Sequence[Exclusion], window: Window) -> npt.NDArray[np.int64]:
    """For each step the number of the first exclusion that holds it whole, -1 for none."""
    ends = pd.DatetimeIndex(trend.index)
    owners = np.full(len(ends), -1, dtype=np.int64)
    for number, exclusion in reversed(list(enumerate(exclusions))):
        if ref in exclusion.refs:
            start, end = pd.Timestamp(exclusion.start), pd.Timestamp(exclusion.end)
            owners[(ends - window.step >= start) & (ends <= end)] = number
    return owners


def _bounds(slo: SloTarget, span: str, window: Window) -> tuple[datetime, datetime]:
    if span == "since":
        return window.start, window.end
    end = window.end if span == "window" else window.start
    return window.begin(slo.length, end), end


def _left(total: float, bad: float, taken_total: float, taken_bad: float) -> tuple[float, float]:
    if isnan(total):
        return total, bad
    total = max(total - taken_total, 0.0)
    if isnan(bad):
        return total, bad
    rest = bad - taken_bad
    if taken_bad > 0 and rest < HALF:
        rest = 0.0
    return total, min(max(rest, 0.0), total)
