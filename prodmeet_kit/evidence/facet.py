"""A facet as a value: what one analysis says about one subject, its question, and what it is joined with.

:func:`prodmeet_kit.findings.facet.facet` makes one by a rule of the parameters; facets of the same subject or cause
become one finding (:mod:`prodmeet_kit.findings`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from prodmeet_kit.core import subjects

__all__ = ["Check", "Facet"]

LEAST = 0.5
"""Minutes: nobody decides anything faster."""


@dataclass(frozen=True)
class Check:
    """What would prove at the next meeting that a decision worked: a query, and what its value has to be."""

    query: str
    expect: str


@dataclass(frozen=True)
class Facet:
    """Something that may deserve minutes of the meeting.

    ``score`` ranks it against all others, ``minutes`` is what it would take, ``reason`` is one clause that says what
    is the matter, with its numbers. ``subject`` names it the same way at every meeting (the reason when empty),
    ``rule`` is the rule that raised it.

    ``why`` says in one clause why it deserves time, where ``reason`` does not say so itself. ``question`` is what to
    decide; empty where nothing is. ``sentence`` tells more. ``joins`` are other subjects it is about or comes of:
    facets that share one belong to the same finding. ``dated``: it has to be decided before the next meeting.
    ``said``: the headline of its finding says it already. ``ask`` is the question in fewer words, for right behind the
    reason, where it is clear what it is about.
    """

    score: float
    minutes: float
    reason: str
    subject: str = ""
    rule: str = ""
    why: str = ""
    question: str = ""
    sentence: str = ""
    joins: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    owner: str = ""
    check: Check | None = None
    dated: bool = False
    said: bool = False
    ask: str = ""

    def __post_init__(self) -> None:
        """Keep what other packages give within reason: a question takes half a minute at least, a number is one."""
        minutes = self.minutes if isfinite(self.minutes) and self.minutes > 0 else 0.0
        object.__setattr__(self, "minutes", max(minutes, LEAST) if self.question else minutes)
        object.__setattr__(self, "score", self.score if isfinite(self.score) else 0.0)

    @property
    def same_as(self) -> tuple[str, ...]:
        """Return what makes it one finding with others: its subject, and the one outage or change it comes of.

        Of two changes that overlap each is about the other. What comes of several outages belongs to one of them.
        """
        own = self.subject or self.reason
        causes = tuple(each for each in self.joins if subjects.kind_of(each) in _CAUSES)
        return (own, *causes) if subjects.kind_of(own) == "change" or len(causes) == 1 else (own,)

    @property
    def related(self) -> tuple[str, ...]:
        """Return what else it is about: it is shown with one of these."""
        return tuple(each for each in self.joins if each not in self.same_as)

    @property
    def question_apart(self) -> str:
        """Return its question for away from its reason: of a change the short one, which names it."""
        own = self.subject or self.reason
        return self.ask if self.ask and subjects.kind_of(own) == "change" else self.question

    @property
    def decision(self) -> str:
        """What is decided by its question: facets of one finding with the same decision ask once."""
        changes = [each for each in self.joins if subjects.kind_of(each) == "change"]
        if self.rule == "change_at_risk" and changes:
            return "overlap"
        own = self.subject or self.reason
        if changes and subjects.kind_of(own) != "change":
            return changes[0]
        return f"{own}/{self.rule}" if self.rule == "change_needs_response" else own


_CAUSES = ("outage", "change")
