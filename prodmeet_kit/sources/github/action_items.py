"""Action items that live as GitHub issues with a label: type ``github_action_items``.

``prodmeet sync`` brings them together with those in the minutes. Where the
minutes are a source as well, an issue the minutes know is told by them alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.core.window import parse_time
from prodmeet_kit.entries import issue_text
from prodmeet_kit.minutes.items import newest
from prodmeet_kit.minutes.store import Minutes
from prodmeet_kit.parameters.fields import TIMEOUT, Timeout
from prodmeet_kit.schemas.frames import ACTION_ITEMS
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure
from prodmeet_kit.sources.github.repository import RepositoryConfig, opened
from prodmeet_kit.sources.github.shapes import Issue

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ActionItemsConfig", "read"]


def _seconds(value: Any) -> Any:
    """A whole number is seconds here: so this key was written before it took durations."""
    number = str(value).isdecimal() and not isinstance(value, bool)
    return f"{value}s" if number else value


class ActionItemsConfig(RepositoryConfig):
    """The keys beside ``type``."""

    label: str = Field(default="production-meeting", min_length=1, description="Label of the issues")
    timeout: Annotated[Timeout, BeforeValidator(_seconds)] = TIMEOUT


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """The issues with the label as ``frames.ACTION_ITEMS``; ``#12`` is the id of one that is no item of the minutes.

    Raises :class:`~prodmeet_kit.core.errors.SourceError` when GitHub cannot be asked.
    """
    keys = configure(ActionItemsConfig, config, context)
    if context.spec is not ACTION_ITEMS:
        raise SourceError("issues are action items: use type github_action_items under sources.action_items")
    told_elsewhere = _in_minutes(context)
    with opened(keys, context.problem) as repository:
        issues = repository.issues(keys.label, state="all", sort="created", direction="asc")
        context.gaps.extend(repository.gaps)
        context.notes.extend(repository.notes)
    made = [_row(issue, keys.repo, context) for issue in issues]
    shown = [row for row in made if row["id"] not in told_elsewhere]
    if len(shown) < len(made):
        context.notes.append(f"{len(made) - len(shown)} also in the minutes")
    return ACTION_ITEMS.frame(shown)


def _in_minutes(context: Context) -> set[str]:
    also = any(source.type == "minutes" for source in context.product.sources.action_items)
    return set(newest(Minutes(context.minutes, context.product.product))) if also and context.minutes else set()


def _row(issue: Issue, repo: str, context: Context) -> dict[str, Any]:
    told = issue_text.read(issue.body)
    due = None
    if told.due:
        try:
            # The due day itself still counts as in time: until the midnight after it.
            after = parse_time(told.due, "UTC").date() + timedelta(days=1)
            due = parse_time(after.isoformat(), context.product.timezone)
        except ValueError as error:
            context.gaps.append(f"#{issue.number}: Due is {told.due}: {error}")
    elif told.odd_due and issue.state == "open":
        context.gaps.append(f'#{issue.number}: Due is "{told.odd_due[:60]}": write a day such as 2026-11-24')
    return {
        "id": told.id or f"#{issue.number}",
        "text": issue.title or f"#{issue.number}",
        "owner": told.owner or issue.assignee,
        "due": due,
        "born": issue.created,
        "status": issue.state,
        "source": repo,
    }
