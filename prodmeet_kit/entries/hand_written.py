"""The fields of entries people write by hand, one model for each kind, and how an entry becomes a row.

The fields are those of the frame of the same kind in :mod:`prodmeet_kit.schemas.frames`.
"""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from prodmeet_kit.core.window import parse_time
from prodmeet_kit.parameters.fields import Duration, VerifyQuery

__all__ = ["ActionItem", "Change", "Consultation", "Entry", "Incident", "Moment", "Services", "Toil"]

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_EXPECTATION = re.compile(r"(<=|>=|==|!=|<|>)\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def _parse(value: Any, zone: str) -> datetime:
    try:
        return parse_time(value, zone)
    except ValueError:
        found = _DAY.match(value.strip()) if isinstance(value, str) else None
        year, month, day = (int(part) for part in found.groups()) if found else (0, 0, 0)
        if year and month > 12:
            raise ValueError("write a month from 01 to 12") from None
        if year and month and day > (last := monthrange(year, month)[1]):
            # The length of February depends on the year.
            which = f"February {year}" if month == 2 else month_name[month]
            raise ValueError(f"write a day that exists: {which} has {last} days") from None
        raise


def _moment(value: Any, info: ValidationInfo) -> datetime:
    return _parse(value, info.context["timezone"] if info.context else "UTC")


def _due(value: Any, info: ValidationInfo) -> datetime:
    """Midnight after the due day in the product's zone: the day itself still counts as in time."""
    zone = info.context["timezone"] if info.context else "UTC"
    day: date = _parse(value, zone).astimezone(ZoneInfo(zone)).date()
    return parse_time(datetime.combine(day + timedelta(days=1), time()), zone)


def _expectation(value: Any) -> Any:
    if isinstance(value, str) and not _EXPECTATION.fullmatch(value.strip()):
        raise ValueError("write a comparison with a number, such as <= 1")
    return value


def _names(value: Any) -> Any:
    return ((value,) if value.strip() else ()) if isinstance(value, str) else value


Services = Annotated[tuple[str, ...], BeforeValidator(_names)]
"""Names of services as people wrote them, one or many in each text; :mod:`.named` says which they are."""

Moment = Annotated[datetime, BeforeValidator(_moment)]
Id = Annotated[str, Field(min_length=1)]


class Entry(BaseModel):
    """What every entry has."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, coerce_numbers_to_str=True)

    id: Id

    def row(self) -> dict[str, Any]:
        """The entry as a row of its frame, with lists as the frame holds them."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in self}


class Incident(Entry):
    """One outage, in ``frames.INCIDENTS``."""

    title: str
    severity: str = ""
    services: Services = ()
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
    services: Services = ()
    owner: str = ""
    expected_effect: ExpectedEffect | None = None
    response_needed: str = ""
    rollback: str = ""
    url: str = ""

    def row(self) -> dict[str, Any]:
        """A row of ``frames.CHANGES``."""
        row = super().row()
        duration: timedelta = row.pop("duration")
        effect = self.expected_effect.model_dump() if self.expected_effect else None
        return row | {
            "expected_effect": effect,
            "end": self.start + duration,
            "duration_s": duration.total_seconds(),
        }


class Verify(BaseModel):
    """How to tell whether an action item worked."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    query: VerifyQuery
    expect: Annotated[str, BeforeValidator(_expectation)]


class ActionItem(Entry):
    """One thing a meeting decided to do, in ``frames.ACTION_ITEMS``."""

    text: str
    owner: str = ""
    born: Moment | None = None
    due: Annotated[datetime, BeforeValidator(_due)] | None = None
    status: Literal["open", "closed"] = "open"
    verify: Verify | None = None

    @field_validator("due")
    @classmethod
    def _after_born(cls, due: datetime | None, info: ValidationInfo) -> datetime | None:
        born = info.data.get("born")
        # An item is due until the midnight after its day: born on that day, it is born before that.
        if due and born and due <= born:
            raise ValueError("write a day that is not before born")
        return due

    def row(self) -> dict[str, Any]:
        """A row of ``frames.ACTION_ITEMS`` but for its source."""
        row = super().row()
        del row["verify"]
        query, expect = (self.verify.query, self.verify.expect) if self.verify else ("", "")
        return row | {"verify_query": query, "verify_expect": expect}


class Consultation(Entry):
    """One question to the SREs, in ``frames.CONSULTATIONS``."""

    question: str
    asked_by: str = ""
    asked: Moment | None = None
    answer: str = ""
    became: str = ""
    closed: bool = False
    answered: Moment | None = None
    url: str = ""

    @field_validator("answered")
    @classmethod
    def _after_asked(cls, answered: datetime | None, info: ValidationInfo) -> datetime | None:
        asked = info.data.get("asked")
        if answered and asked and answered < asked:
            raise ValueError("write a time that is not before asked")
        if answered and not info.data.get("answer", "?") and not info.data.get("became"):
            raise ValueError("write the answer too, or what it became; leave answered out while there is none")
        return answered


class Toil(Entry):
    """One kind of work done by hand again and again, in ``frames.TOIL``."""

    text: str
    minutes: float = Field(ge=0, allow_inf_nan=False)
    times_per_week: float = Field(ge=0, allow_inf_nan=False)
    owner: str = ""
    url: str = ""
