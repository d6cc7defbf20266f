"""Which explorations are open at a meeting."""

from __future__ import annotations

import pandas as pd

from prodmeet_kit.analysis.meeting.promises import last_words
from prodmeet_kit.core.subjects import subject

__all__ = ["standing"]

_SETTLED = ("decide", "drop")


def standing(explorations: pd.DataFrame, said: pd.DataFrame, today: str) -> pd.DataFrame:
    """``EXPLORATIONS`` that are open at the meeting of ``today``, the oldest first.

    ``said`` is ``MEETING_DECISIONS`` of earlier meetings: ``decide`` and ``drop`` about ``exploration:<id>`` close it,
    unless it was filed again at that meeting or later. What later meetings filed is theirs.
    """
    words = last_words(said)

    def settled(row: pd.Series) -> bool:
        word = words.get(subject("exploration", row["id"]))
        return word is not None and word["decision"] in _SETTLED and word["meeting"] >= row["meeting"]

    here = explorations[~explorations["closed"].astype(bool) & (explorations["meeting"] <= today)]
    open_ = [not settled(row) for _, row in here.iterrows()]
    found: pd.DataFrame = here[pd.Series(open_, index=here.index, dtype=bool)]
    return found.sort_values(["meeting", "id"], ignore_index=True)
