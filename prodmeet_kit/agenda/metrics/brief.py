"""Sentences about SLOs, budgets and loads that several places say: the headline, what got worse, the peak to expect."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.shared.rests_on import rests_on
from prodmeet_kit.analysis.changes.before_after import worsened
from prodmeet_kit.analysis.slo.budget import SPENT_FAST
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.i18n.languages import clauses, listed, sentence, sentences, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.changes import UPCOMING
from prodmeet_kit.schemas.slo import SLO_SUMMARY

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.capacity import ResourceRow

__all__ = [
    "at_limit",
    "blamed",
    "ending_budgets",
    "fine",
    "kept_of",
    "one_off",
    "peak",
    "refs",
    "resting",
    "spent_fast",
    "spiked",
    "why_unknown",
]

NAMED = 6
"""A headline names so many SLOs of a state; the table has all."""


def fine(slos: pd.DataFrame) -> str:
    """Say which objectives are met, not met, or not known, and what rests on less than everything."""
    if slos.empty:
        return t("No objective is set for any service.")
    kept = int((slos["state"] == "OK").sum())
    parts = [kept_of(kept, len(slos))]
    chance = slos["within_chance"]
    groups = [(t("not met"), slos["state"].eq("BAD") & ~chance), (t("not met, but within chance"), chance)]
    for state in ("NO_DATA", "TOO_FEW"):
        its = slos["state"] == state
        groups += [
            (why_unknown(state, reason), its & slos["reason"].eq(reason)) for reason in slos["reason"][its].unique()
        ]
    for words, mine in groups:
        names = refs(slos[mine])
        if names:
            more = len(names) - NAMED
            shown = names[:NAMED] + ([tn("{n} more", "{n} more", more)] if more > 0 else [])
            parts.append(f"{words}: {listed(shown)}")
    return sentences([sentence(clauses(parts)), *resting(slos)])


def why_unknown(state: str, reason: str) -> str:
    """Why nothing is said of an objective, from ``state`` and ``reason`` of ``SLO_SUMMARY``."""
    if state == "NO_DATA":
        return {"no_traffic": t("no traffic"), "gaps": t("no samples in the window")}.get(reason, t("not known"))
    words = {
        "young": t("measured for too short a time to judge"),
        "gaps": t("too many gaps in the data to judge"),
        "kept": t("too little data is retained to judge"),
    }
    return words.get(reason, t("too few events to judge"))


def resting(slos: pd.DataFrame) -> list[str]:
    """What rests on less than everything, by SLO; a long list is cut as the others are."""
    told = [(ref, rests_on(row)) for ref, row in zip(refs(slos), SLO_SUMMARY.rows(slos), strict=True)]
    texts = [t("{name} is based on {what}", name=ref, what=what) for ref, what in told if what]
    more = len(texts) - NAMED
    shown = texts[:NAMED] + ([tn("{n} more", "{n} more", more)] if more > 0 else [])
    return [sentence(clauses(shown))] if shown else []


def kept_of(kept: int, every: int) -> str:
    """Say how many of all SLOs are met."""
    return t("SLOs met: {met} of {n}", met=kept, n=every)


def refs(frame: pd.DataFrame) -> list[str]:
    """``service/name`` of each row."""
    return [SloRef.of(service, name) for service, name in zip(frame["service"], frame["name"], strict=True)]


def blamed(analyses: Analyses) -> dict[str, dict[str, Any]]:
    """For each SLO that got worse with a change: ``change``, and its bad events ``before`` and ``after``, written.

    ``times``: how many times as many they are; 0 where there were none.
    """
    return {
        ref: {
            "change": row["change"],
            "before": write(row["before"], "percent"),
            "after": write(row["after"], "percent"),
            "times": row["after"] / row["before"] if row["before"] > 0 else 0.0,
        }
        for ref, row in worsened(analyses.changes.before_after).items()
    }


def spent_fast(slos: pd.DataFrame) -> pd.DataFrame:
    """Kept SLOs that spent more than :data:`SPENT_FAST` of their budget since the last meeting."""
    return slos[(slos["state"] == "OK") & (slos["budget_spent_since_last"] > SPENT_FAST)]


def spiked(analyses: Analyses) -> list[str]:
    """Return the SLOs whose budget was spent fast, but only by what is over."""
    fast = refs(spent_fast(analyses.slo.summary))
    return [ref for ref in fast if ref in analyses.budget.one_offs]


def one_off(analyses: Analyses, ref: str) -> str:
    """What is over spent of a budget that lasts without it."""
    names = refs(analyses.slo.summary)
    spent, one = analyses.slo.summary["budget_spent_since_last"].iloc[names.index(ref)], analyses.budget.one_offs[ref]
    return t(
        "{name} spent {spent} of its error budget, {share} in {incidents}; without that, the budget would last",
        name=ref,
        spent=write(spent, "budget"),
        share=write(one.share, "budget"),
        incidents=listed(_called(analyses, name) for name in one.incidents),
    )


def _called(analyses: Analyses, name: str) -> str:
    """An incident by its id, an SLO event by when it began."""
    ref, at, onset = name.rpartition("@")
    if not at or ref not in refs(analyses.slo.summary):
        return name
    return t(
        "a fast burn on {day}",
        day=write(datetime.fromisoformat(onset), "time", timezone=analyses.facts.window.timezone),
    )


def ending_budgets(analyses: Analyses) -> pd.DataFrame:
    """``ERROR_BUDGET`` of those that will be gone at the pace of what still goes on, the soonest first."""
    budget = analyses.budget.since_last
    return budget[budget["outlook"] == "date"].sort_values("runs_out")


def at_limit(row: ResourceRow) -> str:
    """How often a resource that is full now stood at its limit, a row of ``RESOURCE_SUMMARY``; empty for the others."""
    if row["days_to_full"] != 0:
        return ""
    name, share = SloRef.of_row(row), write(row["saturation_90"], "percent")
    return t("{name} was above 90% of its limit for {share} of the time", name=name, share=share)


def peak(analyses: Analyses) -> str:
    """The expected peak of the busiest load of the first service: what the next fortnight has to carry."""
    known = [
        {**summary, **pattern}
        for summary, pattern in zip(analyses.capacity.load_rows, analyses.capacity.pattern_rows, strict=True)
        if pattern["expected_peak"] == pattern["expected_peak"]
    ]
    if not known:
        return ""
    row: dict[str, Any] = known[0]
    name = SloRef.of_row(row)
    moved = [
        change["id"] for change in UPCOMING.rows(analyses.changes.upcoming) if _moves(change["expected_effect"], name)
    ]
    text = t(
        "{name} will peak at about {peak}, {low} to {high}",
        name=name,
        peak=write(row["expected_peak"], "number", unit=row["unit"]),
        low=write(row["expected_peak_low"], "number"),
        high=write(row["expected_peak_high"], "number"),
    )
    return t("{what}, excluding {changes}", what=text, changes=listed(moved)) if moved else text


def _moves(effect: dict[str, Any] | None, name: str) -> bool:
    """Whether a change is expected to move a load: what was measured cannot know of it."""
    return effect is not None and effect["metric"] == name and effect["direction"] != "none"
