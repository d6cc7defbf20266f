"""What to do about an objective: kept or missed, how much toil it makes, how content its users are.

After the decision matrix of the SRE Workbook, ch. 2. Where an input is not
known the advice stays open between what each answer would give, and the
question is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan

import pandas as pd

from prodmeet_kit.schemas.frames import DECISIONS
from prodmeet_kit.schemas.slo import SLO_SUMMARY

__all__ = ["MATRIX", "Known", "decisions"]

MATRIX = {
    ("met", "low", "high"): "relax_process",
    ("met", "low", "low"): "tighten",
    ("met", "high", "high"): "fewer_alerts",
    ("met", "high", "low"): "tighten",
    ("missed", "low", "high"): "loosen",
    ("missed", "low", "low"): "more_alerts",
    ("missed", "high", "high"): "loosen",
    ("missed", "high", "low"): "offload_and_fix",
}
"""Objective, toil and satisfaction: ``relax_process`` (release faster, or engage less), ``tighten`` or ``loosen`` the
objective, ``fewer_alerts`` (less sensitive; else loosen, or automate the toil), ``more_alerts`` (more sensitive),
``offload_and_fix`` (hand toil back and fix the product)."""

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Known:
    """What a team wrote about a service: ``low``, ``high`` or empty."""

    service: str
    satisfaction: str = ""
    toil: str = ""


def decisions(services: Iterable[Known], slos: pd.DataFrame, toil_hours: float, limit: float) -> pd.DataFrame:
    """One row for each service with an SLO, as ``DECISIONS``, in the order given.

    ``slos`` is ``SLO_SUMMARY``. A service misses when one of its SLOs is BAD; it meets when all are OK; else it
    is not known. Toil that nobody wrote is high from ``limit`` hours a quarter on, by ``toil_hours`` of the
    product (NaN when no record of toil is known).
    """
    states_of: dict[str, set[str]] = {}
    for row in SLO_SUMMARY.rows(slos):
        states_of.setdefault(row["service"], set()).add(row["state"])
    made = []
    for known in services:
        states = states_of.get(known.service)
        if not states:
            continue
        objective = "missed" if "BAD" in states else "met" if states == {"OK"} else UNKNOWN
        measured = "" if isnan(toil_hours) else "high" if toil_hours >= limit else "low"
        inputs = {
            "slo": objective,
            "toil": known.toil or measured or UNKNOWN,
            "satisfaction": known.satisfaction or UNKNOWN,
        }
        made.append(
            {
                "service": known.service,
                **inputs,
                "toil_source": "parameters" if known.toil else "hours" if measured else "",
                "advice": _advice(tuple(inputs.values())),
                "ask": [name for name, value in inputs.items() if value == UNKNOWN],
            }
        )
    return DECISIONS.frame(made)


def _advice(inputs: tuple[str, ...]) -> list[str]:
    """What the known inputs leave possible, each once, in the order of the matrix."""
    possible = [
        advice
        for cell, advice in MATRIX.items()
        if all(given in (UNKNOWN, value) for given, value in zip(inputs, cell, strict=True))
    ]
    return list(dict.fromkeys(possible))
