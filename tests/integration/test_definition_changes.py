"""``prodmeet report`` at two meetings, with an objective changed in between: the second report says so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.answering import Asked, answering, success

pytestmark = [pytest.mark.integration, pytest.mark.takes(10)]

PRODUCT = """\
product: shop
timezone: Asia/Tokyo
meeting: {{agenda: [metrics]}}
sources: {{metrics: {{url: "{url}"}}}}
services:
  - name: cart
    slos:
      - name: availability
        objective: {objective}
        sli:
          events:
            error_query: sum(rate(errors_total[{{{{.window}}}}]))
            total_query: sum(rate(requests_total[{{{{.window}}}}]))
    load: [{{name: requests, unit: req/s, query: "sum(rate(requests_total[{{{{.window}}}}]))"}}]
"""


def steady(asked: Asked) -> tuple[int, str, bytes]:
    """Two requests a second, none of them failed."""
    value = "0" if "errors_total" in asked.form["query"] else "2"
    if asked.path.endswith("query_range"):
        start, end, step = (float(asked.form[name]) for name in ("start", "end", "step"))
        values = [[start + k * step, value] for k in range(int((end - start) // step) + 1)]
        return success([{"metric": {}, "values": values}], kind="matrix")
    return success([{"metric": {}, "value": [float(asked.form["time"]), value]}])


def prodmeet(home: Path, *words: str) -> None:
    command = [sys.executable, "-m", "prodmeet_kit", "-C", str(home), "report", "shop", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def numbers(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "review.json").read_text(encoding="utf-8"))
    return {key: value for key, value in content.items() if key != "generated_at"}


def test_the_report_after_an_objective_changed_shows_and_marks_it(tmp_path: Path) -> None:
    parameters = tmp_path / "parameters" / "shop.yaml"
    parameters.parent.mkdir()
    with answering(steady) as server:
        parameters.write_text(PRODUCT.format(url=server.url, objective=99.5))
        prodmeet(tmp_path, "--to", "2026-11-09T10:00")
        parameters.write_text(PRODUCT.format(url=server.url, objective=99.9))
        prodmeet(tmp_path, "--to", "2026-11-23T10:00")
    reports = tmp_path / "reports" / "shop"
    first, second = numbers(reports / "2026-11-09"), numbers(reports / "2026-11-23")
    assert (first["previous_meeting"], first["definition_changes"]) == (None, [])
    assert second["previous_meeting"] == "2026-11-09T10:00:00+09:00"
    assert second["definition_changes"] == [
        {
            "kind": "slo", "subject": "cart/availability", "what": "objective",
            "before": "99.5", "after": "99.9", "affects": ["slo/cart/availability"],
        }
    ]  # fmt: skip
    assert [row["redefined"] for row in (*second["slos"], *second["load"])] == [True, False]
    page = (reports / "2026-11-23" / "report.html").read_text(encoding="utf-8")
    assert "Definitions changed since the last meeting" in page
    assert "availability \N{DAGGER}" in page
    assert "requests \N{DAGGER}" not in page

    # the server is gone, and so is the earlier report: what is frozen is enough
    frozen = reports / "2026-11-23" / "snapshot"
    prodmeet(tmp_path, "--from-snapshot", str(frozen), "--out", str(tmp_path / "again"))
    again = tmp_path / "again" / "shop" / "2026-11-23"
    assert numbers(again) == second
    assert (again / "minutes.md").read_bytes() == (reports / "2026-11-23" / "minutes.md").read_bytes()
