"""The time since the last meeting in one picture: a lane a service, the worst first, the quiet ones in one lane."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from prodmeet_kit.agenda.metrics import quiet_services
from prodmeet_kit.agenda.outages.length import began_at, length
from prodmeet_kit.agenda.shared.cells import cell_of
from prodmeet_kit.analysis.series import cells, grid
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.core.subjects import service_in, subject
from prodmeet_kit.evidence.lanes import Budget, Event, Lane, Lanes
from prodmeet_kit.i18n.languages import listed, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.capacity import LOAD_SUMMARY
from prodmeet_kit.schemas.changes import CHANGES
from prodmeet_kit.schemas.incidents import OUTAGES, OutageRow
from prodmeet_kit.schemas.paging import PAGES

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.schemas.slo import SloRow

__all__ = ["MOST", "fortnight"]

MOST = 10
"""So many services have a lane of their own; the rest share one."""

BUDGETS = 2
"""So many budgets of a service are drawn; the others are counted."""

_CELLS = 170


def fortnight(analyses: Analyses, lines: pd.DataFrame, found: Sequence[Finding] = ()) -> Lanes | None:
    """The picture, ``None`` where no service has an SLO or a load; ``lines`` is ``frames.AGENDA_LINES``.

    What is in it leads to the ``found`` findings about it.
    """
    window = analyses.facts.window
    quiet = set(quiet_services.found(analyses, lines).services)
    joined = {each: one.subject for one in reversed(found) for _, facet in one.facets for each in facet.joins}
    events = _events(analyses, joined | {each: one.subject for one in reversed(found) for each in one.subjects})
    worst = sorted(events, key=lambda name: _trouble(analyses, name, events[name]))
    loud = [name for name in worst if name not in quiet]
    shown, rest = loud[:MOST], [*loud[MOST:], *(name for name in worst if name in quiet)]
    if len(rest) == 1:  # one lane either way: its own says more
        shown, rest = [*shown, *rest], []
    lanes = [replace(_lane(analyses, name, events[name]), about=_about(name, found)) for name in shown]
    if rest:
        lanes.append(_rest(analyses, rest, [each for name in rest for each in events[name]], quiet.issuperset(rest)))
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
        bare=True,
    )


def _about(service: str, found: Sequence[Finding]) -> str:
    """The subject of the first finding about the service: one of its own before one that concerns others too."""
    ranked = sorted(found, key=lambda each: (each.place != "agenda", each.rank))
    own = [each.subject for each in ranked if service_in(each.subject) == service]
    about = [each.subject for each in ranked if service in each.facets[0][1].services]
    return next(iter([*own, *about]), "")


def _trouble(analyses: Analyses, service: str, events: list[Event]) -> tuple[float, int]:
    """What sorts a service before another: the least budget left, then its outages."""
    slos = analyses.slo.by_budget.get(service, [])
    left = slos[0]["budget_remaining"] if slos else np.nan
    return (left if left == left else np.inf, -sum(each.kind == "outage" for each in events))


def _lane(analyses: Analyses, service: str, events: list[Event]) -> Lane:
    slos = analyses.slo.by_budget.get(service, [])
    refs = [SloRef.of_row(row) for row in slos]
    load, unit, peak = _load(analyses, service)
    hidden = slos[BUDGETS:]
    met = sum(row["state"] == "OK" for row in hidden)
    more = ""
    if len(hidden):
        more = t("+{n} met", n=met) if met == len(hidden) else t("+{n}, {met} of them met", n=len(hidden), met=met)
    return Lane(
        name=service,
        note=t("peak {value}", value=write(peak, "amount", unit=unit)) if load is not None else "",
        load=load,
        load_unit=unit,
        burn=_burn(analyses, refs[:1]),
        burn_of=refs[0] if refs else "",
        events=tuple(events),
        budgets=_budgets(slos[:BUDGETS], "name"),
        more=more,
    )


def _rest(analyses: Analyses, services: list[str], events: list[Event], quiet: bool) -> Lane:
    """The services without a lane of their own: their burn at its worst, and the least budget."""
    slos = [row for row in analyses.slo.ranked if row["service"] in services]
    name = tn("{n} quiet", "{n} quiet", len(services)) if quiet else tn("{n} more", "{n} more", len(services))
    return Lane(
        name=name,
        note="",
        load=None,
        load_unit="",
        burn=_burn(analyses, [SloRef.of_row(row) for row in slos]),
        burn_of=t("the worst of {n} SLOs", n=len(slos)),
        events=tuple(events),
        budgets=_budgets(slos[:1], "service"),
        more=t("the least of {n}", n=len(slos)) if len(slos) > 1 else "",
    )


def _budgets(slos: Sequence[SloRow], called: Literal["name", "service"]) -> tuple[Budget, ...]:
    return tuple(Budget(row[called], row["budget_remaining"], row["budget_remaining_before"]) for row in slos)


def _cell(analyses: Analyses) -> timedelta:
    window = analyses.facts.window
    return cell_of(window.end - window.start, window.step, _CELLS)


def _load(analyses: Analyses, service: str) -> tuple[pd.Series[float] | None, str, float]:
    """The first load of the service, its highest value in each cell, and its peak."""
    loads = analyses.capacity.loads[analyses.capacity.loads["service"] == service]
    if not len(loads):
        return None, "", float("nan")
    row = LOAD_SUMMARY.rows(loads.head(1))[0]
    series = analyses.capacity.load_series.get(SloRef.of_row(row))
    if series is None:
        return None, "", float("nan")
    window = analyses.facts.window
    highest = cells.highest(series, window.start, window.end, _cell(analyses) / 2)
    return highest, str(row["unit"]), float(row["peak"])


def _burn(analyses: Analyses, refs: list[SloRef]) -> pd.Series[float] | None:
    """In each cell, how many times faster than lasting the budget burned: of several SLOs the worst."""
    window = analyses.facts.window
    objectives = {target.ref: target.objective for target in analyses.slo.targets}
    found = []
    for ref in refs:
        trend = analyses.slo.counted_trends.get(ref)
        if trend is None:
            continue
        bad, total = (grid.numbers(trend[side]) for side in ("bad", "total"))
        share = cells.shares(trend.index, bad, total, window.start, window.end, _cell(analyses))
        found.append(share / (1 - objectives[ref]))
    if len(found) < 2:
        return found[0] if found else None
    worst: pd.Series[float] = pd.concat(found, axis=1).max(axis=1)
    return worst


def _events(analyses: Analyses, about: Mapping[str, str]) -> dict[str, list[Event]]:
    """What happened to each service of the product: its outages, then its changes, then its pages.

    ``about`` gives the subject of the finding that another subject belongs to.
    """
    found: dict[str, list[Event]] = {service.name: [] for service in analyses.facts.product.services}
    happened: list[tuple[Iterable[str], Event]] = [
        (row["services"], _outage(row, about)) for row in OUTAGES.rows(analyses.incidents.recent_outages)
    ]
    for row in CHANGES.rows(analyses.changes.past):
        title = f"{row['id']} {row['title']}".strip()
        of = about.get(subject("change", row["id"]), "")
        happened.append((row["services"], Event(row["start"], None, row["id"], title, "change", of)))
    for page in PAGES.rows(analyses.paging.pages):
        noise = page["shown_verdict"] == "noise"
        text = t("{alert} paged, noise", alert=page["alert"]) if noise else t("{alert} paged", alert=page["alert"])
        kind: Literal["noise", "page"] = "noise" if noise else "page"
        of = about.get(subject("alert", page["alert"], page["service"]), "")
        happened.append(([page["service"]], Event(page["start"], None, page["alert"], text, kind, of)))
    for services, event in happened:
        for service in found.keys() & set(services):
            found[service].append(event)
    return found


def _outage(row: OutageRow, about: Mapping[str, str]) -> Event:
    name = listed(row["incidents"]) or t("outage")
    goes_on = bool(row["ongoing"]) or pd.isna(row["hurt_end"])
    parts = [name, t("goes on") if goes_on else length(row), *([t("nobody paged")] if row["paged"] is False else [])]
    spent = max((share for share in row["budget_spent"].values() if share == share), default=float("nan"))
    text = " · ".join(parts)
    if np.isfinite(spent):
        text += " · " + t("{share} of an error budget", share=write(spent, "budget"))
    names = (subject("outage", each) for each in [*row["incidents"], row["id"]])
    of = next((about[each] for each in names if each in about), "")
    return Event(began_at(row), None if goes_on else row["hurt_end"], " · ".join(parts), text, "outage", of)
