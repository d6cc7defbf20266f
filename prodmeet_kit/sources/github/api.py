"""Asks GitHub's REST API through PyGithub, for every source and for ``sync``: pages, limits, redirects, refusals.

PyGithub follows the 301 of a renamed repository without the query, so that
issues without the label come back, and follows it with a write as well. Here
a reading goes on at the new place with its query, and a write is refused.
"""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

from prodmeet_kit.core.errors import NotAllowed, QueryRejected, SourceError, UnexpectedAnswer, Unreachable
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.sources.github.connection import Refused, requester
from prodmeet_kit.sources.http import Limits, Policy, failing, place, redirects, retry_after, short

__all__ = ["BETWEEN_WRITES_S", "Api", "MovedAway"]

BETWEEN_WRITES_S = 1.0
"""GitHub asks for a second between two writes of one user."""

_PAGE = 100
_PAGES = 50
"""At most this many pages a listing: 5,000 issues with one label."""
_UNTOLD_S = 60.0
"""What GitHub asks to wait where it does not say how long."""

_NEXT = re.compile(r'<([^<>]+)>\s*;[^,]*\brel="?next"?')
_BY_ID = re.compile(r"^(.*)/repositories/\d+")
_BY_NAME = re.compile(r"/repos/([^/]+/[^/]+)/")


class MovedAway(SourceError):
    """The repository answers at another place: what was to be written was not."""


