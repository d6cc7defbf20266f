"""The command as people run it, against a real Prometheus: the numbers, and each way it can go wrong."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from prodmeet_kit.demo import SNAPSHOT
from prodmeet_kit.demo.world import World
from prodmeet_kit.review import open_review
from tests.support.demo_world import true_counts
from tests.support.shared import demo_report

pytestmark = [pytest.mark.integration, pytest.mark.takes(35)]

PARAMETERS = Path(__file__).parents[2] / "parameters"
WINDOW = ("--from", "2026-11-09T10:00", "--to", "2026-11-23T10:00")
CLOSED = "http://127.0.0.1:9"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(PARAMETERS, tmp_path / "parameters")
    return tmp_path


def edit(home: Path, old: str, new: str) -> None:
    path = home / "parameters" / "demo.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def prodmeet(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "prodmeet_kit", "-C", str(home), *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def numbers(home: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((home / "reports/demo/latest/review.json").read_text(encoding="utf-8"))
    return {key: value for key, value in content.items() if key not in ("generated_at", "sources")}


def differences(one: Any, other: Any, way: str = "") -> list[str]:
    """Where two values differ; numbers may by one part in 1e9."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        # whether a server has evaluated its rules yet tells of its age, not of the product; its address of neither
        told = [key for key in one if key not in ("health", "source")]
        return [found for key in told for found in differences(one[key], other[key], f"{way}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            found
            for position, pair in enumerate(zip(one, other, strict=True))
            for found in differences(*pair, f"{way}[{position}]")
        ]
    if isinstance(one, float) and isinstance(other, float) and math.isclose(one, other, rel_tol=1e-9):
        return []
    return [] if one == other else [f"{way}: {one!r} is not {other!r}"]


def test_live_data_gives_the_numbers_of_the_shipped_snapshot(
    home: Path, demo_prometheus: tuple[str, World], tmp_path_factory: pytest.TempPathFactory
) -> None:
    live = prodmeet(home, "report", "demo", *WINDOW, PROMETHEUS_URL=demo_prometheus[0])
    assert (live.returncode, live.stderr) == (0, "")
    assert differences(numbers(home), numbers(demo_report(tmp_path_factory))) == []


def test_the_kits_attainment_is_the_truth_of_the_generated_events(demo_prometheus: tuple[str, World]) -> None:
    world = demo_prometheus[1]
    analyses = open_review(snapshot=SNAPSHOT).analyses
    end = analyses.facts.window.end
    assert len(analyses.slo.summary) == 6
    for row in analyses.slo.summary.to_dict("records"):
        bad, total = true_counts(world, row["service"], row["name"], end - timedelta(days=28), end)
        if total > 100_000:
            assert row["attainment"] == pytest.approx(1 - bad / total, abs=0.001 * (1 - row["objective"]))
        else:
            assert row["bad"] == pytest.approx(bad, abs=1)
            assert row["total"] == pytest.approx(total, abs=1)


@pytest.mark.parametrize(
    ("url", "says", "rules"),
    # A path without a rules API keeps none: nobody asked for them. A server that is down may keep some.
    [
        (CLOSED, "cannot connect to http://127.0.0.1:9", {"monitoring_changes"}),
        ("{server}/wrong/path", "404", set()),
    ],
    ids=["stopped", "wrong url"],
)
def test_a_server_that_cannot_answer_leaves_a_report_that_says_so(
    home: Path, demo_prometheus: tuple[str, World], url: str, says: str, rules: set[str]
) -> None:
    done = prodmeet(home, "report", "demo", *WINDOW, PROMETHEUS_URL=url.format(server=demo_prometheus[0]))
    assert done.returncode == 3
    assert done.stdout.strip().splitlines()[-1].endswith("report.html")
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 4 + len(rules), done.stderr  # metrics, the two alert sections, action items
    assert all(says in line for line in lines)
    content = numbers(home)
    assert {failure["section"] for failure in content["failures"]} == {
        "metrics",
        "paging_events",
        "non_paging_events",
        "action_items",
        *rules,
    }
    assert {row["attainment"] for row in content["slos"]} == {None}
    assert [row["id"] for row in content["incidents"]] == ["INC-51", "INC-52"]  # what files know is still there


def test_an_slo_whose_series_do_not_exist_is_not_known_and_the_others_are(
    home: Path, demo_prometheus: tuple[str, World]
) -> None:
    edit(home, 'http_requests_total{service="cart"}', 'http_request_total{service="cart"}')
    done = prodmeet(home, "report", "demo", *WINDOW, PROMETHEUS_URL=demo_prometheus[0])
    assert done.returncode == 3
    assert done.stderr == (
        "metrics: could not check cart/availability: no series: check the metric name and the labels\n"
    )
    states = {f"{row['service']}/{row['name']}": row["state"] for row in numbers(home)["slos"]}
    assert states["cart/availability"] == "NO_DATA"
    assert "NO_DATA" not in {state for ref, state in states.items() if ref != "cart/availability"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("objective: 99.9", "objectve: 99.9", "objectve is not a known key: did you mean objective?"),
        ("sum(rate(http_requests_total", "sum(rate(http_requests_total{", "fix the PromQL"),
        ("window: 28d", "window: 28 days", "write a duration as number and unit"),
    ],
    ids=["misspelt key", "promql typo", "duration"],
)
def test_what_a_person_has_to_fix_is_said_and_nothing_is_written(home: Path, old: str, new: str, says: str) -> None:
    edit(home, old, new)
    done = prodmeet(home, "report", "demo", *WINDOW, PROMETHEUS_URL=CLOSED)
    assert done.returncode == 2
    assert says in done.stderr
    assert "parameters/demo.yaml:" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "reports").exists()


def test_an_empty_product_file_is_said_to_be_empty(home: Path) -> None:
    (home / "parameters" / "empty.yaml").write_text("", encoding="utf-8")
    done = prodmeet(home, "report", "empty")
    assert done.returncode == 2
    assert "parameters/empty.yaml: the file is empty" in done.stderr
    assert not (home / "reports").exists()
