"""How PyGithub speaks HTTP for the kit: by the one policy, and every answer that is no success comes out as it is.

By itself PyGithub follows a 301 of any request without its query, waits for
ever at a 202, and trips over refusals that are no JSON mapping.
"""

from __future__ import annotations

from typing import Any

from github import Auth
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester, RequestsResponse

from prodmeet_kit.sources.http import USER_AGENT, Policy, TooLarge, Wire, mount

__all__ = ["Refused", "requester"]

_LARGE = 1 << 20
"""Bytes from which an answer is looked at before its JSON fills the memory."""
_MOST_IN_ALL = 400 << 20
"""Memory of all answers together, about: all pages of a list are held. 5,000 usual issues take 110 MiB."""


class Refused(Exception):
    """An answer that is no success: a redirect, a limit, a refusal, a fault, or "not yet" (202)."""

    def __init__(self, verb: str, wire: Wire) -> None:
        super().__init__(f"{verb}: {wire.status}")
        self.verb, self.wire, self.status = verb, wire, wire.status
        self.headers = {name.lower(): text for name, text in wire.headers.items()}

    @property
    def location(self) -> str:
        """Where a redirect points; empty when it does not say."""
        return self.headers.get("location", "")


def requester(policy: Policy, url: str, token: str, *, per_page: int, between_writes_s: float) -> Requester:
    """PyGithub's requester on connections of the policy; its own hook for them would hold for the whole process."""
    held = 0

    def answered(connection: Any) -> RequestsResponse:
        nonlocal held
        wire, response = _answered(connection)
        held += 2 * len(wire.body) + 64 * sum(wire.body.count(mark) for mark in (b",", b"[", b"{", b":"))
        if held > _MOST_IN_ALL:
            raise TooLarge(f"{policy.who} lists more than fits into memory: {policy.less}")
        return response

    class Plain(HTTPRequestsConnectionClass):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            mount(self.session, policy)

        def getresponse(self) -> RequestsResponse:
            return answered(self)

    class Secure(HTTPSRequestsConnectionClass):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            mount(self.session, policy)

        def getresponse(self) -> RequestsResponse:
            return answered(self)

    class Ours(Requester):
        _Requester__httpConnectionClass = Plain
        _Requester__httpsConnectionClass = Secure

        def _Requester__assertUrlAllowed(self, url: str) -> None:  # noqa: N802 - PyGithub's name
            """Nothing: who asks looks at the address, and knows more than that the path begins as the API's does."""

    return Ours(
        auth=Auth.Token(token) if token else None,
        base_url=url,
        timeout=max(1, round(policy.timeout_s)),  # the policy's own counts
        user_agent=USER_AGENT,
        per_page=per_page,
        verify=True,
        retry=0,
        pool_size=None,
        seconds_between_writes=between_writes_s,
    )


class _Response(RequestsResponse):
    """JSON is UTF-8, whatever the server calls it."""

    def read(self) -> str:
        return str(self.response.content.decode("utf-8", "replace"))


def _answered(connection: Any) -> tuple[Wire, _Response]:
    """Ask what PyGithub prepared; nothing is followed."""
    host = f"[{connection.host}]" if ":" in connection.host else connection.host
    reply = connection.session.request(
        connection.verb,
        f"{connection.protocol}://{host}:{connection.port}{connection.url}",
        headers=connection.headers,
        data=connection.input,
        verify=connection.verify,
        allow_redirects=False,
    )
    wire = Wire.of(reply)
    if wire.status // 100 != 2 or wire.status == 202:
        raise Refused(connection.verb, wire)
    if len(wire.body) > _LARGE:
        wire.json  # noqa: B018 - raises when it would fill the memory
    return wire, _Response(reply)
