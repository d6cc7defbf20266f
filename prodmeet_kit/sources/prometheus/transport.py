"""The HTTP session behind :class:`prometheus_api_client.PrometheusConnect`.

Whatever that client asks goes through :meth:`Session.request`: parameters in
the body of a POST, since long queries do not fit a URL, and by GET where a
server or a proxy before it refuses a POST. The rest is :mod:`prodmeet_kit.sources.http`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodmeet_kit.core.errors import QueryRejected, SourceError
from prodmeet_kit.sources import http
from prodmeet_kit.sources.http import Policy, Turns, Wire
from prodmeet_kit.sources.prometheus.replies import passing, refusal

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

__all__ = ["Session"]

_REFUSED = (403, 404, 405, 501)  # how servers and proxies refuse a POST
_TOO_LONG = (400, 413, 414, 431)
_LONG = 4000  # letters of a URL that everything takes


class Session(http.Session):
    """A session that asks as described above; ``timeout_s`` is the limit for one question with all its tries.

    ``server`` names the server in messages, ``jobs`` is how many connections are kept, ``turns`` when it may be asked.
    """

    def __init__(self, server: str, timeout_s: float, jobs: int, turns: Turns | None = None) -> None:
        self._by_get = False
        policy = Policy(
            who=server,
            timeout_s=timeout_s,
            url="sources.metrics.url",
            timeout="sources.metrics.timeout",
            tls="sources.metrics.tls",
            late="simplify the query or raise sources.metrics.timeout",
            less="aggregate more, ask for a shorter time, or use a recording rule",
            jobs=jobs,
            turns=turns,
            reads=("GET", "HEAD", "OPTIONS", "POST"),  # a POST of this API asks, no more
            again=passing,
            judge=_judged,
            instead=_get_instead,
        )
        super().__init__(policy)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> Response:
        """The whole response of a server that answered well. Raises :class:`SourceError` and its kinds."""
        asked = {**kwargs, "stream": True}
        if str(method) != "POST":
            return super().request(method, url, *args, **asked)
        form = asked.pop("data", None) or asked.pop("params", None)
        if self._by_get:
            return super().request("GET", url, *args, **asked | {"params": form})
        response = super().request("POST", url, *args, **asked | {"data": form})
        self._by_get = response.request.method == "GET"  # which was answered where the POST was not
        return response


def _get_instead(request: PreparedRequest, wire: Wire) -> PreparedRequest | None:
    """The question of a refused POST as a GET."""
    if request.method != "POST" or wire.status not in _REFUSED or wire.error_type:
        return None
    other = request.copy()
    form = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
    other.prepare_url(str(request.url), form)
    other.method = "GET"
    other.body = None
    for name in ("Content-Type", "Content-Length"):
        other.headers.pop(name, None)
    return other


def _judged(wire: Wire) -> SourceError | None:
    if wire.method == "GET" and wire.letters > _LONG and wire.status in _TOO_LONG and not wire.error_type:
        return QueryRejected(
            f"{wire.url} takes no question of {wire.letters:,} letters in a URL ({wire.status}), and no POST:"
            " use a recording rule, or let the proxy before it pass POST requests to the query API"
        )
    return refusal(wire)
