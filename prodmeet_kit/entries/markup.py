"""Elements of HTML that people and programs write into what should be plain text or Markdown."""

from __future__ import annotations

import re

__all__ = ["BREAKS", "CELLS", "TAG", "WITHIN"]

BREAKS = (
    "blockquote", "br", "center", "details", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre",
    "summary", "table", "tr", "ul",
)  # fmt: skip
"""Elements before and behind which a line ends."""

CELLS = ("td", "th")

WITHIN = (
    "a", "abbr", "b", "code", "del", "em", "font", "html-blob", "i", "img", "ins", "kbd", "s", "small", "span",
    "strike", "strong", "sub", "sup", "tbody", "tfoot", "thead", "tt", "u", "wbr",
)  # fmt: skip
"""Elements within a line, and parts of a table that end none."""

TAG = re.compile(rf"(?i)</?(?:{'|'.join((*BREAKS, *CELLS, *WITHIN, 'li'))})\b(?:[\s/][^<>]*)?>")
"""A tag of one of these, and no address between angle brackets."""
