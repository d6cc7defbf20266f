"""A client for our own questions: a session of requests that follows the policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from requests.auth import AuthBase

from prodmeet_kit.sources.http.adapter import Adapter
from prodmeet_kit.sources.http.policy import Policy
from prodmeet_kit.sources.http.wire import Wire

__all__ = ["Client", "Nobody", "mount"]


class Nobody(AuthBase):
    """No credentials, not even those of ``~/.netrc``."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request as it is."""
        return request


def mount(session: requests.Session, policy: Policy) -> Adapter:
    """Have every request of the session go by the policy: for clients that bring a session of their own."""
    adapter = Adapter(policy)
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return adapter


class Client:
    """Asks one server. ``auth`` goes with every request; without it nothing does.

    ``session`` is there to put TLS files on (:func:`prodmeet_kit.sources.access.use_tls`).
    Close it, or use it in a ``with`` block.
    """

    def __init__(self, policy: Policy, auth: AuthBase | None = None) -> None:
        self.policy = policy
        self.session = requests.Session()
        self.session.auth = auth or Nobody()
        mount(self.session, policy)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self.session.close()

    def ask(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, data: Any = None, **more: Any
    ) -> Wire:
        """The answer, whatever its status where the policy has no judge. Raises :class:`SourceError` and its kinds.

        ``more``: ``params`` and ``json``, as requests takes them.
        """
        response = self.session.request(
            method,
            url,
            headers=headers,
            data=data,
            allow_redirects=False,  # the adapter follows those that may be followed
            verify=self.session.verify,  # given here, or REQUESTS_CA_BUNDLE would win over the parameters
            cert=self.session.cert,
            **more,
        )
        return Wire.of(response)
