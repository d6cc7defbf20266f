"""Markup that people put into a notebook, made harmless where the page's policy alone would not do it.

The content security policy stops scripts, frames, forms and everything that
would be fetched. It does not stop ``<meta http-equiv=refresh>`` from leaving
the page nor ``<link rel=preconnect>`` from telling of its reader, and a blocked
script still fills the console. What :mod:`prodmeet_kit.render` makes holds
none of these.
"""

from __future__ import annotations

import re

__all__ = ["defang"]

_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script\s*>", re.IGNORECASE | re.DOTALL)
_STYLE_OF_ITEMS = re.compile(r"<style data-pm>.*?</style>", re.DOTALL)
_ELEMENTS = re.compile(
    r"<(?=/?(?:script|meta|base|link|iframe|frame|object|embed|form|applet|portal|fencedframe)\b)", re.IGNORECASE
)


def defang(html: str) -> str:
    """The markup without scripts; other elements that could leave the page stand as text.

    The style sheet that items bring to a notebook goes too: the page has it once.

    >>> defang('<p>a</p><script>b()</script><meta http-equiv="refresh" content="0;url=https://evil.example">')
    '<p>a</p>&lt;meta http-equiv="refresh" content="0;url=https://evil.example">'
    """
    return _ELEMENTS.sub("&lt;", _SCRIPT.sub("", _STYLE_OF_ITEMS.sub("", html)))
