"""Faults of the network and of HTTP itself: for every source alike."""

from __future__ import annotations

from collections.abc import Callable

from tools.faults.talk import Fault, Talk, reset, then

__all__ = ["FAULTS"]


def _half(talk: Talk) -> bytes:
    return talk.body[: len(talk.body) // 2]


def _length(talk: Talk) -> str:
    return f"Content-Length: {len(talk.body)}"


def _chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


def _closed(head: str, body: Callable[[Talk], bytes] = lambda talk: talk.body) -> Callable[[Talk], object]:
    """One header, a body, and the end of the connection; ``{n}`` in the header is how long the body should be."""

    def talk(one: Talk) -> None:
        one.head(*head.format(n=len(one.body), more=len(one.body) + 9, less=len(one.body) - 9).split("|"))
        one.say(b"\r\n", body(one))
        one.connection.close()

    return talk


def _broken_off(talk: Talk) -> None:
    talk.head(_length(talk))
    talk.say(b"\r\n", _half(talk))


def _reset_in_body(talk: Talk) -> None:
    _broken_off(talk)
    reset(talk.connection)


def _said(*pieces: bytes, then: str = "close") -> Callable[[Talk], object]:
    def talk(one: Talk) -> None:
        one.say(*pieces)
        if then == "silence":
            one.silence()
        elif then == "reset":
            reset(one.connection)
        else:
            one.connection.close()

    return talk


def _trickled(*first: bytes, piece: bytes) -> Callable[[Talk], object]:
    def talk(one: Talk) -> None:
        one.say(*first)
        one.trickle(piece)

    return talk


def _in_chunks(talk: Talk, end: bytes = b"0\r\n\r\n") -> None:
    talk.head("Transfer-Encoding: chunked")
    talk.say(b"\r\n", _chunk(talk.body), end)


def _first_broken(talk: Talk) -> None:
    if talk.count == 0:
        reset(talk.connection)
    else:
        talk.answer()


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

FAULTS = (
    Fault("connection refused", port="refused"),
    Fault("reset when connected", port="reset"),
    Fault("closed when connected", port="closed"),
    Fault("silent when connected", port="silent"),
    Fault("speaks first, and no HTTP", port="greeting"),
    Fault("TLS where HTTP is spoken", port="tls-plain"),
    Fault("TLS with a certificate nobody signed", port="tls"),
    Fault("TLS that falls silent in the handshake", port="tls-silent"),
    Fault("TLS that resets in the handshake", port="tls-reset"),
    Fault("TLS that trickles its handshake", port="tls-trickle"),
    Fault("a name nobody knows", port="name"),
    Fault("reset after the request", lambda talk: reset(talk.connection)),
    Fault("closed after the request", _said()),
    Fault("silent after the request", Talk.silence),
    Fault("closed in the status line", _said(b"HTTP/1.1 2")),
    Fault("reset in the headers", _said(_HEAD, then="reset")),
    Fault("silent after the status line", _said(b"HTTP/1.1 200 OK\r\n", then="silence")),
    Fault("silent after the headers", _said(_HEAD, b"Content-Length: 9\r\n\r\n", then="silence")),
    Fault("closed in the body", then(_broken_off, Talk.close)),
    Fault("reset in the body", _reset_in_body),
    Fault("silent in the body", then(_broken_off, Talk.silence)),
    Fault("status line trickles", _trickled(b"HTTP/1.1 200 ", piece=b"O")),
    Fault("a header trickles", _trickled(_HEAD, b"X-Long: ", piece=b"a")),
    Fault("headers trickle", _trickled(_HEAD, piece=b"X-A: b\r\n")),
    Fault("100 Continue for ever", _trickled(piece=b"HTTP/1.1 100 Continue\r\n\r\n")),
    Fault("103 Early Hints for ever", _trickled(piece=b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n")),
    Fault(
        "a chunk size trickles",
        _trickled(_HEAD, b"Transfer-Encoding: chunked\r\n\r\n", piece=b"0"),
    ),
    Fault("chunks trickle", _trickled(_HEAD, b"Transfer-Encoding: chunked\r\n\r\n", piece=b"1\r\n \r\n")),
    Fault(
        "trailers trickle",
        then(lambda talk: _in_chunks(talk, end=b"0\r\n"), lambda talk: talk.trickle(b"X-A: b\r\n")),
        whole=None,
    ),
    Fault("the body trickles", _trickled(_HEAD, b"Content-Length: 999999\r\n\r\n", piece=b" ")),
    Fault("the body trickles without a length", _trickled(_HEAD, b"\r\n", piece=b" ")),
    Fault("no HTTP", _said(b"SSH-2.0-OpenSSH_9.2\r\n")),
    Fault("a status that is no number", _said(b"HTTP/1.1 abc OK\r\n\r\n{}")),
    Fault("a header of 200 kB", _said(_HEAD, b"X-Long: " + b"a" * 200_000 + b"\r\n\r\n{}")),
    Fault("5,000 headers", _said(_HEAD, b"X-A: b\r\n" * 5000, b"\r\n{}")),
    Fault("Content-Length too large", _closed("Content-Length: {more}")),
    Fault("Content-Length too small", _closed("Content-Length: {less}")),
    Fault("Content-Length no number", _closed("Content-Length: x"), whole=None),
    Fault("Content-Length negative", _closed("Content-Length: -5"), whole=None),
    Fault("two Content-Lengths", _closed("Content-Length: {n}|Content-Length: {less}")),
    Fault("no length at all", _closed("Connection: close"), whole=True),
    Fault("good chunks", _in_chunks, whole=True),
    Fault("chunks that end early", _closed("Transfer-Encoding: chunked", lambda talk: _chunk(talk.body))),
    Fault("garbage for a chunk size", _closed("Transfer-Encoding: chunked", lambda _: b"zz\r\n")),
    Fault("a chunk shorter than its size", _closed("Transfer-Encoding: chunked", lambda talk: b"ffff\r\n" + talk.body)),
    Fault("the first connection breaks", _first_broken, whole=True),
)
"""In the order in which an exchange goes."""
