"""What is answered already: somebody promised to do something about a subject, or an action item about it is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from prodmeet_kit.core.subjects import kind_of, rest_of, subject
from prodmeet_kit.core.window import parse_day
from prodmeet_kit.schemas.meeting import ACTION_ITEM_FINDINGS, PROMISES

if TYPE_CHECKING:
    from prodmeet_kit.analyses import Analyses

__all__ = ["Answer", "answer_to"]


@dataclass(frozen=True)
class Answer:
    """Who does something about a subject, and until which day; ``None`` where no day is known.

    ``what`` is the subject of the action item, or of what was promised.
    """

    what: str
    owner: str
    due: date | None

    @property
    def called(self) -> str:
        """The action item with who has it, or who promised."""
        item = rest_of(self.what) if kind_of(self.what) == "action_item" else ""
        return f"{item} ({self.owner})" if item and self.owner else item or self.owner

    def in_time(self, before: datetime) -> bool:
        """Whether it is done before something happens; without a day it is taken to be."""
        return self.due is None or self.due < before.date()


def answer_to(analyses: Analyses, about: str) -> Answer | None:
    """The promise or open action item about a subject that is not overdue, the soonest; ``None`` without one."""
    zone = analyses.facts.window.zone
    found = [
        Answer(about, row["owner"], _day(row["due"]))
        for row in PROMISES.rows(analyses.meeting.promises)
        if row["about"] == about and not row["overdue_days"] > 0
    ]
    for row in ACTION_ITEM_FINDINGS.rows(analyses.meeting.action_items):
        if row["status"] == "open" and not row["overdue_days"] > 0 and about in row["about"]:
            due = None if row["due"] != row["due"] else row["due"].tz_convert(zone).date()
            found.append(Answer(subject("action_item", row["id"]), row["owner"], due))
    return min(found, key=lambda each: each.due or date.max, default=None)


def _day(written: str) -> date | None:
    try:
        return parse_day(written)
    except ValueError:
        return None
