"""Which service of the product an alert is about: the one place that decides it.

A label says so, or else the rule's own expression. Everything that looks at
alerts afterwards (pages, noise, missed events, load) reads what was decided here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field

from prodmeet_kit.core import promql
from prodmeet_kit.entries.service_names import one_service
from prodmeet_kit.schemas.frames import label_key, labels_of, rows

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.parameters.models import Product

__all__ = ["LABELS", "AlertServices", "ServiceLabel", "equal_labels", "tells_only_now"]

LABELS = (
    "service",
    "sloth_service",
    "service_name",
    "app",
    "app_kubernetes_io_name",
    "job",
    "deployment",
    "container",
)
"""Labels that are tried in this order where the parameters name none; the first that holds a service decides."""

_MEANS_A_SERVICE = frozenset(LABELS[:5])
"""What these hold is a service even when it is none of ours; a scrape job or a container may be anything."""

_LABEL_NAME = re.compile(r"[^\s,;=\"'{}\[\]]{1,200}")
_NO_LETTER = re.compile(r"[^A-Za-z0-9_]")


def _label_names(value: Any) -> Any:
    names = [value] if isinstance(value, str) else value
    if isinstance(names, list | tuple):
        if not names:
            raise ValueError("name a label, or leave the key out: then service, sloth_service, app and more are tried")
        for name in names:
            if not (isinstance(name, str) and _LABEL_NAME.fullmatch(name)):
                raise ValueError(f"write names of labels, such as service or [sloth_service, app], not {name}")
    return names


ServiceLabel = Annotated[
    tuple[str, ...] | None,
    BeforeValidator(_label_names, json_schema_input_type=str | list[str] | None),
    Field(description=f"Which label names the service, or several in order; {', '.join(LABELS)} when absent"),
]
"""The key ``service_label`` of every source of alerts."""


def equal_labels(query: str) -> list[dict[str, str]]:
    """The labels that each metric of an expression must equal; nothing where it cannot be read."""
    try:
        return [labels for _, labels in promql.selectors(query)]
    except ValueError:
        return []


class AlertServices:
    """Finds the service of an alert.

    ``known`` are the product's services, ``rules`` its alert rules (``ALERT_RULES``) where they are known,
    ``chosen`` the labels that the parameters name, by key of the source such as ``alerts[0]``; ``product`` is the name
    of the whole, which is no other service.
    """

    def __init__(
        self,
        known: Collection[str],
        rules: pd.DataFrame | None = None,
        chosen: Mapping[str, Iterable[str]] | None = None,
        product: str = "",
    ) -> None:
        self._known = tuple(known)
        self._product = (product,) if product else ()
        self._chosen = {source: tuple(labels) for source, labels in (chosen or {}).items()}
        self._rules: dict[str, list[tuple[dict[str, str], list[dict[str, str]]]]] = {}
        for rule in [] if rules is None else rows(rules):
            labels = labels_of(rule["labels"] or "{}")
            read = equal_labels(rule["query"]) if rule["reads"] is None else list(rule["reads"])
            self._rules.setdefault(rule["alert"], []).append((labels, read))
        self._found: dict[tuple[str, str, str], str] = {}

    @classmethod
    def of_product(cls, product: Product, rules: pd.DataFrame | None = None) -> AlertServices:
        """For the alerts of a product, with ``service_label`` of its sources."""
        chosen: dict[str, Iterable[str]] = {}
        sources = product.sources.alerts or ()
        for number, config in enumerate(sources):
            written = (config.model_extra or {}).get("service_label")
            if written:
                labels = (written,) if isinstance(written, str) else tuple(written)
                chosen[f"alerts[{number}]"] = labels
                if len(sources) == 1:
                    chosen["alerts"] = labels
        return cls([service.name for service in product.services], rules, chosen, product.product)

    def of(self, alert: str, labels: Mapping[str, str], source: str = "") -> str:
        """The service as the product spells it; another service's name as it is; empty where none is named.

        First that holds: a label whose value is a service of the product; the expression of the alert's rule, where
        all of it that names services names one; a label that means a service and holds another's name.
        """
        key = (alert, label_key(labels), source)
        if key not in self._found:
            self._found[key] = self._of(alert, labels, source)
        return self._found[key]

    def of_labels(self, labels: Mapping[str, str], source: str = "") -> str:
        """The service that labels alone name."""
        return self._named(labels, self._labels(source)) or self._foreign(labels, source)

    def _of(self, alert: str, labels: Mapping[str, str], source: str) -> str:
        tried = self._labels(source)
        return self._named(labels, tried) or self._by_rule(alert, labels, tried) or self._foreign(labels, source)

    def _labels(self, source: str) -> tuple[str, ...]:
        return self._chosen.get(source) or LABELS

    def _named(self, labels: Mapping[str, str], tried: Iterable[str]) -> str:
        values = (value for name in tried if (value := _value(labels, name)))
        return next((found for value in values if (found := one_service(value, self._known))), "")

    def _by_rule(self, alert: str, labels: Mapping[str, str], tried: tuple[str, ...]) -> str:
        found = {
            service
            for own, read in self._rules.get(alert, ())
            if all(labels.get(name) == text for name, text in own.items() if "{{" not in text)
            for equal in read
            if (service := self._named(equal, tried))
        }
        return found.pop() if len(found) == 1 else ""

    def _foreign(self, labels: Mapping[str, str], source: str) -> str:
        meant = self._chosen.get(source) or [name for name in LABELS if name in _MEANS_A_SERVICE]
        named = (value for name in meant if (value := _value(labels, name)))
        return next((text for text in named if not one_service(text, self._product)), "")


def _value(labels: Mapping[str, str], name: str) -> str:
    """The label of that name, also where the server keeps its signs: ``app.kubernetes.io/name``, ``service.name``."""
    if name in labels:
        return labels[name]
    plain = _NO_LETTER.sub("_", name)
    return next((text for each, text in labels.items() if _NO_LETTER.sub("_", each) == plain), "")


def tells_only_now(product: Product) -> bool:
    """Whether only Alertmanagers know the product's alerts: then what paged and is over is not known."""
    return {config.type for config in product.sources.alerts} == {"alertmanager"}
