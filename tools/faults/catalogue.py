"""All cases: each fault for each source that it can happen to."""

from __future__ import annotations

from dataclasses import dataclass

from tools.faults import answer_faults, metric_faults, wire_faults
from tools.faults.talk import Fault
from tools.faults.world import SOURCES

__all__ = ["CASES", "FAULTS", "Case"]

FAULTS = (*wire_faults.FAULTS, *answer_faults.FAULTS, *metric_faults.FAULTS)

_WITH_METRICS = ("alerts", "rules")
"""Sources that ask the server of metrics: what befalls its connections is told once."""


@dataclass(frozen=True)
class Case:
    """One line of the matrix."""

    number: int
    source: str
    fault: Fault


def _cases() -> tuple[Case, ...]:
    pairs = [
        (source, fault)
        for source in SOURCES
        for fault in FAULTS
        if (not fault.only or source in fault.only) and not (fault.port and source in _WITH_METRICS)
    ]
    good = Case(0, "metrics", Fault("nothing", whole=True))
    return good, *(Case(number, *pair) for number, pair in enumerate(pairs, 1))


CASES = _cases()
"""The first is a good day."""
