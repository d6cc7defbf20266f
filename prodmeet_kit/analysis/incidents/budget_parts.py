"""What spent the error budget since the last meeting: each outage, and the unexplained rest.

Every bad event belongs to one part: a step of the trend is of the outage that
owns it (:func:`.outage_prices.owners`), written down or not, so that one outage
is one row; the rest is what the count since the last meeting has beyond these.
What a slow burn spent around an outage is a part of its own from 2% of the budget on.
So the parts of an SLO add up to ``budget_spent_since_last``. Where the steps
hold more than the count (which is extrapolated on its own), they are scaled
down to it and nothing is left for the rest.

Steps without samples belong to their outage too, and nobody knows what failed
in them: the outage's bad events are the least, or not known where none was
seen, and what is left is ``unplaced``, for it may be the outage's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isnan, nan

import numpy as np
import pandas as pd

from prodmeet_kit.analysis.incidents import outage_prices
from prodmeet_kit.analysis.series import grid
from prodmeet_kit.analysis.slo import burn_rates
from prodmeet_kit.analysis.slo.arithmetic import UNKNOWN, SloTarget, budgets, cleaned, share
from prodmeet_kit.analysis.slo.events import MIN_SPENT
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import BUDGET_BY_SERVICE, BUDGET_PARTS
from prodmeet_kit.schemas.incidents import OUTAGES
from prodmeet_kit.schemas.slo import SLO_EVENTS

__all__ = ["by_service", "parts"]

Part = tuple[str, str]
"""Kind and id."""


def parts(
    counts: pd.DataFrame,
    slos: Iterable[SloTarget],
    trends: Mapping[str, pd.DataFrame],
    outages: pd.DataFrame,
    events: pd.DataFrame,
    window: Window,
) -> pd.DataFrame:
    """What each part spent of each SLO's budget, as ``BUDGET_PARTS``, in the order of ``slos``, the rest last.

    ``counts`` is ``SLO_COUNTS`` and ``trends`` ``[total, bad]`` a step by ``service/name``, both without what is
    excluded; ``outages`` is ``OUTAGES``, ``events`` ``SLO_EVENTS``. An SLO whose events since the last
    meeting are not known has no row; outages without a bad event have none either, but for those
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
        for (kind, identity), bad, blind_s in _of_one(slo, spent, budget, trends.get(slo.ref), outages, events, window):
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
    """What each service spent of its own budgets and of the product's, as ``BUDGET_BY_SERVICE``, largest first.

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
    budget: float,
    trend: pd.DataFrame | None,
    outages: pd.DataFrame,
    events: pd.DataFrame,
    window: Window,
) -> list[tuple[Part, float, float]]:
    """The parts of one SLO: which, bad events (the known ones are together ``spent``), seconds without samples."""
    found, blind = ({}, {}) if trend is None else _explained(slo, budget, trend, outages, events, window)
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
    slo: SloTarget, budget: float, trend: pd.DataFrame, outages: pd.DataFrame, events: pd.DataFrame, window: Window
) -> tuple[dict[Part, float], dict[Part, float]]:
    """Bad events of each part that has some, and seconds without samples of each that has some."""
    owned = pd.Series(outage_prices.owners(outages, slo, trend, window), index=trend.index)
    since = grid.since(trend, window)
    missing = since["total"].isna().to_numpy()
    bad = burn_rates.events(since)["bad"].fillna(0.0).to_numpy(dtype=np.float64)
    owner = owned.reindex(since.index).to_numpy()
    ends = pd.DatetimeIndex(since.index)
    parts_of = [
        (("incident" if row["written"] else "slo_event", row["id"]), owner == position)
        for position, row in enumerate(OUTAGES.rows(outages))
    ]
    mine = events[(events["service"] == slo.service) & (events["slo"] == slo.name)].sort_values("onset")
    for row in SLO_EVENTS.rows(mine):
        around = (owner < 0) & (ends > row["onset"]) & (ends - window.step < row["end"])
        if bad[around].sum() > MIN_SPENT * budget:
            parts_of.append((("slow_burn", row["id"]), around))
    found: dict[Part, float] = {}
    blind: dict[Part, float] = {}
    for part, inside in parts_of:
        if (cost := float(bad[inside].sum())) > 0:
            found[part] = found.get(part, 0.0) + cost
        if (unseen := int(missing[inside].sum())) > 0:
            blind[part] = blind.get(part, 0.0) + unseen * window.step.total_seconds()
    return found, blind
