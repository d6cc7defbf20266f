"""Incidents kept as GitHub issues with a label: type ``github`` under ``sources.incidents``.

What happened after the window's end is not told, so that a report made again
says the same. Names of people are never read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from prodmeet_kit.errors import ParametersError, SourceError, UnexpectedAnswer
from prodmeet_kit.frames import INCIDENTS
from prodmeet_kit.parameters import expand
from prodmeet_kit.parameters.fields import REFERENCE_ONLY, Duration
from prodmeet_kit.parameters.validation import say
from prodmeet_kit.redaction import remember
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure
from prodmeet_kit.sources.github_fields import written
from prodmeet_kit.sources.hand_written import Incident

if TYPE_CHECKING:
    import pandas as pd

    from prodmeet_kit.sources.github_api import Issue

__all__ = ["REACH", "GitHubConfig", "read"]

REACH = timedelta(days=365)
"""How far back of the meeting incidents are read: as far as 'seen before' looks."""

_SEVERITY = re.compile(r"sev(?:erity)?[\s:/_-]*(\S.*)", re.IGNORECASE)


class GitHubConfig(BaseModel):
    """The keys beside ``type``."""

    model_config = ConfigDict(extra="forbid")

    repo: str = Field(pattern=r"^[\w.-]+/[\w.-]+$", description="owner/name")
    label: str = Field(min_length=1, description="Issues with this label are the incidents, such as incident")
    token: str = Field(default="", json_schema_extra=REFERENCE_ONLY, description="May read issues: ${GITHUB_TOKEN}")
    url: str = Field(default="https://api.github.com", description="Of the REST API; https://HOST/api/v3 in Enterprise")
    service_label: str = Field(
        default="service:", min_length=1, description="What labels that name a service begin with"
    )
    service_names: dict[str, str] = Field(
        default_factory=dict, description="Name in such a label, or a whole label, to a service of the product"
    )
    timeout: Duration = Field(default=timedelta(seconds=30), description="Longest wait for an answer")


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """``frames.INCIDENTS`` of the issues that began before the window's end and lasted into the year before it.

    Instants are UTC; times in an issue without an offset are in the product's
    zone. An issue whose labels name services of other products only is left
    out. A field that cannot be read is left out with a note, never the report.
    Raises :class:`SourceError` and its kinds when GitHub cannot be asked,
    :class:`ParametersError` when a key is wrong.
    """
    from prodmeet_kit.sources.github_api import Api

    checked = configure(GitHubConfig, config, context)
    if context.spec is not INCIDENTS:
        raise SourceError("GitHub issues tell of incidents: write type github under sources.incidents")
    _refuse_unusable(checked, context)
    token = expand(checked.token, secret=True).strip()
    remember(token)
    if checked.token and not (token and token.isascii() and token.isprintable()):
        raise SourceError(f"{context.key}.token ({checked.token}) is empty or holds a letter no header can carry")
    since = context.window.end - REACH
    url = expand(checked.url).strip()
    if not url.startswith(("https://", "http://")):
        raise ParametersError([context.problem("url", checked.url, "write one that begins with https://")])
    api = Api(url, checked.repo, token, reference=checked.token or "token", timeout=checked.timeout)
    try:
        # An open one may have lain still for years; a closed one was touched when it was closed.
        issues = api.issues(labels=checked.label, state="open")
        updated = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        issues += api.issues(labels=checked.label, state="closed", since=updated)
    finally:
        api.close()
    once = {issue.number: issue for issue in issues}  # one may be closed between the two lists
    rows = [row for _, issue in sorted(once.items()) if (row := _row(issue, checked, context))]
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


def _row(issue: Issue, config: GitHubConfig, context: Context) -> dict[str, Any] | None:
    """The issue as of the window's end; ``None`` when it began later or is another product's."""
    labels = [label if isinstance(label, str) else label.name or "" for label in issue.labels]
    named, services = _services(labels, config, context)
    if named and not services:
        context.notes.append(f"#{issue.number} names no service of {context.product.product}: left out")
        return None
    severity = next((_severity(match.group(1)) for label in labels if (match := _SEVERITY.fullmatch(label))), "")
    closed = issue.closed_at if issue.closed_at and issue.closed_at <= context.window.end else None
    given: dict[str, Any] = {"start": issue.created_at, "end": closed, "severity": severity}
    text = written(issue.body or "")
    if severity:  # a label is the team's word of today, the text that of the first minutes
        text.pop("severity", None)
    if "detected_by" in text:
        text["detected_by"] = text["detected_by"].lower()
    entry = _valid(issue, config.repo, given, text, tuple(services), context)
    if entry.start >= context.window.end:
        return None
    return entry.row()


def _valid(
    issue: Issue, repo: str, given: dict[str, Any], text: dict[str, str], services: tuple[str, ...], context: Context
) -> Incident:
    """The entry by the rules of hand-written ones; what the text says against them is left out with a note."""
    name = f"{repo.partition('/')[2]}#{issue.number}"
    fixed = {"id": name, "title": issue.title.strip(), "services": services, "url": issue.html_url}
    for _ in Incident.model_fields:  # each round takes one field away at least
        try:
            return Incident.model_validate({**given, **text, **fixed}, context={"timezone": context.product.timezone})
        except ValidationError as error:
            for way, value, mend in (say(each, Incident) for each in error.errors()):
                field = str(way[0])
                # Closed before the start that people wrote: the day of closing says nothing of the outage.
                fallen = text if field in text else given
                fallen.pop(field, None)
                context.notes.append(f"#{issue.number}: {field} is {value}: {mend}")
    raise UnexpectedAnswer(f"issue #{issue.number} of {repo} cannot be read as an incident")


def _services(labels: list[str], config: GitHubConfig, context: Context) -> tuple[bool, list[str]]:
    """Whether any label names a service, and those that are the product's, each once."""
    known = {service.name for service in context.product.services}
    prefix = config.service_label.casefold()
    named, services = False, dict[str, None]()
    for label in labels:
        inner = label[len(prefix) :].strip() if label.casefold().startswith(prefix) else ""
        name = config.service_names.get(label) or config.service_names.get(inner) or inner
        named = named or bool(name)
        if name in known:
            services[name] = None
    return named, list(services)


def _severity(text: str) -> str:
    """``sev1``, ``severity:SEV2`` and ``severity/3`` as SEV1, SEV2, SEV3; other scales as they are written."""
    found = re.fullmatch(r"(?:sev[\s:-]*)?(\d+)", text.strip(), re.IGNORECASE)
    return f"SEV{found.group(1)}" if found else text.strip()
