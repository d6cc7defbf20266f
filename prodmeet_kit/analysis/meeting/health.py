"""Health of the meeting itself: minutes taken, what was decided and carried, and what would make it shorter.

``durations`` and ``decisions`` are what the minutes hold, as plain mappings: of
a duration ``subject`` (the agenda item), ``meeting`` (day), ``planned``,
``minutes`` and ``at``; of a decision ``subject``, ``item``, ``meeting``,
``decision`` and ``at``. Of several about one subject at one meeting the newest counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

import pandas as pd

from prodmeet_kit.schemas.frames import HEALTH

__all__ = ["MANY_SERVICES", "MEETINGS_UNTOUCHED", "Split", "folding", "health", "split"]

MANY_SERVICES = 8
"""With more services than this, a meeting that overruns is proposed to be split."""

MEETINGS_UNTOUCHED = 4
"""An agenda item nobody decided about, and never red, for so many meetings in a row is proposed for folding."""

Said = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Split:
    """Two meetings instead of one: the services of each, in the product's order, its agenda lines and their minutes."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    lines: tuple[float, float]
    minutes: tuple[float, float]
    overruns: tuple[str, ...]


def health(durations: Said, decisions: Said, items: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """``HEALTH``: one row for each meeting that left minutes, oldest first.

    ``items`` is ``ACTION_ITEM_FINDINGS``; an item belongs to the meeting of the
    day it was born in ``timezone``, and counts as closed with proof when its query is met.
    """
    took, said = _newest(durations), _newest(decisions)
    proved = items[(items["outcome"] == "met") & items["born"].notna()]
    born = [str(day) for day in proved["born"].dt.tz_convert(timezone).dt.strftime("%Y-%m-%d")]
    rows = []
    for day in sorted({day for day, _ in [*took, *said]}):
        clocked = [each for (meeting, _), each in took.items() if meeting == day]
        decided = [str(each.get("decision", "")) for (meeting, _), each in said.items() if meeting == day]
        rows.append(
            {
                "meeting": day,
                "planned": sum((_number(each.get("planned")) for each in clocked), 0.0) if clocked else nan,
                "actual": sum((_number(each.get("minutes")) for each in clocked), 0.0) if clocked else nan,
                "decisions": len([decision for decision in decided if decision and decision != "carry"]),
                "carried": decided.count("carry"),
                "closed_with_proof": born.count(day),
            }
        )
    return HEALTH.frame(rows)


def split(
    meetings: pd.DataFrame,
    length: float,
    services: Sequence[str],
    lines: Mapping[str, float],
    minutes: Mapping[str, float],
    many: int = MANY_SERVICES,
) -> Split | None:
    """Which services go into which of two meetings, when the last two both overran; ``None`` when nothing is proposed.

    ``meetings`` is ``HEALTH``, ``length`` the minutes of the meeting, ``lines`` how many
    agenda lines each service has and ``minutes`` what they would take. The service with
    most minutes left goes to the lighter half (greedy number partitioning, at most 7/6 of the best possible:
    Graham, Bounds on Multiprocessing Timing Anomalies, 1969).
    """
    clocked = meetings[meetings["actual"].notna()].tail(2)
    if len(services) <= many or len(clocked) < 2 or not (clocked["actual"] > length).all():
        return None
    halves: tuple[list[str], list[str]] = ([], [])
    weights = [0.0, 0.0]
    for service in sorted(services, key=lambda name: -minutes.get(name, 0.0)):
        # Of equal weight, the half with fewer services: quiet ones are shared as well.
        which = min((0, 1), key=lambda half: (weights[half], len(halves[half])))
        halves[which].append(service)
        weights[which] += minutes.get(service, 0.0)
    first, second = (tuple(name for name in services if name in half) for half in halves)
    counts = (sum(lines.get(name, 0.0) for name in first), sum(lines.get(name, 0.0) for name in second))
    return Split(first, second, counts, (weights[0], weights[1]), tuple(clocked["meeting"]))


def folding(
    agenda: Sequence[str], meetings: Sequence[tuple[str, Iterable[str]]], decisions: Said, n: int = MEETINGS_UNTOUCHED
) -> tuple[str, ...]:
    """Agenda items without a decision that were not red at any of the last ``n`` meetings, in agenda order.

    ``meetings`` are day and red items of each meeting, oldest first; nothing is
    proposed before there were ``n``.
    """
    recent = list(meetings)[-n:]
    if n < 1 or len(recent) < n:
        return ()
    days = {day for day, _ in recent}
    busy = {item for _, red in recent for item in red}
    for (day, _), each in _newest(decisions).items():
        if day in days and each.get("decision"):
            busy.add(str(each.get("item", "")))
    return tuple(item for item in agenda if item not in busy)


def _newest(said: Said) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The newest by meeting and subject; entries without either are left out, one without a time is the oldest."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for each in sorted(said, key=lambda entry: str(entry.get("at") or "").replace("NaT", "")):
        if each.get("meeting") and each.get("subject"):
            found[str(each["meeting"]), str(each["subject"])] = each
    return found


def _number(value: Any) -> float:
    """The number; 0 for what is none, as people may edit the files."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return 0.0
    return float(value)
