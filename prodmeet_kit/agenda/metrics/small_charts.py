"""The small charts of a service: what failed, what was asked of it, how full it is; each with a number or two."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite, nan
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from prodmeet_kit.agenda.metrics.brief import why_unknown
from prodmeet_kit.agenda.metrics.over_time import begin
from prodmeet_kit.agenda.shared import cells
from prodmeet_kit.analysis.capacity.limits import near_limit
from prodmeet_kit.analysis.series.cells import all_highest, all_shares
from prodmeet_kit.analysis.slo.steps import Steps
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.evidence.glance import Small
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import UNKNOWN, write
from prodmeet_kit.schemas.capacity import RESOURCE_SUMMARY

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.capacity import LoadRow, ResourceRow
    from prodmeet_kit.schemas.slo import SloRow

__all__ = ["CUT", "LOW", "Rows", "Time", "of_service", "time_of"]

R = TypeVar("R", bound=Mapping[str, Any])

_DOT = " · "

CELLS = 168
"""So many points: four hours each of four weeks, so that a day is still seen as one."""

LOW = 0.5
"""An error budget of which less is left is worth a look."""

CUT = 10
"""A share of bad events is drawn up to so many times what the objective allows: an outage would flatten all else."""

FULL = 0.9
"""A resource whose p95 is above this share of its limit is worth a look, whatever its trend."""


@dataclass(frozen=True)
class Time:
    """From when to when the charts are, and the length of a point."""

    start: datetime
    end: datetime
    cell: timedelta


def time_of(analyses: Analyses) -> Time:
    """The time of all charts (:func:`.over_time.begin`), in so many points."""
    window = analyses.facts.window
    start = begin(analyses)
    return Time(start, window.end, cells.cell_of(window.end - start, window.step, CELLS))


@dataclass(frozen=True)
class Rows:
    """The rows of the summaries by service, in the order in which they are drawn; read once for all services."""

    slos: Mapping[str, list[SloRow]]
    loads: Mapping[str, list[LoadRow]]
    resources: Mapping[str, list[ResourceRow]]
    near: Collection[tuple[str, str]]

    @classmethod
    def of(cls, analyses: Analyses) -> Rows:
        """SLOs, that with the least budget first, what is not known last; loads as in the parameters; resources.

        Of these what is full soonest is first, then what is fullest. ``near``: where the limit is near.
        """
        used = analyses.capacity.resources
        fullest = used.sort_values(
            ["days_to_full", "utilisation_p95"], ascending=[True, False], kind="stable", na_position="last"
        )
        return cls(
            analyses.slo.by_budget,
            _by_service(analyses.capacity.load_rows),
            _by_service(RESOURCE_SUMMARY.rows(fullest)),
            {(row["service"], row["name"]) for row in RESOURCE_SUMMARY.rows(near_limit(used, analyses.facts.window))},
        )


def _by_service(rows: list[R]) -> dict[str, list[R]]:
    found: dict[str, list[R]] = {}
    for row in rows:
        found.setdefault(row["service"], []).append(row)
    return found


def of_service(analyses: Analyses, rows: Rows, service: str, time: Time) -> tuple[Small, ...]:
    """What failed: the share of bad events of each SLO; what was asked: each load; how full: each resource."""
    return (
        *(_slo(analyses, row, time) for row in rows.slos.get(service, ())),
        *(_load(analyses, row, time) for row in rows.loads.get(service, ())),
        *(
            _resource(analyses, row, time, near=(row["service"], row["name"]) in rows.near)
            for row in rows.resources.get(service, ())
        ),
    )


def _slo(analyses: Analyses, row: SloRow, time: Time) -> Small:
    ref = SloRef.of_row(row)
    allowed = 1 - row["objective"]
    trend = analyses.slo.trends.get(ref)
    values: tuple[float, ...] = ()
    if trend is not None:
        steps = Steps.of(trend, time.start, time.end)
        values = tuple(all_shares(steps.ends, steps.bad, steps.total, time.start, time.end, time.cell).tolist())
    if not any(map(isfinite, values)):
        why = why_unknown(row["state"], row["reason"]) if row["reason"] else t("no data")
        return Small("slo", row["name"], why, f"{ref}: {why}", tone="unknown")
    highest = float(np.nanmax(values))
    today = (analyses.slo.bad_by_day.get(ref) or [nan])[-1]
    told = {"allowed": write(allowed, "percent"), "now": _or_unknown(today, "percent")}
    note, worse = t("{now} bad, {allowed} allowed", **told), today > allowed
    if row["state"] in ("NO_DATA", "TOO_FEW"):
        note = why_unknown(row["state"], row["reason"])
    return Small(
        "slo",
        row["name"],
        note,
        t(
            "{name}: {now} of events bad in the last day, at most {highest} in {cell}, {allowed} allowed",
            name=ref,
            highest=write(highest, "percent"),
            cell=write(time.cell.total_seconds(), "duration"),
            **told,
        ),
        values=values,
        top=_top(highest, allowed),
        level=allowed,
        tone="unknown" if row["state"] in ("NO_DATA", "TOO_FEW") else "bad" if worse else "quiet",
        anchor=f"slo-{row['service']}-{row['name']}",
    )


def _top(highest: float, allowed: float) -> float:
    if allowed <= 0:
        return highest or 1.0
    return max(2 * allowed, min(highest, CUT * allowed))


def _load(analyses: Analyses, row: LoadRow, time: Time) -> Small:
    ref = SloRef.of_row(row)
    values = _highest(analyses.capacity.load_series.get(ref), time)
    if not any(map(isfinite, values)):
        return Small("load", row["name"], t("no data"), f"{ref}: {t('no data')}", tone="unknown")
    peak, mean = (write(row[key], "amount", unit=row["unit"]) for key in ("peak", "mean"))
    today = (analyses.capacity.load_by_day.get(ref) or [nan])[-1]
    return Small(
        "load",
        row["name"],
        t("peak {value}", value=peak),
        t(
            "{name}: peak {peak} and mean {mean} since the last meeting, {now} in the last day",
            name=ref,
            peak=peak,
            mean=mean,
            now=_or_unknown(today, "amount", row["unit"]),
        ),
        values=values,
        top=float(np.nanmax(values)),
        anchor=f"load-{row['service']}-{row['name']}",
    )


def _resource(analyses: Analyses, row: ResourceRow, time: Time, *, near: bool) -> Small:
    ref = SloRef.of_row(row)
    values = _highest(analyses.capacity.resource_series.get(ref), time)
    if not any(map(isfinite, values)):
        return Small("resource", row["name"], t("no data"), f"{ref}: {t('no data')}", tone="unknown")
    limit, share = row["limit"], row["utilisation_p95"]
    p95 = write(row["p95"], "amount", unit=row["unit"])
    full = _full(row)
    note = _DOT.join([write(share, "percent") if isfinite(share) else t("peak {value}", value=_peak(row)), *full])
    if isfinite(limit):
        told = t(
            "{name}: p95 {p95}, {share} of its limit of {limit}",
            name=ref,
            p95=p95,
            share=_or_unknown(share, "percent"),
            limit=write(limit, "amount", unit=row["unit"]),
        )
    else:
        told = t("{name}: p95 {p95}, peak {peak}, no limit known", name=ref, p95=p95, peak=_peak(row))
    return Small(
        "resource",
        row["name"],
        note,
        _DOT.join([told, *full]),
        values=values,
        top=max(float(np.nanmax(values)), limit if isfinite(limit) else 0.0),
        level=limit,
        tone="attention" if near or share >= FULL else "quiet",
        anchor=f"resource-{row['service']}-{row['name']}",
    )


def _full(row: ResourceRow) -> list[str]:
    """When it meets its limit, where that is known."""
    if row["trend"] == "full":
        return [t("at its limit")]
    if row["trend"] == "growing" and isfinite(row["days_to_full"]):
        return [t("full in {days}", days=write(row["days_to_full"], "days"))]
    return []


def _peak(row: ResourceRow) -> str:
    return write(row["peak"], "amount", unit=row["unit"])


def _or_unknown(value: float, kind: str, unit: str = "") -> str:
    text = write(value, kind, unit=unit)
    return t("not known") if text == UNKNOWN else text


def _highest(series: pd.Series[float] | None, time: Time) -> tuple[float, ...]:
    return () if series is None else tuple(all_highest(series, time.start, time.end, time.cell).tolist())
