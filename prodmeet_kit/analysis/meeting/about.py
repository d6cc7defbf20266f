"""What an action item, a promise or a planned change is about: an SLO, a resource or an alert of the product.

Its words tell (the name of the thing with that of its service), or its acceptance query: one that reads the series
of a resource is about that resource. Where several would fit and nothing tells which, none is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from prodmeet_kit.analysis.alerting.alert_reads import AlertReads, reads_same, recorded_of
from prodmeet_kit.core import promql
from prodmeet_kit.schemas.alerting import ALERT_RULES
from prodmeet_kit.schemas.frames import labels_of
from prodmeet_kit.schemas.meeting import ACTION_ITEMS

__all__ = [
    "Thing",
    "alert_things",
    "alerts_about",
    "change_names",
    "items_about",
    "names",
    "promise_about",
    "things_of",
    "told_of",
]

_ALERTS = ("ALERTS", "ALERTS_FOR_STATE")


@dataclass(frozen=True)
class Thing:
    """Something an entry may be about; ``kind`` slo, resource or alert, ``queries`` those of a resource."""

    kind: str
    service: str
    name: str
    queries: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """``slo:cart/availability``, ``resource:cart/memory``, ``alert:CartDown/cart``; no service, no slash."""
        if self.kind == "alert":
            return f"alert:{self.name}/{self.service}".removesuffix("/")
        return f"{self.kind}:{self.service}/{self.name}"


def names(text: str, name: str) -> bool:
    """Whether a text holds a name as a word of its own; capitals, and what joins its parts, are alike.

    Letters of scripts without blanks may stand beside it.

    >>> names("DB connections run out", "db-connections"), names("cartのmemoryが増える", "memory")
    (True, True)
    >>> names("cartridge", "cart"), names("high-availability", "availability")
    (False, False)
    """
    parts = [re.escape(part) for part in re.split(r"[-_.\s]+", name) if part]
    return bool(parts and _word(r"[-_.\s]?".join(parts)).search(text))


def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9_-]){pattern}(?![A-Za-z0-9_-])", re.IGNORECASE)


def things_of(slos: Iterable[tuple[str, str]], resources: Mapping[tuple[str, str], Iterable[str]]) -> list[Thing]:
    """The SLOs (service and name) and resources, by service and name with their queries."""
    found = [Thing("slo", service, name) for service, name in slos]
    return found + [Thing("resource", service, name, tuple(asked)) for (service, name), asked in resources.items()]


def alert_things(episodes: pd.DataFrame, rules: pd.DataFrame | None, service_of: Any) -> list[Thing]:
    """The alerts that fired (``EPISODES``), and those of the rules (``ALERT_RULES``) that did not."""
    found = {(alert, service) for alert, service in zip(episodes["alert"], episodes["service"], strict=True)}
    fired = {alert for alert, _ in found}
    if rules is not None:
        for rule in ALERT_RULES.rows(rules[~rules["alert"].isin(fired)]):
            found.add((rule["alert"], service_of(rule["alert"], labels_of(rule["labels"] or "{}"), "")))
    return [Thing("alert", service, alert) for alert, service in sorted(found)]


def told_of(text: str, things: Iterable[Thing]) -> list[Thing]:
    """The things whose name and service a text holds; an alert's name will do where one service has it."""
    named = [each for each in things if names(text, each.name)]
    alerts = [each.name for each in named if each.kind == "alert"]

    def enough(each: Thing) -> bool:
        return not each.service or (each.kind == "alert" and alerts.count(each.name) == 1)

    return [each for each in named if enough(each) or names(text, each.service)]


def items_about(
    items: pd.DataFrame, things: Collection[Thing], reads: AlertReads, rules: pd.DataFrame | None = None
) -> dict[str, list[str]]:
    """By id of each action item (``ACTION_ITEMS``) the subjects it is about, sorted.

    By its id and text, and by what its acceptance query reads: the series of a resource, what failed of an SLO, or
    ``ALERTS`` of an alert. ``rules`` is ``ALERT_RULES``, whose recording rules are expanded. A query that fits things
    of several services is about those whose service the text names; without one, about none.
    """
    recorded = recorded_of(rules)
    found = {}
    for item in ACTION_ITEMS.rows(items):
        text = f"{item['id']} {item['text']}"
        about = {each.subject for each in told_of(text, things)}
        if item["verify_query"]:
            fits = [each for each in things if _reads(item["verify_query"], each, reads, recorded)]
            services = {each.service for each in fits}
            if len(services) > 1:
                fits = [each for each in fits if each.service and names(text, each.service)]
            about |= {each.subject for each in fits}
        found[item["id"]] = sorted(about)
    return found


def _reads(query: str, thing: Thing, reads: AlertReads, recorded: Any) -> bool:
    if thing.kind == "resource":
        return any(reads_same(query, asked, recorded) for asked in thing.queries)
    if thing.kind == "slo":
        return reads.query_reads(query, f"{thing.service}/{thing.name}") is True
    for each in promql.series(query) or ():
        equal = {label: value for label, op, value in each.matchers if op == "Equal"}
        if each.name in _ALERTS and equal.get("alertname") == thing.name:
            return equal.get("service", thing.service) == thing.service
    return False


def alerts_about(
    alert: str, service: str, things: Iterable[Thing], reads: AlertReads, rules: pd.DataFrame | None
) -> list[Thing]:
    """The SLOs and resources of its service that an alert's rules (``ALERT_RULES``) read; of any when it has none."""
    queries = [] if rules is None else list(rules["query"][rules["alert"] == alert])
    recorded = recorded_of(rules)
    mine = [each for each in things if each.kind != "alert" and service in ("", each.service)]
    return [each for each in mine if any(_reads(query, each, reads, recorded) for query in queries)]


def promise_about(about: str, thing: Thing) -> bool:
    """Whether the subject of a promise (``PROMISES.about``, such as ``limit_near/cart/memory``) is this thing."""
    parts = re.split(r"[:/]", about)
    needed = [part for part in (thing.service, thing.name) if part]
    return len(parts) > len(needed) and sorted(parts[-len(needed) :]) == sorted(needed)


def change_names(change: Mapping[str, Any], thing: Thing) -> bool:
    """Whether a planned change (``CHANGES``) names a thing: it predicts something of it, or its words hold it.

    Its words are title and response; the service may stand among its services. What it predicts to go up it does not
    look after.
    """
    effect = change["expected_effect"] or {}
    if str(effect.get("metric", "")) == f"{thing.service}/{thing.name}" and thing.kind != "alert":
        return str(effect.get("direction", "")) != "up"
    text = f"{change['title']} {change['response_needed']}"
    mine = not thing.service or thing.service in change["services"] or names(text, thing.service)
    return mine and names(text, thing.name)
