"""A connection to any server that speaks the Prometheus HTTP API, made from ``sources.metrics``.

Here, and nowhere earlier, references to the environment become values. Those
that are credentials are remembered, so that no text shows them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prometheus_api_client import PrometheusConnect

from prodmeet_kit.core.errors import NotOffered, SourceError
from prodmeet_kit.core.redaction import remember
from prodmeet_kit.parameters import expand
from prodmeet_kit.parameters.credentials import names_credential
from prodmeet_kit.sources.http import Turns, Wire, address, credentials, mount, place, sendable, use_tls
from prodmeet_kit.sources.prometheus.settings import PrometheusSettings
from prodmeet_kit.sources.prometheus.transport import Session

__all__ = ["Connection", "connect"]


class Connection(PrometheusConnect):  # type: ignore[misc]
    """The client of prometheus-api-client, with errors people can act on and no credential in any text.

    All methods of the client are there to explore with; :meth:`wire` is what
    the kit uses, because it keeps the server's warnings.
    """

    def __init__(self, url: str, *, session: Session, headers: dict[str, str]):
        super().__init__(url=url, session=session, headers=headers, method="POST")
        mount(session, session.policy)  # the client has mounted an adapter that asks every failed question four times

    def __repr__(self) -> str:
        return f"<Connection to {self.url}>"

    def wire(self, path: str, form: dict[str, str]) -> Wire:
        """What ``/api/v1/<path>`` answers. Raises :class:`SourceError` and its kinds."""
        return Wire.of(self._session.request("POST", f"{self.url}/api/v1/{path}", data=form, headers=self.headers))

    def alert_rules(self, kind: str = "alert") -> Any:
        """What ``/api/v1/rules`` says of rules of a kind, ``alert`` or ``record``, as JSON; servers take a GET only.

        Raises :class:`SourceError` and its kinds; :class:`NotOffered` where there is no such API.
        """
        try:
            response = self._session.request(
                "GET", f"{self.url}/api/v1/rules", params={"type": kind}, headers=self.headers
            )
        except SourceError as error:
            if error.http_status in (404, 405, 501):
                raise NotOffered(f"{self.url} has no rules API ({error.http_status})") from None
            raise
        return Wire.of(response).json


_KEY = "sources.metrics"
"""Where the source is in the parameter file."""

_PLAIN_HEADERS = {
    "accept",
    "accountid",
    "projectid",
    "thanos-tenant",
    "user-agent",
    "x-grafana-org-id",
    "x-scope-orgid",
}
"""Headers that name a tenant or a format. What any other header carries counts as a credential."""


def connect(config: PrometheusSettings, folder: Path) -> Connection:
    """The connection ``sources.metrics`` describes; nothing is sent yet.

    Relative TLS files are looked for beside the parameter file, in ``folder``.
    Raises :class:`SourceError` that names the key, when a variable is not set,
    a file is not there or a value cannot be sent.
    """
    url, user = address(config.url, _KEY, example="http://prometheus.example:9090", secrets=f"{_KEY}.auth or headers")
    params = {name: _param(name, text) for name, text in config.params.items()}
    turns = Turns(place(url), url, config.jobs, config.per_second)
    session = Session(place(url), timeout_s=config.timeout.total_seconds(), jobs=config.jobs, turns=turns)
    session.params = params
    use_tls(session, config.tls, _KEY, folder)
    session.auth = credentials(config.auth, f"{_KEY}.auth") or user or session.auth
    headers = {name: _header(name, text) for name, text in config.headers.items()}
    return Connection(url, session=session, headers=headers)


def _header(name: str, text: str) -> str:
    secret = name.lower() not in _PLAIN_HEADERS
    value = sendable(expand(text, secret=secret), f"{_KEY}.headers.{name}")
    if secret:
        remember(value)
    return value


def _param(name: str, text: str) -> str:
    secret = names_credential(name)
    value = expand(text, secret=secret)
    if secret:
        remember(value)
    return value
