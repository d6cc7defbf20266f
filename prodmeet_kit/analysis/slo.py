"""SLO arithmetic: attainment, error budget, burn rate. Every other module takes these numbers from here.

Counts of events over a whole window decide the state of an SLO; the trend
(:mod:`.burn_rates`) tells when the budget burned.

- attainment = 1 - bad / total
- budget, in events = (1 - objective) * total over the SLO window
- burn rate = (bad / total) / (1 - objective): 1 spends the budget exactly in one SLO window
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import inf, isnan, nan

import pandas as pd

from prodmeet_kit.analysis import grid
from prodmeet_kit.frames import SLO_SUMMARY
from prodmeet_kit.window import Window

__all__ = ["SloTarget", "budgets", "summarise"]

TINY = 1e-9
"""Below this an extrapolated count, or its distance from what the budget allows, is rounding."""


@dataclass(frozen=True)
class SloTarget:
    """One objective: ``objective`` is a fraction, ``window_s`` the SLO window in seconds."""

    service: str
    name: str
    objective: float
    window_s: float

    @property
    def ref(self) -> str:
        """``service/name``, as trends are keyed."""
        return f"{self.service}/{self.name}"

    @property
    def budget(self) -> float:
        """The share of events that may fail."""
        return round(1 - self.objective, 12)

    @property
    def window(self) -> timedelta:
        """The SLO window."""
        return timedelta(seconds=self.window_s)


@dataclass(frozen=True)
class _Count:
    """Events of one span, cleaned: 0 <= bad <= total, or NaN where the total is unknown."""

    total: float
    bad: float
    note: str = ""

    @classmethod
    def of(cls, total: float, bad: float) -> _Count:
        if isnan(total):
            return cls(nan, nan)
        total = total if total > TINY else 0.0
        if total == 0:
            return cls(0.0, 0.0)
        if isnan(bad):
            return cls(total, 0.0, "bad_absent")
        if bad > total:
            return cls(total, total, "bad_over_total")
        return cls(total, bad if bad > TINY else 0.0)


def summarise(
    counts: pd.DataFrame, slos: Iterable[SloTarget], trends: Mapping[str, pd.DataFrame], window: Window
) -> pd.DataFrame:
    """State and budget of each SLO at the meeting, as ``SLO_SUMMARY``, in the order of ``slos``.

    ``counts`` is ``SLO_COUNTS``; ``trends`` maps ``service/name`` to a frame
    ``[total, bad]`` of events a step, and is used for ``missing_fraction`` alone (NaN without a trend).

    States, first that holds:

    - ``NO_DATA``: no total, or a total of 0;
    - ``TOO_FEW``: the budget allows less than one bad event, so that one event decides;
    - ``BAD``: attainment below the objective;
    - ``OK``.

    A bad series that is absent counts as zero only while the total exists
    (note ``bad_absent``); bad beyond total is cut to total (``bad_over_total``);
    negative rounding is 0.

    At an objective of 1 the budget is 0: the SLO is ``BAD`` after any bad event
    and ``OK`` without. Its budget numbers are NaN without bad events; with them
    the remaining budget is minus infinity, budget spent and burn rate are infinite.
    """
    found = _counts(counts)
    return SLO_SUMMARY.frame(_row(slo, found, trends.get(slo.ref), window) for slo in slos)


def budgets(counts: pd.DataFrame, slos: Iterable[SloTarget]) -> dict[str, float]:
    """Bad events each SLO allows over its window, by ``service/name``; NaN where there is no total.

    ``counts`` is ``SLO_COUNTS``. At an objective of 1 it is 0.
    """
    found = _counts(counts)
    return {slo.ref: _allowed(slo, found.get((slo.ref, "window"), _Count(nan, nan))) for slo in slos}


def _counts(counts: pd.DataFrame) -> dict[tuple[str, str], _Count]:
    columns = (counts[column] for column in ("service", "name", "span", "total", "bad"))
    return {
        (f"{service}/{name}", str(span)): _Count.of(float(total), float(bad))
        for service, name, span, total, bad in zip(*columns, strict=True)
    }


def _allowed(slo: SloTarget, count: _Count) -> float:
    return slo.budget * count.total if count.total > 0 else nan


def _share(part: float, whole: float) -> float:
    """A part of a whole; of nothing, infinite when there is a part and NaN when there is none."""
    if whole == 0:
        return inf if part > 0 else nan
    return part / whole


def _state(slo: SloTarget, count: _Count) -> str:
    if not count.total > 0:
        return "NO_DATA"
    allowed = _allowed(slo, count)
    if slo.budget > 0 and allowed < 1 - TINY:
        return "TOO_FEW"
    return "BAD" if count.bad > allowed * (1 + TINY) else "OK"


def _row(
    slo: SloTarget, found: Mapping[tuple[str, str], _Count], trend: pd.DataFrame | None, window: Window
) -> dict[str, object]:
    unknown = _Count(nan, nan)
    count, recent, before = (found.get((slo.ref, span), unknown) for span in ("window", "since", "previous"))
    allowed = _allowed(slo, count)
    total = None if trend is None else trend["total"]
    cut = recent.note if recent.note == "bad_over_total" else ""
    return {
        "service": slo.service,
        "name": slo.name,
        "objective": slo.objective,
        "window_s": slo.window_s,
        "state": _state(slo, count),
        "attainment": 1 - count.bad / count.total if count.total > 0 else nan,
        "good": count.total - count.bad,
        "total": count.total,
        "bad": count.bad,
        "budget_remaining": 1 - _share(count.bad, allowed),
        "budget_remaining_before": 1 - _share(before.bad, _allowed(slo, before)),
        "budget_spent_since_last": _share(recent.bad, allowed),
        "burn_rate": _share(_share(recent.bad, recent.total), slo.budget),
        "missing_fraction": (
            nan if total is None else grid.missing_fraction(total, window.end - slo.window, window.end, window.step)
        ),
        "note": count.note or cut,
    }
