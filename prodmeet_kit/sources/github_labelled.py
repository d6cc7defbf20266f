"""A GitHub repository as the kit sees it: its issues with one label, and every fault told in the kit's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from prodmeet_kit.errors import NotAllowed, SourceError, UnexpectedAnswer, Unreachable
from prodmeet_kit.parameters import expand
from prodmeet_kit.redaction import redact

if TYPE_CHECKING:
    from github.GithubException import GithubException
    from github.Issue import Issue
    from github.Repository import Repository

__all__ = ["GithubConfig", "issues", "opened", "telling"]

BETWEEN_WRITES_S = 1.0
"""GitHub asks for a second between two writes of one user."""

_PAGE = 100  # the most GitHub gives at once


class GithubConfig(BaseModel):
    """The keys beside ``type``."""

    model_config = ConfigDict(extra="forbid")

    repo: str = Field(pattern=r"^[^/\s]+/[^/\s]+$", description="Owner and name, such as acme/checkout")
    label: str = Field(default="production-meeting", min_length=1, description="Label of the issues")
    token: str = Field(default="", description="${NAME_OF_VARIABLE}")
    url: str = Field(default="https://api.github.com", description="Base URL of the API; other for GitHub Enterprise")
    timeout: int = Field(default=15, ge=1, description="Seconds to wait for an answer")


@contextmanager
def opened(config: GithubConfig) -> Iterator[Repository]:
    """The repository; nothing is asked yet. Faults inside the block come out as :func:`telling` says."""
    from github import Auth, Github

    token = expand(config.token, secret=True)
    client = Github(
        auth=Auth.Token(token) if token else None,
        base_url=expand(config.url).rstrip("/"),
        timeout=config.timeout,
        per_page=_PAGE,
        retry=None,  # its own retry sleeps until the limit is lifted, which may be an hour
        seconds_between_requests=None,
        seconds_between_writes=BETWEEN_WRITES_S,
        lazy=True,
    )
    try:
        with telling(config.repo):
            yield client.get_repo(config.repo)
    finally:
        client.close()


def issues(repository: Repository, label: str) -> list[Issue]:
    """Every issue with the label, open or closed, by number; pull requests left out."""
    found = repository.get_issues(state="all", labels=[label], sort="created", direction="asc")
    # Whether pull_request is there would be one more request for each issue; the address tells as well.
    by_number = {issue.number: issue for issue in found if "/pull/" not in issue.html_url}
    return [by_number[number] for number in sorted(by_number)]


@contextmanager
def telling(repo: str) -> Iterator[None]:
    """Turns what PyGithub and its connection raise into :class:`~prodmeet_kit.errors.SourceError` and its kin."""
    from github.GithubException import BadAttributeException, GithubException
    from requests.exceptions import RequestException

    try:
        yield
    except GithubException as error:
        raise _told(repo, error) from None
    except BadAttributeException as error:
        raise UnexpectedAnswer(redact(f"{repo}: an issue has an unexpected shape: {error}")) from None
    except RequestException as error:
        raise Unreachable(redact(f"{repo}: GitHub did not answer: {type(error).__name__}")) from None


def _told(repo: str, error: GithubException) -> SourceError:
    from github.GithubException import RateLimitExceededException

    status = error.status
    said = redact(str(error.data.get("message") or "")) if isinstance(error.data, dict) else ""
    more = f" ({said})" if said else ""
    if isinstance(error, RateLimitExceededException):
        return SourceError(f"{repo}: GitHub's rate limit is used up{_until(error)}: run again later")
    if status in (401, 403):
        return NotAllowed(f"{repo}: GitHub answered {status}{more}: mend the token, it must read and write issues")
    if status in (404, 410):
        return SourceError(f"{repo}: GitHub answered {status}{more}: mend repo, or let the token see it")
    if status >= 500:
        return Unreachable(f"{repo}: GitHub answered {status}{more}: run again later")
    return SourceError(f"{repo}: GitHub answered {status}{more}")


def _until(error: GithubException) -> str:
    reset = (error.headers or {}).get("x-ratelimit-reset", "")
    return f" until {datetime.fromtimestamp(int(reset), UTC):%H:%M} UTC" if reset.isdecimal() else ""
