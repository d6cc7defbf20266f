"""Where a server may send us: a GET goes on within its own origin, and keeps what it asks."""

from __future__ import annotations

from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from prodmeet_kit.core.errors import UnexpectedAnswer
from prodmeet_kit.sources.http.policy import Policy
from prodmeet_kit.sources.http.wire import short

__all__ = ["MOST", "elsewhere", "origin"]

MOST = 5
"""Redirects that are followed for one answer."""

_PORTS = {"http": 80, "https": 443}


def elsewhere(request: requests.PreparedRequest, response: requests.Response, policy: Policy) -> str | None:
    """The URL to ask next; ``None`` for what is no redirect.

    Raises :class:`UnexpectedAnswer` that names the new place, without its query: for what may change
    something there, for another host, scheme or port, which our credentials are not for, and where the
    question would be lost on the way, as GitHub's redirects of renamed repositories lose it.
    """
    location = response.headers.get("Location", "")
    if response.status_code not in (301, 302, 303, 307, 308) or not location:
        return None
    asked = str(request.url)
    try:
        new = urljoin(asked, location)
        same = origin(asked) == origin(new)
    except ValueError:
        raise _refused(response, "what is no address", policy) from None
    if request.method not in ("GET", "HEAD") or not (same or (policy.anywhere and _as_safe(asked, new))):
        raise _refused(response, _shown(new, policy), policy)
    if lost := set(_query(asked)) - set(_query(new)):
        names = ", ".join(sorted({name for name, _ in lost}))
        raise _refused(response, f"{_shown(new, policy)} without the question ({names})", policy)
    return new


def _refused(response: requests.Response, new: str, policy: Policy) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"{policy.who} redirects elsewhere ({response.status_code}) to {new}: write the final address in {policy.url},"
        " and check the credentials if that is a login page"
    )


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what credentials are for. Raises ``ValueError`` for what is no address."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)


def _as_safe(asked: str, new: str) -> bool:
    """Whether the new place is one of HTTP, and not in clear where the asked one was encrypted."""
    return urlsplit(new).scheme in ("https", urlsplit(asked).scheme)


def _query(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)


def _shown(url: str, policy: Policy) -> str:
    parts = urlsplit(url)
    path = parts.path if policy.shows_path else "/..."
    return short(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}")
