"""What goes wrong between us and a server, by its exact words, and what people are told."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from prodmeet_kit.core.errors import (
    NotAllowed,
    QueryRejected,
    SourceError,
    TimedOut,
    TooExpensive,
    UnexpectedAnswer,
    Unreachable,
)
from prodmeet_kit.facts import Question
from prodmeet_kit.sources.http import adapter, health
from prodmeet_kit.sources.prometheus import PrometheusSource
from tests.support.answering import Answering, Asked, answering, metric_source, refusal, success

AT = datetime(2026, 11, 23, tzinfo=UTC)
QUESTION = Question("k", "metrics", "up", AT, AT)
HTML = (503, "text/html", b"<html>Service Temporarily Unavailable</html>")


def source(url: str, timeout: str = "5s") -> PrometheusSource:
    return PrometheusSource(metric_source(url, timeout=timeout))


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "PAUSES_S", (0.01, 0.02))


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        ((401, "text/plain", b"Unauthorized"), NotAllowed, "does not accept the credentials (401: Unauthorized)"),
        ((401, "text/plain", b"no org id"), NotAllowed, "no org id"),
        ((403, "text/html", b"<h1>Forbidden</h1>"), NotAllowed, "does not accept the credentials (403): check"),
        (
            (404, "text/plain", b"404 page not found"),
            UnexpectedAnswer,
            "check the path at the end of sources.metrics.url",
        ),
        (
            refusal(400, "bad_data", 'invalid parameter "query": 1:18: parse error: unclosed left parenthesis'),
            QueryRejected,
            "1:18: parse error: unclosed left parenthesis",
        ),
        (
            refusal(422, "execution", "found duplicate series for the match group {} on the right hand-side"),
            QueryRejected,
            "found duplicate series",
        ),
        (
            refusal(422, "execution", "query processing would load too many samples into memory in query execution"),
            TooExpensive,
            "too many samples",
        ),
        (refusal(503, "timeout", "query timed out in expression evaluation"), TooExpensive, "query timed out"),
        (HTML, Unreachable, "not ready, or a proxy before it cannot reach it (503)"),
        ((502, "text/plain", b"Bad Gateway"), Unreachable, "(502: Bad Gateway)"),
        ((504, "text/html", b"<h1>Gateway Time-out</h1>"), TimedOut, "a proxy before"),
        (refusal(500, "internal", "expanding series: corrupt block"), SourceError, "corrupt block"),
        ((500, "text/html", b"<h1>oops</h1>"), UnexpectedAnswer, "failed (500, without saying why)"),
        ((429, "text/plain", b"slow down"), TooExpensive, "lower sources.metrics.jobs"),
        ((302, "text/html", b""), UnexpectedAnswer, "write the final address in sources.metrics.url"),
        (
            (200, "text/html; charset=utf-8", b"<form>Log in</form>"),
            UnexpectedAnswer,
            "text/html, not JSON: is it a login",
        ),
        ((200, "application/json", b"[]"), UnexpectedAnswer, "without status success"),
        ((200, "application/json", b'{"status":"success"}'), UnexpectedAnswer, "without data.resultType"),
        (
            (200, "application/json", b'{"status":"success","data":{"resultType":"vector"}}'),
            UnexpectedAnswer,
            "data.result",
        ),
        (refusal(200, "execution", "half an error"), UnexpectedAnswer, "half an error"),
    ],
)
def test_each_reply_is_told_by_its_own_error_with_a_fix(
    reply: tuple[int, str, bytes], error: type[SourceError], words: str
) -> None:
    with answering(lambda _: reply) as server, pytest.raises(SourceError) as caught:
        source(server.url).answer(QUESTION)
    assert type(caught.value) is error
    assert words in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "tries"),
    [
        (HTML, 3),
        ((502, "text/html", b""), 3),
        ((429, "text/plain", b""), 3),
        (refusal(503, "timeout", "query timed out in expression evaluation"), 1),
        (refusal(422, "execution", "too many samples"), 1),
        (refusal(400, "bad_data", "parse error"), 1),
        ((504, "text/html", b""), 3),
        ((401, "text/plain", b""), 1),
        ((404, "text/plain", b"404 page not found"), 2),  # the second by GET
        ((500, "text/html", b""), 3),
    ],
)
def test_only_what_may_be_over_in_a_moment_is_asked_again(reply: tuple[int, str, bytes], tries: int) -> None:
    with answering(lambda _: reply) as server, pytest.raises(SourceError):
        source(server.url).answer(QUESTION)
    assert len(server.asked) == tries


def test_a_server_that_recovers_while_we_ask_again_gives_its_answer() -> None:
    replies = iter([HTML, HTML, success([{"metric": {}, "value": [AT.timestamp(), "1"]}])])
    with answering(lambda _: next(replies)) as server:
        assert source(server.url).answer(QUESTION).points == 1


def test_warnings_infos_and_a_partial_answer_are_kept() -> None:
    infos = ["metric might not be a counter"]
    with answering(lambda _: success([], warnings=["store down"], infos=infos, isPartial=True)) as server:
        answer = source(server.url).answer(QUESTION)
    assert answer.warnings[:2] == ("store down", "info: metric might not be a counter")
    assert "partial" in answer.warnings[2]
    assert answer.partial == f"store down; {answer.warnings[2]}"


@pytest.mark.parametrize(
    ("more", "partial"),
    [
        ({"infos": ['PromQL info: metric might not be a counter, name does not end in _total: "x" (1:5)']}, False),
        ({"infos": ["metric might not be a counter"], "warnings": [], "isPartial": False}, False),
        ({"infos": ["results may be partial: 2 of 3 stores"]}, True),
        ({"infos": "not all shards answered"}, True),
        ({"warnings": ["PromQL warning: encountered a mix of histograms and floats"]}, True),
        ({"warnings": "no StoreAPIs matched"}, True),
        ({"warnings": {"store": "gone"}}, True),
        ({"isPartial": True}, True),
        ({"status": "partial"}, True),
        ({"error": "1 of 3 stores failed", "errorType": "execution"}, True),
        ({"error": "", "errorType": ""}, False),
        ({"warnings": None, "infos": None}, False),
    ],
)
def test_an_answer_from_which_data_may_be_missing_is_partial(more: dict[str, Any], partial: bool) -> None:
    with answering(lambda _: success([], **more)) as server:
        answer = source(server.url).answer(QUESTION)
    assert bool(answer.partial) is partial
    assert answer.frame is not None


def test_the_status_partial_content_is_a_partial_answer() -> None:
    with answering(lambda _: (206, *success([])[1:])) as server:
        assert source(server.url).answer(QUESTION).partial


def test_no_result_as_go_writes_it_is_no_series() -> None:
    body = b'{"status":"success","data":{"resultType":"vector","result":null}}'
    with answering(lambda _: (200, "application/json", body)) as server:
        answer = source(server.url).answer(QUESTION)
    assert answer.frame is not None
    assert answer.frame.shape == (1, 0)
    assert not answer.partial


def test_tens_of_thousands_of_series_are_refused_before_they_are_read() -> None:
    rows = [{"metric": {}, "value": [AT.timestamp(), "1"]}] * 20_001
    with answering(lambda _: success(rows)) as server, pytest.raises(TooExpensive, match="20,001 series came back"):
        source(server.url).answer(QUESTION)


def test_more_series_than_fit_into_memory_are_refused() -> None:
    rows = [{"metric": {"pod": str(number)}, "values": [[AT.timestamp(), "1"]]} for number in range(600)]
    long = Question("k", "metrics", "up", AT, AT + timedelta(minutes=9999), timedelta(minutes=1))
    with (
        answering(lambda _: success(rows, kind="matrix")) as server,
        pytest.raises(TooExpensive, match="600 series came back, too many for the memory: put sum"),
    ):
        source(server.url).answer(long)


def test_an_answer_with_status_partial_is_an_answer_with_a_warning() -> None:
    with answering(lambda _: success([], status="partial")) as server:
        answer = source(server.url).answer(QUESTION)
    assert answer.frame is not None
    assert "partial" in answer.warnings[0]


def test_a_range_selector_asked_as_an_instant_is_refused_with_a_fix() -> None:
    with answering(lambda _: success([], kind="matrix")) as server, pytest.raises(QueryRejected, match="increase"):
        source(server.url).answer(QUESTION)


def test_a_question_is_posted_as_a_form_with_its_time() -> None:
    with answering(lambda _: success()) as server:
        made = source(server.url + "/prefix/")
        made.answer(QUESTION)
        made.answer(Question("k", "metrics", "up" * 5000, AT, AT + timedelta(hours=1), timedelta(minutes=5)))
    instant, ranged = server.asked
    assert instant.path == "/prefix/api/v1/query"
    assert instant.form == {"query": "up", "time": f"{AT.timestamp():.3f}", "timeout": "5"}
    assert ranged.path == "/prefix/api/v1/query_range"
    assert ranged.form["query"] == "up" * 5000
    assert ranged.form["step"] == "300"
    assert float(ranged.form["end"]) - float(ranged.form["start"]) == 3600


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_nobody_listening_is_told_at_once_with_the_address() -> None:
    port = free_port()
    began = time.monotonic()
    with pytest.raises(Unreachable, match=f"cannot connect to http://127.0.0.1:{port}: Connection refused"):
        source(f"http://127.0.0.1:{port}").answer(QUESTION)
    assert time.monotonic() - began < 2


def test_a_name_nobody_knows_is_told() -> None:
    with pytest.raises(Unreachable, match=r"cannot connect to http://prometheus\.invalid"):
        source("http://prometheus.invalid").answer(QUESTION)


def test_http_spoken_to_where_tls_is_expected_is_told() -> None:
    with answering(lambda _: success()) as server, pytest.raises(Unreachable, match=r"no safe connection.*tls"):
        source(server.url.replace("http", "https")).answer(QUESTION)


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A TCP server that talks as the test says to each who connects."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def serve() -> None:
            listener.settimeout(0.05)
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(5)
                    connection.recv(65536)
                    with suppress(OSError):  # the client may have left, as it should
                        talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()


def test_a_server_that_trickles_its_answer_is_left_at_the_time_limit() -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(60):
            connection.sendall(b" ")
            time.sleep(0.05)

    with raw_server(trickle) as url:
        began = time.monotonic()
        with pytest.raises(TimedOut, match=r"within 0\.5 s"):
            source(url, timeout="500ms").answer(QUESTION)
        assert time.monotonic() - began < 1.5


def test_a_silent_server_is_left_at_the_time_limit_and_not_asked_again() -> None:
    asked = []

    def say_nothing(connection: socket.socket) -> None:
        asked.append(1)
        time.sleep(0.8)

    with (
        raw_server(say_nothing) as url,
        pytest.raises(TimedOut, match=r"within 0\.3 s.*raise sources\.metrics\.timeout"),
    ):
        source(url, timeout="300ms").answer(QUESTION)
    assert len(asked) == 1


def test_a_connection_broken_before_the_answer_is_tried_again() -> None:
    talks = iter([b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", b""])

    with (
        raw_server(lambda connection: connection.sendall(next(talks))) as url,
        pytest.raises(Unreachable, match="broke"),
    ):
        source(url).answer(QUESTION)
    assert next(talks, None) is None


def test_a_server_found_down_is_left_alone_and_asked_anew_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "REMEMBER_S", 0.5)
    with answering(lambda _: HTML) as server:
        made = source(server.url)
        words = set()
        for _ in range(20):
            with pytest.raises(Unreachable) as caught:
                made.answer(QUESTION)
            words.add(str(caught.value))
        assert len(server.asked) == 3  # the three tries of the first question
        assert len(words) == 1
        server.says = lambda _: success()
        time.sleep(0.6)
        assert made.answer(QUESTION).frame is not None


def test_wrong_credentials_are_tried_once() -> None:
    with answering(lambda _: (401, "text/plain", b"")) as server:
        made = source(server.url)
        for _ in range(5):
            with pytest.raises(NotAllowed):
                made.answer(QUESTION)
        assert len(server.asked) == 1


def test_one_slow_question_does_not_stop_the_others_but_three_in_a_row_do() -> None:
    def says(asked: Asked) -> tuple[int, str, bytes]:
        if asked.form["query"] == "slow":
            time.sleep(0.4)
        return success()

    slow = Question("k", "metrics", "slow", AT, AT)
    with answering(says) as server:
        made = source(server.url, timeout="200ms")
        with pytest.raises(TimedOut):
            made.answer(slow)
        assert made.answer(QUESTION).frame is not None
        for _ in range(3):
            with pytest.raises(TimedOut):
                made.answer(slow)
        with pytest.raises(TimedOut):
            made.answer(QUESTION)
        assert queries(server) == ["slow", "up", "slow", "slow", "slow"]


def queries(server: Answering) -> list[str]:
    return [asked.form["query"] for asked in server.asked]


def test_every_method_of_the_client_tells_errors_in_our_words() -> None:
    with answering(lambda _: refusal(400, "bad_data", "parse error")) as server:
        connection = source(server.url).connection
        with pytest.raises(QueryRejected, match="parse error"):
            connection.custom_query("up(")
        with pytest.raises(QueryRejected, match="parse error"):
            connection.all_metrics()
    assert server.asked[0].form["query"] == "up("
