"""What a rule raises: a candidate for the meeting's minutes, weighed as the parameters say."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.evidence import Candidate

if TYPE_CHECKING:
    from prodmeet_kit.findings import Analyses

__all__ = ["raised"]

MOST_EXTRA = 30.0
"""However large a finding is, another kind of finding may press more."""


def raised(
    findings: Analyses, rule: str, subject: str, reason: str, extra: float = 0.0, *, kind: str = ""
) -> Candidate:
    """A candidate of a rule in ``agenda_rules.weights``.

    ``kind`` (default: the rule) and ``subject`` name the finding the same way at
    every meeting, such as ``page/WebHighCPU/web``: by them a later meeting knows
    how long it waits and what was decided, also where another rule raises it then.
    ``extra`` is what its size adds to the rule's score, kept within 0 and 30.
    """
    weight = findings.facts.product.agenda_rules.weights[rule]
    size = min(max(extra, 0.0), MOST_EXTRA) if isfinite(extra) else 0.0
    return Candidate(weight.score + size, weight.minutes, reason, f"{kind or rule}/{subject}", rule)
