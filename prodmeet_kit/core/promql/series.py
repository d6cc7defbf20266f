"""Which series a query reads, and whether two queries may read one and the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import chain
from typing import Any

from prodmeet_kit.core.placeholder import fill_window
from prodmeet_kit.core.promql.reading import parsed

__all__ = ["Recorded", "Selector", "expanded", "may_share", "series"]

_WINDOW = timedelta(minutes=5)

_LENGTH = re.compile(r"(?:\d+(?:ms|[smhdwy]))+$")
_PLAIN = re.compile(r"[\w|./ -]*")
_CODES = tuple(str(code) for code in range(100, 600))
_OTHER = "\x00another"
"""A value that nobody writes: what is left when others are shut out."""

_ONE_DISTRIBUTION = ("le", "quantile")
"""Labels by which one distribution is cut: two cuts of it are no two series."""

_DEEPEST = 5
"""Recording rules upon recording rules: more nobody writes, and a circle ends here."""


@dataclass(frozen=True)
class Selector:
    """A metric with its matchers ``(label, op, value)``; ``op`` is Equal, NotEqual, Re or NotRe. The name may be empty.

    ``recorded`` says that the name is that of a recording rule whose own expression is not known.
    """

    name: str
    matchers: tuple[tuple[str, str, str], ...] = ()
    recorded: bool = False

    @property
    def labels(self) -> frozenset[str]:
        """The labels it constrains."""
        return frozenset(label for label, _, _ in self.matchers)

    @property
    def family(self) -> str:
        """The name without what only says how it was counted: buckets and sum of a histogram, length of a recording."""
        if ":" in self.name:
            return _LENGTH.sub("", self.name)
        return re.sub(r"_(?:bucket|sum)$", "", self.name)


@dataclass(frozen=True)
class Recorded:
    """A recording rule: what it names its result, the labels it adds, and its expression."""

    name: str
    labels: Mapping[str, str]
    query: str


@lru_cache(maxsize=4096)
def series(query: str) -> tuple[Selector, ...] | None:
    """Every metric a query reads, each once, with all its matchers; ``None`` where the parser cannot read it.

    >>> series('rate(errors_total{code=~"5.."}[{{.window}}])')
    (Selector(name='errors_total', matchers=(('code', 'Re', '5..'),), recorded=False),)
    """
    node = parsed(fill_window(query, _WINDOW))
    if node is None:
        return None
    import promql_parser

    found: dict[Selector, None] = {}

    def visit(each: Any) -> None:
        for one in (each, getattr(each, "vector_selector", None)):
            if one is not None and type(one).__name__ == "VectorSelector":
                groups = [one.matchers.matchers, *(one.matchers.or_matchers or [])]
                for group in [group for group in groups if group] or [[]]:
                    found.setdefault(_selector(one.name or "", group))

    promql_parser.walk(node, visit)
    return tuple(found)


def _selector(name: str, group: Iterable[Any]) -> Selector:
    matchers = [(each.name, str(each.op).rsplit(".", 1)[-1], each.value) for each in group]
    names = [value for label, op, value in matchers if label == "__name__" and op == "Equal"]
    kept = [each for each in matchers if not (each[0] == "__name__" and each[1] == "Equal")]
    return Selector(name or next(iter(names), ""), tuple(sorted(kept)))


def expanded(query: str, recorded: Iterable[Recorded] = ()) -> tuple[Selector, ...] | None:
    """:func:`series`, and of what is recorded also what its own expression reads; ``None`` where that cannot be read.

    A matcher on a label that the recording rule does not set holds for what it reads too.
    """
    first = series(query)
    if first is None:
        return None
    rules: dict[str, list[Recorded]] = {}
    for rule in recorded:
        rules.setdefault(rule.name, []).append(rule)
    found: dict[Selector, None] = {}
    todo = list(first)
    for _ in range(_DEEPEST):
        todo = list(chain.from_iterable(_one(selector, rules, found) for selector in todo))
    return tuple(found)


def _one(selector: Selector, rules: Mapping[str, list[Recorded]], found: dict[Selector, None]) -> list[Selector]:
    """What the recording rules behind a selector read; the selector itself is put to ``found``."""
    inner: list[Selector] = []
    for rule in rules.get(selector.name, ()):
        own = Selector(selector.name, tuple((label, "Equal", value) for label, value in rule.labels.items()))
        if may_share(selector, own):
            passed = [each for each in selector.matchers if each[0] not in rule.labels]
            for each in series(rule.query) or ():
                more = [one for one in passed if one[0] not in each.labels]
                inner.append(Selector(each.name, tuple(sorted([*each.matchers, *more]))))
    known = any(True for _ in inner)
    mine = Selector(selector.name, selector.matchers, ":" in selector.name and not known)
    if mine in found:
        return []
    found[mine] = None
    return inner


def may_share(one: Selector, other: Selector) -> bool:
    """Whether some series may belong to both: one metric, and no label on which the matchers have no value in common.

    >>> cart, web = (Selector("x", (("service", "Equal", name),)) for name in ("cart", "web"))
    >>> may_share(cart, web), may_share(cart, Selector("x", (("code", "Re", "5.."),)))
    (False, True)
    """
    if not _one_metric(one, other):
        return False
    shared = (one.labels & other.labels) - {"__name__", *_ONE_DISTRIBUTION}
    return all(_common([each for each in (*one.matchers, *other.matchers) if each[0] == label]) for label in shared)


def _one_metric(one: Selector, other: Selector) -> bool:
    if one.name and other.name:
        return one.family == other.family
    if not one.name and not other.name:
        return False  # labels alone choose on both sides: nothing can be told
    named, by_label = (one, other) if one.name else (other, one)
    tests = [each for each in by_label.matchers if each[0] == "__name__"]
    return bool(tests) and all(_holds(op, value, named.name) for _, op, value in tests)


def _common(matchers: list[tuple[str, str, str]]) -> bool:
    """Whether some value satisfies all; where an expression is not plain, status codes and alternatives are tried."""
    positive = [(op, value) for _, op, value in matchers if op in ("Equal", "Re")]
    tried = {_OTHER, ""}
    for _, _, value in matchers:
        if _PLAIN.fullmatch(value):
            tried.update(value.split("|"))
    equal = [value for op, value in positive if op == "Equal"]
    if not equal:
        odd = [value for op, value in positive if not _PLAIN.fullmatch(value)]
        if any(not any(_holds("Re", value, code) for code in _CODES) for value in odd):
            return True  # no status code: whether two expressions have a value in common nobody can tell in general
        tried.update(_CODES if odd else ())
    else:
        tried = set(equal)
    return any(all(_holds(op, value, each) for _, op, value in matchers) for each in tried)


def _holds(op: str, value: str, actual: str) -> bool:
    if op in ("Equal", "NotEqual"):
        return (actual == value) == (op == "Equal")
    try:
        found = re.fullmatch(value, actual) is not None
    except re.error:  # an expression of another dialect shuts nothing out
        return True
    return found if op == "Re" else not found
