"""Which products the index shows, and in which order: the worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from prodmeet_kit.archive.fleet_run import NoReport
from prodmeet_kit.archive.meetings import Meeting
from prodmeet_kit.i18n.languages import t, tn

__all__ = ["Shelved", "shelved", "summary", "worst_first"]

_WORST_FIRST = ("BAD", "", "NO_DATA", "TOO_FEW", "OK")
_SLACK = timedelta(days=1)
"""A meeting may be held so much later than usual before its product's report counts as old."""


@dataclass(frozen=True)
class Shelved:
    """What is known of one product: its meetings, newest first, and the report that could not be made since.

    ``now`` is the moment as of which a report is old.
    """

    name: str
    meetings: tuple[Meeting, ...]
    failed: NoReport | None
    now: datetime

    @property
    def newest(self) -> Meeting | None:
        """The newest meeting; ``None`` where no report was ever made."""
        return self.meetings[0] if self.meetings else None

    @property
    def known(self) -> Meeting:
        """The newest meeting as far as it can be read; one that says nothing where there is none."""
        return self.newest or Meeting(self.name, "")

    @property
    def age(self) -> timedelta | None:
        """How long ago the newest meeting was, where the next one is overdue by then."""
        meeting = self.known
        if meeting.end is None or not meeting.length_s:
            return None
        age = self.now - meeting.end
        return age if age > timedelta(seconds=meeting.length_s) + _SLACK else None

    @property
    def unclear(self) -> bool:
        """Whether its row shows less than how the product is: no report, an old one, or one that did not check all."""
        meeting = self.known
        told = self.newest is None or meeting.error or meeting.unchecked or meeting.not_run
        return bool(told or self.failed or self.age)


def shelved(shelf: Mapping[str, Sequence[Meeting]], failed: Mapping[str, NoReport], now: datetime) -> list[Shelved]:
    """Every product with a report or with one that could not be made, in the order of their names.

    A failure is told until a report that was made after it is there.
    """
    found = []
    for name in sorted({*shelf, *failed}):
        meetings = tuple(shelf.get(name, ()))
        why = failed.get(name)
        made = meetings[0].made if meetings else None
        found.append(Shelved(name, meetings, None if why and made and made >= why.at else why, now))
    return found


def worst_first(shelf: Sequence[Shelved]) -> list[Shelved]:
    """The products in the order of the table: objectives missed, then what is not clear, then the least budget left."""

    def trouble(product: Shelved) -> tuple[bool, bool, int, float, int, str]:
        meeting = product.known
        left = inf if meeting.left is None else meeting.left
        state = _WORST_FIRST.index(meeting.state)
        return meeting.state != "BAD", not product.unclear, state, left, -(meeting.to_decide or 0), product.name

    return sorted(shelf, key=trouble)


def summary(shelf: Sequence[Shelved]) -> str:
    """Say in one line above the table how the fleet is."""
    missed = sum(product.known.state == "BAD" for product in shelf)
    unclear = sum(product.unclear for product in shelf)
    asked = sum(product.known.to_decide or 0 for product in shelf)
    parts = [
        tn("{n} product", "{n} products", len(shelf)),
        tn("{n} with an objective not met", "{n} with an objective not met", missed) if missed else "",
        tn("{n} without a full, recent report", "{n} without a full, recent report", unclear) if unclear else "",
        tn("{n} finding to decide", "{n} findings to decide", asked) if asked else t("nothing to decide"),
    ]
    return " · ".join(filter(None, parts))
