"""What a meeting decides about a subject, as it is kept in the minutes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from prodmeet_kit.errors import Problem
from prodmeet_kit.minutes.store import Saved
from prodmeet_kit.parameters import read_document
from prodmeet_kit.parameters.documents import dotted
from prodmeet_kit.parameters.validation import say

__all__ = ["DECISIONS", "DECISIONS_KIND", "DRAFTS", "FIELDS", "Decision", "entries_of"]

DECISIONS_KIND, DRAFTS = "decisions", "drafts"
"""Kinds of entry in the minutes: what is complete, and what was begun or taken back."""

DECISIONS = ("decide", "act", "watch", "drop", "carry")
"""decide: settled here; act: somebody does something; watch: looked at again; drop: no more; carry: next meeting."""

FIELDS = ("decision", "owner", "due", "note")
"""What people fill in."""

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Decision(BaseModel):
    """One decision. ``act`` needs an owner and a due day: without them nobody does it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    subject: str = Field(min_length=1, description="What it is about, as in agenda_lines")
    item: str = Field(default="", description="Agenda item")
    meeting: Day = Field(description="Day of the meeting, in the product's zone")
    decision: Literal["decide", "act", "watch", "drop", "carry"] = Field(description="What happens")
    owner: str = Field(default="", description="Who does it")
    due: Day | Literal[""] = Field(default="", description="Until which day")
    note: str = Field(default="", description="Why, in people's words")
    what: str = Field(default="", description="The reason it was raised, as it was told then")

    def missing(self) -> str:
        """What has to be added before this may be saved; empty when nothing."""
        gone = [name for name in ("owner", "due") if not getattr(self, name).strip()]
        return " and ".join(gone) if self.decision == "act" else ""


def entries_of(saved: Iterable[Saved]) -> tuple[list[tuple[Saved, Decision]], list[Problem]]:
    """The decisions in saved entries, and what is wrong with the others, by file and key."""
    found: list[tuple[Saved, Decision]] = []
    problems: list[Problem] = []
    for each in saved:
        try:
            found.append((each, Decision.model_validate(_filled(each.content))))
        except ValidationError as error:
            told = [say(one, Decision) for one in error.errors()]
            document = read_document(each.path)  # read again for its lines: few files are wrong
            problems += [Problem(document.place(way), dotted(way), value, mend) for way, value, mend in told]
    return found, problems


def _filled(content: Any) -> dict[str, Any]:
    return {key: value for key, value in content.items() if value is not None}
