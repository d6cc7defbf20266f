"""Lines of Python that make an SLO's numbers of what its queries answered, to paste where ``review`` is open.

Each function takes the findings and a row of ``SLO_SUMMARY`` with ``ref``, its ``service/name``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from prodmeet_kit import promql, sli

if TYPE_CHECKING:
    from prodmeet_kit.findings import Findings
    from prodmeet_kit.parameters.models import Slo

__all__ = ["ANALYSIS", "WINDOW", "Line", "attained", "bad", "burn", "left", "missing", "spent", "total"]

Line = Callable[["Findings", dict[str, Any]], str]
"""Makes the line of a row."""

WINDOW = "review.facts.window"
ANALYSIS = "prodmeet_kit.analysis"


def _counts(row: dict[str, Any], span: str = "window") -> str:
    return f'review.counts("{row["ref"]}")' if span == "window" else f'review.counts("{row["ref"]}", "{span}")'


def _budget(row: dict[str, Any]) -> str:
    return repr(round(1 - row["objective"], 12))


def attained(_: Findings, row: dict[str, Any]) -> str:
    """1 - bad / total."""
    return f"1 - {_counts(row)}.bad / {_counts(row)}.total"


def left(span: str) -> Line:
    """What is left of the budget, at the end of a span."""
    return lambda _, row: f"1 - {_counts(row, span)}.bad / ({_budget(row)} * {_counts(row, span)}.total)"


def spent(_: Findings, row: dict[str, Any]) -> str:
    """What was spent since the last meeting."""
    return f"{_counts(row, 'since')}.bad / ({_budget(row)} * {_counts(row)}.total)"


def burn(_: Findings, row: dict[str, Any]) -> str:
    """How fast the budget went since the last meeting."""
    return f"{_counts(row, 'since')}.bad / {_counts(row, 'since')}.total / {_budget(row)}"


def missing(findings: Findings, row: dict[str, Any]) -> str:
    """The share of the steps of the window without a total."""
    at = [target.ref for target in findings.slo_targets].index(row["ref"])
    begin = f"{WINDOW}.end - review.findings.slo_targets[{at}].window"
    total = f'review.findings.slo_trends["{row["ref"]}"]["total"]'
    return f"{ANALYSIS}.grid.missing_fraction({total}, {begin}, {WINDOW}.end, {WINDOW}.step)"


def total(findings: Findings, row: dict[str, Any]) -> str:
    """All events over the window."""
    return _amount(findings, row, "total") or f"{_counts(row)}.total"


def bad(findings: Findings, row: dict[str, Any]) -> str:
    """Bad events over the window."""
    total, good = _amount(findings, row, "total"), _amount(findings, row, "good")
    return _amount(findings, row, "bad") or (f"{total} - {good}" if good else f"{_counts(row)}.bad")


def _amount(findings: Findings, row: dict[str, Any], side: str) -> str:
    """The answer over the SLO window as a count; empty where it is not alone what is shown, or there is none."""
    shape = sli.indicator(row["service"], _slo(findings, row), findings.facts.answers)
    found = next((each for each in shape.sides if each.name == side), None)
    key = f"slo/{row['ref']}/{side}/window"
    answer = findings.facts.answers.get(key)
    excluded = row["excluded_fraction"] == row["excluded_fraction"] and row["excluded_fraction"] > 0
    if found is None or excluded or row["note"] or answer is None or answer.frame is None or answer.frame.empty:
        return ""
    value = f'review.answer("{key}").iloc[0, 0]'
    if found.slice:
        return f"{value} * {found.slice.total_seconds():g}"
    if promql.counts_events(found.query):
        return value
    assert answer.question.window is not None
    return f"{value} * {answer.question.window.total_seconds():.0f}"


def _slo(findings: Findings, row: dict[str, Any]) -> Slo:
    services = {service.name: service for service in findings.facts.product.services}
    return next(slo for slo in services[row["service"]].slos if slo.name == row["name"])
