"""Share a meeting's minutes among findings: the most urgent first, and nothing is left unsaid.

Every candidate becomes one line, on the agenda with its minutes or in the
annex without. What waits in the annex rises from meeting to meeting, and after
a few it goes before everything new, so that nothing waits for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, floor, isfinite

import pandas as pd

from prodmeet_kit.schemas.frames import AGENDA, AGENDA_LINES

__all__ = ["Rules", "Wish", "agenda", "share"]

UNIT = 0.5
"""Minutes are shared out in halves: nobody keeps a finer clock in a meeting."""

LIFT = 10.0
"""What a meeting in the annex adds to a score. Own choice: as much as the span between two kinds of finding."""

PATIENCE = 3
"""After so many meetings in the annex a candidate goes before all that waited less. Own choice."""


@dataclass(frozen=True)
class Wish:
    """What a finding wants of the meeting. ``subject`` names it the same way at every meeting.

    ``dated``: it has to be decided before the next meeting, so it cannot wait for one. One that does not ``ask``
    is there to be known, and wants no minutes. ``subjects`` are those of all that was joined in it, the longest
    waited of which counts; ``services`` are what it is about.
    """

    item: str
    subject: str
    score: float
    minutes: float
    reason: str
    rule: str = ""
    dated: bool = False
    asks: bool = True
    subjects: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def waited(self, past: Mapping[str, int]) -> int:
        """For how many meetings in a row any of it was in the annex."""
        return max(past.get(about, 0) for about in (self.subject, *self.subjects))


@dataclass(frozen=True)
class Rules:
    """How minutes are shared. ``caps``: the most an agenda item gets while others still want, as a share of all."""

    caps: Mapping[str, float] = field(default_factory=dict)
    lift: float = LIFT
    patience: int = PATIENCE


def share(
    wishes: Iterable[Wish], total_minutes: float, rules: Rules | None = None, waited: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """One line for each wish, as ``AGENDA_LINES``: first those on the agenda, then the annex, each by rank.

    ``waited`` tells how many meetings a subject has been in the annex in a row.
    Ranked by score plus ``lift`` for each meeting waited; who waited ``patience``
    meetings or more goes before all who waited less, the longest first, and no cap
    holds it. What has a date before the next meeting is granted before all others,
    whatever its rank, and no cap holds it: it cannot wait. A wish is cut to its
    item's cap, so that none is too large for ever, and then granted whole or not at
    all, in half minutes, at least one; where only less is left, one with a date is
    granted that. What the caps leave over goes to the next in rank. What wants no
    minutes gets none. The sum is never over ``total_minutes``.

    One that waited ``patience`` meetings, with ``n`` others that waited as long
    or longer and ``k`` of the largest wish to a meeting, is discussed within
    ``n // k + 1`` further meetings, whatever new ones score.
    """
    rules = rules or Rules()
    past = waited or {}
    ranked = sorted(enumerate(wishes), key=lambda each: (*_pressing(each[1], past, rules), each[0]))
    total = _halves(total_minutes)
    caps = {item: max(floor(total * _number(cap) / UNIT) * UNIT, UNIT) for item, cap in rules.caps.items()}
    wanted = [_wanted(wish, caps, total) for _, wish in ranked]
    given = [0.0] * len(ranked)
    used: dict[str, float] = {}
    left = total
    for turn in ("dated", "capped", "rest"):  # what cannot wait, then within the caps, then whatever is left over
        for at, (_, wish) in enumerate(ranked):
            asked = min(wanted[at], left) if turn == "dated" else wanted[at]
            if given[at] or asked <= 0 or asked > left or (turn == "dated" and not wish.dated):
                continue
            held = turn == "capped" and not _overdue(wish, past, rules)
            if held and used.get(wish.item, 0.0) + asked > caps.get(wish.item, total):
                continue
            given[at] = asked
            used[wish.item] = used.get(wish.item, 0.0) + asked
            left -= asked
    rows = [
        {
            "item": wish.item,
            "subject": wish.subject,
            "subjects": list(wish.subjects or (wish.subject,)),
            "services": list(wish.services),
            "place": "agenda" if given[at] else "annex",
            "minutes": given[at],
            "wanted": wanted[at],
            "rank": at + 1,
            "score": _number(wish.score),
            "waited": wish.waited(past),
            "reason": wish.reason,
            "rule": wish.rule,
        }
        for at, (_, wish) in enumerate(ranked)
    ]
    return AGENDA_LINES.frame(sorted(rows, key=lambda row: row["place"] != "agenda"))


def _wanted(wish: Wish, caps: Mapping[str, float], total: float) -> float:
    """In half minutes, at least one, cut to the item's cap; nothing for what needs no decision."""
    if not wish.asks:
        return 0.0
    return min(max(_up(wish.minutes), UNIT), total if wish.dated else caps.get(wish.item, total), total)


def agenda(lines: pd.DataFrame, items: Iterable[str]) -> pd.DataFrame:
    """How the minutes are shared among the agenda items, in their order, as ``AGENDA``.

    ``lines`` is ``AGENDA_LINES``. An item's minutes are the sum of its lines',
    its score and reason those of its most pressing one, of those with minutes where
    there are some; rank 1 presses most. An item without a line has 0 minutes, no
    reason, and ranks last.
    """
    by_rank = lines.assign(none=lines["minutes"] == 0).sort_values(["none", "rank"], kind="stable")
    best = by_rank.drop_duplicates("item").set_index("item")
    minutes = lines.groupby("item")["minutes"].sum()
    pressing = dict.fromkeys(lines.sort_values("rank", kind="stable")["item"])
    order = {item: rank for rank, item in enumerate([*pressing, *(i for i in items if i not in pressing)], 1)}
    return AGENDA.frame(
        {
            "item": item,
            "minutes": float(minutes.get(item, 0.0)),
            "reason": best["reason"].get(item, ""),
            "rank": order[item],
            "score": float(best["score"].get(item, 0.0)),
        }
        for item in items
    )


def _pressing(wish: Wish, waited: Mapping[str, int], rules: Rules) -> tuple[float, float]:
    """What to sort by, the most urgent first."""
    meetings = wish.waited(waited)
    overdue = meetings if _overdue(wish, waited, rules) else 0
    return -overdue, -(_number(wish.score) + rules.lift * meetings)


def _overdue(wish: Wish, waited: Mapping[str, int], rules: Rules) -> bool:
    return wish.waited(waited) >= rules.patience


def _halves(minutes: float) -> float:
    return max(floor(_number(minutes) / UNIT) * UNIT, 0.0)


def _up(minutes: float) -> float:
    return ceil(_number(minutes) / UNIT) * UNIT


def _number(value: float) -> float:
    return float(value) if isfinite(value) else 0.0
