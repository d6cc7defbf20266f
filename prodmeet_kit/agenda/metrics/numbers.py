"""What the metrics add to ``review.json``: each SLO, load and resource, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["numbers"]


def numbers(analyses: Analyses) -> dict[str, Any]:
    """Keys of ``review.json``, each with rows of the frame it names."""
    capacity = analyses.capacity
    resources = _by_day(rows(capacity.resources), capacity.resource_by_day)
    return {
        "slos": _with_redefined(analyses, _by_day(_slos(analyses), analyses.slo.bad_by_day), slo="name"),
        "load": _with_redefined(analyses, _by_day(rows(capacity.loads), capacity.load_by_day), load="name"),
        "load_patterns": rows(capacity.load_patterns),
        "unusual_days": rows(capacity.unusual_days),
        "resources": _with_redefined(analyses, resources, resource="name"),
        "borrowed": rows(capacity.borrowed),
        "efficiency": _with_redefined(analyses, rows(capacity.efficiency), resource="resource", load="load"),
        "regressions": rows(capacity.regressions),
        "before_after": rows(analyses.changes.before_after),
        "definition_changes": rows(analyses.basis.definition_changes),
        "error_budget": rows(analyses.budget.since_last),
        "budget_parts": rows(analyses.budget.parts),
        "budget_by_service": rows(analyses.budget.by_service),
        "one_offs": [{"slo": ref, **vars(found)} for ref, found in analyses.budget.one_offs.items()],
        "exclusions": rows(analyses.slo.excluded),
        "objectives_to_revise": rows(analyses.slo.revise),
        "decisions": rows(analyses.budget.decisions),
    }


def _by_day(shown: list[dict[str, Any]], days: Mapping[str, list[float]]) -> list[dict[str, Any]]:
    """The rows, each with the numbers that its line in the table draws: one a day, oldest first."""
    return [{**row, "by_day": days.get(f"{row['service']}/{row['name']}", [])} for row in shown]


def _with_redefined(analyses: Analyses, shown: list[dict[str, Any]], **columns: str) -> list[dict[str, Any]]:
    """The rows, each with whether what it is made of is defined otherwise than at the earlier meeting.

    And with ``certain``, false where an answer it is made of was partial.

    ``columns`` gives for each kind (slo, load, resource) the column with the name.
    """
    return [
        {
            **row,
            "redefined": any(ref in analyses.basis.redefined for ref in _refs(row, columns)),
            # An SLO knows more of it than whether an answer was partial.
            "certain": row.get("certain", True)
            and not any(ref in analyses.basis.partial for ref in _refs(row, columns)),
        }
        for row in shown
    ]


def _refs(row: Mapping[str, Any], columns: Mapping[str, str]) -> list[str]:
    return [f"{kind}/{row['service']}/{row[column]}" for kind, column in columns.items()]


def _slos(analyses: Analyses) -> list[dict[str, Any]]:
    defined = {
        f"{service.name}/{slo.name}": {"sli": slo.sli.kind, "query": slo.sli.definition.model_dump(mode="json")}
        for service in analyses.facts.product.services
        for slo in service.slos
    }
    return [{**row, **defined[f"{row['service']}/{row['name']}"]} for row in rows(analyses.slo.summary)]
