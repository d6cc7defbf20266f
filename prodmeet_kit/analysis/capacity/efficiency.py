"""What one request costs, whether that changed at equal load, and since when.

Use per event is given where it means something: where use and load are both
rates (cores / (req/s) are CPU seconds a request). Memory belongs to no single
request; it is compared at equal load alone (:mod:`.equal_load`).

The change at equal load is the mean level of the days since the last meeting
against that of the window before, with a 95% interval that counts days, not
steps, as independent (:func:`.steps.difference`). In simulated months with growth
of 0 to 5% a week and no change it was off by at most 0.05% on average, and its
interval held zero in 94 to 100 of 100 (``tests/unit/analysis/capacity/test_efficiency_worlds.py``).
What is stored has no use at equal load: it adds up, whatever the load of the day. A step in the daily levels
(:mod:`.steps`) of at least 3% is a regression or a gain; its hour is the split
of the hours around it that fits two levels best. False alarms: about 0.1% of
resources whose days are independent, about 2% where neighbouring days correlate at 0.5.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from math import expm1, log, nan
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.capacity import equal_load
from prodmeet_kit.analysis.capacity.equal_load import DAY, Levels
from prodmeet_kit.analysis.series import grid, matching, steps
from prodmeet_kit.analysis.series.steps import Step
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import EFFICIENCY, REGRESSIONS, rows

__all__ = ["Pair", "PerHour", "is_stored", "levels", "per_event", "regressions", "summarise"]

MIN_STEP = 0.03
"""A smaller step is real and nobody's business."""

NEAR = timedelta(days=1)
"""A change this far from a step may be its cause."""

_STORED = re.compile(
    r"disks?|volumes?|storage|filesystems?|fs|inodes?|pvcs?|persistentvolumeclaims?|tablespaces?|buckets?"
    r"|wal",
    re.IGNORECASE,
)
_BYTES = re.compile(r"([kmgtp]i?)?(b|bytes?)|inodes?|files?|rows?|", re.IGNORECASE)

_SECONDS = {"s": 1.0, "sec": 1.0, "second": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "hour": 3600.0, "d": 86_400.0}
_CORES = re.compile(r"v?cpus?|cores?", re.IGNORECASE)
_SHORT = {"rps": "req/s", "qps": "query/s", "tps": "tx/s"}

Floats = npt.NDArray[np.float64]

Pair = tuple[str, str]
"""A resource and a load of the same service, each as ``service/name``."""


class PerHour(Protocol):
    """A price: money for an amount in the resource's unit, used for an hour."""

    @property
    def currency(self) -> str:
        """Currency of the money."""

    def per_hour(self, amount: float) -> float:
        """Money for the amount."""


def is_stored(name: str, unit: str, query: str = "") -> bool:
    """Whether a resource is storage, which adds up over time: by its name or the names in its query, and an amount.

    >>> is_stored("disk", "bytes"), is_stored("disk-writes", "bytes/s"), is_stored("memory", "bytes")
    (True, False, False)
    >>> is_stored("data", "GiB", 'sum(kubelet_volume_stats_used_bytes{namespace="cart"})')
    True
    """
    if not _BYTES.fullmatch(unit.strip()) or "rate(" in query or "increase(" in query:
        return False
    words = re.split(r"[^a-zA-Z]+", name) + re.split(r"[^a-zA-Z]+", re.sub(r"\{[^}]*\}", "", query))
    return any(_STORED.fullmatch(word) for word in words if word) or "database_size" in query


