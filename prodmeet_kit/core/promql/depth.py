"""How deep a query nests: the parser of PromQL takes the cube of it in time, and ends the process without an end."""

from __future__ import annotations

import re

__all__ = ["MOST_DEEP", "depth"]

MOST_DEEP = 100
"""Operators and brackets within each other; the longest alert rules of public collections have under 30."""

_TOKEN = re.compile(
    r"""
    "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | `[^`]*` | \#[^\n]*      # texts and comments count nothing
    | \{\{[^{}]*\}\}                                                # neither does {{.window}}
    | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<next>,)
    | (?P<operator>[-+*/%^]|[=!<>]=?|\b(?:and|or|unless|atan2)\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def depth(query: str) -> int:
    """At least as many as there are operators and brackets within each other.

    >>> depth("sum(rate(x[5m])) / sum(rate(y[5m]))")
    4
    """
    operators = [0]  # of each bracket that is open
    deepest = here = 0
    for token in _TOKEN.finditer(query):
        kind = token.lastgroup
        if kind == "open":
            operators.append(0)
            here += 1
        elif kind == "close" and len(operators) > 1:
            here -= operators.pop() + 1
        elif kind == "next":
            here -= operators[-1]
            operators[-1] = 0
        elif kind == "operator":
            operators[-1] += 1
            here += 1
        deepest = max(deepest, here)
    return deepest
