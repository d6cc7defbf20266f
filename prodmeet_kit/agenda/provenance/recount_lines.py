"""Lines of Python that make a number of what its queries answered, to paste where ``review`` is open.

One function a number, in the order SLOs, loads, resources, use of each load. Each is a :data:`Line`, or makes one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from prodmeet_kit import sli
from prodmeet_kit.parameters.metrics import backends

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.parameters.models import Slo

__all__ = [
    "ANALYSIS",
    "WINDOW",
    "Line",
    "attained",
    "bad",
    "burn",
    "expected_peak",
    "growth",
    "headroom",
    "left",
    "like_for_like",
    "limit",
    "mean",
    "missing",
    "of_capacity",
    "of_efficiency",
    "p95",
    "peak",
    "peak_at",
    "spent",
    "total",
    "utilisation",
]

Line = Callable[["Analyses", dict[str, Any]], str]
"""What writes the line for one row of a table: it takes the findings and the row, and gives Python as text.

The row has the columns of its frame (``SLO_SUMMARY``, ``LOAD_SUMMARY`` ...) and ``ref``, its ``service/name``.
"""

WINDOW = "review.facts.window"
ANALYSIS = "prodmeet_kit.analysis"


def _counts(row: dict[str, Any], span: str = "window") -> str:
    return f'review.counts("{row["ref"]}")' if span == "window" else f'review.counts("{row["ref"]}", "{span}")'


def _budget(row: dict[str, Any]) -> str:
    return repr(round(1 - row["objective"], 12))


def attained(_: Analyses, row: dict[str, Any]) -> str:
    """1 - bad / total."""
    return f"1 - {_counts(row)}.bad / {_counts(row)}.total"


def left(span: str) -> Line:
    """What is left of the budget, at the end of a span."""
    return lambda _, row: f"1 - {_counts(row, span)}.bad / ({_budget(row)} * {_counts(row, span)}.total)"


def spent(_: Analyses, row: dict[str, Any]) -> str:
    """What was spent since the last meeting."""
    return f"{_counts(row, 'since')}.bad / ({_budget(row)} * {_counts(row)}.total)"


def burn(_: Analyses, row: dict[str, Any]) -> str:
    """How fast the budget went since the last meeting."""
    return f"{_counts(row, 'since')}.bad / {_counts(row, 'since')}.total / {_budget(row)}"


def missing(analyses: Analyses, row: dict[str, Any]) -> str:
    """The share of the steps of the window without a total."""
    at = [target.ref for target in analyses.slo.targets].index(row["ref"])
    begin = f"{WINDOW}.end - review.analyses.slo.targets[{at}].window"
    total = f'review.analyses.slo.trends["{row["ref"]}"]["total"]'
    return f"{ANALYSIS}.grid.missing_fraction({total}, {begin}, {WINDOW}.end, {WINDOW}.step)"


def total(analyses: Analyses, row: dict[str, Any]) -> str:
    """All events over the window."""
    return _amount(analyses, row, "total") or f"{_counts(row)}.total"


def bad(analyses: Analyses, row: dict[str, Any]) -> str:
    """Bad events over the window."""
    total, good = _amount(analyses, row, "total"), _amount(analyses, row, "good")
    return _amount(analyses, row, "bad") or (f"{total} - {good}" if good else f"{_counts(row)}.bad")


def _amount(analyses: Analyses, row: dict[str, Any], side: str) -> str:
    """The answer over the SLO window as a count; empty where it is not alone what is shown, or there is none."""
    shape = sli.indicator(row["service"], _slo(analyses, row), analyses.facts.answers)
    found = next((each for each in shape.sides if each.name == side), None)
    key = f"slo/{row['ref']}/{side}/window"
    answer = analyses.facts.answers.get(key)
    excluded = row["excluded_fraction"] > 0  # NaN, which is not known, is not above 0
    if found is None or excluded or row["note"] or answer is None or answer.frame is None or answer.frame.empty:
        return ""
    value = f'review.answer("{key}").iloc[0, 0]'
    if found.slice:
        return f"{value} * {found.slice.total_seconds():g}"
    if backends.of(analyses.facts.product).counts_events(found.query):
        return value
    assert answer.question.window is not None
    return f"{value} * {answer.question.window.total_seconds():.0f}"


def _slo(analyses: Analyses, row: dict[str, Any]) -> Slo:
    services = {service.name: service for service in analyses.facts.product.services}
    return next(slo for slo in services[row["service"]].slos if slo.name == row["name"])


def mean(_: Analyses, row: dict[str, Any]) -> str:
    """The mean of a load since the last meeting."""
    return f"{_recent(_load(row['ref']))}.mean()"


def peak(_: Analyses, row: dict[str, Any]) -> str:
    """Its highest step."""
    return f"{_recent(_load(row['ref']))}.max()"


def peak_at(_: Analyses, row: dict[str, Any]) -> str:
    """When that was."""
    return f"{_recent(_load(row['ref']))}.idxmax()"


def like_for_like(_: Analyses, row: dict[str, Any]) -> str:
    """A load against the same weekdays and hours before."""
    return f"{ANALYSIS}.load_patterns.like_for_like({_load(row['ref'])}, {WINDOW})[0]"


def growth(_: Analyses, row: dict[str, Any]) -> str:
    """How much a load grows in a week."""
    return f"{ANALYSIS}.load.growth_per_week({_load(row['ref'])}, {WINDOW})"


def expected_peak(_: Analyses, row: dict[str, Any]) -> str:
    """The peak to expect until the next meeting."""
    return f"{ANALYSIS}.peak_forecast.expected_peak({_load(row['ref'])}, {WINDOW}).expected"


def p95(_: Analyses, row: dict[str, Any]) -> str:
    """The 95th percentile of a resource's use since the last meeting."""
    return f"{_recent(_use(row['ref']))}.quantile(0.95)"


