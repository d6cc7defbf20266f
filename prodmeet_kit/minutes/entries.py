"""What a meeting decides about a subject, as it is saved in the minutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from prodmeet_kit.core.errors import Problem
from prodmeet_kit.core.window import parse_day
from prodmeet_kit.minutes.checking import checked
from prodmeet_kit.minutes.merging import Merged, merged
from prodmeet_kit.minutes.store import Saved
from prodmeet_kit.parameters.fields import Day

__all__ = [
    "ALL",
    "CHECK",
    "DECISIONS",
    "DECISIONS_KIND",
    "DRAFTS",
    "FIELDS",
    "UNREACHED",
    "Decision",
    "Draft",
    "Said",
    "decided_at",
    "entries_of",
    "written",
]

DECISIONS_KIND, DRAFTS = "decisions", "drafts"
"""Kinds of entry in the minutes: what is complete, and what was begun or taken back."""

DECISIONS = ("decide", "act", "watch", "drop", "carry")
"""decide: settled here; act: somebody does something; watch: looked at again; drop: no more; carry: next meeting."""

FIELDS = ("decision", "owner", "due", "note")
"""What people fill in."""

CHECK = ("verify_query", "verify_expect")
"""What proves at the next meeting that a decision worked, in the same files."""

ALL = (*FIELDS, *CHECK)
"""All that one decision says. An entry that is built on another writes every one of them, or it takes them back."""

UNREACHED = "unreached"
"""The key of what the end of a meeting carried over, because nobody had decided about it."""


def _due(value: Any) -> Any:
    if value == "":
        return value
    if isinstance(value, str):
        return parse_day(value).isoformat()
    raise ValueError("write a day such as 2026-11-30")


Choice = Literal["decide", "act", "watch", "drop", "carry"]


class Said(BaseModel):
    """What every word about a subject has."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    subject: str = Field(min_length=1, description="What it is about, as in agenda_lines")
    item: str = Field(default="", description="Agenda item")
    meeting: Day = Field(description="Day of the meeting, in the product's zone")
    owner: str = Field(default="", description="Who does it")
    due: Annotated[str, BeforeValidator(_due)] = Field(default="", description="Until which day")
    note: str = Field(default="", description="Why, in people's words")
    what: str = Field(default="", description="The reason it was raised, as it was shown then")
    verify_query: str = Field(default="", description="Query that tells at the next meeting whether it worked")
    verify_expect: str = Field(default="", description="What its value has to be, such as <= 0.01")


class Decision(Said):
    """One decision. ``act`` needs an owner and a due day: without them it does not get done."""

    decision: Choice = Field(description="What happens")

    def missing(self) -> str:
        """What has to be added before this may be saved; empty when nothing."""
        gone = [name for name in ("owner", "due") if not getattr(self, name).strip()]
        return " and ".join(gone) if self.decision == "act" else ""


class Draft(Said):
    """A decision that was begun: what is filled in has to be right, and the decision itself may be missing."""

    decision: Choice | Literal[""] = Field(default="", description="What happens")


Entry = TypeVar("Entry", bound=Said)


def entries_of(saved: Iterable[Saved], model: type[Entry]) -> tuple[list[tuple[Saved, Entry]], list[Problem]]:
    """The decisions in saved entries, and what is wrong with the others, by file, line and key."""
    found: list[tuple[Saved, Entry]] = []
    problems: list[Problem] = []
    for each in saved:
        entry, wrong = checked(model, each)
        problems += wrong
        if entry is not None:
            found.append((each, entry))
    return found, problems


def decided_at(saved: Iterable[Saved], day: str) -> dict[str, Merged]:
    """What the meeting of this day decided, by subject: the fields of :data:`ALL` as they are now.

    ``saved`` are entries of :data:`DECISIONS_KIND`, of :data:`DRAFTS`, or both.
    """
    mine = [each for each in saved if str(each.content.get("meeting")) == day]
    return {about: now for (about,), now in merged(mine, ("subject",), ALL).items()}


def written(fields: Mapping[str, str]) -> dict[str, str | None]:
    """The fields of :data:`ALL` as a file holds them: a check that nobody wrote is no line in it."""
    return {**{name: fields[name] for name in FIELDS}, **{name: fields[name] or None for name in CHECK}}
