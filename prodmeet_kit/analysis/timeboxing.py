"""The clocked agenda: a short meeting's minutes go to what presses most, and nothing is left unsaid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil, floor, isfinite

import pandas as pd

from prodmeet_kit.frames import AGENDA

__all__ = ["agenda", "pack"]

UNIT = 0.5
"""Minutes are shared out in halves: nobody keeps a finer clock in a meeting."""


def agenda(items: Mapping[str, Iterable[tuple[float, float, str]]], total_minutes: float) -> pd.DataFrame:
    """How the minutes are shared, from what each agenda item brings: ``(score, minutes, reason)``; ``AGENDA``.

    Every item has a row, in the order given; see :func:`pack`. One that brings nothing ranks last.
    """
    rows = []
    for item, brought in items.items():
        candidates = list(brought) or [(0.0, 0.0, "")]
        rows += [
            {"item": item, "minutes": minutes, "score": score, "reason": reason}
            for score, minutes, reason in candidates
        ]
    return pack(pd.DataFrame(rows, columns=["item", "minutes", "score", "reason"]), total_minutes)


def pack(candidates: pd.DataFrame, total_minutes: float) -> pd.DataFrame:
    """Share the meeting's minutes among candidates ``[item, minutes, score, reason]``; ``AGENDA``.

    ``minutes`` is what a candidate wants. The highest score is served first,
    each gets what it wants or what is left, in half minutes; equal scores are
    served in the order given. An item with several candidates is one row: its
    minutes are their sum, score and reason those of its most pressing one.

    Rows keep the order in which items first appear; ``rank`` 1 presses most.
    An item for which nothing is left has 0 minutes and keeps its reason: it is
    mentioned. The sum is never over ``total_minutes``. A wish or score that is not a number is 0.
    """
    left = max(floor(_number(total_minutes) / UNIT) * UNIT, 0.0)
    wanted = [max(ceil(_number(value) / UNIT) * UNIT, 0.0) for value in candidates["minutes"]]
    scores = [_number(value) for value in candidates["score"]]
    rows: dict[str, dict[str, object]] = {}
    given: dict[str, float] = dict.fromkeys(candidates["item"], 0.0)
    for position in sorted(range(len(scores)), key=lambda at: (-scores[at], at)):
        item, reason = candidates["item"].iloc[position], candidates["reason"].iloc[position]
        rows.setdefault(item, {"item": item, "reason": reason, "rank": len(rows) + 1, "score": scores[position]})
        granted = min(wanted[position], left)
        given[item] += granted
        left -= granted
    return AGENDA.frame({**rows[item], "minutes": minutes} for item, minutes in given.items())


def _number(value: float) -> float:
    return float(value) if isfinite(value) else 0.0