def limit(_: Analyses, row: dict[str, Any]) -> str:
    """The last limit that is known."""
    return f"{ANALYSIS}.headroom.last_known({_limits(row['ref'])}, {WINDOW})"


def utilisation(analyses: Analyses, row: dict[str, Any]) -> str:
    """The 95th percentile as a share of the limit."""
    return f"{p95(analyses, row)} / {limit(analyses, row)}"


def headroom(analyses: Analyses, row: dict[str, Any]) -> str:
    """What the 95th percentile leaves of the limit."""
    return f"{limit(analyses, row)} - {p95(analyses, row)}"


def of_capacity(column: str) -> Line:
    """A column of what the capacity of one resource is summed up to."""

    def line(_: Analyses, row: dict[str, Any]) -> str:
        ref = row["ref"]
        given = f"{_one(ref, _use(ref))}, {_one(ref, _limits(ref))}, {{}}, {WINDOW}"  # {}: no request is looked at
        return f'{ANALYSIS}.capacity.summarise({given})["{column}"][0]'

    return line


def of_efficiency(column: str) -> Line:
    """A column of how much of a resource one load takes; the row knows ``use_unit`` and ``load_unit``, too."""

    def line(_: Analyses, row: dict[str, Any]) -> str:
        used, served = f"{row['service']}/{row['resource']}", f"{row['service']}/{row['load']}"
        both = f"{_one(used, _use(used))}, {_one(served, _load(served))}"
        units = f"{_one(used, repr(row['use_unit']))}, {_one(served, repr(row['load_unit']))}"
        module = f"{ANALYSIS}.efficiency"
        levels = f"{module}.levels({both}, {WINDOW})"
        return f'{module}.summarise({both}, {units}, {levels}, {WINDOW})["{column}"][0]'

    return line


def _load(ref: str) -> str:
    return f'review.analyses.capacity.load_series["{ref}"]'


def _use(ref: str) -> str:
    return f'review.analyses.capacity.resource_series["{ref}"]'


def _limits(ref: str) -> str:
    return f'review.analyses.capacity.resource_limits["{ref}"]'


def _recent(series: str) -> str:
    return f"{ANALYSIS}.grid.since({series}, {WINDOW})"


def _one(ref: str, value: str) -> str:
    """A dict with this one entry."""
    return f'{{"{ref}": {value}}}'
