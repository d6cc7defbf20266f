"""Counts as the server gave them, made fit for arithmetic: what is rounding, what is cut, what is no count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, isfinite, isnan, nan

import pandas as pd

from prodmeet_kit.schemas.slo import SLO_COUNTS

__all__ = ["NOISE", "TINY", "UNKNOWN", "Count", "cleaned"]

TINY = 1e-9
"""Below this an extrapolated count, or its distance from what the budget allows, is rounding."""

NOISE = 1e-4
"""Counts of several spans, each extrapolated on its own, differ by about 0.0025% of four weeks' events: own choice."""


@dataclass(frozen=True)
class Count:
    """Events of one span, cleaned: 0 <= bad <= total, or NaN where the total is unknown or a count is negative.

    With ``weight`` ``time`` they are seconds. ``known`` are codes that came with the counts, the ``plain`` counts are
    the server's own, ``at_least`` says that there may be more bad events.
    """

    total: float
    bad: float
    note: str = ""
    weight: str = "events"
    known: str = ""
    bad_plain: float = nan
    total_plain: float = nan
    at_least: bool = False

    @classmethod
    def of(cls, total: float, bad: float) -> Count:
        """Counts as the server gave them; ``note`` says what had to be assumed."""
        if not isfinite(total) or bad in (inf, -inf):
            return cls(nan, nan)
        noise = max(0.5, NOISE * abs(total))
        if total < -noise or bad < -noise:
            return cls(nan, nan, "total_negative" if total < -noise else "bad_negative")
        total = total if total > TINY else 0.0
        if total == 0:
            return cls(0.0, 0.0)
        if isnan(bad):
            return cls(total, 0.0, "bad_absent")
        if bad > total:
            return cls(total, total, "bad_over_total")
        return cls(total, bad if bad > TINY else 0.0)

    @property
    def attainment(self) -> float:
        """The share of good events; NaN without events."""
        return 1 - self.bad / self.total if self.total > 0 else nan


UNKNOWN = Count(nan, nan)


def cleaned(counts: pd.DataFrame) -> dict[tuple[str, str], Count]:
    """``SLO_COUNTS`` by ``service/name`` and span, each 0 <= bad <= total."""
    found = {}
    for row in SLO_COUNTS.rows(counts):
        count = Count.of(float(row["total"]), float(row["bad"]))
        found[f"{row['service']}/{row['name']}", str(row["span"])] = replace(
            count,
            weight=str(row["weight"]) or "events",
            known=str(row["note"]),
            bad_plain=count.bad if isnan(row["bad_plain"]) else float(row["bad_plain"]),
            total_plain=count.total if isnan(row["total_plain"]) else float(row["total_plain"]),
            at_least=bool(row["at_least"]),
        )
    return found
