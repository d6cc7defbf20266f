"""The picture of an SLO: the share of bad events with what the objective allows, and the load of its service below."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import isfinite
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.metrics.brief import blamed
from prodmeet_kit.agenda.metrics.slo_facets import slow_ones
from prodmeet_kit.agenda.metrics.slos import chart as burn_rates
from prodmeet_kit.agenda.views import over_time
from prodmeet_kit.analysis.slo.shares import shares
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.core.subjects import rest_of
from prodmeet_kit.evidence.finding_view import KeyNumber, Picture
from prodmeet_kit.evidence.panels import Level, Panels
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import number, write
from prodmeet_kit.schemas.slo import SLO_SUMMARY

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.schemas.slo import SloRow

__all__ = ["objective", "of_slo", "picture", "summary_of", "what_is_bad"]


def picture(analyses: Analyses, found: Finding) -> Picture:
    """The share of bad events over the SLO's window, how much of the budget is left, and folded its burn rate."""
    row = summary_of(analyses, rest_of(found.subject))
    if row is None:
        return Picture()
    burn = burn_rates(analyses, row)
    return Picture(of_slo(analyses, row), _key(row), folded=(replace(burn, folded=True),) if burn is not None else ())


def summary_of(analyses: Analyses, ref: str) -> SloRow | None:
    """The row of ``SLO_SUMMARY`` of ``service/name``; ``None`` where there is none."""
    return next((row for row in SLO_SUMMARY.rows(analyses.slo.summary) if SloRef.of_row(row) == ref), None)


def of_slo(analyses: Analyses, row: SloRow) -> Panels | None:
    """The figure of an SLO; ``None`` where no total is known."""
    ref = SloRef.of_row(row)
    trend = analyses.slo.trends.get(ref)
    if trend is None or not trend["total"].notna().any():
        return None
    window = analyses.facts.window
    begin = over_time.back(analyses, trend["total"].first_valid_index(), timedelta(seconds=row["window_s"]))
    bad, length = shares(trend, begin, window.end, window.step, 1 - row["objective"])
    change = blamed(analyses).get(ref)
    return Panels(
        title=t("{name}: {what}", name=ref, what=what_is_bad(analyses, ref)),
        series=bad,
        step=length,
        start=begin,
        end=window.end,
        timezone=window.timezone,
        anchor=f"finding-slo-{row['service']}-{row['name']}",
        caption=over_time.every(what_is_bad(analyses, ref), length),
        kind="percent",
        level=objective(row),
        marks=over_time.marks(
            analyses, [row["service"]], begin, causes=[str(change["change"])] if change is not None else ()
        ),
        below=over_time.load_below(analyses, row["service"], begin, window.end, length),
    )


def objective(row: SloRow) -> Level:
    """What the objective allows."""
    return Level(
        1 - row["objective"], t("objective: at most {allowed}", allowed=write(1 - row["objective"], "percent"))
    )


def what_is_bad(analyses: Analyses, ref: str) -> str:
    """What the line of an SLO is the share of, as its SLI says it."""
    for service in analyses.facts.product.services:
        for each in service.slos:
            if f"{service.name}/{each.name}" == ref:
                if each.sli.latency is not None:
                    seconds = each.sli.latency.threshold.total_seconds()
                    limit = number(seconds, "s") if 1 <= seconds < 60 else write(seconds, "duration")
                    return t("share of requests slower than {limit}", limit=limit)
                if each.sli.raw is not None or each.sli.time_slices is not None or each.sli.recorded is not None:
                    return t("share of bad time")
    return t("share of slow requests") if slow_ones(analyses, ref) else t("share of bad events")


def _key(row: SloRow) -> KeyNumber | None:
    left = row["budget_remaining"]
    if not isfinite(left):
        return None
    before = row["budget_remaining_before"]
    return KeyNumber(
        value=write(left, "budget"),
        about=t("of the error budget left"),
        before=t("{before} at the last meeting", before=write(before, "budget")) if isfinite(before) else "",
        tone="bad" if left < 0 else "attention" if left < 0.5 else "good",
    )
