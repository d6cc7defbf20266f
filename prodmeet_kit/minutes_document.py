"""``minutes.md``: the generated half of the minutes, with room for what people decide.

The same agenda items as in the report, as Markdown that pastes into a
document: who was there, then each item with its finding, its evidence and its
questions, each followed by empty lines for decisions and new action items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.agenda.decided import sentence
from prodmeet_kit.display.languages import t, use
from prodmeet_kit.display.markdown import escape, markdown
from prodmeet_kit.display.numbers import write as written
from prodmeet_kit.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.agenda.evidence import AgendaItem
    from prodmeet_kit.review import Review

__all__ = ["write"]


def write(review: Review) -> str:
    """The minutes of a review as Markdown, in the product's language, ending in a newline."""
    with use(review.facts.product.language):
        parts = [_head(review), markdown(review.overview)]
        parts += [_with_room(item, _said(review, item)) for item in review.items]
        parts.append(_new_action_items())
    return "\n".join(parts)


def _head(review: Review) -> str:
    product, window = review.facts.product, review.facts.window
    title = t(
        "{product}: production meeting of {day}", product=product.title or product.product, day=window.day.isoformat()
    )
    facts = t(
        "Data as of {time} ({zone}).", time=written(window.end, "time", timezone=window.timezone), zone=window.timezone
    )
    people = t("Present:")
    chair = t("Chair and scribe:")
    return f"# {escape(title)}\n\n{escape(facts)}\n\n{people}\n\n{chair}\n"


def _said(review: Review, item: AgendaItem) -> list[str]:
    """What was decided about an item at this meeting, a sentence each."""
    reasons = dict(zip(review.lines["subject"], review.lines["reason"], strict=True))
    mine = [row for row in rows(review.findings.decided_now) if row["item"] == item.key]
    return [sentence(row, reasons.get(row["subject"], row["subject"])) for row in mine]


def _with_room(item: AgendaItem, said: list[str]) -> str:
    decisions = "".join(f"- {escape(text)}\n" for text in said)
    return f"{markdown(item)}\n{t('Decisions:')}\n\n{decisions}- \n"


def _new_action_items() -> str:
    heads = (t("What"), t("Owner"), t("Due"), t("How we know it worked"))
    rule = " | ".join("---" for _ in heads)
    empty = " | ".join("" for _ in heads)
    return f"## {t('New action items')}\n\n| {' | '.join(heads)} |\n| {rule} |\n| {empty} |\n"
