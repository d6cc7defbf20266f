"""The rows of the index: what is known of a product in one row, as plain values that its template lays out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from prodmeet_kit.archive.layout import PAGE
from prodmeet_kit.archive.meetings import Meeting
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.html_report import sparkline
from prodmeet_kit.html_report.index_order import Shelved
from prodmeet_kit.i18n import times
from prodmeet_kit.i18n.languages import listed, t, tn
from prodmeet_kit.i18n.numbers import UNKNOWN, write
from prodmeet_kit.render.anchors import finding_id
from prodmeet_kit.render.states import Word, word

__all__ = ["row"]


def row(product: Shelved, anchor: str) -> dict[str, Any]:
    """One row of the table."""
    meeting, problems = product.known, _problems(product)
    drawn = [each for each in product.meetings if not each.older][sparkline.MEETINGS - 1 :: -1]
    return {
        "anchor": anchor,
        "href": _href(meeting) if product.newest else "",
        "title": redact(next((each.title for each in product.meetings if each.title), product.name)),
        "day": _day(meeting) if product.newest else "",
        "iso": meeting.day,
        "old": _old(product),
        "state": _state(product),
        "kept": _kept(meeting),
        "unchecked": _unchecked(meeting),
        "left": _left(meeting.left),
        "over": meeting.left is not None and meeting.left < 0,
        "left_of": redact(meeting.left_of),
        "left_drawn": _line(drawn) if len(drawn) > 1 else None,
        "pages": write(meeting.pages, "count"),
        "noise": t("{n} noise", n=write(meeting.noise, "count")) if meeting.noise else "",
        "pages_drawn": _bars(drawn) if len(drawn) > 1 else None,
        "problems": problems,
        **_decide(meeting, bool(problems)),
        "earlier": [_earlier(each) for each in product.meetings[1:]],
        "earlier_count": tn("{n} earlier", "{n} earlier", len(product.meetings) - 1),
    }


def _href(meeting: Meeting) -> str:
    """Relative, and never with a scheme: a folder may have any name."""
    return f"./{quote(meeting.product, safe='')}/{quote(meeting.day, safe='')}/{PAGE}"


def _day(meeting: Meeting) -> str:
    return write(meeting.end, "date", timezone=meeting.timezone) if meeting.end else times.day(meeting.day)


def _old(product: Shelved) -> str:
    if product.age is None:
        return ""
    days = tn("{n} day", "{n} days", round(product.known.length_s / 86400))
    return t(
        "old: {age} ago, though it meets every {usual}", age=times.days(product.age / timedelta(days=1)), usual=days
    )


def _state(product: Shelved) -> Word:
    meeting = product.known
    if product.newest is None:
        return Word(t("no report"), "unknown")
    if meeting.error or (not meeting.state and meeting.unchecked):
        return word("could_not_check")
    return word(meeting.state) if meeting.state else Word(t("no SLO"), "quiet")


def _kept(meeting: Meeting) -> str:
    if not meeting.slos:
        return ""
    kept = t("{met} of {all} met", met=meeting.kept, all=meeting.slos)
    if meeting.resting:
        kept += t(" ({last})", last=t("{n} on part of the data", n=meeting.resting))
    return kept


def _unchecked(meeting: Meeting) -> str:
    return tn("{n} section not checked", "{n} sections not checked", meeting.unchecked) if meeting.unchecked else ""


def _left(left: float | None) -> str:
    if left is None:
        return UNKNOWN
    share = write(abs(left), "budget")
    return t("{share} over", share=share) if left < 0 else t("{share} left", share=share)


def _problems(product: Shelved) -> list[str]:
    """Why the row does not show how the product is now, each in a line."""
    meeting, failed = product.known, product.failed
    said = []
    if failed is not None:
        day = times.date(failed.at, meeting.timezone)
        said.append(t("No report on {day}: {why}", day=day, why=redact(failed.why)))
    if meeting.error:
        said.append(redact(meeting.error))
    if meeting.not_run:
        n = meeting.not_run
        said.append(
            tn("The run ended early: {n} section was not made", "The run ended early: {n} sections were not made", n)
        )
    return said


def _decide(meeting: Meeting, excused: bool) -> dict[str, Any]:
    """The first question with its address in the report, and how many more there are.

    Where it is not known and the row says why (``excused``), that is enough.
    """
    count = meeting.to_decide
    more = tn("+{n} more", "+{n} more", count - 1) if count and count > 1 else ""
    if meeting.question:
        href = f"{_href(meeting)}#{finding_id(meeting.subject)}" if meeting.subject else _href(meeting)
        return {"question": redact(meeting.question), "asked_at": href, "more": more}
    if count:  # of an earlier kit: how many, not what
        return {"question": tn("{n} question", "{n} questions", count), "asked_at": _href(meeting), "more": ""}
    unknown = "" if excused else UNKNOWN
    return {"question": unknown if count is None else t("nothing to decide"), "asked_at": "", "more": ""}


def _earlier(meeting: Meeting) -> dict[str, str]:
    """An earlier meeting in the fold of its product."""
    told = [] if meeting.older or meeting.error else [word(meeting.state).text if meeting.state else t("no SLO")]
    if told and meeting.left is not None:
        told.append(_left(meeting.left))
    if told and meeting.pages is not None:
        told.append(tn("{n} page", "{n} pages", meeting.pages))
    if meeting.error:
        told.append(word("could_not_check").text)
    return {"href": _href(meeting), "day": _day(meeting), "told": " · ".join(told)}


def _bars(drawn: Sequence[Meeting]) -> dict[str, Any]:
    """Pages of each meeting from the oldest to the newest: a bar, its noise in grey on top."""
    shown = []
    for meeting, bar in zip(drawn, sparkline.bars([each.pages for each in drawn]), strict=True):
        if bar is not None:
            x, y, height = bar
            grey = round(height * (meeting.noise or 0) / meeting.pages, 1) if meeting.pages else 0.0
            shown.append({"x": x, "y": y, "grey": grey, "rest": round(height - grey, 1), "told": _told_pages(meeting)})
    values = [_known(write(meeting.pages, "count")) for meeting in drawn]
    return {"bars": shown, "label": _label(t("Pages"), values)}


def _told_pages(meeting: Meeting) -> str:
    pages = tn("{n} page", "{n} pages", meeting.pages or 0)
    noise = t("{n} noise", n=meeting.noise) if meeting.noise else ""
    return f"{_day(meeting)}: {listed(filter(None, [pages, noise]))}"


def _line(drawn: Sequence[Meeting]) -> dict[str, Any]:
    """The least budget of each meeting from the oldest to the newest."""
    shares = [meeting.left for meeting in drawn]
    told = [f"{_day(meeting)}: {_left(meeting.left)}" for meeting in drawn if meeting.left is not None]
    values = [_known(_left(share)) for share in shares]
    return {
        "pieces": sparkline.pieces(shares),
        "told": told,
        "label": _label(t("Least budget left"), values),
        "over": bool(shares) and shares[-1] is not None and shares[-1] < 0,
    }


def _label(what: str, values: Sequence[str]) -> str:
    return t("{what}, from the oldest meeting to the newest: {values}", what=what, values=listed(values))


def _known(value: str) -> str:
    return t("not known") if value == UNKNOWN else value
