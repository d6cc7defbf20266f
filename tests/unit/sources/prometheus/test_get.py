"""Servers and proxies that refuse a POST are asked by GET, and remembered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from prodmeet_kit.core.errors import NotAllowed, QueryRejected
from prodmeet_kit.facts import Question
from prodmeet_kit.sources.prometheus import PrometheusSource
from tests.support.answering import Asked, answering, metric_source, refusal, success

AT = datetime(2026, 11, 23, tzinfo=UTC)
QUESTION = Question("k", "metrics", "sum(up) + 1", AT, AT)


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_where_a_post_is_refused_a_get_asks_the_same_and_is_remembered(status: int) -> None:
    with answering(lambda asked: (status, "text/html", b"") if asked.form else success()) as server:
        source = PrometheusSource(metric_source(server.url))
        for _ in range(3):
            assert source.answer(QUESTION).frame is not None
    paths = [asked.path for asked in server.asked]
    assert paths[0] == "/api/v1/query"
    assert paths[1:] == ["/api/v1/query?query=sum%28up%29+%2B+1&time=1795392000.000&timeout=30"] * 3
    assert "Content-Type" not in server.asked[1].headers


def test_where_a_get_is_refused_too_its_refusal_counts() -> None:
    with answering(lambda _: (403, "text/html", b"")) as server, pytest.raises(NotAllowed, match="403"):
        PrometheusSource(metric_source(server.url)).answer(QUESTION)
    assert len(server.asked) == 2


def test_a_refusal_that_the_api_itself_wrote_is_no_refused_post() -> None:
    with answering(lambda _: refusal(404, "bad_data", "no")) as server, pytest.raises(QueryRejected):
        PrometheusSource(metric_source(server.url)).answer(QUESTION)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [400, 414, 431])
def test_a_question_too_long_for_a_url_says_so(status: int) -> None:
    def says(asked: Asked) -> tuple[int, str, bytes]:
        if asked.form:
            return 405, "text/html", b""
        return (status, "text/html", b"<h1>Too large</h1>") if len(asked.path) > 8000 else success()

    long = Question("k", "metrics", " + ".join(["up"] * 2500), AT, AT + timedelta(hours=1), timedelta(minutes=5))
    with answering(says) as server, pytest.raises(QueryRejected, match=r"in a URL \(4\d\d\), and no POST: use a rec"):
        PrometheusSource(metric_source(server.url)).answer(long)
