"""What somebody wants to dig into later: filed with a finding, open until somebody closes it.

``minutes/<product>/explorations/`` has one small file for each thing said, as
the other folders of the minutes: of several files with one id the newest counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any
from unicodedata import normalize

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from prodmeet_kit.core.errors import InputError, Problem
from prodmeet_kit.minutes.checking import checked
from prodmeet_kit.minutes.entries import DECISIONS_KIND
from prodmeet_kit.minutes.store import Minutes, Saved
from prodmeet_kit.parameters.documents import dotted
from prodmeet_kit.parameters.fields import Day
from prodmeet_kit.parameters.validation import say

__all__ = [
    "EXPLORATIONS",
    "Exploration",
    "close_exploration",
    "file_exploration",
    "newest",
    "open_explorations",
]

EXPLORATIONS = "explorations"
"""The kind of minutes they are."""


def _named(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise ValueError("write what it is about")
    return value


Named = Annotated[str, BeforeValidator(_named)]


class Exploration(BaseModel):
    """One thing to dig into. ``meeting`` is the day of the meeting, or of the report, that it comes from."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True, coerce_numbers_to_str=True)

    id: Named = Field(description="The kit's, or any text that no other has")
    subject: Named = Field(description="What the finding is about, such as slo:web/latency")
    note: Named = Field(description="What to find out")
    who: str = Field(default="", description="Who wants to know")
    meeting: Day = Field(description="Day of the meeting, in the product's zone")
    link: str = Field(default="", description="Where in the report of that meeting, or a URL")
    closed: bool = Field(default=False, description="true: not shown at the meetings that follow")
    found: str = Field(default="", description="What came of it")


def file_exploration(
    folder: Path, product: str, meeting: str, subject: str, note: str, who: str = "", link: str = ""
) -> Path:
    """File what to dig into later, and return its file, which is on the disk when this returns.

    ``folder`` holds the minutes of all products, ``product`` is the name of one; ``meeting`` is a day such as
    ``2026-11-23``, ``subject`` that of the finding, ``link`` its place in the report of that meeting
    (``report.html#<id>``) or an URL. What is filed twice about one subject, in the same words, is one exploration:
    the file that is there is returned, or a newer one that adds ``who`` or ``link``; one that was closed is opened
    again. Raises :class:`InputError` that names what is missing, and ``OSError`` when the disk does not take it.
    """
    given = {"subject": subject.strip(), "note": note.strip(), "who": who.strip(), "link": link.strip()}
    identity = _identity(given["subject"], given["note"])
    before = _open(folder, product).get(identity)
    kept = {name: given[name] or (getattr(before[1], name) if before else "") for name in ("who", "link")}
    if before and all(getattr(before[1], name) == kept[name] for name in kept):
        return before[0].path
    content = {"id": identity, **given, **kept, "meeting": before[1].meeting if before else meeting, "closed": False}
    return _save(folder, product, content)


def close_exploration(folder: Path, product: str, identity: str, found: str = "") -> Path:
    """Close an exploration by its id, with what came of it, and return the file that says so.

    ``folder`` and ``product`` are as in :func:`file_exploration`. Raises :class:`InputError` that names the open ones
    where none has this id, and ``OSError`` when the disk does not take it.
    """
    known = _open(folder, product)
    if identity.strip() not in known:
        there = ", ".join(known) or "none is open"
        raise InputError(f"there is no open exploration {identity.strip()} of {product}: {there}")
    _, before = known[identity.strip()]
    return _save(folder, product, {**before.model_dump(), "found": found.strip() or before.found, "closed": True})


def open_explorations(folder: Path, product: str) -> dict[str, Exploration]:
    """The explorations that nobody closed, by id; ``folder`` and ``product`` are as in :func:`file_exploration`."""
    return {identity: entry for identity, (_, entry) in _open(folder, product).items()}


def newest(saved: Iterable[Saved]) -> tuple[dict[str, tuple[Saved, Exploration]], list[Problem]]:
    """Each exploration by id, where a newer file replaces the older, and what is wrong with other files."""
    found: dict[str, tuple[Saved, Exploration]] = {}
    problems: list[Problem] = []
    for each in saved:
        entry, wrong = checked(Exploration, each)
        problems += wrong
        if entry is not None:
            found[entry.id] = (each, entry)
    return found, problems


def _open(folder: Path, product: str) -> dict[str, tuple[Saved, Exploration]]:
    """Those nobody closed, in their file or by a decision of a meeting."""
    minutes = Minutes(folder, product)
    known, _ = newest(minutes.load(EXPLORATIONS)[0])
    decided, _ = minutes.newest(DECISIONS_KIND)

    def settled(entry: Exploration) -> bool:
        said = decided.get(f"exploration:{entry.id}")
        if said is None or str(said.content.get("meeting")) < entry.meeting:
            return entry.closed
        return entry.closed or said.content.get("decision") in ("decide", "drop")

    return {identity: each for identity, each in known.items() if not settled(each[1])}


def _save(folder: Path, product: str, content: dict[str, Any]) -> Path:
    try:
        made = Exploration.model_validate(content)
    except ValidationError as error:
        told = (say(one, Exploration) for one in error.errors())
        raise InputError("; ".join(f"{dotted(way)} is {value}: {fix}" for way, value, fix in told)) from None
    plain = {name: value for name, value in made.model_dump().items() if value not in ("", False)}
    return Minutes(folder, product).save(EXPLORATIONS, made.subject, plain)


def _identity(subject: str, note: str) -> str:
    """The same for the same words: however many people or browsers file them, they are one."""
    words = " ".join(normalize("NFKC", f"{subject}\n{note}").casefold().split())
    return f"dig-{sha256(words.encode(errors='replace')).hexdigest()[:8]}"
