"""Findings that say the same of several subjects, as one line that is true of each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from prodmeet_kit.analysis.meeting import consultations
from prodmeet_kit.core.refs import SloRef
from prodmeet_kit.core.subjects import kind_of, rest_of, subject
from prodmeet_kit.i18n.languages import listed, sentence, sentences, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.i18n.ranges import days_between
from prodmeet_kit.render.labels import brief
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.review import Review

__all__ = ["Group", "asked", "grouped", "names", "statement"]

NAMED = 3
"""So many are named, and how many more there are."""

Group = tuple["Finding", ...]
"""Findings on one line, in their order."""

Numbers = Mapping[str, float]


def grouped(review: Review, found: Iterable[Finding], least: int, keep: Callable[[Finding], str]) -> list[Group]:
    """Findings of one section and rule together where there are ``least`` or more of them; each once, in order.

    ``keep`` gives a text for each; only those with the same text come together.
    """
    together: dict[tuple[Any, ...], list[Finding]] = {}
    for place, each in enumerate(found):
        together.setdefault((*_kind(review, each, place), keep(each)), []).append(each)
    order = {id(each): place for place, each in enumerate(found)}
    groups = [part for same in together.values() for part in ([tuple(same)] if len(same) >= least else _apart(same))]
    return sorted(groups, key=lambda group: order[id(group[0])])


def statement(review: Review, group: Group) -> str:
    """What is the matter with all of a group, as a whole sentence: a number only where it holds of each."""
    first = group[0]
    if len(group) == 1:
        return first.headline
    rule = _RULES.get(_rule(first))
    if rule is None:
        more = len(group) - 1
        others = tn("{n} other: {names}", "{n} others: {names}", more, names=names(group[1:]))
        return sentences([first.headline, sentence(others)])
    known = rule.numbers(review)
    return sentence(
        rule.words(len(group), names(group), _between([known[each.subject] for each in group], rule.written))
    )


def asked(group: Group, letters: int = 10_000) -> str:
    """The question of a group, cut at so many letters: that of its first, and for whom it is the same."""
    question = brief(group[0].question, letters)
    others = group[1:]
    if not question or all(each.question == group[0].question for each in others):
        return question
    if len(others) == 1:
        return sentences([question, t("The same for {names}.", names=names(others))])
    return sentences([question, t("The same for the others.")])


def names(found: Sequence[Finding]) -> str:
    """What the first few are about, and how many more there are."""
    shown = [rest_of(each.subject) or each.subject for each in found[:NAMED]]
    more = len(found) - len(shown)
    return listed([*shown, *([tn("{n} more", "{n} more", more)] if more else [])])


def _apart(same: Iterable[Finding]) -> list[Group]:
    return [(each,) for each in same]


def _rule(found: Finding) -> str:
    return found.facets[0][1].rule


def _kind(review: Review, found: Finding, place: int) -> tuple[Any, ...]:
    """What makes a finding say the same as others: its rule; one that is itself of many, or of no rule, is alone."""
    name = _rule(found)
    if not name or sum(facet.rule == name for _, facet in found.facets) > 1:
        return (place,)
    rule = _RULES.get(name)
    if rule is not None and not isfinite(rule.numbers(review).get(found.subject, float("nan"))):
        return (place,)
    return found.section, found.place, name, kind_of(found.subject)


def _between(values: Sequence[float], kind: str) -> str:
    if kind == "days":
        return days_between(min(values), max(values))
    low, high = write(min(values), kind), write(max(values), kind)
    return low if low == high else t("{low} to {high}", low=low, high=high)


class _Rule(NamedTuple):
    """How many findings of one rule are said at once: the number of each subject, and the words for all."""

    numbers: Callable[[Review], Numbers]
    written: str
    words: Callable[[int, str, str], str]


def _of_slos(column: str, *, state: str = "") -> Callable[[Review], Numbers]:
    def numbers(review: Review) -> Numbers:
        found = rows(review.analyses.slo.summary)
        return {subject("slo", SloRef.of_row(row)): row[column] for row in found if state in ("", row["state"])}

    return numbers


def _of_resources(column: str) -> Callable[[Review], Numbers]:
    def numbers(review: Review) -> Numbers:
        found = rows(review.analyses.capacity.resources)
        return {subject("resource", SloRef.of_row(row)): row[column] for row in found}

    return numbers


def _filling(review: Review) -> Numbers:
    return {about: days for about, days in _of_resources("days_to_full")(review).items() if days > 0}


def _unmeasured(review: Review) -> Numbers:
    return dict.fromkeys(_of_slos("window_s", state="NO_DATA")(review), 0.0)


def _moved(review: Review) -> Numbers:
    found = rows(review.analyses.capacity.load_patterns)
    return {subject("load", SloRef.of_row(row)): row["like_for_like"] for row in found}


def _overdue(review: Review) -> Numbers:
    found = rows(review.analyses.meeting.action_items)
    return {subject("action_item", row["id"]): row["overdue_days"] for row in found if not row["proposal"]}


def _waiting(review: Review) -> Numbers:
    shown = review.analyses.meeting.consultations
    return {subject("question", identity): 0.0 for identity in shown["id"][consultations.waiting(shown)]}


def _noisy(review: Review) -> Numbers:
    found = rows(review.analyses.paging.noise)
    return {subject("alert", row["alert"], row["service"]): row["count"] for row in found if not row["page"]}


_RULES: dict[str, _Rule] = {
    "slo_missed": _Rule(
        _of_slos("attainment", state="BAD"),
        "percent",
        lambda n, names, numbers: tn(
            "{n} SLO misses its objective, {numbers} attained: {names}",
            "{n} SLOs miss their objectives, {numbers} attained: {names}",
            n, names=names, numbers=numbers,
        ),
    ),
    "slo_unknown": _Rule(
        _unmeasured,
        "number",
        lambda n, names, _: tn(
            "{n} SLO could not be measured: {names}", "{n} SLOs could not be measured: {names}", n, names=names
        ),
    ),
    "budget_spent": _Rule(
        _of_slos("budget_spent_since_last"),
        "budget",
        lambda n, names, numbers: tn(
            "{n} SLO spent {numbers} of its error budget since the last meeting: {names}",
            "{n} SLOs each spent {numbers} of their error budgets since the last meeting: {names}",
            n, names=names, numbers=numbers,
        ),
    ),
    "limit_near": _Rule(
        _filling,
        "days",
        lambda n, names, numbers: tn(
            "{n} resource will reach its limit in about {numbers}: {names}",
            "{n} resources will reach their limits in about {numbers}: {names}",
            n, names=names, numbers=numbers,
        ),
    ),
    "saturated": _Rule(
        _of_resources("saturation_90"),
        "percent",
        lambda n, names, numbers: tn(
            "{n} resource was above 90% of its limit for {numbers} of the time: {names}",
            "{n} resources were above 90% of their limits for {numbers} of the time: {names}",
            n, names=names, numbers=numbers,
        ),
    ),
    "load_moved": _Rule(
        _moved,
        "change",
        lambda n, names, numbers: tn(
            "{n} load changed by {numbers} against the same weekdays and hours: {names}",
            "{n} loads changed by {numbers} against the same weekdays and hours: {names}",
            n, names=names, numbers=numbers,
        ),
    ),
    "action_overdue": _Rule(
        _overdue,
        "days",
        lambda n, names, numbers: tn(
            "{n} action item is {numbers} overdue: {names}",
            "{n} action items are {numbers} overdue: {names}",
            n, names=names, numbers=numbers,
        ),
    ),
    "consultation": _Rule(
        _waiting,
        "number",
        lambda n, names, _: tn(
            "{n} question waits for an answer: {names}", "{n} questions wait for an answer: {names}", n, names=names
        ),
    ),
    "noise": _Rule(
        _noisy,
        "count",
        lambda n, names, numbers: tn(
            "{n} alert is noise, fired {numbers} times: {names}",
            "{n} alerts are noise, each fired {numbers} times: {names}",
            n, names=names, numbers=numbers,
        ),
    ),
}  # fmt: skip
"""Rules of which many findings may come at once; of every other the first is said, and which others there are."""
