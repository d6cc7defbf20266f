"""How a product is doing, a line each: SLOs, pages, the meeting itself, and what could not be checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from prodmeet_kit.agenda.metrics.brief import fine
from prodmeet_kit.agenda.overview.pages import pages
from prodmeet_kit.documents.unchecked import unchecked
from prodmeet_kit.i18n import times
from prodmeet_kit.i18n.languages import clauses, listed, sentence, t, tn
from prodmeet_kit.i18n.numbers import write
from prodmeet_kit.render.labels import brief
from prodmeet_kit.schemas.frames import rows

if TYPE_CHECKING:
    from prodmeet_kit.review import Review

__all__ = ["state"]

NAMED = 3
"""So many agenda items that took longer than planned are named."""

LONGEST = 600
"""Letters of what could not be checked; the report has all of it."""


def state(review: Review) -> list[str]:
    """The lines as plain text: those of the meeting and of what could not be checked only where there is something."""
    paged = pages(review.analyses)
    known = review.facts.alerts_known
    told = [fine(review.analyses.slo.summary), sentence(paged if known else _line(t("Pages"), paged))]
    told += map(sentence, _health(review))
    if missing := unchecked(review):
        told.append(brief(_line(t("Could not be checked"), clauses(missing)), LONGEST))
    return told


def _line(what: str, text: str) -> str:
    return t("{section}: {message}", section=what, message=text)


def _health(review: Review) -> Iterator[str]:
    """Minutes taken and planned, decisions, and which items took longer; nothing before anybody decided or clocked."""
    today = review.facts.window.day.isoformat()
    health = rows(review.analyses.meeting.health)
    now = next((row for row in health if row["meeting"] == today), None)
    if now is None:
        return
    told = [*_took(now), tn("{n} decision", "{n} decisions", int(now["decisions"]))]
    if now["carried"]:
        told.append(tn("{n} carried over", "{n} carried over", int(now["carried"])))
    if over := _over(review):
        told.append(t("over time: {items}", items=listed(over)))
    before = [row for row in health if row["meeting"] < today and row["actual"] == row["actual"]]  # NaN: no clock
    if before:
        day = times.day(before[-1]["meeting"])
        told.append(t("the meeting of {day} {took}", day=day, took=listed(_took(before[-1]))))
    yield _line(t("Meeting"), clauses(told))


def _took(row: dict[str, Any]) -> list[str]:
    """Minutes of one meeting; none where no clock was kept."""
    if row["actual"] != row["actual"]:  # NaN is not equal to itself
        return []
    return [
        t(
            "took {minutes} of {planned} minutes planned",
            minutes=write(row["actual"], "number"),
            planned=write(row["planned"], "number"),
        )
    ]


def _over(review: Review) -> list[str]:
    """Agenda items that took longer than planned, the longest first."""
    titles = {item.key: item.title for item in review.items}
    late = [row for row in rows(review.analyses.meeting.took_now) if row["minutes"] > row["planned"]]
    late.sort(key=lambda row: row["planned"] - row["minutes"])
    return [
        t(
            "{item} {minutes} of {planned}",
            item=titles.get(row["subject"], row["subject"]),
            minutes=write(row["minutes"], "number"),
            planned=write(row["planned"], "number"),
        )
        for row in late[:NAMED]
    ]
