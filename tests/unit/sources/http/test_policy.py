"""Redirects, tries and sizes: one policy for every source."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import httpx2
import pytest
import requests

from prodmeet_kit.core.errors import SourceError, TooExpensive, UnexpectedAnswer, Unreachable
from prodmeet_kit.sources.http import Client, Policy, TooLarge, Wire, adapter, mount, retry_after, short
from prodmeet_kit.sources.http.bodies import values
from prodmeet_kit.sources.http.httpx_transport import Transport
from tests.support.serving import QuietHandler, serving

Said = tuple[int, dict[str, str], Any]


@dataclass
class Book:
    """What a server was asked: methods and paths, and headers."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def saying(says: Callable[[str], Said]) -> Iterator[Book]:
    book = Book()

    class Handler(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802 - the name is http.server's
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            book.asked.append(f"{self.command} {self.path}")
            book.headers.append(dict(self.headers))
            self.reply_json(*says(self.path))

        do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names are http.server's

    with serving(Handler) as url:
        book.url = url
        yield book


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "PAUSES_S", (0.01, 0.02))


def client(**more: Any) -> Client:
    policy: dict[str, Any] = {"who": "the server", "timeout_s": 2, "url": "sources.x.url", **more}
    return Client(Policy(**policy))


def ask(url: str, method: str = "GET", headers: dict[str, str] | None = None, **policy: Any) -> Wire:
    with client(**policy) as made:
        return made.ask(method, url, headers=headers)


def moved(to: str, status: int = 301) -> Callable[[str], Said]:
    return lambda path: (status, {"Location": to}, "") if path.startswith("/a") else (200, {}, {"at": path})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_get_is_followed_within_its_origin_and_keeps_its_question(status: int) -> None:
    with saying(moved("/b?state=all&labels=sev", status)) as server:
        assert ask(f"{server.url}/a?labels=sev&state=all").json == {"at": "/b?state=all&labels=sev"}


def test_a_redirect_that_loses_the_question_is_refused_with_the_new_place() -> None:
    words = r"redirects elsewhere \(301\) to http://127\.0\.0\.1:\d+/repositories/1/issues without the question"
    with saying(moved("/repositories/1/issues")) as server, pytest.raises(UnexpectedAnswer, match=words):
        ask(f"{server.url}/a?labels=sev")
    assert len(server.asked) == 1


def test_no_credential_goes_to_another_host_and_the_place_is_named_without_its_query() -> None:
    with (
        saying(moved("")) as other,
        saying(moved(f"{other.url}/b?token=hunter2hunter2", 302)) as server,
        pytest.raises(
            UnexpectedAnswer, match=r"\(302\) to http://.*/b: write the final address in sources\.x\.url"
        ) as caught,
    ):
        ask(f"{server.url}/a", headers={"Authorization": "Bearer canary-7f3a"})
    assert other.asked == []
    assert "hunter2" not in str(caught.value)


def test_what_carries_no_credential_may_go_to_another_host_but_not_from_https_into_the_clear() -> None:
    with saying(moved("")) as other, saying(moved(f"{other.url}/b", 302)) as server:
        assert ask(f"{server.url}/a", anywhere=True).json == {"at": "/b"}
    with saying(moved("ftp://127.0.0.1/b", 302)) as server, pytest.raises(UnexpectedAnswer, match="ftp://"):
        ask(f"{server.url}/a", anywhere=True)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_writes_is_followed_nowhere(method: str, status: int) -> None:
    with saying(moved("/b", status)) as server, pytest.raises(UnexpectedAnswer, match=r"redirects elsewhere.*/b"):
        ask(f"{server.url}/a", method)
    assert server.asked == [f"{method} /a"]


def test_a_ring_of_redirects_ends() -> None:
    with saying(lambda _: (302, {"Location": "/a"}, "")) as server, pytest.raises(UnexpectedAnswer, match="in a loop"):
        ask(f"{server.url}/a")
    assert len(server.asked) == 6


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_be_over_in_a_moment_is_asked_three_times_and_the_last_answer_counts(status: int) -> None:
    with saying(lambda _: (status, {}, "no")) as server:
        assert ask(server.url).status == status
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_writes_is_sent_once(status: int) -> None:
    with saying(lambda _: (status, {"Retry-After": "0"}, "no")) as server:
        assert ask(server.url, "POST").status == status
    assert len(server.asked) == 1


@pytest.mark.parametrize("text", ["0", "date"])
def test_retry_after_is_waited_for_when_it_fits_the_time(text: str) -> None:
    replies: Iterator[Said] = iter(
        [(429, {"Retry-After": formatdate(usegmt=True) if text == "date" else text}, "")] * 4 + [(200, {}, "ok")]
    )
    with saying(lambda _: next(replies)) as server:
        assert ask(server.url).body == b"ok"


def test_retry_after_that_does_not_fit_the_time_is_not_waited_for() -> None:
    with saying(lambda _: (429, {"Retry-After": "120"}, "")) as server:
        assert ask(server.url).retry_after == 120
    assert len(server.asked) == 1


