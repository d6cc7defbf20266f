"""Exploring with a real kernel, and with a real Prometheus that holds the demo world."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from nbclient import NotebookClient

import prodmeet_kit
from prodmeet_kit.core.errors import QueryRejected
from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.demo.world import World
from prodmeet_kit.evidence import Note
from prodmeet_kit.explore.completion import label_values, server_words
from prodmeet_kit.live.exploring import explore_notebook
from prodmeet_kit.review import Review

pytestmark = pytest.mark.integration

CART = 'sum(rate(http_requests_total{service="cart"}[{{.window}}]))'


@pytest.fixture
def live(demo_prometheus: tuple[str, World], monkeypatch: pytest.MonkeyPatch) -> Review:
    """The frozen demo, asking the server its data came from."""
    monkeypatch.setenv("PROMETHEUS_URL", demo_prometheus[0])
    return prodmeet_kit.open_review().live()


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_every_cell_runs_on_a_frozen_report_and_shows_something(tmp_path: Path) -> None:
    shutil.copytree(SNAPSHOT, tmp_path / "snapshot")
    notebook = explore_notebook({"product": "demo", "snapshot": "snapshot"})
    client: Any = NotebookClient(notebook, timeout=100, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = {cell.source: cell.outputs for cell in code if cell.source.startswith("review.")}
    assert set(shown) == {
        "review.closer",
        "review.examples",
        'review.finding() if review.findings else "Nothing was found: review.overview says on what grounds."',
        "review.around()",
        "review.slo()",
        "review.questions",
        "review.promql",
    }
    assert all(shown.values())
    assert [output.output_type for outputs in shown.values() for output in outputs if "name" in output] == []


def test_a_live_query_gives_the_numbers_of_the_frozen_one(live: Review) -> None:
    asked, frozen = live.query(CART), prodmeet_kit.open_review().query(CART)
    assert "prometheus at http://127.0.0.1" in asked.sentence
    pd.testing.assert_frame_equal(asked.frame, frozen.frame, check_freq=False)


def test_a_live_query_may_look_closer_than_the_report(live: Review) -> None:
    shown = live.query(
        'sum by (code) (rate(http_requests_total{service="cart"}[{{.window}}]))',
        start="2026-11-17T11:30",
        end="2026-11-17T13:30",
    )
    # two hours, a point a minute
    assert len(shown.frame) == 120
    assert shown.answer.question.query.count("[2m]") == 1  # a step and a scrape interval
    assert shown.frame.shape[1] > 1


def test_the_servers_words_about_a_query_stand_in_the_box(live: Review) -> None:
    with pytest.raises(QueryRejected, match="parse error"):
        live.query("sum(rate(http_requests_total))")
    box = live.promql
    box.run("sum(rate(http_requests_total))")
    assert "parse error" in box.editor.state["error"]
    assert box.output.outputs == ()


def test_the_server_completes_names_and_values_of_the_time_of_the_review(live: Review) -> None:
    window = live.facts.window
    assert live.ask_at is not None
    words = server_words(live.ask_at, window)
    assert {"http_requests_total", "container_cpu_usage_seconds_total"} <= set(words["metrics"])
    assert {"service", "code", "le"} <= set(words["labels"])
    assert "__name__" not in words["labels"]
    services = label_values(live.ask_at, window, "service", "http_requests_total")
    assert services == ["cart", "invoices", "payments", "web"]
    assert label_values(live.ask_at, window, "code", "container_cpu_usage_seconds_total") == []


def test_the_box_learns_from_the_server_when_it_is_used(live: Review) -> None:
    box = live.promql
    box.editor._handle_custom_msg({"kind": "words"}, [])
    assert "code" in box.editor.words["labels"]
    box.editor._handle_custom_msg({"kind": "values", "label": "code", "metric": "http_requests_total"}, [])
    assert "500" in box.editor.words["labels"]["code"]


def test_around_a_moment_finer_trends_are_asked(live: Review) -> None:
    near, frozen = live.around("INC-52"), prodmeet_kit.open_review().around("INC-52")
    assert list(near.series) == list(frozen.series)
    # 3 h 35 min, a point a minute instead of one every five
    assert (len(near.series), len(frozen.series)) == (215, 43)
    assert near.series["cart/availability"].min() == pytest.approx(frozen.series["cart/availability"].min(), abs=0.05)
    assert near.series["cart/cpu"].mean() == pytest.approx(frozen.series["cart/cpu"].mean(), rel=0.02)
    assert near.frame.equals(frozen.frame)
    assert not [each for each in near.evidence if isinstance(each, Note)]
