"""The part of PagerDuty's published schema that is used; what else an answer holds is left alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from prodmeet_kit.errors import UnexpectedAnswer

__all__ = ["Incident", "LogEntry", "Page", "Shape", "checked"]


class Reference(BaseModel):
    """Another object by its id, with its name."""

    id: str
    summary: str | None = None


class Agent(BaseModel):
    """Who did it; the name is left out on purpose."""

    type: str = ""


class Channel(BaseModel):
    """How it came in; ``details`` is what the monitoring sent: a mapping, text or nothing."""

    type: str = ""
    details: Any = None
    cef_details: Any = None


class LogEntry(BaseModel):
    """One thing that happened to an incident."""

    id: str
    type: str
    created_at: AwareDatetime
    incident: Reference | None = None
    agent: Agent | None = None
    channel: Channel | None = None


class Incident(BaseModel):
    """The fields of an incident that are used; PagerDuty sends more."""

    id: str
    status: str
    created_at: AwareDatetime
    urgency: str
    service: Reference
    title: str | None = None
    summary: str | None = None
    incident_key: str | None = None
    html_url: str | None = None
    priority: Reference | None = None
    resolved_at: AwareDatetime | None = None
    last_status_change_at: AwareDatetime | None = None


class Page(BaseModel):
    """The frame of every listing."""

    more: bool
    total: int | None = None
    incidents: list[dict[str, Any]] = Field(default_factory=list)
    log_entries: list[dict[str, Any]] = Field(default_factory=list)


Shape = TypeVar("Shape", bound=BaseModel)


def checked(shape: type[Shape], content: Any, where: str) -> Shape:
    """Content as a shape. Raises :class:`UnexpectedAnswer` that names the field; ``where`` stands before its name."""
    try:
        return shape.model_validate(content)
    except ValidationError as error:
        raise UnexpectedAnswer(f"PagerDuty's answer has an unexpected shape: {_surprises(error, where)}") from None


def _surprises(error: ValidationError, where: str) -> str:
    places: Iterable[Any] = error.errors(include_input=False, include_url=False)
    return "; ".join(f"{where}{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in places)
