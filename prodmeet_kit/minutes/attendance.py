"""Who was at a meeting, and who accepted what was given to them: an owner who was not there may not know.

``minutes/<product>/present/`` holds the names, ``minutes/<product>/confirmed/`` what somebody accepted
afterwards: one small file for each thing said, as the other folders of the minutes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from unicodedata import normalize

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from prodmeet_kit.core.errors import Problem
from prodmeet_kit.minutes.checking import checked
from prodmeet_kit.minutes.store import Minutes
from prodmeet_kit.parameters.fields import Day

__all__ = ["CONFIRMED", "PRESENT", "Attendance", "confirm", "names_in", "read_attendance", "say_present"]

PRESENT, CONFIRMED = "present", "confirmed"
"""Kinds of entry in the minutes."""

_BETWEEN = re.compile(r"[,;\n\u3001\uff0c\uff1b]+")
_PARTS = re.compile(r"[,;/&+()\[\]\n\u3001\u30fb\uff0c\uff08\uff09\uff0f\uff1b]|\band\b|\u3068")


def names_in(value: Any) -> tuple[str, ...]:
    """The names in what people wrote: a list, or a text with commas; each once.

    >>> names_in("Ann, Bob (web team), ann")
    ('Ann', 'Bob (web team)')
    """
    parts = value if isinstance(value, list | tuple) else _BETWEEN.split("" if value is None else str(value))
    named: dict[str, str] = {}
    for name in (" ".join(str(part).split()) for part in parts):
        if name:
            named.setdefault(_plain(name), name)
    return tuple(named.values())


class _Present(BaseModel):
    """Who was there, as far as somebody wrote it down."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    meeting: Day = Field(description="Day of the meeting, in the product's zone")
    present: Annotated[tuple[str, ...], BeforeValidator(names_in)] = Field(description="names, with commas between")
    gone: Annotated[tuple[str, ...], BeforeValidator(names_in)] = Field(default=(), description="names taken back")


class _Confirmed(BaseModel):
    """Somebody accepted what the meeting gave them."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    meeting: Day = Field(description="Day of the meeting, in the product's zone")
    subject: str = Field(min_length=1, description="What was accepted, as in agenda_lines, or action_item: and its id")
    owner: str = Field(min_length=1, description="Who accepted it")


@dataclass(frozen=True)
class Attendance:
    """Who was at which meeting, by its day, and who accepted what: meeting, subject and name."""

    present: dict[str, tuple[str, ...]] = field(default_factory=dict)
    accepted: frozenset[tuple[str, str, str]] = frozenset()

    def unconfirmed(self, meeting: str, subject: str, owner: str) -> bool:
        """Whether the owner was not there and has not accepted either; never where nobody wrote who was there.

        Of several owners one who was there speaks for all, and ``Ann (web team)`` for the web team.
        """
        there = self.present.get(meeting, ())
        if not owner.strip() or not there or (meeting, subject, _plain(owner)) in self.accepted:
            return False
        known = {part for name in there for part in _parts(name)}
        return not known & _parts(owner)


def read_attendance(minutes: Minutes) -> tuple[Attendance, list[Problem]]:
    """Who was there and who accepted what; and what is wrong in files that cannot be used, which cost themselves only.

    Two who write names at once both keep theirs: each entry adds its names, and takes back those it calls ``gone``.
    """
    present, damaged = minutes.load(PRESENT)
    confirmed, unread = minutes.load(CONFIRMED)
    problems = [*damaged, *unread]
    there: dict[str, dict[str, str]] = {}
    for each in present:
        entry, wrong = checked(_Present, each)
        problems += wrong
        if entry is None:
            continue
        named = there.setdefault(entry.meeting, {})
        for name in entry.gone:
            named.pop(_plain(name), None)
        named.update((_plain(name), name) for name in entry.present if _plain(name) not in named)
    accepted = set()
    for each in confirmed:
        said, wrong = checked(_Confirmed, each)
        problems += wrong
        if said is not None:
            accepted.add((said.meeting, said.subject, _plain(said.owner)))
    return Attendance({day: tuple(names.values()) for day, names in there.items()}, frozenset(accepted)), problems


def say_present(minutes: Minutes, meeting: str, names: str | Sequence[str]) -> Path:
    """Write who was at the meeting of this day: all of them, who was named before and is not any more included.

    Raises ``OSError`` when the disk does not take it.
    """
    wanted = names_in(names)
    now = {_plain(name) for name in wanted}
    gone = [name for name in read_attendance(minutes)[0].present.get(meeting, ()) if _plain(name) not in now]
    content = {"meeting": meeting, "present": ", ".join(wanted), "gone": ", ".join(gone) or None}
    return minutes.save(PRESENT, meeting, content)


def confirm(minutes: Minutes, meeting: str, subject: str, owner: str, by: str = "") -> Path:
    """Write that the owner accepted what the meeting of this day gave them. Raises ``OSError``."""
    content = {"meeting": meeting, "subject": subject, "owner": owner.strip(), "by": by.strip() or None}
    return minutes.save(CONFIRMED, subject, content)


def _plain(name: str) -> str:
    return " ".join(normalize("NFKC", name).casefold().split()).removeprefix("@")


def _parts(name: str) -> set[str]:
    """The name itself and what it names: ``ann (web team)`` is of the web team, ``ann, bob`` are two."""
    plain = _plain(name)
    return {plain, *(part.strip().removeprefix("@") for part in _PARTS.split(plain))} - {""}
