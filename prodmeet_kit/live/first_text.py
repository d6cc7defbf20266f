"""What a meeting is about, in the browser before JupyterLab has started: the title and the headline of the report.

They are said by a rule of the style sheet that the page loads before any script, so nothing has to run for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from typing import Any

from prodmeet_kit.core.css import css_string
from prodmeet_kit.render import theme

__all__ = ["GONE_S", "LONGEST", "style", "told"]

LONGEST = 300
"""So many letters of the headline are shown."""

GONE_S = 20
"""After so many seconds it is gone whatever happens, so that it covers nothing JupyterLab has to say."""

_UNTIL = "body:not(:has(.jp-Notebook .jp-OutputArea-output, .jp-Document:not(.jp-NotebookPanel)))"
"""Until the notebook shows an output, or the browser another document."""

_RULES = """
@keyframes pm-first-gone { to { visibility: hidden; } }
UNTIL::before, UNTIL::after {
  position: fixed; left: 0; right: 0; z-index: 20; box-sizing: border-box; padding: 0 23px; pointer-events: none;
  color: #1b1f24; font-family: FONT; overflow-wrap: anywhere; animation: pm-first-gone 0s GONEs forwards;
}
UNTIL::before {
  content: TITLE; top: 60px; bottom: 0; padding-top: 17px; background: #ffffff;
  font-size: 19px; font-weight: 650; line-height: 1.4;
}
UNTIL::after { content: HEADLINE; top: 108px; font-size: 23px; line-height: 1.3; max-width: calc(46em + 46px); }
body[data-jp-theme-light="false"]::before, body[data-jp-theme-light="false"]::after { color: #e6e8eb !important; }
body[data-jp-theme-light="false"]::before { background: #111111 !important; }
"""


def style(outputs: Iterable[Mapping[str, Any]]) -> str:
    """The rules that show what the first screen's outputs are about; none where they do not say it."""
    title, headline = told(outputs)
    if not headline:
        return ""
    if len(headline) > LONGEST:
        headline = headline[:LONGEST].rstrip() + "…"
    rules = _RULES.replace("UNTIL", _UNTIL).replace("FONT", theme.FONT).replace("GONE", str(GONE_S))
    # One pass over each: what people wrote is not looked into for names of ours.
    before, after = rules.split("TITLE")
    middle, end = after.split("HEADLINE")
    return before + css_string(title) + middle + css_string(headline) + end


def told(outputs: Iterable[Mapping[str, Any]]) -> tuple[str, str]:
    """Title and headline in the HTML of the first screen's outputs, each empty where it is not there."""
    for output in outputs:
        html = output.get("data", {}).get("text/html", "")
        text = html if isinstance(html, str) else "".join(html)
        if "pm-headline" in text:
            read = _Head()
            read.feed(text.partition("</header>")[0])
            read.close()
            return " ".join(read.title.split()), " ".join(read.headline.split())
    return "", ""


class _Head(HTMLParser):
    """Reads the head of a screen; what a style sheet says is no text."""

    def __init__(self) -> None:
        super().__init__()
        self.title = self.headline = ""
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._in and (tag == "h2" or "pm-headline" in (dict(attrs).get("class") or "").split()):
            self._in = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._in:
            self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "h2":
            self.title += data
        elif self._in:
            self.headline += data
