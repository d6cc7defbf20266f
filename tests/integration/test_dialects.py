"""The server has the last word over PromQL: queries of Prometheus and of VictoriaMetrics, asked of both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prodmeet_kit.check import check_product
from prodmeet_kit.core.window import Window
from prodmeet_kit.demo.world import World
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters import load
from prodmeet_kit.queries import questions
from prodmeet_kit.review import Review
from tests.support.victoria import running_victoria

pytestmark = pytest.mark.integration

QUERIES = """\
      - {name: backticks, query: 'sum(rate(http_requests_total{code=~`[235]\\d\\d`}[{{.window}}]))'}
      - {name: no_window, query: 'sum(rate(http_requests_total))'}
      - {name: default, query: 'sum(rate(http_requests_total[{{.window}}])) default 0'}
      - {name: template, query: 'WITH (all = {code=~".*"}) sum(rate(http_requests_total{all}[{{.window}}]))'}
"""


def checked(folder: Path, url: str, now: datetime) -> dict[str, str]:
    """What is said of each query."""
    (folder / "parameters").mkdir()
    head = f"product: x\nsources: {{metrics: {{url: '{url}'}}}}\nservices:\n  - name: web\n    load:\n"
    (folder / "parameters" / "x.yaml").write_text(head + QUERIES)
    found = list(check_product("x", folder, now=now))
    prefix = "x: query load/web/"
    return {each.subject.removeprefix(prefix): str(each) for each in found if each.subject.startswith(prefix)}


def test_prometheus_takes_backticks_and_says_what_it_does_not_know(
    demo_prometheus: tuple[str, World], tmp_path: Path
) -> None:
    url, world = demo_prometheus
    told = checked(tmp_path, url, world.meeting)
    assert told["backticks"].startswith("ok ")
    for name in ("no_window", "default", "template"):
        assert told[name].startswith("failed")
        assert "the server does not accept the query" in told[name] and "parse error" in told[name]


def test_victoriametrics_takes_its_own_dialect_and_check_only_warns(tmp_path: Path) -> None:
    now = datetime(2026, 11, 23, 0, 0, 17, tzinfo=UTC)
    times = [int((now - timedelta(minutes=10) * number).timestamp() * 1000) for number in range(60 * 24 * 6, -1, -1)]
    samples = [f'http_requests_total{{code="200"}} {number * 600} {at}' for number, at in enumerate(times)]
    with running_victoria(tmp_path / "data", "\n".join(samples) + "\n") as url:
        told = checked(tmp_path, url, now)
    assert told["backticks"].startswith("ok ")
    for name in ("no_window", "default", "template"):
        assert told[name].startswith("warn"), told[name]
        assert "the server accepts it, the parser here does not" in told[name]


LONGER = """\
product: x
timezone: UTC
sources: {{metrics: {{url: "{url}"}}}}
services:
  - name: web
    slos:
      - name: availability
        objective: 90
        window: 90d
        sli:
          events:
            error_query: 'sum(rate(http_requests_total{{service="web",code=~"5.."}}[{{{{.window}}}}]))'
            total_query: 'sum(rate(http_requests_total{{service="web"}}[{{{{.window}}}}]))'
"""


def test_a_window_longer_than_what_prometheus_holds_rests_on_what_it_holds(
    demo_prometheus: tuple[str, World], tmp_path: Path
) -> None:
    url, world = demo_prometheus
    (tmp_path / "x.yaml").write_text(LONGER.format(url=url))
    product = load("x", tmp_path)
    window = Window.ending(world.meeting, cadence=timedelta(days=14), timezone="UTC")
    found = gather(product, window, folder=tmp_path)
    (row,) = record(Review(found))["slos"]
    key = f"slo/web/availability/total/{questions.DAYS}"
    begins = found.answers["slo/web/availability/total/trend"].frame
    assert found.failures == () and found.answers[key].error == "" and begins is not None
    held = (world.meeting - world.grid.start).total_seconds()
    assert row["covered_s"] == pytest.approx(held, abs=86_400)
    assert row["covered_why"] == "kept"
