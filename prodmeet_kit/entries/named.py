"""Names in entries written by hand that must be names of the product: a misspelt one would match nothing, silently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from prodmeet_kit.entries.hand_written import Change, Entry
from prodmeet_kit.entries.service_names import match
from prodmeet_kit.parameters.documents import Way
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.parameters.validation import did_you_mean, shown

__all__ = ["Misnamed", "settled", "unknown"]

Misnamed = tuple[Way, str, str]
"""Way inside the entry, value and fix of a name that the product does not have."""

AnEntry = TypeVar("AnEntry", bound=Entry)


def settled(entry: AnEntry, product: Product) -> tuple[AnEntry, list[Misnamed]]:
    """The entry with services and metric as the product spells them, and each name that the product does not have.

    A metric is a load, a resource or an SLO, as ``service/name``. Unknown
    services are left out of the entry.
    """
    wrong: list[Misnamed] = []
    spelled: dict[str, Any] = {}
    services: Sequence[str] = getattr(entry, "services", ())
    if services:
        known = [service.name for service in product.services]
        found = [(number, match([text], known)) for number, text in enumerate(services)]
        for number, names in found:
            way: Way = ("services", number)
            for name in names.unknown:
                value = f"{shown(name, way)}, which is no service of {product.product}"
                wrong.append((way, value, names.hint(name)))
        spelled["services"] = tuple(dict.fromkeys(service for _, names in found for service in names.services))
    if isinstance(entry, Change) and entry.expected_effect:
        metric, misnamed = _metric(entry.expected_effect.metric, product)
        wrong += misnamed
        spelled["expected_effect"] = entry.expected_effect.model_copy(update={"metric": metric})
    return entry.model_copy(update=spelled), wrong


def unknown(entry: Entry, product: Product) -> list[Misnamed]:
    """Each name in the entry that the product does not have."""
    return settled(entry, product)[1]


def _metric(name: str, product: Product) -> tuple[str, list[Misnamed]]:
    known: dict[str, str] = {}
    for service in product.services:
        names = [*(load.name for load in service.load), *(resource.name for resource in service.resources)]
        names += [slo.name for slo in service.slos]
        known |= {f"{service.name}/{each}": service.name for each in names}
    alike = [metric for metric in known if metric.casefold() == name.casefold()]
    if name in known or len(alike) == 1:
        return name if name in known else alike[0], []
    way: Way = ("expected_effect", "metric")
    value = f"{shown(name, way)}, which is no load, resource or SLO of {product.product}"
    if not known:
        return name, [(way, value, "leave expected_effect out: no service has any")]
    # Of a service that is known, only its own are near.
    own = [metric for metric, service in known.items() if service == name.partition("/")[0]]
    return name, [(way, value, did_you_mean(name, own or known))]
