"""A finding: one subject that may deserve the meeting's time, with everything known about it said once.

Facets are joined before minutes are given: those with the same subject, those
that name each other's, and those that come of the same cause (one change, one
outage) are one finding. Its subject and headline are those of the facet that
presses most; its question is what these facets ask, each decision once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodmeet_kit.analysis.meeting.timeboxing import Wish
from prodmeet_kit.evidence.facet import Check, Facet
from prodmeet_kit.findings.joining import Joined
from prodmeet_kit.i18n.languages import listed, sentence, sentences, t
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.schemas.meeting import AGENDA_LINES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Finding", "asked", "findings", "told_of", "wish"]

SENTENCES = 2
"""So many are read; the rest is in the facets."""


@dataclass(frozen=True)
class Finding:
    """One subject with all its facets and its place in the meeting.

    ``why`` says why it has its minutes, or what waits in the annex; ``place`` is ``agenda`` or ``annex``. ``owner`` is
    empty where nobody looks after it. ``check`` is proposed for the next meeting. ``asks`` are the facets whose
    questions its ``question`` asks.
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
    asks: tuple[Facet, ...]

    @property
    def ask(self) -> str:
        """Its first question, for right behind its headline; empty where nothing is to be decided."""
        if not self.asks:
            return ""
        first = self.asks[0]
        return first.ask or first.question if first is self.facets[0][1] else first.question

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects of all its facets, each once, its own first."""
        return tuple(dict.fromkeys([self.subject, *(each.subject for _, each in self.facets if each.subject)]))


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
    return [_finding(by_subject[line["subject"]], line, length, owners) for line in AGENDA_LINES.rows(lines)]


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
        asks=group.deciding[:1] if group.alike else group.deciding,
    )


def _ended(text: str) -> str:
    return text if text.endswith(("?", "\N{FULLWIDTH QUESTION MARK}", "!", "。", "…")) else sentence(text)


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
        return t("No time left: {reason}", reason=because)
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
