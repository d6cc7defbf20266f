"""The pre-read: the clocked agenda as short Markdown, to share before the meeting.

Readable in five minutes and pasteable into a document or a chat: what gets
minutes and why, what is asked, what waits in the annex, what is quiet and on
what grounds, what to know without a word about it (announcements, planned changes),
and what could not be checked. Evidence stays in the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodmeet_kit.agenda.metrics import quiet_services
from prodmeet_kit.agenda.overview.decided import last_time
from prodmeet_kit.agenda.shared.source_words import detail
from prodmeet_kit.findings.finding import told_of
from prodmeet_kit.i18n import times
from prodmeet_kit.i18n.languages import listed, sentences, t, tn, use
from prodmeet_kit.i18n.numbers import write as written
from prodmeet_kit.kinds.built_in.monitoring import SECTION as MONITORING
from prodmeet_kit.render.markdown_text import bullets, escape

if TYPE_CHECKING:
    from prodmeet_kit.evidence import AgendaItem
    from prodmeet_kit.findings.finding import Finding
    from prodmeet_kit.review import Review

__all__ = ["write"]

ASKED = 8
"""So many findings of an item are read ahead; a product of thirty services may have ten times as many."""


def write(review: Review) -> str:
    """The pre-read of a review as Markdown, in the product's language, ending in a newline."""
    with use(review.facts.product.language):
        found = review.findings
        parts = [_head(review), _unchecked(review)]
        for item in review.items:
            mine = [each for each in found if each.section == item.key and each.place == "agenda"]
            if mine:
                parts.append(_item(review, item, mine))
        titles = {item.key: item.title for item in review.items}
        parts.append(_annex(review, [each for each in found if each.place == "annex"], titles))
        spoken = {each.section for each in found}
        quiet = [item for item in review.items if item.key not in spoken and item.state in ("fine", "none")]
        parts += [_quiet(quiet_services.sentence(review.analyses, review.lines), quiet), _to_know(review)]
        return "\n".join(part for part in parts if part)


def _head(review: Review) -> str:
    product, window = review.facts.product, review.facts.window
    title = t(
        "{product}: agenda of the production meeting of {day}",
        product=product.title or product.product,
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
    return f"# {escape(title)}\n\n{escape(sentences([as_of, clock]))}\n\n{escape(review.overview.headline)}\n"


def _unchecked(review: Review) -> str:
    failed = [source for source in review.facts.sources if source.state == "failed"]
    unknown = [item for item in review.items if item.state == "could_not_check"]
    if not review.failures and not failed and not unknown:
        names = listed(source.name for source in review.facts.sources)
        return escape(t("All sources answered: {names}.", names=names)) + "\n" if names else ""
    titles = {MONITORING: t("Alert rules and silences"), **{item.key: item.title for item in review.items}}
    texts = [
        f"{listed([titles.get(failure.section, failure.section), failure.source])}: {failure.message}"
        for failure in review.failures
    ]
    texts += [f"{source.name}: {detail(source.detail)}" for source in failed]
    texts += [f"{item.title}: {item.headline}" for item in unknown]
    return f"{t('Could not be checked:')}\n\n" + bullets(dict.fromkeys(texts))


def _item(review: Review, item: AgendaItem, found: list[Finding]) -> str:
    minutes = written(sum(each.minutes for each in found), "number")
    heading = f"## {escape(item.title + t(' ({last})', last=t('{n} min', n=minutes)))}"
    told = [f"- {escape(_granted(each) + _last(review, each))}{_rule(each)}\n" for each in found[:ASKED]]
    more = len(found) - ASKED
    if more > 0:
        told.append(f"- {escape(tn('{n} more in the report', '{n} more in the report', more))}\n")
    return f"{heading}\n\n{escape(item.headline)}\n\n{''.join(told)}"


def _granted(found: Finding) -> str:
    """Its minutes, what the matter is, what to decide, and what else is known."""
    told = told_of(found)
    return sentences([t("{n} min: {reason}", n=written(found.minutes, "number"), reason=told), *found.sentences])


def _last(review: Review, found: Finding) -> str:
    """What the last meeting that discussed it decided, in brackets."""
    known = last_time(review.analyses)
    told = next((known[each] for each in found.subjects if each in known), "")
    return t(" ({last})", last=told.rstrip(".")) if told else ""


def _rule(found: Finding) -> str:
    """The rule that raised it, by the name its weight has in the parameters."""
    rule = found.facets[0][1].rule
    return t(" ({last})", last=f"`{rule}`") if rule else ""


def _annex(review: Review, found: list[Finding], titles: dict[str, str]) -> str:
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
        parts.append(f"## {escape(heading)}\n\n{_entries(review, waiting, titles)}")
    if known:
        n = len(known)
        heading = tn(
            "{n} finding for information, nothing to decide", "{n} findings for information, nothing to decide", n
        )
        parts.append(f"## {escape(heading)}\n\n{_entries(review, known, titles)}")
    return "\n".join(parts)


def _entries(review: Review, found: list[Finding], titles: dict[str, str]) -> str:
    texts = []
    for each in found:
        waits = tn("waiting for {n} meeting", "waiting for {n} meetings", each.waited) if each.waited else ""
        age = t(" ({last})", last=waits) if waits else ""
        text = titles[each.section] + ": " + each.headline.rstrip(".。") + age + _last(review, each)
        texts.append(f"- {escape(text)}{_rule(each)}\n")
    return "".join(texts)


def _quiet(services: str, items: list[AgendaItem]) -> str:
    texts = [*([services] if services else []), *(f"{item.title}: {item.headline}" for item in items)]
    return f"## {escape(t('Nothing to discuss'))}\n\n{bullets(texts)}" if texts else ""


def _to_know(review: Review) -> str:
    """What takes no minute and is read all the same: announcements, and planned changes that need no discussion."""
    discussed = {about for each in review.findings for about in each.subjects}
    texts = [text for item in review.items for about, text in item.to_know if about not in discussed]
    return f"## {escape(t('For information'))}\n\n{bullets(texts)}" if texts else ""
