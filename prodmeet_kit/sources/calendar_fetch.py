"""The bytes of a calendar behind a URL: one GET, one time limit, refusals in words without a credential."""

from __future__ import annotations

import time
from datetime import timedelta

import requests
from requests.auth import HTTPBasicAuth
from urllib3 import exceptions as lower

from prodmeet_kit.errors import NotAllowed, SourceError, TimedOut, UnexpectedAnswer, Unreachable

__all__ = ["fetch"]

_CONNECT_S = 5.0
_CHUNK = 1 << 16
_LARGEST = 20 << 20
"""A calendar of more bytes is not read."""


def fetch(url: str, name: str, timeout: timedelta, auth: dict[str, str]) -> bytes:
    """The body, as bytes since lines are folded within letters.

    ``name`` is the URL as written; ``auth`` has ``token``, or ``username`` and ``password``.
    The URL may itself be the credential (a calendar's secret address), so that
    no message holds it. Raises :class:`SourceError` and its kinds.
    """
    limit = timeout.total_seconds()
    deadline = time.monotonic() + limit
    headers = {"User-Agent": "prodmeet-kit", "Accept": "text/calendar, */*;q=0.1"}
    if "token" in auth:
        headers["Authorization"] = f"Bearer {auth['token']}"
    basic = HTTPBasicAuth(auth["username"].encode(), auth["password"].encode()) if "password" in auth else _as_it_is
    try:
        with requests.Session() as session:
            given = session.get(url, headers=headers, auth=basic, timeout=(min(_CONNECT_S, limit), limit), stream=True)
            with given:
                if given.status_code != 200:
                    raise _refusal(given.status_code, name)
                return _body(given, deadline, limit, name)
    except (requests.Timeout, lower.ReadTimeoutError):
        raise TimedOut(f"the calendar {name} did not answer within {limit:g} s") from None
    except (requests.exceptions.MissingSchema, requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema):
        raise SourceError(f"the calendar {name} is no URL: write one that begins with https://") from None
    except (requests.RequestException, lower.HTTPError, ValueError) as error:
        if time.monotonic() > deadline:  # silence in the middle of the body comes as a broken connection
            raise TimedOut(f"the calendar {name} did not come whole within {limit:g} s") from None
        raise Unreachable(f"no connection to the calendar {name} ({type(error).__name__}): check url") from None


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stands for credentials where none are asked for, so that a netrc entry does not replace the header."""
    return request


def _body(given: requests.Response, deadline: float, limit: float, name: str) -> bytes:
    parts, size = [], 0
    for part in given.iter_content(_CHUNK):
        parts.append(part)
        size += len(part)
        if time.monotonic() > deadline:
            raise TimedOut(f"the calendar {name} did not come whole within {limit:g} s")
        if size > _LARGEST:
            raise UnexpectedAnswer(f"the calendar {name} is over {_LARGEST >> 20} MiB: export less of it")
    return b"".join(parts)


def _refusal(status: int, name: str) -> SourceError:
    if status in (401, 403):
        return NotAllowed(f"the calendar {name} refuses the credentials ({status}): check auth, or the secret address")
    if status in (404, 410):
        return SourceError(f"there is no calendar at {name} ({status}): check url")
    if status // 100 == 5:
        return SourceError(f"the server of the calendar {name} failed ({status}): try again later")
    return UnexpectedAnswer(f"the calendar {name} answered with status {status}: check url")
