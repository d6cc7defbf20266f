"""Which explorations are open at a meeting, and which were answered since the one before."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from prodmeet_kit.analysis.meeting.promises import last_words
from prodmeet_kit.core.subjects import subject

__all__ = ["standing"]

_SETTLED = ("decide", "drop")


def standing(explorations: pd.DataFrame, said: pd.DataFrame, today: str, since: datetime) -> pd.DataFrame:
    """``EXPLORATIONS`` that are open at the meeting of ``today``, the oldest first, then those answered ``since``.

    ``said`` is ``MEETING_DECISIONS`` of earlier meetings: ``decide`` and ``drop`` about ``exploration:<id>`` close it,
    unless it was filed again at a later one. What later meetings filed is theirs. What was closed without a word of
    what came of it is left out.
    """
    words = last_words(said)

    def shown(row: pd.Series) -> bool:
        if row["closed"]:
            return bool(row["found"].strip()) and row["closed_at"] >= since  # NaT is after nothing
        word = words.get(subject("exploration", row["id"]))
        return word is None or word["decision"] not in _SETTLED or word["meeting"] < row["meeting"]

    here = explorations[explorations["meeting"] <= today]
    kept: pd.DataFrame = here[pd.Series([shown(row) for _, row in here.iterrows()], index=here.index, dtype=bool)]
    return kept.sort_values(["closed", "meeting", "id"], ignore_index=True)
