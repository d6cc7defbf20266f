"""What people bring to the next meeting: ``minutes/<product>/inbox/``, one small file an entry.

``prodmeet add`` writes one; people may write or edit them by hand. An entry
with the id of an older one replaces it. Every key is checked, and what is wrong
is told with the file, the key, the value and what to write.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from prodmeet_kit import kinds
from prodmeet_kit.core.errors import ParametersError, Problem
from prodmeet_kit.entries.change_text import effect
from prodmeet_kit.entries.hand_written import Change, Entry, ExpectedEffect, Moment, Services
from prodmeet_kit.entries.named import Misnamed, settled
from prodmeet_kit.minutes.checking import checked, placed
from prodmeet_kit.minutes.store import Minutes, Saved
from prodmeet_kit.parameters import Product
from prodmeet_kit.parameters.documents import dotted
from prodmeet_kit.parameters.fields import Duration
from prodmeet_kit.parameters.validation import say

__all__ = ["INBOX", "InboxEntry", "add", "newest", "unread"]

INBOX = "inbox"
"""The kind of minutes the entries are."""

_NEEDS = {"start": "change", "duration": "change", "minutes": "toil", "per_week": "toil"}
"""Which kind needs a key; no other may have it."""

_MAY = ("services", "expected_effect", "response_needed", "rollback")
"""What only a change may have."""

_OPTIONS = {
    "per_week": "--per-week",
    "text": "TEXT",
    "services": "--service",
    "expected_effect": "--expect",
    "response_needed": "--response",
}


def _filled(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise ValueError("write what it is about")
    return value


def _shown_in() -> dict[str, tuple[str, ...]]:
    """The agenda items that show a kind of entry."""
    return {name: kinds.items_of(record.key) for record in kinds.records() for name in record.inbox}


def _known(kind: str) -> str:
    *others, last = _shown_in()
    if kind not in (*others, last):
        raise ValueError(f"write {', '.join(others)} or {last}")
    return kind


Kind = Annotated[str, AfterValidator(_known)]


class InboxEntry(Entry):
    """One entry. Times without an offset are in the product's zone; ``at`` is when it was written."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, validate_default=True)

    kind: Kind = Field(default="topic", description="question, change, toil, announcement or topic")
    text: Annotated[str, BeforeValidator(_filled)] = Field(description="what it is about")
    owner: str = Field(default="", description="who asks, brings or does it")
    start: Moment | None = Field(default=None, description="when a change begins")
    duration: Duration | None = Field(default=None, description="how long a change takes, such as 2h")
    services: Services = Field(default=(), description="services a change touches")
    expected_effect: ExpectedEffect | None = Field(
        default=None, description="what a change should do: cart/requests up 10%, or a mapping metric, direction, size"
    )
    response_needed: str = Field(default="", description="what SREs have to do about a change, or none")
    rollback: str = Field(default="", description="how a change is undone")
    minutes: float | None = Field(default=None, ge=0, allow_inf_nan=False, description="minutes toil takes each time")
    per_week: float | None = Field(default=None, ge=0, allow_inf_nan=False, description="how often toil comes a week")
    answer: str = Field(default="", description="answer to a question")
    answered: Moment | None = Field(default=None, description="when it was answered")
    became: str = Field(default="", description="what came of a question: text, id of an action item, or link")
    closed: bool = Field(default=False, description="true: not shown at the meetings that follow")
    url: str = Field(default="", description="link")
    at: Moment | None = Field(default=None, description="when it was written")

    @field_validator(*_NEEDS, mode="before")
    @classmethod
    def _of_its_kind(cls, value: Any, info: ValidationInfo) -> Any:
        name, kind = str(info.field_name), info.data.get("kind")
        if value is None and kind == _NEEDS[name]:
            raise ValueError(f"a {kind} needs it: write {_example(name)}")
        if value is not None and kind not in (None, _NEEDS[name]):
            raise ValueError(f"only a {_NEEDS[name]} has it: leave it out, or write kind: {_NEEDS[name]}")
        return None if value is None else _read(name, value)

    @field_validator(*_MAY, mode="before")
    @classmethod
    def _of_a_change(cls, value: Any, info: ValidationInfo) -> Any:
        if value and info.data.get("kind") not in (None, "change"):
            raise ValueError("only a change has it: leave it out, or write kind: change")
        if info.field_name == "expected_effect" and isinstance(value, str):
            if (read := effect(value)) is None:
                raise ValueError("write it as cart/requests up 10%")
            return read
        return value


