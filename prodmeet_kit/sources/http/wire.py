"""An answer as it came, and the server's own words in it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import requests

from prodmeet_kit.core.errors import printable
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.sources.http.bodies import TooLarge, values

__all__ = ["LONGEST", "Wire", "place", "retry_after", "short"]

LONGEST = 300
"""Characters of a server's words that are shown."""

_API = re.compile(r"/api/v[12]\b")
_READABLE = 1 << 16  # bytes of a refusal that are looked at for words


@dataclass(frozen=True)
class Wire:
    """An answer: where from (:func:`place`), status, content type, body, headers.

    ``method`` is how it was asked, ``letters`` how long the URL was.
    """

    url: str
    status: int
    content_type: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "GET"
    letters: int = 0

    @classmethod
    def of(cls, response: requests.Response) -> Wire:
        """What matters of a response of requests."""
        return cls(
            url=place(response.url),
            status=response.status_code,
            content_type=response.headers.get("Content-Type", ""),
            body=response.content,
            headers=response.headers,
            method=str(response.request.method),
            letters=len(response.url),
        )

    @cached_property
    def json(self) -> Any:
        """The body as JSON, ``None`` when it is none. Raises ``TooLarge`` when it would fill the memory."""
        try:
            return values(self.body)
        except ValueError:
            return None
        except TooLarge as large:
            raise TooLarge(f"{self.url} answers {large}, more than fit into memory: ask for less at once") from None

    @property
    def error_type(self) -> str:
        """The ``errorType`` of Prometheus' API, empty when the API itself did not answer."""
        answer = self._refusal
        return str(answer.get("errorType") or "") if isinstance(answer, dict) else ""

    @property
    def words(self) -> str:
        """What the server says is wrong, short, printable, without credentials; empty when it says nothing readable."""
        if self.content_type.lower().startswith("text/plain"):
            return short(self.body[:_READABLE].decode("utf-8", errors="replace"))
        return short(_said(self._refusal))

    @property
    def retry_after(self) -> float | None:
        """Seconds the server asks to wait, ``None`` when it does not say."""
        return retry_after(self.headers)

    @cached_property
    def _refusal(self) -> Any:
        """The JSON of an answer that may be a refusal: a large one is none."""
        return self.json if self.status < 300 or len(self.body) <= _READABLE else None


def short(text: str) -> str:
    """Foreign text in one line that may be shown: printable, without credentials, not long."""
    text = redact(" ".join(printable(text).split()))
    return text if len(text) <= LONGEST else text[:LONGEST] + " ..."


def place(url: str) -> str:
    """What of a URL people may see: the server, and the path before the API's own."""
    parts = urlsplit(url)
    return redact(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{_API.split(parts.path, maxsplit=1)[0]}")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from a count of seconds or a date; ``None`` when it is neither."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text, re.ASCII):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(moment.timestamp() - time.time(), 0.0)
    except (TypeError, ValueError, OverflowError):
        return None


def _said(answer: Any) -> str:
    """The words in the places where APIs put them."""
    if not isinstance(answer, dict):
        return ""
    error = answer.get("error")
    inner = error.get("message") if isinstance(error, dict) else None
    told = (error, answer.get("message"), inner, answer.get("error_description"))
    return next((text for text in told if isinstance(text, str) and text.strip()), "")
