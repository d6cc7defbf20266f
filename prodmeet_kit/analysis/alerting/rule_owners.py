"""Whose an alert rule is: on a shared server the rules of other teams stand beside the product's.

The parameters say which *alerts* are the product's (``matchers`` of the alert sources). A rule's alerts have the
labels it adds, and those its expression's answer has; so most rules can be judged before they ever fire.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from prodmeet_kit.analysis.series.matching import ServiceOf
from prodmeet_kit.core import promql
from prodmeet_kit.core.promql import Matchers
from prodmeet_kit.core.promql.results import alerts_taken, names
from prodmeet_kit.schemas.alerting import ALERT_RULES
from prodmeet_kit.schemas.frames import labels_of

__all__ = ["ABOUT_OURS", "OTHER", "OURS", "UNKNOWN", "whose"]

OURS, ABOUT_OURS, UNKNOWN, OTHER = "ours", "about_ours", "unknown", "other"

HOW_GRAVE = frozenset({"severity", "priority", "urgency", "level", "page", "alertstate"})
"""Labels that say how grave an alert is: a source that chooses by these alone takes the alerts of any team."""


def whose(
    rules: pd.DataFrame,
    matchers: Sequence[Matchers],
    episodes: pd.DataFrame,
    service_of: ServiceOf,
    services: Collection[str],
    *,
    chosen: bool = False,
) -> pd.Series[Any]:
    """Whose each rule of ``ALERT_RULES`` is, as codes.

    - ``ours``: its alerts are among those of the alert sources, by ``matchers`` (one for each source), or it made one
      of ``episodes`` (``EPISODES``), and it names no service that is another's;
    - ``about_ours``: whether the sources take its alerts cannot be told, but it names one of ``services``, or the
      parameters chose it (``chosen``: ``sources.rules`` has ``matchers``);
    - ``other``: the sources cannot take its alerts, or take any and it names another's service;
    - ``unknown``: none of these; then nothing is to be said of it.
    """
    made: dict[str, list[dict[str, str]]] = {}
    for alert, labels in set(zip(episodes["alert"], episodes["labels"], strict=True)):
        made.setdefault(alert, []).append(labels_of(labels))
    # Where a source takes the alerts of any team, only the service tells whose it is.
    any_team = any(names(each) <= HOW_GRAVE for each in matchers)
    found = []
    for rule in ALERT_RULES.rows(rules):
        own = labels_of(rule["labels"] or "{}")
        plain = {name: text for name, text in own.items() if "{{" not in text}
        fired = any(all(told.get(n) == text for n, text in plain.items()) for told in made.get(rule["alert"], ()))
        taken = alerts_taken(rule["alert"], own, rule["query"], matchers)
        named = _named(rule, own, service_of)
        ours, foreign = bool(named & set(services)), bool(named) and not named & set(services)
        if fired or (taken and not (any_team and foreign)):
            found.append(OURS)
        elif taken is not None:
            found.append(OTHER)
        else:
            found.append(ABOUT_OURS if ours or (chosen and not foreign) else UNKNOWN)
    return pd.Series(found, index=rules.index, dtype="object")


def _named(rule: Mapping[str, Any], own: Mapping[str, str], service_of: ServiceOf) -> set[str]:
    """The services a rule names: by its labels and expression, else by what each metric it reads must equal."""
    service = service_of(rule["alert"], own, "")
    if service:
        return {service}
    read = rule["reads"]
    if read is None:
        read = [labels for _, labels in promql.selectors(rule["query"])]
    return {service_of("", labels, "") for labels in read} - {""}