def add(
    product: Product,
    folder: Path,
    text: str,
    fields: Mapping[str, str | Sequence[str]],
    at: datetime | None = None,
) -> Path:
    """Write an entry into the inbox below ``folder`` and return its file.

    ``fields`` are keys of :class:`InboxEntry` as texts, ``services`` several;
    absent ones keep their defaults. Raises :class:`~prodmeet_kit.core.errors.ParametersError` that names each
    wrong option, before anything is written.
    """
    moment = at or datetime.now(UTC)
    kind = str(fields.get("kind", "topic"))
    day = moment.astimezone(ZoneInfo(product.timezone))
    content = {**fields, "id": f"{kind}-{day:%Y%m%d}-{secrets.token_hex(2)}", "kind": kind, "text": text.strip()}
    try:
        made = InboxEntry.model_validate(content, context={"timezone": product.timezone})
    except ValidationError as error:
        told = [say(one, InboxEntry) for one in error.errors()]
        where = "prodmeet add"
        raise ParametersError([Problem(where, _option(dotted(way)), value, fix) for way, value, fix in told]) from None
    made, strange = _settled(made, product)
    if strange:
        raise ParametersError(
            [Problem("prodmeet add", _option(str(way[0])), value, fix) for way, value, fix in strange]
        )
    numbers = {name: getattr(made, name) for name in ("minutes", "per_week") if name in fields}
    times = {"start": made.start.astimezone(day.tzinfo)} if made.start else {}
    lists: dict[str, Any] = {"services": list(made.services)} if made.services else {}
    if made.expected_effect:
        lists["expected_effect"] = made.expected_effect.model_dump()
    return Minutes(folder, product.product).save(INBOX, text, {**content, **numbers, **times, **lists}, moment)


def newest(saved: Iterable[Saved], product: Product) -> tuple[dict[str, InboxEntry], list[tuple[str, Problem]]]:
    """The entries by id, where a newer file of the same id replaces the older, and what is wrong with the others.

    Services are as the product spells them. Before a problem stands the kind of its entry, empty when not known.
    """
    found: dict[str, InboxEntry] = {}
    problems: list[tuple[str, Problem]] = []
    for each in saved:
        entry, wrong = checked(InboxEntry, each, {"timezone": product.timezone})
        kind = entry.kind if entry else str(each.content.get("kind") or "topic")
        problems += [(kind if kind in _shown_in() else "", problem) for problem in wrong]
        if entry is not None:
            entry, strange = _settled(entry, product)
            problems += [(entry.kind, problem) for problem in placed(each, strange)]
            found[entry.id] = entry
    return found, problems


def unread(product: Product, kind: str) -> str:
    """What to add to the parameters so that entries of this kind are shown; empty when they are."""
    items = _shown_in()[kind]
    if set(items) & set(product.meeting.agenda):
        return ""
    return f"it is saved, but not shown: add {' or '.join(items)} to meeting.agenda of {product.product}"


def _settled(entry: InboxEntry, product: Product) -> tuple[InboxEntry, list[Misnamed]]:
    """The entry with the names of a change as the product spells them, and each that the product does not have."""
    if entry.kind != "change":
        return entry, []
    fields = ("id", "start", "duration", "services", "expected_effect")
    change = Change.model_construct(title=entry.text, **{name: getattr(entry, name) for name in fields})
    change, strange = settled(change, product)
    return entry.model_copy(update={name: getattr(change, name) for name in ("services", "expected_effect")}), strange


def _example(name: str) -> str:
    return {"start": "a time as 2026-11-24T10:00", "duration": "a duration as 2h"}.get(name, "a number")


def _read(name: str, value: Any) -> Any:
    if name not in ("minutes", "per_week") or not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        raise ValueError("write a number") from None


def _option(key: str) -> str:
    return _OPTIONS.get(key, f"--{key}")
