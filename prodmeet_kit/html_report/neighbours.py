"""From a report to the meeting before it, the one after it, and the index.

The page is written with an empty place for these links. They are put into it
when a report of the product takes its place, also into the pages on either
side: so the next meeting is one click away from the older page, not a search.
Such a page changes in that place alone, and its checksum with it; one that a
person edited is left as it is. The links are relative: alone, as an attachment,
the page is whole and they lead nowhere.
"""

from __future__ import annotations

import re
from contextlib import suppress
from html import escape
from pathlib import Path

from prodmeet_kit.archive.layout import INDEX, PAGE, days
from prodmeet_kit.archive.user_edits import rewrite
from prodmeet_kit.i18n import times
from prodmeet_kit.i18n.languages import LANGUAGES, OF_THE_CODE, t, use
from prodmeet_kit.render.anchors import slug

__all__ = ["PLACE", "fill", "link"]

PLACE = "<!--pm-meetings--><!--/pm-meetings-->"
"""Where the links belong; the template writes it before anything that comes from outside."""

_BEGIN, _END = "<!--pm-meetings-->", "<!--/pm-meetings-->"
_LANGUAGE = re.compile(r'<html lang="([\w-]+)">')
_TRIES = 5


def link(product_folder: Path, day: str) -> None:
    """Put the links into the report of this date and into its two neighbours.

    A report that comes between is seen: whoever writes last has seen all. Raises ``OSError``.
    """
    for _ in range(_TRIES):
        known = days(product_folder)
        near = known.index(day) if day in known else 0
        for at in range(max(0, near - 1), min(len(known), near + 2)):
            _link(product_folder, known, at)
        if days(product_folder) == known:
            return


def _link(product_folder: Path, known: list[str], at: int) -> None:
    folder = product_folder / known[at]
    try:
        page = (folder / PAGE).read_bytes().decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return  # replaced at this moment, by a run that links it itself; or not ours
    filled = fill(
        page,
        product_folder.name,
        known[at - 1] if at else "",
        known[at + 1] if at + 1 < len(known) else "",
    )
    if filled != page:
        with suppress(FileNotFoundError):  # replaced at this moment, again
            rewrite(folder, PAGE, filled)


def fill(page: str, product: str, before: str, after: str) -> str:
    """The page with its links; ``before`` and ``after`` are dates, or empty where there is no such meeting."""
    head, begin, rest = page.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if not begin or not end or "<main" in head:
        return page  # of an earlier kit: it has no place for links
    found = _LANGUAGE.search(head)
    with use(found[1] if found and found[1] in LANGUAGES else OF_THE_CODE):
        return f"{head}{begin}{_links(product, before, after)}{end}{tail}"


def _links(product: str, before: str, after: str) -> str:
    places = [
        (f"../{before}/{PAGE}", f"← {times.day(before)}", t("Previous meeting")) if before else None,
        (f"../../{INDEX}#{slug(product)}", t("All meetings"), ""),
        (f"../{after}/{PAGE}", f"{times.day(after)} →", t("Next meeting")) if after else None,
    ]
    links = [
        f'<a href="{escape(href)}"{f" title={chr(34)}{escape(title)}{chr(34)}" if title else ""}>{escape(text)}</a>'
        for href, text, title in filter(None, places)
    ]
    return f'<nav class="page-meetings" aria-label="{escape(t("Meetings"))}">{" ".join(links)}</nav>'
