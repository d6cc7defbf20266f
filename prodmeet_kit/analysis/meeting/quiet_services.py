"""Services without findings, and the numbers that prove it: many of them fit one line of an agenda."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

__all__ = ["Quiet", "quiet"]


@dataclass(frozen=True)
class Quiet:
    """The quiet ones, and the worst value among them.

    ``least_budget`` is the least share of an error budget that is left, ``fullest`` the
    highest use of a resource (95th percentile over its limit); NaN when there is none.
    """

    services: tuple[str, ...]
    slos: int
    least_budget: float
    least_budget_of: str
    resources: int
    fullest: float
    fullest_of: str


def quiet(slos: pd.DataFrame, resources: pd.DataFrame, loud: Collection[str]) -> Quiet:
    """What is quiet, from ``SLO_SUMMARY`` and ``RESOURCE_SUMMARY``; ``loud`` are services something was found about.

    A service is quiet when it has an SLO, each of its SLOs is OK, and it is not
    loud. One without an SLO is never called quiet: nothing would prove it.
    """
    fine = slos.groupby("service", sort=False)["state"].agg(lambda states: bool((states == "OK").all()))
    names = tuple(str(name) for name in fine.index[fine.to_numpy(dtype=bool)] if name not in loud)
    mine, used = slos[slos["service"].isin(names)], resources[resources["service"].isin(names)]
    used = used[used["utilisation_p95"].notna()]
    budget, budget_of = _worst(mine.assign(value=-mine["budget_remaining"]))
    use, use_of = _worst(used.assign(value=used["utilisation_p95"]))
    return Quiet(names, len(mine), -budget, budget_of, len(used), use, use_of)


def _worst(frame: pd.DataFrame) -> tuple[float, str]:
    known = frame[frame["value"].notna()]
    if known.empty:
        return float("nan"), ""
    row = known.iloc[int(known["value"].to_numpy().argmax())]
    return float(row["value"]), f"{row['service']}/{row['name']}"
