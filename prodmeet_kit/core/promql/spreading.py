"""A query about one value of a label, as it is asked for several values at once.

Whether that is the same is proved from the parsed query, or the query is asked as it is written. The proof goes from
the selectors up: every selector asks ``L="v"``, so that in the query for several values every series has the label
``L``, and every operator is one that never joins series of two values. So the series with ``L="v"`` in that answer are
those of the query about ``v``; where the query itself loses ``L`` (``sum``), it is taken off again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import isfinite
from typing import Any

from prodmeet_kit.core.promql.reading import parsed
from prodmeet_kit.core.window import format_duration

__all__ = ["Spread", "spreads"]

_HERE = "\x00"
"""Where the matcher stands in :attr:`Spread.form`; in a written text it is escaped."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_METRIC = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")
_NEVER = ("__name__", "le", "quantile")
"""Labels that functions and aggregations treat in a way of their own."""

_OPS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}
_OVER_SERIES = {
    "abs", "ceil", "floor", "round", "exp", "ln", "log2", "log10", "sqrt", "sgn", "clamp", "clamp_min",
    "clamp_max", "rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear", "changes",
    "resets", "timestamp", "avg_over_time", "min_over_time", "max_over_time", "sum_over_time",
    "count_over_time", "quantile_over_time", "stddev_over_time", "stdvar_over_time", "last_over_time",
    "present_over_time", "histogram_quantile",
}  # fmt: skip
"""Functions that give a series for each series (or for each distribution), whatever the others are."""

