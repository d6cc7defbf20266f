"""A :class:`~prodmeet_kit.evidence.Table` as cells of text, each with what a page needs to show it well."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from prodmeet_kit.i18n.languages import t
from prodmeet_kit.i18n.numbers import is_unknown, write
from prodmeet_kit.i18n.times import day, local
from prodmeet_kit.render.anchors import Anchors, finding_id, slug
from prodmeet_kit.render.sparkline import PITCH, bars, path
from prodmeet_kit.render.states import Word, word
from prodmeet_kit.schemas.spec import rows as rows_of

if TYPE_CHECKING:
    from prodmeet_kit.evidence import Column, Table

__all__ = ["Cell", "Row", "View", "safe_url", "view"]

_SENTENCE = 40
"""A text of more letters is read as a sentence: about what a phone 360 pixels wide has on one line."""

_LONG = 40
"""A text of more letters may be broken within a word: names, paths and labels without a blank, longer than such a line.
It is another question than whether a text is a sentence, so each has its own number.
"""

_RIGHT = {"number", "amount", "count", "percent", "change", "budget", "duration", "days", "written"}
_POINTED = {"number", "amount", "percent", "change", "budget"}
_POINT = re.compile(r"[^\d]*[\d,]*\d(?:\.(\d+))?(\D*)")
"""A number, the places after its point, and its unit.

Points are put below each other in a column of one unit alone: ``1.5 GiB`` below ``900.25 MiB`` would be
read as numbers of the same size, place by place.
"""

_EARLIER = re.compile(r"\.\./(\d{4}-\d\d-\d\d)/report\.html(?:#[\w.-]+)?")
"""A place in the report of an earlier meeting, beside which this one lies."""


@dataclass(frozen=True)
class Cell:
    """One value. ``href`` is http or https, a place in an earlier report, or empty; ``to`` is an id of the same page.

    ``iso`` is the machine's form of an instant, ``line`` an SVG path.
    ``pad`` is blank, as wide as the places that a number has less than others of its column.
    """

    text: str
    kind: str
    unknown: bool = False
    href: str = ""
    to: str = ""
    iso: str = ""
    state: Word | None = None
    line: str = ""
    width: int = 0
    pad: str = ""

    @property
    def right(self) -> bool:
        """Whether it is a number, to be read down a column."""
        return self.kind in _RIGHT

    @property
    def long(self) -> bool:
        """Whether it may be broken anywhere, so that the table stays on the screen."""
        return len(self.text) > _LONG


@dataclass(frozen=True)
class Row:
    """One row and its stable id, empty when the table has no anchor; ``details`` are titles with long texts.

    ``quiet``: set back behind other rows.
    """

    anchor: str
    cells: tuple[Cell, ...]
    details: tuple[tuple[str, Cell], ...] = ()
    quiet: bool = False


@dataclass(frozen=True)
class View:
    """A table ready to be shown."""

    title: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    folded: bool
    bare: bool = False
    clipped: bool = False

    @property
    def right(self) -> tuple[bool, ...]:
        """Which columns hold numbers."""
        return tuple(column.kind in _RIGHT for column in self.columns)

    @property
    def prose(self) -> bool:
        """Whether sentences matter more than columns: on a phone such a table is laid out line by line."""
        cells = [cell for row in self.rows for cell in row.cells if cell.kind in ("text", "list", "sentence")]
        return any(len(cell.text) > _SENTENCE for cell in cells) and sum(self.right) * 2 <= len(self.columns)


def view(table: Table, key: str, timezone: str, anchors: Anchors) -> View:
    """The table of an agenda item ``key``; ids of rows are taken from ``anchors``."""
    records = rows_of(table.frame)
    columns = tuple(column for column in table.columns if column.kind != "link" or _any(column, records))
    place = (key, table.place) if table.place else (key,)
    cells = _aligned([[_cell(column, record, timezone, table.leads) for column in columns] for record in records])
    rows = tuple(
        Row(
            anchors.take(slug(*place, *(record[name] for name in table.anchor))) if table.anchor else "",
            row,
            tuple(
                (detail.title, _cell(detail, record, timezone)) for detail in table.details if _any(detail, [record])
            ),
            quiet=bool(table.quiet and record[table.quiet]),
        )
        for record, row in zip(records, cells, strict=True)
    )
    caption = table.caption.strip()
    if any(column.kind in ("time", "date") for column in columns) and rows:
        caption = " · ".join(part for part in (caption.rstrip("."), t("{zone} time", zone=timezone)) if part)
    return View(table.title, caption, columns, rows, table.folded, table.bare, table.clipped)


def _aligned(rows: list[list[Cell]]) -> list[tuple[Cell, ...]]:
    """The rows with the points of each column below each other, where its numbers are of one unit."""
    columns = [_column(list(column)) for column in zip(*rows, strict=True)]
    return list(zip(*columns, strict=True)) or [()] * len(rows)


def _column(cells: list[Cell]) -> list[Cell]:
    found = [None if cell.unknown or cell.kind not in _POINTED else _POINT.fullmatch(cell.text) for cell in cells]
    places = [len(each[1] or "") for each in found if each]
    if len({each[2] for each in found if each}) != 1 or len(set(places)) == 1:
        return cells
    most = max(places)
    # A figure space is as wide as a digit, a punctuation space as a point.
    pads = [
        "" if each is None else "\u2007" * (most - len(each[1] or "")) + ("" if each[1] else "\u2008") for each in found
    ]
    return [replace(cell, pad=pad) if pad else cell for cell, pad in zip(cells, pads, strict=True)]


def _any(column: Column, records: list[dict[Any, Any]]) -> bool:
    """Whether any of these rows has something to show; else a column of links, or a row's own detail, is left out."""
    values = (record[column.name] for record in records)
    return any(not is_unknown(value) and value not in ("", [], ()) for value in values)


def safe_url(text: str) -> str:
    """The URL when it is http or https with a host, else empty: ``javascript:`` and its like never become links."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return ""
    return text.strip() if parts.scheme in ("http", "https") and parts.hostname else ""


def _cell(column: Column, record: dict[Any, Any], timezone: str, leads: str = "") -> Cell:
    value = record[column.name]
    unit = str(record.get("unit") or column.unit) if column.kind == "amount" else column.unit
    text = "" if column.kind == "trend" else write(value, column.kind, unit=unit, timezone=timezone)
    if is_unknown(value):
        return Cell(text, column.kind, unknown=True)
    if column.kind == "trend":
        values = [float(number) for number in value]
        return Cell(bars(values), column.kind, line=path(values), width=len(values) * PITCH)
    if column.kind == "state":
        state = word(text)
        return Cell(state.text, column.kind, state=state)
    if column.kind == "link":
        if found := _EARLIER.fullmatch(text):
            return Cell(day(found[1]), column.kind, href=text)
        return Cell(_short(text), column.kind, href=safe_url(text))
    if column.kind in ("time", "date") and isinstance(value, datetime):
        clock = local(value, timezone)
        iso = clock.isoformat(timespec="minutes") if column.kind == "time" else clock.date().isoformat()
        return Cell(text, column.kind, iso=iso)
    return Cell(text, column.kind, to=finding_id(str(record[leads])) if leads and column.kind == "sentence" else "")


def _short(url: str) -> str:
    """The end of a URL's path, or its host: enough to know where a link goes."""
    if not safe_url(url):
        return url
    parts = urlsplit(url.strip())
    return parts.path.rstrip("/").rpartition("/")[2] or str(parts.hostname)
