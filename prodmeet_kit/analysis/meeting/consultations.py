"""Questions to the SREs: which of them belong to this meeting."""

from __future__ import annotations

import pandas as pd

from prodmeet_kit.core.window import Window
from prodmeet_kit.schemas.frames import CONSULTATIONS

__all__ = ["current", "dropped", "waiting"]


def current(questions: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The questions (``CONSULTATIONS``) that wait, oldest first, then those dropped, then those settled since.

    A question asked after the meeting is not there yet; an answer without a
    date counts as given since the last meeting, rather than never shown.
    """
    asked = questions[~(questions["asked"] > window.end)].sort_values(["asked", "id"])
    open_, lost = waiting(asked), dropped(asked)
    recent = ~open_ & ~lost & ~(asked["answered"] <= window.start)
    return CONSULTATIONS.check(pd.concat([asked[open_], asked[lost], asked[recent]], ignore_index=True))


def waiting(questions: pd.DataFrame) -> pd.Series[bool]:
    """Which questions are neither answered nor closed and have no follow-up."""
    return _nothing_came(questions) & ~questions["closed"]


def dropped(questions: pd.DataFrame) -> pd.Series[bool]:
    """Which were closed without an answer and without a follow-up."""
    return _nothing_came(questions) & questions["closed"]


def _nothing_came(questions: pd.DataFrame) -> pd.Series[bool]:
    return (questions["answer"].str.strip() == "") & (questions["became"].str.strip() == "")
