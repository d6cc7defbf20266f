"""``minutes.md``: the minutes of a meeting on one page, with room for what people write.

Who was there; a table of decisions, in which each finding of the agenda has its line until something was decided about
it; what is carried over; new action items; then one line each for SLOs, pages, the meeting, and what could not be
checked. Evidence is in the report, to which each finding links. At most :data:`LINES` lines, :data:`MORE` a decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.overview.decided import corrected, history, words
from prodmeet_kit.agenda.people import explorations
from prodmeet_kit.agenda.shared.owners import owner
from prodmeet_kit.archive.layout import PAGE
from prodmeet_kit.documents import alike
from prodmeet_kit.documents.minutes_state import state
from prodmeet_kit.i18n import times
from prodmeet_kit.i18n.languages import clauses, listed, sentence, sentences, t, tn, use
from prodmeet_kit.i18n.numbers import write as written
from prodmeet_kit.render.anchors import finding_id
from prodmeet_kit.render.labels import brief
from prodmeet_kit.render.markdown_text import code, escape, link, table
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.review import Review

__all__ = ["LINES", "MORE", "write"]

LINES, MORE = 30, 2
"""Lines of the minutes, and how many more each decision may add; empty ones count."""

DUG = 6
"""So many explorations are named."""

_COLUMNS = 5
_LONGEST = 280
"""Letters of a finding with its question, before anything was decided about it."""
_SECOND = timedelta(seconds=1)

Row = list[str]
"""Cells of the table of decisions, as Markdown."""


def write(review: Review) -> str:
    """The minutes of a review as Markdown, in the product's language, ending in a newline."""
    with use(review.facts.product.language):
        decisions = rows(review.analyses.meeting.decided_now)
        carried = [row for row in decisions if row["decision"] == "carry"]
        found = _Found(review)
        head, tail = _head(review), [*_explorations(review), *(f"- {escape(text)}" for text in state(review))]
        over = ["", f"## {escape(t('Carried over'))}", *found.from_before(), *map(found.carried, carried), "- ", ""]
        room = LINES + MORE * len(decisions) - len(head) - len(over) - len(tail)
        born = _new_items(review)
        # What was decided and agreed goes before what was not talked about.
        made = found.decided([row for row in decisions if row["decision"] != "carry"])
        least = min(len(found.open), 1)
        items = _action_items(born, room - len(made) - least - len(_frame([])))
        table_ = _frame([*made, *found.undecided(room - len(items) - len(made) - len(_frame([])))])
        return "\n".join([*head, *table_, *over, *items, *tail]) + "\n"


def _head(review: Review) -> list[str]:
    product, window = review.facts.product, review.facts.window
    title = t(
        "{product}: production meeting of {day}",
        product=product.title or product.product,
        day=times.day(window.day.isoformat()),
    )
    data = t(
        "Data as of {time} ({zone}).", time=written(window.end, "time", timezone=window.timezone), zone=window.timezone
    )
    report = link(t("Report"), PAGE)
    return [f"# {escape(title)}", "", f"- {escape(data)} {report}", f"- {t('Present:')}", f"- {t('Chair and scribe:')}"]


def _frame(made: Sequence[Row]) -> list[str]:
    """The table of decisions with a line for one more."""
    heads = (t("Finding"), t("Decision"), t("Owner"), t("Due"), t("How we know it worked"))
    return ["", f"## {escape(t('Decisions'))}", *table(heads, [*made, [""] * _COLUMNS])]


