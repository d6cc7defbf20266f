"""Planned changes kept on GitHub: type ``github_changes`` under ``sources.changes``.

An issue with the label is a change, and so is an open milestone with a due date
that no such issue belongs to. Names of people are never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.window import format_duration
from prodmeet_kit.entries import change_text, free_values
from prodmeet_kit.parameters.fields import Duration
from prodmeet_kit.schemas.frames import CHANGES
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure
from prodmeet_kit.sources.github.repository import RepositoryConfig, opened
from prodmeet_kit.sources.github.shapes import Issue, Milestone
from prodmeet_kit.sources.placing import Placing

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GitHubChangesConfig", "read"]


class GitHubChangesConfig(RepositoryConfig):
    """The keys beside ``type``."""

    label: str = Field(default="planned-change", min_length=1, description="Issues with this label are changes")
    milestones: bool = Field(default=True, description="Whether open milestones with a due date are changes as well")
    duration: Duration = Field(
        default=timedelta(hours=1), description="Of a change whose text has neither duration: nor end:"
    )
    service_prefix: str = Field(default="service:", description="What labels that name a service begin with")
    other_services: tuple[str, ...] = Field(
        default=(), description="Names that are no services of the product; what names only these is left out"
    )


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """``frames.CHANGES``: open issues with the label, those closed since the last meeting, and milestones.

    A change starts where its text says ``start:``, else at the beginning of its
    milestone's due day in the product's zone; without either it is left out
    with a gap. Raises :class:`SourceError` and its kinds when GitHub cannot be
    asked, :class:`ParametersError` when a key is wrong.
    """
    checked = configure(GitHubChangesConfig, config, context)
    if context.spec is not CHANGES:
        raise SourceError("this source has planned changes: write type github_changes under sources.changes")
    since = context.window.start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with opened(checked, context.problem) as repository:
        listed = repository.issues(checked.label, state="open")
        listed += repository.issues(checked.label, state="closed", since=since)
        due = repository.milestones() if checked.milestones else []
        context.gaps.extend(repository.gaps)
        context.notes.extend(repository.notes)
    issues = {issue.number: issue for issue in listed}
    made = _Rows(checked, context)
    rows = [made.of_issue(issue) for _, issue in sorted(issues.items())]
    told = {issue.milestone.number for issue in issues.values() if issue.milestone}
    rows += [made.of_milestone(each) for each in due if each.number not in told]
    return CHANGES.frame(row for row in rows if row and row["end"] >= context.window.start)


class _Rows:
    """Makes rows of issues and milestones; ``None`` for what is left out, which is said."""

    def __init__(self, config: GitHubChangesConfig, context: Context) -> None:
        self._config = config
        self._context = context
        self._placing = Placing(context, config.other_services)

    def of_issue(self, issue: Issue) -> dict[str, Any] | None:
        """The change an issue plans; none when it was given up, or over before the last meeting."""
        if issue.closed and (issue.closed < self._context.window.start or issue.reason == "not_planned"):
            return None
        name = f"#{issue.number}"
        self._context.gaps.extend(f"{name}: {part}" for part in issue.unread)
        due = issue.milestone.due if issue.milestone else None
        return self._row(name, issue, issue.body, issue.labels, due)

    def of_milestone(self, milestone: Milestone) -> dict[str, Any] | None:
        """The change a milestone with a due day is."""
        name = f"milestone-{milestone.number}"
        self._context.gaps.extend(f"{name}: {part}" for part in milestone.unread)
        if milestone.due is None:
            return None
        return self._row(name, milestone, milestone.description, (), milestone.due)

    def _row(
        self, name: str, told: Issue | Milestone, body: str, labels: tuple[str, ...], due: datetime | None
    ) -> dict[str, Any] | None:
        text = change_text.lines(body)
        # What a status page expects to be down are names of its own; those that are ours count.
        down = change_text.service_names(text.pop("expected_down", ""), [], "", self._context)[1]
        tags = change_text.tagged(list(labels), self._config.service_prefix, self._context)
        services = self._placing.placed(name, [text.pop("services", ""), *tags, *down])
        if services is None:
            return None
        if "start" not in text:
            if due is None:
                self._context.gaps.append(
                    f"{name} is left out, it has no start: write a line such as start: 2026-11-25T10:00"
                )
                return None
            # A due date is a day: GitHub stores it as an hour of that day in UTC.
            text["start"] = datetime.combine(due.astimezone(UTC).date(), time()).isoformat()
        if "end" not in text and not free_values.span(text["start"])[1]:
            text.setdefault("duration", format_duration(self._config.duration))
        fixed = {
            "id": f"{self._config.repo.partition('/')[2]}{'' if name.startswith('#') else '/'}{name}",
            "title": told.title or name,
            "services": services,
            "url": told.url,
        }
        return change_text.change(name, fixed, text, self._context)
