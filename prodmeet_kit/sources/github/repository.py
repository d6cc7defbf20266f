"""The issues and milestones of one repository, each checked to be what was asked for, and the writes to them.

Whatever stands between may lose a question's label, or answer for another
repository: nothing is believed that does not carry the label and belong here.
What was left out is in ``gaps``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from prodmeet_kit.core.errors import ParametersError, Problem, SourceError, UnexpectedAnswer
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.parameters import expand
from prodmeet_kit.parameters.fields import REFERENCE_ONLY, TIMEOUT, Timeout
from prodmeet_kit.sources.github.shapes import Issue, Milestone, issue, milestone, repository_of

if TYPE_CHECKING:
    from prodmeet_kit.sources.github.api import Api

__all__ = ["Repository", "RepositoryConfig", "opened"]

Made = TypeVar("Made", Issue, Milestone)


class RepositoryConfig(BaseModel):
    """The keys every source on GitHub has."""

    model_config = ConfigDict(extra="forbid")

    repo: str = Field(pattern=r"^[\w.-]+/[\w.-]+$", description="owner/name")
    token: str = Field(default="", json_schema_extra=REFERENCE_ONLY, description="May read issues: ${GITHUB_TOKEN}")
    url: str = Field(default="https://api.github.com", description="Of the REST API; https://HOST/api/v3 in Enterprise")
    timeout: Timeout = TIMEOUT


class Repository:
    """One repository; ``gaps`` and ``notes`` are for the section that asked."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.name = api.repo
        self._names = {api.repo.lower()}
        self.gaps: list[str] = []
        self.notes: list[str] = []

    def issues(self, label: str, **asked: str) -> list[Issue]:
        """Issues with the label, by number, each once; pull requests left out. ``asked`` is GitHub's query.

        Raises :class:`SourceError` and its kinds.
        """
        listed = self._api.listed("issues", labels=label, **asked)
        wanted = {part.strip().casefold() for part in label.split(",") if part.strip()}
        found: dict[int, Issue] = {}
        bare: list[int] = []
        for each in self._ours(listed, issue, "issue"):
            if each.pull:
                continue
            if not wanted <= {name.casefold() for name in each.labels}:
                bare.append(each.number)
            else:
                found[each.number] = each
        if bare:
            self._gap(f"{_numbers(bare)} left out: GitHub listed them without the label {label}; does url lead to it?")
        return [found[number] for number in sorted(found)]

    def milestones(self) -> list[Milestone]:
        """Open milestones. Raises :class:`SourceError` and its kinds."""
        return list(self._ours(self._api.listed("milestones", state="open"), milestone, "milestone"))

    def refuse_when_moved(self) -> None:
        """Raise :class:`SourceError` with the new name when a redirect said that the repository has one."""
        if self._api.moved:
            raise SourceError(self._api.told_move())

    def create(self, title: str, body: str, label: str) -> Issue:
        """Open an issue. Raises :class:`SourceError` unless GitHub's answer is that very issue."""
        sent = {"title": title, "body": body, "labels": [label]}
        return self._proven(self._api.written("POST", "issues", sent), sent, None)

    def edit(self, number: int, **sent: str) -> Issue:
        """Change title, body or state. Raises :class:`SourceError` unless GitHub's answer is the changed issue."""
        return self._proven(self._api.written("PATCH", f"issues/{number}", dict(sent)), sent, number)

    def _ours(self, listed: list[Any], read: Callable[[Any], Made], what: str) -> Iterator[Made]:
        """What can be read and belongs here; the rest becomes gaps."""
        if self._api.moved:
            self._learn(listed)
        odd: list[str] = []
        foreign: set[str] = set()
        for at, content in enumerate(listed):
            owner = repository_of(content)
            if owner and owner not in self._names:
                foreign.add(owner)
                continue
            try:
                yield read(content)
            except ValueError as error:
                odd.append(f"{at + 1} ({error})")
        if foreign:
            several = ", ".join(sorted(foreign)[:3])
            self._gap(f"GitHub listed {what}s of {several} for {self.name}: left out; does url lead to it?")
        if odd:
            more = f" and {len(odd) - 3} more" if len(odd) > 3 else ""
            self._gap(f"{what} {', '.join(odd[:3])}{more} in GitHub's list cannot be read: left out")

    def _learn(self, listed: list[Any]) -> None:
        """The name of a repository that moved: as GitHub says, or as all that it lists does."""
        names = {name for each in listed if (name := repository_of(each))}
        if self._api.new_name:
            self._names.add(self._api.new_name.lower())
        elif len(names) == 1:
            self._names |= names
        note = self._api.told_move()
        if note not in self.notes:
            self.notes.append(note)

    def _gap(self, text: str) -> None:
        text = redact(text)
        if text not in self.gaps:
            self.gaps.append(text)

    def _proven(self, content: Any, sent: dict[str, Any], number: int | None) -> Issue:
        """The issue of the answer, when it is the one that was written: its repository, number, title, body, state."""
        try:
            told = issue(content)
        except ValueError:
            raise UnexpectedAnswer(
                f"{self.name}: GitHub took the write and answered without the issue: {_MEND}"
            ) from None
        wrong = []
        if repository_of(content) != self.name.lower():
            wrong.append("repository")
        if number is not None and told.number != number:
            wrong.append("number")
        plain = {"title": _plain(told.title), "body": _plain(told.body), "state": content.get("state")}
        wrong += [key for key in plain if key in sent and plain[key] != _plain(sent[key])]
        if wrong:
            raise UnexpectedAnswer(
                f"{self.name}: GitHub took the write and answered with another {' and '.join(wrong)}: {_MEND}"
            )
        return told


_MEND = "nothing was noted; look at the issues there, and run again"


@contextmanager
def opened(config: RepositoryConfig, problem: Callable[[str, str, str], Problem]) -> Iterator[Repository]:
    """The repository; nothing is asked yet. ``problem`` makes what is wrong with a key of the source.

    Raises :class:`ParametersError` for a url that is none, :class:`SourceError` for a token that cannot be sent.
    """
    from prodmeet_kit.sources.github.api import Api
    from prodmeet_kit.sources.http import token

    url = expand(config.url).strip()
    if not url.startswith(("https://", "http://")):
        raise ParametersError([problem("url", redact(config.url), "write one that begins with https://")])
    secret, reference = "", redact(config.token) or "token"
    if config.token:
        secret = token(config.token, f"{problem('token', '', '').key} ({reference})")
    api = Api(url, config.repo, secret, reference=reference, timeout=config.timeout)
    try:
        yield Repository(api)
    finally:
        api.close()


def _plain(text: str) -> str:
    """Text as it is compared: GitHub trims, and may write other line ends."""
    return "\n".join(line.rstrip() for line in text.encode("utf-8", "replace").decode().splitlines()).strip()


def _numbers(numbers: list[int]) -> str:
    shown = ", ".join(f"#{number}" for number in sorted(set(numbers))[:3])
    return shown + (f" and {len(numbers) - 3} more" if len(numbers) > 3 else "")
