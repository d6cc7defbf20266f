"""The bytes of a calendar behind a URL: one GET, refusals in words without a credential."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from prodmeet_kit.core.errors import NotAllowed, SourceError, UnexpectedAnswer
from prodmeet_kit.sources.http import Client, Policy

if TYPE_CHECKING:
    from requests.auth import AuthBase

__all__ = ["fetch"]


def fetch(url: str, name: str, timeout: timedelta, auth: AuthBase | None, most: int) -> bytes:
    """The body, as bytes since lines are folded within letters.

    ``name`` is the URL as written, ``most`` the bytes that are read. The URL may
    itself be the credential (a calendar's secret address), so that no message
    holds it. Without ``auth`` a redirect is followed to any host, as calendars
    of large providers need it. Raises :class:`SourceError` and its kinds.
    """
    policy = Policy(
        who=f"the calendar {name}",
        timeout_s=timeout.total_seconds(),
        less="export less of it",
        most=most,
        anywhere=auth is None,
        shows_path="${" not in name,
    )
    headers = {"Accept": "text/calendar, */*;q=0.1"}
    with Client(policy, auth) as client:
        try:
            given = client.ask("GET", url, headers=headers)
        except ValueError:  # requests finds no scheme or no host
            raise SourceError(f"the calendar {name} is no URL: write one that begins with https://") from None
    if given.status != 200:
        raise _refusal(given.status, name)
    return given.body


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
