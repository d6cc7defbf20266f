"""``reports/index.html``: products and their meetings at a glance, each a click away.

It is made from the folders, never from what stood in it before, and looked at
again after it is written: when a report came between it is made again. So
whoever writes last has seen every report, and reports that end at the same
time need no lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from prodmeet_kit.archive.layout import INDEX, PAGE, days
from prodmeet_kit.archive.meetings import Meeting, meetings
from prodmeet_kit.core import durable
from prodmeet_kit.core.errors import ReportError, printable
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.html_report import neighbours, sparkline
from prodmeet_kit.i18n import times
from prodmeet_kit.i18n.languages import current, listed, t, tn, use
from prodmeet_kit.i18n.numbers import UNKNOWN, write
from prodmeet_kit.render import theme
from prodmeet_kit.render.anchors import Anchors, slug
from prodmeet_kit.render.html import template
from prodmeet_kit.render.states import Word, word

__all__ = ["html", "shelve", "write_index"]

"""The name of the page, in the folder that holds the folders of the products."""

SHOWN = 6
"""So many meetings of a product are in sight; older ones fold."""

_OURS = b'<meta name="generator" content="prodmeet-kit">'
_TRIES = 20
_HERE = Path(__file__).resolve().parent


def shelve(reports: Path, product: str, day: str) -> list[str]:
    """Link a report that has just taken its place with its neighbours, and write the index.

    Returns lines for whoever ran it, empty when all went well: a fault here costs no report.
    """
    told = []
    for what, make in (
        (f"the links between the meetings of {product}", lambda: neighbours.link(reports / product, day)),
        (str(reports / INDEX), lambda: write_index(reports)),
    ):
        try:
            make()
        except OSError as error:
            told.append(f"could not write {what}: {error.strerror}")
        except Exception as error:  # noqa: BLE001 - the report stands, and must be told of
            told.append(f"could not write {what}: {error}")
    return told


def write_index(reports: Path) -> Path:
    """Write the index of the reports in a folder and return its path.

    Raises :class:`ReportError` when another page has its name there, and ``OSError``.
    """
    path = reports / INDEX
    if path.exists() and _OURS not in path.read_bytes()[:4096]:
        raise ReportError("a page of this name is there that prodmeet did not write: move it, or give another --out")
    for _ in range(_TRIES):
        seen = _stand(reports)
        durable.write(path, html(meetings(reports)))
        if _stand(reports) == seen:
            break
    return path


def _stand(reports: Path) -> set[tuple[str, str, int, int]]:
    """Which reports are there, each as it is at this moment."""
    found = set()
    for folder in reports.iterdir():
        if folder.is_dir() and not folder.name.startswith("."):
            for day in days(folder):
                try:
                    state = (folder / day).stat()
                    found.add((folder.name, day, state.st_ino, state.st_mtime_ns))
                except FileNotFoundError:
                    continue  # replaced at this moment: another stand will be found
    return found


def html(shelf: Mapping[str, Sequence[Meeting]]) -> str:
    """The page, in the language of the newest report."""
    known = [meeting for listed_ in shelf.values() for meeting in listed_ if meeting.end]
    newest = max(known, key=lambda meeting: meeting.end or datetime.min.replace(tzinfo=UTC), default=None)
    with use(newest.language if newest else "en"):
        anchors = Anchors()
        # The address of a product must not move because of a row of another one.
        places = {name: anchors.take(slug(name)) for name in shelf}
        text = template("prodmeet_kit.html_report", "meetings.html.j2").render(
            language=current(),
            title=t("Production meetings"),
            css=theme.css() + _asset("page.css").replace("/*FONT*/", theme.FONT) + _asset("index.css"),
            products=[_product(name, list(listed_), places[name], anchors) for name, listed_ in shelf.items()],
            heads=_heads(),
            words=_words(),
            height=sparkline.HEIGHT,
            middle=sparkline.place(0.0),
        )
        return printable(text)


def _heads() -> list[str]:
    return [
        t("Meeting"),
        t("Worst SLO"),
        t("SLOs met"),
        t("Pages"),
        t("Most spent since last meeting"),
        t("Least budget left"),
        t("To decide"),
        t("Not checked"),
    ]


def _words() -> dict[str, str]:
    return {
        "products": t("Products"),
        "none": t("No report yet."),
        "unknown": t("not known"),
        "note": t(
            "Most spent since last meeting: the largest share of an error budget spent since the previous meeting."
        ),
    }


def _product(name: str, found: list[Meeting], anchor: str, anchors: Anchors) -> dict[str, Any]:
    read = [meeting for meeting in found if not meeting.older]
    rows = [_row(meeting, anchors) for meeting in read]
    title = next((meeting.title for meeting in read if meeting.title), name)
    folded = rows[SHOWN:]
    older = [{"href": _href(meeting), "day": times.day(meeting.day)} for meeting in found if meeting.older]
    return {
        "anchor": anchor,
        "name": name,
        "title": redact(title),
        "state": rows[0]["state"],
        "rows": rows[:SHOWN],
        "folded": folded,
        "older": older,
        "more": tn("{n} older meeting", "{n} older meetings", len(folded) + len(older)),
        "history": _history(read[::-1]) if len(read) > 1 else None,
    }


def _row(meeting: Meeting, anchors: Anchors) -> dict[str, Any]:
    counts = (meeting.pages, meeting.to_decide, meeting.unchecked)
    pages, to_decide, unchecked = (write(value, "count") for value in counts)
    kept = t("{met} of {all}", met=meeting.kept, all=meeting.slos) if meeting.slos else UNKNOWN
    if meeting.resting:
        kept += t(" ({last})", last=t("{n} on part of the data", n=meeting.resting))
    return {
        "anchor": anchors.take(slug(meeting.product, meeting.day)),
        "href": _href(meeting),
        "day": write(meeting.end, "date", timezone=meeting.timezone) if meeting.end else times.day(meeting.day),
        "iso": meeting.day,
        "state": _state(meeting),
        "error": redact(meeting.error),
        "cells": [
            kept,
            pages,
            write(meeting.spent, "budget"),
            write(meeting.left, "budget"),
            to_decide,
            unchecked,
        ],
        "alarm": bool(meeting.unchecked),
    }


def _state(meeting: Meeting) -> Word:
    if meeting.error:
        return word("could_not_check")
    if not meeting.state and meeting.unchecked:
        return word("could_not_check")
    return word(meeting.state) if meeting.state else Word(t("no SLO"), "quiet")


def _href(meeting: Meeting) -> str:
    """Relative, and never with a scheme: a folder may have any name."""
    return f"./{quote(meeting.product, safe='')}/{quote(meeting.day, safe='')}/{PAGE}"


def _history(read: Sequence[Meeting]) -> dict[str, Any]:
    """Pages and the least budget left from the oldest to the newest meeting."""
    pages, left = [meeting.pages for meeting in read], [meeting.left for meeting in read]
    return {
        "width": sparkline.width(len(read)),
        "bars": sparkline.bars(pages),
        "pieces": sparkline.pieces(left),
        "pages": t("Pages"),
        "left": t("Least budget left"),
        "pages_now": write(pages[-1], "count"),
        "left_now": write(left[-1], "budget"),
        "pages_told": _told(t("Pages"), [write(value, "count") for value in pages]),
        "left_told": _told(t("Least budget left"), [write(value, "budget") for value in left]),
    }


def _told(what: str, values: Sequence[str]) -> str:
    known = listed(t("not known") if value == UNKNOWN else value for value in values)
    return t("{what}, from the oldest meeting to the newest: {values}", what=what, values=known)


@lru_cache
def _asset(name: str) -> str:
    return (_HERE / "assets" / name).read_text(encoding="utf-8")