_OVER_GROUPS = frozenset(["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "quantile"])
_ARITHMETIC = frozenset(["+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<="])
_SETS = frozenset(("and", "or", "unless"))


@dataclass(frozen=True)
class Spread:
    """A query about ``value`` of ``label``. Those of one ``form`` and ``label`` differ in the value alone.

    ``keeps``: its answer has the label.
    """

    label: str
    value: str
    form: str
    keeps: bool

    def over(self, values: Iterable[str]) -> str:
        """The query for all these values; its answer has the label."""
        either = "|".join(_SPECIAL.sub(r"\\\1", each) for each in values)
        return self.form.replace(_HERE, f"{self.label}=~{_text(either)}")


@dataclass(frozen=True)
class _Vector:
    """What is known of an expression's answer but for L: all its labels (``None``: unknown); whether it has L."""

    keeps: bool
    labels: frozenset[str] | None


class _NotProvedError(Exception):
    """The query is asked as it is written."""


@lru_cache(maxsize=4096)
def spreads(query: str) -> tuple[Spread, ...]:
    r"""Every label of whose values the query asks one, as far as several could be asked at once.

    >>> [each.over(["a", "b.c"]) for each in spreads('sum(rate(x{job="a"}[5m]))')]
    ['sum by (job) (rate(x{job=~"a|b\\\\.c"}[5m]))']
    """
    node = parsed(query)
    if node is None:
        return ()
    found = []
    for label, value in _candidates(node):
        try:
            writer = _Writer(label, value)
            form, vector = writer.write(node)
            again = parsed(_Writer(label, value, plain=True).write(node)[0])
        except _NotProvedError:
            continue
        # What is written here of the tree as it is must be read as the tree: nothing in it was overlooked.
        if vector is not None and again is not None and again.prettify() == node.prettify():
            found.append(Spread(label, value, form, vector.keeps))
    return tuple(found)


def _candidates(node: Any) -> list[tuple[str, str]]:
    import promql_parser

    selectors: list[Any] = []

    def visit(each: Any) -> None:
        found = each if type(each).__name__ == "VectorSelector" else getattr(each, "vector_selector", None)
        if found is not None:
            selectors.append(found)

    promql_parser.walk(node, visit)
    first = [(m.name, m.value) for m in selectors[0].matchers.matchers if _op(m) == "="] if selectors else []
    return [(name, value) for name, value in first if value and _NAME.fullmatch(name) and name not in _NEVER]


def _op(matcher: Any) -> str:
    return _OPS.get(str(matcher.op).rsplit(".", 1)[-1], "")


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _names(labels: Iterable[str]) -> str:
    labels = list(labels)
    if not all(_NAME.fullmatch(each) for each in labels):
        raise _NotProvedError
    return ", ".join(labels)


class _Writer:
    """Writes a parsed query for several values of a label, or (``plain``) as it is, and proves what it can."""

    def __init__(self, label: str, value: str, *, plain: bool = False) -> None:
        self._label, self._value, self._plain = label, value, plain

    def write(self, node: Any) -> tuple[str, _Vector | None]:
        """The text of an expression and what its answer is; ``None`` of a number."""
        kind = type(node).__name__
        if kind == "NumberLiteral":
            if not isfinite(node.val):
                raise _NotProvedError
            return repr(float(node.val)), None
        if kind in ("ParenExpr", "UnaryExpr"):
            text, vector = self.write(node.expr)
            return (f"({text})" if kind == "ParenExpr" else f"-{text}"), vector
        if kind == "VectorSelector":
            return self._selector(node, ""), _Vector(True, None)
        if kind == "MatrixSelector":
            return self._selector(node.vector_selector, f"[{format_duration(node.range)}]"), _Vector(True, None)
        writers = {
            "SubqueryExpr": self._subquery,
            "Call": self._call,
            "AggregateExpr": self._aggregation,
            "BinaryExpr": self._binary,
        }
        if kind not in writers:
            raise _NotProvedError
        return writers[kind](node)

    def _selector(self, node: Any, over: str) -> str:
        matchers = node.matchers.matchers
        mine = [each for each in matchers if each.name == self._label]
        if node.matchers.or_matchers or [(_op(each), each.value) for each in mine] != [("=", self._value)]:
            raise _NotProvedError
        if node.name and not _METRIC.fullmatch(node.name):
            raise _NotProvedError
        others = [each for each in matchers if each.name != self._label]
        _names(each.name for each in others)
        texts = sorted(f"{each.name}{_op(each)}{_text(each.value)}" for each in others)
        own = f"{self._label}={_text(self._value)}" if self._plain else _HERE
        return f"{node.name or ''}{{{','.join([*texts, own])}}}{over}{_moved(node)}"

    def _subquery(self, node: Any) -> tuple[str, _Vector | None]:
        text, vector = self.write(node.expr)
        step = format_duration(node.step) if node.step is not None else ""
        return f"{text}[{format_duration(node.range)}:{step}]{_moved(node)}", vector

    def _call(self, node: Any) -> tuple[str, _Vector | None]:
        if node.func.name not in _OVER_SERIES:
            raise _NotProvedError
        parts = [self.write(each) for each in node.args]
        vectors = [vector for _, vector in parts if vector is not None]
        if len(vectors) != 1:
            raise _NotProvedError
        vector = vectors[0]
        if node.func.name == "histogram_quantile" and vector.labels is not None:
            vector = _Vector(vector.keeps, vector.labels - {"le"})
        return f"{node.func.name}({', '.join(text for text, _ in parts)})", vector

    def _aggregation(self, node: Any) -> tuple[str, _Vector]:
        op, kept = str(node.op), node.modifier
        text, vector = self.write(node.expr)
        if op not in _OVER_GROUPS or vector is None or (node.param is None) == (op == "quantile"):
            raise _NotProvedError
        if node.param is not None:
            parameter, of_series = self.write(node.param)
            if of_series is not None:
                raise _NotProvedError
            text = f"{parameter}, {text}"
        if kept is not None and str(kept.type).endswith("Without"):
            if self._label in kept.labels or not vector.keeps:
                raise _NotProvedError
            return f"{op} without ({_names(kept.labels)}) ({text})", _Vector(True, None)
        labels = list(kept.labels) if kept is not None else []
        found = _Vector(vector.keeps and self._label in labels, frozenset(labels) - {self._label})
        if self._plain:
            return (f"{op} by ({_names(labels)}) ({text})" if kept is not None else f"{op}({text})"), found
        return f"{op} by ({_names(dict.fromkeys([*labels, self._label]))}) ({text})", found

    def _binary(self, node: Any) -> tuple[str, _Vector | None]:
        (left, one), (right, other) = self.write(node.lhs), self.write(node.rhs)
        op, rule = str(node.op), node.modifier
        if op not in _ARITHMETIC | _SETS:
            raise _NotProvedError
        words, found = op, one or other
        if rule is not None and rule.return_bool:
            words += " bool"
        matching = rule.matching if rule is not None else None
        if one is None or other is None:
            if matching is not None or op in _SETS:
                raise _NotProvedError
            return f"{left} {words} {right}", found
        # Alike on both sides: else one of them has L and matches nothing, or a dialect takes the one that has no
        # label at all for a number (MetricsQL).
        if one != other or (rule is not None and (str(rule.card).rsplit(".", 1)[-1] not in ("OneToOne", "ManyToMany"))):
            raise _NotProvedError
        if rule is not None and rule.group_labels:
            raise _NotProvedError
        if matching is not None:
            text, found = self._matching(matching, one, op)
            words += f" {text}"
        return f"{left} {words} {right}", found

    def _matching(self, matching: Any, vector: _Vector, op: str) -> tuple[str, _Vector]:
        labels = list(matching.labels)
        if not str(matching.type).endswith("Include"):
            if self._label in labels:
                raise _NotProvedError
            left = vector.labels if op in _SETS or vector.labels is None else vector.labels - set(labels)
            return f"ignoring ({_names(labels)})", _Vector(vector.keeps, left)
        if self._label not in labels and vector.keeps:
            raise _NotProvedError  # what is left of the labels of an answer is not the same in all dialects
        left = vector.labels if op in _SETS else frozenset(labels) - {self._label}
        written = labels if self._plain else dict.fromkeys([*labels, self._label])
        return f"on ({_names(written)})", _Vector(vector.keeps, left)


def _moved(node: Any) -> str:
    """``offset`` and ``@`` of a selector or a subquery."""
    text = ""
    if node.offset:
        text += f" offset {'-' if node.offset < timedelta() else ''}{format_duration(abs(node.offset))}"
    if node.at is not None:
        kind = str(node.at.type).rsplit(".", 1)[-1]
        if kind not in ("At", "Start", "End"):
            raise _NotProvedError
        text += f" @ {node.at.at.timestamp():.3f}" if kind == "At" else f" @ {kind.lower()}()"
    return text
