"""Servers that answer for a limited time at once: the limit is learned from the refusal, and no point is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from prodmeet_kit.core.errors import QueryRejected
from prodmeet_kit.facts import Question
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.sources.prometheus.lengths import Lengths, RangeTooLong, too_long
from prodmeet_kit.sources.prometheus.settings import PrometheusSettings
from tests.support.answering import Asked, answering, metric_source, refusal, success

START = datetime(2026, 9, 1, 0, 0, 7, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("the query time range exceeds the limit (query length: 744h0m0s, limit: 32h0m0s)", 32 * HOUR),
        ("expanding series: the query time range exceeds the limit (query length: 769h6m, limit: 768h0m0s)", 32 * DAY),
        ("the total query time range exceeds the limit (query length: 90d, limit: 721h) (err-mimir)", 721 * HOUR),
        ("Query time range cannot exceed 32 days", 32 * DAY),
        ("time range too long: maximum is 24 hours", DAY),
        ("query range of 90d is greater than the allowed 32d", 32 * DAY),
        ("query time range too long", None),
        ("max query length exceeded", None),
        ("The requested interval range (60 days) is too large, max 768h", 768 * HOUR),
        ("bad time span: 90d > 31d is more than allowed", 31 * DAY),
        ("lookback must be less than 24h", DAY),
    ],
)
def test_a_refusal_for_length_is_known_by_its_words_and_tells_the_limit(words: str, limit: timedelta | None) -> None:
    refused = too_long(words)
    assert refused is not None
    assert refused.limit == limit


@pytest.mark.parametrize(
    "words",
    [
        "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
        'invalid parameter "query": 1:5: parse error: ranges only allowed for vector selectors',
        "query processing would load too many samples into memory in query execution",
        "the query exceeded the maximum number of series (limit: 100000 series)",
        "query timed out in expression evaluation",
        "found duplicate series for the match group {} on the right hand-side",
        'expected type range vector in call to function "rate", got instant vector',
        "",
    ],
)
def test_other_refusals_are_none_for_length(words: str) -> None:
    assert too_long(words) is None


def limited(
    most: timedelta, words: str, *, selector: timedelta = timedelta(), status: int = 422
) -> Callable[[Asked], tuple[int, str, bytes]]:
    """A server that answers for ranges up to ``most``, its selector counted: the value is the time in seconds."""

    def says(asked: Asked) -> tuple[int, str, bytes]:
        if "start" not in asked.form:
            return refusal(status, "execution", words)
        start, end, step = (float(asked.form[name]) for name in ("start", "end", "step"))
        if timedelta(seconds=end - start) + selector > most:
            return refusal(status, "execution", words)
        count = int((end - start) // step) + 1
        values = [[start + step * number, str(start + step * number)] for number in range(count)]
        return success([{"metric": {}, "values": values}], kind="matrix")

    return says


def whole(source: PrometheusSource, length: timedelta, query: str = "up", step: timedelta = HOUR) -> None:
    """The answer has every point of the grid once, with its own value."""
    answer = source.answer(Question("k", "s", query, START, START + length, step))
    assert answer.frame is not None
    assert answer.points == length // step + 1
    assert answer.frame.iloc[:, 0].tolist() == [moment.timestamp() for moment in answer.frame.index]


@pytest.mark.parametrize(
    ("most", "words"),
    [
        (32 * DAY, "the query time range exceeds the limit (query length: 2160h0m0s, limit: 768h0m0s)"),
        (DAY, "query time range too long: the maximum is 24 hours"),
        (10 * DAY, "max query length exceeded"),
        (5 * DAY, "max query length exceeded: the limit is 7d"),  # it says one thing and does another
    ],
)
def test_a_range_is_split_at_the_limit_on_its_own_grid(most: timedelta, words: str) -> None:
    with answering(limited(most, words)) as server:
        source = PrometheusSource(metric_source(server.url))
        whole(source, 90 * DAY)
        refused = len(server.asked)
        whole(source, 60 * DAY)
        lengths = [float(asked.form["end"]) - float(asked.form["start"]) for asked in server.asked[refused:]]
    assert all(length <= most.total_seconds() for length in lengths)


def test_the_limit_is_remembered_for_other_queries_of_the_source() -> None:
    words = "the query time range exceeds the limit (query length: 2160h0m0s, limit: 768h0m0s)"
    with answering(limited(32 * DAY, words)) as server:
        source = PrometheusSource(metric_source(server.url))
        whole(source, 90 * DAY, "up")
        assert len(server.asked) == 1 + 3
        whole(source, 90 * DAY, "down")
        assert len(server.asked) == 1 + 3 + 3


def test_a_server_that_counts_the_range_selector_is_asked_for_less() -> None:
    words = "the query time range exceeds the limit (query length: 2832h0m0s, limit: 768h0m0s)"  # 90d + 28d
    with answering(limited(32 * DAY, words, selector=28 * DAY)) as server:
        source = PrometheusSource(metric_source(server.url))
        whole(source, 90 * DAY, "increase(x_total[28d])")
        assert len(server.asked) < 30


@pytest.mark.parametrize("status", [400, 422])
def test_a_total_over_more_than_the_limit_is_a_clear_failure_that_names_it(status: int) -> None:
    words = "the query time range exceeds the limit (query length: 2160h0m0s, limit: 768h0m0s)"
    with (
        answering(limited(32 * DAY, words, status=status)) as server,
        pytest.raises(
            QueryRejected, match=r"limits the time that one query may span to 32d: .*limit: 768h.*shorter wi"
        ),
    ):
        PrometheusSource(metric_source(server.url)).answer(Question("k", "s", "increase(x[90d])", START, START))


def test_a_range_whose_selector_alone_is_too_long_is_a_clear_failure() -> None:
    words = "the query time range exceeds the limit (query length: 2160h0m0s, limit: 24h0m0s)"
    with answering(limited(DAY, words, selector=2 * DAY)) as server, pytest.raises(RangeTooLong, match="24h"):
        whole(PrometheusSource(metric_source(server.url)), 10 * DAY, "rate(x[2d])")
    assert len(server.asked) < 15


def test_a_server_that_gives_seconds_at_a_time_is_not_asked_thousands_of_times() -> None:
    with (
        answering(limited(timedelta(seconds=90), "query time range too long: limit is 90s")) as server,
        pytest.raises(QueryRejected, match="would take"),
    ):
        whole(PrometheusSource(metric_source(server.url)), 90 * DAY, step=timedelta(minutes=1))
    assert len(server.asked) < 30


def test_halving_ends() -> None:
    lengths, asked = Lengths(), 90 * DAY
    refused = too_long("query time range too long")
    assert refused
    for _ in range(10):
        lengths.learn("up", asked, refused)
        longest = lengths.longest("up")
        assert longest is not None
        assert longest < asked
        asked = longest
    with pytest.raises(RangeTooLong):
        lengths.learn("up", timedelta(), refused)


def test_params_go_with_every_query_and_reach_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE", "canary-7f3a9c")
    config = PrometheusSettings.model_validate(
        {"url": "http://x", "params": {"dedup": True, "namespace": "shop", "max": 5, "token": "${GATE}"}}
    )
    with answering(lambda asked: success() if asked.form else (405, "", b"")) as server:
        source = PrometheusSource(config.model_copy(update={"url": server.url}))
        source.answer(Question("k", "s", "up", START, START))
        server.says = lambda _: refusal(400, "bad_data", "no canary-7f3a9c here")
        with pytest.raises(QueryRejected) as caught:
            source.answer(Question("k", "s", "up", START, START))
    asked = parse_qs(urlsplit(server.asked[0].path).query)
    assert asked == {"dedup": ["true"], "namespace": ["shop"], "max": ["5"], "token": ["canary-7f3a9c"]}
    assert server.asked[0].form["query"] == "up"
    assert "canary" not in str(caught.value)


def test_params_go_with_a_get_as_well() -> None:
    with answering(lambda asked: (405, "", b"") if asked.form else success()) as server:
        source = PrometheusSource(metric_source(server.url, params={"dedup": "false"}))
        for _ in range(2):
            source.answer(Question("k", "s", "up", START, START))
    for asked in server.asked[1:]:
        found = parse_qs(urlsplit(asked.path).query)
        assert found["dedup"] == ["false"]
        assert found["query"] == ["up"]


def test_params_that_the_kit_sends_itself_are_refused() -> None:
    with pytest.raises(ValueError, match="take query, time out: the kit sends them itself"):
        metric_source("http://x", params={"time": "5", "query": "up"})
