"""Markup of a notebook's outputs and texts, down to a list of elements and attributes that a report may hold.

The page's content security policy is the second wall, not the only one: it does
not stop ``<meta http-equiv=refresh>`` from leaving the page, ``<link
rel=preconnect>`` from telling of its reader, or a form from looking like the report's own.
What is on no list goes, a script with what it holds; the text within anything else stays.

Style sheets and ``style`` stay: tables that pandas colours need them, and the policy lets them fetch nothing.
"""

from __future__ import annotations

from functools import lru_cache

import nh3

from prodmeet_kit.render.theme import style

__all__ = ["sanitized"]

_ELEMENTS = {
    "article", "aside", "blockquote", "div", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "p", "pre",
    "section",
    "abbr", "b", "bdi", "bdo", "br", "center", "cite", "code", "del", "dfn", "em", "hr", "i", "ins", "kbd", "mark", "q",
    "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr",
    "a", "font", "time",
    "dd", "details", "dl", "dt", "input", "label", "li", "ol", "summary", "ul",
    "caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "figcaption", "figure", "img",
    "circle", "g", "line", "path", "polygon", "polyline", "rect", "svg", "text",
    "style",
}  # fmt: skip
"""What may stand in a report."""

_DRAWN = {"fill", "height", "opacity", "stroke", "stroke-width", "transform", "width", "x", "y"}
_ATTRIBUTES = {
    "*": {"align", "class", "dir", "id", "lang", "role", "style", "tabindex", "title", "valign"},
    "a": {"href", "target"},
    "font": {"color", "face", "size"},
    "time": {"datetime"},
    "details": {"open"},
    "input": {"checked", "disabled"},
    "label": {"for"},
    "li": {"value"},
    "ol": {"start", "type"},
    "col": {"span"},
    "colgroup": {"span"},
    "style": {"type"},
    "table": {"border"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"colspan", "headers", "rowspan", "scope"},
    "img": {"alt", "height", "src", "width"},
    "circle": _DRAWN | {"cx", "cy", "r"},
    "g": _DRAWN,
    "line": _DRAWN | {"x1", "x2", "y1", "y2"},
    "path": _DRAWN | {"d"},
    "polygon": _DRAWN | {"points"},
    "polyline": _DRAWN | {"points"},
    "rect": _DRAWN,
    "svg": _DRAWN | {"preserveAspectRatio", "viewBox"},
    "text": _DRAWN,
}
"""And what an element may say of itself, beside ``data-...`` and ``aria-...``."""


_LED_BY = "".join(map(chr, range(0x21)))
_DROPPED = dict.fromkeys(range(0x20))
"""Control characters: what a browser leaves out of an address, and more, so that none is overlooked."""


def sanitized(html: str) -> str:
    """The markup with nothing but :data:`_ELEMENTS`, links that a person may follow and pictures that it holds itself.

    The style sheet that items bring to a notebook goes too: the page has it once.

    >>> sanitized('<p onclick="b()">a</p><script>b()</script><meta http-equiv="refresh" content="0;url=//b.example">')
    '<p>a</p>'
    """
    return _cleaner().clean(html.replace(style(), ""))


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_ELEMENTS,
        clean_content_tags={"script"},
        attributes=_ATTRIBUTES,
        attribute_filter=_allowed,
        generic_attribute_prefixes={"aria-", "data-"},
        tag_attribute_values={"input": {"type": {"checkbox"}}},
        url_schemes={"http", "https", "mailto", "data"},
        strip_comments=False,  # a figure's place is one
    )


def _allowed(element: str, attribute: str, value: str) -> str | None:
    """The value of an attribute that is on the list, or ``None``: only a picture is data, and it is nothing else.

    Browsers leave out line ends and tabs anywhere in an address, and control characters and blanks before it, so that
    ``da&#10;ta:`` is ``data:``. An address that begins with ``//`` is of another server and names no scheme.
    """
    if attribute not in ("href", "src"):
        return value
    seen = value.translate(_DROPPED).lstrip(_LED_BY).lower()
    is_data = seen.startswith("data:")
    if element == "img":
        return value if is_data and seen.startswith("data:image/") else None
    return None if is_data or seen.replace("\\", "/").startswith("//") else value
