"""Pictures of resources: use against the limit with when it is reached, or what one event costs since a change."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.views import over_time
from prodmeet_kit.analysis.capacity.efficiency import per_event
from prodmeet_kit.analysis.series import cells
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.core.subjects import rest_of
from prodmeet_kit.evidence import Mark
from prodmeet_kit.evidence.finding_view import KeyNumber, Picture
from prodmeet_kit.evidence.panels import Forecast, Level, Panels
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import short_date
from prodmeet_kit.schemas.capacity import REGRESSIONS

if TYPE_CHECKING:
    from collections.abc import Collection

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.schemas.capacity import RegressionRow, ResourceRow

__all__ = ["efficiency", "of_resource", "picture"]

FARTHEST = timedelta(days=60)
"""A limit reached later than so long after the meeting is not on the axis: a forecast far beyond what was measured
makes what was measured small."""


def picture(analyses: Analyses, found: Finding) -> Picture:
    """Use over four weeks against its limit; of one that only got dearer, what an event costs."""
    ref = rest_of(found.subject)
    rules = {facet.rule for _, facet in found.facets if facet.subject == found.subject}
    if "regression" in rules and not rules & {"limit_near", "saturated", "borrowed_overdue"}:
        return efficiency(analyses, ref) or of_resource(analyses, ref)
    return of_resource(analyses, ref)


def of_resource(analyses: Analyses, ref: str) -> Picture:
    """Use of ``service/name`` with its limit, the forecast where one is made, and how full it is or when."""
    row = next((each for each in analyses.capacity.resource_rows if SloRef.of_row(each) == ref), None)
    use = analyses.capacity.resource_series.get(ref)
    if row is None or use is None or not use.notna().any():
        return Picture()
    window = analyses.facts.window
    begin = over_time.back(analyses, use.first_valid_index())
    ahead = _forecast(analyses, ref, row)
    limit = row["limit"]
    shown = use[use.index > begin]
    end = window.end if ahead is None else max(ahead.latest or ahead.reached, ahead.reached) + timedelta(days=2)
    service = row["service"]
    return Picture(
        Panels(
            title=t("{name}: use", name=ref),
            series=shown,
            step=window.step,
            start=begin,
            end=end,
            timezone=window.timezone,
            anchor=f"finding-resource-{service}-{row['name']}",
            caption=t("use of {name}", name=ref),
            unit=str(row["unit"]),
            level=_limit(limit, str(row["unit"])) if isfinite(limit) else None,
            forecast=ahead,
            marks=(
                *over_time.marks(analyses, [service], begin, causes=_causes(analyses, ref)),
                *_reached(analyses, ahead),
            ),
        ),
        _key(row),
    )


def efficiency(analyses: Analyses, ref: str) -> Picture | None:
    """What an event costs in a resource over four weeks; ``None`` where use and load are not both known."""
    moved = next((row for row in REGRESSIONS.rows(analyses.capacity.regressions) if _of(row) == ref), None)
    if moved is None:
        return None
    load = analyses.capacity.load_series.get(SloRef.of(moved["service"], moved["load"]))
    use = analyses.capacity.resource_series.get(ref)
    if load is None or use is None or not load.notna().any() or not use.notna().any():
        return None
    window = analyses.facts.window
    begin = over_time.back(analyses, use.first_valid_index())
    length = cells.cell(window.end - begin, window.step)
    cost = cells.per_event(use, load, begin, window.end, length)
    if not cost.notna().any():
        return None
    units = analyses.capacity.resource_units[ref], analyses.capacity.load_units[f"{moved['service']}/{moved['load']}"]
    unit, factor = per_event(*units) or ("", 1.0)
    words = {"resource": moved["resource"], "load": moved["load"], "service": moved["service"]}
    return Picture(
        Panels(
            title=t("{resource} for {load} of {service}", **words),
            series=cost * factor,
            step=length,
            start=begin,
            end=window.end,
            timezone=window.timezone,
            anchor=f"finding-resource-{moved['service']}-{moved['resource']}",
            caption=over_time.every(t("{resource} / {load}", **words), length),
            unit=unit,
            marks=over_time.marks(analyses, [moved["service"]], begin, causes=list(moved["changes"])[:1]),
            below=over_time.load_below(analyses, moved["service"], begin, window.end, length),
        ),
        KeyNumber(
            write(moved["change"], "change"),
            t("{resource} at equal load", resource=moved["resource"]),
            tone="attention",
        ),
    )


def _limit(limit: float, unit: str) -> Level:
    return Level(limit, t("limit {value}", value=write(limit, "amount", unit=unit)), tinted=False)


def _of(row: RegressionRow) -> str:
    return SloRef.of(row["service"], row["resource"])


def _causes(analyses: Analyses, ref: str) -> Collection[str]:
    """The change its use at equal load rose with."""
    return [
        each
        for row in REGRESSIONS.rows(analyses.capacity.regressions)
        if _of(row) == ref
        for each in row["changes"][:1]
    ]


def _forecast(analyses: Analyses, ref: str, row: ResourceRow) -> Forecast | None:
    """From its level at the meeting to the limit; ``None`` where none is made, or it is too far off to be drawn."""
    full, low, high = row["days_to_full"], row["days_to_full_low"], row["days_to_full_high"]
    found = analyses.capacity.filling(ref)
    if found is None or not isfinite(full) or full <= 0 or not isfinite(found.level) or not isfinite(row["limit"]):
        return None
    end = analyses.facts.window.end
    if timedelta(days=full) > FARTHEST:
        return None

    def after(days: float) -> datetime:
        return end + timedelta(days=days)

    latest = after(min(high, FARTHEST / timedelta(days=1))) if isfinite(high) else None
    return Forecast(end, found.level, after(full), after(max(low, 0.0) if isfinite(low) else full), latest)


def _reached(analyses: Analyses, ahead: Forecast | None) -> tuple[Mark, ...]:
    if ahead is None:
        return ()
    day = short_date(ahead.reached, analyses.facts.window.timezone)
    return (Mark(ahead.reached, None, t("limit reached about {day}", day=day), "forecast"),)


def _key(row: ResourceRow) -> KeyNumber | None:
    full = row["days_to_full"]
    if isfinite(full) and full > 0:
        # The headline says the range.
        return KeyNumber(write(full, "days"), t("until the limit is reached"), tone="bad" if full < 14 else "attention")
    share = row["utilisation_p95"]
    if not isfinite(share):
        return None
    before = row["utilisation_p95_previous"]
    return KeyNumber(
        write(share, "percent"),
        t("of the limit in use (p95)"),
        t("{before} in the period before", before=write(before, "percent")) if isfinite(before) else "",
        "bad" if share >= 0.9 else "attention" if share >= 0.8 else "quiet",
    )
