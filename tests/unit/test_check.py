"""What ``prodmeet check`` says of servers and queries that are not as they should be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prodmeet_kit.check import check_product
from tests.support.answering import Asked, answering, refusal, success

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)

SHOP = """\
product: shop
timezone: Asia/Tokyo
sources:
  metrics: {{url: "{url}", timeout: 5s}}
services:
  - name: cart
    slos:
      - name: availability
        objective: 99
        sli:
          events:
            error_query: "sum(rate(bad[{{{{.window}}}}]))"
            total_query: "sum(rate(all[{{{{.window}}}}]))"
"""


def answers(values: dict[str, float], late: timedelta = timedelta()) -> Callable[[Asked], tuple[int, str, bytes]]:
    """A server that holds these metrics, each a constant until ``late`` before now."""

    def says(asked: Asked) -> tuple[int, str, bytes]:
        found = [value for name, value in values.items() if f"({name}[" in asked.form["query"]]
        if not asked.path.endswith("query_range"):
            return success([{"metric": {}, "value": [float(asked.form["time"]), str(value)]} for value in found])
        start, end, step = (float(asked.form[name]) for name in ("start", "end", "step"))
        end = min(end, (NOW - late).timestamp())
        times = [start + k * step for k in range(int((end - start) // step) + 1)]
        return success([{"metric": {}, "values": [[at, str(value)] for at in times]} for value in found], "matrix")

    return says


def lines(folder: Path, url: str) -> list[str]:
    (folder / "parameters").mkdir()
    (folder / "parameters" / "shop.yaml").write_text(SHOP.format(url=url))
    return [str(finding) for finding in check_product("shop", folder, now=NOW)]


def about_data(folder: Path, values: dict[str, float], late: timedelta = timedelta()) -> list[str]:
    """What is said after the file and the two sources, metrics and rules."""
    with answering(answers(values, late)) as server:
        return lines(folder, server.url)[3:]


def test_a_product_in_order_is_ok_in_every_line(tmp_path: Path) -> None:
    assert {line.split()[0] for line in about_data(tmp_path, {"bad": 1, "all": 9})} == {"ok"}


def test_a_dead_server_is_told_once_with_the_line_the_default_and_how_many_queries_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_METRICS", raising=False)
    found = lines(tmp_path, "${SHOP_METRICS:-http://127.0.0.1:1}")
    place = f"{tmp_path}/parameters/shop.yaml:4: sources.metrics.url"
    reason = "cannot connect to http://127.0.0.1:1: Connection refused: is it running?"
    default = "SHOP_METRICS is not set, so the default is used"
    assert found[1] == f"failed  shop: source metrics (prometheus): {place}: {reason} {default}"
    assert found[2:] == ["failed  shop: 8 queries: not tried, because the metric source does not answer"]


def test_a_variable_that_is_not_set_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_METRICS", raising=False)
    found = lines(tmp_path, "${SHOP_METRICS}")
    assert len(found) == 3
    assert "shop.yaml:4: sources.metrics.url: the environment variable SHOP_METRICS is not set: set it" in found[1]


def test_queries_that_each_fail_are_told_one_by_one(tmp_path: Path) -> None:
    def says(asked: Asked) -> tuple[int, str, bytes]:
        if asked.form["query"] != "vector(1)":
            return refusal(400, "bad_data", "parse error")
        return success([{"metric": {}, "value": [float(asked.form["time"]), "1"]}])

    with answering(says) as server:
        found = lines(tmp_path, server.url)
    assert [line.split(": ")[1] for line in found if "query slo/" in line] == [
        "query slo/cart/availability/bad",
        "query slo/cart/availability/total",
    ]
    assert not any("not tried" in line for line in found)


def test_no_bad_event_at_all_is_a_warning(tmp_path: Path) -> None:
    said = about_data(tmp_path, {"all": 9})
    assert said[0] == (
        "warn    shop: query slo/cart/availability/bad: no series in 28d: either nothing ever failed, or a label is"
        " wrong; compare it with total_query. It counts as 0 bad events."
    )
    assert not any(line.startswith("failed") for line in said)


def test_a_wrong_metric_name_is_told_without_a_word_of_retention(tmp_path: Path) -> None:
    hint = "no series: check the metric name and the labels"
    assert about_data(tmp_path, {}) == [
        f"failed  shop: query slo/cart/availability/{side}: {hint}" for side in ("bad", "total")
    ]


def test_more_bad_events_than_events_are_queries_swapped(tmp_path: Path) -> None:
    said = about_data(tmp_path, {"bad": 9, "all": 1})
    hint = "more bad events than events: are error_query and total_query swapped?"
    assert said[0] == f"failed  shop: query slo/cart/availability/bad: {hint}"


@pytest.mark.parametrize(("late", "told"), [(timedelta(minutes=15), False), (timedelta(hours=29), True)])
def test_data_that_ends_before_the_meeting_is_a_warning(late: timedelta, told: bool, tmp_path: Path) -> None:
    # The step is 5 minutes, and three of them are allowed. 29 hours before 10:00 on Monday it was 05:00 on Sunday.
    said = about_data(tmp_path, {"bad": 1, "all": 9}, late)
    warning = "warn    shop: newest data: the newest data is of Sun 22 Nov 05:00 JST, 29 h before the meeting"
    assert (warning in said) == told
    assert any(line.startswith("warn") for line in said) == told
