"""The bytes of a calendar behind a URL: one GET, refusals in words without a credential."""

from __future__ import annotations

from datetime import timedelta

from requests.auth import AuthBase, HTTPBasicAuth

from prodmeet_kit.core.errors import NotAllowed, SourceError, UnexpectedAnswer
from prodmeet_kit.sources.access import Bearer
from prodmeet_kit.sources.http import Client, Policy

__all__ = ["fetch"]

_LARGEST = 20 << 20
"""A calendar of more bytes is not read."""


def fetch(url: str, name: str, timeout: timedelta, auth: dict[str, str]) -> bytes:
    """The body, as bytes since lines are folded within letters.

    ``name`` is the URL as written; ``auth`` has ``token``, or ``username`` and ``password``.
    The URL may itself be the credential (a calendar's secret address), so that
    no message holds it. Without ``auth`` a redirect is followed to any host, as
    calendars of large providers need it. Raises :class:`SourceError` and its kinds.
    """
    policy = Policy(
        who=f"the calendar {name}",
        timeout_s=timeout.total_seconds(),
        less="export less of it",
        most=_LARGEST,
        anywhere=not auth,
        shows_path="${" not in name,
    )
    headers = {"User-Agent": "prodmeet-kit", "Accept": "text/calendar, */*;q=0.1"}
    with Client(policy, _credentials(auth)) as client:
        try:
            given = client.ask("GET", url, headers=headers)
        except ValueError:  # requests finds no scheme or no host
            raise SourceError(f"the calendar {name} is no URL: write one that begins with https://") from None
    if given.status != 200:
        raise _refusal(given.status, name)
    return given.body


def _credentials(auth: dict[str, str]) -> AuthBase | None:
    if "token" in auth:
        return Bearer(auth["token"])
    if "password" in auth:
        return HTTPBasicAuth(auth["username"].encode(), auth["password"].encode())
    return None


def _refusal(status: int, name: str) -> SourceError:
    if status in (401, 403):
        return NotAllowed(f"the calendar {name} refuses the credentials ({status}): check auth, or the secret address")
    if status in (404, 410):
        return SourceError(f"there is no calendar at {name} ({status}): check url")
    if status == 429:
        return SourceError(f"the server of the calendar {name} limits requests (429): try again later")
    if status // 100 == 5:
        return SourceError(f"the server of the calendar {name} failed ({status}): try again later")
    return UnexpectedAnswer(f"the calendar {name} answered with status {status}: check url")
