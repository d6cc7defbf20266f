"""What was corrected after a meeting: a decision that stood at the end of a day, and another one on a later day.

The files are never changed, so the history of a decision is what its files say, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from prodmeet_kit.minutes.entries import FIELDS
from prodmeet_kit.minutes.merging import in_order, merged
from prodmeet_kit.minutes.store import Saved

__all__ = ["BY", "corrections"]

BY = "by"
"""The key that names who wrote an entry, where somebody said so."""


def corrections(
    saved: Sequence[Saved], timezone: str, counts: Callable[[Mapping[str, str]], bool]
) -> list[dict[str, Any]]:
    """The corrections of a decision, oldest first: ``day`` in the zone, ``by``, and fields ``before`` and ``after``.

    ``saved`` are the entries about one subject of one meeting. What was changed on one day is one correction, and what
    was first decided is none. ``counts`` tells whether fields make a decision: what was only begun changes nothing.
    An entry without a time is of the first day.
    """
    ordered = in_order(saved)
    days: list[date] = []
    for each in ordered:
        day = each.at.astimezone(ZoneInfo(timezone)).date() if each.at else date.min
        days.append(max([day, *days[-1:]]))
    if not days or days[0] == days[-1]:
        return []
    found: list[dict[str, Any]] = []
    standing: dict[str, str] = {}
    for day in dict.fromkeys(days):
        until = [each for each, when in zip(ordered, days, strict=True) if when <= day]
        (now,) = merged(until, ("subject",), FIELDS).values()
        fields = dict(now.fields)
        if not counts(fields):
            continue
        if standing and fields != standing:
            authors = [str(each.content.get(BY) or "") for each, when in zip(ordered, days, strict=True) if when == day]
            by = ", ".join(dict.fromkeys(filter(None, authors)))
            found.append({"day": day.isoformat(), "by": by, "before": standing, "after": fields})
        standing = fields
    return found
