"""The policy itself, as an adapter that any session of requests can mount."""

from __future__ import annotations

import io
import ipaddress
import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3 import exceptions as lower

from prodmeet_kit.core.errors import SourceError, TimedOut, UnexpectedAnswer, Unreachable
from prodmeet_kit.sources.http import redirects
from prodmeet_kit.sources.http.bodies import TooLarge, read
from prodmeet_kit.sources.http.connections import WatchedAdapter
from prodmeet_kit.sources.http.guard import pause, watched
from prodmeet_kit.sources.http.health import Health
from prodmeet_kit.sources.http.meaning import Dropped, meaning
from prodmeet_kit.sources.http.policy import Policy
from prodmeet_kit.sources.http.wire import Wire

__all__ = ["PAUSES_S", "Adapter"]

PAUSES_S = (0.3, 1.0)
"""Before the second and the third try."""

_LEAST_S = 0.05  # a server that says "at once" for ever is not asked without a pause
_ENCODINGS = "gzip, deflate"  # what is unpacked piece by piece


class Adapter(WatchedAdapter):
    """Asks as :mod:`prodmeet_kit.sources.http` says, with a pool of connections for one server.

    Whatever goes wrong is a :class:`~prodmeet_kit.core.errors.SourceError` in words that hold no credential.
    A response that comes back is whole, and its body is in memory.
    """

    def __init__(self, policy: Policy) -> None:
        super().__init__(max_retries=0, pool_maxsize=policy.jobs)
        self.policy = policy
        self.health = Health()

    def send(self, request: requests.PreparedRequest, *_: Any, **how: Any) -> requests.Response:
        """The response to a request. Raises :class:`SourceError` and its kinds; the time-out is the policy's."""
        how = {name: how[name] for name in ("verify", "cert", "proxies") if name in how}
        if _inside(str(request.url)):  # a proxy would ask itself
            how.pop("proxies", None)
        turns = self.policy.turns
        with turns.taken() if turns else nullcontext(), self.health.watching():
            response, wire = self._persist(request, time.monotonic() + self.policy.timeout_s, how)
            refused = self.policy.judge(wire) if self.policy.judge else None
            if refused is not None:
                refused.http_status = wire.status
                raise refused
            return response

    def _persist(
        self, request: requests.PreparedRequest, deadline: float, how: dict[str, Any]
    ) -> tuple[requests.Response, Wire]:
        """Ask again while the failure may be over in a moment and time is left."""
        pauses = iter(PAUSES_S if request.method in self.policy.reads else ())
        told: tuple[requests.Response, Wire] | SourceError | None = None
        while True:
            wait: float | None
            try:
                response = self._followed(request, deadline, how)
            except Dropped as dropped:
                told, wait = Unreachable(f"{self.policy.who} broke the connection: {dropped}"), next(pauses, None)
            except TimedOut as late:
                told, wait = told or late, None  # what it answered before tells more than the silence
            else:
                wire = Wire.of(response)
                other = self.policy.instead(request, wire)
                if other is not None:
                    request = other
                    self._again(0, deadline)
                    continue
                told, wait = (response, wire), self._wait(wire, request, pauses)
            if wait is None or time.monotonic() + wait >= deadline or not self._again(max(wait, _LEAST_S), deadline):
                if isinstance(told, SourceError):
                    raise told
                return told

    def _again(self, wait: float, deadline: float) -> bool:
        """Wait before one request more; whether it may be made."""
        turns = self.policy.turns
        return pause(wait) and (turns is None or turns.paced(deadline))

    def _wait(self, wire: Wire, request: requests.PreparedRequest, pauses: Iterator[float]) -> float | None:
        """Seconds until the answer may be better; ``None`` when this one counts."""
        if not self.policy.again(wire) or request.method not in self.policy.reads:
            return None
        asked = wire.retry_after if wire.status in (429, 503) else None
        if asked is not None and wire.status == 429:
            return asked  # as often as it says, for as long as there is time
        wait = next(pauses, None)
        return wait if wait is None or asked is None else max(wait, asked)

    def _followed(self, request: requests.PreparedRequest, deadline: float, how: dict[str, Any]) -> requests.Response:
        for _ in range(redirects.MOST + 1):
            response = self._once(request, deadline, how)
            new = redirects.elsewhere(request, response, self.policy) if self.policy.follows else None
            if new is None:
                return response
            request = request.copy()
            request.url = new
            self._again(0, deadline)
        raise UnexpectedAnswer(f"{self.policy.who} redirects in a loop: check {self.policy.url}")

    def _once(self, request: requests.PreparedRequest, deadline: float, how: dict[str, Any]) -> requests.Response:
        """One request and its whole answer."""
        request.headers["Accept-Encoding"] = _ENCODINGS
        with watched(deadline) as call:
            try:
                response = super().send(request, stream=True, timeout=(call.left, call.left), **how)
                with response:
                    body = read(response, self.policy.most)
                if call.stopped:  # a body without a length ends where its connection does
                    raise requests.exceptions.ReadTimeout
            except TooLarge as large:
                raise TooLarge(f"{self.policy.who} answers {large}: {self.policy.less}") from None
            except (requests.exceptions.RequestException, lower.HTTPError, OSError, ValueError) as error:
                raise meaning(error, call, self.policy) from None
        whole = body.getvalue()
        response.raw = io.BytesIO(whole)
        response._content = whole  # noqa: SLF001 - as requests keeps it, without a copy: it may be 32 MiB
        return response


def _inside(url: str) -> bool:
    """Whether an address does not leave the machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
