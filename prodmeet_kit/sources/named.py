"""Names in entries written by hand that must be names of the product: a misspelt one would match nothing, silently."""

from __future__ import annotations

from collections.abc import Iterator

from prodmeet_kit.parameters.documents import Way
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.parameters.validation import did_you_mean, shown
from prodmeet_kit.sources.hand_written import Change, Entry, Incident

__all__ = ["unknown"]


def unknown(entry: Entry, product: Product) -> Iterator[tuple[Way, str, str]]:
    """Way inside the entry, value and mend of each service, and each metric, that the product does not have.

    A metric is a load, a resource or an SLO, as ``service/name``.
    """
    if isinstance(entry, Incident | Change):
        yield from _services(entry.services, product)
    if isinstance(entry, Change) and entry.expected_effect:
        yield from _metric(entry.expected_effect.metric, product)


def _services(names: tuple[str, ...], product: Product) -> Iterator[tuple[Way, str, str]]:
    known = [service.name for service in product.services]
    for number, name in enumerate(names):
        if name not in known:
            way: Way = ("services", number)
            yield way, f"{shown(name, way)}, which is no service of {product.product}", did_you_mean(name, known)


def _metric(name: str, product: Product) -> Iterator[tuple[Way, str, str]]:
    known: dict[str, str] = {}
    for service in product.services:
        names = [*(load.name for load in service.load), *(resource.name for resource in service.resources)]
        names += [slo.name for slo in service.slos]
        known |= {f"{service.name}/{each}": service.name for each in names}
    if name in known:
        return
    way: Way = ("expected_effect", "metric")
    value = f"{shown(name, way)}, which is no load, resource or SLO of {product.product}"
    if not known:
        yield way, value, "leave expected_effect out: no service has any"
        return
    # Of a service that is known, only its own are near.
    own = [metric for metric, service in known.items() if service == name.partition("/")[0]]
    yield way, value, did_you_mean(name, own or known)
