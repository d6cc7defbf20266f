"""Asking an Alertmanager: one GET, and errors people can act on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from prodmeet_kit.core.errors import NotAllowed, SourceError, TooExpensive, UnexpectedAnswer
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.parameters.fields import TIMEOUT, Timeout
from prodmeet_kit.parameters.models import Auth, Tls
from prodmeet_kit.sources.http import Client, Policy, Wire, address, credentials, over_soon, use_tls

__all__ = ["Server", "get"]


class Server(BaseModel):
    """The keys that say where the Alertmanager is and how to ask it."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(description="Base URL, or a reference to a variable that holds it")
    auth: Auth | None = Field(default=None, description="Credentials")
    tls: Tls | None = Field(default=None, description="TLS files")
    timeout: Timeout = TIMEOUT


def get(server: Server, path: str, key: str, folder: Path) -> list[Any]:
    """The list that ``/api/v2/<path>`` gives. ``key`` is where the source is in the parameter file.

    Relative TLS files are looked for in ``folder``. Raises :class:`SourceError` and its kinds.
    """
    example = "http://alertmanager.example:9093"
    url, user = address(server.url, key, example=example, secrets=f"{key}.auth")
    if user:
        raise SourceError(f"{key}.url holds a user: write credentials under {key}.auth")
    policy = Policy(
        who=redact(url),
        timeout_s=server.timeout.total_seconds(),
        url=f"{key}.url",
        timeout=f"{key}.timeout",
        tls=f"{key}.tls",
        less="let old alerts or silences go",
    )
    with Client(policy, credentials(server.auth, f"{key}.auth")) as client:
        use_tls(client.session, server.tls, key, folder)
        given = client.ask("GET", f"{url}/api/v2/{path}", headers={"Accept": "application/json"})
    return _content(given, f"{redact(url)}/api/v2/{path}", server, key)


def _content(given: Wire, where: str, server: Server, key: str) -> list[Any]:
    if given.status in (401, 403):
        named = (server.auth.token or server.auth.password) if server.auth else ""
        fix = f"renew what {named} holds" if named else f"give {key}.auth"
        raise NotAllowed(f"{where} does not accept the credentials ({given.status}): {fix}")
    if given.status == 429:
        when = " later" if given.retry_after is None else f" in {given.retry_after:.0f} s"
        raise TooExpensive(f"{given.url} limits requests (429): try again{when}")
    said = f": {given.words}" if given.words else ""
    if over_soon(given):
        raise UnexpectedAnswer(
            f"{given.url} fails ({given.status}{said}): look at the Alertmanager, or a proxy before it"
        )
    if given.status != 200:
        text = f"{where} answers {given.status}{said}: check {key}.url, with the path before /api/v2"
        raise UnexpectedAnswer(text)
    if given.json is None:
        raise UnexpectedAnswer(f"{where} answers no JSON: is it a login page? check {key}.url")
    if not isinstance(given.json, list):
        raise UnexpectedAnswer(f"{where} answers JSON that is no list: check {key}.url")
    return given.json
