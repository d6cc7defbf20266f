r"""Fields in the free text of issues, incidents and calendar events, however people write them down.

::

    start: 2026-11-10T12:00        - **Detected by**: page        | end | 12:40 |        ### Impact
    `services`: `cart`             > Owner: sre                   <!-- end: 12:40 -->    (value below)

:mod:`~prodmeet_kit.entries.free_values` reads the times and durations found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from unicodedata import normalize

from prodmeet_kit.entries.markup import TAG

__all__ = ["fields", "in_a_row"]

_LONGEST = 200_000
"""Letters of a text that are read: GitHub takes 65,536, and no reader shall wait for more."""

_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_BREAK = re.compile(r"(?i)<br\s*/?>|</(?:p|div|li|tr|h[1-6])\s*>")
_CELL = re.compile(r"(?i)</t[dh]\s*>\s*<t[dh]\b[^<>]*>")
_LEAD = re.compile(r"^[ \t>]*(?:(?:[-*+•]|\d{1,2}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)?")
_LETTERS = "A-Za-z\u3041-\u3096\u30a1-\u30fa\u30fc\u3005\u4e00-\u9fff"
"""Of English and Japanese."""
_SIGN = re.compile(rf"^[^\w\s*`|]+\s*(?=[{_LETTERS}*`_])")  # a picture before a name
_NAME = rf"[{_LETTERS}][\w ()\uff08\uff09/'-]{{0,40}}?"
_BOXED = re.compile(r"^\u3010([^\u3010\u3011]{1,40})\u3011[ \t]*[:\uff1a]?(?=.)")
_STRUCK = re.compile(
    r"(?<!~)~~(?=[^\s~])(?:[^~\n]|~(?!~)|\n(?![ \t]*\n))*(?<=\S)~~(?!~)"
    r"|(?is:<(?P<tag>del|s|strike)(?:\s[^<>]*)?>(?:(?!</?(?P=tag)\b).)*</(?P=tag)\s*>)"
)
_GONE = "<!---->"
"""Stands where something was struck out: a field with nothing else says nothing, and does not take what is below."""
_KEY = re.compile(
    rf"^(?:(?P<mark>\*{{1,3}}|__?|`)(?P<marked>{_NAME})[ \t]*(?:(?P=mark)[ \t]*[:\uff1a|]|[:\uff1a][ \t]*(?P=mark))"
    rf"|(?P<bare>{_NAME})[ \t]*[:\uff1a|])[ \t]*(?P<value>.*)$"
)
_HEADING = re.compile(
    r"^(?:#{1,6}[ \t]+(?P<hashed>.*?)[ \t]*#*"
    r"|(?:\*\*|__|\u3010)(?P<bold>[^*\u3011]{1,40}?)(?:\*\*|__|\u3011)[:\uff1a]?)$"
)
_RULE = re.compile(r"^\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?$")
_HINT = re.compile(r"\(([^()]*)\)\s*$")
_NOTHING = frozenset(
    {"", "-", "--", "—", "n/a", "na", "none", "_no response_", "no response", "tbd", "tba", "?", "null", "~"}
) | frozenset(["未定", "未記入", "なし", "無し", "特になし", "該当なし", "不明", "ー"])


def fields(text: str, names: Mapping[str, str]) -> dict[str, str]:
    r"""What the text says for each field; of a field written twice the first that says something.

    ``names`` maps what people may call a field (lower case, words joined by ``_``) to the field. A value may be several
    lines long where a list stands below the name. What stands in a comment counts where the visible text says nothing.

    >>> fields("- **Start**: 2026-11-10T12:00\n### Impact\n\none order in five", {"start": "start", "impact": "impact"})
    {'start': '2026-11-10T12:00', 'impact': 'one order in five'}
    """
    text = text[:_LONGEST]
    found: dict[str, str] = {}
    for part in (_COMMENT.sub("", text), *_machine_written(text)):
        for field, value in _said(part, names):
            plain = _unwrapped(value)
            if plain.casefold() not in _NOTHING:
                found.setdefault(field, plain)
    return found


def in_a_row(value: str) -> str:
    r"""A value of several lines as one: the items of a list with semicolons between.

    >>> in_a_row("- move the pool back\n- tell the team")
    'move the pool back; tell the team'
    """
    return "; ".join(_LEAD.sub("", line).strip() for line in value.splitlines() if line.strip())


def _machine_written(text: str) -> Iterator[str]:
    """Comments of nothing but ``key: value`` lines: there status pages keep their fields, templates keep hints."""
    for comment in _COMMENT.findall(text):
        lines = [line for line in comment.splitlines() if line.strip()]
        if lines and all(_KEY.match(line.strip()) for line in lines):
            yield comment


def _said(text: str, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each field with its value, in the order of the text."""
    text = _STRUCK.sub(_GONE, text.replace("\u3000", " "))
    lines = [line.strip() for line in TAG.sub("", _BREAK.sub("\n", _CELL.sub(" | ", text))).splitlines()]
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        heading = _HEADING.match(line)
        if heading:
            line = (heading["hashed"] or heading["bold"] or "").strip()
            if named := _named(line.strip("*_`:\uff1a\u3010\u3011 "), names):
                value, at = _below(lines, at, names, headed=True)
                yield named[0], _zoned(value, named[1])
                continue
        if row := _across(line, lines, at, names):
            yield from row
            at += 2
        elif (field := _field(line, names)) and field[1]:
            yield field
        elif field:
            value, at = _below(lines, at, names, headed=False)
            yield field[0], value


