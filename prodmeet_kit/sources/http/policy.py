"""What a source says of itself, so that one policy can serve it: how to name it, its keys, its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from requests import PreparedRequest

from prodmeet_kit.core.errors import SourceError
from prodmeet_kit.parameters.fields import TIMEOUT
from prodmeet_kit.sources.http.bodies import MOST
from prodmeet_kit.sources.http.turns import Turns
from prodmeet_kit.sources.http.wire import Wire

__all__ = ["AGAIN", "Policy", "failing", "over_soon"]

AGAIN = (429, 500, 502, 503, 504)
"""What may be over in a moment: an overloaded server, a proxy, a server that starts."""


def over_soon(wire: Wire) -> bool:
    """Whether it helps to ask again."""
    return wire.status in AGAIN


def failing(wire: Wire) -> bool:
    """The same but for limits (429), for a caller that waits for them itself."""
    return wire.status in AGAIN and wire.status != 429


def nothing_instead(request: PreparedRequest, wire: Wire) -> PreparedRequest | None:  # noqa: ARG001 - a hook
    """No other request."""
    return None


@dataclass(frozen=True)
class Policy:
    """How one server is asked.

    ``who`` names it in messages, without a credential; ``url``, ``timeout``, ``tls`` are the keys of the parameter
    file where people fix what is wrong, such as ``sources.metrics.url``; ``less`` is what to do about an answer
    that is too large, ``late`` about one that does not come in time (raise ``timeout``, when it is empty).
    ``timeout_s`` bounds one answer with all its tries; ``most`` its bytes, unpacked; ``jobs`` connections are kept.
    ``turns`` says when it may be asked; ``None``: at once.

    ``reads``: methods that change nothing on the server, so that they may be tried again. ``anywhere``: no credential
    goes with the requests, so that a redirect may lead to another host. ``follows``: redirects are followed, or
    refused, here; else they come back for a caller who knows more of the new place. ``shows_path``: the path of a URL
    is no credential. ``again`` says whether an answer may be better in a moment, ``judge`` what error an answer stands
    for (``None``: it is for the caller to say), ``instead`` which other request to make after an answer, within the
    same time.
    """

    who: str
    timeout_s: float = TIMEOUT.total_seconds()
    url: str = "url"
    timeout: str = "timeout"
    tls: str = "tls"
    less: str = "ask for less at once"
    late: str = ""
    most: int = MOST
    jobs: int = 8
    turns: Turns | None = None
    reads: tuple[str, ...] = ("GET", "HEAD", "OPTIONS")
    anywhere: bool = False
    follows: bool = True
    shows_path: bool = True
    again: Callable[[Wire], bool] = over_soon
    judge: Callable[[Wire], SourceError | None] | None = None
    instead: Callable[[PreparedRequest, Wire], PreparedRequest | None] = nothing_instead
