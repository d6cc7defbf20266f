"""The last step of each number: from what the queries answered to what a table shows.

For each kind of number a formula in words, and one line of Python that gives the number of the first row that has it.
The line is pasted into the notebook of the review or of exploring, where ``review`` is open; it takes what the
queries answered (:mod:`.provenance` names them) and calls the function that the report itself calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.provenance import recount_lines
from prodmeet_kit.agenda.shared.cost_of_one import use_of_each
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.evidence import Column, Kind, Table
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.slo import SLO_SUMMARY

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["last_steps"]


@dataclass(frozen=True)
class _Step:
    """One kind of number: column in the frame, title, formula in words, and what writes its line.

    It is shown as numbers of ``kind`` are, or as ``written`` says of its row.
    """

    column: str
    title: str
    formula: str
    line: recount_lines.Line
    kind: Kind
    written: Callable[[dict[str, Any]], str] | None = None


def _of_slos(analyses: Analyses) -> list[dict[str, Any]]:
    steps = (
        _Step(
            "total",
            t("Events"),
            t("what its query counted; for a rate, times the seconds of its range"),
            recount_lines.total,
            "count",
        ),
        _Step(
            "bad",
            t("Bad events"),
            t("the same for bad events, or all events minus good ones"),
            recount_lines.bad,
            "count",
        ),
        _Step("attainment", t("Attained"), t("1 - bad / total"), recount_lines.attained, "percent"),
        _Step(
            "budget_remaining",
            t("Budget left"),
            t("1 - bad / ((1 - objective) * total)"),
            recount_lines.left("window"),
            "budget",
        ),
        _Step(
            "budget_remaining_before",
            t("Left at last meeting"),
            t("the same over the window that ended at the last meeting"),
            recount_lines.left("previous"),
            "budget",
        ),
        _Step(
            "budget_spent_since_last",
            t("Spent since last meeting"),
            t("bad since the last meeting / ((1 - objective) * total of the window)"),
            recount_lines.spent,
            "budget",
        ),
        _Step(
            "burn_rate",
            t("Burn rate"),
            t("bad / total since the last meeting / (1 - objective)"),
            recount_lines.burn,
            "number",
        ),
        _Step(
            "missing_fraction",
            t("Steps missing"),
            t("steps without a total / all steps"),
            recount_lines.missing,
            "percent",
        ),
    )
    return _rows(analyses, "slo", SLO_SUMMARY.rows(analyses.slo.summary), steps)


def _of_loads(analyses: Analyses) -> list[dict[str, Any]]:
    pairs = zip(analyses.capacity.load_rows, analyses.capacity.pattern_rows, strict=True)
    like = t("mean / mean expected from the same weekdays and hours before - 1")
    growth = t("median slope between days of one weekday * 7 / mean; shown where it is significant")
    steps = (
        _Step("mean", t("Mean"), t("mean of the steps since the last meeting"), recount_lines.mean, "amount"),
        _Step("peak", t("Peak"), t("the highest of these steps"), recount_lines.peak, "amount"),
        _Step("peak_at", t("Peak at"), t("the end of that step"), recount_lines.peak_at, "time"),
        _Step(
            "like_for_like",
            t("Like for like"),
            like,
            recount_lines.like_for_like,
            "change",
        ),
        _Step(
            "growth_per_week",
            t("Growth per week"),
            growth,
            recount_lines.growth,
            "change",
        ),
        _Step(
            "expected_peak",
            t("Expected peak"),
            t("from growth and the weekly pattern of the days before"),
            recount_lines.expected_peak,
            "amount",
        ),
    )
    return _rows(analyses, "load", [{**summary, **pattern} for summary, pattern in pairs], steps)


def _of_resources(analyses: Analyses) -> list[dict[str, Any]]:
    steps = (
        _Step("p95", t("p95"), t("95th percentile of the steps since the last meeting"), recount_lines.p95, "amount"),
        _Step("limit", t("Limit"), t("the last value of its query"), recount_lines.limit, "amount"),
        _Step("utilisation_p95", t("p95 of limit"), t("p95 / limit"), recount_lines.utilisation, "percent"),
        _Step("headroom", t("Headroom"), t("limit - p95"), recount_lines.headroom, "amount"),
        _Step(
            "saturation_80",
            t("Time above 80%"),
            t("steps above 80% of the limit / steps with a value"),
            recount_lines.of_capacity("saturation_80"),
            "percent",
        ),
        _Step(
            "days_to_full",
            t("Days until limit"),
            t("what is left of the limit / slope per day of the daily p95"),
            recount_lines.of_capacity("days_to_full"),
            "days",
        ),
    )
    # What a resource does for a load is asked by no query of its own: it stands with the resource's.
    return [
        *_rows(analyses, "resource", analyses.capacity.resource_rows, steps),
        *_of_efficiency(analyses),
    ]


def _of_efficiency(analyses: Analyses) -> list[dict[str, Any]]:
    steps = (
        _Step(
            "per_load",
            t("Use per event"),
            t("sum of use / sum of load, over the steps with both values"),
            recount_lines.of_efficiency("per_load"),
            "amount",
            lambda row: use_of_each(row["per_load"], row["unit"]),
        ),
        _Step(
            "equal_load_change",
            t("At equal load"),
            t("hours of this window against hours before of the same load and time of day"),
            recount_lines.of_efficiency("equal_load_change"),
            "change",
        ),
    )
    unit = {
        (service.name, kind, each.name): each.unit
        for service in analyses.facts.product.services
        for kind, measured in (("use", service.resources), ("load", service.load))
        for each in measured
    }
    known = [
        {
            **row,
            "name": f"{row['resource']}/{row['load']}",
            "use_unit": unit[row["service"], "use", row["resource"]],
            "load_unit": unit[row["service"], "load", row["load"]],
        }
        for row in analyses.capacity.efficiency_rows
    ]
    return _rows(analyses, "efficiency", known, steps)


_TOLD: dict[str, Callable[[Analyses], list[dict[str, Any]]]] = {
    "slo/": _of_slos,
    "load/": _of_loads,
    "resource/": _of_resources,
}
"""What tells the rows of each kind of question, by how its keys begin.

