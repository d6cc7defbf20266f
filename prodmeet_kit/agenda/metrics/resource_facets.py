"""Resources, what they cost a request, and load: limits that come near, regressions, loads that moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.metrics.brief import at_limit
from prodmeet_kit.agenda.metrics.efficiency import clause, worse
from prodmeet_kit.agenda.metrics.load import MOVED
from prodmeet_kit.agenda.metrics.resources import SATURATED, last_day, short_after_return
from prodmeet_kit.agenda.metrics.unusual_loads import said
from prodmeet_kit.agenda.shared.answered import answer_to
from prodmeet_kit.analysis.capacity import limits
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.core.subjects import subject
from prodmeet_kit.evidence.facet import Facet
from prodmeet_kit.findings.facet import facet
from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import fixed, write
from prodmeet_kit.schemas.capacity import BORROWED, RESOURCE_SUMMARY

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.schemas.capacity import ResourceRow

__all__ = ["facets"]

SHORT = 0.5
"""Minutes to hear that something is on its way."""


def facets(analyses: Analyses) -> tuple[Facet, ...]:
    """Of resources, efficiency and load, whatever somebody may have to decide."""
    return (*_limits(analyses), *_returns(analyses), *_regressions(analyses), *_loads(analyses))


def _limits(analyses: Analyses) -> Iterator[Facet]:
    near = {
        SloRef.of_row(row): row
        for row in RESOURCE_SUMMARY.rows(limits.near_limit(analyses.capacity.resources, analyses.facts.window))
    }
    days = (analyses.facts.next_meeting - analyses.facts.window.end) / timedelta(days=1)
    for ref, row in near.items():
        soon = bool(row["days_to_full_low"] <= days)
        question, minutes, ask = _before_full(analyses, ref, row, soon=soon)
        yield facet(
            analyses,
            "limit_near",
            subject("resource", ref),
            at_limit(row) or _full(ref, row),
            question=question,
            minutes=minutes,
            ask=ask,
            extra=30 - row["days_to_full"] / 2,
            dated=soon,
        )
    for row in analyses.capacity.resource_rows:
        if row["saturation_90"] > SATURATED and SloRef.of_row(row) not in near:
            yield facet(
                analyses,
                "saturated",
                subject("resource", SloRef.of_row(row)),
                t(
                    "{name} was above 90% of its limit for {share} of the time",
                    name=SloRef.of_row(row),
                    share=write(row["saturation_90"], "percent"),
                ),
                question=_less(analyses, SloRef.of_row(row)),
                ask=t("Raise the limit, or use less?"),
            )


def _less(analyses: Analyses, ref: str) -> str:
    done = answer_to(analyses, subject("resource", ref))
    return "" if done else t("Raise the limit of {name}, or use less of it?", name=ref)


def _before_full(analyses: Analyses, ref: str, row: ResourceRow, *, soon: bool) -> tuple[str, float | None, str]:
    """What to decide of a limit that comes near, its minutes where they are not the rule's, and the short form.

    Nothing while somebody does something about it in time; but where it is reached before the next meeting it is asked
    whether that is on its way.
    """
    done = answer_to(analyses, subject("resource", ref))
    if done is None and at_limit(row):
        return _less(analyses, ref), None, t("Raise the limit, or use less?")
    if done is None:
        question = t("Raise the limit of {name}, or stop its growth?", name=ref)
        return question, None, t("Raise the limit, or stop the growth?")
    if not done.in_time(analyses.facts.window.end + timedelta(days=max(row["days_to_full_low"], 0.0))):
        question = t(
            "{name} may reach its limit before {owner} is done: what do we do until then?", name=ref, owner=done.called
        )
        return question, None, ""
    if soon:
        return t("Is the work of {owner} on {name} on track?", name=ref, owner=done.called), SHORT, ""
    return "", None, ""


def _full(ref: str, row: Mapping[str, Any]) -> str:
    low, high = row["days_to_full_low"], row["days_to_full_high"]
    words = {"name": ref, "days": write(row["days_to_full"], "days"), "low": _number(low)}
    if isfinite(high):
        return t("{name} will reach its limit in about {days} (in {low} to {high} days)", high=_number(high), **words)
    return t("{name} will reach its limit in about {days} (in {low} days or more)", **words)


def _number(days: float) -> str:
    return fixed(days, 0 if days >= 10 else 1)


def _returns(analyses: Analyses) -> Iterator[Facet]:
    """Borrowed capacity that should be back, and limits that do not survive its return."""
    for row in BORROWED.rows(analyses.capacity.borrowed[analyses.capacity.borrowed["overdue"]]):
        amount, day = write(row["amount"], "amount", unit=row["unit"]), last_day(row, analyses)
        yield facet(
            analyses,
            "borrowed_overdue",
            subject("resource", SloRef.of_row(row)),
            t("{amount} of {name} should have been returned by {day}", amount=amount, name=SloRef.of_row(row), day=day),
            question=t("Was it returned to {owner}?", owner=row["from_whom"] or t("its owner")),
        )
    for used in short_after_return(analyses):
        when = write(used["full_after_return"], "days")
        yield facet(
            analyses,
            "limit_near",
            subject("resource", SloRef.of_row(used)),
            t(
                "{name} will reach its limit in about {days}, once the borrowed part is returned",
                name=SloRef.of_row(used),
                days=when,
            ),
            question=t("What will replace the borrowed part of {name}?", name=SloRef.of_row(used)),
            extra=(limits.LIMIT_NEAR_DAYS - min(used["full_after_return"], limits.LIMIT_NEAR_DAYS)) / 2,
        )


def _regressions(analyses: Analyses) -> Iterator[Facet]:
    """Each regression; its size counts up to 30%."""
    for row in worse(analyses):
        changes = list(row["changes"])
        yield facet(
            analyses,
            "regression",
            subject("resource", row["service"], row["resource"]),
            clause(row, analyses),
            question=_worth(row, changes),
            extra=50 * min(row["change"], 0.3),
            joins=[subject("change", changes[0])] if changes else (),
        )


def _change(row: Mapping[str, Any]) -> str:
    return write(row["like_for_like"], "change")


def _worth(row: Mapping[str, Any], changes: list[str]) -> str:
    if changes:
        return t("Is it worth the cost, or do we roll {change} back?", change=t(" or ").join(changes))
    return t("What makes {service} use more {resource}?", service=row["service"], resource=row["resource"])


def _loads(analyses: Analyses) -> Iterator[Facet]:
    """Unusual days, one finding however many there were, and loads that moved by a tenth like for like."""
    days = said(analyses)
    refs = list(dict.fromkeys(analyses.capacity.unusual_days["ref"]))
    if days:
        yield facet(
            analyses,
            "load_unusual",
            subject("load", refs[0]),
            days[0],
            question=t("Do we know why load was unusual, and will it come again?"),
            sentence=days[1] if len(days) > 1 else "",
            joins=[subject("load", ref) for ref in refs[1:]],
            services=list(dict.fromkeys(ref.partition("/")[0] for ref in refs)),
        )
    for row in analyses.capacity.pattern_rows:
        if abs(row["like_for_like"]) >= MOVED:
            yield facet(
                analyses,
                "load_moved",
                subject("load", SloRef.of_row(row)),
                t(
                    "{name} changed by {change} against the same weekdays and hours",
                    name=SloRef.of_row(row),
                    change=write(row["like_for_like"], "change"),
                ),
                question=t("Do we know why {name} changed, and will it last?", name=SloRef.of_row(row)),
                extra=20 * min(abs(row["like_for_like"]), 1.0),
            )
