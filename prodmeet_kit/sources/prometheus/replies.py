"""What a reply of the Prometheus HTTP API means: data, or which error.

Written against the texts of real servers; the status alone does not tell. A
503 with JSON and ``errorType: timeout`` is the server giving up on this query
(asking again is useless); a 503 with anything else is a proxy or a server that
starts (asking again helps).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from prodmeet_kit.core.errors import (
    NotAllowed,
    QueryRejected,
    SourceError,
    TimedOut,
    TooExpensive,
    UnexpectedAnswer,
    Unreachable,
)
from prodmeet_kit.sources.http import Wire, short
from prodmeet_kit.sources.http.policy import AGAIN
from prodmeet_kit.sources.prometheus.lengths import too_long

__all__ = ["Reply", "partial", "passing", "refusal", "reply"]

_INFO = "info: "
"""How a note begins that a server gives as an info, not as a warning."""

_OF_PARTS = re.compile(
    r"partial|incomplete|truncat|missing|unavailable|unreachable|dropped|skipped|not all\b|timed? ?out|failed"
    r"|did(?: not|n't) (?:answer|respond)|cannot be reached",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reply:
    """Data of the query API: ``kind`` is the ``resultType``; warnings and infos of the server are preserved.

    No series is an empty list, also where the server writes ``null``, as Go does.
    """

    kind: str
    result: Any
    warnings: tuple[str, ...]


def passing(wire: Wire) -> bool:
    """Whether the failure may be over in a moment: an overloaded server, a proxy, a server that starts."""
    return wire.status == 429 or (wire.status in AGAIN and wire.error_type in ("", "unavailable"))


def refusal(wire: Wire) -> SourceError | None:
    """The error a reply stands for, ``None`` for a good one. The text holds no credential."""
    if wire.status < 300:
        return None
    words = f": {wire.words}" if wire.words else ""
    if wire.status in (401, 403):
        text = f"{wire.url} does not accept the credentials ({wire.status}{words}): check sources.metrics.auth"
        return NotAllowed(text)
    if wire.status == 429:
        again = "" if wire.retry_after is None else f", or try again in {wire.retry_after:.0f} s"
        return TooExpensive(f"{wire.url} has too many queries at once (429{words}): lower sources.metrics.jobs{again}")
    length = too_long(wire.words)
    if length is not None:
        return length
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
            f"{wire.url} redirects elsewhere ({wire.status}): write the final address in sources.metrics.url,"
            " and check the credentials if that is a login page"
        )
    if wire.status in (404, 405, 501):
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
    notes = [*_texts(answer.get("warnings")), *(_INFO + text for text in _texts(answer.get("infos")))]
    if answer.get("error"):  # beside "status: success" it says what is missing
        notes += _texts([str(answer["error"])])
    if wire.status == 206 or answer["status"] == "partial" or answer.get("isPartial") not in (None, False):
        notes.append("the answer is partial: some of the server's storage did not answer")
    return Reply(data["resultType"], data["result"] or [], tuple(dict.fromkeys(map(short, notes))))


def partial(notes: Iterable[str]) -> str:
    """Those notes of a server (``Reply.warnings``) that say data may be missing, joined; empty when there is none.

    Warnings do, whatever they say; infos are hints of style, but for those that speak of parts.
    """
    return "; ".join(note for note in notes if not note.startswith(_INFO) or _OF_PARTS.search(note))


def _texts(told: Any) -> list[str]:
    return [str(text) for text in (told if isinstance(told, list) else [told]) if text]
