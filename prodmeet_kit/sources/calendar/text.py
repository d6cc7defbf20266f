"""The text of a description as people see it: calendar programs put HTML into what should be plain."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

import nh3

from prodmeet_kit.entries.markup import BREAKS, CELLS, WITHIN

__all__ = ["plain"]

_FRAME = ("body", "head", "html", "link", "meta")
_UNSEEN = ("script", "style", "title")
_LONGEST = 50_000
"""Letters that are read as HTML: elements within elements within elements take a parser long."""

_KNOWN = rf"/?(?:{'|'.join((*BREAKS, *CELLS, *WITHIN, 'li', *_FRAME, *_UNSEEN))})\b[^<>]*>"
_TAG = re.compile(rf"(?i)<{_KNOWN}")
_NO_TAG = re.compile(rf"(?i)<(?!{_KNOWN}|!--|!doctype\b)")
"""An address between angle brackets, or a sign of less: text, also where the rest is HTML."""
_CLEANED_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


def plain(text: str) -> str:
    r"""The lines of a text without tags and entities; one without either stays as it is.

    >>> plain("<p>services:&nbsp;cart</p>owner: sre &amp; dba")
    'services: cart\nowner: sre & dba'
    """
    if _TAG.search(text):
        cleaned = _cleaner().clean(_NO_TAG.sub("&lt;", text[:_LONGEST]))
        text = unescape(_CLEANED_TAG.sub(_broken, cleaned)).replace("\N{NO-BREAK SPACE}", " ")
        return "\n".join(line for line in map(str.strip, text.splitlines()) if line)
    if "&" in text:
        text = _ENTITY.sub(lambda match: unescape(match[0]), text)
    return text.replace("\N{NO-BREAK SPACE}", " ")


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    """What leaves only the elements at which a line ends, written in one way, without attributes and comments."""
    return nh3.Cleaner(tags={*BREAKS, *CELLS, "li"}, attributes={}, clean_content_tags=set(_UNSEEN))


def _broken(tag: re.Match[str]) -> str:
    end, name = tag.groups()
    if name == "li":
        return "\n" if end else "\n- "
    if name in CELLS:
        return " " if end else ""
    return "\n"
