"""PromQL read with ``promql-parser``, and what is said where that cannot read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import chain, product
from typing import Any

from prodmeet_kit.core.placeholder import fill_window
from prodmeet_kit.core.promql import scanning
from prodmeet_kit.core.window import format_duration

__all__ = [
    "NOBODYS",
    "Matchers",
    "check",
    "comparison",
    "counts_events",
    "normal",
    "parsed",
    "selector",
    "selectors",
    "unread",
]

_RATES = {"rate", "irate", "rate_prometheus", "xrate", "yrate"}
_COUNTS = {
    "increase", "increase_pure", "increase_prometheus", "xincrease", "yincrease", "count_over_time", "sum_over_time",
}  # fmt: skip
"""Also those that only other dialects have (MetricsQL, Thanos)."""

NOBODYS = timedelta(milliseconds=123_457)
"""A length nobody writes: finds the placeholder again in a parsed query."""


@lru_cache(maxsize=4096)
def _parse(query: str) -> Any:
    import promql_parser

    if too_much := scanning.too_much(query):
        raise ValueError(too_much)
    return promql_parser.parse(scanning.plain_strings(query))


def parsed(query: str) -> Any:
    """The query as the parser's nodes; ``None`` where it cannot read it."""
    try:
        return _parse(query)
    except ValueError:
        return None


def check(query: str) -> None:
    """Raise ``ValueError`` when the query is wrong in every dialect, in the parser's words where it has some.

    What the parser alone does not know is left to the server: see :func:`unread`.
    A query with ``{{.window}}`` is checked with a window of 5 minutes put in.
    """
    text = fill_window(query, timedelta(minutes=5))
    mistake = scanning.placeholder(text) or (scanning.mistake(text) if unread(text) else "")
    if mistake:
        raise ValueError(_words(text, mistake))


def _words(text: str, mistake: str) -> str:
    """The parser's words of a bracket or of nothing at all, else our own: they tell more."""
    if mistake.startswith(("unexpected", "unclosed", "no expression")):
        return unread(text) or mistake
    return mistake


def unread(query: str) -> str:
    """Why the parser cannot read a query, in its words; empty where it can. The server has the last word."""
    try:
        _parse(fill_window(query, timedelta(minutes=5)))
    except ValueError as error:
        return str(error)
    return ""


@lru_cache(maxsize=4096)
def counts_events(query: str) -> bool:
    """Whether the query's value is already a count (``increase``), not a rate per second.

    A count over a window is the value itself when the functions over
    ``[{{.window}}]`` are ``increase``, ``count_over_time`` or
    ``sum_over_time``, and ``value * window`` when they are ``rate``.
    Raises ``ValueError`` when the query has no such function or mixes both.
    """
    functions: set[str] = set()

    def visit(node: Any) -> None:
        for argument in getattr(node, "args", None) or ():
            if getattr(argument, "range", None) == NOBODYS:
                functions.add(node.func.name)

    text = fill_window(query, NOBODYS)
    node = parsed(text)
    if node is None:
        functions = scanning.range_functions(text, format_duration(NOBODYS))
    else:
        import promql_parser

        promql_parser.walk(node, visit)
    if functions and functions <= _COUNTS:
        return True
    if functions and functions <= _RATES:
        return False
    raise ValueError(
        "count events with rate(...[{{.window}}]) or increase(...[{{.window}}]), not a mix and not another"
    )


def normal(query: str) -> str:
    """The query as the parser writes it: the same for two that differ only in white space, comments or notation.

    >>> normal('sum( rate(x{b="2",a="1"}[300s]) )  by (job)') == normal('sum by (job) (rate(x{a="1", b="2"}[5m]))')
    True

    What the parser cannot read stays as it is, with one blank for white space.
    """
    # The placeholder becomes a length nobody writes, so that it stays apart from every real one.
    node = parsed(fill_window(query, NOBODYS))
    return " ".join(query.split()) if node is None else str(node.prettify())


_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}


def comparison(query: str) -> tuple[str, str, float] | None:
    """The sides of a query that compares with a number at its top; ``None`` for any other.

    >>> comparison("sum(rate(errors[5m])) > 0.5")
    ('sum(rate(errors[5m]))', '>', 0.5)

    The number comes last, whichever side it was written on. With ``bool`` the
    answer always holds, so that is none; nor is what the parser cannot read.
    """
    node = parsed(query)
    while type(node).__name__ == "ParenExpr":
        node = node.expr
    if type(node).__name__ != "BinaryExpr" or str(node.op) not in _MIRRORED:
        return None
    if node.modifier is not None and node.modifier.return_bool:
        return None
    left, op, right = node.lhs, str(node.op), node.rhs
    if type(left).__name__ == "NumberLiteral":
        left, op, right = right, _MIRRORED[op], left
    if type(right).__name__ != "NumberLiteral" or type(left).__name__ == "NumberLiteral":
        return None
    return str(left.prettify()), op, float(right.val)


