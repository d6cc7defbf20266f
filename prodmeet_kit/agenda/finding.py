"""A finding: one subject that may deserve the meeting's time, with everything known about it said once.

Facets are joined before minutes are given: those with the same subject, those
that name each other's, and those that come of the same cause (one change, one
outage) are one finding. Its subject, headline and question are those of the
facet that presses most.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.facet import Check, Facet
from prodmeet_kit.analysis.timeboxing import Wish
from prodmeet_kit.display.languages import listed, sentence, sentences, t
from prodmeet_kit.display.numbers import write
from prodmeet_kit.frames import rows
from prodmeet_kit.subjects import rest_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Finding", "Joined", "asked", "findings", "joined", "told_of", "wish"]

SENTENCES = 2
"""So many are read; the rest is in the facets."""

ALIKE = 3
"""From so many dated findings of one rule on they are one: their question is the same."""


@dataclass(frozen=True)
class Joined:
    """Facets that belong together, each with its section, the one that presses most first."""

    facets: tuple[tuple[str, Facet], ...]

    @property
    def head(self) -> Facet:
        """The facet that presses most: the finding is about its subject."""
        return self.facets[0][1]

    @property
    def score(self) -> float:
        """How much it presses: as its dearest facet with something to decide, else as its dearest."""
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
    def question(self) -> str:
        """What to decide: the first that any facet asks."""
        asked = next((each for _, each in self.facets if each.question), None)
        if asked is None:
            return ""
        others = self.alike[1:]
        return (
            sentences([asked.question, t("The same for {names}.", names=listed(others))]) if others else asked.question
        )

    @property
    def alike(self) -> tuple[str, ...]:
        """Of many dated findings of one rule that were joined, the names; empty for all others."""
        same = [each.subject for _, each in self.facets if each.rule == self.head.rule and each.dated]
        names = tuple(map(rest_of, dict.fromkeys(same)))
        return names if self.dated and len(names) >= ALIKE else ()

    @property
    def minutes(self) -> float:
        """What it would take: of each rule once, for the same decision is made once."""
        by_rule: dict[str, float] = {}
        for _, each in self.facets:
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


@dataclass(frozen=True)
class Finding:
    """One subject with all its facets and its place in the meeting.

    ``why`` says why it has its minutes, or what waits in the annex; ``place`` is ``agenda`` or ``annex``. ``owner`` is
    empty where nobody looks after it. ``check`` is proposed for the next meeting.
    """

    subject: str
    section: str
    headline: str
    question: str
    why: str
    minutes: float
    wanted: float
    place: str
    sentences: tuple[str, ...]
    facets: tuple[tuple[str, Facet], ...]
    services: tuple[str, ...]
    owner: str
    check: Check | None
    rank: int
    dated: bool
    waited: int

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects of all its facets, each once, its own first."""
        return tuple(dict.fromkeys([self.subject, *(each.subject for _, each in self.facets if each.subject)]))


def joined(by_section: Mapping[str, Sequence[Facet]]) -> list[Joined]:
    """The facets of every section, those that belong together as one, in order of their first facet.

    Those of one subject, outage or change are one (:attr:`.Facet.strong`). What is about several others besides is
    told with the one that presses most, and joins none of these to each other.
    """
    every = [(section, each) for section, facets in by_section.items() for each in facets]
    groups = _groups([set(each.strong) for _, each in every])
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
    """Each group that is also about others goes to the one of them that presses most, those that press least first."""
    at = {name: place for place, group in enumerate(groups) for each in group for name in facets[each].strong}
    to = list(range(len(groups)))

    def end(place: int) -> int:
        return place if to[place] == place else end(to[place])

    def score(place: int) -> float:
        return max(facets[each].score for each in groups[place])

    for place in sorted(range(len(groups)), key=score):
        others = {end(at[name]) for each in groups[place] for name in facets[each].weak if name in at} - {end(place)}
        if others and to[place] == place:
            to[place] = max(sorted(others), key=score)
    merged: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        merged.setdefault(end(place), []).extend(group)
    return sorted((sorted(group) for group in merged.values()), key=lambda group: group[0])


def _in_order(facets: list[tuple[str, Facet]]) -> Joined:
    """The one that presses most first."""
    return Joined(tuple(sorted(facets, key=lambda each: -each[1].score)))


