"""Where Japanese takes a space: one beside a Latin word, none beside a number, a mark or Japanese.

A translator cannot know what a ``{name}`` will hold: a service may be ``cart``
or カート. So the space is settled where the value is put in: ``{name} の達成率``
reads ``cart の達成率`` and ``カートの達成率``. The value itself is never changed.

A middle dot, a wave dash and the full-width per cent sign are marks, which
take no space. The text stays as it was written beside a quotation mark, ``(``,
``$5``, ``#12`` and other signs of ASCII, after a Latin ``)``, and between two names without a text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from string import Formatter

__all__ = ["JAPANESE", "fill", "gap"]

JAPANESE = r"\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f"
"""Kana and kanji, for a class of a regular expression; an iteration mark and ー are among them."""

_MARK = r"\u3001\u3002\u3008-\u3011\u301c\u30fb\uff01\uff05\uff06\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff5e"
"""Full-width marks, which hold their own space: commas, stops, brackets, colons, question marks, the middle dot, the
per cent sign, the dash of spans in both its forms."""

_NUMBER = r"[-+\u2212<>\u2248\u00d7]?(?:\d(?:[\d.,:/\u2013-]*\d)?|\u221e)%?"
_BEGINS = re.compile(
    rf"(?P<mark>[{_MARK}])|(?P<japanese>[{JAPANESE}])|(?P<number>(?>{_NUMBER})(?![A-Za-z]))|(?P<word>\w)"
)
_ENDS = re.compile(
    rf"(?P<mark>[{_MARK}])\Z|(?P<japanese>[{JAPANESE}]\)?)\Z|(?:(?<=[\s({_MARK}{JAPANESE}])|\A)(?P<number>{_NUMBER})\Z"
    r"|(?P<word>\w)\Z"
)
"""What a text begins and ends with. ``CH-42`` and ``5xx`` are words, ``11月9日(月)`` ends as Japanese."""


def fill(text: str, values: Mapping[str, object]) -> str:
    """``text`` with its ``{names}`` filled in as :meth:`str.format_map` does, and the spaces beside them settled.

    Raises what :meth:`str.format_map` raises.

    >>> fill("{name} の {n} 件", {"name": "cart", "n": 3}), fill("{name} の {n} 件", {"name": "カート", "n": 3})
    ('cart の3件', 'カートの3件')
    """
    parts = [(part.format_map(values) if is_value else part, is_value) for part, is_value in _parts(text)]
    done = parts[0][0] if parts else ""
    for (_, before_is_value), (part, is_value) in pairwise(parts):
        done = done + part if before_is_value == is_value else _joined(done, part, is_value=is_value)
    return done


def _joined(before: str, after: str, *, is_value: bool) -> str:
    """Two neighbours with what belongs between them; ``is_value``: the second is one, and stays as it is."""
    here, there = (before.rstrip(" "), after) if is_value else (before, after.lstrip(" "))
    between = gap(here, there) if here and there else None
    return before + after if between is None else here + between + there


def gap(before: str, after: str) -> str | None:
    """What belongs between two texts, a space or nothing; ``None`` where the rule has no word to say.

    >>> gap("目標", "cart"), gap("残り", "3日"), gap("CH-42", "と重複"), gap("web", "cart")
    (' ', '', ' ', None)
    """
    left, right = _ENDS.search(before), _BEGINS.match(after)
    kinds = {left.lastgroup if left else "", right.lastgroup if right else ""}
    if "mark" in kinds or kinds in ({"japanese"}, {"japanese", "number"}):
        return ""
    return " " if kinds == {"japanese", "word"} else None


@lru_cache(maxsize=2048)
def _parts(text: str) -> list[tuple[str, bool]]:
    """The literal parts of a message and its fields, these marked."""
    found = []
    for literal, name, form, conversion in Formatter().parse(text):
        if literal:
            found.append((literal, False))
        if name is not None:
            field = name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            found.append((f"{{{field}}}", True))
    return found
