"""A small HTTP server on loopback that answers as a test says, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from prodmeet_kit.parameters import Product
from prodmeet_kit.sources.prometheus.settings import PrometheusSettings
from tests.support.serving import QuietHandler, serving


@dataclass(frozen=True)
class Asked:
    """One request: its path with the query string, its form fields and its headers."""

    path: str
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Answering:
    """What the server says to each request, and the requests so far."""

    says: Callable[[Asked], tuple[int, str, bytes]]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)


def success(result: list[Any] | None = None, kind: str = "vector", **more: Any) -> tuple[int, str, bytes]:
    """A good reply of the query API."""
    content = {"status": "success", "data": {"resultType": kind, "result": result or []}, **more}
    return 200, "application/json", json.dumps(content).encode()


def refusal(status: int, kind: str, words: str) -> tuple[int, str, bytes]:
    """An error reply of the query API."""
    content = {"status": "error", "errorType": kind, "error": words}
    return status, "application/json", json.dumps(content).encode()


@contextmanager
def answering(says: Callable[[Asked], tuple[int, str, bytes]], *, rules: bool = False) -> Iterator[Answering]:
    """Run the server; ``says`` gives status, content type and body; alert rules there are none, unless ``rules``."""
    book = Answering(says)

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802 - the name is http.server's
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            asked = Asked(self.path, {name: texts[-1] for name, texts in parse_qs(body).items()}, dict(self.headers))
            if self.path.startswith("/api/v1/rules") and not rules:
                status, content_type, data = 200, "application/json", b'{"status":"success","data":{"groups":[]}}'
            else:
                book.asked.append(asked)
                status, content_type, data = book.says(asked)
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(data)))
            if 300 <= status < 400:
                self.send_header("Location", "/login?token=hunter2hunter2")
            self.end_headers()
            with suppress(ConnectionError):  # a client past its time limit has left
                self.wfile.write(data)

        do_GET = do_POST  # noqa: N815 - the name is http.server's

    with serving(Handler) as url:
        book.url = url
        yield book


def metric_source(url: str, **more: Any) -> PrometheusSettings:
    """The ``sources.metrics`` of a parameter file."""
    return PrometheusSettings.model_validate({"url": url, **more})


def shop(*, sources: dict[str, Any] | None = None, timezone: str = "UTC", **service: Any) -> Product:
    """A product ``shop`` with one service ``cart``: one SLO, one load, one resource with a limit."""
    rate = 'sum(rate(http_requests_total{service="cart"%s}[{{.window}}]))'
    events = {"error_query": rate % ',code=~"5.."', "total_query": rate % ""}
    cart = {
        "name": "cart",
        "slos": [{"name": "availability", "objective": 99.9, "sli": {"events": events}}],
        "load": [{"name": "requests", "query": rate % ""}],
        "resources": [{"name": "cpu", "query": "sum(cpu)", "limit_query": "sum(cpu_limit)"}],
    }
    return Product.model_validate(
        {"product": "shop", "timezone": timezone, "sources": sources or {}, "services": [{**cart, **service}]}
    )
