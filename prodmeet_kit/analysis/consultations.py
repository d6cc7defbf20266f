"""Questions to the SREs: which of them belong to this meeting."""

from __future__ import annotations

import pandas as pd

from prodmeet_kit.frames import CONSULTATIONS
from prodmeet_kit.window import Window

__all__ = ["current"]


def current(questions: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The questions (``CONSULTATIONS``) without an answer, oldest first, then those answered since the last meeting.

    A question asked after the meeting is not there yet; an answer without a
    date counts as given since the last meeting, rather than never shown.
    """
    asked = questions[~(questions["asked"] > window.end)].sort_values(["asked", "id"])
    waiting = asked["answer"] == ""
    recent = ~waiting & ~(asked["answered"] <= window.start)
    return CONSULTATIONS.check(pd.concat([asked[waiting], asked[recent]], ignore_index=True))
