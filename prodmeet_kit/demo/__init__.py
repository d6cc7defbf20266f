"""A made-up shop in metrics: the data behind the demo report, the tests and the benchmarks."""

from __future__ import annotations

from pathlib import Path

__all__ = ["SNAPSHOT"]

SNAPSHOT = Path(__file__).resolve().parent / "snapshot"
"""The frozen facts of the demo product, gathered by the kit from a real Prometheus."""