class Api:
    """One repository. ``reference`` is the token as written in the parameters, for messages.

    ``new_name`` is what GitHub calls the repository now, once a redirect told so; empty when it did not say.
    """

    def __init__(self, url: str, repo: str, token: str, *, reference: str, timeout: timedelta) -> None:
        self.repo = repo
        self.moved = False
        self.new_name = ""
        self._reference = reference
        self._timeout_s = timeout.total_seconds()
        self._base = urlsplit(url.rstrip("/"))
        # Limits are waited for here: GitHub's come as 403 as well. So are redirects followed.
        policy = Policy(
            who=f"GitHub at {place(url)}",
            timeout_s=self._timeout_s,
            less="choose a narrower label",
            again=failing,
            follows=False,
        )
        self._requester = requester(policy, url.rstrip("/"), token, per_page=_PAGE, between_writes_s=BETWEEN_WRITES_S)

    def close(self) -> None:
        """Let the connection go."""
        self._requester.close()

    def listed(self, what: str, **asked: str) -> list[Any]:
        """Every entry of a list of the repository, such as ``issues``, as it came; entries may be anything.

        Raises :class:`SourceError` and its kinds.
        """
        found: list[Any] = []
        path, query = f"/repos/{self.repo}/{what}", {**asked, "per_page": str(_PAGE)}
        last: list[Any] = []
        for number in range(1, _PAGES + 1):
            path, headers, content = self._read(path, query)
            if not isinstance(content, list):
                raise UnexpectedAnswer("GitHub's answer is no list: is url its REST API?")
            if content and content == last:  # the number of the page was not heard
                return found
            found += content
            following = _NEXT.search(headers.get("link", ""))
            if following:
                parts = self._same_server(self._base.geturl() + "/", following.group(1), "continues its list at")
                path = parts._replace(query="", fragment="").geturl()
                query |= dict(parse_qsl(parts.query))  # ours stays where the link forgets it
            elif "link" not in headers and len(content) >= _PAGE:  # what stands between may keep the header
                query["page"] = str(number + 1)
            else:
                return found
            last = content
        raise SourceError(f"GitHub lists over {_PAGE * _PAGES} entries of {self.repo}: choose a narrower label")

    def written(self, verb: str, what: str, content: dict[str, Any]) -> Any:
        """What GitHub answers to a write, as it came: the caller looks whether it is the thing that was written.

        Raises :class:`MovedAway` at a redirect, and the other kinds of :class:`SourceError`.
        """
        try:
            return self._asked(verb, f"/repos/{self.repo}/{what}", {}, content)[1]
        except Refused as error:
            self._note_move(error.location)
            raise MovedAway(self.told_move(error.status)) from None

    def told_move(self, status: int | None = None) -> str:
        """What to say of a repository that answers at another place."""
        how = f" ({status})" if status else ""
        if self.new_name:
            return f"GitHub calls {self.repo} {self.new_name} now{how}: write repo: {self.new_name}"
        return f"GitHub redirects {self.repo} to another place{how}: write its new name as repo, or fix url"

    def _read(self, path: str, query: dict[str, str]) -> tuple[str, dict[str, str], Any]:
        """Where the answer was found in the end, its headers and its content."""
        for _ in range(redirects.MOST):
            try:
                return path, *self._asked("GET", path, query)
            except Refused as error:
                path = self._new_place(path, error)
                for name, text in parse_qsl(urlsplit(error.location).query):
                    query.setdefault(name, text)
                self._note_move(path)
        raise UnexpectedAnswer(f"GitHub redirects {self.repo} again and again: is url its REST API?")

    def _new_place(self, path: str, refused: Refused) -> str:
        """The address, without its query, that a redirect names; it must be the same server's."""
        here = path if "://" in path else self._base.geturl() + path
        new = self._same_server(here, refused.location, f"redirects {self.repo} ({refused.status}) to")
        return new._replace(query="", fragment="").geturl()

    def _same_server(self, here: str, named: str, what: str) -> SplitResult:
        """An address that GitHub names; another server gets neither the token nor our trust."""
        try:
            new = urlsplit(urljoin(here, named))
            same = redirects.origin(new.geturl()) == redirects.origin(self._base.geturl())
        except ValueError:
            same, new = False, urlsplit("")
        if not named or not same:
            place = f"{new.scheme}://{new.hostname}" if new.hostname and named else "nowhere"
            raise UnexpectedAnswer(redact(f"GitHub {what} {short(place)}: is url its REST API?"))
        return new

    def _note_move(self, place: str) -> None:
        """Remember that the repository moved, and what it is called now: by the address, else by asking."""
        if self.moved:
            return
        self.moved = True
        path = urlsplit(place).path
        if named := _BY_NAME.search(path):
            self.new_name = "" if named[1].lower() == self.repo.lower() else named[1]
        elif by_id := _BY_ID.match(path):
            try:
                address = self._base._replace(path=by_id[0], query="").geturl()
                content = self._asked("GET", address, {})[1]
            except (SourceError, Refused):
                return
            name = content.get("full_name") if isinstance(content, dict) else None
            if isinstance(name, str) and re.fullmatch(r"[\w.-]+/[\w.-]+", name):
                self.new_name = name

    def _asked(
        self, verb: str, path: str, query: dict[str, str], content: dict[str, Any] | None = None
    ) -> tuple[dict[str, str], Any]:
        """Headers and content of a good answer. Raises :class:`Refused` at a redirect, else :class:`SourceError`."""
        limits = Limits("GitHub", self._timeout_s, _UNTOLD_S)
        while True:
            try:
                return self._once(verb, path, query, content)
            except Refused as error:
                if error.status // 100 == 3:
                    raise
                if not _limited(error):
                    raise self._refusal(error) from None
                limit = error
            limits.wait(_said_wait(limit), limit.status)

    def _once(
        self, verb: str, path: str, query: dict[str, str], content: dict[str, Any] | None
    ) -> tuple[dict[str, str], Any]:
        try:
            headers, told = self._requester.requestJsonAndCheck(verb, path, dict(query), input=content)
        except (ValueError, ArithmeticError, RuntimeError, AssertionError) as error:
            # No JSON, JSON without end or bottom, a next page elsewhere.
            raise UnexpectedAnswer(
                f"GitHub's answer cannot be used ({short(str(error))}): is url its REST API?"
            ) from None
        return {str(name).lower(): str(text) for name, text in headers.items()}, told

    def _refusal(self, refused: Refused) -> SourceError:
        status, who = refused.status, self._reference
        if status == 401:
            return NotAllowed(f"GitHub refused the token in {who} (401): set a valid one")
        if status == 403:
            what = "change" if refused.verb != "GET" else "read"
            return NotAllowed(
                f"GitHub does not let the token in {who} {what} issues of {self.repo} (403): "
                f"give it {'write' if what == 'change' else 'read'} access to issues"
            )
        if status in (404, 410):
            return SourceError(
                f"GitHub has no issues of {self.repo} ({status}): fix repo, or let the token in {who} read it"
            )
        if status // 100 == 5:
            return Unreachable(f"GitHub failed ({status}): try again later")
        if status // 100 == 2:
            return UnexpectedAnswer(f"GitHub answered {status} without what was asked for: try again later")
        return QueryRejected(f"GitHub does not accept the question ({status}): {refused.wire.words}")


def _limited(refused: Refused) -> bool:
    """Whether it is the limit of requests that refuses: GitHub's comes as 403 as well."""
    headers = refused.headers
    said = headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers
    return refused.status == 429 or (refused.status == 403 and (said or "rate limit" in refused.wire.words.lower()))


def _said_wait(refused: Refused) -> float | None:
    """Seconds GitHub asks to wait, ``None`` when it does not say."""
    told = retry_after(refused.wire.headers)
    if told is not None or refused.headers.get("x-ratelimit-remaining") != "0":
        return told
    try:  # one second more: the limit ends within the second that is told
        return float(refused.headers["x-ratelimit-reset"]) - time.time() + 1
    except (KeyError, ValueError):
        return None
