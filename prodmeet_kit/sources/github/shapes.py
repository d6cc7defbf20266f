"""Issues and milestones out of GitHub's answers: one that is odd in parts is read without them.

Names of people are never read, but for the first assignee of an action item.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prodmeet_kit.sources.foreign import instant, text

__all__ = ["Issue", "Milestone", "issue", "milestone", "repository_of"]

_LARGEST = 2**53
"""Beyond it JSON of other programs holds no whole numbers."""

_PAGE_OF = re.compile(r"/([^/\s]+/[^/\s]+)/(?:issues|pull|milestone)/\d+/?$")
_API_OF = re.compile(r"/repos/([^/\s]+/[^/\s]+)(?:/(?:issues|milestones)/\d+)?/?$")


@dataclass(frozen=True)
class Milestone:
    """A milestone. ``unread`` names parts that were there and could not be read."""

    number: int
    title: str
    url: str
    description: str
    due: datetime | None
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Issue:
    """An issue; times are UTC, ``state`` is open or closed, ``title`` may be empty.

    ``unread`` names parts that could not be read.
    """

    number: int
    title: str
    body: str
    url: str
    labels: tuple[str, ...]
    state: str
    reason: str
    created: datetime | None
    closed: datetime | None
    updated: datetime | None
    assignee: str
    milestone: Milestone | None
    pull: bool
    unread: tuple[str, ...] = ()


def issue(content: Any) -> Issue:
    """An issue of GitHub's answer. Raises ``ValueError`` when it is no mapping with a number."""
    number = _number(content)
    unread: list[str] = []
    created, closed, updated = (_time(content, key, unread) for key in ("created_at", "closed_at", "updated_at"))
    state = content.get("state")
    if state not in ("open", "closed"):
        state = "open" if content.get("closed_at") is None else "closed"
    try:
        belongs = milestone(content["milestone"]) if content.get("milestone") is not None else None
    except ValueError as error:
        belongs = None
        unread.append(f"milestone: {error}")
    url = text(content.get("html_url"))
    return Issue(
        number=number,
        title=" ".join(text(content.get("title")).split()),
        body=text(content.get("body")),
        url=url,
        labels=_labels(content.get("labels")),
        state=state,
        reason=text(content.get("state_reason")),
        created=created,
        closed=closed,
        updated=updated,
        assignee=_assignee(content),
        milestone=belongs,
        pull=content.get("pull_request") is not None or "/pull/" in url,
        unread=tuple(unread),
    )


def milestone(content: Any) -> Milestone:
    """A milestone of GitHub's answer. Raises ``ValueError`` when it is no mapping with a number."""
    number = _number(content)
    unread: list[str] = []
    due = _time(content, "due_on", unread)
    title = " ".join(text(content.get("title")).split())
    description = text(content.get("description"))
    return Milestone(number, title, text(content.get("html_url")), description, due, tuple(unread))


def repository_of(content: Any) -> str:
    """``owner/name`` as the addresses of an object say it, lower case; empty when they do not."""
    for key, place in (("html_url", _PAGE_OF), ("repository_url", _API_OF), ("url", _API_OF)):
        found = place.search(text(content.get(key))) if isinstance(content, dict) else None
        if found:
            return found[1].lower()
    return ""


def _number(content: Any) -> int:
    if not isinstance(content, dict):
        raise ValueError("no mapping")
    number = content.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < _LARGEST:
        raise ValueError("no number")
    return number


def _time(content: dict[str, Any], key: str, unread: list[str]) -> datetime | None:
    value = content.get(key)
    if value is None:
        return None
    try:
        return instant(value)
    except ValueError as error:
        unread.append(f"{key}: {error}")
        return None


def _labels(value: Any) -> tuple[str, ...]:
    names = [each.get("name") if isinstance(each, dict) else each for each in value] if isinstance(value, list) else []
    return tuple(name for each in names if (name := text(each).strip()))


def _assignee(content: dict[str, Any]) -> str:
    people = content.get("assignees")
    first = people[0] if isinstance(people, list) and people else content.get("assignee")
    return text(first.get("login")) if isinstance(first, dict) else ""
