"""The table of contents: the titles of a page, each with an id that nothing else on the page has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from prodmeet_kit.render.anchors import Anchors, slug
from prodmeet_kit.render.states import TONES, Word

__all__ = ["Entry", "entries", "with_ids"]

_HEADING = re.compile(r"<h([12])((?:\s[^>]*)?)>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_ID = re.compile(r'(<[a-z][^<>]*?\sid=")([^"]*)(")', re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """One line of the contents; ``state`` and ``minutes`` are those of an agenda item."""

    anchor: str
    title: str
    state: Word | None
    minutes: str = ""


def with_ids(html: str, anchors: Anchors) -> str:
    """The markup with an id on every title, and every id that is taken already renamed."""
    html = _ID.sub(lambda found: f"{found[1]}{anchors.take(found[2])}{found[3]}", html)
    return _HEADING.sub(lambda found: _with_id(found, anchors), html)


def _with_id(found: re.Match[str], anchors: Anchors) -> str:
    level, attributes, inner = found.groups()
    if "id" in dict(_ATTRIBUTE.findall(attributes)):
        return found[0]
    return f'<h{level} id="{anchors.take(slug(_text(inner)))}"{attributes}>{inner}</h{level}>'


def entries(html: str) -> list[Entry]:
    """The titles of the second level in markup that :func:`with_ids` has seen."""
    found = []
    for level, attributes, inner in _HEADING.findall(html):
        values = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
        tone = next((tone for tone in TONES if tone == values.get("data-tone")), None)
        if level == "2":
            state = Word(values.get("data-state", ""), tone) if tone else None
            found.append(Entry(values["id"], _text(inner), state, values.get("data-minutes", "")))
    return found


def _text(inner: str) -> str:
    return unescape(_TAG.sub("", inner))
