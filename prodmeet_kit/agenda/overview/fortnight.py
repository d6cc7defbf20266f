"""The time since the last meeting in one picture: a lane a service, the worst first, the quiet ones in one lane."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from prodmeet_kit.agenda.metrics import quiet_services
from prodmeet_kit.agenda.outages.length import began_at, length
from prodmeet_kit.evidence.lanes import Budget, Event, Lane, Lanes
from prodmeet_kit.i18n.languages import listed, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.capacity import LOAD_SUMMARY
from prodmeet_kit.schemas.changes import CHANGES
from prodmeet_kit.schemas.incidents import OUTAGES, OutageRow
from prodmeet_kit.schemas.paging import PAGES
from prodmeet_kit.schemas.slo import SLO_SUMMARY

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["MOST", "fortnight"]

MOST = 10
"""So many services have a lane of their own; the rest share one."""

_CELLS = 170
_CELL = tuple(timedelta(minutes=minutes) for minutes in (10, 20, 30, 60, 120, 240, 360, 720, 1440))
_HEALTHY = 0.5
"""A budget of which more is left, of an SLO that is met, is counted and not drawn where others are worse."""


def fortnight(analyses: Analyses, lines: pd.DataFrame) -> Lanes | None:
    """The picture, ``None`` where no service has an SLO or a load; ``lines`` is ``frames.AGENDA_LINES``."""
    window = analyses.facts.window
    quiet = set(quiet_services.found(analyses, lines).services)
    names = [service.name for service in analyses.facts.product.services]
    worst = sorted(names, key=lambda name: _trouble(analyses, name))
    loud = [name for name in worst if name not in quiet]
    shown, rest = loud[:MOST], [*loud[MOST:], *(name for name in worst if name in quiet)]
    if len(rest) == 1:  # one lane either way: its own says more
        shown, rest = [*shown, *rest], []
    lanes = [_lane(analyses, name) for name in shown]
    if rest:
        lanes.append(_rest(analyses, rest, all(name in quiet for name in rest)))
    if not any(lane.load is not None or lane.burn is not None for lane in lanes):
        return None
    return Lanes(
        title=t(
            "{start} to {end} ({zone})",
            start=write(window.start, "date", timezone=window.timezone),
            end=write(window.end, "date", timezone=window.timezone),
            zone=window.timezone,
        ),
        lanes=tuple(lanes),
        start=window.start,
        end=window.end,
        timezone=window.timezone,
        anchor="fortnight",
    )


def _trouble(analyses: Analyses, service: str) -> tuple[float, int]:
    """What sorts a service before another: the least budget left, then its outages."""
    left = analyses.slo.summary["budget_remaining"][analyses.slo.summary["service"] == service]
    outages = sum(service in row["services"] for row in OUTAGES.rows(analyses.incidents.recent_outages))
    least = float(left.min()) if left.notna().any() else np.inf
    return (least, -outages)


def _lane(analyses: Analyses, service: str) -> Lane:
    slos = analyses.slo.summary[analyses.slo.summary["service"] == service].sort_values(
        "budget_remaining", kind="stable"
    )
    ref = f"{service}/{slos['name'].iloc[0]}" if len(slos) else ""
    load, unit, peak = _load(analyses, service)
    budgets = tuple(
        Budget(str(row["name"]), float(row["budget_remaining"]), float(row["budget_remaining_before"]))
        for row in SLO_SUMMARY.rows(slos)
    )
    hidden = slos.iloc[2:]
    met = int((hidden["state"] == "OK").sum())
    more = ""
    if len(hidden):
        more = t("+{n} met", n=met) if met == len(hidden) else t("+{n}, {met} of them met", n=len(hidden), met=met)
    return Lane(
        name=service,
        note=t("peak {value}", value=write(peak, "amount", unit=unit)) if load is not None else "",
        load=load,
        load_unit=unit,
        burn=_burn(analyses, [ref]) if ref else None,
        burn_of=ref,
        events=tuple(_events(analyses, service)),
        budgets=budgets[:2],
        more=more,
    )


def _rest(analyses: Analyses, services: list[str], quiet: bool) -> Lane:
    """The services without a lane of their own: their burn at its worst, and the least budgets."""
    slos = analyses.slo.summary[analyses.slo.summary["service"].isin(services)].sort_values(
        "budget_remaining", kind="stable"
    )
    refs = [f"{row['service']}/{row['name']}" for row in SLO_SUMMARY.rows(slos)]
    name = tn("{n} quiet", "{n} quiet", len(services)) if quiet else tn("{n} more", "{n} more", len(services))
    least = slos.head(1)
    return Lane(
        name=name,
        note="",
        load=None,
        load_unit="",
        burn=_burn(analyses, refs),
        burn_of=t("the worst of {n} SLOs", n=len(refs)),
        events=tuple(event for service in services for event in _events(analyses, service)),
        budgets=tuple(
            Budget(f"{row['service']}", float(row["budget_remaining"]), float(row["budget_remaining_before"]))
            for row in SLO_SUMMARY.rows(least)
        ),
        more=t("the least of {n}", n=len(refs)) if len(refs) > 1 else "",
    )


def _by_budget(analyses: Analyses, services: list[str]) -> pd.DataFrame:
    """The SLOs of these services, that with the least budget first."""
    slos = analyses.slo.summary
    return slos[slos["service"].isin(services)].sort_values("budget_remaining", kind="stable")


def _cell(analyses: Analyses) -> timedelta:
    window = analyses.facts.window
    length = window.end - window.start
    return next((cell for cell in _CELL if cell >= window.step and length / cell <= _CELLS), _CELL[-1])


def _load(analyses: Analyses, service: str) -> tuple[pd.Series[float] | None, str, float]:
    """The first load of the service, its highest value in each cell, and its peak."""
    loads = analyses.capacity.loads[analyses.capacity.loads["service"] == service]
    if not len(loads):
        return None, "", float("nan")
    row = LOAD_SUMMARY.rows(loads.head(1))[0]
    series = analyses.capacity.load_series.get(f"{service}/{row['name']}")
    if series is None:
        return None, "", float("nan")
    window = analyses.facts.window
    inside = series[series.index > window.start]
    return _cells(inside, window.end, _cell(analyses) / 2).max(), str(row["unit"]), float(row["peak"])


def _burn(analyses: Analyses, refs: list[str]) -> pd.Series[float] | None:
    """In each cell, how many times faster than lasting the budget burned: of several SLOs the worst."""
    window = analyses.facts.window
    objective = {
        f"{row['service']}/{row['name']}": float(row["objective"]) for row in SLO_SUMMARY.rows(analyses.slo.summary)
    }
    found = []
    for ref in refs:
        trend = analyses.slo.counted_trends.get(ref)
        if trend is None:
            continue
        inside = trend[trend.index > window.start]
        summed = _cells(inside, window.end, _cell(analyses)).sum(min_count=1)
        found.append(summed["bad"] / summed["total"].where(summed["total"] > 0) / (1 - objective[ref]))
    if not found:
        return None
    worst: pd.Series[float] = pd.concat(found, axis=1).max(axis=1)
    return worst


def _cells(series: Any, end: Any, cell: timedelta) -> Any:
    """Grouped in cells that end at the meeting and whole cells before it; each is named by its end."""
    return series.resample(cell, closed="right", label="right", origin=pd.Timestamp(end))


def _events(analyses: Analyses, service: str) -> list[Event]:
    found = [_outage(row) for row in OUTAGES.rows(analyses.incidents.recent_outages) if service in row["services"]]
    for row in CHANGES.rows(analyses.changes.past):
        if service in row["services"]:
            title = f"{row['id']} {row['title']}".strip()
            found.append(Event(row["start"], None, str(row["id"]), title, "change"))
    for page in PAGES.rows(analyses.paging.pages[analyses.paging.pages["service"] == service]):
        noise = page["shown_verdict"] == "noise"
        text = t("{alert} paged, noise", alert=page["alert"]) if noise else t("{alert} paged", alert=page["alert"])
        found.append(Event(page["start"], None, page["alert"], text, "noise" if noise else "page"))
    return found


def _outage(row: OutageRow) -> Event:
    name = listed(row["incidents"]) or t("outage")
    goes_on = bool(row["ongoing"]) or pd.isna(row["hurt_end"])
    parts = [name, t("goes on") if goes_on else length(row), *([t("nobody paged")] if row["paged"] is False else [])]
    spent = max((share for share in row["budget_spent"].values() if share == share), default=float("nan"))
    text = " · ".join(parts)
    if np.isfinite(spent):
        text += " · " + t("{share} of an error budget", share=write(spent, "budget"))
    return Event(began_at(row), None if goes_on else row["hurt_end"], " · ".join(parts), text, "outage")
