"""Action items that live as GitHub issues with a label: type ``github_action_items``.

``prodmeet sync`` brings them together with those in the minutes. Where the
minutes are a source as well, an issue the minutes know is told by them alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prodmeet_kit.errors import SourceError
from prodmeet_kit.frames import ACTION_ITEMS
from prodmeet_kit.minutes import issue_text
from prodmeet_kit.minutes.items import newest
from prodmeet_kit.minutes.store import Minutes
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure
from prodmeet_kit.sources.github_labelled import GithubConfig, issues, opened
from prodmeet_kit.window import parse_time

if TYPE_CHECKING:
    import pandas as pd
    from github.Issue import Issue

__all__ = ["read"]


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """The issues with the label as ``frames.ACTION_ITEMS``; ``#12`` is the id of one that is no item of the minutes.

    Raises :class:`~prodmeet_kit.errors.SourceError` when GitHub cannot be asked.
    """
    keys = configure(GithubConfig, config, context)
    if context.spec is not ACTION_ITEMS:
        raise SourceError("issues are action items: use type github_action_items under sources.action_items")
    told_elsewhere = _in_minutes(context)
    with opened(keys) as repository:
        made = [_row(issue, keys.repo, context) for issue in issues(repository, keys.label)]
    shown = [row for row in made if row["id"] not in told_elsewhere]
    if len(shown) < len(made):
        context.notes.append(f"{len(made) - len(shown)} told by the minutes")
    return ACTION_ITEMS.frame(shown)


def _in_minutes(context: Context) -> set[str]:
    also = any(source.type == "minutes" for source in context.product.sources.action_items)
    return set(newest(Minutes(context.minutes, context.product.product))) if also and context.minutes else set()


def _row(issue: Issue, repo: str, context: Context) -> dict[str, Any]:
    told = issue_text.read(issue.body)
    # The due day itself still counts as in time: until the midnight after it.
    due = parse_time(told.due, "UTC").date() + timedelta(days=1) if told.due else None
    return {
        "id": told.id or f"#{issue.number}",
        "text": issue.title,
        "owner": told.owner or (issue.assignees[0].login if issue.assignees else ""),
        "due": parse_time(due.isoformat(), context.product.timezone) if due else None,
        "born": issue.created_at,
        "status": issue.state,
        "source": repo,
    }
