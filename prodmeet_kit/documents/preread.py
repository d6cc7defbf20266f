"""The pre-read: the clocked agenda as short Markdown, to share before the meeting.

Read in five minutes by anybody, whatever the product: at most :data:`MOST` words. What gets minutes, what is asked,
what waits in the annex, what is quiet and on what grounds, what to know without a word about it (announcements,
planned changes), and what could not be checked. Where that is longer, lines that say the same of several subjects
join first, then details stay in the report; what is left out is counted. Evidence stays in the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodmeet_kit.agenda.metrics import quiet_services
from prodmeet_kit.agenda.overview.decided import last_time
from prodmeet_kit.documents import alike
from prodmeet_kit.documents.length import words
from prodmeet_kit.documents.unchecked import unchecked
from prodmeet_kit.i18n import times
from prodmeet_kit.i18n.languages import listed, sentences, t, tn, use
from prodmeet_kit.i18n.numbers import write as written
from prodmeet_kit.render.labels import brief
from prodmeet_kit.render.markdown_text import bullets, escape

if TYPE_CHECKING:
    from prodmeet_kit.evidence import AgendaItem
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.review import Review

__all__ = ["MOST", "write"]

_KEY = re.compile(r"\bsources\.\w+")
"""A key of the parameters, as grounds name it."""

MOST = 900
"""Words of a pre-read; a text without spaces has one for two characters (:func:`.length.words`)."""


@dataclass(frozen=True)
class _Fit:
    """How much is said: joined from ``least`` alike on, ``letters`` a text and ``lines`` a list at most.

    ``known`` are the lines of what is only for information.
    """

    least: int = 3
    sentences: int = 2
    letters: int = 10_000
    lines: int = 10_000
    known: int = 12
    last: bool = True
    headlines: bool = True


_FITS = (
    _Fit(),
    _Fit(sentences=1, letters=600),
    _Fit(sentences=0, letters=400, known=6),
    _Fit(sentences=0, letters=300, known=6, headlines=False),
    _Fit(2, 0, 240, 20, 4, headlines=False),
    _Fit(2, 0, 200, 12, 3, last=False, headlines=False),
    _Fit(2, 0, 160, 6, 2, last=False, headlines=False),
    _Fit(2, 0, 100, 3, 1, last=False, headlines=False),
    _Fit(2, 0, 50, 1, 1, last=False, headlines=False),
)
"""From all that is known to the least that is still a pre-read: the first that is short enough is written."""


def write(review: Review) -> str:
    """The pre-read of a review as Markdown, in the product's language, ending in a newline: :data:`MOST` words."""
    with use(review.facts.product.language):
        made = ""
        for fit in _FITS:
            made = _written(review, fit)
            if words(made) <= MOST:
                return made
        return _cut(made)


def _cut(text: str) -> str:
    """The first lines of a text of many agenda items, and that there is more."""
    more = f"\n{escape(t('More is in the report.'))}\n"
    lines = text.splitlines(keepends=True)
    while lines and words("".join(lines) + more) > MOST:
        lines.pop()
    return "".join(lines) + more


def _written(review: Review, fit: _Fit) -> str:
    found = review.findings
    parts = [_head(review, fit), _unchecked(review, fit)]
    for item in review.items:
        mine = [each for each in found if each.section == item.key and each.place == "agenda"]
        if mine:
            parts.append(_item(review, item, mine, fit))
    titles = {item.key: item.title for item in review.items}
    parts.append(_annex(review, [each for each in found if each.place == "annex"], titles, fit))
    spoken = {each.section for each in found}
    quiet = [item for item in review.items if item.key not in spoken and item.state in ("fine", "none")]
    parts += [_quiet(quiet_services.sentence(review.analyses, review.lines), quiet, fit), _to_know(review, fit)]
    return "\n".join(part for part in parts if part)


def _head(review: Review, fit: _Fit) -> str:
    product, window = review.facts.product, review.facts.window
    title = t(
        "{product}: agenda of the production meeting of {day}",
        product=brief(product.title or product.product, min(fit.letters, 200)),
        day=times.day(window.day.isoformat()),
    )
    as_of = t(
        "Data as of {time} ({zone}).", time=written(window.end, "time", timezone=window.timezone), zone=window.timezone
    )
    clock = t(
        "Time allocated: {given} of {all} minutes.",
        given=written(float(review.lines["minutes"].sum()), "number"),
        all=written(product.meeting.duration.total_seconds() / 60, "number"),
    )
    headline = escape(brief(review.overview.headline, fit.letters))
    return f"# {escape(title)}\n\n{escape(sentences([as_of, clock]))}\n\n{headline}\n"


def _unchecked(review: Review, fit: _Fit) -> str:
    told = unchecked(review)
    if not told:
        names = listed(source.name for source in review.facts.sources)
        text = brief(t("All sources answered: {names}.", names=names), fit.letters)
        return escape(text) + "\n" if names else ""
    # What is not known is left out last: the list may be twice as long as others.
    return f"{t('Could not be checked:')}\n\n" + _list(told, fit, 2 * fit.lines)


