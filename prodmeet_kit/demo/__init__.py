"""A made-up shop in metrics: the data behind the demo report, the tests and the benchmarks."""

from __future__ import annotations

from pathlib import Path

__all__ = ["SNAPSHOT", "is_demo"]

SNAPSHOT = Path(__file__).resolve().parent / "snapshot"
"""The frozen facts of the demo product, gathered by the kit from a real Prometheus."""

_PRODUCT, _TITLE = "demo", "The demo shop"


def is_demo(product: str, title: str) -> bool:
    """Whether a product of this name and title is the demo, which is no product of a team's fleet.

    >>> is_demo("demo", "The demo shop"), is_demo("demo", "Our show room")
    (True, False)
    """
    return (product, title) == (_PRODUCT, _TITLE)
