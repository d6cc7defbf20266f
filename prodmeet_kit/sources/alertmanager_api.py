"""Asking an Alertmanager: one GET with a limit on its time, and errors people can act on.

A server that limits requests is asked again after its ``Retry-After`` when that
fits into the time limit; one that fails, twice. Nothing is followed elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from pydantic import BaseModel, ConfigDict, Field
from requests.auth import AuthBase, HTTPBasicAuth

from prodmeet_kit.errors import NotAllowed, SourceError, TimedOut, TooExpensive, UnexpectedAnswer, Unreachable
from prodmeet_kit.parameters import expand
from prodmeet_kit.parameters.fields import Duration
from prodmeet_kit.parameters.models import Auth, Tls
from prodmeet_kit.redaction import redact
from prodmeet_kit.sources.access import Bearer, use_tls

__all__ = ["Server", "get"]

_CONNECT_S = 5.0
_PAUSES_S = (0.3, 1.0)  # before the second and the third try of a server that fails
_MOST = 200 << 20  # bytes of one answer
_CHUNK = 1 << 16


class Server(BaseModel):
    """The keys that say where the Alertmanager is and how to ask it."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(description="Base URL, or a reference to a variable that holds it")
    auth: Auth | None = Field(default=None, description="Credentials")
    tls: Tls | None = Field(default=None, description="TLS files")
    timeout: Duration = Field(default=timedelta(seconds=30), description="Wait for an answer this long, tries included")


class _Nobody(AuthBase):
    """No credentials, not even those of ``~/.netrc``."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def get(server: Server, path: str, key: str, folder: Path) -> list[Any]:
    """The list that ``/api/v2/<path>`` gives. ``key`` is where the source stands in the parameter file.

    Relative TLS files are looked for in ``folder``. Raises :class:`SourceError` and its kinds.
    """
    url = _address(server.url, key)
    limit = server.timeout.total_seconds()
    deadline = time.monotonic() + limit
    pauses = list(_PAUSES_S)
    trouble: SourceError | None = None
    with requests.Session() as session:
        session.auth = _auth(server.auth, key)
        use_tls(session, server.tls, key, folder)
        while True:
            try:
                status, headers, body = _once(session, f"{url}/api/v2/{path}", deadline)
            except (requests.exceptions.ReadTimeout, requests.exceptions.ConnectTimeout):
                text = f"no answer from {redact(url)} within {limit:g} s: raise {key}.timeout"
                raise trouble or TimedOut(text) from None  # what it answered before tells more than the silence
            except requests.exceptions.SSLError:
                raise Unreachable(f"no safe connection to {redact(url)}: check {key}.tls and the URL") from None
            except requests.exceptions.RequestException as error:
                trouble = Unreachable(f"cannot connect to {redact(url)} ({type(error).__name__})")
                wait = pauses.pop(0) if pauses else None
            else:
                if status not in (429, 500, 502, 503, 504):
                    return _content(status, body, f"{redact(url)}/api/v2/{path}", server, key)
                told = _retry_after(headers)
                trouble = _refused(status, redact(url), told)
                wait = told if status == 429 and told is not None else (pauses.pop(0) if pauses else None)
            if wait is None or time.monotonic() + wait >= deadline:
                raise trouble
            time.sleep(max(wait, 0.05))  # a server that says "at once" for ever is not asked without a pause


def _once(session: requests.Session, url: str, deadline: float) -> tuple[int, Mapping[str, str], bytes]:
    left = max(deadline - time.monotonic(), 0.001)
    parts, size = [], 0
    with session.get(
        url,
        timeout=(min(_CONNECT_S, left), left),
        stream=True,
        allow_redirects=False,
        headers={"Accept": "application/json"},
        verify=session.verify,  # given here, or REQUESTS_CA_BUNDLE would win over the parameters
    ) as response:
        for part in response.iter_content(_CHUNK):
            parts.append(part)
            size += len(part)
            if time.monotonic() > deadline:
                raise requests.exceptions.ReadTimeout
            if size > _MOST:
                raise UnexpectedAnswer(f"{redact(url)} answers more than {_MOST >> 20} MiB")
        return response.status_code, response.headers, b"".join(parts)


def _content(status: int, body: bytes, where: str, server: Server, key: str) -> list[Any]:
    import json

    if status in (401, 403):
        named = (server.auth.token or server.auth.password) if server.auth else ""
        mend = f"renew what {named} holds" if named else f"give {key}.auth"
        raise NotAllowed(f"{where} does not accept the credentials ({status}): {mend}")
    if status != 200:
        words = " ".join(redact(body[:200].decode("utf-8", errors="replace")).split())
        text = f"{where} answers {status}{f': {words}' if words else ''}: check {key}.url, with the path before /api/v2"
        raise UnexpectedAnswer(text)
    try:
        found = json.loads(body)
    except ValueError:
        raise UnexpectedAnswer(f"{where} answers no JSON: is it a login page? check {key}.url") from None
    if not isinstance(found, list):
        raise UnexpectedAnswer(f"{where} answers JSON that is no list: check {key}.url")
    return found


def _refused(status: int, where: str, wait: float | None) -> SourceError:
    if status == 429:
        when = "" if wait is None else f" in {wait:.0f} s"
        return TooExpensive(f"{where} limits requests (429): try again{when or ' later'}")
    return UnexpectedAnswer(f"{where} fails ({status}): look at the Alertmanager, or a proxy before it")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from a count of seconds or a date."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def _address(text: str, key: str) -> str:
    try:
        parts = urlsplit(expand(text).strip())
        port = parts.port
    except ValueError:
        raise SourceError(f"{key}.url is no address: write one such as http://alertmanager.example:9093") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError(f"{key}.url is no address: write one such as http://alertmanager.example:9093")
    if parts.query or parts.fragment or parts.username:
        raise SourceError(f"{key}.url holds a user, ? or #: write credentials under {key}.auth")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def _auth(auth: Auth | None, key: str) -> AuthBase:
    if auth is None:
        return _Nobody()
    if auth.type == "basic":
        return HTTPBasicAuth(expand(auth.username).encode(), expand(auth.password, secret=True).encode())
    token = expand(auth.token, secret=True).strip()
    if not (token and token.isascii() and token.isprintable()):
        raise SourceError(f"{key}.auth.token is empty or holds what no header can carry: write it anew")
    return Bearer(token)