This order is that of the rows, in whatever order they are asked for.
"""


def last_steps(analyses: Analyses, title: str, prefixes: Iterable[str]) -> list[Table]:
    """The formulas behind the numbers of ``title``, for the kinds of question that begin with one of these.

    Nothing where no number is known.
    """
    import pandas as pd

    wanted = tuple(prefixes)
    made = [row for prefix, told in _TOLD.items() if prefix in wanted for row in told(analyses)]
    if not made:
        return []
    columns = (
        Column("number", t("Number")),
        Column("formula", t("Formula")),
        Column("of", t("For example"), "code"),
        Column("shown", t("Shown"), "written"),
    )
    return [
        Table(
            t("How the numbers are calculated: {title}", title=title),
            pd.DataFrame(made),
            columns,
            details=(Column("line", t("Recalculate"), "code"),),
            anchor=("key",),
            place="recount",
            folded=True,
        )
    ]


def _rows(
    analyses: Analyses, about: str, known: Sequence[Mapping[str, Any]], steps: Iterable[_Step]
) -> list[dict[str, Any]]:
    """One row a kind of number, for the first of ``known`` that has it."""
    made = []
    for step in steps:
        found = next((row for row in known if _is_known(row[step.column])), None)
        if found is None:
            continue
        ref = SloRef.of_row(found)
        made.append(
            {
                "key": f"{about}/{step.column}",
                "number": step.title,
                "formula": step.formula,
                "of": ref,
                "shown": _shown(step, found, analyses.facts.window.timezone),
                "line": step.line(analyses, {**found, "ref": ref}),
            }
        )
    return made


def _shown(step: _Step, row: Mapping[str, Any], timezone: str) -> str:
    if step.written:
        return step.written(dict(row))
    return write(row[step.column], step.kind, unit=str(row.get("unit") or ""), timezone=timezone)


def _is_known(value: Any) -> bool:
    # NaN and NaT are no numbers: they alone do not equal themselves.
    return value is not None and value == value and value not in (float("inf"), float("-inf"))
