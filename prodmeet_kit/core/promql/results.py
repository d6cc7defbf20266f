"""Which labels the answer of a query has, as far as the query itself tells.

An alert has the labels of its expression's answer, under those that its rule adds. So the expression tells whether
a label expression can take the alert before it has ever fired.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prodmeet_kit.core.promql.reading import Matchers, parsed

__all__ = ["ABSENT", "ANY", "Told", "alerts_taken", "label", "names", "takes"]


@dataclass(frozen=True)
class Told:
    """What is known of one label: the values it may have (``None``: any), and matchers it satisfies."""

    values: frozenset[str] | None = None
    tests: tuple[tuple[str, str], ...] = ()

    def satisfies(self, op: str, value: str) -> bool | None:
        """Whether the label satisfies a matcher, for certain or never; ``None`` where that is not known."""
        if self.values is not None:
            may = {holds(each, op, value) for each in self.values if all(holds(each, *test) for test in self.tests)}
            return may.pop() if len(may) == 1 else None
        if (op, value) in self.tests:
            return True
        tried = _alternatives(op, value)
        if tried and not any(all(holds(each, *test) for test in self.tests) for each in tried):
            return False
        return None


ANY = Told()
ABSENT = Told(frozenset({""}))

_PLAIN = re.compile(r"[\w|-]+")
_KEEPING = ("topk", "bottomk", "limitk", "limit_ratio")
"""Aggregations that give series as they are."""

_MADE = ("label_replace", "label_join", "info", "count_values")
"""What makes labels: which, it would take the data to tell."""

_WITHOUT = ("scalar", "vector", "time", "pi", "hour", "minute", "month", "year", "absent", "absent_over_time")


def takes(matchers: Matchers, told: Callable[[str], Told]) -> bool | None:
    """Whether a label expression takes labels of which this much is known; ``None`` where that is not known.

    A label that neither rule nor expression gives may still be one the server adds to all it sends on (external
    labels), so a matcher that needs it is not said to fail.

    >>> takes(Matchers.parse('team="shop"'), lambda name: label('errors{team="infra"} > 0', name))
    False
    """
    groups = matchers._groups  # noqa: SLF001 - the same room
    if not groups:
        return True
    found = {_all(_one(told(name), op, value) for name, op, value in group) for group in groups}
    return True if True in found else None if None in found else False


def alerts_taken(alert: str, labels: Mapping[str, str], query: str, matchers: Sequence[Matchers]) -> bool | None:
    """Whether one of these label expressions takes the alerts of a rule; ``None`` where that is not known.

    ``labels`` are those the rule adds, ``query`` is its expression. Without any expression nothing can be told.
    """

    def told(name: str) -> Told:
        if name == "alertname":
            return Told(frozenset({alert}))
        if name in labels:
            return ANY if "{{" in labels[name] else Told(frozenset({labels[name]}))
        return label(query, name)

    found = {takes(each, told) for each in matchers}
    return True if True in found else None if None in found or not found else False


def names(matchers: Matchers) -> frozenset[str]:
    """The labels that a label expression looks at."""
    return frozenset(name for group in matchers._groups for name, _, _ in group)  # noqa: SLF001 - the same room


def _one(told: Told, op: str, value: str) -> bool | None:
    said = told.satisfies(op, value)
    return None if told == ABSENT and said is False else said


def _all(parts: Any) -> bool | None:
    found = set(parts)
    return False if False in found else None if None in found else True


def holds(actual: str, op: str, value: str) -> bool:
    """Whether a label's value satisfies a matcher; ``op`` is Equal, NotEqual, Re or NotRe."""
    if op in ("Equal", "NotEqual"):
        return (actual == value) == (op == "Equal")
    try:
        return (re.fullmatch(value, actual) is not None) == (op == "Re")
    except re.error:  # Go's expressions are a little wider than Python's: what cannot be read rules nothing out
        return True


