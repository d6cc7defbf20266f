"""Action items and GitHub issues, brought together both ways.

An item without an issue gets one; an open issue with the label that is no item
becomes one. Where the two differ, the side that changed since they last agreed
wins, field by field; where both changed, the newer does. A second run finds
nothing to do. Whatever breaks off in the middle is done by the next run: an
issue is known by the id in its body, so none is made twice.

A write counts when GitHub answers with the very thing that was written. One
that does not count leaves the minutes as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from prodmeet_kit.core.errors import InputError, NotAllowed, ParametersError, Problem, QueryRejected, SourceError
from prodmeet_kit.entries import issue_text
from prodmeet_kit.entries.issue_text import FIELDS, Told
from prodmeet_kit.minutes.alone import alone
from prodmeet_kit.minutes.items import ITEMS, newest
from prodmeet_kit.minutes.store import Minutes, Saved
from prodmeet_kit.parameters import Product
from prodmeet_kit.parameters.documents import dotted
from prodmeet_kit.parameters.validation import say
from prodmeet_kit.sources.github.action_items import ActionItemsConfig
from prodmeet_kit.sources.github.api import MovedAway
from prodmeet_kit.sources.github.repository import Repository, opened
from prodmeet_kit.sources.github.shapes import Issue

__all__ = ["SOURCE", "sync"]

SOURCE = "github_action_items"
"""The type of source that names the repository."""

_LONGEST_TITLE = 256  # GitHub refuses more
_OLDEST = datetime.min.replace(tzinfo=UTC)


def sync(product: Product, folder: Path, *, dry_run: bool = False) -> Iterator[str]:
    """Bring items in ``folder`` and issues together; yields one line for each thing done, after it is done.

    With ``dry_run`` the same lines, and nothing is done. Raises
    :class:`~prodmeet_kit.core.errors.InputError` without a repository or with a file that
    cannot be read, :class:`~prodmeet_kit.core.errors.SourceError` when GitHub cannot be asked.
    """
    minutes = Minutes(folder, product.product)
    _, problems = minutes.load(ITEMS)
    if problems:
        raise ParametersError(problems)
    for number, config in _configs(product):

        def problem(key: str, value: str, fix: str, at: int = number) -> Problem:
            return Problem(f"{product.product}.yaml", f"sources.action_items[{at}].{key}", value, fix)

        with alone(minutes.folder, f"sync of {product.product}"), opened(config, problem) as repository:
            yield from _Sync(product, minutes, config, repository, dry_run).run()


@dataclass(frozen=True)
class _Sync:
    product: Product
    minutes: Minutes
    config: ActionItemsConfig
    repository: Repository
    dry_run: bool

    def run(self) -> Iterator[str]:
        known: dict[str, tuple[Issue, Told]] = {}
        items = newest(self.minutes)
        by_url = {str(saved.content["url"]): name for name, saved in items.items() if saved.content.get("url")}
        for issue in self._issues():
            told = issue_text.read(issue.body)
            identity = told.id or by_url.get(issue.url, "")  # somebody may have deleted the hidden line
            if identity in known:
                yield f"{_name(issue)}: left alone, #{known[identity][0].number} has the same hidden line"
            elif identity:
                known[identity] = issue, told
            elif issue.state == "open":
                yield from self._adopt(issue, told, items)
        for identity, saved in items.items():
            if identity in known:
                yield from self._merge(identity, saved, *known[identity])
            else:
                yield from self._without_issue(identity, saved)
        for identity, (issue, _) in known.items():
            if identity not in items:
                yield f"{_name(issue)}: left alone, {identity} is not in the minutes"

    def _issues(self) -> list[Issue]:
        """Every issue with the label. Nothing is written where the list may not be whole, or lies somewhere else."""
        found = self.repository.issues(self.config.label, state="all", sort="created", direction="asc")
        self.repository.refuse_when_moved()
        if self.repository.gaps:
            raise SourceError("; ".join(self.repository.gaps))
        return found

    def _without_issue(self, identity: str, saved: Saved) -> Iterator[str]:
        if _fields(saved.content)["status"] != "open":
            return
        if not saved.content.get("url"):
            yield from self._create(identity, saved)
        elif self._is_here(str(saved.content["url"])):
            yield f"{identity}: left alone, its issue has no label {self.config.label} any more, or is gone"

    def _create(self, identity: str, saved: Saved) -> Iterator[str]:
        item = _fields(saved.content)
        made = None
        if not self.dry_run:
            text = issue_text.body("", identity, item)
            made = self.repository.create(_title(item["text"]), text, self.config.label)
            self._save(identity, {**saved.content, "url": made.url})
        yield f"{identity}: issue opened"
        if made and self.config.label.casefold() not in {name.casefold() for name in made.labels}:
            yield f"{identity}: GitHub did not put the label {self.config.label} on {_name(made)}: put it there by hand"

    def _adopt(self, issue: Issue, told: Told, items: Mapping[str, Saved]) -> Iterator[str]:
        """An issue somebody opened becomes an item, born on the day it was opened in the product's zone."""
        identity = f"GH-{issue.number}"
        if identity in items:  # of another repository
            identity = f"GH-{self.config.repo.replace('/', '-')}-{issue.number}"
        if issue.created is None:
            yield f"{_name(issue)}: left alone, GitHub does not say when it was opened"
            return
        owner = told.owner or issue.assignee
        born = issue.created.astimezone(ZoneInfo(self.product.timezone)).date().isoformat()
        due = told.due if told.due >= born else ""
        item = {"text": issue.title or _name(issue), "owner": owner, "due": due, "status": "open"}
        if not self.dry_run:
            content = {"id": identity, **_written(item), "born": born, "url": issue.url}
            self._write(identity, content, issue, {"body": issue_text.body(issue.body, identity, item)})
        yield f"{identity}: item written from {_name(issue)}"

    def _write(
        self, identity: str, content: Mapping[str, Any] | None, issue: Issue, changed: Mapping[str, str]
    ) -> None:
        """The item's file, if any, then the issue; the file goes again when GitHub did not take the change.

        The file comes first: what broke off between the two is then found by the next run as it stands on the
        issue. The other way round it would take the minutes for newer, and put the issue back.
        """
        file = self._save(identity, content) if content else None
        try:
            if changed:
                self.repository.edit(issue.number, **changed)
        except SourceError as error:
            certain = isinstance(error, MovedAway | NotAllowed | QueryRejected)
            if file and (certain or not self._may_be_done(issue)):
                file.unlink(missing_ok=True)
            raise

    def _may_be_done(self, issue: Issue) -> bool:
        """Whether GitHub changed the issue though its answer did not come; yes, when it cannot be asked."""
        try:
            found = self.repository.issues(self.config.label, state="all", sort="created", direction="asc")
        except SourceError:
            return True
        now = next((each for each in found if each.number == issue.number), issue)
        return (now.title, now.body, now.state) != (issue.title, issue.body, issue.state)

    def _merge(self, identity: str, saved: Saved, issue: Issue, told: Told) -> Iterator[str]:
        mine = _fields(saved.content)
        theirs = self._theirs(issue, told, mine, str(saved.content.get("born") or "")[:10])
        mine_is_newer = (saved.at or _OLDEST) > (issue.updated or _OLDEST)
        agreed = {
            name: _chosen(mine[name], theirs[name], told.agreed.get(name), mine_is_newer=mine_is_newer)
            for name in FIELDS
        }
        text = issue_text.body(issue.body, identity, agreed)
        new = {
            "title": _title(agreed["text"]) if _title(agreed["text"]) != issue.title else None,
            "body": text if text != (issue.body or "").replace("\r\n", "\n").rstrip("\n") else None,
            "state": agreed["status"] if agreed["status"] != issue.state else None,
        }
        changed = {name: value for name, value in new.items() if value is not None}
        learns = agreed != mine or not saved.content.get("url")
        if not self.dry_run:
            content = {**saved.content, **_written(agreed), "url": issue.url} if learns else None
            self._write(identity, content, issue, changed)
        if learns:
            yield f"{identity}: {_changes(mine, agreed) or 'its issue noted'} in the minutes"
        if changed:
            yield f"{identity}: {_changes(theirs, agreed) or 'hidden line'} in {_name(issue)}"

    def _theirs(self, issue: Issue, told: Told, mine: Mapping[str, str], born: str) -> dict[str, str]:
        """The issue's fields. What is not there, or a due day that cannot be, is no opinion: mine holds."""
        due = told.due if told.due and told.due >= born else mine["due"]
        return {
            "text": mine["text"] if issue.title in ("", _title(mine["text"])) else issue.title,
            "owner": told.owner or mine["owner"],
            "due": due,
            "status": issue.state,
        }

    def _is_here(self, url: str) -> bool:
        return f"/{self.config.repo}/".lower() in url.lower()

    def _save(self, identity: str, content: Mapping[str, Any]) -> Path:
        return self.minutes.save(ITEMS, identity, {key: value for key, value in content.items() if key != "at"})


def _configs(product: Product) -> list[tuple[int, ActionItemsConfig]]:
    """The places to sync with, each with its number among the sources."""
    found = []
    for number, source in enumerate(product.sources.action_items):
        if source.type != SOURCE:
            continue
        try:
            found.append((number, ActionItemsConfig.model_validate(source.model_extra or {})))
        except ValidationError as error:
            told = [say(each, ActionItemsConfig) for each in error.errors()]
            file, key = f"{product.product}.yaml", f"sources.action_items[{number}]"
            raise ParametersError(
                [Problem(file, f"{key}.{dotted(way)}", value, fix) for way, value, fix in told]
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
