"""Action items and GitHub issues, brought together both ways.

An item without an issue gets one; an open issue with the label that is no item
becomes one. Where the two differ, the side that changed since they last agreed
wins, field by field; where both changed, the newer does. A second run finds
nothing to do. Whatever breaks off in the middle is done by the next run: an
issue is known by the id in its body, so none is made twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from prodmeet_kit.errors import InputError, ParametersError, Problem
from prodmeet_kit.minutes import issue_text
from prodmeet_kit.minutes.issue_text import FIELDS, Told
from prodmeet_kit.minutes.items import ITEMS, newest
from prodmeet_kit.minutes.store import Minutes, Saved
from prodmeet_kit.parameters import Product
from prodmeet_kit.parameters.documents import dotted
from prodmeet_kit.parameters.validation import say
from prodmeet_kit.sources.github_labelled import GithubConfig, issues, opened

if TYPE_CHECKING:
    from github.Issue import Issue
    from github.Repository import Repository

__all__ = ["SOURCE", "sync"]

SOURCE = "github_action_items"
"""The type of source that names the repository."""

_LONGEST_TITLE = 256  # GitHub refuses more
_OLDEST = datetime.min.replace(tzinfo=UTC)


def sync(product: Product, folder: Path, *, dry_run: bool = False) -> Iterator[str]:
    """Bring items in ``folder`` and issues together; yields one line for each thing done, after it is done.

    With ``dry_run`` the same lines, and nothing is done. Raises
    :class:`~prodmeet_kit.errors.InputError` without a repository or with a file that
    cannot be read, :class:`~prodmeet_kit.errors.SourceError` when GitHub cannot be asked.
    """
    minutes = Minutes(folder, product.product)
    _, problems = minutes.load(ITEMS)
    if problems:
        raise ParametersError(problems)
    for config in _configs(product):
        with opened(config) as repository:
            yield from _Sync(product, minutes, config, repository, dry_run).run()


@dataclass(frozen=True)
class _Sync:
    product: Product
    minutes: Minutes
    config: GithubConfig
    repository: Repository
    dry_run: bool

    def run(self) -> Iterator[str]:
        known: dict[str, tuple[Issue, Told]] = {}
        items = newest(self.minutes)
        for issue in issues(self.repository, self.config.label):
            told = issue_text.read(issue.body)
            if told.id in known:
                yield f"{_name(issue)}: left alone, #{known[told.id][0].number} has the same hidden line"
            elif told.id:
                known[told.id] = issue, told
            elif issue.state == "open":
                yield from self._adopt(issue, told)
        for identity, saved in items.items():
            if identity in known:
                yield from self._merge(identity, saved, *known[identity])
            else:
                yield from self._without_issue(identity, saved)
        for identity, (issue, _) in known.items():
            if identity not in items:
                yield f"{_name(issue)}: left alone, {identity} is not in the minutes"

    def _without_issue(self, identity: str, saved: Saved) -> Iterator[str]:
        if _fields(saved.content)["status"] != "open":
            return
        if not saved.content.get("url"):
            yield from self._create(identity, saved)
        elif self._is_here(str(saved.content["url"])):
            yield f"{identity}: left alone, its issue has no label {self.config.label} any more, or is gone"

    def _create(self, identity: str, saved: Saved) -> Iterator[str]:
        item = _fields(saved.content)
        if not self.dry_run:
            made = self.repository.create_issue(
                _title(item["text"]), body=issue_text.body("", identity, item), labels=[self.config.label]
            )
            self._save(identity, {**saved.content, "url": made.html_url})
        yield f"{identity}: issue opened"

    def _adopt(self, issue: Issue, told: Told) -> Iterator[str]:
        """An issue somebody opened becomes an item, born on the day it was opened in the product's zone."""
        identity = f"GH-{issue.number}"
        owner = told.owner or (issue.assignees[0].login if issue.assignees else "")
        born = issue.created_at.astimezone(ZoneInfo(self.product.timezone)).date().isoformat()
        due = told.due if told.due >= born else ""
        item = {"text": issue.title.strip(), "owner": owner, "due": due, "status": "open"}
        if not self.dry_run:
            self._save(identity, {"id": identity, **_written(item), "born": born, "url": issue.html_url})
            issue.edit(body=issue_text.body(issue.body, identity, item))
        yield f"{identity}: item written from {_name(issue)}"

    def _merge(self, identity: str, saved: Saved, issue: Issue, told: Told) -> Iterator[str]:
        mine = _fields(saved.content)
        theirs = self._theirs(issue, told, mine, str(saved.content.get("born") or "")[:10])
        mine_is_newer = (saved.at or _OLDEST) > issue.updated_at.astimezone(UTC)
        agreed = {
            name: _chosen(mine[name], theirs[name], told.agreed.get(name), mine_is_newer=mine_is_newer)
            for name in FIELDS
        }
        if agreed != mine or not saved.content.get("url"):
            if not self.dry_run:
                self._save(identity, {**saved.content, **_written(agreed), "url": issue.html_url})
            yield f"{identity}: {_changes(mine, agreed) or 'its issue noted'} in the minutes"
        text = issue_text.body(issue.body, identity, agreed)
        new = {
            "title": _title(agreed["text"]) if _title(agreed["text"]) != issue.title.strip() else None,
            "body": text if text != (issue.body or "").replace("\r\n", "\n").rstrip("\n") else None,
            "state": agreed["status"] if agreed["status"] != issue.state else None,
        }
        changed: dict[str, Any] = {name: value for name, value in new.items() if value is not None}
        if changed:
            if not self.dry_run:
                issue.edit(**changed)
            yield f"{identity}: {_changes(theirs, agreed) or 'hidden line'} in {_name(issue)}"

    def _theirs(self, issue: Issue, told: Told, mine: Mapping[str, str], born: str) -> dict[str, str]:
        """The issue's fields. An owner or a due day that is not there, or cannot be, is no opinion: mine stands."""
        due = told.due if told.due and told.due >= born else mine["due"]
        return {
            "text": mine["text"] if issue.title.strip() == _title(mine["text"]) else issue.title.strip(),
            "owner": told.owner or mine["owner"],
            "due": due,
            "status": issue.state,
        }

    def _is_here(self, url: str) -> bool:
        return f"/{self.config.repo}/".lower() in url.lower()

    def _save(self, identity: str, content: Mapping[str, Any]) -> None:
        self.minutes.save(ITEMS, identity, {key: value for key, value in content.items() if key != "at"})


