"""The text of a description as people see it: calendar programs put HTML into what should be plain."""

from __future__ import annotations

import re
from html import unescape

__all__ = ["plain"]

_TAG = re.compile(
    r"(?i)<(/?)(html|body|head|p|br|div|span|b|i|u|s|em|strong|a|ul|ol|li|table|tbody|tr|td|th|h[1-6]|pre|code|font|hr"
    r"|blockquote|html-blob)\b[^<>]*>"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_LINE = re.compile(r"p|br|div|ul|ol|table|tr|h[1-6]|pre|hr|blockquote|body")


def plain(text: str) -> str:
    r"""The lines of a text without tags and entities; one without either stays as it is.

    >>> plain("<p>services:&nbsp;cart</p>owner: sre &amp; dba")
    'services: cart\nowner: sre & dba'
    """
    if _TAG.search(text):
        text = "\n".join(line for line in map(str.strip, _TAG.sub(_broken, text).splitlines()) if line)
    if "&" in text:
        text = _ENTITY.sub(lambda match: unescape(match[0]), text)
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _broken(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    if name == "li":
        return "\n" if tag[1] else "\n- "
    if name in ("td", "th"):
        return " " if tag[1] else ""
    return "\n" if _LINE.fullmatch(name) else ""