def _alike(groups: list[Joined]) -> list[Joined]:
    """Many dated findings of one rule are one: twelve disks that fill before the next meeting ask the same."""
    by_rule: dict[str, list[Joined]] = {}
    for each in groups:
        if each.dated and each.head.rule:
            by_rule.setdefault(each.head.rule, []).append(each)
    made = list(groups)
    for same in by_rule.values():
        if len(same) < ALIKE:
            continue
        place = made.index(same[0])
        made = [each for each in made if each not in same]
        made.insert(min(place, len(made)), _in_order([facet for each in same for facet in each.facets]))
    return made


def wish(group: Joined) -> Wish:
    """What a finding asks of the meeting."""
    section, head = group.facets[0]
    return Wish(
        item=section,
        subject=group.subject,
        score=group.score,
        minutes=group.minutes,
        reason=head.reason,
        rule=head.rule,
        dated=group.dated,
        asks=group.minutes > 0,
        subjects=group.subjects,
        services=group.services,
    )


def findings(groups: Iterable[Joined], lines: pd.DataFrame, length: float, owners: Mapping[str, str]) -> list[Finding]:
    """The findings in the order of ``lines`` (``AGENDA_LINES``), which were made of the same groups.

    ``length`` is the meeting's in minutes, ``owners`` maps a service to its owner.
    """
    by_subject = {group.subject: group for group in groups}
    return [_finding(by_subject[line["subject"]], line, length, owners) for line in rows(lines)]


def _finding(group: Joined, line: Mapping[str, object], length: float, owners: Mapping[str, str]) -> Finding:
    section, head = group.facets[0]
    minutes = float(line["minutes"])  # type: ignore[arg-type] # a number of the frame
    told = [head.sentence, *(each.sentence or each.reason for _, each in group.facets[1:] if not each.said)]
    kept = tuple(dict.fromkeys(_ended(text) for text in told if text and text != head.reason))
    return Finding(
        subject=group.subject,
        section=section,
        headline=_ended(_headline(group)),
        question=group.question,
        why=_why(group, minutes, length, str(line["place"])),
        minutes=minutes,
        wanted=float(line["wanted"]),  # type: ignore[arg-type] # a number of the frame
        place=str(line["place"]),
        sentences=kept[:SENTENCES],
        facets=group.facets,
        services=group.services,
        owner=_owner(group, owners),
        check=next((each.check for _, each in group.facets if each.check), None),
        rank=int(line["rank"]),  # type: ignore[call-overload] # a number of the frame
        dated=group.dated,
        waited=int(line["waited"]),  # type: ignore[call-overload] # a number of the frame
    )


def _ended(text: str) -> str:
    return text if text.endswith(("?", "\N{FULLWIDTH QUESTION MARK}", "!", "。")) else sentence(text)


def _owner(group: Joined, owners: Mapping[str, str]) -> str:
    """Who looks after it: who has its action item or promise, else whose the subject or its services are."""
    doing = [each.owner for _, each in group.facets if each.owner and each.rule.startswith("action_")]
    own = [each.owner for _, each in group.facets if each.owner and each.subject == group.subject]
    named = dict.fromkeys([*doing[:1], *([] if doing else own)])
    if group.alike:
        named = dict.fromkeys(own)
    services = [owners.get(name, "") for name in group.head.services]
    # What hit several services has no owner while one of them has none.
    return listed(named or (dict.fromkeys(services) if all(services) else ()))


def _headline(group: Joined) -> str:
    """What the matter is; where many of one kind were joined, how many there are."""
    if group.alike:
        more = len(group.alike) - 1
        return t("{first}, and {n} more like it before the next meeting", first=group.head.reason, n=more)
    return group.head.reason


def _why(group: Joined, minutes: float, length: float, place: str) -> str:
    urgent = t("it has to be decided before the next meeting") if group.dated else ""
    because = group.head.why or urgent or group.head.reason
    if not group.question and place != "agenda":
        return t("Nothing to decide: {reason}", reason=because)
    if place != "agenda":
        return t("No minutes left: {reason}", reason=because)
    return t(
        "{n} of {all} minutes, because {reason}",
        n=write(minutes, "number"),
        all=write(length, "number"),
        reason=because,
    )


def asked(facets: Iterable[Facet]) -> bool:
    """Whether any of them has something to decide."""
    return any(each.question for each in facets)


def told_of(finding: Finding) -> str:
    """Headline and question of a finding in one line."""
    return sentences([finding.headline, finding.question])
