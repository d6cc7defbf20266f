"""Names people type while exploring: found, or answered with the nearest that exist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

from prodmeet_kit.core.errors import InputError
from prodmeet_kit.core.window import parse_duration

if TYPE_CHECKING:
    from prodmeet_kit.parameters.models import Product

__all__ = ["NEAR", "Ref", "length", "nearest", "ref", "refs"]

NEAR = 5
"""So many names are offered instead of one that is not known."""


@dataclass(frozen=True)
class Ref:
    """Something measured: ``kind`` is ``slo``, ``load`` or ``resource``."""

    kind: str
    service: str
    name: str

    @property
    def short(self) -> str:
        """``service/name``, as in tables and charts."""
        return f"{self.service}/{self.name}"

    def __str__(self) -> str:
        return f"{self.kind}/{self.short}"


def refs(product: Product) -> list[Ref]:
    """Everything a product measures, in the order of its parameters."""
    return [
        Ref(kind, service.name, one.name)
        for service in product.services
        for kind, measured in (("slo", service.slos), ("load", service.load), ("resource", service.resources))
        for one in measured
    ]


def ref(product: Product, text: str, kind: str = "") -> Ref:
    """What ``cart/cpu`` or ``load/cart/requests`` names; with a ``kind`` only of that.

    Raises :class:`InputError` with the nearest names, or with both when two kinds share one.
    """
    known = [one for one in refs(product) if kind in ("", one.kind)]
    found = [one for one in known if text in (one.short, str(one))]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{text} names more than one thing: write {' or '.join(map(str, found))}")
    if not known:
        raise InputError(f"{product.product} has nothing of this kind ({kind or 'SLO, load or resource'})")
    raise InputError(f"there is no {text}: {nearest(text, [str(one) for one in known])}")


def nearest(text: str, known: Iterable[str]) -> str:
    """What to write instead: the names most like the text, else the first that exist."""
    names = list(dict.fromkeys(known))
    close = get_close_matches(text, names, n=NEAR, cutoff=0.5) or [name for name in names if text and text in name]
    if close:
        return f"write {', '.join(close[:NEAR])}"
    more = f" or one of {len(names) - NEAR} more" if len(names) > NEAR else ""
    return f"write {', '.join(names[:NEAR])}{more}" if names else "there is none to choose from"


def length(name: str, value: str | timedelta) -> timedelta:
    """A length of time people typed. Raises :class:`InputError` that names the argument."""
    if isinstance(value, timedelta):
        if value < timedelta():
            raise InputError(f"{name} {value}: give a length of zero or more")
        return value
    if value.strip() in ("0", "0s"):
        return timedelta()
    try:
        return parse_duration(value)
    except ValueError as error:
        raise InputError(f"{name} {value}: {error}") from None