def _field(line: str, names: Mapping[str, str]) -> tuple[str, str] | None:
    """Field and value of a line ``name: value`` or of a row of a table."""
    bare = _SIGN.sub("", _BOXED.sub(r"\1: ", _LEAD.sub("", line).lstrip("| \t")))
    match = _KEY.match(bare)
    named = _named(match["marked"] or match["bare"], names) if match else None
    if not match or not named:
        return None
    value = match["value"]
    if "|" in bare[: match.start("value")]:  # a row: what follows the second cell is no value
        value = value.split("|")[0]
    return named[0], _zoned(value.strip(" \t|"), named[1])


def _named(key: str, names: Mapping[str, str]) -> tuple[str, str] | None:
    """The field a name means, and the zone in brackets behind it, as in ``Start (UTC)``."""
    key = normalize("NFKC", key)
    if field := names.get(_plain(key)):
        return field, ""
    hint = _HINT.search(key)
    field = names.get(_plain(key[: hint.start()])) if hint else None
    return (field, hint[1].strip() if hint[1].strip() in ("UTC", "GMT", "JST") else "") if hint and field else None


def _zoned(value: str, zone: str) -> str:
    return f"{value} {zone}" if _COMMENT.sub("", value) and zone and not value.endswith((zone, "Z")) else value


def _plain(name: str) -> str:
    """``Affected service(s)`` as ``affected_services``, ``startTime`` as ``start_time``; no blanks in Japanese."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip().replace("(s)", "s"))
    return re.sub(r"(?<![a-z0-9])_|_(?![a-z0-9])", "", re.sub(rf"[^0-9{_LETTERS}]+", "_", name.lower()))


def _below(lines: list[str], at: int, names: Mapping[str, str], *, headed: bool) -> tuple[str, int]:
    """The value under a name, and where to read on: a list, or under a heading one paragraph."""
    taken: list[str] = []
    while at < len(lines):
        first = at
        while at < len(lines) and not lines[at]:
            at += 1
        blank = at > first
        if at == len(lines) or (blank and not headed):
            break
        line = lines[at]
        listed = _is_item(line)
        if _HEADING.match(line) or _field(line, names) or not (listed or headed):
            break
        if blank and taken and not (listed and _is_item(taken[-1])):
            break
        taken.append(line)
        at += 1
    whole = all(_is_item(line) for line in taken)
    return ("\n" if whole else " ").join(taken), at


def _is_item(line: str) -> bool:
    return bool(re.match(r"(?:[-*+•]|\d{1,2}[.)])[ \t]", line))


def _across(line: str, lines: list[str], at: int, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Fields of a table with its names in the first row; empty when the line begins none."""
    if "|" not in line or at + 1 >= len(lines) or not _RULE.match(lines[at].strip()) or "|" not in lines[at + 1]:
        return []
    heads, cells = _cells(line), _cells(lines[at + 1].strip())
    named = [_named(head.strip(" *_`"), names) for head in heads]
    # A table of two columns with one field above is read row by row.
    if len(heads) < 2 or not all(named[:2]):
        return []
    pairs = zip(named, cells, strict=False)
    return [(field[0], _zoned(cell, field[1])) for field, cell in pairs if field and cell]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _unwrapped(value: str) -> str:
    """The value without marks of Markdown and quotes around the whole of it."""
    lines = (re.sub(r" {2,}", " ", _COMMENT.sub("", line)) if _GONE in line else line for line in value.splitlines())
    text = _COMMENT.sub("", "\n".join(line for line in lines if line.strip(" -*+"))).strip()
    for _ in range(4):
        for mark in ("```", "**", "__", "`", "'", '"', "*"):
            if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
                inner = text[len(mark) : -len(mark)]
                if mark not in inner:
                    text = inner.strip()
    return text.removesuffix("\\").strip()
