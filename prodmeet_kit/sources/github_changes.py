"""Planned changes kept on GitHub: type ``github_changes`` under ``sources.changes``.

An issue with the label is a change, and so is an open milestone with a due date
that no such issue belongs to. Names of people are never read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from prodmeet_kit.errors import NotAllowed, QueryRejected, SourceError, TimedOut, UnexpectedAnswer, Unreachable
from prodmeet_kit.frames import CHANGES
from prodmeet_kit.parameters import expand
from prodmeet_kit.parameters.fields import REFERENCE_ONLY, Duration
from prodmeet_kit.redaction import redact
from prodmeet_kit.sources import change_text
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.entries import configure
from prodmeet_kit.window import format_duration

if TYPE_CHECKING:
    import pandas as pd
    from github import Github, GithubException

__all__ = ["GitHubChangesConfig", "read"]

_PAGE = 100
_PAGES = 20
"""At most this many pages a listing."""


class GitHubChangesConfig(BaseModel):
    """The keys beside ``type``."""

    model_config = ConfigDict(extra="forbid")

    repo: str = Field(pattern=r"^[\w.-]+/[\w.-]+$", description="owner/name")
    label: str = Field(default="planned-change", min_length=1, description="Issues with this label are changes")
    milestones: bool = Field(default=True, description="Whether open milestones with a due date are changes as well")
    duration: Duration = Field(default=timedelta(hours=1), description="Of a change whose text has no duration: line")
    token: str = Field(default="", json_schema_extra=REFERENCE_ONLY, description="May read issues: ${GITHUB_TOKEN}")
    url: str = Field(default="https://api.github.com", description="Of the REST API; https://HOST/api/v3 in Enterprise")
    service_prefix: str = Field(default="service:", description="What labels that name a service begin with")
    timeout: Duration = Field(default=timedelta(seconds=30), description="Longest wait for an answer")


class _Label(BaseModel):
    name: str | None = None


class _Milestone(BaseModel):
    number: int
    title: str
    html_url: str
    description: str | None = None
    due_on: AwareDatetime | None = None


class _Issue(BaseModel):
    number: int
    title: str
    html_url: str
    labels: list[_Label | str]
    body: str | None = None
    closed_at: AwareDatetime | None = None
    state_reason: str | None = None
    milestone: _Milestone | None = None
    pull_request: Any = None


_ISSUES = TypeAdapter(list[_Issue])
_MILESTONES = TypeAdapter(list[_Milestone])


def read(config: Mapping[str, Any], context: Context) -> pd.DataFrame:
    """``frames.CHANGES``: open issues with the label, those closed since the last meeting, and milestones.

    A change starts where its text says ``start:``, else at the beginning of its
    milestone's due day in the product's zone; without either it is left out
    with a note. Raises :class:`SourceError` and its kinds when GitHub cannot be
    asked, :class:`ParametersError` when a key is wrong.
    """
    checked = configure(GitHubChangesConfig, config, context)
    if context.spec is not CHANGES:
        raise SourceError("this source tells of planned changes: write type github_changes under sources.changes")
    asked = _Api(checked)
    base = f"/repos/{checked.repo}"
    since = context.window.start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        raw = asked.pages(f"{base}/issues", labels=checked.label, state="open")
        raw += asked.pages(f"{base}/issues", labels=checked.label, state="closed", since=since)
        issues = {issue.number: issue for issue in _checked(_ISSUES, raw) if issue.pull_request is None}
        due = _checked(_MILESTONES, asked.pages(f"{base}/milestones", state="open")) if checked.milestones else []
    finally:
        asked.close()
    rows = [row for _, issue in sorted(issues.items()) if (row := _of_issue(issue, checked, context))]
    told = {issue.milestone.number for issue in issues.values() if issue.milestone}
    rows += [
        row
        for each in due
        if each.due_on and each.number not in told and (row := _of_milestone(each, checked, context))
    ]
    return CHANGES.frame(row for row in rows if row["end"] >= context.window.start)


def _of_issue(issue: _Issue, config: GitHubChangesConfig, context: Context) -> dict[str, Any] | None:
    if issue.closed_at and (issue.closed_at < context.window.start or issue.state_reason == "not_planned"):
        return None
    labels = [label if isinstance(label, str) else label.name or "" for label in issue.labels]
    due = issue.milestone.due_on if issue.milestone else None
    return _row(f"#{issue.number}", issue, issue.body or "", labels, due, config, context)


def _of_milestone(milestone: _Milestone, config: GitHubChangesConfig, context: Context) -> dict[str, Any] | None:
    name = f"milestone-{milestone.number}"
    return _row(name, milestone, milestone.description or "", [], milestone.due_on, config, context)


def _row(
    name: str,
    told: _Issue | _Milestone,
    body: str,
    labels: list[str],
    due: datetime | None,
    config: GitHubChangesConfig,
    context: Context,
) -> dict[str, Any] | None:
    text = change_text.lines(body)
    said, services = change_text.service_names(text.pop("services", ""), labels, config.service_prefix, context)
    if said and not services:
        context.notes.append(f"{name} names no service of {context.product.product}: left out")
        return None
    if "start" not in text:
        if due is None:
            context.notes.append(f"{name} has no start: write a line such as start: 2026-11-25T10:00")
            return None
        # A due date is a day: GitHub stores it as an hour of that day in UTC.
        text["start"] = datetime.combine(due.astimezone(UTC).date(), time()).isoformat()
    text.setdefault("duration", format_duration(config.duration))
    fixed = {
        "id": f"{config.repo.partition('/')[2]}{'' if name.startswith('#') else '/'}{name}",
        "title": told.title.strip(),
        "services": tuple(services),
        "url": told.html_url,
    }
    made = change_text.change(name, fixed, text, context)
    if made is None:
        context.notes.append(f"{name} is left out: its start or duration cannot be read")
    return made


class _Api:
    """The lists of one repository, through PyGithub; every refusal in words without a credential."""

    def __init__(self, config: GitHubChangesConfig) -> None:
        from github import Auth, Github

        token = expand(config.token, secret=True).strip()
        if config.token and not (token and token.isascii() and token.isprintable()):
            raise SourceError(f"the token in {config.token} is empty or holds a letter that no header can carry")
        self._repo, self._reference = config.repo, config.token or "token (none is given)"
        self._timeout_s = max(1, round(config.timeout.total_seconds()))
        # No retries and pauses of the client's own: it would sleep as long as the server says.
        self._client: Github = Github(
            base_url=expand(config.url).strip().rstrip("/"),
            auth=Auth.Token(token) if token else None,
            timeout=self._timeout_s,
            retry=0,
            seconds_between_requests=None,
            user_agent="prodmeet-kit",
        )

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    def pages(self, path: str, **query: str) -> list[Any]:
        """Every entry of a list. Raises :class:`SourceError` and its kinds."""
        found: list[Any] = []
        for number in range(1, _PAGES + 1):
            content = self._page(path, {**query, "per_page": str(_PAGE), "page": str(number)})
            if not isinstance(content, list):
                raise UnexpectedAnswer("GitHub's answer is no list: is url its REST API?")
            found += content
            if len(content) < _PAGE:
                return found
        raise SourceError(f"GitHub lists over {_PAGE * _PAGES} entries of {self._repo}: choose a narrower label")

    def _page(self, path: str, query: dict[str, str]) -> Any:
        import requests
        from github import GithubException

        try:
            _, content = self._client.requester.requestJsonAndCheck("GET", path, query)
        except GithubException as error:
            raise self._refusal(error) from None
        except requests.Timeout:
            raise TimedOut(f"GitHub did not answer within {self._timeout_s} s") from None
        except requests.RequestException as error:
            raise Unreachable(redact(f"no connection to GitHub: {type(error).__name__}")) from None
        except (ValueError, RuntimeError, AssertionError) as error:
            raise UnexpectedAnswer(redact(f"GitHub's answer cannot be used ({error}): is url its REST API?")) from None
        return content

    def _refusal(self, error: GithubException) -> SourceError:
        status = error.status
        headers = {str(name).lower(): str(value) for name, value in (error.headers or {}).items()}
        said = str(error.data.get("message", "")) if isinstance(error.data, dict) else ""
        spent = headers.get("x-ratelimit-remaining") == "0" or "rate limit" in said.lower()
        if status == 429 or (status == 403 and (spent or "retry-after" in headers)):
            wait = f" in {headers['retry-after']} s" if headers.get("retry-after", "").isdigit() else " later"
            return SourceError(f"GitHub limits requests ({status}): try again{wait}")
        if status in (401, 403):
            return NotAllowed(
                f"GitHub does not let the token in {self._reference} read issues of {self._repo} ({status})"
            )
        if status in (404, 410):
            return SourceError(f"GitHub has no issues of {self._repo} ({status}): mend repo, or let the token read it")
        if status // 100 == 5:
            return SourceError(f"GitHub failed ({status}): try again later")
        return QueryRejected(redact(f"GitHub does not accept the question ({status}): {said[:300]}"))


def _checked(model: TypeAdapter[list[Any]], content: list[Any]) -> Iterator[Any]:
    try:
        yield from model.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnexpectedAnswer(f"GitHub's list is not as its schema says: {place}: {first['msg']}") from None
