"""Objectives that do not fit what the service gives: met by far, or missed, in six SLO windows in a row.

How windows are counted:

- A rolling window counts once it is over: each ends at least one window length before the next begins to count
  (an hour or two of a clock change aside), and at most one meeting's cadence earlier, so that none is left out.
  Of a 28-day window with a meeting every 14 days that is every second report, and six take 24 weeks. Reports of
  windows that overlap are not six windows.
- Where the trend of this review itself reaches back six windows, its own steps are counted, whole windows back from
  the meeting, and no report is needed.
- Of a calendar month or quarter the last report of each counts, when it had seen half of it.
- A window without a judgement (``NO_DATA``, ``TOO_FEW``), another objective, or another definition ends the row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from math import floor, log10, nan
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from prodmeet_kit.analysis.slo.arithmetic import SloTarget
from prodmeet_kit.analysis.slo.steps import Steps
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import REVISE
from prodmeet_kit.schemas.slo import SLO_SUMMARY

__all__ = ["FAR", "WINDOWS", "Attained", "attained", "proposed", "revise"]

WINDOWS = 6
"""So many in a row are no accident. The issue's own number."""

FAR = 0.8
"""Met by far: at least this share of the budget is left in each window. Own choice."""

LEAST_BAD = 3.0
"""A budget of fewer bad events is met or missed by chance."""

SEEN = 0.9
"""A window of the trend counts when so many of its steps have a total."""

_CLOCKS = timedelta(hours=2)
_DAYS = {"month": 31, "quarter": 92}


@dataclass(frozen=True)
class Attained:
    """What one SLO attained over a window that ended at ``end``, as a review said then."""

    end: datetime
    window_s: float
    period: str
    objective: float
    state: str
    attainment: float
    remaining: float
    total: float
    redefined: bool = False


def attained(end: str, row: Mapping[str, Any]) -> Attained:
    """What an earlier ``review.json`` said of an SLO, whose window ended at ``end`` (ISO 8601); null is NaN."""

    def number(key: str) -> float:
        return nan if row[key] is None else float(row[key])

    return Attained(
        datetime.fromisoformat(end), number("window_s"), str(row["period"]), number("objective"), str(row["state"]),
        number("attainment"), number("budget_remaining"), number("total"), bool(row["redefined"]),
    )  # fmt: skip


def revise(
    slos: pd.DataFrame,
    targets: Iterable[SloTarget],
    earlier: Mapping[str, Sequence[Attained]],
    trends: Mapping[str, pd.DataFrame],
    window: Window,
    redefined: Iterable[str] = (),
) -> pd.DataFrame:
    """``REVISE``: one row for each SLO whose last six windows were all met by far, or all missed.

    ``slos`` is ``SLO_SUMMARY``; ``earlier`` what earlier reviews said of each ``service/name``, in any order;
    ``trends`` as for :mod:`.slo`; ``redefined`` the ``service/name`` of SLOs that are defined otherwise than at the
    last meeting.
    """
    now = {f"{row['service']}/{row['name']}": row for row in SLO_SUMMARY.rows(slos)}
    changed, found = set(redefined), []
    for target in targets:
        row = now.get(target.ref)
        if row is None or not 0 < target.objective < 1:
            continue
        first = Attained(
            window.end, row["window_s"], row["period"], target.objective, row["state"], row["attainment"],
            row["budget_remaining"], row["total"], target.ref in changed,
        )  # fmt: skip
        # The trend is counted as it is defined now.
        chain = _of_trend(target, trends.get(target.ref), first, window)
        source = "trend"
        if len(chain) < WINDOWS:
            chain, source = _in_a_row(first, earlier.get(target.ref, ()), window), "reports"
        direction = _direction(chain)
        if direction:
            found.append(_row(target, direction, source, chain))
    return REVISE.frame(found)


def _direction(chain: Sequence[Attained]) -> str:
    if len(chain) < WINDOWS:
        return ""
    if all(each.state == "BAD" for each in chain):
        return "loosen"
    return "tighten" if all(each.state == "OK" and each.remaining >= FAR for each in chain) else ""


