"""What people want to dig into later: shown with the finding it is about, and listed until somebody closes it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.subjects import rest_of, service_in, subject
from prodmeet_kit.evidence import Column, Table
from prodmeet_kit.evidence.facet import Facet
from prodmeet_kit.i18n.languages import sentences, t, tn
from prodmeet_kit.i18n.times import day
from prodmeet_kit.render.labels import brief
from prodmeet_kit.render.tables import safe_url
from prodmeet_kit.schemas.frames import rows
from prodmeet_kit.schemas.meeting import EXPLORATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodmeet_kit.analyses import Analyses
    from prodmeet_kit.evidence import AgendaItem
    from prodmeet_kit.schemas.meeting import ExplorationRow

__all__ = ["beside", "lines", "numbers", "opening", "place"]

_IN_REPORT = re.compile(r"report\.html(?:#[\w.-]+)?")


def beside(analyses: Analyses, item: AgendaItem) -> AgendaItem:
    """The item with what is to be dug into, or was, at its end: a facet of each, and a table; itself without any."""
    filed = EXPLORATIONS.rows(analyses.meeting.explorations)
    if not filed:
        return item
    return replace(
        item,
        headline=sentences([item.headline, *_counts(filed)]),
        state="noted" if item.state in ("none", "fine") else item.state,
        evidence=(*item.evidence, _table(analyses)),
        facets=(*item.facets, *map(_facet, filed)),
    )


def lines(analyses: Analyses) -> list[tuple[str, str, str]]:
    """For each exploration, open or answered, a sentence, the line of a notebook that opens its finding, and its place.

    The sentence says what it is about, who wants to know what, and since when; the place is as :func:`place` has it.
    """
    return [
        (_listed(row), opening(row["subject"]), place(row)) for row in EXPLORATIONS.rows(analyses.meeting.explorations)
    ]


def opening(about: str) -> str:
    """The line of a notebook that opens the finding about a subject."""
    return f"review.finding({json.dumps(about, ensure_ascii=False)})"


def place(row: ExplorationRow) -> str:
    """Where the finding is: a URL, or a place in the report of its meeting from the report beside it; or empty."""
    link = row["link"]
    return f"../{row['meeting']}/{link}" if _IN_REPORT.fullmatch(link) else safe_url(link)


def numbers(analyses: Analyses) -> dict[str, Any]:
    """Its key of ``review.json``: the explorations that are open, or were answered since the last meeting."""
    return {"explorations": rows(analyses.meeting.explorations)}


def _facet(row: ExplorationRow) -> Facet:
    """It wants no minutes: it is known, and who wants to know looks into it."""
    services = (service_in(row["subject"]),) if service_in(row["subject"]) else ()
    return Facet(
        score=0.0,
        minutes=0.0,
        reason=_named(row),
        subject=subject("exploration", row["id"]),
        rule="exploration",
        why=_why(row),
        joins=(row["subject"],),
        services=services,
        owner=row["who"],
    )


def _why(row: ExplorationRow) -> str:
    if row["closed"]:
        return t("it is answered")
    return t("{who} looks into it", who=row["who"]) if row["who"] else t("somebody looks into it")


def _words(row: ExplorationRow) -> dict[str, str]:
    about = rest_of(row["subject"]) or row["subject"]
    return {"about": about, "day": day(row["meeting"]), "note": brief(row["note"], 120)}


def _listed(row: ExplorationRow) -> str:
    """What it is about below a heading that says what these are."""
    words = _words(row)
    if row["closed"]:
        return _named(row)
    if row["who"]:
        return t("{about} ({who} since {day}): {note}", who=row["who"], **words)
    return t("{about} (since {day}): {note}", **words)


def _named(row: ExplorationRow) -> str:
    words = _words(row)
    if row["closed"]:
        return t("{about}: {note} → {found}", found=brief(row["found"], 120), **words)
    if row["who"]:
        return t("{about}: dig later, {who} since {day}: {note}", who=row["who"], **words)
    return t("{about}: dig later, since {day}: {note}", **words)


def _counts(filed: Sequence[ExplorationRow]) -> Iterator[str]:
    closed = sum(row["closed"] for row in filed)
    if n := len(filed) - closed:
        yield tn("{n} thing to dig into later.", "{n} things to dig into later.", n)
    if closed:
        yield tn("{n} exploration was answered.", "{n} explorations were answered.", closed)


def _table(analyses: Analyses) -> Table:
    filed = analyses.meeting.explorations
    places = [place(row) for row in EXPLORATIONS.rows(filed)]
    in_report = [found.startswith("../") for found in places]
    shown = filed.assign(
        about=[rest_of(about) or about for about in filed["subject"]],
        # The day leads to the report of that meeting; what is elsewhere has a column of its own.
        since=[found if here else day(at) for at, found, here in zip(filed["meeting"], places, in_report, strict=True)],
        elsewhere=["" if here else found for found, here in zip(places, in_report, strict=True)],
        line=filed["subject"].map(opening),
    )
    columns = (
        Column("about", t("About")),
        Column("note", t("What to find out"), "sentence"),
        Column("who", t("Who")),
        Column("since", t("Since"), "link"),
        Column("elsewhere", t("Link"), "link"),
        Column("id", t("Entry"), "code"),
    )
    details = (Column("found", t("What came of it")), Column("line", t("In a notebook"), "code"))
    return Table(t("To dig into later"), shown, columns, details, anchor=("id",))
