"""What an alert looks at: whether its expression reads the series of an SLO, a load or a resource.

An expression tells it, with the recording rules it reads expanded; so do the labels by which Sloth and Pyrra name the
SLO of a rule. Where neither is known the answer is ``None``, which is not "no".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from prodmeet_kit.core import promql
from prodmeet_kit.core.promql import Recorded, Selector, expanded, may_share
from prodmeet_kit.schemas.alerting import ALERT_RULES
from prodmeet_kit.schemas.frames import labels_of

__all__ = ["AlertReads", "SloReads", "reads_same", "recorded_of"]

_JOINED = re.compile(r".*_(?:info|labels|owner|annotations)")
"""Metrics that only bring labels to others: two alerts that join one have nothing else in common."""

_SLO_LABELS = ("slo", "sloth_slo", "slo_name", "slo_id", "sloth_id", "pyrra_slo")
"""Labels that name an SLO: of Sloth, of Pyrra (``slo``) and of rules written like theirs."""

_NEGATED = {"Equal": "NotEqual", "NotEqual": "Equal", "Re": "NotRe", "NotRe": "Re"}


def reads_same(alert_expression: str, query: str, recorded: Iterable[Recorded] = ()) -> bool:
    """Whether an alert reads a series that a query may read too; labels that do not conflict do not part them.

    Recording rules (:func:`recorded_of`) are expanded on both sides. ``False`` where an expression cannot be read.

    >>> reads_same("disk_free_bytes / disk_size_bytes < 0.1", 'disk_size_bytes{instance="db-1"}')
    True
    """
    known = tuple(recorded)
    read, asked = expanded(alert_expression, known), expanded(query, known)
    return _share(_telling(read or ()), _telling(asked or ()))


def recorded_of(rules: pd.DataFrame | None) -> tuple[Recorded, ...]:
    """The recording rules that ``ALERT_RULES`` know of, each once."""
    found: dict[str, Recorded] = {}
    for kept in [] if rules is None else rules["recorded"]:
        for rule in kept if isinstance(kept, list) else []:
            found.setdefault(repr(rule), Recorded(rule["name"], rule["labels"], rule["query"]))
    return tuple(found.values())


@dataclass(frozen=True)
class SloReads:
    """What an SLO is measured by: its name, and the queries of its sides: bad or good and total, or ratio."""

    service: str
    name: str
    sides: Mapping[str, str]

    @property
    def ref(self) -> str:
        """``service/name``."""
        return f"{self.service}/{self.name}"

    def failures(self, recorded: Collection[Recorded]) -> list[tuple[Selector, frozenset[str]]]:
        """The series that tell what failed, each with labels of which a reader must constrain one.

        Requests alone tell of no failure: where failures are told apart by a label (``code=~"5.."``), only who looks
        at that label reads them.
        """
        first = next((name for name in ("bad", "good", "ratio") if name in self.sides), None)
        if first is None:
            return []
        own = _telling(expanded(self.sides[first], recorded) or ())
        whole = _telling(expanded(self.sides.get("total", self.sides[first]), recorded) or ())
        return [_failure(each, whole, good=first == "good") for each in own if not _whole_of(each, own, first)]


def _whole_of(each: Selector, own: Iterable[Selector], first: str) -> bool:
    """Whether a series of a ready ratio is what another of its series is a part of."""
    return first == "ratio" and any(_part(one, each) for one in own)


def _part(one: Selector, whole: Selector) -> bool:
    return one.family == whole.family and set(whole.matchers) < set(one.matchers)


def _failure(each: Selector, whole: Iterable[Selector], *, good: bool) -> tuple[Selector, frozenset[str]]:
    more = next((set(each.matchers) - set(one.matchers) for one in whole if _part(each, one)), set())
    labels = frozenset(label for label, _, _ in more)
    if not good or not more:
        return each, labels
    rest = [matcher for matcher in each.matchers if matcher not in more]
    # What is not good fails; of several conditions nobody knows which one.
    rest += [(label, _NEGATED[op], value) for label, op, value in more] if len(more) == 1 else []
    return Selector(each.name, tuple(sorted(rest)), each.recorded), labels


class AlertReads:
    """Which of a product's SLOs each alert reads. ``rules`` is ``ALERT_RULES``, ``None`` where they are not known."""

    def __init__(self, rules: pd.DataFrame | None, slos: Iterable[SloReads]) -> None:
        self._slos = tuple(slos)
        self._recorded = recorded_of(rules)
        self._rules: dict[str, list[tuple[dict[str, str], str]]] = {}
        for rule in [] if rules is None else ALERT_RULES.rows(rules):
            self._rules.setdefault(rule["alert"], []).append((labels_of(rule["labels"] or "{}"), rule["query"]))
        self._failures = {each.ref: each.failures(self._recorded) for each in self._slos}
        self._known: dict[tuple[str, str], bool | None] = {}

    def expressions(self, alert: str, labels: Mapping[str, str]) -> list[str]:
        """The expressions of the rules an alert with these labels may come from."""
        return [
            query
            for own, query in self._rules.get(alert, ())
            if all(labels.get(name) == text for name, text in own.items() if "{{" not in text)
        ]

    def slos(self, alert: str, service: str, labels: str) -> dict[str, bool | None]:
        """For each SLO of the service (of all where it is empty) whether the alert reads it; ``None``: not known.

        ``labels`` are as :func:`.frames.label_key` writes them. A label that names an SLO goes before the expression.
        """
        held = labels_of(labels or "{}")
        mine = [each for each in self._slos if service in ("", each.service)]
        named = {each.ref for each in mine if _names(held, each)}
        if named:
            return {each.ref: each.ref in named for each in mine}
        found: dict[str, bool | None] = {each.ref: None for each in mine}
        for query in self.expressions(alert, held):
            for each in mine:
                told = self._reads(query, each)
                found[each.ref] = told if found[each.ref] is None or told else found[each.ref]
        return found

    def query_reads(self, query: str, ref: str) -> bool | None:
        """Whether any query reads what failed of the SLO ``service/name``; ``None``: not known."""
        return next((self._reads(query, each) for each in self._slos if each.ref == ref), None)

    def readers(self, ref: str) -> list[str]:
        """The alerts with a rule whose expression reads the SLO ``service/name``, in order."""
        slo = next((each for each in self._slos if each.ref == ref), None)
        if slo is None:
            return []
        return sorted(
            alert for alert, own in self._rules.items() if any(self._reads(query, slo) is True for _, query in own)
        )

    def _reads(self, query: str, slo: SloReads) -> bool | None:
        key = (query, slo.ref)
        if key not in self._known:
            self._known[key] = self._told(query, slo)
        return self._known[key]

    def _told(self, query: str, slo: SloReads) -> bool | None:
        read = expanded(query, self._recorded)
        failures = self._failures[slo.ref]
        if read is None or not failures:
            return None
        telling = _telling(read)
        for failure, labels in failures:
            if any(may_share(each, failure) and (not labels or labels & each.labels) for each in telling):
                return True
        # What a recording rule holds that nobody told of may be anything.
        return None if any(each.recorded for each in (*read, *(each for each, _ in failures))) else False


def _names(labels: Mapping[str, str], slo: SloReads) -> bool:
    """Whether labels name this SLO, by its name here or by the one its own query chooses it by."""
    values = {_plain(labels[name]) for name in _SLO_LABELS if labels.get(name)}
    if not values:
        return False
    asked = {
        _plain(value)
        for query in slo.sides.values()
        for each in promql.series(query) or ()
        for label, op, value in each.matchers
        if op == "Equal" and label in _SLO_LABELS
    }
    own = {_plain(slo.name), _plain(f"{slo.service}-{slo.name}")}
    return bool(values & (own | asked))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _telling(read: Iterable[Selector]) -> list[Selector]:
    """Without the metrics that are joined for their labels, unless there is nothing else."""
    kept = list(read)
    return [each for each in kept if not _JOINED.fullmatch(each.name)] or kept


def _share(some: Iterable[Selector], others: Iterable[Selector]) -> bool:
    known = list(others)
    return any(may_share(one, other) for one in some for other in known)
