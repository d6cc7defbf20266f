"""The fields of entries people write by hand, one model for each kind, and how an entry becomes a row.

The fields are those of the frame of the same kind in :mod:`prodmeet_kit.frames`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from prodmeet_kit.parameters.models import Duration, Query
from prodmeet_kit.window import parse_time

__all__ = ["ENTRIES", "ActionItem", "Change", "Consultation", "Entry", "Incident", "Toil"]

_EXPECTATION = re.compile(r"(<=|>=|==|!=|<|>)\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def _moment(value: Any, info: ValidationInfo) -> datetime:
    return parse_time(value, info.context["timezone"] if info.context else "UTC")


def _due(value: Any, info: ValidationInfo) -> datetime:
    """Midnight after the due day in the product's zone: the day itself still counts as in time."""
    zone = info.context["timezone"] if info.context else "UTC"
    day: date = parse_time(value, zone).astimezone(ZoneInfo(zone)).date()
    return parse_time(datetime.combine(day + timedelta(days=1), time()), zone)


def _expectation(value: Any) -> Any:
    if isinstance(value, str) and not _EXPECTATION.fullmatch(value.strip()):
        raise ValueError("write a comparison with a number, such as <= 1")
    return value


Moment = Annotated[datetime, BeforeValidator(_moment)]
Id = Annotated[str, Field(min_length=1)]


class Entry(BaseModel):
    """What every entry has."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, coerce_numbers_to_str=True)

    id: Id

    def row(self) -> dict[str, Any]:
        """The entry as a row of its frame."""
        return dict(self)


class Incident(Entry):
    """One outage, in ``frames.INCIDENTS``."""

    title: str
    severity: str = ""
    services: tuple[str, ...] = ()
    start: Moment
    detected: Moment | None = None
    mitigated: Moment | None = None
    end: Moment | None = None
    detected_by: Literal["page", "person", "chance", ""] = ""
    impact: str = ""
    postmortem: str = ""
    url: str = ""

    @field_validator("mitigated", "end")
    @classmethod
    def _after_start(cls, moment: datetime | None, info: ValidationInfo) -> datetime | None:
        if moment and "start" in info.data and moment < info.data["start"]:
            raise ValueError("write a time that is not before start")
        return moment

    def row(self) -> dict[str, Any]:
        """A row of ``frames.INCIDENTS``."""
        return {**dict(self), "services": list(self.services)}


class ExpectedEffect(BaseModel):
    """What a change should do to a metric."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str = Field(min_length=1)
    direction: Literal["up", "down", "none"]
    size: str = ""


class Change(Entry):
    """One change to production, in ``frames.CHANGES``."""

    title: str
    start: Moment
    duration: Duration
    services: tuple[str, ...] = ()
    owner: str = ""
    expected_effect: ExpectedEffect | None = None
    response_needed: str = ""
    rollback: str = ""
    url: str = ""

    def row(self) -> dict[str, Any]:
        """A row of ``frames.CHANGES``."""
        row = dict(self)
        duration: timedelta = row.pop("duration")
        effect = self.expected_effect.model_dump() if self.expected_effect else None
        return row | {
            "services": list(self.services),
            "expected_effect": effect,
            "end": self.start + duration,
            "duration_s": duration.total_seconds(),
        }


class Verify(BaseModel):
    """How to tell whether an action item worked."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    query: Query
    expect: Annotated[str, BeforeValidator(_expectation)]


class ActionItem(Entry):
    """One thing a meeting decided to do, in ``frames.ACTION_ITEMS``."""

    text: str
    owner: str = ""
    due: Annotated[datetime, BeforeValidator(_due)] | None = None
    born: Moment | None = None
    status: Literal["open", "closed"] = "open"
    verify: Verify | None = None

    def row(self) -> dict[str, Any]:
        """A row of ``frames.ACTION_ITEMS`` but for its source."""
        row = dict(self)
        del row["verify"]
        query, expect = (self.verify.query, self.verify.expect) if self.verify else ("", "")
        return row | {"verify_query": query, "verify_expect": expect}


class Consultation(Entry):
    """One question to the SREs, in ``frames.CONSULTATIONS``."""

    question: str
    asked_by: str = ""
    asked: Moment | None = None
    answer: str = ""
    answered: Moment | None = None
    url: str = ""


class Toil(Entry):
    """One kind of work done by hand again and again, in ``frames.TOIL``."""

    text: str
    minutes: float = Field(ge=0, allow_inf_nan=False)
    times_per_week: float = Field(ge=0, allow_inf_nan=False)
    owner: str = ""
    url: str = ""


ENTRIES: dict[str, type[Entry]] = {
    "incidents": Incident,
    "changes": Change,
    "action_items": ActionItem,
    "consultations": Consultation,
    "toil": Toil,
}
"""The model of each frame's entries, by the frame's name."""
