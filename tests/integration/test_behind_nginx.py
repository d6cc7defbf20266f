"""Metrics behind a real nginx: one that passes GET only, whose URLs end at 8 kB, that moved, that packs answers."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from prodmeet_kit.core.errors import QueryRejected, UnexpectedAnswer, Unreachable
from prodmeet_kit.facts import Question
from prodmeet_kit.sources.prometheus import PrometheusSource
from tests.support.answering import Answering, Asked, answering, metric_source, success

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="not installed: nginx"),
]

AT = datetime(2026, 11, 23, tzinfo=UTC)
CONFIG = """
pid {folder}/nginx.pid;
error_log {folder}/error.log;
daemon off;
events {{}}
http {{
  access_log off; client_body_buffer_size 1m; proxy_buffers 16 64k; proxy_buffer_size 64k;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  gzip on; gzip_types application/json; gzip_min_length 0; gzip_proxied any;
  server {{
    listen 127.0.0.1:{port};
    location /open/ {{ proxy_pass {url}/; }}
    location /denied/ {{ limit_except GET {{ deny all; }} proxy_pass {url}/; }}
    location /refused/ {{ if ($request_method = POST) {{ return 405; }} proxy_pass {url}/; }}
    location /moved/ {{ return 301 /open$request_uri; }}
  }}
}}
"""


def says(asked: Asked) -> tuple[int, str, bytes]:
    return success([{"metric": {"padding": "x" * 5000}, "value": [AT.timestamp(), "7"]}])


@pytest.fixture(scope="module")
def behind() -> Iterator[Answering]:
    with answering(says) as server:
        yield server


@pytest.fixture(scope="module")
def nginx(behind: Answering, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("nginx")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, port=port, url=behind.url))
    program = [str(shutil.which("nginx")), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(program, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(100):
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def value(url: str, query: str = "up") -> float:
    answer = PrometheusSource(metric_source(url, timeout="5s")).answer(Question("k", "s", query, AT, AT))
    assert answer.frame is not None
    return float(answer.frame.to_numpy()[0, 0])


@pytest.mark.parametrize("place", ["open", "denied", "refused"])
def test_metrics_are_read_whatever_the_proxy_allows(place: str, nginx: str, behind: Answering) -> None:
    assert value(f"{nginx}/{place}") == 7
    assert (behind.asked[-1].form == {}) is (place != "open")


@pytest.mark.parametrize("letters", [12_000, 40_000])
def test_a_question_too_long_for_its_urls_says_so(letters: int, nginx: str) -> None:
    with pytest.raises(QueryRejected, match=r"letters in a URL \(414\), and no POST: use a recording rule"):
        value(f"{nginx}/refused", "up" + " + up" * (letters // 5))
    assert value(f"{nginx}/open", "up" + " + up" * (letters // 5)) == 7


def test_where_it_moved_is_named(nginx: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"\(301\) to http://127\.0\.0\.1:\d+/open/moved/api/v1/query: write"):
        value(f"{nginx}/moved")


def test_a_proxy_that_reaches_nobody_is_told_within_the_time(nginx: str, behind: Answering) -> None:
    behind.says = lambda _: (502, "text/html", b"<h1>502 Bad Gateway</h1>")
    began = time.monotonic()
    with pytest.raises(Unreachable, match=r"not ready, or a proxy before it cannot reach it \(502\)"):
        value(f"{nginx}/open")
    assert time.monotonic() - began < 5
    behind.says = says