@pytest.mark.parametrize("text", ["", "soon", "-1", "1e9", "inf", "Mon, 99 Nov 2026", "9" * 400])
def test_a_retry_after_that_says_nothing_is_none(text: str) -> None:
    assert retry_after({"Retry-After": text}) is None


def test_a_server_found_down_is_left_alone() -> None:
    def judge(wire: Wire) -> SourceError | None:
        return Unreachable("down") if wire.status == 503 else None

    with saying(lambda _: (503, {}, "")) as server, client(judge=judge) as made:
        for _ in range(5):
            with pytest.raises(Unreachable, match="down"):
                made.ask("GET", server.url)
    assert len(server.asked) == 3


def bomb(mebibytes: int) -> bytes:
    packed = zlib.compressobj(9, wbits=31)
    return b"".join(packed.compress(bytes(1 << 20)) for _ in range(mebibytes)) + packed.flush()


@pytest.mark.parametrize("bodies", [1, 2])
def test_a_small_body_that_unpacks_into_a_huge_one_is_left(bodies: int) -> None:
    body = bomb(64)
    encoding = "gzip"
    if bodies == 2:
        body, encoding = gzip.compress(body), "gzip, gzip"
    with (
        saying(lambda _: (200, {"Content-Encoding": encoding}, body)) as server,
        pytest.raises(TooLarge, match="over 4 MiB: ask for less"),
    ):
        ask(server.url, most=4 << 20)


def test_a_body_that_is_larger_than_is_read_is_left_early() -> None:
    with saying(lambda _: (200, {}, bytes(8 << 20))) as server, pytest.raises(TooExpensive, match="over 1 MiB"):
        ask(server.url, most=1 << 20)


def test_a_packed_body_comes_unpacked() -> None:
    packed = gzip.compress(b'{"a": 1}')
    with saying(lambda _: (200, {"Content-Encoding": "gzip"}, packed)) as server:
        assert ask(server.url).json == {"a": 1}
    assert server.headers[0]["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize("body", [b"[" + b"[]," * 4_000_000 + b"1]", '["€",'.encode() * 9_000_000])
def test_json_that_would_fill_the_memory_is_refused_before_it_is_read(body: bytes) -> None:
    with pytest.raises(TooLarge, match="values"):
        values(body)


def test_json_nested_without_end_is_no_json() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        values(b"[" * 100_000)


@pytest.mark.parametrize(
    "told",
    [
        {"error": "no such\nmetric"},
        {"message": "no such metric"},
        {"error": {"message": "no such metric", "code": 400}},
        {"error": "", "error_description": "no such metric"},
    ],
)
def test_the_servers_own_words_are_found_where_apis_put_them(told: dict[str, Any]) -> None:
    assert Wire("u", 400, "application/json", json.dumps(told).encode()).words == "no such metric"


@pytest.mark.parametrize("told", [{"error": ["a"]}, {"error": 5}, {"message": {}}, [], None, "text"])
def test_what_is_no_word_is_none(told: Any) -> None:
    assert Wire("u", 400, "application/json", json.dumps(told).encode()).words == ""


def test_foreign_words_are_short_printable_and_hold_no_credential() -> None:
    assert short("a\x1b[31m\r\nb\u202e password=hunter2") == "a\ufffd[31m b\ufffd password=***"
    assert len(short("word " * 1000)) < 310


def test_a_session_of_others_goes_by_the_policy() -> None:
    with saying(lambda _: (503, {}, "")) as server, requests.Session() as session:
        mount(session, Policy(who="the server", timeout_s=2))
        assert session.get(server.url).status_code == 503
    assert len(server.asked) == 3


def test_a_client_of_httpx_goes_by_the_policy() -> None:
    packed = gzip.compress(b'{"a": 1}')
    headers = {"Content-Encoding": "gzip", "X-Left": "3"}
    transport: Any = Transport(client())
    with saying(lambda _: (200, headers, packed)) as server, httpx2.Client(transport=transport) as made:
        response = made.get(f"{server.url}/a", params={"x[]": ["1", "2"]}, headers={"Authorization": "Token x"})
    assert response.json() == {"a": 1}
    assert response.elapsed.total_seconds() > 0  # PagerDuty's client asks for it
    assert response.headers["X-Left"] == "3"
    assert server.asked == ["GET /a?x%5B%5D=1&x%5B%5D=2"]
    assert server.headers[0]["authorization"] == "Token x"


def test_no_netrc_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login netrc password netrc-password\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with saying(lambda _: (200, {}, "")) as server:
        ask(server.url)
    assert "Authorization" not in server.headers[0]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_loopback_is_asked_without_the_proxy_of_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with saying(lambda _: (200, {}, "")) as server:
        assert ask(server.url.replace("127.0.0.1", name)).status == 200
    with pytest.raises(SourceError, match="the proxy of the environment"):
        ask("http://prometheus.invalid/")


def test_the_kit_says_who_it_is() -> None:
    with saying(lambda _: (200, {}, "")) as server:
        ask(server.url)
    assert server.headers[0]["User-Agent"] == "prodmeet-kit"
