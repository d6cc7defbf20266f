"""Make a facet by a rule of the parameters: :func:`facet` sets the score and the minutes of a :class:`Facet`.

The value itself is in :mod:`prodmeet_kit.evidence.facet`, with its fields. Items of the kit make theirs here, so that
``agenda_rules.weights`` weighs them; an item whose rule has no weight there, such as one of another package, makes the
value with numbers of its own. A facet that asks nothing wants no minutes: what needs no decision needs no time.
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
"""Points that its size adds to the score of a rule, at most: however large it is, another kind may matter more."""

MOST_LESS = 45.0
"""Points that its size takes off the score of a rule, at most: however small it is, its kind still counts."""


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
    ask: str = "",
) -> Facet:
    """Return the :class:`Facet` of a rule in ``agenda_rules.weights``.

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
        ask=ask if question else "",
    )
