"""A session of requests that goes by the policy, for our own questions and for clients that take one."""

from __future__ import annotations

from typing import Any

import requests
from requests.auth import AuthBase

from prodmeet_kit.sources.http.access import Nobody
from prodmeet_kit.sources.http.adapter import Adapter
from prodmeet_kit.sources.http.policy import Policy

__all__ = ["USER_AGENT", "Session", "mount"]

USER_AGENT = "prodmeet-kit"
"""What the kit calls itself."""


def mount(session: requests.Session, policy: Policy) -> Adapter:
    """Have every request of the session go by the policy: for clients that bring a session of their own.

    Adapters that were mounted before go. Where the session holds no credentials, none go with its requests.
    """
    adapter = Adapter(policy)
    session.adapters.clear()
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    session.auth = session.auth or Nobody()
    return adapter


class Session(requests.Session):
    """Asks one server. ``auth`` goes with every request; without it nothing does."""

    def __init__(self, policy: Policy, auth: AuthBase | None = None) -> None:
        super().__init__()
        self.policy = policy
        self.auth = auth
        self.headers["User-Agent"] = USER_AGENT
        mount(self, policy)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **more: Any) -> requests.Response:
        """The response, whole. Raises :class:`~prodmeet_kit.core.errors.SourceError` and its kinds.

        Redirects are the adapter's to follow; the files of TLS are the session's own, or REQUESTS_CA_BUNDLE would win
        over the parameters.
        """
        ours = {"allow_redirects": False, "verify": self.verify, "cert": self.cert}
        return super().request(method, url, *args, **more | ours)
