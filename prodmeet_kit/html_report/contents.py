"""The table of contents: the titles of a page, each with an id that nothing else on the page has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser

from prodmeet_kit.render.anchors import Anchors, slug
from prodmeet_kit.render.states import TONES, Word

__all__ = ["Entry", "with_ids"]


@dataclass(frozen=True)
class Entry:
    """One line of the contents; ``state`` and ``minutes`` are those of an agenda item."""

    anchor: str
    title: str
    state: Word | None
    minutes: str = ""


def with_ids(html: str, anchors: Anchors) -> tuple[str, list[Entry]]:
    """The markup with an id on every title, and every id that is taken already renamed; its titles of the second level.

    It is read as a browser reads it, so that what looks like an attribute or a title inside a style sheet, a comment or
    another attribute stays as it is; all but the start tags that get an id is copied unchanged.
    """
    read = _read(html, anchors)
    return read.text(), _entries(read.titles)


def _entries(titles: Iterable[_Title]) -> list[Entry]:
    found = []
    for title in titles:
        values = title.attributes
        tone = next((tone for tone in TONES if tone == values.get("data-tone")), None)
        if title.level == "2":
            state = Word(values.get("data-state", ""), tone) if tone else None
            found.append(
                Entry(values["id"], values.get("data-entry") or title.text, state, values.get("data-minutes", ""))
            )
    return found


@dataclass
class _Title:
    """A title while it is read; ``at`` is its start tag among the pieces."""

    level: str
    attributes: dict[str, str]
    at: int
    text: str = ""


class _Reader(HTMLParser):
    """Markup in pieces that together are the markup again, but for ids."""

    def __init__(self, anchors: Anchors) -> None:
        super().__init__(convert_charrefs=False)
        self.anchors = anchors
        self.pieces: list[str] = []
        self.titles: list[_Title] = []
        self._open: _Title | None = None

    def text(self) -> str:
        return "".join(self.pieces)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = self.get_starttag_text() or ""
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            values["id"] = self.anchors.take(values["id"])
            written = _written(tag, [(name, values["id"] if name == "id" else value) for name, value in attrs], written)
        if tag in ("h1", "h2"):
            self._open = _Title(tag[1], values, len(self.pieces))
        self.pieces.append(written)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == f"h{self._open.level}":
            self.titles.append(self._open)
            self._open = None
        self.pieces.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._say(data, data)

    def handle_entityref(self, name: str) -> None:
        self._say(f"&{name};", unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self._say(f"&#{name};", unescape(f"&#{name};"))

    def handle_comment(self, data: str) -> None:
        self.pieces.append(f"<!--{data}-->")

    def _say(self, written: str, text: str) -> None:
        self.pieces.append(written)
        if self._open:
            self._open.text += text


def _written(tag: str, attributes: Iterable[tuple[str, str | None]], as_it_was: str) -> str:
    """A start tag as the sanitiser writes it."""
    inside = "".join(f' {name}="{_escaped(value or "")}"' for name, value in attributes)
    return f"<{tag}{inside}{' /' if as_it_was.endswith('/>') else ''}>"


def _escaped(value: str) -> str:
    """Text that no attribute in double quotes ends at."""
    return escape(value, quote=False).replace('"', "&quot;").replace("\u00a0", "&nbsp;")


def _read(html: str, anchors: Anchors) -> _Reader:
    """Read sanitised markup to its end; ``anchors`` gives ids."""
    reader = _Reader(anchors)
    reader.feed(html)
    reader.close()
    for title in reader.titles:
        if "id" not in title.attributes:
            start = f"<h{title.level}"
            title.attributes["id"] = anchors.take(slug(title.text))
            given = f'{start} id="{_escaped(title.attributes["id"])}"'
            reader.pieces[title.at] = given + reader.pieces[title.at][len(start) :]
    return reader
