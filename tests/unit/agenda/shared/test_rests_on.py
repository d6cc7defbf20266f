"""A ratio counts no events; a window longer than the data says on how much it rests."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.agenda.metrics.glance import glance
from prodmeet_kit.agenda.metrics.slos import slo_table
from prodmeet_kit.analysis.slo import coverage
from prodmeet_kit.check import check_product
from prodmeet_kit.documents import preread
from prodmeet_kit.documents.minutes_md import write as minutes
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.facts import Facts
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.render.anchors import Anchors
from prodmeet_kit.render.tables import view
from prodmeet_kit.review import Review
from tests.support.answering import Asked, answering, shop
from tests.support.gathered import END, WINDOW, everything

BAD, ALL = 'sum(rate(x{code=~"5.."}[{{.window}}]))', "sum(rate(x[{{.window}}]))"
RATIO = f"{BAD} / {ALL}"


def gathered(
    folder: Path, sli: dict[str, Any], says: Callable[[Asked], tuple[int, str, bytes]] = everything, **slo: Any
) -> Facts:
    slos = [{"name": "availability", "objective": 99.9, "sli": sli, **slo}]
    with answering(says) as server:
        product = shop(sources={"metrics": {"url": server.url, "timeout": "5s"}}, slos=slos)
        return gather(product, WINDOW, folder=folder)


@pytest.mark.parametrize(
    ("sli", "named"),
    [
        ({"events": {"error_query": RATIO, "total_query": ALL}}, "error_query"),
        ({"events": {"error_query": f"1 - {RATIO}", "total_query": ALL}}, "error_query"),
        ({"events": {"error_query": f"({RATIO} default 0)", "total_query": ALL}}, "error_query"),
        ({"events": {"error_query": BAD, "total_query": RATIO}}, "total_query"),
        ({"good": {"good_query": RATIO, "total_query": ALL}}, "good_query"),
    ],
    ids=["ratio", "one less a ratio", "of another dialect", "total", "good"],
)
def test_a_ratio_counts_no_events_so_nothing_is_known_and_the_fix_is_said(
    sli: dict[str, Any], named: str, tmp_path: Path
) -> None:
    found = gathered(tmp_path, sli)
    row = record(Review(found))["slos"][0]
    assert (row["state"], row["bad"], row["total"]) == ("NO_DATA", None, None)
    assert f"no_events:{named}" in row["note"]
    (gap,) = found.failures
    assert (gap.section, gap.source) == ("metrics", "cart/availability")
    assert gap.message.startswith(f"{named} is a ratio") and "sli.raw.error_ratio_query" in gap.message


def test_a_number_under_one_bad_event_is_a_gap_and_not_certain(tmp_path: Path) -> None:
    def says(asked: Asked) -> tuple[int, str, bytes]:
        status, kind, body = everything(asked)
        value = b'"1e-9"' if "hidden" in asked.form["query"] else b'"900.5"'
        return status, kind, body.replace(b'"2"', value)

    found = gathered(
        tmp_path, {"events": {"error_query": "sum(rate(hidden_ratio[{{.window}}]))", "total_query": ALL}}, says
    )
    row = record(Review(found))["slos"][0]
    assert (row["state"], row["certain"]) == ("OK", False)
    assert any("if it is a ratio" in failure.message for failure in found.failures)


def test_check_says_that_a_ratio_counts_no_events(tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    with answering(everything) as server:
        events = {"error_query": RATIO, "total_query": ALL}
        slos = [{"name": "s", "objective": 99, "sli": {"events": events}}]
        text = {
            "product": "x",
            "sources": {"metrics": {"url": server.url}},
            "services": [{"name": "web", "slos": slos}],
        }
        (tmp_path / "parameters" / "x.yaml").write_text(json.dumps(text))
        told = {str(each) for each in check_product("x", tmp_path, now=datetime(2026, 11, 23, 1, tzinfo=UTC))}
    assert any(line.startswith("failed  x: query slo/web/s/bad: error_query is a ratio") for line in told)


def kept_for(age: timedelta, word: str = "") -> Callable[[Asked], tuple[int, str, bytes]]:
    """A server that has nothing older, or nothing older of the queries with a word."""

    def says(asked: Asked) -> tuple[int, str, bytes]:
        status, kind, body = everything(asked)
        if not asked.path.endswith("query_range") or word not in asked.form["query"]:
            return status, kind, body
        content = json.loads(body)
        for series in content["data"]["result"]:
            series["values"] = [pair for pair in series["values"] if pair[0] > (END - age).timestamp()]
        return status, kind, json.dumps(content).encode()

    return says


EVENTS = {"events": {"error_query": BAD, "total_query": ALL}}


@pytest.mark.parametrize(
    ("window", "age", "covered", "why"),
    [
        ("90d", timedelta(days=44), 44, "kept"),
        ("90d", timedelta(days=400), 90, ""),
        ("28d", timedelta(days=44), 28, ""),
        ("28d", timedelta(days=10), 10, "kept"),
    ],
)
def test_a_window_tells_on_how_much_of_it_the_number_rests(
    window: str, age: timedelta, covered: int, why: str, tmp_path: Path
) -> None:
    found = gathered(tmp_path, EVENTS, kept_for(age), window=window)
    review = Review(found)
    row = record(review)["slos"][0]
    assert row["covered_s"] == pytest.approx(covered * 86_400, abs=600)
    assert row["covered_why"] == why
    assert row["missing_fraction"] == pytest.approx(1 - covered / int(window[:-1]), abs=0.001)
    said = f"cart/availability is based on {covered} d of {window[:-1]} d: older data is not retained"
    for text in (minutes(review), preread.write(review)):
        assert (said in text) is bool(why)
    shown = slo_table(review.analyses, review.analyses.slo.summary)
    rests = f"{covered} d of {window[:-1]} d: older data is not retained"
    assert (rests in [cell.text for row in view(shown, "m", "UTC", Anchors()).rows for cell in row.cells]) is bool(why)
    (line,) = glance(review.analyses).services[0].slos
    assert line.rests_on == (rests if why else "")


def test_a_service_younger_than_other_data_is_young(tmp_path: Path) -> None:
    young = gathered(tmp_path, EVENTS, kept_for(timedelta(days=20), "rate(x"), window="90d")
    row = record(Review(young))["slos"][0]
    assert (row["covered_why"], row["covered_s"]) == ("young", pytest.approx(20 * 86_400, abs=600))


def test_holes_are_told_from_a_late_begin() -> None:
    index = pd.date_range(WINDOW.history_start + WINDOW.step, WINDOW.end, freq=WINDOW.step)
    trend = pd.DataFrame({"total": 1.0, "bad": 0.0}, index=index)
    trend.loc[trend.index[-2000:-1000], "total"] = float("nan")
    length = timedelta(days=28)
    found = coverage.covered(trend, None, length, WINDOW)
    assert found.seconds == length.total_seconds() - 1000 * WINDOW.step.total_seconds()
    assert coverage.reason(found, length, [], WINDOW) == "gaps"


def test_without_a_trend_nothing_is_claimed() -> None:
    found = coverage.covered(None, None, timedelta(days=28), WINDOW)
    assert found.seconds != found.seconds
    assert coverage.reason(found, timedelta(days=28), [], WINDOW) == ""
