"""What is true of a world and deserves people's time, and what a review's findings are against it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Fact", "wrongs"]

WHO = re.compile(r"who (looks|takes|owns|is)|an owner|whose is it", re.IGNORECASE)

NAMES = re.compile(
    r"\b(?:INC|CH|AI)-\d+|\d+(?:\.\d+)?x/\w+|'for: \w+'"  # names and rules
    r"|\d{4}-\d\d-\d\d|\d+ [A-Z][a-z]{2}(?: \d{4})?\b|\d\d:\d\d"  # dates and times
)
"""Numbers that are part of a name, a rule or a date."""

RANGE = re.compile(r"(?:in |between )?(\d+(?:\.\d+)?) (?:to|and) (\d+(?:\.\d+)?) days")
HOURS = re.compile(r"(\d+) h(?: (\d+) min)?|(\d+) min")
SAID = re.compile(r"(\d+(?:\.\d+)?)( days?|%| times? as many| times?)( or more)?")

LIMITS_DAYS = (14.0, 60.0)
"""The time since the last meeting, and how far ahead a limit counts as near: no statement about the thing."""


@dataclass(frozen=True)
class Fact:
    """One true thing. ``subjects``: patterns of what a finding about it may be about, each a whole subject.

    ``required``: people must read of it. ``timed``: it has a date before the next meeting, so it must be on the
    agenda. ``owned``: who looks after it is known. ``never``: what no headline, question or sentence about it may say.
    ``true``: by unit (``%``, ``days``, ``min``, ``times``) all numbers that may be said of it.
    """

    name: str
    subjects: tuple[str, ...]
    required: bool = True
    timed: bool = False
    owned: bool = False
    never: str = ""
    true: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def about(self, subject: str) -> bool:
        """Whether a finding of this subject is about it."""
        return any(re.fullmatch(pattern, subject) for pattern in self.subjects)

    def wrong_numbers(self, text: str) -> Iterator[str]:
        """The numbers of a text that are true of nothing."""
        left = NAMES.sub(" ", text)
        for low, high in RANGE.findall(left):
            if not any(float(low) <= value <= float(high) for value in self.true.get("days", ())):
                yield f"{low} to {high} days"
        left = RANGE.sub(" ", left)
        for hours, more, minutes in HOURS.findall(left):
            said = 60.0 * float(hours or 0) + float(more or minutes or 0)
            if not self._true("min", said):
                yield f"{said:g} min"
        for number, unit, least in SAID.findall(HOURS.sub(" ", left)):
            kind = "%" if unit == "%" else "days" if "day" in unit else "times"
            said = float(number)
            if kind == "days" and said in LIMITS_DAYS:
                continue
            if not self._true(kind, said) and not (least and any(said < value for value in self.true.get(kind, ()))):
                yield f"{number}{unit}{least}"

    def _true(self, kind: str, said: float) -> bool:
        return any(abs(said - value) <= _within(kind, value) for value in self.true.get(kind, ()))


def _within(kind: str, true: float) -> float:
    """How far a number of a unit may be off; counts are exact."""
    return {"%": max(0.03 * true, 1.0), "days": 0.25 * true, "min": 2.0}.get(kind, 1e-9)


def wrongs(content: Mapping[str, Any], facts: Sequence[Fact]) -> list[str]:
    """What is wrong with ``findings`` of ``review.json``: empty when each is true, and each fact there once."""
    findings = content["findings"]
    found = list(_of_findings(findings, facts))
    for fact in facts:
        about = [each for each in findings if fact.about(each["subject"])]
        if len(about) > 1:
            found.append(f"{fact.name}: there {len(about)} times: {', '.join(each['subject'] for each in about)}")
        if fact.required and not about:
            found.append(f"{fact.name}: absent")
        if fact.timed and about and not any(each["minutes"] for each in about):
            found.append(f"{fact.name}: has a date before the next meeting and no minutes")
    return found


def _of_findings(findings: Sequence[Mapping[str, Any]], facts: Sequence[Fact]) -> Iterator[str]:
    subjects = [each["subject"] for each in findings]
    for subject in dict.fromkeys(subjects):
        if subjects.count(subject) > 1:
            yield f"{subject}: there {subjects.count(subject)} times"
    for each in findings:
        true = [fact for fact in facts if fact.about(each["subject"])]
        if not true:
            yield f"{each['subject']}: not true or not worth a finding: {each['headline']}"
        for fact in true:
            texts = [each["headline"], each["question"] or "", *each["sentences"]]
            if fact.owned and WHO.search(each["question"] or ""):
                yield f"{fact.name}: who looks after it is known, and asked: {each['question']}"
            for text in texts:
                if fact.never and re.search(fact.never, text, re.IGNORECASE):
                    yield f"{fact.name}: wrong: {text}"
                yield from (f"{fact.name}: {number} is not true: {text}" for number in fact.wrong_numbers(text))
            other = {facet["subject"] for facet in each["facets"] if not fact.about(facet["subject"])}
            yield from (f"{fact.name}: {subject} is not part of it" for subject in sorted(other))
