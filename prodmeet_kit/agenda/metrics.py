"""Metrics: are the SLOs kept, what changed since the last meeting, what will hurt next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda import metrics_brief, metrics_definitions, metrics_load, metrics_resources, metrics_slos
from prodmeet_kit.agenda.absent import could_not_check
from prodmeet_kit.agenda.evidence import AgendaItem, Candidate, Figure
from prodmeet_kit.agenda.metrics_brief import at_limit, blamed, brief, fine, kept_of, one_off, refs, spiked
from prodmeet_kit.agenda.raising import raised
from prodmeet_kit.agenda.rests_on import rests_on
from prodmeet_kit.analysis import capacity
from prodmeet_kit.analysis.budget import SPENT_FAST
from prodmeet_kit.display.languages import clauses, sentences, t, tn
from prodmeet_kit.display.numbers import write
from prodmeet_kit.frames import rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.agenda.evidence import Evidence
    from prodmeet_kit.findings import Analyses

__all__ = ["item"]

KEY = "metrics"


MOST_OPEN = 24
"""So many charts are open; more are a wall nobody reads, so the others fold, in the order of the page."""


def item(findings: Analyses) -> AgendaItem:
    """SLOs first, then load, resources and efficiency; quiet charts are folded."""
    title = t("Metrics")
    if not findings.metrics_known:
        return could_not_check(findings, KEY, title)
    slos, filling = findings.slos, capacity.near_limit(findings.resources, findings.facts.window)
    bad = metrics_brief.missed(slos)
    draining = metrics_brief.draining(findings)
    unknown = slos[slos["state"] == "NO_DATA"]
    questions = (
        *_questions(findings, bad, draining, unknown, filling),
        *metrics_load.questions(findings),
        *metrics_resources.questions(findings),
    )
    return AgendaItem(
        key=KEY,
        title=title,
        headline=_headline(slos, questions, spoken_for=len(bad) + len(unknown)),
        brief=brief(findings),
        state="attention" if questions else "fine" if len(slos) or len(findings.resources) else "none",
        timezone=findings.facts.window.timezone,
        evidence=folded_beyond(
            MOST_OPEN,
            (
                *metrics_slos.evidence(findings),
                *metrics_load.evidence(findings),
                *metrics_resources.evidence(findings),
                *metrics_definitions.evidence(findings),
            ),
        ),
        questions=questions,
        failures=tuple(findings.facts.failed(KEY)),
        candidates=(
            *_candidates(findings, bad, draining, unknown, filling),
            *metrics_load.candidates(findings),
            *metrics_resources.candidates(findings),
        ),
    )


def _headline(slos: pd.DataFrame, questions: tuple[str, ...], *, spoken_for: int) -> str:
    """The objectives; where all of them are kept and something is to be decided, that as well."""
    text = fine(slos)
    if not questions or spoken_for:
        return text
    open_ones = tn("{n} question is to be decided.", "{n} questions are to be decided.", len(questions))
    return sentences([text, open_ones])


def _questions(
    findings: Analyses, bad: pd.DataFrame, draining: pd.DataFrame, unknown: pd.DataFrame, filling: pd.DataFrame
) -> tuple[str, ...]:
    worse, lasting = blamed(findings), spiked(findings)
    asked = [_left_nothing(ref, worse.get(ref)) for ref in refs(bad)]
    asked += [
        t("{name} drains its budget: what do we do before it is gone?", name=ref)
        for ref in refs(draining)
        if ref not in lasting
    ]
    asked += [t("{name} gives no number: is its query still right?", name=ref) for ref in refs(unknown)]
    asked += [t("{name} meets its limit soon: raise it, or stop the growth?", name=ref) for ref in refs(filling)]
    return tuple(asked)


def _left_nothing(ref: str, change: dict[str, Any] | None) -> str:
    """What to decide of a spent budget: whether the change it got worse with goes back, else what waits."""
    if change is None:
        return t("{name} has no budget left: which changes wait until it has?", name=ref)
    return t(
        "{name} has no budget left; bad events went from {before} to {after} with {change}: does it go back?",
        name=ref,
        **change,
    )


def _with_cause(reason: str, change: dict[str, Any] | None) -> str:
    """A reason, and the change that made it where the comparison before and after finds one."""
    if change is None:
        return reason
    return clauses([reason, t("bad events went from {before} to {after} with {change}", **change)])


def _spent(findings: Analyses, ref: str, spent: float, lasting: Sequence[str]) -> str:
    if ref in lasting:
        return one_off(findings, ref)
    return t(
        "{name} spent {spent} of its budget since the last meeting; limit {limit}",
        name=ref,
        spent=write(spent, "budget"),
        limit=write(SPENT_FAST, "budget"),
    )


def _missed(ref: str, row: dict[str, Any]) -> str:
    attained, objective = write(row["attainment"], "percent"), write(row["objective"], "percent")
    told = t("{name} attained {attained}; objective {objective}", name=ref, attained=attained, objective=objective)
    resting = rests_on(row)
    return clauses([told, t("rests on {what}", what=resting)]) if resting else told


def _candidates(
    findings: Analyses, bad: pd.DataFrame, draining: pd.DataFrame, unknown: pd.DataFrame, filling: pd.DataFrame
) -> tuple[Candidate, ...]:
    worse, lasting = blamed(findings), spiked(findings)
    found = [
        raised(
            findings,
            "slo_missed",
            ref,
            _with_cause(_missed(ref, row), worse.get(ref)),
            min(-row["budget_remaining"], 10),
        )
        for ref, row in zip(refs(bad), rows(bad), strict=True)
    ]
    found += [
        raised(
            findings,
            "budget_spent",
            ref,
            _with_cause(_spent(findings, ref, spent, lasting), worse.get(ref)),
            20 * min(spent, 1.0),
        )
        for ref, spent in zip(refs(draining), draining["budget_spent_since_last"], strict=True)
    ]
    found += [raised(findings, "slo_unknown", ref, t("{name} gives no number", name=ref)) for ref in refs(unknown)]
    found += [
        raised(
            findings,
            "limit_near",
            f"{row['service']}/{row['name']}",
            at_limit(row)
            or t(
                "{name} is full in about {days}; limit {limit}",
                name=f"{row['service']}/{row['name']}",
                days=write(row["days_to_full"], "days"),
                limit=write(capacity.LIMIT_NEAR_DAYS, "days"),
            ),
            30 - row["days_to_full"] / 2,
        )
        for row in rows(filling)
    ]
    return tuple(found) or _all_quiet(findings)


def _all_quiet(findings: Analyses) -> tuple[Candidate, ...]:
    """One look at what is kept; nothing is claimed of an SLO that was not measured, or where there is none."""
    kept, every = int((findings.slos["state"] == "OK").sum()), len(findings.slos)
    if not kept:
        return ()
    reason = t("every SLO is kept") if kept == every else kept_of(kept, every)
    return (raised(findings, "all_quiet", "slos", reason),)


def folded_beyond(most: int, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The evidence with every figure folded but the first ``most`` of those that were open."""
    left = most
    shown: list[Evidence] = []
    for each in evidence:
        open_ = isinstance(each, Figure) and not each.folded
        shown.append(replace(each, folded=True) if isinstance(each, Figure) and open_ and left <= 0 else each)
        left -= open_
    return tuple(shown)
