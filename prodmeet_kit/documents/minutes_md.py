"""``minutes.md``: the generated half of the minutes, with room for what people decide.

The same agenda items as in the report, as Markdown that pastes into a
document: who was there, then each item with its finding, its evidence and its
questions, each followed by what was decided and an empty line for more; at the end
what goes to the next meeting, new action items, and the minutes it took.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.overview.decided import history, sentence
from prodmeet_kit.agenda.people import explorations
from prodmeet_kit.agenda.shared.owners import owner
from prodmeet_kit.i18n import times
from prodmeet_kit.i18n.languages import t, use
from prodmeet_kit.i18n.numbers import write as written
from prodmeet_kit.render.markdown import markdown
from prodmeet_kit.render.markdown_text import bullets, code, escape, link, table
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.evidence import AgendaItem
    from prodmeet_kit.review import Review

__all__ = ["write"]

_SECOND = timedelta(seconds=1)
_MEETINGS = 6
"""So many meetings are told of at the end, the newest first."""


def write(review: Review) -> str:
    """The minutes of a review as Markdown, in the product's language, ending in a newline."""
    with use(review.facts.product.language):
        shown = {item.key for item in review.items}
        decisions = _placed(review, shown)
        parts = [_head(review), markdown(review.overview), _carried_here(review)]
        parts += [
            _with_room(item, _sentences(review, [row for row in decisions if row["item"] == item.key]))
            for item in review.items
        ]
        # An item that is no longer on the agenda loses no decision.
        other = _sentences(review, [row for row in decisions if row["item"] not in shown])
        parts += [
            _list(t("Other decisions"), other),
            _list(t("Carried over to the next meeting"), _carried_on(review, decisions)),
            _new_action_items(review),
            _explorations(review),
            _health(review),
        ]
    return "\n".join(part for part in parts if part)


def _head(review: Review) -> str:
    product, window = review.facts.product, review.facts.window
    title = t(
        "{product}: production meeting of {day}",
        product=product.title or product.product,
        day=times.day(window.day.isoformat()),
    )
    facts = t(
        "Data as of {time} ({zone}).", time=written(window.end, "time", timezone=window.timezone), zone=window.timezone
    )
    people = t("Present:")
    chair = t("Chair and scribe:")
    return f"# {escape(title)}\n\n{escape(facts)}\n\n{people}\n\n{chair}\n"


def _placed(review: Review, shown: set[str]) -> list[dict[str, Any]]:
    """The decisions of this meeting; one that names no item of the agenda goes where its subject was raised."""
    raised = {about: each.section for each in review.findings for about in each.subjects}
    return [
        row if row["item"] in shown else {**row, "item": raised.get(row["subject"], row["item"])}
        for row in rows(review.analyses.meeting.decided_now)
    ]


def _reasons(review: Review) -> dict[str, str]:
    """What raised each subject: at this meeting, or else when it was last decided about."""
    analyses = review.analyses
    told = [*rows(analyses.meeting.decided_before), *rows(analyses.meeting.decided_now)]
    kept = {row["subject"]: row["what"] for row in told if row["what"]}
    return {**kept, **dict(zip(review.lines["subject"], review.lines["reason"], strict=True))}


def _sentences(review: Review, decisions: Iterable[dict[str, Any]]) -> list[str]:
    """Each decision on one line: what it is about, why, who, until when, and how often it was discussed before."""
    reasons, before = _reasons(review), history(review.analyses)
    made = []
    for row in decisions:
        text = sentence(row, reasons.get(row["subject"], row["subject"]))
        told = before.get(row["subject"])
        made.append(text + t(" ({last})", last=told) if told else text)
    return made


def _with_room(item: AgendaItem, said: Sequence[str]) -> str:
    return f"{markdown(item)}\n{t('Decisions:')}\n\n{bullets(said)}- \n"


def _list(title: str, entries: Sequence[str]) -> str:
    return f"## {escape(title)}\n\n{bullets(entries)}" if entries else ""


def _carried_here(review: Review) -> str:
    """What the last meeting that decided anything left to this one."""
    carried = rows(review.analyses.meeting.carried_here)
    if not carried:
        return ""
    title = t("Carried over from the meeting of {day}", day=times.day(carried[0]["meeting"]))
    return _list(title, _sentences(review, carried))


def _carried_on(review: Review, decisions: Iterable[dict[str, Any]]) -> list[str]:
    reasons = _reasons(review)
    return [reasons.get(row["subject"], row["subject"]) for row in decisions if row["decision"] == "carry"]


def _new_action_items(review: Review) -> str:
    """Those born at this meeting, and an empty line for those written by hand."""
    zone = review.facts.window.timezone
    heads = (t("What"), t("Owner"), t("Due"), t("How we know it worked"), t("Item"))
    items = [
        (
            row["text"],
            owner(row),
            # An item is due until the midnight after its day: what people wrote is the day.
            "" if row["due"] != row["due"] else times.day(f"{row['due'].tz_convert(zone) - _SECOND:%Y-%m-%d}"),
            f"{row['verify_query']} {row['verify_expect']}".strip(),
            row["id"],
        )
        for row in rows(review.analyses.meeting.born_here)
    ]
    return f"## {escape(t('New action items'))}\n\n{_table(heads, [*items, [''] * len(heads)])}"


def _explorations(review: Review) -> str:
    """What is to be dug into later, with the line that opens it in a notebook and a link to where it was found."""
    entries = [
        " ".join(["-", escape(text), code(opening), *([link(t("report"), place)] if place else [])]) + "\n"
        for text, opening, place in explorations.lines(review.analyses)
    ]
    return f"## {escape(t('To dig into later'))}\n\n{''.join(entries)}" if entries else ""


def _health(review: Review) -> str:
    """Minutes planned and taken: of each item at this meeting, and of the last meetings in all."""
    took, health = rows(review.analyses.meeting.took_now), rows(review.analyses.meeting.health)
    if not health:
        return ""
    titles = {item.key: item.title for item in review.items}
    parts = [f"## {escape(t('Health of the meeting'))}\n"]
    if took:
        heads = (t("Agenda item"), t("Minutes planned"), t("Minutes taken"))
        cells = [
            (titles.get(row["subject"], row["subject"]), _number(row["planned"]), _number(row["minutes"]))
            for row in took
        ]
        parts.append(_table(heads, cells, numbers=True))
    heads_of_all = (
        t("Meeting"), t("Minutes planned"), t("Minutes taken"), t("Decisions"), t("Carried over"),
        t("Action items closed with proof"),
    )  # fmt: skip
    columns = ("planned", "actual", "decisions", "carried", "closed_with_proof")
    last = [(times.day(row["meeting"]), *(_number(row[name]) for name in columns)) for row in health[::-1][:_MEETINGS]]
    parts.append(_table(heads_of_all, last, numbers=True))
    return "\n".join(parts)


def _number(value: float) -> str:
    return "" if value != value else written(value, "number")  # NaN: no clock was kept


def _table(heads: Sequence[str], cells: Iterable[Sequence[str]], *, numbers: bool = False) -> str:
    """A Markdown table; with ``numbers``, all columns but the first are flush right."""
    right = [numbers and bool(column) for column in range(len(heads))]
    lines = table(heads, ([escape(cell) for cell in row] for row in cells), right)
    return "".join(f"{line}\n" for line in lines)