def levels(
    use: Mapping[str, pd.Series[float] | None],
    load: Mapping[str, pd.Series[float] | None],
    window: Window,
    stored: Collection[str] = (),
) -> dict[Pair, Levels | None]:
    """The daily levels of each resource at equal load, for each load of its service that has an answer.

    ``None`` for what cannot be compared, which every resource of ``stored`` (:func:`is_stored`) is.
    """
    of_service: dict[str, list[tuple[str, pd.Series[float]]]] = {}
    for demand, loaded in load.items():
        if loaded is not None:
            of_service.setdefault(demand.split("/", 1)[0], []).append((demand, loaded))
    return {
        (resource, demand): None if resource in stored else equal_load.levels(used, loaded, window)
        for resource, used in use.items()
        if used is not None
        for demand, loaded in of_service.get(resource.split("/", 1)[0], ())
    }


def per_event(use_unit: str, load_unit: str) -> tuple[str, float] | None:
    """The unit of use / load as use of one event, and what to multiply the quotient by; ``None`` when it has none.

    >>> per_event("cores", "req/s"), per_event("cores", "req/min"), per_event("bytes/s", "req/s")
    (('CPU s/req', 1.0), ('CPU s/req', 60.0), ('bytes/req', 1.0))
    """
    used = ("CPU s", 1.0) if _CORES.fullmatch(use_unit) else _rate(use_unit)
    loaded = _rate(_SHORT.get(load_unit.lower(), load_unit))
    return None if used is None or loaded is None else (f"{used[0]}/{loaded[0]}", loaded[1] / used[1])


def _rate(unit: str) -> tuple[str, float] | None:
    """What is counted, and over how many seconds; ``None`` for a unit that is no rate."""
    what, _, span = unit.rpartition("/")
    seconds = _SECONDS.get(span.strip().lower())
    return (what.strip(), seconds) if what and seconds else None


def summarise(
    use: Mapping[str, pd.Series[float] | None],
    load: Mapping[str, pd.Series[float] | None],
    use_units: Mapping[str, str],
    load_units: Mapping[str, str],
    found: Mapping[Pair, Levels | None],
    window: Window,
    prices: Mapping[str, PerHour] | None = None,
) -> pd.DataFrame:
    """Each resource of a service per each of its loads, as ``EFFICIENCY``.

    ``use`` and ``load`` map ``service/name`` to values on the grid, UTC;
    ``found`` is :func:`levels`. Sums are over the steps where both are known
    and finite; NaN without load. ``equal_load`` is ``cannot_tell`` for what is
    stored, where the windows have too little load in common, or where fewer than 3 days of a window have a level.
    """
    made = []
    for (resource, demand), level in found.items():
        used, loaded = use[resource], load[demand]
        assert used is not None and loaded is not None  # levels are of what has an answer
        spans = ((window.start, window.end), (window.compare_start, window.start))
        ratios = [_quotient(grid.values(used, *span), grid.values(loaded, *span)) for span in spans]
        event = per_event(use_units.get(resource, ""), load_units.get(demand, ""))
        now, before = (ratio * event[1] if event else nan for ratio in ratios)
        service, name = resource.split("/", 1)
        made.append(
            {
                "service": service,
                "resource": name,
                "load": demand.split("/", 1)[1],
                "unit": event[0] if event else "",
                "per_load": now,
                "per_load_previous": before,
                "change": now / before - 1 if before > 0 else nan,
                **_at_equal_load(level),
                **_cost((prices or {}).get(resource), load_units.get(demand, ""), ratios),
            }
        )
    return EFFICIENCY.frame(made)


def _quotient(use: Floats, load: Floats) -> float:
    """Sum of use / sum of load over the steps where both are known and finite; they lie on the same grid."""
    known = np.isfinite(use) & np.isfinite(load)
    whole = float(load[known].sum())
    return float(use[known].sum()) / whole if whole > 0 else nan


def _at_equal_load(level: Levels | None) -> dict[str, object]:
    size, reach = steps.difference(level.days, level.now, level.unsure) if level else (nan, nan)
    if level is None or not reach >= 0:
        return {"equal_load": "cannot_tell"}
    low, high = expm1(size - reach), expm1(size + reach)
    tiny = 1e-9  # equal numbers differ by rounding
    return {
        "equal_load_change": expm1(size),
        "equal_load_low": low,
        "equal_load_high": high,
        "equal_load": "higher" if low > tiny else "lower" if high < -tiny else "within_noise",
        "matched_hours": level.matched,
        "matched_fraction": level.matched_fraction,
    }


