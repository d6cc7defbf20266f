"""Which counters a query of events adds up: what has to be read to count them sample by sample."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from prodmeet_kit.core.placeholder import fill_window
from prodmeet_kit.core.promql.reading import NOBODYS, parsed

__all__ = ["Term", "counters"]

_RATES = {"rate", "increase", "rate_prometheus", "increase_prometheus"}
_SUMS = {"sum_over_time", "count_over_time", "avg_over_time"}


class Term(NamedTuple):
    """One selector of counters, and how often it counts."""

    selector: str
    factor: float


@lru_cache(maxsize=4096)
def counters(query: str) -> tuple[Term, ...] | None:
    """The selectors whose increases over ``{{.window}}`` a query adds up.

    >>> counters('sum(rate(x{code="500"}[{{.window}}])) + 2 * sum(increase(y[{{.window}}]))')
    (Term(selector='x{code="500"}', factor=1.0), Term(selector='y', factor=2.0))

    Empty where it reads no counter (sums of what was counted before), ``None`` where it cannot be taken apart: other
    functions, ``offset``, comparisons, products of series.
    """
    node = parsed(fill_window(query, NOBODYS))
    try:
        return None if node is None else _terms(node)
    except RecursionError:  # thousands of terms
        return None


def _terms(node: Any) -> tuple[Term, ...] | None:
    kind = type(node).__name__
    if kind == "ParenExpr":
        return _terms(node.expr)
    if kind == "AggregateExpr":
        return _terms(node.expr) if str(node.op) == "sum" else None
    if kind == "Call":
        return _of_call(node)
    return _of_pair(node) if kind == "BinaryExpr" else None


def _of_call(node: Any) -> tuple[Term, ...] | None:
    ranged: Any = node.args[0] if node.args else None
    if type(ranged).__name__ != "MatrixSelector" or ranged.range != NOBODYS:
        return None
    chosen = ranged.vector_selector
    if node.func.name in _SUMS:
        return ()
    if node.func.name not in _RATES or chosen.offset is not None or chosen.at is not None:
        return None
    return (Term(str(chosen.prettify()).strip(), 1.0),)


def _of_pair(node: Any) -> tuple[Term, ...] | None:
    op, left, right = str(node.op), node.lhs, node.rhs
    if op == "or" and _is_zero(right):
        return _terms(left)
    numbers = [float(side.val) if type(side).__name__ == "NumberLiteral" else None for side in (left, right)]
    if op == "*" and numbers[0] is not None:
        return _times(_terms(right), numbers[0])
    if op in ("*", "/") and numbers[1]:
        return _times(_terms(left), numbers[1] if op == "*" else 1 / numbers[1])
    if op not in ("+", "-"):
        return None
    parts = _terms(left), _times(_terms(right), 1.0 if op == "+" else -1.0)
    return None if parts[0] is None or parts[1] is None else parts[0] + parts[1]


def _times(terms: tuple[Term, ...] | None, factor: float) -> tuple[Term, ...] | None:
    return None if terms is None else tuple(Term(each.selector, each.factor * factor) for each in terms)


def _is_zero(node: Any) -> bool:
    """``vector(0)``: no series means that nothing happened."""
    if type(node).__name__ != "Call" or node.func.name != "vector" or not node.args:
        return False
    return type(node.args[0]).__name__ == "NumberLiteral" and float(node.args[0].val) == 0
