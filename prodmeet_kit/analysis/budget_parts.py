"""What spent the error budget since the last meeting: each incident, each SLO event, and the unexplained rest.

Every bad event belongs to one part. A step of the trend belongs to the first
incident of the service that touches it, else to the first SLO event that
holds it; the rest is what the count since the last meeting has beyond these.
So the parts of an SLO add up to ``budget_spent_since_last``. Where the steps
hold more than the count (which is extrapolated on its own), they are scaled
down to it and nothing is left for the rest.

Steps without samples belong to their incident too, and nobody knows what failed
in them: the incident's bad events are the least, or not known where none was
seen, and what is left is ``unplaced``, for it may be the incident's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isnan, nan

import numpy as np
import pandas as pd

from prodmeet_kit.analysis import burn_rates, grid
from prodmeet_kit.analysis.slo import UNKNOWN, SloTarget, budgets, cleaned, share
from prodmeet_kit.frames import BUDGET_BY_SERVICE, BUDGET_PARTS, rows
from prodmeet_kit.window import Window

__all__ = ["by_service", "parts"]

Part = tuple[str, str]
"""Kind and id."""


def parts(
    counts: pd.DataFrame,
    slos: Iterable[SloTarget],
    trends: Mapping[str, pd.DataFrame],
    incidents: pd.DataFrame,
    events: pd.DataFrame,
    window: Window,
) -> pd.DataFrame:
    """What each part spent of each SLO's budget, as ``BUDGET_PARTS``, in the order of ``slos``, the rest last.

    ``counts`` is ``SLO_COUNTS`` and ``trends`` ``[total, bad]`` a step by ``service/name``, both without what is
    excluded; ``incidents`` is ``INCIDENTS``, ``events`` ``SLO_EVENTS``. An SLO whose events since the last
    meeting are not known has no row; incidents and events without a bad event have none either, but for those
    with time without samples. Without a trend all is ``unplaced``.

    In the product each budget counts the same, whatever its traffic and unit: ``share_of_product`` is the share
    over the number of budgets, and adds up over all rows to the mean share spent.
    """
    targets, found = list(slos), cleaned(counts)
    known = budgets(counts, targets)
    number = sum(known[slo.ref] > 0 and not isnan(found.get((slo.ref, "since"), UNKNOWN).bad) for slo in targets)
    made = []
    for slo in targets:
        spent, budget = found.get((slo.ref, "since"), UNKNOWN).bad, known[slo.ref]
        if isnan(spent) or isnan(budget):
            continue
        for (kind, identity), bad, blind_s in _of_one(slo, spent, trends.get(slo.ref), incidents, events, window):
            made.append(
                {
                    "service": slo.service,
                    "name": slo.name,
                    "kind": kind,
                    "id": identity,
                    "bad": bad,
                    "blind_s": blind_s,
                    "share": share(bad, budget),
                    "share_of_product": share(bad, budget) / number if budget > 0 else nan,
                }
            )
    return BUDGET_PARTS.frame(made)


def by_service(budget_parts: pd.DataFrame) -> pd.DataFrame:
    """What each service spent of its own budgets and of the product's, as ``BUDGET_BY_SERVICE``, dearest first.

    Sums of ``BUDGET_PARTS``; a service without a budget (no SLO, no data, or an objective of 1) has no row.
    """
    known = budget_parts[budget_parts["share_of_product"].notna()]
    made = []
    for service, its in known.groupby("service", sort=False):
        number = its["name"].nunique()
        made.append(
            {
                "service": service,
                "budgets": float(number),
                "share": float(its["share"].sum()) / number,
                "share_of_product": float(its["share_of_product"].sum()),
            }
        )
    return BUDGET_BY_SERVICE.frame(sorted(made, key=lambda row: -row["share_of_product"]))


def _of_one(
    slo: SloTarget,
    spent: float,
    trend: pd.DataFrame | None,
    incidents: pd.DataFrame,
    events: pd.DataFrame,
    window: Window,
) -> list[tuple[Part, float, float]]:
    """The parts of one SLO: which, bad events (the known ones are together ``spent``), seconds without samples."""
    found, blind = ({}, {}) if trend is None else _explained(slo, grid.since(trend, window), incidents, events, window)
    explained = sum(found.values())
    if explained > spent:
        found = {part: bad * spent / explained for part, bad in found.items()}
        explained = spent
    dearest = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    unseen = sorted(part for part in blind if part not in found)
    rest = ("unplaced" if trend is None or blind else "rest", "")
    return [
        *((part, bad, blind.get(part, 0.0)) for part, bad in dearest),
        *((part, nan, blind[part]) for part in unseen),
        (rest, max(spent - explained, 0.0), nan if trend is None else 0.0),
    ]


def _explained(
    slo: SloTarget, trend: pd.DataFrame, incidents: pd.DataFrame, events: pd.DataFrame, window: Window
) -> tuple[dict[Part, float], dict[Part, float]]:
    """Bad events of each part that has some, and seconds without samples of each that has some."""
    ends = pd.DatetimeIndex(trend.index)
    missing = trend["total"].isna().to_numpy()
    bad = burn_rates.events(trend)["bad"].fillna(0.0).to_numpy(dtype=np.float64)
    free = np.ones(len(ends), dtype=bool)
    found: dict[Part, float] = {}
    blind: dict[Part, float] = {}
    spans = [
        (("incident", str(row["id"])), row["start"], row["end"])
        for row in rows(incidents.sort_values(["start", "id"]))
        if slo.service in row["services"]
    ]
    mine = events[(events["service"] == slo.service) & (events["slo"] == slo.name)].sort_values("onset")
    spans += [(("slo_event", str(row["id"])), row["onset"], row["end"]) for row in rows(mine)]
    for part, start, end in spans:
        until = pd.Timestamp(window.end if pd.isna(end) else end)
        inside = free & (ends > start) & (ends - window.step < until)
        free &= ~inside
        if (cost := float(bad[inside].sum())) > 0:
            found[part] = found.get(part, 0.0) + cost
        if (unseen := int(missing[inside].sum())) > 0:
            blind[part] = blind.get(part, 0.0) + unseen * window.step.total_seconds()
    return found, blind
