"""Toil in hours: minutes each time, times a week, over a quarter."""

from __future__ import annotations

import pandas as pd

from prodmeet_kit.frames import TOIL_FINDINGS

__all__ = ["WEEKS_PER_QUARTER", "findings"]

WEEKS_PER_QUARTER = 13.0


def findings(toil: pd.DataFrame) -> pd.DataFrame:
    """The kinds of toil (``TOIL``) with ``hours_per_quarter``, dearest first, as ``TOIL_FINDINGS``.

    hours = minutes * times a week * 13 / 60; NaN, and last, where either is not known.
    """
    hours = toil["minutes"] * toil["times_per_week"] * WEEKS_PER_QUARTER / 60
    priced = toil.assign(hours_per_quarter=hours)
    return TOIL_FINDINGS.check(
        priced.sort_values(["hours_per_quarter", "id"], ascending=[False, True], ignore_index=True)
    )
