"""Services at a glance: every service of the product in small charts, the one in trouble first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import inf, isfinite
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.metrics import service_facts, small_charts
from prodmeet_kit.agenda.shared.rests_on import rests_on
from prodmeet_kit.evidence.glance import About, Glance, Said, ServiceView, SloLine, Tone
from prodmeet_kit.i18n.languages import clauses, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.times import short_date
from prodmeet_kit.schemas.incidents import OUTAGES

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import Evidence
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.schemas.slo import SloRow

__all__ = ["glance", "one", "with_findings", "worst_first"]


def glance(analyses: Analyses) -> Glance:
    """All services of the product, worst first."""
    time = small_charts.time_of(analyses)
    window = analyses.facts.window
    rows, happened = small_charts.Rows.of(analyses), service_facts.Happened.of(analyses)
    first, last = (short_date(at, window.timezone) for at in (time.start, time.end))
    return Glance(
        title=t("Services at a glance"),
        services=tuple(_view(analyses, rows, happened, name, time) for name in worst_first(analyses)),
        start=time.start,
        last=window.start,
        end=time.end,
        timezone=window.timezone,
        caption=t(
            "{start} to {end}; red: beyond the objective, cut off at {n} times that",
            start=first,
            end=last,
            n=small_charts.CUT,
        ),
    )


def one(analyses: Analyses, service: str, found: Iterable[Finding]) -> Glance:
    """Everything the kit knows of one service of the product; ``found`` are the findings of the review."""
    time = small_charts.time_of(analyses)
    window = analyses.facts.window
    findings = list(found)
    shown = _view(analyses, small_charts.Rows.of(analyses), service_facts.Happened.of(analyses), service, time)
    return Glance(
        title=service,
        services=(_linked(shown, findings, _leads(findings)),),
        start=time.start,
        last=window.start,
        end=time.end,
        timezone=window.timezone,
        one=True,
    )


def worst_first(analyses: Analyses) -> list[str]:
    """The services by the least error budget left, then by outages since the last meeting, then by what fills first."""
    budgets = analyses.slo.summary.groupby("service")["budget_remaining"].min()
    outages = [row["services"] for row in OUTAGES.rows(analyses.incidents.recent_outages)]
    days: dict[str, float] = {}
    for row in analyses.capacity.resource_rows:
        if row["days_to_full"] < days.get(row["service"], inf):
            days[row["service"]] = row["days_to_full"]

    def trouble(service: str) -> tuple[float, int, float]:
        left = budgets.get(service, inf)
        hit = sum(service in named for named in outages)
        return float(left) if left == left else inf, -hit, days.get(service, inf)

    return sorted((service.name for service in analyses.facts.product.services), key=trouble)


def with_findings(evidence: Iterable[Evidence], found: Iterable[Finding]) -> tuple[Evidence, ...]:
    """The evidence with the findings about each service, and each thing said with the finding that leads on."""
    findings = list(found)
    leads = _leads(findings)
    return tuple(
        replace(each, services=tuple(_linked(view, findings, leads) for view in each.services))
        if isinstance(each, Glance)
        else each
        for each in evidence
    )


def _leads(findings: list[Finding]) -> dict[str, str]:
    """The finding about each subject: the first that is."""
    return {about: each.subject for each in reversed(findings) for about in each.subjects}


def _linked(view: ServiceView, findings: list[Finding], leads: Mapping[str, str]) -> ServiceView:
    # What concerns a service only through a change it shares is another service's finding.
    mine = [each for each in findings if view.name in each.facets[0][1].services]
    told = tuple(Said(each.headline.rstrip(".。"), each.subject, each.subject) for each in mine)
    return replace(
        view,
        about=(
            About(t("Findings"), told, t("none")),
            *(
                replace(each, said=tuple(replace(said, finding=leads.get(said.subject, "")) for said in each.said))
                for each in view.about
            ),
        ),
    )


def _view(
    analyses: Analyses, rows: small_charts.Rows, happened: service_facts.Happened, service: str, time: small_charts.Time
) -> ServiceView:
    slos = rows.slos.get(service, [])
    standing, tone = _standing(slos)
    return ServiceView(
        name=service,
        standing=standing,
        tone=tone,
        charts=small_charts.of_service(analyses, rows, service, time),
        slos=tuple(
            SloLine(
                row["name"],
                row["state"],
                row["attainment"],
                row["objective"],
                row["budget_remaining"],
                row["budget_remaining_before"],
                row["budget_spent_since_last"],
                rests_on(row),
            )
            for row in slos
        ),
        signs=service_facts.signs(analyses, happened, service, time),
        about=service_facts.about(analyses, happened, service),
    )


def _standing(slos: list[SloRow]) -> tuple[str, Tone]:
    """How the worst error budget of a service is, and how many are not known."""
    if not slos:
        return t("no SLO"), "quiet"
    left = slos[0]["budget_remaining"]
    unknown = sum(row["state"] in ("NO_DATA", "TOO_FEW") for row in slos)
    told, tone = [], "unknown"
    if isfinite(left):
        over = left < 0
        words = {"share": write(abs(left), "budget")}
        told.append(t("{share} over", **words) if over else t("{share} left", **words))
        tone = "bad" if over else "attention" if left < small_charts.LOW else "good"
    if unknown:
        told.append(tn("{n} SLO not known", "{n} SLOs not known", unknown))
    return clauses(told) or t("not known"), tone  # type: ignore[return-value] # one of these words