def _item(review: Review, item: AgendaItem, found: list[Finding], fit: _Fit) -> str:
    minutes = written(sum(each.minutes for each in found), "number")
    heading = f"## {escape(brief(item.title, fit.letters) + t(' ({last})', last=t('{n} min', n=minutes)))}"
    groups = alike.grouped(review, found, fit.least, lambda each: _apart(review, each, fit))
    told = _list((_granted(review, group, fit) for group in groups), fit, fit.lines, [len(group) for group in groups])
    headline = f"{escape(brief(item.headline, fit.letters))}\n\n" if fit.headlines else ""
    return f"{heading}\n\n{headline}{told}"


def _apart(review: Review, found: Finding, fit: _Fit) -> str:
    """What keeps a finding on a line of its own: another question than that of others, and what was decided before."""
    own = (*found.subjects, *(each.partition(":")[2] for each in found.subjects), *found.services)
    question = found.question
    for name in sorted(filter(None, own), key=len, reverse=True):
        question = question.replace(name, "")
    return question + (_last(review, (found,)) if fit.last else "")


def _granted(review: Review, group: alike.Group, fit: _Fit) -> str:
    """Minutes of a line, what the matter is, what to decide, and what else is known."""
    minutes = written(sum(each.minutes for each in group), "number")
    told = t("{n} min: {reason}", n=minutes, reason=alike.statement(review, group))
    more = group[0].sentences[: fit.sentences] if len(group) == 1 else ()
    last = _last(review, group) if fit.last else ""
    whole = sentences([told, alike.asked(group), *more]) + last
    # The question is what people come to answer: a long statement leaves half of the line to it.
    half = fit.letters // 2
    return whole if len(whole) <= fit.letters else sentences([brief(told, half), alike.asked(group, half)])


def _last(review: Review, group: alike.Group) -> str:
    """What the last meeting that discussed a finding decided, in brackets."""
    known = last_time(review.analyses)
    told = next((known[each] for each in group[0].subjects if each in known), "") if len(group) == 1 else ""
    return t(" ({last})", last=told.rstrip(".")) if told else ""


def _annex(review: Review, found: list[Finding], titles: dict[str, str], fit: _Fit) -> str:
    """What there is no time for, then what there is nothing to decide about."""
    waiting, known = ([each for each in found if bool(each.wanted) is asks] for asks in (True, False))
    parts = []
    if waiting:
        n = len(waiting)
        heading = tn(
            "Annex: {n} finding that did not fit into the meeting",
            "Annex: {n} findings that did not fit into the meeting",
            n,
        )
        parts.append(f"## {escape(heading)}\n\n{_entries(review, waiting, titles, fit)}")
    if known:
        n = len(known)
        heading = tn(
            "{n} finding for information, nothing to decide", "{n} findings for information, nothing to decide", n
        )
        parts.append(f"## {escape(heading)}\n\n{_entries(review, known, titles, fit)}")
    return "\n".join(parts)


def _entries(review: Review, found: list[Finding], titles: dict[str, str], fit: _Fit) -> str:
    groups = alike.grouped(review, found, fit.least, lambda each: _last(review, (each,)) if fit.last else "")
    texts = []
    for group in groups:
        waited = sorted({each.waited for each in group if each.waited})
        age = t(" ({last})", last=_waits(waited, len(group))) if waited else ""
        last = _last(review, group) if fit.last else ""
        text = brief(alike.statement(review, group).rstrip(".。"), fit.letters)
        texts.append(titles[group[0].section] + ": " + text + age + last)
    return _list(texts, fit, fit.lines, [len(group) for group in groups])


def _waits(waited: Sequence[int], together: int) -> str:
    longest = waited[-1]
    if together == 1:
        return tn("waiting for {n} meeting", "waiting for {n} meetings", longest)
    return tn("waiting for up to {n} meeting", "waiting for up to {n} meetings", longest)


def _quiet(services: str, items: list[AgendaItem], fit: _Fit) -> str:
    texts = [*([services] if services else []), *_grounds(items)]
    return f"## {escape(t('Nothing to discuss'))}\n\n{_list(texts, fit, fit.lines)}" if texts else ""


def _grounds(items: Iterable[AgendaItem]) -> list[str]:
    """Why there is nothing, once for all items with the same grounds: each that lacks a source names its key."""
    same: dict[str, list[AgendaItem]] = {}
    for item in items:
        same.setdefault(_KEY.sub("", item.headline), []).append(item)
    texts = []
    for together in same.values():
        keys = dict.fromkeys(key for item in together for key in _KEY.findall(item.headline))
        headline = _KEY.sub(listed(keys), together[0].headline, count=1)  # a key holds nothing that re.sub would read
        texts.append(f"{listed(item.title for item in together)}: {headline}")
    return texts


def _to_know(review: Review, fit: _Fit) -> str:
    """What takes no minute and is read all the same: announcements, and planned changes that need no discussion."""
    discussed = {about for each in review.findings for about in each.subjects}
    texts = [text for item in review.items for about, text in item.to_know if about not in discussed]
    return f"## {escape(t('For information'))}\n\n{_list(texts, fit, fit.known)}" if texts else ""


def _list(texts: Iterable[str], fit: _Fit, most: int, counts: Sequence[int] = ()) -> str:
    """A list of so many lines at most; a last one says how many more there are, each line for so many as ``counts``."""
    told = list(texts)
    left = sum(counts[most:]) if counts else len(told[most:])
    more = [tn("{n} more in the report", "{n} more in the report", left)] if left else []
    longest = fit.letters + 50  # a line that was cut already, and the title before it
    return bullets([*(brief(text, longest) for text in told[:most]), *more])
