"""What is true of a world and deserves people's time, and what a review's findings are against it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Fact", "wrongs"]

WHO = re.compile(r"who (looks|takes|owns|is)|an owner|whose is it", re.IGNORECASE)


@dataclass(frozen=True)
class Fact:
    """One true thing. ``subjects``: patterns of what a finding about it may be about, each a whole subject.

    ``required``: people must read of it. ``timed``: it has a date before the next meeting, so it must be on the
    agenda. ``owned``: who looks after it is known. ``never``: what no headline, question or sentence about it may say.
    """

    name: str
    subjects: tuple[str, ...]
    required: bool = True
    timed: bool = False
    owned: bool = False
    never: str = ""

    def about(self, subject: str) -> bool:
        """Whether a finding of this subject is about it."""
        return any(re.fullmatch(pattern, subject) for pattern in self.subjects)


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
            text = " | ".join([each["headline"], each["question"] or "", *each["sentences"]])
            if fact.owned and WHO.search(each["question"] or ""):
                yield f"{fact.name}: who looks after it is known, and asked: {each['question']}"
            if fact.never and re.search(fact.never, text, re.IGNORECASE):
                yield f"{fact.name}: wrong: {text}"
