"""Planned changes: at a bad time, or in need of somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.changes.words import needs_response, short
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.evidence.facet import Facet
from prodmeet_kit.findings.facet import facet
from prodmeet_kit.i18n.languages import listed, sentence, sentences, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render.labels import brief
from prodmeet_kit.schemas.changes import UPCOMING

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.changes import UpcomingRow

__all__ = ["facets"]

LONG = 70
"""Letters of what a change needs in a question; the table has all of it."""


def facets(analyses: Analyses) -> tuple[Facet, ...]:
    """What each change before the next meeting needs: another time, somebody, a rollback plan.

    What needs somebody or carries a warning has a date before the next meeting. Two that overlap join, and so does one
    that meets a spent budget with its SLO: what is decided of one decides the other.
    """
    upcoming = analyses.changes.upcoming
    needing = set(upcoming["id"][needs_response(upcoming)])
    return tuple(made for row in UPCOMING.rows(upcoming) for made in _of(analyses, row, needs=row["id"] in needing))


def _of(analyses: Analyses, row: UpcomingRow, *, needs: bool) -> Iterator[Facet]:
    about, words = subject("change", row["id"]), {"id": row["id"], "when": _when(analyses, row)}
    shared: dict[str, Any] = {"services": list(row["services"]), "owner": row["owner"]}
    risky, planless = bool(row["warnings"]), not row["rollback"].strip()
    plan = [t("What is the rollback plan of {id}?", id=row["id"])] if planless else []
    named = t("{id} {title}", id=row["id"], title=row["title"]) if row["title"] else ""
    if risky:
        yield facet(
            analyses,
            "change_at_risk",
            about,
            t("{id} on {when}: {warnings}", warnings=listed(short(code) for code in row["warnings"]), **words),
            question=sentences([_question(analyses, row["id"], row["warnings"]), *plan]),
            ask=sentences([_question(analyses, row["id"], row["warnings"], short=True), *plan]),
            sentence=named,
            joins=[each for code in row["warnings"] for each in _joins(code)],
            dated=True,
            **shared,
        )
    if needs:
        who = t("Who does this for {id}: {response}?", id=row["id"], response=brief(row["response_needed"], LONG))
        reason = t("{id} on {when} needs: {response}", response=row["response_needed"], **words)
        asked = sentences([who, *([] if risky else plan)])
        yield facet(
            analyses, "change_needs_response", about, reason, question=asked, sentence=named, dated=True, **shared
        )
    elif planless and not risky:
        without = t("{id} on {when} has no rollback plan", **words)
        yield facet(analyses, "change_needs_response", about, without, question=plan[0], minutes=0.5, **shared)


def _when(analyses: Analyses, row: UpcomingRow) -> str:
    return write(row["start"], "time", timezone=analyses.facts.window.timezone)


def _question(analyses: Analyses, change: str, warnings: list[str], *, short: bool = False) -> str:
    kinds = {code.partition(":")[0] for code in warnings}
    if kinds == {"collides"}:
        others = [code.partition(":")[2] for code in warnings]
        if len(others) == 1:
            return t("Move {a} or {b}?", a=change, b=others[0])
        return t("Move one of {changes}?", changes=listed([change, *others]))
    if short and "budget_spent" in kinds:
        return t("Should {id} go ahead?", id=change)
    if "budget_spent" in kinds:
        policy = analyses.facts.product.slo_rules.policy or t(
            "until the error budget recovers, only P0 and security changes are released"
        )
        return t("Should {id} go ahead? Agreed policy: {policy}", id=change, policy=sentence(policy))
    return t("Is the time of {id} still right?", id=change)


def _joins(code: str) -> list[str]:
    kind, _, about = code.partition(":")
    if kind == "collides":
        return [subject("change", about)]
    return [subject("slo", about)] if kind == "budget_spent" else []
