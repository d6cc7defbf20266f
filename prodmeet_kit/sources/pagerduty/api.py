"""What PagerDuty's REST API says of incidents, read through its own client.

The client by itself waits for ever when PagerDuty limits requests, and stops
without an error at 10,000 records. Here waits are bounded by the source's
``timeout``, and a longer listing goes on from the last moment that was read.
A record that cannot be read costs itself, and is one of the ``gaps``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pagerduty
from pydantic import ValidationError

from prodmeet_kit.core.errors import NotAllowed, QueryRejected, SourceError, UnexpectedAnswer, Unreachable
from prodmeet_kit.core.redaction import redact
from prodmeet_kit.sources.http import Client, Limits, Policy, failing, place, retry_after, short
from prodmeet_kit.sources.http.bodies import TooLarge, values
from prodmeet_kit.sources.http.httpx_transport import Transport, by_policy
from prodmeet_kit.sources.pagerduty.shapes import Incident, LogEntry, Page, Shape, checked, surprise

__all__ = ["Api"]

logging.getLogger("pagerduty").addHandler(logging.NullHandler())  # what it would print, the errors here say

_PAGE = 100  # the most PagerDuty gives at once
_MOST = 10_000  # offset + limit may not be larger
_INCIDENTS = 200_000  # beyond it the source should be narrowed
_RANGE = timedelta(days=150)  # since and until may be six months apart
_SECOND = timedelta(seconds=1)  # PagerDuty writes times in whole seconds
_UNTOLD_S = 5.0  # wait where PagerDuty does not say how long
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class _Client(pagerduty.RestApiV2Client):  # type: ignore[misc, unused-ignore]
    """The client, with plain HTTP allowed where it does not leave the machine: a proxy of the team's own."""

    @property
    def url(self) -> str:
        """The base of every address."""
        return str(self._url)

    @url.setter
    def url(self, address: str) -> None:
        parts = urlsplit(address)
        inside = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or inside):
            raise pagerduty.UrlError("url is no https address: write one such as https://api.pagerduty.com")
        self._url = address.rstrip("/")


