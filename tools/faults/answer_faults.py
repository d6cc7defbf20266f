"""Faults of what a server answers: status, redirects, content, size."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from email.utils import formatdate
from functools import cache

from tools.faults.talk import Fault, Talk

__all__ = ["FAULTS"]

_LOGIN = b"<!doctype html><form action=/login><input name=password></form>"
_STATUSES = (400, 401, 403, 404, 405, 406, 408, 409, 410, 413, 414, 415, 418, 422, 431, 451)
_FAILED = (500, 501, 502, 503, 504, 520, 599)
_EMPTY = (201, 202, 204, 205, 206, 304)


def _status(
    status: int, body: bytes = b"<h1>No</h1>", kind: str = "text/html", **headers: str
) -> Callable[[Talk], None]:
    return lambda talk: talk.answer(status, body, kind, **headers)


def _sent(status: int, to: str) -> Callable[[Talk], None]:
    """A redirect; ``{elsewhere}`` is another server, ``{path}`` and ``{query}`` are those asked for."""

    def talk(one: Talk) -> None:
        path, _, query = one.path.partition("?")
        if "moved=1" in query:
            one.answer()
            return
        mark = f"{query}&moved=1" if query else "moved=1"
        place = to.format(elsewhere=one.elsewhere, path=path, query=f"?{mark}", asked=one.path)
        one.answer(status, b"", "", Location=place)

    return talk


def _redirects() -> Iterator[Fault]:
    for status in (301, 302, 303, 307, 308):
        # A GET is followed where it keeps its question; the POST of a metric query is not.
        yield Fault(f"{status} on the same host with the query", _sent(status, "{path}{query}"), whole=None)
        yield Fault(f"{status} on the same host without the query", _sent(status, "{path}/moved/1"))
        yield Fault(f"{status} to another host", _sent(status, "{elsewhere}{asked}"), whole=None)
    yield Fault("302 to a login page", _sent(302, "{elsewhere}/login?token=hunter2hunter2"))
    yield Fault("302 in a ring", lambda talk: talk.answer(302, b"", "", Location=talk.path))
    yield Fault("302 without a Location", _status(302, b"", ""))
    yield Fault("302 to what is no address", _status(302, b"", "", Location="http://[::1"))


def _tried_again(first: Callable[[Talk], None], times: int = 1) -> Callable[[Talk], None]:
    return lambda talk: first(talk) if talk.count < times else talk.answer()


@cache
def _bomb() -> bytes:
    """1 GiB in 1 MB: many members of gzip, one after another."""
    return gzip.compress(b" " * (1 << 24)) * 64


def _huge(talk: Talk) -> None:
    """200 MB of JSON."""
    talk.head(f"Content-Length: {200 << 20}")
    talk.say(b"\r\n[")
    block = b'{"a":[1,2,{"b":3}]},' * 50_000
    for _ in range((200 << 20) // len(block)):
        talk.say(block)


@cache
def _many_values() -> bytes:
    return b"[" + b"[]," * 9_000_000 + b"1]"


def _slow(talk: Talk) -> None:
    import time

    time.sleep(0.3)
    talk.answer()


_NO_LISTS = ("metrics", "alerts", "rules", "icalendar", "pagerduty")  # to the others it is a good answer
_TEXT = (b"null", b"{}", b'"text"', b"5", b"[1]", b'{"a": {"b": []}}', b"NaN", b"")

FAULTS = (
    *(Fault(f"{status} with a page", _status(status)) for status in (*_STATUSES, *_FAILED)),
    *(Fault(f"{status} with nothing", _status(status, b"", "")) for status in _EMPTY),
    Fault("401 that echoes the credential", lambda talk: talk.answer(401, _echo(talk), "text/plain")),
    Fault("400 with words in JSON", _status(400, b'{"message": "bad \\u001b[31mthing"}', "application/json")),
    Fault("500 with words of 1 MB", _status(500, b'{"error": "' + b"long " * 200_000 + b'"}', "application/json")),
    Fault("429", _status(429)),
    Fault("429 with a long Retry-After", _status(429, Retry_After="3600")),
    Fault("429 with a garbled Retry-After", _status(429, Retry_After="soon")),
    Fault("429 with Retry-After 0 for ever", _status(429, Retry_After="0")),
    Fault("429 once", _tried_again(_status(429, Retry_After="0")), whole=True),
    Fault(
        "429 once, until a date",
        _tried_again(lambda talk: talk.answer(429, b"", "", Retry_After=formatdate(usegmt=True))),
        whole=True,
    ),
    Fault("503 with a long Retry-After", _status(503, Retry_After="3600")),
    *(Fault(f"{status} once", _tried_again(_status(status)), whole=True) for status in (500, 502, 503, 504)),
    Fault("503 twice", _tried_again(_status(503), 2), whole=None),
    Fault("a little slow", _slow, whole=True),
    *_redirects(),
    Fault("200 with a login page", _status(200, _LOGIN)),
    Fault("200 with a login page called JSON", _status(200, _LOGIN, "application/json")),
    *(Fault(f"200 with {text.decode() or 'nothing'}", _status(200, text, "application/json")) for text in _TEXT),
    Fault("200 with []", _status(200, b"[]", "application/json"), only=_NO_LISTS),
    Fault("cut in the middle, whole by its length", lambda talk: talk.answer(body=talk.body[: len(talk.body) // 2])),
    Fault("text after the content", lambda talk: talk.answer(body=talk.body + b"\n<html>"), whole=None),
    Fault("a content type of HTML", lambda talk: talk.answer(kind="text/html"), whole=None),
    Fault("no content type", lambda talk: talk.answer(kind=" "), whole=None),
    Fault("a byte order mark", lambda talk: talk.answer(body=b"\xef\xbb\xbf" + talk.body), whole=None),
    Fault("UTF-16", lambda talk: talk.answer(body=talk.body.decode().encode("utf-16")), whole=None),
    Fault("bytes that are no text", lambda talk: talk.answer(body=b"\xff\xfe\xfd" + bytes(range(256)))),
    Fault("nested without end", lambda talk: talk.answer(body=b"[" * 200_000)),
    Fault("200 MB of JSON", _huge),
    Fault("nine million values", lambda talk: talk.answer(body=_many_values())),
    Fault("a gzip bomb", lambda talk: talk.answer(body=_bomb(), Content_Encoding="gzip")),
    Fault("gzip", lambda talk: talk.answer(body=gzip.compress(talk.body), Content_Encoding="gzip"), whole=True),
    Fault(
        "gzip cut off",
        lambda talk: talk.answer(body=gzip.compress(talk.body)[:-12], Content_Encoding="gzip"),
        whole=None,
    ),
    Fault("called gzip and none", lambda talk: talk.answer(Content_Encoding="gzip")),
    Fault("an encoding nobody knows", lambda talk: talk.answer(Content_Encoding="x-strange"), whole=None),
    Fault("packed by brotli unasked", lambda talk: talk.answer(body=b"\x0b\x02\x80{}\x03", Content_Encoding="br")),
)
"""For every source."""


def _echo(talk: Talk) -> bytes:
    from tools.faults.world import CANARY

    return f"the token {CANARY} has expired, {talk.path}".encode()
