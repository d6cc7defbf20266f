"""Whether a query is a ratio: what it gives has no unit of events left, so that nothing can be counted with it.

Each part of a query has a power of events: ``rate`` and ``increase`` have one, a number has none, a division takes
away what it divides by. Of a series its name tells, where it follows what everybody does: ``errors_total`` counts,
``job:errors:ratio_rate5m`` and ``up`` do not. Where the power of some part is not known, that of the whole is not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from prodmeet_kit.core.placeholder import fill_window
from prodmeet_kit.core.promql import scanning
from prodmeet_kit.core.promql.reading import NOBODYS, parsed
from prodmeet_kit.core.window import format_duration

__all__ = ["is_ratio"]

_COUNTING = {"rate", "irate", "increase", "count_over_time", "sum_over_time"}
_SHARES = {"histogram_fraction", "histogram_quantile"}
_SAME = {
    "abs", "ceil", "floor", "round", "clamp", "clamp_min", "clamp_max", "scalar", "vector", "sort", "sort_desc",
    "label_replace", "label_join", "histogram_count", "histogram_sum", "avg_over_time", "min_over_time",
    "max_over_time", "last_over_time", "quantile_over_time", "sort_by_label", "sort_by_label_desc",
}  # fmt: skip
_KEEPING = {"sum", "avg", "min", "max", "topk", "bottomk", "limitk", "quantile"}
_NUMBERING = {"count", "group", "count_values"}
_COUNTER = re.compile(r".*(?:_total|_count|_sum|_bucket|:(?:rate|irate|increase)\d+[smhdwy])")
_SHARE = re.compile(
    r"up|probe_success|(?:.*[_:])?(?:ratios?|percent(?:age)?|pct|fraction|availability|burn_?rate)"
    r"(?:_?(?:rate|increase|avg|mean)?_?\d+[smhdwy])?(?:[_:](?:rate|avg|mean))?"
)
"""Names of series whose values are shares; ``up`` is one when it is averaged."""


@lru_cache(maxsize=4096)
def is_ratio(query: str) -> bool:
    """Whether the query divides events by events, so that its value counts none.

    >>> is_ratio("1 - sum(rate(good[{{.window}}])) / sum(rate(all[{{.window}}]))")
    True
    >>> is_ratio("avg_over_time(job:errors:ratio_rate5m[{{.window}}])")
    True
    >>> is_ratio("sum(rate(bad[{{.window}}])) / 1000")
    False

    ``False`` where it cannot be told.
    """
    text = fill_window(query, NOBODYS)
    node = parsed(text) or parsed(scanning.before_words(text))
    if node is None:
        return scanning.divides(text, format_duration(NOBODYS))
    try:
        power = _power(node)
    except RecursionError:  # thousands of terms
        return False
    return power is not None and power <= 0


def _power(node: Any) -> int | None:
    kind = type(node).__name__
    if kind == "NumberLiteral":
        return 0
    if kind in ("ParenExpr", "UnaryExpr", "SubqueryExpr"):
        return _power(node.expr)
    if kind in ("VectorSelector", "MatrixSelector"):
        return _of_name((node if kind == "VectorSelector" else node.vector_selector).name or "")
    if kind == "AggregateExpr":
        name = str(node.op)
        return _power(node.expr) if name in _KEEPING else 0 if name in _NUMBERING else None
    if kind == "Call":
        return _of_call(node)
    return _of_pair(node) if kind == "BinaryExpr" else None


def _of_call(node: Any) -> int | None:
    name = node.func.name
    if name in _COUNTING:
        return 1
    if name in _SHARES:
        return 0
    given = node.args[-1 if name == "quantile_over_time" else 0] if name in _SAME and node.args else None
    return None if given is None else _power(given)


def _of_name(name: str) -> int | None:
    if _SHARE.fullmatch(name):
        return 0
    return 1 if _COUNTER.fullmatch(name) else None


def _of_pair(node: Any) -> int | None:
    op, left, right = str(node.op), _power(node.lhs), _power(node.rhs)
    if op in ("and", "unless", "or", "%") or (op in _COMPARING and not (node.modifier and node.modifier.return_bool)):
        return left
    if left is None or right is None:
        return None
    if op == "/":
        return left - right
    if op == "*":
        return left + right
    return left if op in ("+", "-") and left == right else None


_COMPARING = {">", ">=", "<", "<=", "==", "!="}