class Api:
    """Incidents and their log entries. ``reference`` is the token as the parameter file writes it, for messages."""

    def __init__(self, url: str, token: str, *, reference: str, timeout: timedelta) -> None:
        policy = Policy(
            who=f"PagerDuty at {place(url)}",
            timeout_s=timeout.total_seconds(),
            less="narrow services or teams",
            again=failing,
        )
        try:
            self._client = by_policy(_Client(token, base_url=url, transport=Transport(Client(policy))))
        except pagerduty.UrlError as error:
            raise SourceError(redact(str(error))) from None
        self._reference = reference
        self._limits = Limits("PagerDuty", timeout.total_seconds(), _UNTOLD_S)  # over all questions
        self.notes: list[str] = []
        self._odd: dict[str, list[str]] = {}

    @property
    def gaps(self) -> list[str]:
        """What could not be read."""
        found = []
        for what, troubles in self._odd.items():
            more = f" (and {len(troubles) - 3} more)" if len(troubles) > 3 else ""
            found.append(f"{len(troubles)} {what} cannot be read: {'; '.join(troubles[:3])}{more}")
        return found

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    def incidents(self, since: datetime, until: datetime, filters: Mapping[str, list[str]]) -> list[Incident]:
        """Incidents created in ``[since, until)`` in the order of their creation, each once.

        ``filters`` are ``service_ids[]`` and ``team_ids[]``. Raises :class:`SourceError` and its kinds.
        """
        found: dict[str, Incident] = {}
        for start, end in _ranges(since, until):
            begin = start
            while True:
                asked = {**filters, **_between(begin, end), "sort_by": "created_at:asc", "time_zone": "UTC"}
                listed, cut = self._listing("incidents", "incidents", Incident, asked)
                found |= {one.id: one for one in listed}
                if not cut:
                    break
                if not listed:
                    raise UnexpectedAnswer(f"none of PagerDuty's {_MOST} incidents after {_iso(begin)} can be read")
                last = listed[-1].created_at - _SECOND
                if last <= begin:
                    raise SourceError(f"PagerDuty has over {_MOST} incidents at {_iso(begin)}: narrow services")
                if len(found) > _INCIDENTS:
                    raise SourceError(f"PagerDuty has over {_INCIDENTS} incidents: narrow services or teams")
                begin = last
                self.notes.append(f"PagerDuty lists {_MOST} incidents at most: asked again from {_iso(begin)}")
        return sorted(
            (one for one in found.values() if since <= one.created_at < until),
            key=lambda one: (one.created_at, one.id),
        )

    def log_entries(
        self, incidents: list[Incident], since: datetime, until: datetime, filters: Mapping[str, list[str]]
    ) -> dict[str, list[LogEntry]]:
        """The important log entries of each incident by its id, oldest first.

        The account's own list takes a call for 100 entries, an incident's list
        a call an incident: the first page tells which is shorter. An incident
        that the account's list does not hold whole is asked for by itself.
        """
        found: dict[str, list[LogEntry]] = {one.id: [] for one in incidents}
        if len(incidents) > 1 and until - since <= _RANGE:
            asked = {**filters, **_between(since, until), **_OVERVIEW}
            for entry in self._account(asked, len(incidents)):
                if entry.incident and entry.incident.id in found:
                    found[entry.incident.id].append(entry)
        for one, entries in found.items():
            if not any(entry.type == "trigger_log_entry" for entry in entries):
                listed = self._listing(f"incidents/{one}/log_entries", "log_entries", LogEntry, _OVERVIEW)[0]
                entries[:] = [each for each in listed if each.incident is None or each.incident.id == one]
            entries.sort(key=lambda entry: entry.created_at)
        return found

    def _account(self, asked: Mapping[str, Any], incidents: int) -> list[LogEntry]:
        """All entries of the account, or none when asking incident by incident takes fewer calls."""
        count = self._page("log_entries", {**asked, "limit": 1, "offset": 0, "total": "true"}).total
        if count is None or count > _MOST or count / _PAGE > incidents:
            return []
        return self._listing("log_entries", "log_entries", LogEntry, asked)[0]

    def _listing(self, path: str, key: str, shape: type[Shape], asked: Mapping[str, Any]) -> tuple[list[Shape], bool]:
        """All rows of a listing, and whether PagerDuty's limit cut it off."""
        rows: list[Shape] = []
        offset = 0
        last: list[Any] = []
        while offset + _PAGE <= _MOST:
            page = self._page(path, {**asked, "limit": _PAGE, "offset": offset})
            given = getattr(page, key)
            if key not in page.model_fields_set:
                raise UnexpectedAnswer(f"PagerDuty's answer to {path} has no {key}: is url its REST API?")
            if given and given == last:
                raise UnexpectedAnswer(
                    f"PagerDuty lists the same {key.replace('_', ' ')} again and again: is url its REST API?"
                )
            last = given
            rows += self._readable(shape, given, key)
            if not page.more or not given:
                return rows, False
            offset += len(given)
        return rows, True

    def _readable(self, shape: type[Shape], given: list[Any], key: str) -> Iterator[Shape]:
        for row in given:
            try:
                yield shape.model_validate(row)
            except ValidationError as error:
                name = short(str(row["id"]))[:40] if isinstance(row, dict) and isinstance(row.get("id"), str) else ""
                trouble = f"{name}: {surprise(error)}" if name else surprise(error)
                odd = self._odd.setdefault(key.replace("_", " "), [])
                if trouble not in odd:
                    odd.append(trouble)

    def _page(self, path: str, asked: Mapping[str, Any]) -> Page:
        response = self._answer(path, asked)
        try:
            content = values(response.content)
        except ValueError:
            raise UnexpectedAnswer(f"PagerDuty's answer to {path} is no JSON: is url its REST API?") from None
        except TooLarge as large:
            raise TooLarge(f"PagerDuty's answer to {path} has {large}: narrow services or teams") from None
        return checked(Page, content)

    def _answer(self, path: str, asked: Mapping[str, Any]) -> Any:
        while True:
            response = self._send(path, asked)
            if response.status_code != 429:
                return self._judged(path, response)
            said = response.headers.get("retry-after") or response.headers.get("ratelimit-reset") or ""
            self._limits.wait(retry_after({"Retry-After": said}), 429)

    def _send(self, path: str, asked: Mapping[str, Any]) -> Any:
        try:
            return self._client.get(path, params=dict(asked))
        except pagerduty.Error as error:
            if error.response is not None:
                return self._judged(path, error.response)
            raise Unreachable(f"PagerDuty cannot be asked for {path}: {short(str(error))}") from None

    def _judged(self, path: str, response: Any) -> Any:
        """The response when it is a good one; else the error that says what to do."""
        status = response.status_code
        if response.is_success:
            return response
        if status == 401:
            raise NotAllowed(f"PagerDuty refused the credential in {self._reference} (401): set a valid API key")
        if status == 403:
            raise NotAllowed(
                f"PagerDuty does not let the credential in {self._reference} read {path} (403): give it read access"
            )
        if status // 100 == 5:
            raise SourceError(f"PagerDuty failed on {path} ({status}): try again later")
        if status // 100 == 3:
            raise UnexpectedAnswer(f"PagerDuty redirects {path} ({status}): is url its REST API?")
        raise QueryRejected(redact(f"PagerDuty does not accept the question for {path} ({status}): {_words(response)}"))


_OVERVIEW: dict[str, Any] = {"is_overview": "true", "include[]": ["channels"], "time_zone": "UTC"}


def _ranges(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    while since < until:
        end = min(since + _RANGE, until)
        yield since, end
        since = end


def _between(since: datetime, until: datetime) -> dict[str, str]:
    return {"since": _iso(since), "until": _iso(until)}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _words(response: Any) -> str:
    """What PagerDuty says is wrong, on one line."""
    try:
        told = values(response.content)["error"]
        return short(" ".join([str(told["message"]), *map(str, told.get("errors") or [])]))
    except (ValueError, KeyError, TypeError, AttributeError, TooLarge):
        return "no reason given"