_SELECTOR = re.compile(r"\s*([A-Za-z_:][A-Za-z0-9_:]*)\s*(?:\{(.*)\})?\s*", re.DOTALL)


def selector(text: str) -> tuple[str, str]:
    """The name and the matchers of a plain selector, for queries that are built on it.

    >>> selector('http_request_duration_seconds{service="web"}')
    ('http_request_duration_seconds', 'service="web"')

    Raises ``ValueError`` for any other PromQL (a range, ``offset``, a function, alternatives with ``or``).
    """
    node = parsed(text)
    found = _SELECTOR.fullmatch(text)
    if found is None or type(node).__name__ != "VectorSelector" or node.matchers.or_matchers:
        raise ValueError('write a metric name with label matchers, such as requests{service="web"}')
    return found[1], (found[2] or "").strip().rstrip(",")


def selectors(query: str) -> list[tuple[str, dict[str, str]]]:
    """Every metric a query reads, with the labels it must equal; the name is empty where only labels choose.

    >>> selectors('sum(rate(requests{service="cart",code=~"5.."}[5m])) / limit')
    [('requests', {'service': 'cart'}), ('limit', {})]

    Empty where the parser cannot read it.
    """
    found: list[tuple[str, dict[str, str]]] = []

    def visit(node: Any) -> None:
        for each in (node, getattr(node, "vector_selector", None)):
            if each is not None and type(each).__name__ == "VectorSelector":
                matchers = each.matchers.matchers
                equal = {m.name: m.value for m in matchers if str(m.op).rsplit(".", 1)[-1] == "Equal"}
                name = each.name or equal.pop("__name__", "")
                if (name, equal) not in found:
                    found.append((name, equal))

    node = parsed(fill_window(query, timedelta(minutes=5)))
    if node is not None:
        import promql_parser

        promql_parser.walk(node, visit)
    return found


_PLAIN = re.compile(r"[\w|-]+")


@dataclass(frozen=True)
class Matchers:
    """A label expression, such as ``severity=~"page|critical"``, applied to labels we hold.

    >>> Matchers.parse('severity=~"page|critical"').match({"severity": "page"})
    True
    """

    text: str
    _groups: tuple[tuple[tuple[str, str, str], ...], ...]

    @classmethod
    def parse(cls, text: str) -> Matchers:
        """Read matchers in PromQL notation, without braces. ``ValueError`` for other text."""
        # A selector needs one matcher that does not match everything; the name serves.
        selector = _parse("x{" + text + "}")
        groups = [selector.matchers.matchers] if selector.matchers.matchers else []
        groups += list(selector.matchers.or_matchers or [])
        read = tuple(tuple((m.name, str(m.op).rsplit(".", 1)[-1], m.value) for m in group) for group in groups)
        for name, op, value in chain.from_iterable(read):
            if op in ("Re", "NotRe"):
                try:
                    re.compile(value)  # the parser's expressions are a little wider than Python's
                except re.error as error:
                    raise ValueError(f"the expression for {name} cannot be used: {error}") from None
        return cls(text, read)

    @classmethod
    def any_of(cls, alternatives: Iterable[Iterable[str]]) -> Matchers:
        """One expression that holds where all expressions of at least one alternative hold.

        >>> Matchers.any_of([('team="a"', 'severity="page"'), ('team="b"', "")]).match({"team": "b"})
        True
        """
        groups: list[tuple[tuple[str, str, str], ...]] = []
        texts = []
        for alternative in alternatives:
            parsed = [cls.parse(text) for text in alternative]
            texts.append(", ".join(each.text for each in parsed if each.text))
            choices = product(*(each._groups or ((),) for each in parsed))  # noqa: SLF001 - its own class
            groups += [tuple(chain.from_iterable(chosen)) for chosen in choices]
        return cls(" or ".join(texts), tuple(groups))

    def match(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels satisfy the expression; an absent label is the empty string."""
        if not self._groups:
            return True
        return any(all(_matches(labels.get(name, ""), op, value) for name, op, value in g) for g in self._groups)

    def may_match(self, told: Mapping[str, Collection[Callable[[str], bool]]]) -> bool:
        """Whether labels of which only tests are known may satisfy the expression; a label without one is absent.

        >>> Matchers.parse('service="cart"').may_match({"service": [lambda value: value in ("cart", "web")]})
        True
        """

        def holds(name: str, op: str, value: str) -> bool:
            if name not in told:
                return _matches("", op, value)
            # Whether two expressions have a value in common nobody can tell in general, but of plain alternatives.
            tried = [value] if op == "Equal" else value.split("|") if op == "Re" and _PLAIN.fullmatch(value) else []
            return not tried or any(all(test(each) for test in told[name]) for each in tried)

        return not self._groups or any(all(holds(*each) for each in group) for group in self._groups)


def _matches(actual: str, op: str, value: str) -> bool:
    if op == "Equal":
        return actual == value
    if op == "NotEqual":
        return actual != value
    found = re.fullmatch(value, actual) is not None
    return found if op == "Re" else not found
