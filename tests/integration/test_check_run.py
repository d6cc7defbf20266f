"""``prodmeet check`` against a real Prometheus that holds the demo world."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from prodmeet_kit.check import Finding, check_product, check_products
from prodmeet_kit.demo.world import World

pytestmark = [pytest.mark.integration, pytest.mark.takes(10)]

CHECKOUT = Path(__file__).parents[2]


def failed(findings: list[Finding]) -> list[str]:
    return [str(finding) for finding in findings if not finding.well]


@pytest.fixture
def world(demo_prometheus: tuple[str, World], monkeypatch: pytest.MonkeyPatch) -> World:
    url, world = demo_prometheus
    monkeypatch.setenv("PROMETHEUS_URL", url)
    return world


def test_the_demo_is_well_at_its_meeting(world: World) -> None:
    findings = list(check_product("demo", CHECKOUT, now=world.meeting))
    subjects = [finding.subject for finding in findings]
    assert failed(findings) == []
    for subject in (
        "demo: source metrics (prometheus)",
        "demo: query slo/web/availability/bad",
        "demo: query resource/cart/memory/limit",
        "demo: history payments/availability",
    ):
        assert subjects.count(subject) == 1


def test_data_that_does_not_reach_back_is_found_with_the_age_to_keep(world: World) -> None:
    # Two weeks earlier the oldest hour lies before the first sample of the world.
    findings = list(check_product("demo", CHECKOUT, now=world.meeting - timedelta(days=14)))
    lines = failed(findings)
    # 42 days: the budget at the last meeting, 14 days ago, counts the 28 days before it. One more for the oldest hour.
    assert any("history web/availability: no data" in line and "retention.time=43d" in line for line in lines)
    assert all(": history " in line for line in lines)


def test_a_query_that_finds_nothing_and_one_that_needs_a_sum_are_found(world: World, tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "shop.yaml").write_text(
        """\
product: shop
sources:
  metrics: {type: prometheus, url: "${PROMETHEUS_URL}"}
services:
  - name: web
    load:
      - {name: none, query: "sum(rate(no_such_metric[{{.window}}]))"}
      - {name: many, query: "rate(http_requests_total[{{.window}}])"}
"""
    )
    lines = failed(list(check_product("shop", tmp_path, now=world.meeting)))
    assert "failed  shop: query load/web/none: no series: check the metric name and the labels" in lines
    assert any("query load/web/many" in line and "put sum(...) round the query" in line for line in lines)
    assert len(lines) == 2  # and no word of how long the data is kept


def test_a_server_that_does_not_answer_ends_with_status_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_URL", "http://127.0.0.1:9")
    said: list[str] = []
    assert check_products(["demo"], CHECKOUT, said.append) == 3
    assert any(line.startswith("failed  demo: source metrics (prometheus)") for line in said)


def test_a_file_to_fix_ends_with_status_2_and_the_other_products_are_checked(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "a.yaml").write_text("product: a\ntimezone: Tokio\nservices: []\n")
    (tmp_path / "parameters" / "b.yaml").write_text("product: b\nservices: [{name: web}]\n")
    said: list[str] = []
    assert check_products([], tmp_path, said.append) == 2
    assert any(line.startswith("failed") and "timezone" in line and "Asia/Tokyo" in line for line in said)
    assert any(line.startswith("ok") and "b.yaml" in line for line in said)
