"""SLOs: missed, spent, worse since a change, without a number."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.metrics import brief as metrics_brief
from prodmeet_kit.agenda.shared.answered import answer_to
from prodmeet_kit.analysis.slo.budget import NOTABLE, SPENT_FAST
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.evidence.facet import Check, Facet
from prodmeet_kit.findings.facet import facet
from prodmeet_kit.i18n.languages import listed, t
from prodmeet_kit.i18n.numbers import fixed, write
from prodmeet_kit.i18n.times import short_date
from prodmeet_kit.schemas.changes import CHANGES
from prodmeet_kit.schemas.slo import ERROR_BUDGET, REVISE, SLO_SUMMARY

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.slo import ErrorBudgetRow, ReviseRow, SloRow

__all__ = ["facets", "slow_ones"]

MOST_OF_IT = 0.5
"""Own choice: what spent half of what an SLO spent since the last meeting is why it is where it is."""


def facets(analyses: Analyses) -> tuple[Facet, ...]:
    """One facet for each SLO that somebody may have to decide about; a look at all where there is none."""
    worse = metrics_brief.blamed(analyses)
    budgets = {SloRef.of_row(row): row for row in ERROR_BUDGET.rows(analyses.budget.since_last)}
    found = [
        each
        for row in SLO_SUMMARY.rows(analyses.slo.summary)
        for each in _of(analyses, row, worse.get(SloRef.of_row(row)), budgets.get(SloRef.of_row(row)))
    ]
    found += [_to_revise(analyses, row) for row in REVISE.rows(analyses.slo.revise)]
    return tuple(found) or _all_quiet(analyses)


def _to_revise(analyses: Analyses, row: ReviseRow) -> Facet:
    """An objective that was met by far, or missed, in every window for long."""
    ref, words = SloRef.of_row(row), {"name": SloRef.of_row(row), "n": int(row["windows"])}
    attained = listed(write(share, "percent") for share in row["attained"])
    missed = t("{name} missed its objective in {n} windows in a row: {attained}", attained=attained, **words)
    by_far = t(
        "{name} met its objective by a wide margin in {n} windows in a row: {attained}", attained=attained, **words
    )
    reason = missed if row["direction"] == "loosen" else by_far
    objective = write(row["objective"], "percent")
    question = t("Is {objective} the right objective for {name}?", objective=objective, name=ref)
    return facet(analyses, "objective_to_revise", subject("slo", ref), reason, question=question)


def _of(
    analyses: Analyses, row: SloRow, change: dict[str, Any] | None, budget: ErrorBudgetRow | None
) -> Iterator[Facet]:
    """``change`` is what it got worse with, ``budget`` its row of ``ERROR_BUDGET``."""
    ref = SloRef.of_row(row)
    about = subject("slo", ref)
    joins = [*_outages(analyses, row), *([subject("change", change["change"])] if change else [])]
    shared: dict[str, Any] = {"joins": joins, "check": _check(analyses, row)}
    if row["state"] == "BAD":
        yield facet(
            analyses,
            "slo_missed",
            about,
            _missed(row, change, _dated(analyses, change), slow=slow_ones(analyses, ref)),
            question=_missed_question(row, change),
            ask="" if change else t("Which changes wait until it recovers?"),
            extra=min(-row["budget_remaining"], 10),
            why=_spent_why(row),
            sentence=_cause(change, slow=slow_ones(analyses, ref)),
            **shared,
        )
        return
    if row["state"] == "NO_DATA":
        yield facet(
            analyses,
            "slo_unknown",
            about,
            t("{name} could not be measured", name=ref),
            question=t("Is the query of {name} still right?", name=ref),
        )
        return
    yield from _kept(analyses, row, change, budget, shared)


def _kept(
    analyses: Analyses,
    row: SloRow,
    change: dict[str, Any] | None,
    budget: ErrorBudgetRow | None,
    shared: dict[str, Any],
) -> Iterator[Facet]:
    """Of an objective that is met: a budget that ends or went fast, and what got worse with a change."""
    ref = SloRef.of_row(row)
    about = subject("slo", ref)
    size = 20 * min(row["budget_spent_since_last"], 1.0)
    if budget is not None and budget["outlook"] == "date" and budget["decision_needed"]:
        ends = budget["runs_out"]
        yield facet(
            analyses,
            "budget_spent",
            about,
            t(
                "{name} will exhaust its error budget on {day} at this rate",
                name=ref,
                day=write(ends, "date", timezone=analyses.facts.window.timezone),
            ),
            question=_back(change) or _before_gone(analyses, ref, ends),
            ask="" if change or answer_to(analyses, about) else t("What do we do before then?"),
            extra=size,
            sentence=_cause(change, slow=slow_ones(analyses, ref)),
            dated=bool(ends <= analyses.facts.next_meeting),
            **shared,
        )
    elif row["budget_spent_since_last"] > SPENT_FAST:
        over = ref in analyses.budget.one_offs
        asks = budget is not None and budget["decision_needed"] and not over
        spent = write(row["budget_spent_since_last"], "budget")
        reason = t("{name} spent {spent} of its error budget since the last meeting", name=ref, spent=spent)
        yield facet(
            analyses,
            "budget_spent",
            about,
            metrics_brief.one_off(analyses, ref) if over else reason,
            question=_back(change) or (_what_spends(ref) if asks else ""),
            ask="" if change else t("What is spending it, and do we stop it?"),
            extra=size,
            sentence=_cause(change, slow=slow_ones(analyses, ref)),
            **shared,
        )
    elif change is not None:
        yield facet(
            analyses,
            "slo_worse",
            about,
            t("{name} is met, but slow requests went from {before} to {after} with {change}", name=ref, **change)
            if slow_ones(analyses, ref)
            else t("{name} is met, but bad events went from {before} to {after} with {change}", name=ref, **change),
            question=_back(change),
            **shared,
        )


def _before_gone(analyses: Analyses, ref: str, ends: Any) -> str:
    """What to decide of a budget that ends; nothing while somebody does something about it in time."""
    done = answer_to(analyses, subject("slo", ref))
    if done is None:
        return t("What do we do before the error budget of {name} is exhausted?", name=ref)
    if done.in_time(ends):
        return ""
    return t(
        "The error budget of {name} will be exhausted before {owner} is done: which changes wait?",
        name=ref,
        owner=done.called,
    )


def _what_spends(ref: str) -> str:
    return t("What is spending the error budget of {name}, and do we stop it?", name=ref)


def slow_ones(analyses: Analyses, ref: str) -> bool:
    """Whether its bad events are slow ones, which says more: by its SLI, or by what the team calls it."""
    return any(
        (objective.sli.latency is not None or "latency" in objective.name.lower())
        for service in analyses.facts.product.services
        for objective in service.slos
        if f"{service.name}/{objective.name}" == ref
    )


def _dated(analyses: Analyses, change: dict[str, Any] | None) -> str:
    """A change with the day it was made, for people know days and not numbers; empty without one."""
    if not change:
        return ""
    zone = analyses.facts.window.timezone
    made = {row["id"]: row["start"] for row in CHANGES.rows(analyses.changes.past)}
    when = made.get(change["change"])
    return str(change["change"]) + (t(" ({last})", last=short_date(when, zone)) if when is not None else "")


def _missed(row: SloRow, change: dict[str, Any] | None, since: str, *, slow: bool) -> str:
    """``since`` is the change with its day."""
    ref = SloRef.of_row(row)
    if change and change["times"] >= 1.5:
        words = {"name": ref, "times": _times(change["times"]), "change": since}
        if slow:
            return t("{name} misses its objective: {times} times as many slow requests since {change}", **words)
        return t("{name} misses its objective: {times} times as many bad events since {change}", **words)
    attained, objective = write(row["attainment"], "percent"), write(row["objective"], "percent")
    return t(
        "{name} misses its objective of {objective}: {attained} attained",
        name=ref,
        attained=attained,
        objective=objective,
    )


def _missed_question(row: SloRow, change: dict[str, Any] | None) -> str:
    """What to decide of a missed objective; nothing where chance alone explains it."""
    if row["within_chance"]:
        return ""
    return _back(change) or t("Which changes wait until {name} recovers?", name=SloRef.of_row(row))


def _back(change: dict[str, Any] | None) -> str:
    return t("Roll {change} back?", change=change["change"]) if change else ""


def _cause(change: dict[str, Any] | None, *, slow: bool) -> str:
    if not change:
        return ""
    if slow:
        return t("Slow requests went from {before} to {after} with {change}", **change)
    return t("Bad events went from {before} to {after} with {change}", **change)


def _times(value: float) -> str:
    return fixed(value, 0 if value >= 9.95 else 1)


def _spent_why(row: SloRow) -> str:
    """How far the budget is overspent, and how fast it burns; of an objective of 100% every failure is too much."""
    if not isfinite(row["budget_remaining"]) or not isfinite(row["burn_rate"]):
        return t("its objective of 100% leaves no error budget")
    over = write(-row["budget_remaining"], "budget")
    if row["burn_rate"] > 1:
        return t(
            "the error budget is overspent by {over} and burns at {pace} times the sustainable rate",
            over=over,
            pace=_times(row["burn_rate"]),
        )
    return t("the error budget is overspent by {over}", over=over)


def _outages(analyses: Analyses, row: SloRow) -> list[str]:
    """The outages that spent most of what the SLO spent since the last meeting: it is where it is because of them."""
    mine = analyses.budget.shares.get(SloRef.of_row(row), [])
    recent = set(analyses.incidents.recent_outages["id"])
    told = [(identity, share) for identity, share in mine if identity in recent and share > NOTABLE]
    whole = sum(share for _, share in mine)
    if not told or not sum(share for _, share in told) >= MOST_OF_IT * whole:
        return []
    return [subject("outage", identity) for identity, _ in told]


def _check(analyses: Analyses, row: SloRow) -> Check | None:
    """The share of bad events until the next meeting, against what the objective allows."""
    query = analyses.slo.ratio_since(SloRef.of_row(row))
    return Check(query, f"<= {1 - row['objective']:.12g}") if query else None


def _all_quiet(analyses: Analyses) -> tuple[Facet, ...]:
    """Say that every SLO is met; nothing is claimed of one that was not measured, or where there is none."""
    kept, every = int((analyses.slo.summary["state"] == "OK").sum()), len(analyses.slo.summary)
    if not kept:
        return ()
    reason = t("every SLO is met") if kept == every else metrics_brief.kept_of(kept, every)
    return (facet(analyses, "all_quiet", subject("all", "slos"), reason),)
