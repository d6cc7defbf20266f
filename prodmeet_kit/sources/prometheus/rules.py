"""The alert rules as they are now, from the rules API of the product's metric source.

A snapshot keeps them, so that the next meeting can tell which rules changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from prodmeet_kit import sli
from prodmeet_kit.core import promql
from prodmeet_kit.core.errors import SourceError, UnexpectedAnswer
from prodmeet_kit.core.promql import Matchers
from prodmeet_kit.core.promql.results import alerts_taken
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.parameters.documents import dotted
from prodmeet_kit.parameters.fields import LabelMatchers
from prodmeet_kit.schemas.frames import label_key
from prodmeet_kit.sources.alert_matchers import LABELLED, alert_matchers
from prodmeet_kit.sources.base import Broken, Context
from prodmeet_kit.sources.entries import configure
from prodmeet_kit.sources.http import short
from prodmeet_kit.sources.prometheus import PrometheusSource

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.parameters.models import Product

__all__ = ["RulesConfig", "intervals_of", "read"]


class RulesConfig(BaseModel):
    """The keys beside ``type``."""

    model_config = ConfigDict(extra="forbid")

    matchers: LabelMatchers = Field(default="", description="Which rules are the product's, by their own labels")


class _Rule(BaseModel):
    name: str
    query: str
    duration: float = 0.0  # a recording rule has none
    keepFiringFor: float = 0.0  # noqa: N815 - the API's name
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    health: str = "unknown"
    lastError: str = ""  # noqa: N815 - the API's name
    type: str = "alerting"


class _Group(BaseModel):
    name: str
    file: str = ""
    interval: float
    rules: list[_Rule] | None


class _Data(BaseModel):
    groups: list[_Group] | None
    groupNextToken: str = ""  # noqa: N815 - the API's name


class _Answer(BaseModel):
    data: _Data
    status: str = ""
    warnings: list[str] | None = None


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """``frames.ALERT_RULES``: the alert rules the server evaluates, in its order.

    Left out is what cannot be the product's: a rule whose alerts no alert source takes, by its ``matchers``. Whose the
    rest is, where they do not tell, is for :mod:`prodmeet_kit.analysis.alerting.rule_owners`.
    ``page`` follows the ``page`` expressions of the alert sources, by the
    rule's own labels and its name; ``None`` when no alert source has labels.
    Raises :class:`SourceError` when the metric source is none that has rules,
    has no rules API, or answers in another shape.
    """
    checked = configure(RulesConfig, config, context)
    source = context.metrics
    if isinstance(source, Broken):
        raise SourceError(source.reason)
    if not isinstance(source, PrometheusSource):
        raise SourceError("alert rules of type prometheus_rules need sources.metrics of type prometheus")
    answer = _checked(source.alert_rules(), source.name)
    context.gaps.extend(
        f"the answer is partial, so rules may be missing: {short(text)}" for text in answer.warnings or ()
    )
    ours, pages = Matchers.parse(checked.matchers), _pages(context)
    taken = alert_matchers(context.product)
    rows: list[dict[str, Any]] = []
    others = 0
    for group in answer.data.groups or ():
        for rule in group.rules or ():
            labels = {**rule.labels, "alertname": rule.name}
            if rule.type != "alerting" or not ours.match(labels):
                continue
            if taken and alerts_taken(rule.name, rule.labels, rule.query, taken) is False:
                others += 1
            else:
                rows.append(_row(rule, group, None if pages is None else pages.match(labels)))
    if others:
        context.notes.append(f"{others} alert rules of others left out by the matchers of the alerts")
    if not rows:
        context.notes.append("the server has no alert rule of the product: perhaps its rules run elsewhere")
    asked = _asked(context.product)
    recorded = _recorded(source, [*(row["query"] for row in rows), *asked])
    meets = _Meeting(recorded, asked)
    return context.spec.frame(
        {**row, "reads": _reads(row["query"], recorded), "recorded": meets.of(row["query"])} for row in rows
    )


Recording = Mapping[str, Sequence[_Rule]]
"""Recording rules by the name of what they record."""


def _asked(product: Product) -> list[str]:
    """The queries of the product's own SLOs, loads and resources."""
    found = []
    for service in product.services:
        found += [side.query for slo in service.slos for side in sli.indicator(service.name, slo, {}).sides]
        found += [load.query for load in service.load]
        found += [query for each in service.resources for query in (each.query, each.limit_query) if query]
    return found


