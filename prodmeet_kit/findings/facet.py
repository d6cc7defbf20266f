"""A facet: what one analysis says about one subject. Facets of the same subject or cause become one finding.

A facet is weighed as the parameters say (``agenda_rules.weights``). One that
asks nothing wants no minutes: what needs no decision needs no time.
"""

from __future__ import annotations

from collections.abc import Collection
from math import isfinite
from typing import TYPE_CHECKING

from prodmeet_kit.core import subjects
from prodmeet_kit.evidence.facet import Check, Facet

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["facet"]

MOST_EXTRA = 30.0
"""However large a finding is, another kind of finding may press more."""

MOST_LESS = 45.0
"""However small it is, its kind still says something."""


def facet(
    analyses: Analyses,
    rule: str,
    subject: str,
    reason: str,
    *,
    question: str = "",
    extra: float = 0.0,
    minutes: float | None = None,
    why: str = "",
    sentence: str = "",
    joins: Collection[str] = (),
    services: Collection[str] = (),
    owner: str = "",
    check: Check | None = None,
    dated: bool = False,
    said: bool = False,
) -> Facet:
    """A facet of a rule in ``agenda_rules.weights``.

    ``extra`` is what its size adds to the rule's score, kept within -45 and 30; ``minutes`` are the rule's where not
    given. Without a question it wants none. ``services`` are what the subject names when empty.
    """
    weight = analyses.facts.product.agenda_rules.weights[rule]
    size = min(max(extra, -MOST_LESS), MOST_EXTRA) if isfinite(extra) else 0.0
    wanted = weight.minutes if minutes is None else minutes
    named = subjects.service_in(subject)
    return Facet(
        score=max(weight.score + size, 0.0),
        minutes=wanted if question else 0.0,
        reason=reason,
        subject=subject,
        rule=rule,
        why=why,
        question=question,
        sentence=sentence,
        joins=tuple(joins),
        services=tuple(services) or ((named,) if named else ()),
        owner=owner,
        check=check,
        dated=dated,
        said=said,
    )
