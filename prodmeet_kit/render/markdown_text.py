"""Text, links, lists and tables as Markdown: the one place that knows what to escape and how a table is written.

Text from outside shows as it stands: what would be markup is escaped, and no
more than that, so that ``cpu_usage_seconds`` stays readable where nobody renders it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodmeet_kit.core.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["bullets", "code", "entities", "escape", "link", "table"]

_SPECIAL = re.compile(r"[\\`*\[\]<>|$~]|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w]+;)")
_LINE_START = re.compile(r"^(\s*)([#>]|[+-](?=\s|$)|-(?=--)|\d+(?=[.)](?:\s|$)))")
_UNSAFE_IN_URL = re.compile(r"[()<>\s|]")


def escape(text: str) -> str:
    r"""Text on one line, with everything escaped that Markdown would read as markup.

    >>> escape("<b> *x* cpu_usage | a")
    '\\<b\\> \\*x\\* cpu_usage \\| a'
    """
    marked = _SPECIAL.sub(lambda found: "\\" + found[0], _flat(str(text)))
    return _LINE_START.sub(_at_start, marked)


def entities(text: str) -> str:
    """Text on one line that both Markdown and HTML show as it is: for a cell of a notebook, which may hold either.

    >>> entities("a <b>")
    'a &#60;b&#62;'
    """
    return re.sub(r"([^\w\s]|_)", lambda mark: f"&#{ord(mark[1])};", " ".join(text.split()))


def code(text: str) -> str:
    r"""Code keeps its characters; only the bar of a table's cell needs an escape, and backticks a longer fence.

    >>> code("up{job=~'a|b'}")
    "`up{job=~'a\\|b'}`"
    """
    flat = _flat(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", flat)), default=0) + 1)
    inner = f" {flat} " if flat.startswith("`") or flat.endswith("`") else flat
    return f"{fence}{inner}{fence}".replace("|", "\\|")


def link(text: str, href: str) -> str:
    """A link; ``text`` is escaped."""
    return f"[{escape(text)}]({_UNSAFE_IN_URL.sub(lambda found: f'%{ord(found[0]):02X}', href)})"


def bullets(texts: Iterable[str]) -> str:
    """A list of escaped texts, each line with its newline."""
    return "".join(f"- {escape(text)}\n" for text in texts)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[bool] = ()) -> list[str]:
    """The lines of a table; ``heads`` are text, cells are Markdown already.

    ``right`` says of each column whether it is flush right; those it does not name are not.

    >>> table(["Item", "Minutes"], [["web", "5"]], [False, True])
    ['| Item | Minutes |', '| --- | ---: |', '| web | 5 |']
    """
    flush = [*right, *[False] * (len(heads) - len(right))]
    rule = ["---:" if each else "---" for each in flush]
    return [f"| {' | '.join(cells)} |" for cells in ([escape(head) for head in heads], rule, *rows)]


def _flat(text: str) -> str:
    """On one line, and nothing in it that a terminal would obey."""
    return " ".join(printable(text).split())


def _at_start(found: re.Match[str]) -> str:
    space, sign = found.groups()
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"
