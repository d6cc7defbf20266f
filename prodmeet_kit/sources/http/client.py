"""A client for our own questions: a session that follows the policy, and answers as they came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from requests.auth import AuthBase

from prodmeet_kit.sources.http.policy import Policy
from prodmeet_kit.sources.http.session import Session
from prodmeet_kit.sources.http.wire import Wire

__all__ = ["Client"]


class Client:
    """Asks one server. ``auth`` goes with every request; without it nothing does.

    ``session`` is there to put TLS files on (:func:`prodmeet_kit.sources.http.use_tls`).
    Close it, or use it in a ``with`` block.
    """

    def __init__(self, policy: Policy, auth: AuthBase | None = None) -> None:
        self.policy = policy
        self.session = Session(policy, auth)

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
        return Wire.of(self.session.request(method, url, headers=headers, data=data, **more))