def _configs(product: Product) -> list[GithubConfig]:
    found = []
    for number, source in enumerate(product.sources.action_items):
        if source.type != SOURCE:
            continue
        try:
            found.append(GithubConfig.model_validate(source.model_extra or {}))
        except ValidationError as error:
            told = [say(each, GithubConfig) for each in error.errors()]
            file, key = f"{product.product}.yaml", f"sources.action_items[{number}]"
            raise ParametersError(
                [Problem(file, f"{key}.{dotted(way)}", value, mend) for way, value, mend in told]
            ) from None
    if not found:
        raise InputError(
            f"{product.product} has no issues to sync with: add {{type: {SOURCE}, repo: owner/name, label: ...,"
            " token: ...} to sources.action_items"
        )
    return found


def _fields(content: Mapping[str, Any]) -> dict[str, str]:
    """What is compared, as one-line text; a due time is its day."""
    plain = {name: " ".join(str(content.get(name) or "").split()) for name in FIELDS}
    return {**plain, "due": plain["due"][:10], "status": plain["status"] or "open"}


def _written(item: Mapping[str, str]) -> dict[str, str | None]:
    """The fields as they stand in a file: what is empty is left out."""
    return {name: value or None for name, value in item.items()}


def _chosen(mine: str, theirs: str, agreed: str | None, *, mine_is_newer: bool) -> str:
    if mine == theirs or theirs == agreed:
        return mine
    if mine == agreed:
        return theirs
    return mine if mine_is_newer else theirs


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    return ", ".join(f"{name} now {new[name] or 'empty'}" for name in FIELDS if old[name] != new[name])


def _title(text: str) -> str:
    return text if len(text) <= _LONGEST_TITLE else text[: _LONGEST_TITLE - 1] + "…"


def _name(issue: Issue) -> str:
    return f"issue #{issue.number}"
