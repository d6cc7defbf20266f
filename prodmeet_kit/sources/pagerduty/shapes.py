"""The part of PagerDuty's published schema that is used; what else an answer holds is left alone.

A part that is null or odd costs itself; a record without an id or a time costs itself only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from prodmeet_kit.core.errors import UnexpectedAnswer
from prodmeet_kit.sources.foreign import instant, text

__all__ = ["Incident", "LogEntry", "Page", "Shape", "checked", "surprise"]


def _or_none(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


Moment = Annotated[datetime, BeforeValidator(instant)]
"""UTC; a time without a zone is UTC, as PagerDuty is asked for."""

Text = Annotated[str, BeforeValidator(text)]
"""What is no text is empty."""

Value = TypeVar("Value")
Odd = Annotated[Value | None, WrapValidator(_or_none)]
"""A value, or ``None`` where it is null or cannot be read."""


class Reference(BaseModel):
    """Another object by its id, with its name."""

    id: Text = ""
    summary: Text = ""


class Agent(BaseModel):
    """Who did it; the name is left out on purpose."""

    type: Text = ""


class Channel(BaseModel):
    """How it came in; ``details`` is what the monitoring sent: a mapping, text or nothing."""

    type: Text = ""
    details: Any = None
    cef_details: Any = None


class LogEntry(BaseModel):
    """One thing that happened to an incident."""

    type: str
    created_at: Moment
    incident: Odd[Reference] = None
    agent: Odd[Agent] = None
    channel: Odd[Channel] = None


class Incident(BaseModel):
    """The fields of an incident that are used; PagerDuty sends more."""

    id: str = Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_.:-]+$")  # it becomes part of an address
    created_at: Moment
    status: Text = ""
    urgency: Text = ""
    service: Odd[Reference] = None
    title: Text = ""
    summary: Text = ""
    incident_key: Text = ""
    html_url: Text = ""
    priority: Odd[Reference] = None
    resolved_at: Odd[Moment] = None
    last_status_change_at: Odd[Moment] = None


class Page(BaseModel):
    """The frame of every listing."""

    more: bool
    total: Odd[int] = None
    incidents: list[Any] = Field(default_factory=list)
    log_entries: list[Any] = Field(default_factory=list)


Shape = TypeVar("Shape", bound=BaseModel)


def checked(shape: type[Shape], content: Any) -> Shape:
    """Content as a shape. Raises :class:`UnexpectedAnswer` that names the field."""
    try:
        return shape.model_validate(content)
    except ValidationError as error:
        raise UnexpectedAnswer(f"PagerDuty's answer has an unexpected shape: {surprise(error)}") from None


def surprise(error: ValidationError) -> str:
    """What a record lacks, in words."""
    places: Iterable[Any] = error.errors(include_input=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'record'}: {each['msg']}" for each in places)
