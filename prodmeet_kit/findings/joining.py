"""Joining: which facets belong to one finding, and what they ask together.

Facets of one subject, of one change or of one outage are one finding. What is
about several others besides is told with the one that presses most.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from prodmeet_kit.core.subjects import rest_of
from prodmeet_kit.evidence.facet import Facet
from prodmeet_kit.i18n.languages import listed, sentences, t

__all__ = ["Joined", "joined"]

QUESTIONS = 3
"""More decisions than these are not made about one subject."""

ALIKE = 3
"""From so many dated findings of one rule on they are one: their question is the same."""


@dataclass(frozen=True)
class Joined:
    """Facets that belong together, each with its section, the one with the highest score first."""

    facets: tuple[tuple[str, Facet], ...]
    alike: tuple[str, ...] = ()
    """Of many dated findings of one rule that were joined, the names; empty for all others."""

    @property
    def head(self) -> Facet:
        """The facet with the highest score: the finding is about its subject."""
        return self.facets[0][1]

    @property
    def score(self) -> float:
        """The score: of its highest facet with something to decide, else of its highest."""
        asking = [each.score for _, each in self.facets if each.question]
        return max(asking or [each.score for _, each in self.facets])

    @property
    def subject(self) -> str:
        """What the finding is about."""
        return self.head.subject or self.head.reason

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects of all facets, each once: decisions about any of them are about this finding."""
        return tuple(dict.fromkeys(each.subject or each.reason for _, each in self.facets))

    @property
    def deciding(self) -> tuple[Facet, ...]:
        """The facets whose questions are asked: of each decision the one with the highest score, three at most.

        One change that made an SLO and a resource worse is rolled back once, and changes that overlap are moved once.
        """
        found: dict[str, Facet] = {}
        for _, each in self.facets:
            if each.question and not each.said and not (each.rule == "attention" and found):
                found.setdefault(each.decision, each)
        return tuple(found.values())[:QUESTIONS]

    @property
    def question(self) -> str:
        """What to decide; of many alike the first, with the names of the others."""
        if self.alike:
            return sentences([self.deciding[0].question, t("The same for {names}.", names=listed(self.alike[1:]))])
        return sentences([each.question for each in self.deciding])

    @property
    def minutes(self) -> float:
        """What it would take: of each rule once, for the same decision is made once."""
        by_rule: dict[str, float] = {}
        decided = {each.decision for each in self.deciding}
        for _, each in self.facets:
            if each.decision in decided or not each.rule:
                key = each.rule or each.reason
                by_rule[key] = max(by_rule.get(key, 0.0), each.minutes)
        return sum(by_rule.values())

    @property
    def dated(self) -> bool:
        """Whether something of it has to be decided before the next meeting."""
        return any(each.dated and each.question for _, each in self.facets)

    @property
    def services(self) -> tuple[str, ...]:
        """Every service it is about, each once."""
        return tuple(dict.fromkeys(name for _, each in self.facets for name in each.services))


def joined(by_section: Mapping[str, Sequence[Facet]]) -> list[Joined]:
    """The facets of every section, those that belong together as one, in order of their first facet.

    Those of one subject, outage or change are one (:attr:`.Facet.same_as`). What is about several others besides is
    told with the one that presses most, and joins none of these to each other.
    """
    every = [(section, each) for section, facets in by_section.items() for each in facets]
    groups = _groups([set(each.same_as) for _, each in every])
    return _alike([_in_order([every[at] for at in group]) for group in _told_with(groups, [each for _, each in every])])


def _groups(names: Sequence[set[str]]) -> list[list[int]]:
    """Positions of the sets that share a name, directly or through others; in order of the first."""
    found: list[tuple[set[str], list[int]]] = []
    for at, mine in enumerate(names):
        shared = [group for group in found if group[0] & mine]
        others = [group for group in found if not group[0] & mine]
        merged = set(mine).union(*(group[0] for group in shared))
        found = [*others, (merged, sorted([*(each for group in shared for each in group[1]), at]))]
    return sorted((positions for _, positions in found), key=lambda positions: positions[0])


def _told_with(groups: list[list[int]], facets: Sequence[Facet]) -> list[list[int]]:
    """Join each group that is also about others to the one of them with the highest score, the lowest score first.

    A change that meets the spent budgets of two SLOs is told with the one that presses more; the SLOs stay apart.
    """
    at = {name: place for place, group in enumerate(groups) for each in group for name in facets[each].same_as}
    to = list(range(len(groups)))

    def end(place: int) -> int:
        return place if to[place] == place else end(to[place])

    def pressing(place: int) -> tuple[float, str]:
        mine = [facets[each] for each in groups[place]]
        return max(each.score for each in mine), min(name for each in mine for name in each.same_as)

    for place in sorted(range(len(groups)), key=pressing):
        others = {end(at[name]) for each in groups[place] for name in facets[each].related if name in at} - {end(place)}
        if others and to[place] == place:
            to[place] = max(others, key=pressing)
    merged: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        merged.setdefault(end(place), []).extend(group)
    return sorted((sorted(group) for group in merged.values()), key=lambda group: group[0])


def _in_order(facets: list[tuple[str, Facet]]) -> Joined:
    """Sort by score, the highest first."""
    return Joined(tuple(sorted(facets, key=lambda each: -each[1].score)))


def _alike(groups: list[Joined]) -> list[Joined]:
    """Many dated findings of one rule are one: twelve disks that fill before the next meeting ask the same.

    Only those that are alone with their rule, and whose questions differ in names alone.
    """
    by_rule: dict[tuple[str, str], list[Joined]] = {}
    for each in groups:
        if each.dated and each.head.rule and each.question == each.head.question:
            by_rule.setdefault((each.head.rule, _shape(each)), []).append(each)
    made = list(groups)
    for same in by_rule.values():
        if len(same) < ALIKE:
            continue
        place = made.index(same[0])
        made = [each for each in made if each not in same]
        together = _in_order([facet for each in same for facet in each.facets])
        names = dict.fromkeys(rest_of(each.subject) for _, each in together.facets if each.rule == together.head.rule)
        made.insert(min(place, len(made)), replace(together, alike=tuple(names)))
    return made


def _shape(group: Joined) -> str:
    """A question and what it is about, without names and numbers."""
    words = (rest_of(group.subject), *group.services, group.head.owner)
    text = group.head.question
    for word in sorted(filter(None, words), key=len, reverse=True):
        text = text.replace(word, "")
    return re.sub(r"[\d.,]+", "", text)
