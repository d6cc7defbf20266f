"""Before and after each change: what moved, by how much, and whether that is more than days without a change move.

Before is the time up to the start of the change, after the time from its end
on: whole days, the same number on both sides, at most three, so that both hold
the same hours of the day. Other changes and SLO events of the service cut a
side short. Where less than a day is left, the other side gives the same hours
of the nearest day. An SLO event that began during the change belongs to it:
after begins when it is over, and the row names it.

The effect is the shift of the level at the change, from all days of the history
that no SLO event lies in: less the rhythm of the week, slow growth and the other
changes (:mod:`.level_shift`). The usual difference is what is left of the
difference without it. Where less than a day is left, the usual difference is the
mean of the same difference around the same clock times of the same weekday in
other weeks, and its noise that of the quiet days (:mod:`.quiet_days`).

A meeting looks at many changes and measures: what moves is judged for all of
them together, so that of what is said to have moved at most 5 of 100 did not
(Benjamini and Hochberg), and the intervals are as wide as that needs. What a
change predicts is a question of its own, judged by itself. With too few days to
tell the noise: ``cannot_tell``.

CPU follows load, and load has its moods; so a resource is compared at equal
load as well (:mod:`.equal_load`), which tells far smaller effects from noise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from math import ceil, expm1, isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.changes.quiet_days import DAY_S, MIN_QUIET, Means, Span, quiet
from prodmeet_kit.analysis.series import grid, level_shift, matching
from prodmeet_kit.analysis.series.level_shift import Shift
from prodmeet_kit.core.window import EARLIEST, Window
from prodmeet_kit.schemas.changes import CHANGES, BeforeAfterRow
from prodmeet_kit.schemas.frames import BEFORE_AFTER
from prodmeet_kit.schemas.slo import SLO_EVENTS

__all__ = ["Measure", "before_after", "worsened"]

LONGEST_S = 3 * DAY_S
"""A side is no longer: beyond, other things happen."""

SHORTEST_S = 3 * 3600.0
"""A shorter side says nothing."""

_PERCENT = re.compile(r"[+-]?\s*(\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True)
class Measure:
    """One thing to compare: ``kind`` slo, load, resource or equal_load.

    ``values`` are on the grid of ``step`` (``None``: the window's), an SLO's as ``[total, bad]``.
    """

    kind: str
    service: str
    name: str
    unit: str
    values: pd.Series[float] | pd.DataFrame
    step: timedelta | None = None

    @property
    def ref(self) -> str:
        """``service/name``."""
        return f"{self.service}/{self.name}"


@dataclass(frozen=True)
class _Busy:
    """A change or SLO event of a service, in seconds since the epoch."""

    id: str
    start: float
    end: float
    event: bool


@dataclass(frozen=True)
class _Sides:
    """Before and after, what shortened each, and the SLO events of the change itself."""

    before: Span
    after: Span
    shortened: tuple[str, str]
    events: tuple[str, ...]

    @property
    def days(self) -> float:
        """Days on each side."""
        return (self.after[1] - self.after[0]) / DAY_S


def before_after(
    past: pd.DataFrame, changes: pd.DataFrame, measures: Iterable[Measure], slo_events: pd.DataFrame, window: Window
) -> pd.DataFrame:
    """Each change of ``past`` against each measure of its services, and those it predicts; ``BEFORE_AFTER``.

    ``past`` and ``changes`` are ``CHANGES``: those since the last meeting, and
    all that are known; ``slo_events`` is ``SLO_EVENTS``. A change that names no
    service may touch any. In order of the changes, then of the measures.
    """
    known = list(measures)

    @cache
    def means(place: int) -> Means:
        """Of one measure; of those that no change touches none are made."""
        values = known[place].values
        return Means(values.iloc[grid.span(values.index, EARLIEST, window.end)], known[place].step or window.step)

    @cache
    def busy(service: str) -> list[_Busy]:
        return _busy(changes, slo_events, service)

    made: list[dict[str, Any]] = []
    shifts: list[Shift | None] = []
    for change in CHANGES.rows(past):
        expected = change["expected_effect"] or {}
        for place, measure in enumerate(known):
            predicted = expected.get("metric") == measure.ref
            if not predicted and len(change["services"]) and measure.service not in change["services"]:
                continue
            row, found = _compared(change, means(place), busy(measure.service), measure.kind, window)
            named = {name: getattr(measure, name) for name in ("kind", "service", "name", "unit")}
            made.append({"change": change["id"], **named, **row, "expected": expected if predicted else None})
            shifts.append(found)
    _judge(made, shifts)
    return BEFORE_AFTER.frame(made)


def _judge(made: list[dict[str, Any]], shifts: Sequence[Shift | None]) -> None:
    """Fill in intervals and outcomes: all shifts of the meeting together, what a change predicts by itself."""
    others = [found for row, found in zip(made, shifts, strict=True) if found is not None and row["expected"] is None]
    together = level_shift.thresholds(np.array([found.chance for found in others]))
    for row, found in zip(made, shifts, strict=True):
        expected = row.pop("expected")
        if found is not None:
            half = level_shift.reach(found, together if expected is None else level_shift.WRONG)
            ratio, here = row.pop("ratio"), row["difference"]
            ends = {"difference": here, "usual": here - found.size, "effect": found.size}
            ends |= {"low": found.size - half, "high": found.size + half}
            row.update({name: end if ratio or not isfinite(end) else expm1(end) for name, end in ends.items()})
            row.update(_outcome(found.size, half))
        if expected is not None:
            row.update(_prediction(expected, row))


def _busy(changes: pd.DataFrame, slo_events: pd.DataFrame, service: str) -> list[_Busy]:
    planned = [
        _Busy(str(row["id"]), *_ends(row), event=False)
        for row in CHANGES.rows(changes[matching.touches(changes["services"], service)])
    ]
    burned = [
        _Busy(str(row["id"]), row["onset"].timestamp(), row["end"].timestamp(), event=True)
        for row in SLO_EVENTS.rows(slo_events[slo_events["service"] == service])
    ]
    return planned + burned


def _ends(change: Mapping[str, Any]) -> Span:
    start = change["start"].timestamp()
    return start, start if pd.isna(change["end"]) else change["end"].timestamp()


def _sides(change: Mapping[str, Any], busy: Sequence[_Busy], begin: float, window: Window) -> _Sides | tuple[str, str]:
    """The two sides of a change; only what shortened them where too little is left."""
    start, end = _ends(change)
    step = window.step.total_seconds()
    own = [each for each in busy if each.event and start - step <= each.start <= end and each.end > start]
    settled = max([end, *(each.end for each in own)])
    others = [each for each in busy if each not in own and (each.event or each.id != change["id"])]
    floor, lower = max([(begin, "data"), *((each.end, each.id) for each in others if each.start < start)])
    ceiling, upper = min(
        [(window.end.timestamp(), "meeting"), *((each.start, each.id) for each in others if each.start >= start)]
    )
    back, ahead = min(start - floor, LONGEST_S), min(ceiling - settled, LONGEST_S)
    shortened = (lower if back < LONGEST_S else "", upper if ahead < LONGEST_S else "")
    if min(back, ahead) < SHORTEST_S:
        return shortened
    whole = min(back // DAY_S, ahead // DAY_S) * DAY_S
    if whole:
        before, after = (start - whole, start), (settled, settled + whole)
    elif ahead <= back:  # the same hours of the last day before the change
        away = ceil((settled + ahead - start) / DAY_S) * DAY_S
        before, after = (settled - away, settled + ahead - away), (settled, settled + ahead)
    else:
        away = ceil((settled - start + back) / DAY_S) * DAY_S
        before, after = (start - back, start), (start - back + away, start + away)
    if before[0] < start - back - 1 or after[1] > settled + ahead + 1:
        return shortened
    return _Sides(before, after, shortened, tuple(each.id for each in own))


def _compared(
    change: Mapping[str, Any], means: Means, busy: Sequence[_Busy], kind: str, window: Window
) -> tuple[dict[str, Any], Shift | None]:
    sides = _sides(change, busy, means.begin, window)
    if not isinstance(sides, _Sides):
        shortened = {"shortened_before": sides[0], "shortened_after": sides[1]}
        return {"outcome": "cannot_tell", "slo_events": [], **shortened}, None
    found = _over_days(change, sides, means, busy, kind) if sides.days >= 1 else _over_hours(sides, means, busy)
    before, after = (float(means.over(np.array([a]), np.array([b]))[0]) for a, b in (sides.before, sides.after))
    here = means.differences(sides.before, sides.after, np.zeros(1))
    return {
        **_times(sides),
        "before": before,
        "after": after,
        "difference": float(here[0]),
        "ratio": means.ratio,
        "quiet_days": found.days,
        "shortened_before": sides.shortened[0],
        "shortened_after": sides.shortened[1],
        "slo_events": list(sides.events),
    }, found if isfinite(float(here[0])) else replace(found, size=float(here[0]), error=nan)


def _over_days(change: Mapping[str, Any], sides: _Sides, means: Means, busy: Sequence[_Busy], kind: str) -> Shift:
    """The shift from all days of 24 hours before and after the change; those that an SLO event touches are left out."""
    start, settled = sides.before[1], sides.after[0]
    back = np.arange(-(int((start - means.begin) // DAY_S)), 0, dtype=np.float64)
    ahead = np.arange(0, int((means.end - settled) // DAY_S), dtype=np.float64)
    begins = np.concatenate([start + back * DAY_S, settled + ahead * DAY_S])
    values = means.over(begins, begins + DAY_S)
    if not means.ratio:
        values = np.log(np.where(values > 0, values, nan))
    levels = np.concatenate([np.zeros(len(back), np.int64), np.ones(len(ahead), np.int64)])
    for each in busy:
        if not each.event and each.id == change["id"]:
            continue
        values = np.where((each.start < begins + DAY_S) & (each.end > begins), nan, values)
        if not each.event:
            # A day with another change is neither before nor after it; what lies beyond has a level of its own.
            beyond = begins >= each.start if each.start >= start else begins < each.start
            levels += np.where(beyond, 2 if each.start >= start else -2, 0)
    places = np.concatenate([back + 0.5, ahead + 0.5])
    return level_shift.shift(values, places, levels, growing=kind in ("load", "resource"))


def _over_hours(sides: _Sides, means: Means, busy: Sequence[_Busy]) -> Shift:
    """The shift where under a day is left on one side, from the same hours of other days."""
    found = quiet(means, sides.before, sides.after, [(each.start, each.end) for each in busy])
    size = found.here - (found.usual if found.weeks else 0.0)
    enough = len(found.beyond) >= MIN_QUIET and found.weeks
    error = found.noise * (1 + 1 / found.weeks) ** 0.5 if enough else nan
    # Neighbouring days share one of their two sides.
    return Shift(size, error, max(len(found.beyond) // 2, level_shift.MIN_FREEDOM), len(found.beyond))


def _outcome(effect: float, half: float) -> dict[str, Any]:
    if not (isfinite(effect) and isfinite(half)):
        return {"outcome": "cannot_tell", "within_noise": False}
    outcome = "within_noise" if abs(effect) <= half + 1e-12 else "up" if effect > 0 else "down"
    return {"outcome": outcome, "within_noise": outcome == "within_noise"}


def _prediction(expected: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Whether it went as predicted; ``cannot_tell`` too where the noise would hide an effect of the size predicted."""
    direction, size, outcome = str(expected.get("direction", "")), str(expected.get("size", "")), row["outcome"]
    sign = {"up": 1.0, "down": -1.0}.get(direction, 0.0)
    percent = _PERCENT.fullmatch(size.strip())
    wanted = sign * float(percent[1]) / 100 if percent else nan
    hidden = outcome == "within_noise" and sign != 0 and row["low"] <= wanted <= row["high"]
    if outcome == "cannot_tell" or hidden:
        verdict = "cannot_tell"
    else:
        verdict = "yes" if outcome == (direction if sign else "within_noise") else "no"
    return {"expected_direction": direction, "expected_size": size, "as_expected": verdict}


def _times(sides: _Sides) -> dict[str, pd.Timestamp]:
    moments = {
        "before_start": sides.before[0],
        "before_end": sides.before[1],
        "after_start": sides.after[0],
        "after_end": sides.after[1],
    }
    return {name: pd.Timestamp(round(moment), unit="s", tz="UTC") for name, moment in moments.items()}


def worsened(compared: pd.DataFrame) -> dict[str, BeforeAfterRow]:
    """The change after which each SLO had more bad events beyond noise: rows of ``BEFORE_AFTER`` by ``service/name``.

    Of several changes it is the one with the largest effect. What an outage of the change itself cost is in no row.
    """
    worse = compared[(compared["kind"] == "slo") & (compared["outcome"] == "up")]
    worse = worse[worse["after"] > worse["before"]].sort_values("effect", ascending=False, kind="stable")
    found: dict[str, BeforeAfterRow] = {}
    for row in BEFORE_AFTER.rows(worse):
        found.setdefault(f"{row['service']}/{row['name']}", row)
    return found
