"""The metric source against a real Prometheus: long ranges, limits, credentials, a server that is gone."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
import pandas as pd
import pytest

from prodmeet_kit.core.errors import NotAllowed, QueryRejected, TooExpensive, UnexpectedAnswer, Unreachable
from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.facts import Question
from prodmeet_kit.sources.prometheus import PrometheusSource
from tests.support.answering import metric_source

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 23, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)
DAYS = 43
TWO_SERIES = 'vector(1) or label_replace(vector(2), "a", "b", "", "")'
PASSWORD = "hunter2-7f3a"
PASSWORD_BCRYPT = "$2b$04$abcdefghijklmnopqrstuupPzNyR9Gf5nxjXHxPwew7TpdvdiaHuW"


def days() -> Iterator[str]:
    """A counter that grows by 2 a minute, scraped 17.3 s after each; silent for half of one day."""
    for day in range(DAYS):
        first = (END - timedelta(days=DAYS - day)).timestamp() + 17.3
        minutes = [minute for minute in range(1440) if not (day == 20 and minute < 720)]
        lines = [f"shop_requests_total {2 * (1440 * day + minute)} {first + 60 * minute:.3f}" for minute in minutes]
        yield "\n".join(["# TYPE shop_requests counter", *lines, "# EOF", ""])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("metrics") / "tsdb"
    backfill(days(), folder)
    return folder


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[str]:
    with running_prometheus(data, arguments=["--query.max-samples=30000"]) as url:
        yield url


def instant(query: str, at: datetime = END) -> Question:
    return Question("k", "metrics", query, at, at)


def ranged(length: timedelta, query: str = "shop_requests_total", step: timedelta = FIVE_MINUTES) -> Question:
    return Question("k", "metrics", query, END - length, END, step)


def plain_range(url: str, query: str, start: datetime, end: datetime) -> pd.Series[float]:
    """What the server itself says to one range, read without the kit."""
    form = {"query": query, "start": start.timestamp(), "end": end.timestamp(), "step": 300}
    with urlopen(f"{url}/api/v1/query_range", urlencode(form).encode(), timeout=60) as answer:
        values = json.load(answer)["data"]["result"][0]["values"]
    index = pd.to_datetime([round(time * 1000) for time, _ in values], unit="ms", utc=True)
    return pd.Series([float(value) for _, value in values], index=index)


def test_forty_two_days_at_five_minutes_are_split_and_equal_their_parts(server: str) -> None:
    answer = PrometheusSource(metric_source(server)).answer(ranged(timedelta(days=42)))
    assert answer.frame is not None
    assert answer.frame.shape == (12_097, 1)  # one more than the 11,000 a server gives at once allows
    middle = END - timedelta(days=20)
    union = pd.concat(
        [
            plain_range(server, "shop_requests_total", END - timedelta(days=42), middle),
            plain_range(server, "shop_requests_total", middle + FIVE_MINUTES, END),
        ]
    )
    ours = answer.frame.iloc[:, 0]
    assert ours.index[0] == END - timedelta(days=42)
    assert ours.index[-1] == END
    pd.testing.assert_series_equal(
        ours.dropna(), union, check_names=False, check_freq=False, check_index_type=False, check_exact=True
    )
    assert answer.points == len(union)
    # silent from 00:00:00 to 12:00:17.3; at 00:00 the last sample is 42.7 s old, at 00:05 past the 5 min looked back:
    # the points 00:05, 00:10 ... 12:00 are missing
    assert ours.isna().sum() == 144


def test_a_total_over_the_window_is_one_instant(server: str) -> None:
    answer = PrometheusSource(metric_source(server)).answer(instant("increase(shop_requests_total[7d])"))
    assert answer.frame is not None
    # 2 a minute for 7 days; the first and last scrape are extrapolated to the ends of the window
    assert answer.frame.iloc[0, 0] == pytest.approx(2 * 1440 * 7, rel=1e-4)
    assert answer.frame.index[0] == END


@pytest.mark.parametrize(
    ("query", "value"), [("0/0", np.nan), ("1/0", np.inf), ("-1/0", -np.inf), ("time()", END.timestamp())]
)
def test_scalars_and_values_that_are_no_number_arrive(server: str, query: str, value: float) -> None:
    frame = PrometheusSource(metric_source(server)).answer(instant(query)).frame
    assert frame is not None
    np.testing.assert_array_equal(frame.iloc[:, 0], [value])


def test_an_unknown_metric_is_no_error_and_no_column(server: str) -> None:
    frame = PrometheusSource(metric_source(server)).answer(ranged(timedelta(days=1), "absent_total")).frame
    assert frame is not None
    assert frame.shape == (289, 0)


def test_a_query_longer_than_any_url_is_answered(server: str) -> None:
    names = "|".join(f"name_{number}" for number in range(20_000))
    query = f'shop_requests_total or {{__name__=~"{names}"}}'
    assert len(query) > 200_000
    assert PrometheusSource(metric_source(server)).answer(instant(query)).points == 1


@pytest.mark.parametrize(
    ("question", "error", "words"),
    [
        (instant("sum(shop_requests_total"), QueryRejected, "parse error"),
        (instant("shop_requests_total[5m]"), QueryRejected, "range selector"),
        (instant('"text"'), QueryRejected, "gives a text"),
        (instant(f"({TWO_SERIES}) + on() vector(1)"), QueryRejected, "multiple matches for labels"),
        (instant(f"vector(1) + on() group_left() ({TWO_SERIES})"), QueryRejected, "found duplicate series"),
        (ranged(timedelta(days=30), "sum_over_time(shop_requests_total[28d])"), TooExpensive, "too many samples"),
    ],
)
def test_what_the_server_refuses_is_told_in_its_words(
    server: str, question: Question, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        PrometheusSource(metric_source(server)).answer(question)


def test_a_wrong_path_is_told_with_the_fix(server: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"404 page not found.*check the path"):
        PrometheusSource(metric_source(f"{server}/prometheus")).answer(instant("up"))


def test_the_password_of_the_web_configuration_is_needed_and_enough(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "web.yml"
    config.write_text(f"basic_auth_users:\n  ann: {PASSWORD_BCRYPT}\n")
    monkeypatch.setenv("PROM_PASSWORD", PASSWORD)
    monkeypatch.setenv("PROM_TOKEN", "wrong-token-7f3a")
    question = instant("count_over_time(shop_requests_total[1h])")
    with running_prometheus(data, web_config=config) as url:
        basic = {"type": "basic", "username": "ann", "password": "${PROM_PASSWORD}"}
        assert PrometheusSource(metric_source(url, auth=basic)).answer(question).points == 1
        with_userinfo = url.replace("://", f"://ann:{PASSWORD}@")
        assert PrometheusSource(metric_source(with_userinfo)).answer(question).points == 1
        refused = [
            metric_source(url, auth={"type": "bearer", "token": "${PROM_TOKEN}"}),
            metric_source(url, auth={**basic, "username": "bob"}),
            metric_source(url),
        ]
        for config_of_one in refused:
            with pytest.raises(NotAllowed, match=r"does not accept the credentials \(401") as caught:
                PrometheusSource(config_of_one).answer(question)
            assert "7f3a" not in str(caught.value)


@pytest.mark.skipif(not shutil.which("openssl"), reason="not installed: openssl")
def test_a_server_with_its_own_certificate_is_believed_with_its_ca_file_alone(data: Path, tmp_path: Path) -> None:
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=prom"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(["openssl", "req", "-x509", *kind, *names], cwd=tmp_path, check=True, capture_output=True)
    config = tmp_path / "web.yml"
    config.write_text("tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n")
    with running_prometheus(data, web_config=config) as url:
        believed = PrometheusSource(metric_source(url, tls={"ca_file": "cert.pem"}), tmp_path)
        assert believed.answer(instant("shop_requests_total")).points == 1
        unchecked = PrometheusSource(metric_source(url, tls={"verify": False}))
        assert unchecked.answer(instant("shop_requests_total")).points == 1
        with pytest.raises(Unreachable, match="no safe connection"):
            PrometheusSource(metric_source(url)).answer(instant("shop_requests_total"))


def test_a_server_that_has_stopped_is_unreachable_also_over_a_kept_connection(data: Path) -> None:
    with running_prometheus(data) as url:
        source = PrometheusSource(metric_source(url))
        assert source.answer(instant("shop_requests_total")).points == 1
    with pytest.raises(Unreachable, match="cannot connect to"):
        source.answer(instant("shop_requests_total"))
