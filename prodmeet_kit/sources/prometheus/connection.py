"""A connection to any server that speaks the Prometheus HTTP API, made from ``sources.metrics``.

Here, and nowhere earlier, references to the environment become values. Those
that are credentials are remembered, so that no text shows them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import urllib3
from prometheus_api_client import PrometheusConnect
from requests.auth import AuthBase, HTTPBasicAuth

from prodmeet_kit.core.errors import NotOffered, SourceError
from prodmeet_kit.core.redaction import remember
from prodmeet_kit.parameters import MetricSource, expand
from prodmeet_kit.parameters.credentials import names_credential
from prodmeet_kit.sources.access import Bearer, use_tls
from prodmeet_kit.sources.http import Wire, mount, place
from prodmeet_kit.sources.prometheus.transport import Session

__all__ = ["Connection", "connect"]


class Connection(PrometheusConnect):  # type: ignore[misc]
    """The client of prometheus-api-client, with errors people can act on and no credential in any text.

    All methods of the client are there to explore with; :meth:`wire` is what
    the kit uses, because it keeps the server's warnings.
    """

    def __init__(self, url: str, *, session: Session, headers: dict[str, str], auth: AuthBase | None):
        super().__init__(url=url, session=session, headers=headers, auth=auth, method="POST")
        # The client has mounted an adapter that asks every failed question four times.
        session.adapters.clear()
        mount(session, session.policy)

    def __repr__(self) -> str:
        return f"<Connection to {self.url}>"

    def wire(self, path: str, form: dict[str, str]) -> Wire:
        """What ``/api/v1/<path>`` answers. Raises :class:`SourceError` and its kinds."""
        response = self._session.request(
            "POST",
            f"{self.url}/api/v1/{path}",
            data=form,
            headers=self.headers,
            auth=self.auth,
            verify=self._session.verify,  # given here, or REQUESTS_CA_BUNDLE would win over the parameters
            cert=self._session.cert,
        )
        return Wire.of(response)

    def alert_rules(self, kind: str = "alert") -> Any:
        """What ``/api/v1/rules`` says of rules of a kind, ``alert`` or ``record``, as JSON; servers take a GET only.

        Raises :class:`SourceError` and its kinds; :class:`NotOffered` where there is no such API.
        """
        try:
            response = self._session.request(
                "GET",
                f"{self.url}/api/v1/rules",
                params={"type": kind},
                headers=self.headers,
                auth=self.auth,
                verify=self._session.verify,
                cert=self._session.cert,
            )
        except SourceError as error:
            if error.http_status in (404, 405, 501):
                raise NotOffered(f"{self.url} has no rules API ({error.http_status})") from None
            raise
        return Wire.of(response).json


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


def connect(config: MetricSource, folder: Path) -> Connection:
    """The connection ``sources.metrics`` describes; nothing is sent yet.

    Relative TLS files are looked for beside the parameter file, in ``folder``.
    Raises :class:`SourceError` that names the key, when a variable is not set,
    a file is not there or a value cannot be sent.
    """
    url, userinfo = _address(config.url)
    params = {name: _param(name, text) for name, text in config.params.items()}
    session = Session(place(url), timeout_s=config.timeout.total_seconds(), jobs=config.jobs)
    session.params = params
    use_tls(session, config.tls, "sources.metrics", folder)
    if config.tls and not config.tls.verify:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    auth = _auth(config) or userinfo
    headers = {name: _header(name, text) for name, text in config.headers.items()}
    return Connection(url, session=session, headers=headers, auth=auth)


def _address(text: str) -> tuple[str, AuthBase | None]:
    """The base URL without userinfo, and the userinfo as credentials."""
    try:
        parts = urlsplit(expand(text).strip())
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError("sources.metrics.url is no address: write one such as http://prometheus.example:9090")
    if parts.query or parts.fragment:
        raise SourceError("sources.metrics.url holds a ? or #: write credentials under sources.metrics.auth or headers")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    url = f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
    if not parts.username:
        return url, None
    return url, _basic(unquote(parts.username), unquote(parts.password or ""))


def _auth(config: MetricSource) -> AuthBase | None:
    if config.auth is None:
        return None
    if config.auth.type == "basic":
        return _basic(expand(config.auth.username), expand(config.auth.password, secret=True))
    token = _sendable("auth.token", expand(config.auth.token, secret=True))
    remember(token)
    return Bearer(token)


def _basic(username: str, password: str) -> AuthBase:
    remember(password)
    return HTTPBasicAuth(username.encode(), password.encode())


def _header(name: str, text: str) -> str:
    secret = name.lower() not in _PLAIN_HEADERS
    value = _sendable(f"headers.{name}", expand(text, secret=secret))
    if secret:
        remember(value)
    return value


def _param(name: str, text: str) -> str:
    secret = names_credential(name)
    value = expand(text, secret=secret)
    if secret:
        remember(value)
    return value


def _sendable(key: str, value: str) -> str:
    """The value without blanks around it, when a header can carry it."""
    value = value.strip()
    if not value:
        raise SourceError(f"sources.metrics.{key} is empty: give it a value")
    if not (value.isascii() and value.isprintable()):
        raise SourceError(f"sources.metrics.{key} holds a line break or a letter no header can carry: write it again")
    return value