class _Found:
    """What was found and what was decided about it, as lines of the minutes."""

    def __init__(self, review: Review) -> None:
        self._review = review
        self._by_subject = {about: each for each in review.findings for about in each.subjects}
        self._history: Mapping[str, str] = history(review.analyses)
        now = {row["subject"] for row in rows(review.analyses.meeting.decided_now)}
        order = {item.key: place for place, item in enumerate(review.items)}
        here = [each for each in review.findings if each.place == "agenda"]
        self._here = sorted(here, key=lambda each: (order[each.section], each.rank))
        self.open = [each for each in self._here if not now & set(each.subjects)]
        """The findings of the agenda about which nothing was decided, in the order of the meeting."""

    def decided(self, decisions: Sequence[dict[str, Any]]) -> list[Row]:
        """A line a decision, in the order of the meeting; what was not on its agenda comes last."""
        place = {about: at for at, each in enumerate(self._here) for about in each.subjects}
        return [
            [self._what(row), _said(row), escape(owner(row)), escape(times.day(row["due"])), self._check(row)]
            for row in sorted(decisions, key=lambda row: place.get(row["subject"], len(place)))
        ]

    def undecided(self, most: int) -> list[Row]:
        """A line for each finding to decide about, at most so many: those alike join first, the rest is counted."""
        groups: list[alike.Group] = []
        for least in (len(self.open) + 1, 3, 2):
            groups = alike.grouped(self._review, self.open, least, lambda _: "")
            if len(groups) <= most:
                return [self._to_decide(group) for group in groups]
        shown, left = groups[: max(most - 1, 0)], groups[max(most - 1, 0) :]
        return [*(self._to_decide(group) for group in shown), _rest([each for group in left for each in group])]

    def from_before(self) -> list[str]:
        """What the last meeting that decided anything left to this one, on one line."""
        before = rows(self._review.analyses.meeting.carried_here)
        if not before:
            return []
        day = times.day(before[0]["meeting"])
        texts = clauses(sentences([self._text(row), row["note"]]) + self._again(row) for row in before)
        return [f"- {escape(t('From the meeting of {day}: {what}', day=day, what=texts))}"]

    def carried(self, row: dict[str, Any]) -> str:
        """What goes to the next meeting, with what people said to it."""
        what, told = self._what(row), escape(sentences([row["note"], *corrected(row)]))
        return f"- {t('{section}: {message}', section=what, message=told) if told else what}"

    def _to_decide(self, group: alike.Group) -> Row:
        first = group[0]
        minutes = t("{n} min", n=written(sum(each.minutes for each in group), "number"))
        text = brief(alike.statement(self._review, group), _LONGEST)
        asked = first.ask if len(group) == 1 else alike.asked(group)
        question = brief(asked, max(_LONGEST - len(text), _LONGEST // 3))
        cell = f"{escape(minutes)}: {self._linked(text, first)} {escape(question)}".rstrip()
        return [cell, "", escape(first.owner if len(group) == 1 else ""), "", _proof(first) if len(group) == 1 else ""]

    def _what(self, row: Mapping[str, Any]) -> str:
        found = self._by_subject.get(row["subject"])
        text = self._text(row)
        return (self._linked(text, found) if found else escape(text)) + escape(self._again(row))

    def _text(self, row: Mapping[str, Any]) -> str:
        """What a decision is about: as it is found now, or else as it was shown when people decided."""
        found = self._by_subject.get(row["subject"])
        told = next((each.reason for _, each in found.facets if each.subject == row["subject"]), "") if found else ""
        return brief(told or row["what"] or row["subject"], _LONGEST)

    def _again(self, row: Mapping[str, Any]) -> str:
        """How often it was discussed before."""
        told = self._history.get(row["subject"])
        return t(" ({last})", last=told) if told else ""

    def _check(self, row: Mapping[str, Any]) -> str:
        found = self._by_subject.get(row["subject"])
        return _proof(found, row) if found and row["decision"] != "drop" else ""

    def _linked(self, text: str, found: Finding) -> str:
        return link(text, f"{PAGE}#{finding_id(found.subject)}")


def _said(row: dict[str, Any]) -> str:
    """The decision and, in people's words, why; then what was corrected of it after the meeting."""
    word = words().get(row["decision"], row["decision"])
    told = t("{section}: {message}", section=word, message=row["note"]) if row["note"] else word
    later = corrected(row)
    return escape(sentences([sentence(told.rstrip(".。")), *later]) if later else told)


def _proof(found: Finding, row: Mapping[str, Any] | None = None) -> str:
    """What its acceptance query has to give; a query that the team wrote itself, else where it is in the report."""
    saved = row or {"verify_query": "", "verify_expect": ""}
    own = " ".join(saved["verify_query"].split())
    if own and (found.check is None or own != " ".join(found.check.query.split())):
        return escape(f"{brief(own, _LONGEST)} {saved['verify_expect']}".strip())
    if found.check is None:
        return ""
    expect = saved["verify_expect"] or found.check.expect
    return f"{link(t('query'), f'{PAGE}#{finding_id(found.subject)}')} {escape(expect)}"


def _rest(left: Sequence[Finding]) -> Row:
    """One line for findings that have none of their own."""
    minutes = written(sum(each.minutes for each in left), "number")
    text = tn(
        "{n} more finding on the agenda, {minutes} min",
        "{n} more findings on the agenda, {minutes} min",
        len(left),
        minutes=minutes,
    )
    return [escape(t("{section}: {message}", section=text, message=alike.names(left))), *[""] * (_COLUMNS - 1)]


def _action_items(born: Sequence[str], most: int) -> list[str]:
    """The action items born at this meeting, at most so many lines with their frame, and a line for one more."""
    heading = t("New action items (what, owner, due, how we know it worked)")
    frame = [f"## {escape(heading)}", "- ", ""]
    room = max(most - len(frame), 1)
    shown = list(born) if len(born) <= room else list(born[: room - 1])
    if left := len(born) - len(shown):
        shown.append(f"- {escape(tn('{n} more in the report', '{n} more in the report', left))}")
    return [frame[0], *shown, *frame[1:]]


def _explorations(review: Review) -> list[str]:
    """What is to be dug into later on one line: each with what opens it in a notebook and a link to where it was found.

    Of more than :data:`DUG` the rest is counted.
    """
    told = explorations.lines(review.analyses)
    entries = [
        " ".join([escape(text), code(opening), *([link(t("report"), place)] if place else [])])
        for text, opening, place in told[:DUG]
    ]
    if more := len(told) - len(entries):
        entries.append(escape(tn("{n} more in the report", "{n} more in the report", more)))
    return [f"- {escape(t('To dig into later'))}: {clauses(entries)}"] if entries else []


def _new_items(review: Review) -> list[str]:
    zone = review.facts.window.timezone
    lines = []
    for row in rows(review.analyses.meeting.born_here):
        # An item is due until the midnight after its day: what people wrote is the day.
        due = "" if row["due"] != row["due"] else times.day(f"{row['due'].tz_convert(zone) - _SECOND:%Y-%m-%d}")
        parts = [t("{id} {text}", id=row["id"], text=row["text"])]
        parts += [t("owner {owner}", owner=owner(row))] if row["owner"] else []
        parts += [t("due {due}", due=due)] if due else []
        query = f"{row['verify_query']} {row['verify_expect']}".strip()
        lines.append(f"- {listed([escape(listed(parts)), *([code(query)] if query else [])])}")
    return lines
