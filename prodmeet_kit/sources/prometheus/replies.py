"""What a reply of the Prometheus HTTP API means: data, or which error.

Written against the texts of real servers; the status alone does not tell. A
503 with JSON and ``errorType: timeout`` is the server giving up on this query
(asking again is useless); a 503 with anything else is a proxy or a server that
starts (asking again helps).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import requests

from prodmeet_kit.errors import (
    NotAllowed,
    QueryRejected,
    SourceError,
    TimedOut,
    TooExpensive,
    UnexpectedAnswer,
    Unreachable,
)
from prodmeet_kit.redaction import redact

__all__ = ["Reply", "Wire", "passing", "place", "refusal", "reply"]

_LONGEST = 300  # characters of a server's words that are shown


@dataclass(frozen=True)
class Wire:
    """A reply as it came: where from (without credentials), status, content type, body."""

    url: str
    status: int
    content_type: str
    body: bytes

    @classmethod
    def of(cls, response: requests.Response) -> Wire:
        """What matters of a response of requests."""
        content_type = response.headers.get("Content-Type", "")
        return cls(place(response.url), response.status_code, content_type, response.content)

    @cached_property
    def json(self) -> Any:
        """The body as JSON, ``None`` when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def error_type(self) -> str:
        """The API's ``errorType``, empty when the API itself did not answer."""
        return str(self.json.get("errorType") or "") if isinstance(self.json, dict) else ""

    @property
    def words(self) -> str:
        """What the server says is wrong, short and without credentials; empty when it says nothing readable."""
        text = str(self.json.get("error") or "") if isinstance(self.json, dict) else ""
        if self.content_type.startswith("text/plain"):
            text = self.body.decode("utf-8", errors="replace")
        text = redact(" ".join(text.split()))
        return text if len(text) <= _LONGEST else text[:_LONGEST] + " ..."


@dataclass(frozen=True)
class Reply:
    """Data of the query API: ``kind`` is the ``resultType``; warnings and infos of the server are kept."""

    kind: str
    result: Any
    warnings: tuple[str, ...]


def place(url: str) -> str:
    """What of a URL people may see: the server, and the path before the API's own."""
    parts = urlsplit(url)
    return redact(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.partition('/api/v1')[0]}")


def passing(wire: Wire) -> bool:
    """Whether the trouble may be over in a moment: an overloaded server, a proxy, a server that starts."""
    return wire.status == 429 or (wire.status in (502, 503) and wire.error_type in ("", "unavailable"))


def refusal(wire: Wire) -> SourceError | None:
    """The error a reply stands for, ``None`` for a good one. The text holds no credential."""
    if wire.status < 300:
        return None
    words = f": {wire.words}" if wire.words else ""
    if wire.status in (401, 403):
        text = f"{wire.url} does not accept the credentials ({wire.status}{words}): check sources.metrics.auth"
        return NotAllowed(text)
    if wire.status == 429:
        return TooExpensive(f"{wire.url} has too many queries at once (429{words}): lower sources.metrics.jobs")
    if wire.error_type in ("timeout", "canceled"):
        return TooExpensive(f"the server gave up{words}: simplify the query or use a recording rule")
    if wire.error_type == "execution" and "too many samples" in words:
        return TooExpensive(f"the server gave up{words}: aggregate more, or use a recording rule")
    if wire.error_type in ("bad_data", "execution"):
        return QueryRejected(f"the server does not accept the query{words}")
    if wire.error_type not in ("", "unavailable"):
        return SourceError(f"{wire.url} failed ({wire.status} {wire.error_type}){words}")
    return _not_the_api(wire, words)


def _not_the_api(wire: Wire, words: str) -> SourceError:
    """A reply that the query API itself did not write."""
    if wire.status < 400:
        return UnexpectedAnswer(
            f"{wire.url} sends us elsewhere ({wire.status}): write the final address in sources.metrics.url,"
            " and check the credentials if that is a login page"
        )
    if wire.status in (404, 405):
        return UnexpectedAnswer(
            f"no query API at {wire.url} ({wire.status}{words}): check the path at the end of sources.metrics.url"
        )
    if wire.status == 504:
        text = f"a proxy before {wire.url} gave up waiting (504{words}): simplify the query or raise the proxy's limit"
        return TimedOut(text)
    if wire.status in (502, 503):
        return Unreachable(f"{wire.url} is not ready, or a proxy before it cannot reach it ({wire.status}{words})")
    return UnexpectedAnswer(f"{wire.url} failed ({wire.status}{words or ', without saying why'})")


def reply(wire: Wire) -> Reply:
    """The data of a good reply. Raises :class:`UnexpectedAnswer` when it is not what the API's schema says."""
    answer = wire.json
    if answer is None:
        content = wire.content_type.partition(";")[0] or "no content type"
        raise UnexpectedAnswer(
            f"{wire.url} answered {wire.status} with {content}, not JSON: is it a login page? check sources.metrics.url"
        )
    if not isinstance(answer, dict) or answer.get("status") not in ("success", "partial"):
        words = f": {wire.words}" if wire.words else ""
        raise UnexpectedAnswer(f"{wire.url} answered JSON without status success{words}")
    data = answer.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("resultType"), str) or "result" not in data:
        raise UnexpectedAnswer(f"{wire.url} answered JSON without data.resultType and data.result")
    notes = [text for name in ("warnings", "infos") for text in answer.get(name) or ()]
    if answer["status"] == "partial" or answer.get("isPartial"):
        notes.append("the answer is partial: some of the server's storage did not answer")
    return Reply(data["resultType"], data["result"], tuple(dict.fromkeys(redact(str(note)) for note in notes)))
