"""When an incident was over: as people wrote, else when user impact ended."""

from __future__ import annotations

import pandas as pd

__all__ = ["ended"]


def ended(incidents: pd.DataFrame) -> pd.DataFrame:
    """``INCIDENTS`` whose ``end``, where nobody wrote one, is ``mitigated``; NaT only where neither is known.

    Mitigated means that users suffer no longer; many teams never write another end.
    """
    return incidents.assign(end=incidents["end"].fillna(incidents["mitigated"]))