def _recorded(source: PrometheusSource, queries: Iterable[str]) -> Recording:
    """The recording rules, asked for where a query reads what one may have recorded.

    A server that does not tell of them costs nothing: then only the expressions themselves are known.
    """
    if not any(":" in name for query in queries for name, _ in _selectors(query)):
        return {}
    try:
        answer = _checked(source.alert_rules("record"), source.name)
    except SourceError:
        return {}
    found: dict[str, list[_Rule]] = {}
    for group in answer.data.groups or ():
        for rule in group.rules or ():
            if rule.type == "recording":
                found.setdefault(rule.name, []).append(rule)
    return found


class _Meeting:
    """Through which recording rules an alert and the product's own queries come to read the same."""

    def __init__(self, recorded: Recording, asked: Iterable[str]) -> None:
        self._recorded = recorded
        self._own = [(rules, metrics) for query in asked for rules, metrics in [self._below(query)] if rules]

    def of(self, query: str) -> list[dict[str, Any]]:
        rules, metrics = self._below(query)
        found = {id(rule): rule for rule in rules}
        for others, read in self._own:
            found |= {id(rule): rule for rule in others} if metrics & read else {}
        return [{"name": rule.name, "labels": rule.labels, "query": rule.query} for rule in found.values()]

    def _below(self, query: str) -> tuple[list[_Rule], set[str]]:
        """The recording rules a query rests on, and all the metrics that are read."""
        rules: dict[int, _Rule] = {}
        metrics: set[str] = set()
        todo = list(_selectors(query))
        while todo:
            name, labels = todo.pop()
            metrics.add(name)
            for rule in self._recorded.get(name, ()):
                if id(rule) not in rules and _chosen(rule, labels):
                    rules[id(rule)] = rule
                    todo += _selectors(rule.query)
        return list(rules.values()), metrics


def _chosen(rule: _Rule, labels: Mapping[str, str]) -> bool:
    return all(rule.labels.get(label, text) == text for label, text in labels.items())


def _reads(query: str, recorded: Recording) -> list[dict[str, str]]:
    """The labels that each metric of a rule must equal; of what is recorded also those of its own expression."""
    read = []
    for name, labels in _selectors(query):
        read.append(labels)
        for rule in recorded.get(name, ()):
            if _chosen(rule, labels):
                read += [rule.labels, *(equal for _, equal in _selectors(rule.query))]
    return [labels for labels in read if labels]


def _selectors(query: str) -> list[tuple[str, dict[str, str]]]:
    try:
        return promql.selectors(query)
    except ValueError:  # of another version: its expression stays unread
        return []


def intervals_of(answer: Any, name: str) -> list[tuple[str, dict[str, str], float]]:
    """Name, own labels and evaluation interval (seconds) of each alert rule in an answer of the rules API.

    Raises :class:`UnexpectedAnswer` when it has another shape; ``name`` is the server's.
    """
    groups = _checked(answer, name).data.groups or ()
    return [
        (rule.name, rule.labels, group.interval)
        for group in groups
        for rule in group.rules or ()
        if rule.type == "alerting" and group.interval > 0
    ]


def _checked(content: Any, name: str) -> _Answer:
    try:
        answer = _Answer.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = dotted(tuple(part for part in first["loc"])) or "the whole"
        text = f"{name}: the rules API answers otherwise than its schema says: {where}: {first['msg'].lower()}"
        raise UnexpectedAnswer(text) from None
    if answer.status != "success":
        raise UnexpectedAnswer(f"{name}: the rules API answers without status success")
    if answer.data.groupNextToken:
        raise UnexpectedAnswer(f"{name}: the rules API gives only a part of the rules")
    return answer


def _pages(context: Context) -> Matchers | None:
    known = [source for source in context.product.sources.alerts if source.type in LABELLED]
    if not known:
        return None
    return Matchers.any_of([str((source.model_extra or {}).get("page", ""))] for source in known)


def _row(rule: _Rule, group: _Group, page: bool | None) -> dict[str, Any]:
    return {
        "alert": rule.name,
        # Without the folder: it names a machine, and differs between replicas of one server.
        "group": "/".join(part for part in (PurePosixPath(group.file).name, group.name) if part),
        "query": rule.query,
        "for_s": rule.duration,
        "keep_firing_for_s": rule.keepFiringFor,
        "interval_s": group.interval,
        "labels": label_key(rule.labels),
        "annotations": label_key(rule.annotations),
        "page": page,
        "health": rule.health,
        "last_error": redact(rule.lastError),
    }
