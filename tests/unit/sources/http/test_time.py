"""A time-out bounds the whole answer, whatever the server trickles; and an interrupt ends the wait."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from prodmeet_kit.core.errors import SourceError, TimedOut, Unreachable
from prodmeet_kit.sources.http import Client, Policy, adapter, guard, hanging_up
from tests.support.raw_server import raw_server, trickle

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def ask(url: str, timeout_s: float = 0.3, method: str = "GET", **policy: Any) -> bytes:
    with Client(Policy(who="the server", timeout_s=timeout_s, url="sources.x.url", **policy)) as client:
        return client.ask(method, url).body


TRICKLES = {
    "status line": (b"HTTP/1.1 2", b"0"),
    "header": (HEAD + b"X-Long: ", b"a"),
    "headers": (HEAD, b"X-A: b\r\n"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "chunk size": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\n", b"X-A: b\r\n"),
    "body with a length": (HEAD + b"Content-Length: 1000\r\n\r\n", b" "),
    "body without a length": (HEAD + b"\r\n", b" "),
    "body of a refusal": (b"HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n", b" "),
    "body of a redirect": (b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 1000\r\n\r\n", b" "),
    "nothing": (b"", b""),
}


@pytest.mark.parametrize("part", TRICKLES)
def test_a_server_that_trickles_is_left_at_the_time_limit(part: str) -> None:
    first, piece = TRICKLES[part]
    with raw_server(lambda connection: trickle(connection, first, piece)) as url:
        began = time.monotonic()
        with pytest.raises(TimedOut, match=r"no answer from the server within 0\.3 s: raise timeout"):
            ask(url)
        assert 0.25 < time.monotonic() - began < 2


def test_a_server_silent_within_the_tls_handshake_is_left_at_the_time_limit() -> None:
    with raw_server(lambda connection: trickle(connection, b"", b"")) as url:
        began = time.monotonic()
        with pytest.raises(TimedOut):
            ask(url.replace("http://", "https://"))
        assert time.monotonic() - began < 2


def test_all_tries_together_have_one_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "PAUSES_S", (0.05,) * 1000)

    def fail(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with raw_server(fail) as url:
        began = time.monotonic()
        ask(url)
        assert 0.2 < time.monotonic() - began < 2


def test_a_silent_second_try_is_told_by_what_the_first_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "PAUSES_S", (0.01,))
    talks = iter([b"HTTP/1.1 503 No\r\nContent-Length: 4\r\nConnection: close\r\n\r\ngone", b""])

    def talk(connection: socket.socket) -> None:
        trickle(connection, next(talks), b"")

    with raw_server(talk) as url:
        assert ask(url) == b"gone"


def test_a_name_that_is_looked_up_for_ever_is_left_at_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    real, release = socket.getaddrinfo, threading.Event()

    def slow(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "slow.example" and not kwargs.get("flags"):
            release.wait(5)
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    began = time.monotonic()
    with pytest.raises(TimedOut):
        ask("http://slow.example")
    assert time.monotonic() - began < 2
    release.set()


def test_a_person_who_interrupts_waits_for_no_silent_server() -> None:
    errors: list[SourceError] = []

    def wait_for(url: str) -> None:
        try:
            ask(url, timeout_s=5)
        except SourceError as error:
            errors.append(error)

    with raw_server(lambda connection: trickle(connection, b"", b"")) as url:
        threads = [threading.Thread(target=wait_for, args=(url,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
        began = time.monotonic()
        with hanging_up():
            for thread in threads:
                thread.join()
            with pytest.raises(Unreachable, match="interrupted"):
                ask(url)
        assert time.monotonic() - began < 0.5
    assert len(errors) == 8
    assert all("interrupted" in str(error) for error in errors)


def test_who_pauses_before_another_try_hears_the_interrupt() -> None:
    def fail(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 429 No\r\nRetry-After: 4\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with raw_server(fail) as url:
        thread = threading.Thread(target=ask, args=(url, 5.0))
        thread.start()
        time.sleep(0.1)
        began = time.monotonic()
        with hanging_up():
            thread.join()
        assert time.monotonic() - began < 0.5


def test_after_an_interrupt_servers_are_asked_as_before() -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 2\r\n\r\n[]")

    with raw_server(answer) as url:
        with hanging_up():
            pass
        assert ask(url) == b"[]"


def test_no_socket_is_left_open_by_calls_that_are_over() -> None:
    call = guard.Call(time.monotonic() + 1)
    with socket.socket() as used:
        call.attach(used)
        (copy,) = call._sockets
        call.close()
        assert copy.fileno() == -1
        assert used.fileno() >= 0
