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

from collections.abc import Iterable, Mapping, Sequence
from math import isnan, nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from prodmeet_kit.analysis.incidents import outage_prices
from prodmeet_kit.analysis.series.grid import instant, nanoseconds
from prodmeet_kit.analysis.slo.arithmetic import UNKNOWN, SloTarget, budgets, cleaned, share
from prodmeet_kit.analysis.slo.events import MIN_SPENT
from prodmeet_kit.analysis.slo.steps import Steps
from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import BUDGET_BY_SERVICE, BUDGET_PARTS
from prodmeet_kit.schemas.incidents import OUTAGES, OutageRow
from prodmeet_kit.schemas.slo import SLO_EVENTS, SloEventRow

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
    listed, burned = OUTAGES.rows(outages), _by_slo(events)
    made = []
    for slo in targets:
        spent, budget = found.get((slo.ref, "since"), UNKNOWN).bad, known[slo.ref]
        if isnan(spent) or isnan(budget):
            continue
        explained = _explained(slo, budget, trends.get(slo.ref), listed, burned.get(slo.ref, []), window)
        for (kind, identity), bad, blind_s in _of_one(spent, *explained):
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


def _by_slo(events: pd.DataFrame) -> dict[str, list[SloEventRow]]:
    """The SLO events by ``service/name``, in order of onset."""
    found: dict[str, list[SloEventRow]] = {}
    for row in SLO_EVENTS.rows(events.sort_values("onset", kind="stable")):
        found.setdefault(f"{row['service']}/{row['slo']}", []).append(row)
    return found


def _of_one(
    spent: float, found: dict[Part, float], blind: dict[Part, float], known: bool
) -> list[tuple[Part, float, float]]:
    """The parts of one SLO: which, bad events (the known ones are together ``spent``), seconds without samples."""
    explained = sum(found.values())
    if explained > spent:
        found = {part: bad * spent / explained for part, bad in found.items()}
        explained = spent
    dearest = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    unseen = sorted(part for part in blind if part not in found)
    rest = ("unplaced" if blind or not known else "rest", "")
    return [
        *((part, bad, blind.get(part, 0.0)) for part, bad in dearest),
        *((part, nan, blind[part]) for part in unseen),
        (rest, max(spent - explained, 0.0), 0.0 if known else nan),
    ]


def _explained(
    slo: SloTarget,
    budget: float,
    trend: pd.DataFrame | None,
    outages: Sequence[OutageRow],
    events: Sequence[SloEventRow],
    window: Window,
) -> tuple[dict[Part, float], dict[Part, float], bool]:
    """Bad events of each part that has some, seconds without samples of each that has some, whether there is a trend.

    ``events`` are the SLO's own, in order of onset.
    """
    found: dict[Part, float] = {}
    blind: dict[Part, float] = {}
    if trend is None:
        return found, blind, False
    steps = Steps.of(trend)
    since = steps.places(window.start, window.end)
    owner = outage_prices.owners(outages, slo, steps, window)[since]
    ends, missing, bad = steps.ends[since], ~steps.known[since], steps.counted[1][since]
    parts_of: list[tuple[Part, npt.NDArray[np.bool_]]] = [
        (("incident" if outages[position]["written"] else "slo_event", outages[position]["id"]), owner == position)
        for position in np.unique(owner[owner >= 0])
    ]
    for row in events:
        # A step that it touches in part is its own whole.
        until = instant(row["end"]) + nanoseconds(window.step)
        around = (owner < 0) & (ends > instant(row["onset"])) & (ends < until)
        if bad[around].sum() > MIN_SPENT * budget:
            parts_of.append((("slow_burn", row["id"]), around))
    for part, inside in parts_of:
        if (cost := float(bad[inside].sum())) > 0:
            found[part] = found.get(part, 0.0) + cost
        if (unseen := int(missing[inside].sum())) > 0:
            blind[part] = blind.get(part, 0.0) + unseen * window.step.total_seconds()
    return found, blind, True
