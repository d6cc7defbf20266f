"""The HTTP session behind :class:`prometheus_api_client.PrometheusConnect`.

Whatever that client asks goes through :meth:`Session.request`: parameters in
the body of a POST (long queries do not fit a URL), one time limit on the wall
clock for everything up to the last byte, another try only where that helps,
and errors of :mod:`prodmeet_kit.errors` that hold no credential.
"""

from __future__ import annotations

import io
import re
import time
from typing import Any

import requests
from urllib3 import exceptions as lower

from prodmeet_kit.errors import NotAllowed, SourceError, TimedOut, Unreachable
from prodmeet_kit.redaction import redact
from prodmeet_kit.sources.prometheus.replies import Wire, passing, place, refusal

__all__ = ["Session"]

_CONNECT_S = 5.0  # a server that is there accepts a connection long before that
_PAUSES_S = (0.3, 1.0)  # before the second and the third try
_REMEMBER_S = 15.0  # how long a server that is down is left alone
_SLOW_IN_A_ROW = 3  # answers that came too late, one after another, before the server counts as down
_CHUNK = 1 << 16


class _Dropped(Exception):
    """The connection broke before an answer; idle connections may, so another try is fair."""


class Session(requests.Session):
    """A session that asks as described above.

    ``timeout_s`` is the limit for one question with all its tries. A server
    that trickles and falls silent just before the limit stretches it to twice
    that at most: silence is noticed after ``timeout_s`` as well.
    """

    def __init__(self, timeout_s: float) -> None:
        super().__init__()
        self._timeout_s = timeout_s
        self._down: SourceError | None = None
        self._down_until = 0.0
        self._slow = 0

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Ask, and give the whole response of a server that answered well.

        A server found down is left alone for a while: what is asked meanwhile
        fails at once, in the same words. Raises :class:`SourceError` and its kinds.
        """
        down = self._down
        if down is not None and time.monotonic() < self._down_until:
            raise type(down)(str(down))
        try:
            response = self._persist(str(method), str(url), *args, **kwargs)
        except (Unreachable, NotAllowed) as error:
            self._slow = self._slow + 1 if isinstance(error, TimedOut) else _SLOW_IN_A_ROW
            if self._slow >= _SLOW_IN_A_ROW:
                self._down, self._down_until = error, time.monotonic() + _REMEMBER_S
            raise
        except SourceError:
            self._slow = 0
            raise
        self._slow = 0
        return response

    def _persist(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        """Ask again while the trouble may be over in a moment and time is left."""
        deadline = time.monotonic() + self._timeout_s
        pauses = list(_PAUSES_S)
        while True:
            error: SourceError
            try:
                response = self._once(deadline, method, url, *args, **kwargs)
            except _Dropped as dropped:
                error = Unreachable(f"{place(url)} broke the connection: {dropped}")
            else:
                wire = Wire.of(response)
                refused = refusal(wire)
                if refused is None:
                    return response
                if not passing(wire):
                    raise refused
                error = refused
            if not pauses or time.monotonic() + pauses[0] >= deadline:
                raise error
            time.sleep(pauses.pop(0))

    def _once(self, deadline: float, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        left = max(deadline - time.monotonic(), 0.001)
        kwargs |= {"timeout": (min(_CONNECT_S, left), left), "stream": True}
        kwargs["allow_redirects"] = method == "GET" and kwargs.get("allow_redirects", True)
        if method == "POST" and "params" in kwargs:
            kwargs["data"] = kwargs.pop("params")
        try:
            response = super().request(method, url, *args, **kwargs)
            with response:
                body = _body(response, deadline)
        except (requests.exceptions.RequestException, lower.HTTPError) as error:
            raise _meaning(error, url, self._timeout_s) from None
        response.raw = io.BytesIO(body)
        return response


def _body(response: requests.Response, deadline: float) -> bytes:
    """The body, read as it arrives, so that a server that trickles cannot keep us past the deadline."""
    parts = []
    while part := response.raw.read1(_CHUNK, decode_content=True):
        parts.append(part)
        if time.monotonic() > deadline:
            raise requests.exceptions.ReadTimeout
    return b"".join(parts)


def _meaning(error: Exception, url: str, timeout_s: float) -> Exception:
    """What an error of requests or urllib3 means to people. Their own texts may hold credentials."""
    where = place(url)
    if isinstance(error, requests.exceptions.SSLError):
        return Unreachable(f"{where}: no safe connection ({_reason(error)}): check sources.metrics.tls and the URL")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Unreachable(f"cannot connect to {where}: nobody answers there")
    if isinstance(error, requests.exceptions.ReadTimeout | lower.ReadTimeoutError):
        return TimedOut(
            f"no answer from {where} within {timeout_s:g} s: simplify the query or raise sources.metrics.timeout"
        )
    if isinstance(error, requests.exceptions.ConnectionError) and not _broke(error):
        return Unreachable(f"cannot connect to {where}: {_reason(error)}")
    if isinstance(error, requests.exceptions.ConnectionError | lower.ProtocolError | lower.DecodeError):
        return _Dropped(_reason(error))
    return SourceError(f"{where} cannot be asked ({type(error).__name__}): check sources.metrics")


def _broke(error: requests.exceptions.ConnectionError) -> bool:
    """Whether a connection there was broke, rather than none came about."""
    return bool(error.args) and isinstance(error.args[0], lower.ProtocolError)


def _reason(error: Exception) -> str:
    """The end of a nested error's text, such as ``Connection refused``."""
    text = re.split(r"\] |: ", str(error).rstrip(")'\" "))[-1]
    return redact(text) or type(error).__name__