def _alternatives(op: str, value: str) -> list[str]:
    """The values a matcher allows, where it lists them; nothing where it does not."""
    if op == "Equal":
        return [value]
    return value.split("|") if op == "Re" and _PLAIN.fullmatch(value) else []


def label(query: str, name: str) -> Told:
    """What a query reveals of one label of its answer.

    >>> label('sum by (team) (rate(x{team=~"a|b"}[5m])) > 1', "team").values == {"a", "b"}
    True
    >>> label('sum(rate(x{team="a"}[5m]))', "team") == ABSENT
    True
    """
    node = parsed(query)
    return ANY if node is None else _label(node, name)


def _label(node: Any, name: str) -> Told:
    kind = type(node).__name__
    if kind in ("ParenExpr", "UnaryExpr", "SubqueryExpr"):
        return _label(node.expr, name)
    if kind in ("VectorSelector", "MatrixSelector"):
        return _selected(getattr(node, "vector_selector", node), name)
    if kind == "AggregateExpr":
        return _aggregated(node, name)
    if kind == "Call":
        return _called(node, name)
    if kind == "BinaryExpr":
        return _combined(node, name)
    return ABSENT if kind in ("NumberLiteral", "StringLiteral") else ANY


def _selected(node: Any, name: str) -> Told:
    if node.matchers.or_matchers:
        return ANY
    tests = tuple((str(m.op).rsplit(".", 1)[-1], m.value) for m in node.matchers.matchers if m.name == name)
    listed = [set(values) for op, value in tests if (values := _alternatives(op, value))]
    return Told(frozenset(set.intersection(*listed)), tests) if listed else Told(None, tests)


def _aggregated(node: Any, name: str) -> Told:
    if str(node.op) in _KEEPING:
        return _label(node.expr, name)
    if str(node.op) in _MADE:
        return ANY
    kept = node.modifier
    by = kept is None or str(kept.type).endswith(("By", "Include"))
    inside = kept is not None and name in kept.labels
    return _label(node.expr, name) if by == inside else ABSENT


def _called(node: Any, name: str) -> Told:
    function = node.func.name
    if function in _MADE:
        return ANY
    if function in ("absent", "absent_over_time"):
        chosen = _label(node.args[0], name)  # its labels are those the selector must equal
        return chosen if any(op == "Equal" for op, _ in chosen.tests) else ABSENT
    series = [each for each in node.args if type(each).__name__ not in ("NumberLiteral", "StringLiteral")]
    if function in _WITHOUT or not series:
        return ABSENT
    return _label(series[0], name) if len(series) == 1 else ANY


def _combined(node: Any, name: str) -> Told:
    left, right = _label(node.lhs, name), _label(node.rhs, name)
    if str(node.op) in ("and", "unless"):
        return left
    if str(node.op) == "or":
        if left.values is not None and right.values is not None:
            return Told(left.values | right.values)
        return left if left == right else ANY
    if _plain_number(node.lhs):
        return right
    if _plain_number(node.rhs):
        return left
    rule = node.modifier
    many = rule is not None and "OneToOne" not in str(rule.card)
    if rule is not None and many:
        if name in (rule.group_labels or ()):
            return ANY
        return right if "OneToMany" in str(rule.card) else left
    if rule is not None and rule.matching is not None:
        on = str(rule.matching.type).endswith(("On", "Include"))
        return left if (name in rule.matching.labels) == on else ABSENT
    return left if left.values is not None else right  # equal on both sides, or no answer


def _plain_number(node: Any) -> bool:
    while type(node).__name__ in ("ParenExpr", "UnaryExpr"):
        node = node.expr
    if type(node).__name__ == "BinaryExpr":
        return _plain_number(node.lhs) and _plain_number(node.rhs)
    scalar = type(node).__name__ == "Call" and node.func.name in ("scalar", "time", "pi")
    return scalar or type(node).__name__ == "NumberLiteral"
