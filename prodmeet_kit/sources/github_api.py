"""Issues of a GitHub repository over its REST API, through PyGithub: pages, limits and refusals."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from github import Auth, Github, GithubException
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from prodmeet_kit.errors import NotAllowed, QueryRejected, SourceError, TimedOut, UnexpectedAnswer, Unreachable
from prodmeet_kit.redaction import redact

__all__ = ["Api", "Issue"]

_PAGE = 100
_PAGES = 50
"""At most this many pages a listing: 5,000 issues with one label."""
_UNTOLD_S = 60.0
"""What GitHub asks to wait where it does not say how long."""

_NEXT = re.compile(r'<([^<>]+)>\s*;[^,]*\brel="?next"?')


class Label(BaseModel):
    """A label; GitHub may leave out the name."""

    name: str | None = None


class Issue(BaseModel):
    """The fields of an issue that are used, by GitHub's published schema; names of people are not read."""

    number: int
    title: str
    html_url: str
    created_at: AwareDatetime
    labels: list[Label | str]
    body: str | None = None
    closed_at: AwareDatetime | None = None
    pull_request: Any = None


_ISSUES = TypeAdapter(list[Issue])


class Api:
    """One repository's issues. ``reference`` is the token as written in the parameters, for messages."""

    def __init__(self, url: str, repo: str, token: str, *, reference: str, timeout: timedelta) -> None:
        self._repo = repo
        self._reference = reference
        self._timeout_s = timeout.total_seconds()
        # No retries of the client's own: it would sleep as long as the server says. Waits are ours to bound.
        self._client = Github(
            base_url=url.rstrip("/"),
            auth=Auth.Token(token) if token else None,
            timeout=max(1, round(self._timeout_s)),
            retry=0,
            seconds_between_requests=None,
            user_agent="prodmeet-kit",
        )

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    def issues(self, **asked: str) -> list[Issue]:
        """All issues of the repository that GitHub lists for these parameters; pull requests are left out.

        Raises :class:`SourceError` and its kinds.
        """
        found: list[Issue] = []
        path, query = f"/repos/{self._repo}/issues", {**asked, "per_page": str(_PAGE)}
        for _ in range(_PAGES):
            headers, content = self._page(path, query)
            found += _checked(content)
            following = _NEXT.search(str(headers.get("link", "")))
            if not following:
                return [issue for issue in found if issue.pull_request is None]
            path, query = following.group(1), {}
        raise SourceError(f"GitHub lists over {_PAGES * _PAGE} issues of {self._repo}: choose a narrower label")

    def _page(self, path: str, query: dict[str, str]) -> tuple[dict[str, Any], Any]:
        waited = 0.0
        while True:
            try:
                return self._asked(lambda: self._client.requester.requestJsonAndCheck("GET", path, dict(query)))
            except GithubException as error:
                wait = _told_wait(error)
                if wait is None:
                    raise self._refusal(error) from None
                if waited + wait > self._timeout_s:
                    again = datetime.now(UTC) + timedelta(seconds=wait)
                    raise SourceError(
                        f"GitHub limits requests ({error.status}): try again in {wait:.0f} s, "
                        f"at {again:%Y-%m-%d %H:%M:%S} UTC, or give the source a longer timeout"
                    ) from None
            time.sleep(wait)
            waited += wait

    def _asked(self, ask: Callable[[], tuple[dict[str, Any], Any]]) -> tuple[dict[str, Any], Any]:
        try:
            return ask()
        except requests.Timeout:
            raise TimedOut(f"GitHub did not answer within {max(1, round(self._timeout_s))} s") from None
        except requests.RequestException as error:
            raise Unreachable(redact(f"no connection to GitHub: {error}")) from None
        except (ValueError, RuntimeError, AssertionError) as error:
            # No JSON, a redirect to another host, a next page elsewhere.
            said = f"GitHub's answer cannot be used ({error}): is url its REST API?"
            raise UnexpectedAnswer(redact(said)) from None

    def _refusal(self, error: GithubException) -> SourceError:
        status = error.status
        if status == 401:
            return NotAllowed(f"GitHub refused the token in {self._reference} (401): set a valid one")
        if status == 403:
            return NotAllowed(
                f"GitHub does not let the token in {self._reference} read issues of {self._repo} (403): "
                "give it read access to issues"
            )
        if status in (404, 410):
            return SourceError(
                f"GitHub has no issues of {self._repo} ({status}): mend repo, or let the token in "
                f"{self._reference} read it"
            )
        if status // 100 == 5:
            return SourceError(f"GitHub failed ({status}): try again later")
        said = error.data.get("message", "") if isinstance(error.data, dict) else ""
        return QueryRejected(redact(f"GitHub does not accept the question ({status}): {str(said)[:300]}"))


def _checked(content: Any) -> list[Issue]:
    try:
        return _ISSUES.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise UnexpectedAnswer(
            f"GitHub's list of issues is not as its schema says: {place}: {first['msg']}; is url its REST API?"
        ) from None


def _told_wait(error: GithubException) -> float | None:
    """Seconds GitHub asks to wait (one at least, so that tries are bounded); ``None`` when it is no limit."""
    headers = {str(name).lower(): str(value) for name, value in (error.headers or {}).items()}
    said = str(error.data.get("message", "")) if isinstance(error.data, dict) else ""
    spent = headers.get("x-ratelimit-remaining") == "0"
    limit = error.status == 403 and (spent or "retry-after" in headers or "rate limit" in said.lower())
    if not limit and error.status != 429:
        return None
    try:
        if "retry-after" in headers:
            return max(1.0, float(headers["retry-after"]))
        if spent:  # one second more: the limit ends within the second that is told
            return max(1.0, float(headers["x-ratelimit-reset"]) - time.time() + 1)
    except (KeyError, ValueError):
        pass
    return _UNTOLD_S
