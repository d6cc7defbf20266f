"""Incidents as GitHub issues with a label: type ``github`` under ``sources.incidents``.

What happened after the window's end is not told, so that a report made again
says the same. Names of people are never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from prodmeet_kit.core.errors import ParametersError, SourceError
from prodmeet_kit.entries import free_values
from prodmeet_kit.entries.hand_written import Incident
from prodmeet_kit.entries.service_names import after_prefix, one_service
from prodmeet_kit.entries.severity import of_incident
from prodmeet_kit.parameters.validation import say, shown
from prodmeet_kit.schemas.frames import INCIDENTS
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure
from prodmeet_kit.sources.github.fields import TIMES, written
from prodmeet_kit.sources.github.repository import RepositoryConfig, opened
from prodmeet_kit.sources.github.shapes import Issue
from prodmeet_kit.sources.placing import Placing

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["REACH", "GitHubConfig", "read"]

REACH = timedelta(days=365)
"""How far back of the meeting incidents are read: as far as 'seen before' looks."""


class GitHubConfig(RepositoryConfig):
    """The keys beside ``type``."""

    label: str = Field(min_length=1, description="Issues with this label are the incidents, such as incident")
    service_label: str = Field(
        default="service:", min_length=1, description="What labels that name a service begin with"
    )
    service_names: dict[str, str] = Field(
        default_factory=dict, description="Name in such a label, or a whole label, to a service of the product"
    )
    other_services: tuple[str, ...] = Field(
        default=(), description="Names that are no services of the product; what names only these is left out"
    )


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """``frames.INCIDENTS`` of the issues that began before the window's end and lasted into the year before it.

    Instants are UTC; times in an issue without an offset are in the product's
    zone. An issue whose labels name services of other products only is left
    out. A field that cannot be read is left out and said, never the report.
    Raises :class:`SourceError` and its kinds when GitHub cannot be asked,
    :class:`ParametersError` when a key is wrong.
    """
    checked = configure(GitHubConfig, config, context)
    if context.spec is not INCIDENTS:
        raise SourceError("GitHub issues hold incidents: write type github under sources.incidents")
    _refuse_unusable(checked, context)
    since = context.window.end - REACH
    with opened(checked, context.problem) as repository:
        # An open one may have lain still for years; a closed one was touched when it was closed.
        issues = repository.issues(checked.label, state="open")
        updated = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        issues += repository.issues(checked.label, state="closed", since=updated)
        context.gaps.extend(repository.gaps)
        context.notes.extend(repository.notes)
    once = {issue.number: issue for issue in issues}  # one may be closed between the two lists
    placing = Placing(context, checked.other_services)
    rows = [row for _, issue in sorted(once.items()) if (row := _row(issue, checked, placing, context))]
    return INCIDENTS.frame(row for row in rows if row["end"] is None or row["end"] >= since)


def _refuse_unusable(config: GitHubConfig, context: Context) -> None:
    names = [service.name for service in context.product.services]
    problems = [
        context.problem(f"service_names.{key}", name, f"write a service of the product: {', '.join(names)}")
        for key, name in config.service_names.items()
        if name not in names
    ]
    if problems:
        raise ParametersError(problems)


def _row(issue: Issue, config: GitHubConfig, placing: Placing, context: Context) -> dict[str, Any] | None:
    """The issue as of the window's end; ``None`` when it began later, is another product's, or cannot be read."""
    name = f"#{issue.number}"
    closed = issue.closed if issue.closed and issue.closed <= context.window.end else None
    # What cannot be read of an outage that was over before the last meeting is worth a note, not a gap for a year.
    old = closed is not None and closed < context.window.start
    told = context.notes if old else context.gaps
    told.extend(f"{name}: {part}" for part in issue.unread)
    text = written(issue.body)
    services = placing.placed(name, _named(issue, config, text.pop("services", ""), context), old=old)
    if services is None:
        return None
    severity = of_incident(issue.labels, text.pop("severity", ""))
    if "start" in text:
        text["start"], end = free_values.span(text["start"])
        text |= {"end": end} if end and "end" not in text else {}
    times = _times(name, text, issue.created, context, told)
    if "start" not in times:
        told.append(f"{name} is left out: GitHub does not say when it was opened, and its text has no start: line")
        return None
    if "end" not in times and closed and closed >= times["start"]:
        # Closed before the start that people wrote: the day of closing says nothing of the outage.
        times["end"] = closed
    if times["start"] >= context.window.end:
        return None
    if "detected_by" in text:
        text["detected_by"] = text["detected_by"].lower()
    fixed = {
        "id": f"{config.repo.partition('/')[2]}{name}",
        "title": issue.title or name,
        "services": services,
        "url": issue.url,
        "severity": severity,
        **times,
    }
    return _valid(name, fixed, text, context, told)


def _named(issue: Issue, config: GitHubConfig, said: str, context: Context) -> list[str]:
    """What labels name as services; where none does, what the text says, or labels that are a service as they stand."""
    mapped = {key.casefold(): service for key, service in config.service_names.items()}
    found = []
    for label in issue.labels:
        inner = after_prefix(label, config.service_label)
        found.append(mapped.get(label.casefold()) or mapped.get(inner.casefold()) or inner)
    if named := [name for name in found if name]:
        return named
    known = [service.name for service in context.product.services]
    return [mapped.get(said.casefold(), said)] if said else [each for each in issue.labels if one_service(each, known)]


def _times(
    name: str, text: dict[str, str], created: datetime | None, context: Context, told: list[str]
) -> dict[str, datetime]:
    """The times of the text, taken out of it; the start is the opening of the issue where the text has none."""
    zone = context.product.timezone
    found: dict[str, datetime] = {}
    length = text.pop("duration", "")
    for field in TIMES:
        value = text.pop(field, "")
        if not value:
            continue
        start = found.get("start") or created
        try:
            latest = timedelta(hours=12) if field in ("mitigated", "end") else timedelta(0)
            moment = free_values.moment(value, zone, near=start if field != "start" else None, latest=latest)
            if field in ("mitigated", "end") and "start" in found and moment < found["start"]:
                raise ValueError("write a time that is not before start")
            found[field] = moment
        except ValueError as error:
            told.append(f"{name}: {field} is {shown(value, (field,))}: {error}")
    if "start" not in found and created:
        found["start"] = created
        for field in ("mitigated", "end"):
            if field in found and found[field] < created:
                moment = found.pop(field)
                told.append(
                    f"{name}: {field} {moment:%Y-%m-%d %H:%M} UTC is before the issue was opened: write a start: line"
                )
    if length and "end" not in found and "start" in found:
        try:
            found["end"] = found["start"] + free_values.duration(length)
        except ValueError as error:
            told.append(f"{name}: duration is {shown(length, ('duration',))}: {error}")
    return found


def _valid(
    name: str, fixed: dict[str, Any], text: dict[str, str], context: Context, told: list[str]
) -> dict[str, Any] | None:
    """The entry by the rules of hand-written ones; what the text says against them is left out and said."""
    for _ in Incident.model_fields:  # each round takes one field away at least
        try:
            entry = Incident.model_validate({**text, **fixed}, context={"timezone": context.product.timezone})
        except ValidationError as error:
            wrong = [(str(way[0]), value, fix) for way, value, fix in (say(each, Incident) for each in error.errors())]
            told.extend(f"{name}: {field} is {value}: {fix}" for field, value, fix in wrong)
            for field, _, _ in wrong:
                text.pop(field, None)
                fixed.pop(field, None)
        else:
            return entry.row()
    told.append(f"{name} is left out: it cannot be read as an incident")
    return None
