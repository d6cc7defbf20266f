"""A small server on loopback that lists issues as GitHub's REST API does: pages by a Link header, limits, refusals."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.serving import QuietHandler, serving

Reply = tuple[int, dict[str, str], Any]
"""Status, headers and body; text is sent as it is, everything else as JSON."""


@dataclass
class GitHub:
    """``issues`` are listed; ``replies`` come first, one a request; ``slow_s`` is waited before each answer."""

    issues: list[Any] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    per_page: int = 100
    slow_s: float = 0.0
    url: str = ""
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)

    def answer(self, path: str, query: dict[str, str]) -> Reply:
        """The reply to a request."""
        if self.replies:
            return self.replies.pop(0)
        page = int(query.get("page", "1"))
        state = query.get("state")
        listed = [
            one
            for one in self.issues
            if not isinstance(one, dict) or (one.get("closed_at") is None) == (state == "open")
        ]
        part = listed[(page - 1) * self.per_page : page * self.per_page]
        more = len(listed) > page * self.per_page
        link = f'<{self.url}{path}?state={state}&page={page + 1}>; rel="next", <{self.url}{path}?page=9>; rel="last"'
        return 200, {"Link": link} if more else {}, part


def issue(number: int, created: str, closed: str | None = None, body: str | None = None, **more: Any) -> dict[str, Any]:
    """An issue with the fields that matter, and some that do not."""
    return {
        "number": number,
        "title": f"Trouble {number}",
        "html_url": f"https://github.example/acme/checkout/issues/{number}",
        "created_at": created,
        "closed_at": closed,
        "state": "closed" if closed else "open",
        "body": body,
        "labels": [{"id": 1, "name": "incident", "color": "red"}],
        "user": {"login": "somebody"},
        "reactions": {"heart": 1},
        **more,
    }


@contextmanager
def running(**world: Any) -> Iterator[GitHub]:
    """Run the server."""
    github = GitHub(**world)

    class Handler(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802 - the name is http.server's
            at = urlsplit(self.path)
            query = {name: texts[-1] for name, texts in parse_qs(at.query).items()}
            github.asked.append((at.path, query, dict(self.headers)))
            status, headers, content = github.answer(at.path, query)
            threading.Event().wait(github.slow_s)
            self.reply_json(status, headers, content)

    with serving(Handler) as url:
        github.url = url
        yield github
