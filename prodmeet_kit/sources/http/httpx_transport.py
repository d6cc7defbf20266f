"""The policy under PagerDuty's client, one of httpx: ``by_policy(_Client(token, transport=Transport(client)))``."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar

from pagerduty.api_client import Response  # type: ignore[attr-defined]  # of the httpx that its client brings

from prodmeet_kit.sources.http.client import Client

__all__ = ["Transport", "by_policy"]

Theirs = TypeVar("Theirs", bound=Any)

_OF_THE_CONNECTION = ("connection", "content-encoding", "content-length", "host", "transfer-encoding")


class Transport:
    """Hands every request to a :class:`Client`. Raises :class:`~prodmeet_kit.core.errors.SourceError` and its kinds."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def handle_request(self, request: Any) -> Response:
        """The response to a request of httpx, whole."""
        headers, body = _passed(request.headers), request.read() or None
        began = time.monotonic()
        given = self._client.ask(request.method, str(request.url), headers=headers, data=body)
        response = Response(given.status, headers=_passed(given.headers), content=given.body, request=request)
        response.elapsed = timedelta(seconds=time.monotonic() - began)  # httpx knows it only of what it reads itself
        return response

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()


def by_policy(client: Theirs) -> Theirs:
    """The client with its own waits and tries switched off: every status comes back at once, silence is asked once."""
    client.retry = {401: 1, 429: 1}
    client.max_http_attempts = -1
    client.max_network_attempts = 0
    client.timeout = None  # the policy's counts
    return client


def _passed(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers that speak of the content, not of the connection or how the content was packed."""
    return {name: text for name, text in headers.items() if name.lower() not in _OF_THE_CONNECTION}
