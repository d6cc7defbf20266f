"""Check a query without a parser: quotes, brackets, placeholders, functions round a range.

All of it holds for every dialect (Prometheus of any version, MetricsQL, Thanos): so it tells what is surely wrong
from what one parser does not know.
"""

from __future__ import annotations

import json
import re

__all__ = ["before_words", "divides", "mistake", "placeholder", "plain_strings", "range_functions", "too_much"]

# A string without its end goes to the end of the query, so that no part of a query is looked at twice.
_STRING = r""""(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|`[^`]*`?"""
_SKIPPED = re.compile(rf"{_STRING}|\\.|#[^\n]*", re.DOTALL)
_RAW = re.compile(rf"({_STRING}|#[^\n]*)", re.DOTALL)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_NAMES = {"(": "parenthesis", "[": "bracket", "{": "brace"}
_PLACEHOLDER = re.compile(r"\{\{\s*\.[^{}]*\}\}")
_BINARY = r"(?:[-+*/%^<>]|[=!<>]=|=~|!~|\b(?:and|or|unless|atan2|by|without|on|ignoring|offset|bool))"
_DANGLING = re.compile(rf"({_BINARY})\s*$", re.IGNORECASE)
_LEADING = re.compile(r"^\s*([*/%^<>=!]=?)")
_HELD = "\N{MIDDLE DOT}"
_BLANKS = re.compile(r"\s*")
_AFTERWARDS = re.compile(r"\s+(?:default\s+[-+.\w]+|keep_metric_names|limit\s+\d+)\s*$")
_DEEPEST = 100
"""Brackets within brackets: nobody writes more, and the parser overflows its stack somewhere beyond."""

_MOST_OPERATORS = 60
"""A chain of so many is walked in a tenth of a second; one of 500 overflows the stack and ends the whole process."""

_OPERATOR = re.compile(r"[-+*/%^<>]|[=!]=|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_:][\w:.]*|[()\[\]]")


def plain_strings(query: str) -> str:
    r"""The query with each string in backticks written between double quotes: the same text, for every parser.

    >>> plain_strings(r"x{code=~`5\d\d`}")
    'x{code=~"5\\\\d\\\\d"}'
    """
    if "`" not in query:
        return query
    return _RAW.sub(
        lambda found: json.dumps(found[0][1:-1], ensure_ascii=False) if found[0][0] == "`" else found[0], query
    )


def placeholder(query: str) -> str:
    """What is wrong with a placeholder, also one inside of a string; empty where none is left."""
    held = _PLACEHOLDER.search(query)
    return f"the placeholder {held[0]} is not known: there is {{{{.window}}}} alone" if held else ""


def mistake(query: str) -> str:
    """What is wrong with a query (its window filled in) in every dialect; empty where nothing is for sure."""
    bare = _bare(query)
    if not bare.strip():
        return "no expression found in input"
    quote = next((sign for sign in bare if sign in "\"'`"), "")
    if quote:
        return f"unterminated quoted string {quote}"
    if "$" in bare:
        return "a variable of a dashboard ($...) means nothing here: write it out, or {{.window}} for a length"
    unpaired = _unpaired(bare)
    if unpaired:
        return unpaired
    cut = _DANGLING.search(bare) or _LEADING.search(bare)
    return f"something is missing beside {cut[1]}" if cut else ""


def too_much(query: str) -> str:
    """Why a query is not given to the parser, whose stack it would overflow; empty for what people write."""
    bare = _bare(query)
    if len(_OPERATOR.findall(bare)) > _MOST_OPERATORS:
        return f"more than {_MOST_OPERATORS} operators"
    depth = most = 0
    for sign in bare:
        depth += (sign in "([{") - (sign in ")]}")
        most = max(most, depth)
    return f"more than {_DEEPEST} brackets within one another" if most > _DEEPEST else ""


def range_functions(query: str, length: str) -> set[str]:
    """The names of the functions round each range of this length, as written, such as ``rate``.

    >>> range_functions("sum(rate(x[5m])) default 0", "5m")
    {'rate'}
    """
    bare = _bare(query)
    found, stack, name = set(), [], ""
    for token in _WORD.finditer(bare):
        text = token[0]
        if text == "(":
            stack.append(name)
        elif text == ")" and stack:
            stack.pop()
        elif text == "[" and _follows(length, bare, token.end()):
            found.add(next((each for each in reversed(stack) if each), ""))
        name = text if text[0] not in "()[]" and _follows("(", bare, token.end()) else ""
    return found


def _follows(text: str, bare: str, at: int) -> bool:
    blanks = _BLANKS.match(bare, at)
    return bare.startswith(text, blanks.end() if blanks else at)


def divides(query: str, length: str) -> bool:
    """Whether a query divides, at its top, one thing over a range of this length by another.

    >>> divides("sum(rate(bad[5m])) / sum(rate(all[5m]) default 0)", "5m")
    True
    """
    bare = _unwrapped(_bare(query))
    for at in _top(bare, "/"):
        after = bare[at + 1 :]
        stop = min(_top(after, "*+-"), default=len(after))
        if length in bare[:at] and length in after[:stop]:
            return not any(sign == "*" and length in after[stop:] for sign in after[stop : stop + 1])
    return False


def before_words(query: str) -> str:
    """The query without what MetricsQL writes behind one, such as ``default 0``.

    >>> before_words("sum(x) default 0")
    'sum(x)'
    """
    return _AFTERWARDS.sub("", query.strip())


def _bare(query: str) -> str:
    """The query without the text of strings and comments; as long as it was."""
    return _SKIPPED.sub(_blank, query)


def _blank(found: re.Match[str]) -> str:
    text = found[0]
    if text[0] in "#\\":  # a comment, or a sign that MetricsQL lets stand in a name
        return (" " if text[0] == "#" else _HELD) * len(text)
    ended = len(text) > 1 and text[-1] == text[0] and not (text[0] != "`" and _escaped(text))
    return ("" if ended else text[0]) + _HELD * (len(text) - (not ended))


def _escaped(text: str) -> bool:
    """Whether the last quote of a string is escaped, so that it does not end it."""
    return (len(text[:-1]) - len(text[:-1].rstrip("\\"))) % 2 == 1


def _unpaired(bare: str) -> str:
    opened: list[str] = []
    for sign in bare:
        if sign in "([{":
            opened.append(sign)
            if len(opened) > _DEEPEST:
                return f"more than {_DEEPEST} brackets within one another"
        elif sign in _PAIRS and (not opened or opened.pop() != _PAIRS[sign]):
            return f"unexpected right {_NAMES[_PAIRS[sign]]} '{sign}'"
    return f"unclosed left {_NAMES[opened[-1]]}" if opened else ""


def _top(bare: str, signs: str) -> list[int]:
    """Find where one of the signs is outside all brackets."""
    depth, found = 0, []
    for at, sign in enumerate(bare):
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0 and sign in signs:
            found.append(at)
    return found


def _unwrapped(bare: str) -> str:
    """Return what is inside the brackets or the function that hold the whole query."""
    while True:
        text = _AFTERWARDS.sub("", bare.strip())
        call = re.match(r"(?:sum|avg|min|max|abs)?\s*\(", text)
        if call is None or not text.endswith(")") or [*_top(text, ")")] != [len(text) - 1]:
            return text
        bare = text[call.end() : -1]