def _row(target: SloTarget, direction: str, source: str, chain: Sequence[Attained]) -> dict[str, object]:
    low, high = proposed(target.objective, direction, chain)
    oldest_first = chain[::-1]
    return {
        "service": target.service,
        "name": target.name,
        "objective": target.objective,
        "direction": direction,
        "windows": float(len(chain)),
        "ends": [each.end for each in oldest_first],
        "attained": [each.attainment for each in oldest_first],
        "budget_remaining": [each.remaining for each in oldest_first],
        "proposed_low": low,
        "proposed_high": high,
        "counted": source,
    }


def proposed(objective: float, direction: str, chain: Sequence[Attained]) -> tuple[float, float]:
    """Objectives that all these windows would have met, as fractions; NaN where none lies on the side that is meant.

    The higher one the worst window just meets; at the lower one it spends half the budget. Without a bad event the
    worst is taken as three among all events, which is what so many without one leave possible (95%).
    """
    worst = 1 - min(each.attainment for each in chain)
    total = sum(each.total for each in chain if each.total == each.total)
    if worst <= 0:
        worst = 3 / total if total > 0 else nan
    low, high = _plain(1 - 2 * worst), _plain(1 - worst)
    ahead = low > objective if direction == "tighten" else high < objective
    return (low, high) if ahead and low > 0 else (nan, nan)


def _plain(objective: float) -> float:
    """Cut to one digit beyond its nines, two below 90%: 0.99987 is 0.9998, 0.9951 is 0.995."""
    if not 0 < objective < 1:
        return nan
    places = max(2, -floor(log10(1 - objective)))
    exact = Decimal(f"{objective:.12f}")
    return float(exact.quantize(Decimal(1).scaleb(-places), ROUND_FLOOR))


def _of_trend(target: SloTarget, trend: pd.DataFrame | None, first: Attained, window: Window) -> list[Attained]:
    """Whole windows back from the meeting, newest first, as far as the trend has seen them; calendar windows never."""
    length = target.window
    if trend is None or trend.empty or target.period is not None:
        return [first]
    chain = [first]
    seen = Steps.of(trend)
    for back in range(1, WINDOWS):
        end = window.end - back * length
        part, steps = seen.between(end - length, end), length / window.step
        known, (total, bad) = int(part.known.sum()), (float(each.sum()) for each in part.counted)
        allowed = target.budget * total
        if known < SEEN * steps or allowed < LEAST_BAD:
            break
        state = "BAD" if bad > allowed * (1 + 1e-9) else "OK"
        chain.append(
            Attained(end, first.window_s, "", target.objective, state, 1 - bad / total, 1 - bad / allowed, total)
        )
    return chain


def _in_a_row(first: Attained, earlier: Iterable[Attained], window: Window) -> list[Attained]:
    """The windows before this one, one after another, newest first."""
    if first.period:
        return _periods(first, earlier, window.zone)
    chain, last = [first], first
    if first.redefined:
        return chain
    for each in sorted(earlier, key=lambda one: one.end, reverse=True):
        apart = last.end - each.end
        length = timedelta(seconds=last.window_s)
        whole = apart >= length - _CLOCKS
        if whole and (apart > length + window.length + _CLOCKS or not _alike(each, first)):
            break
        if whole:
            chain.append(each)
            last = each
        if each.redefined or len(chain) == WINDOWS:
            break
    return chain


def _periods(first: Attained, earlier: Iterable[Attained], zone: ZoneInfo) -> list[Attained]:
    """Of each calendar period the last report, when it had seen half of it; the present one too."""

    def period_of(each: Attained) -> int:
        begin = (each.end - timedelta(seconds=each.window_s) + _CLOCKS).astimezone(zone)
        return (begin.year * 12 + begin.month - 1) // (3 if first.period == "quarter" else 1)

    def young(each: Attained) -> bool:
        return each.window_s < timedelta(days=_DAYS.get(first.period, 31) / 2).total_seconds()

    wanted = period_of(first) - young(first)
    chain: list[Attained] = []
    for each in sorted([first, *earlier], key=lambda one: one.end, reverse=True):
        if period_of(each) == wanted and not young(each) and _alike(each, first):
            chain.append(each)
            wanted -= 1
        elif period_of(each) <= wanted:
            break
        if each.redefined or len(chain) == WINDOWS:
            break
    return chain


def _alike(each: Attained, first: Attained) -> bool:
    """Whether two windows are of one objective, over one kind of window."""
    same_length = bool(first.period) or abs(each.window_s - first.window_s) <= _CLOCKS.total_seconds()
    return abs(each.objective - first.objective) < 1e-9 and each.period == first.period and same_length
