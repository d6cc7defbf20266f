"""``minutes.html``: ``minutes.md`` as a small page to copy from, which keeps its structure in documents and mail.

Editors of documents and mail drop style sheets and classes, so every table
and heading carries its own style. The text is inert: no markup within it is
kept, no image is loaded, and only links a person may follow become links.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from prodmeet_kit.archive.layout import MINUTES, MINUTES_PAGE, newest
from prodmeet_kit.archive.user_edits import is_as_written, write_also
from prodmeet_kit.core.errors import InputError
from prodmeet_kit.i18n.languages import t

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["minutes_of", "newer_text", "page", "to_merge", "write_page"]

_BORDER = "border:1px solid #999999;padding:4px 8px;vertical-align:top"
_STYLES = {
    "table": "border-collapse:collapse;margin:8px 0",
    "th": f"{_BORDER};background-color:#eeeeee;text-align:left",
    "td": f"{_BORDER};height:1.4em",  # an empty line is there to be written in
    "code": "font-family:Consolas,Menlo,monospace",
}
_BODY = "font-family:Arial,Helvetica,sans-serif;font-size:11pt;line-height:1.4;max-width:60em;margin:24px"
_SHEET = """body { overflow-wrap: anywhere; }
th, td { min-width: 5.5em; }
body:lang(ja) { line-break: strict; word-break: auto-phrase; }
@media (max-width: 1000px) {
  body { margin: 16px !important; }
  table { display: block; width: fit-content; max-width: 100%; overflow-x: auto; overflow-wrap: break-word; }
}
"""
"""For the page on a screen alone: how lines break, and tables that scroll on a phone. An editor drops it."""
_BANNER = "border:2px solid #b45309;background-color:#fff7ed;padding:8px 12px"
_SHORT = 24
_KANA = re.compile(r"[\u3041-\u30ff]")  # a text that has them is Japanese
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def minutes_of(product: str, reports: Path, report: Path | None = None) -> Path:
    """``minutes.md`` of a report: of the given folder, or of the newest report of the product.

    Raises :class:`InputError` that says how to make it when it is not there.
    """
    if report is None and not product:
        raise InputError("give a product, or a report with --report")
    file = (report or newest(reports / product)) / MINUTES
    if not file.is_file():
        fix = "give the folder of a report" if report else f"make its report first: prodmeet report {product}"
        raise InputError(f"{file} is not there: {fix}")
    return file


def newer_text(minutes: Path) -> Path | None:
    """What the kit wrote later than minutes people edited, which it never overwrites; ``None`` when there is nothing.

    Several are there when the report was made several times: the one with the highest number.
    """
    found = [file for file in minutes.parent.glob("minutes.new*.md") if is_as_written(file)]
    return max(found, key=lambda file: (len(file.name), file.name), default=None)


def page(text: str, banner: str = "") -> str:
    """The page of a text in Markdown: headings, lists and tables with borders, everything within it as text.

    ``banner`` is a plain line that stands out at its top.
    """
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_inline", "html_block"])
    state: MutableMapping[str, object] = {}
    tokens = reader.parse(text, state)
    for token in tokens:
        for each in (token, *(token.children or ())):
            _style(each)
    body = reader.renderer.render(tokens, reader.options, state)
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    sheet = f"<style>\n{_SHEET}</style>"
    language = ' lang="ja"' if _KANA.search(text) else ""
    return (
        f"<!DOCTYPE html>\n<html{language}>\n<head>{head}<title>{escape(_title(tokens))}</title>{sheet}</head>\n"
        f'<body style="{_BODY}">\n{_told(banner)}{body}</body>\n</html>\n'
    )


def to_merge(minutes: Path) -> str:
    """What to do about a text the kit wrote later than the minutes people edited; empty when there is none."""
    newer = newer_text(minutes)
    return t("The new text of the report is in {file}: merge it by hand", file=newer.name) if newer else ""


def write_page(minutes: Path) -> Path:
    """Write ``minutes.html`` beside ``minutes.md``, edits of people included, and return it.

    A line at its top tells of a newer text that people have not merged yet.
    Raises :class:`InputError` when somebody edited the page that stands there: it is not overwritten.
    """
    file = minutes.with_name(MINUTES_PAGE)
    if file.exists() and not is_as_written(file):
        raise InputError(f"{file} was edited by hand: move it away, or delete it, and run again")
    write_also(file, page(minutes.read_text(encoding="utf-8"), to_merge(minutes)))
    return file


def _told(banner: str) -> str:
    return f'<p style="{_BANNER}"><strong>{escape(banner)}</strong></p>\n' if banner else ""


def _style(token: Token) -> None:
    if token.type == "code_inline" and len(token.content) <= _SHORT:
        token.attrSet("style", "white-space:nowrap")  # an id is not broken at its hyphen
    if token.nesting >= 0 and token.tag in _STYLES:
        # the alignment of a column stands last, so that it counts
        own = str(token.attrGet("style") or "")
        token.attrSet("style", ";".join(part for part in (_STYLES[token.tag], own) if part))
    if token.tag == "a" and token.nesting == 1:
        token.attrSet("rel", "noopener noreferrer")


def _title(tokens: Sequence[Token]) -> str:
    """The first heading as plain text."""
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            return "".join(child.content for child in following.children or ())
    return MINUTES
