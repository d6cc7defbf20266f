"""Which alerts the sources of a product take. No connection is loaded with it: who reads a frozen review needs none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prodmeet_kit.core.promql import Matchers

if TYPE_CHECKING:
    from prodmeet_kit.parameters import Product

__all__ = ["LABELLED", "alert_matchers"]

LABELLED = ("prometheus_alerts", "alertmanager")
"""Alert sources whose ``page`` is a label expression, so that it can be held against a rule's labels."""


def alert_matchers(product: Product, kinds: Sequence[str] = LABELLED) -> list[Matchers]:
    """Which alerts each of the product's alert sources of these types takes, by their labels."""
    found = [source for source in product.sources.alerts if source.type in kinds]
    return [Matchers.parse(str((source.model_extra or {}).get("matchers") or "")) for source in found]
