"""A small GitHub on a loopback port that keeps issues: create, change, list in pages, and faults on order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPO = "acme/shop"
_ISSUES = f"/repos/{REPO}/issues"


@dataclass
class GithubServer:
    """``issues`` by number. Requests of the kind ``fault_from`` get ``fault``: status, headers, content.

    Content that is text is sent as it is. With ``after_all`` what was asked for is done before the fault is answered.
    ``moved_to``: the repository was renamed, and what is asked of its old name is sent to ``/repositories/7``.
    """

    url: str = ""
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    now: str = "2026-11-23T00:00:00Z"
    page: int = 100
    fault: tuple[int, dict[str, str], Any] | None = None
    fault_from: str = "GET"
    after_all: bool = False
    moved_to: str = ""
    redirect: int = 301
    asked: list[str] = field(default_factory=list)

    def add(self, title: str, body: str = "", *, state: str = "open", **more: Any) -> dict[str, Any]:
        """An issue as somebody opens it on the site."""
        number = max(self.issues, default=0) + 1
        self.issues[number] = {
            "number": number,
            "title": title,
            "body": body,
            "state": state,
            "labels": [{"name": "meeting"}],
            "assignees": [],
            "url": f"{self.url}{_ISSUES}/{number}",
            "html_url": f"https://github.com/{REPO}/issues/{number}",
            "created_at": self.now,
            "updated_at": self.now,
            **more,
        }
        return self.issues[number]

    @property
    def writes(self) -> list[str]:
        """The requests that changed something."""
        return [each for each in self.asked if not each.startswith("GET")]


@contextmanager
def github_server() -> Iterator[GithubServer]:  # noqa: C901 - the handler is inside
    """Serves until the block ends."""
    state = GithubServer()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def _answer(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
            text = (content if isinstance(content, str) else json.dumps(content)).encode()
            self.send_response(status)
            heads = {"Content-Type": "application/json", "Content-Length": str(len(text)), **(headers or {})}
            for name, value in heads.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = json.loads(self.rfile.read(length)) if length else {}
            address = urlsplit(self.path)
            state.asked.append(f"{self.command} {address.path}")
            if state.fault and self.command == state.fault_from:
                if state.after_all:
                    self._done(address.path, sent)
                status, headers, content = state.fault
                return self._answer(status, content, headers)
            if state.moved_to and address.path == "/repositories/7":
                return self._answer(200, {"full_name": state.moved_to})
            if state.moved_to and address.path.startswith(f"/repos/{REPO}/"):
                new = f"{state.url}/repositories/7/{address.path.removeprefix(f'/repos/{REPO}/')}"  # without the query
                return self._answer(state.redirect, {"message": "Moved Permanently"}, {"Location": new})
            if self.command == "GET" and address.path in (_ISSUES, "/repositories/7/issues"):
                return self._list({key: values[0] for key, values in parse_qs(address.query).items()})
            status, content = self._done(address.path, sent)
            return self._answer(status, content)

        def _done(self, path: str, sent: dict[str, Any]) -> tuple[int, Any]:
            if self.command == "POST" and path == _ISSUES:
                made = state.add(sent["title"], sent.get("body", ""))
                made["labels"] = [{"name": name} for name in sent.get("labels", [])]
                return 201, made
            if self.command == "PATCH" and path.startswith(f"{_ISSUES}/"):
                issue = state.issues[int(path.rsplit("/", 1)[1])]
                issue.update(sent, updated_at=state.now)
                return 200, issue
            return 404, {"message": "Not Found"}

        def _list(self, query: dict[str, str]) -> None:
            wanted = query.get("labels")
            states = ("open", "closed") if query.get("state") == "all" else (query.get("state", "open"),)
            found = [
                issue
                for issue in state.issues.values()
                if issue["state"] in states and (not wanted or {"name": wanted} in issue["labels"])
            ]
            size, page = min(int(query.get("per_page", 30)), state.page), int(query.get("page", 1))
            heads = {}
            if page * size < len(found):
                heads["Link"] = f'<{state.url}{_ISSUES}?labels={wanted}&state=all&page={page + 1}>; rel="next"'
            self._answer(200, found[(page - 1) * size : page * size], heads)

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - names the library asks for

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