def _cost(price: PerHour | None, load_unit: str, ratios: list[float]) -> dict[str, object]:
    loaded = _rate(_SHORT.get(load_unit.lower(), load_unit))
    if price is None or loaded is None:
        return {"cost_unit": ""}
    # use / (events / seconds) is use held for so many seconds; a price is for an hour.
    now, before = (price.per_hour(ratio * loaded[1] / 3600) for ratio in ratios)
    return {"cost": now, "cost_previous": before, "cost_unit": f"{price.currency}/{loaded[0]}"}


def regressions(found: Mapping[Pair, Levels | None], changes: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Steps since the last meeting and drifts of use at equal load, as ``REGRESSIONS``, largest first.

    ``found`` is :func:`levels`, ``changes`` is ``CHANGES``. Gains are in it, with a negative ``change``.
    """
    made = []
    for (resource, demand), level in found.items():
        if level is None:
            continue
        for found_step in steps.find(level.days, level.unsure):
            at = None if found_step.drift else _hour(level, found_step.day)
            step = found_step if at is None else _sized(level, found_step, at)
            if abs(step.size) < log(1 + MIN_STEP) or (at is not None and at < window.start):
                continue
            service, name = resource.split("/", 1)
            made.append(
                {
                    "service": service,
                    "resource": name,
                    "load": demand.split("/", 1)[1],
                    "kind": "drift" if at is None else "step",
                    "at": at,
                    "change": expm1(step.size),
                    "low": expm1(step.size - step.reach),
                    "high": expm1(step.size + step.reach),
                    "changes": [] if at is None else _near(changes, service, at),
                }
            )
    return REGRESSIONS.frame(sorted(made, key=lambda row: -abs(float(str(row["change"])))))


def _hour(level: Levels, day: int) -> pd.Timestamp:
    """Start of the first hour after a step between two days: the split of 3 days that fits two levels best."""
    boundary = level.first + day * DAY
    hours = level.hours
    around = hours[(hours.index >= boundary - 1.5 * DAY) & (hours.index < boundary + 1.5 * DAY)]
    before = hours[(hours.index >= boundary - 3 * DAY) & (hours.index < boundary - DAY)]
    after = hours[(hours.index >= boundary + DAY) & (hours.index < boundary + 3 * DAY)]
    if before.empty or after.empty or len(around) < 2:
        return boundary
    low, high = float(before.median()), float(after.median())
    # How much better the upper level fits than the lower, hour by hour: cut where what lies before fits worst.
    pull = (around.to_numpy() - (low + high) / 2) * np.sign(high - low)
    first = int(np.argmin(np.concatenate([[0.0], np.cumsum(pull)])))
    return around.index[first] if first < len(around) else boundary


def _sized(level: Levels, step: Step, at: pd.Timestamp) -> Step:
    """The step without the day it happened on, which is partly before and partly after."""
    partial = int((at - level.first) // DAY)
    days = level.days.copy()
    days[partial : partial + 1] = np.nan
    again = [each for each in steps.find(days, level.unsure) if abs(each.day - step.day) <= 1 and not each.drift]
    return again[0] if again else step


def _near(changes: pd.DataFrame, service: str, at: pd.Timestamp) -> list[str]:
    """Ids of the service's changes that go on within a day of the step, nearest first."""
    near = []
    for row in rows(changes[matching.touches(changes["services"], service)]):
        end = row["start"] if pd.isna(row["end"]) else row["end"]
        away = max(row["start"] - at, at - end, timedelta(0))
        if away <= NEAR:
            near.append((away, abs(row["start"] - at), str(row["id"])))
    return [identity for _, _, identity in sorted(near)]
