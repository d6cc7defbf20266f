"""Every kind of SLI on a real Prometheus: the same events give the same attainment, and a snapshot gives it again."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from prodmeet_kit.analyses import Analyses
from prodmeet_kit.check import check_product
from prodmeet_kit.core.window import Window
from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.facts import Facts
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters import Product
from prodmeet_kit.schemas.frames import rows
from prodmeet_kit.snapshot import freeze, reopen

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 20, tzinfo=UTC)
WINDOW = Window.ending(
    END, cadence=timedelta(days=1), timezone="UTC", longest=timedelta(days=3), step=timedelta(minutes=5)
)
DAYS = 5
FIRST = END - timedelta(days=DAYS)
Row = dict[str, Any]
THREE_DAYS = 3 * 86_400.0
PODS = {"a": (17.3, ("0.1", "0.3", "1")), "b": (41.9, ("0.10", "3e-1", "1.0"))}
"""For each pod the second it is scraped at, and how it spells the bounds of its histogram."""

RULES = """
groups:
  - name: recorded
    rules:
      - record: slo:sli_error:ratio_rate5m
        expr: sum(rate(http_requests_total{code="500"}[5m])) / sum(rate(http_requests_total[5m]))
        labels: {sloth_id: web-availability, sloth_window: 5m}
      - record: http_requests:burnrate5m
        expr: sum(rate(http_requests_total{code="500"}[5m])) / sum(rate(http_requests_total[5m]))
        labels: {slo: web}
"""


def bad_in(minute: int) -> int:
    """Failed and slow requests of a pod in a minute of 60: one in ten minutes, and 12 a minute in 90 minutes."""
    outage = (DAYS - 2) * 1440 + 600 <= minute < (DAYS - 2) * 1440 + 690
    return 12 if outage else int(minute % 10 == 3)


def probe(minute: int) -> float | None:
    """Up, but for 90 minutes; NaN for half an hour; silent for three hours."""
    before_end = DAYS * 1440 - minute
    if 2790 < before_end <= 2880:
        return 0.0
    if 1770 < before_end <= 1800:
        return math.nan
    return None if 1020 < before_end <= 1200 else 1.0


def days() -> Iterator[str]:
    """OpenMetrics of each day; a histogram has 54 of 60 requests a minute up to 0.1 s, the bad ones up to 1 s."""
    bad = {-1: 0}
    for minute in range(DAYS * 1440):
        bad[minute] = bad[minute - 1] + bad_in(minute)
    for day in range(DAYS):
        minutes = range(day * 1440, (day + 1) * 1440)
        lines: dict[str, list[str]] = {"http_requests counter": [], "latency_seconds histogram": []}
        lines["probe_success gauge"], lines["slo:sli_error:ratio_rate5m gauge"] = [], []
        for pod, (offset, (low, middle, high)) in PODS.items():
            every = [(60 * (m + 1), bad[m], f"{FIRST.timestamp() + 60 * m + offset:.3f}") for m in minutes]
            lines["http_requests counter"] += [
                f'http_requests_total{{pod="{pod}",code="200"}} {n - b} {t}' for n, b, t in every
            ]
            lines["http_requests counter"] += [
                f'http_requests_total{{pod="{pod}",code="500"}} {b} {t}' for n, b, t in every
            ]
            for le, faster, slower in ((low, 54, 1), (middle, 60, 1), (high, 60, 0), ("+Inf", 60, 0)):
                lines["latency_seconds histogram"] += [
                    f'latency_seconds_bucket{{pod="{pod}",le="{le}"}} {n * faster // 60 - slower * b} {t}'
                    for n, b, t in every
                ]
            lines["latency_seconds histogram"] += [f'latency_seconds_count{{pod="{pod}"}} {n} {t}' for n, b, t in every]
        for minute in minutes:
            at = f"{FIRST.timestamp() + 60 * minute + 5.2:.3f}"
            value = probe(minute)
            if value is not None:
                lines["probe_success gauge"].append(f"probe_success {value} {at}")
            half = "NaN" if (DAYS * 1440 - minute) > 1.5 * 1440 else "0.5"
            lines["slo:sli_error:ratio_rate5m gauge"].append(
                f'slo:sli_error:ratio_rate5m{{sloth_id="night"}} {half} {at}'
            )
        yield "".join(f"# TYPE {name}\n" + "\n".join(of) + "\n" for name, of in lines.items()) + "# EOF\n"


def rate(name: str, matchers: str = "") -> str:
    return f"sum(rate({name}{{{matchers}}}[{{{{.window}}}}]))"


ERRORS, ALL = rate("http_requests_total", 'code="500"'), rate("http_requests_total")
FAST = {"histogram": "latency_seconds", "threshold": "300ms"}
SLIS: dict[str, dict[str, Any]] = {
    "events": {"events": {"error_query": ERRORS, "total_query": ALL}},
    "good": {"good": {"good_query": rate("http_requests_total", 'code="200"'), "total_query": ALL}},
    "latency": {"latency": FAST},
    "raw": {"raw": {"error_ratio_query": f"{ERRORS} / {ALL}"}},
    "sloth": {"recorded": {"sloth_id": "web-availability"}},
    "pyrra": {"recorded": {"pyrra_slo": "web", "metric": "http_requests_total"}},
    "between": {"latency": {**FAST, "threshold": "500ms"}},
    "one-pod": {"latency": {"histogram": 'latency_seconds{pod="b"}', "threshold": "300ms"}},
    "too-low": {"latency": {**FAST, "threshold": "50ms"}},
    "too-high": {"latency": {**FAST, "threshold": "2s"}},
    "no-histogram": {"latency": {**FAST, "histogram": "absent_seconds"}},
    "no-good": {"good": {"good_query": rate("http_requests_total", 'code="204"'), "total_query": ALL}},
    "invalid": {"raw": {"error_ratio_query": f"2 * {ALL} / {ALL}"}},
    "probe": {"time_slices": {"query": "min(probe_success)", "condition": ">= 1"}},
    "probe-unequal": {"time_slices": {"query": "min(probe_success)", "condition": "!= 0", "slice": "15m"}},
    "night": {"recorded": {"sloth_id": "night"}},
}


def product(url: str) -> Product:
    slos = [{"name": name, "objective": 99, "window": "3d", "sli": sli} for name, sli in SLIS.items()]
    metrics = {"url": url, "jobs": 4}
    return Product.model_validate(
        {"product": "shop", "sources": {"metrics": metrics}, "services": [{"name": "web", "slos": slos}]}
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("sli")
    data = folder / "tsdb"
    backfill(days(), data)
    (folder / "rules.yml").write_text(RULES)
    with running_prometheus(data) as url:
        # What Sloth and Pyrra would have recorded, made by Prometheus' own tool from the same counters.
        span = [f"--start={int(FIRST.timestamp()) + 900}", f"--end={int(END.timestamp())}", f"--url={url}"]
        command = ["promtool", "tsdb", "create-blocks-from", "rules", *span, "--eval-interval=60s"]
        done = subprocess.run(
            [*command, f"--output-dir={data}", str(folder / "rules.yml")], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    with running_prometheus(data) as url:
        yield url


@pytest.fixture(scope="module")
def facts(server: str, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return gather(product(server), WINDOW, folder=tmp_path_factory.mktemp("parameters"))


@pytest.fixture(scope="module")
def counts(facts: Facts) -> dict[tuple[str, str], Row]:
    """The rows of ``SLO_COUNTS`` by SLO and span."""
    return {(row["name"], row["span"]): row for row in rows(Analyses(facts).slo.counts)}


# A counter tells what happened between the first and the last scrape of the window: 4319 minutes of 4320.
SEEN = range((DAYS - 3) * 1440 + 1, DAYS * 1440)
TRUE_BAD = sum(bad_in(minute) for minute in SEEN) / (60 * len(SEEN))


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("events", 1e-9),
        ("good", 1e-9),
        ("latency", 1e-9),
        ("one-pod", 1e-9),
        ("between", 1e-9),
        ("raw", 1e-9),
        ("sloth", 1e-3),
        ("pyrra", 1e-3),
    ],
)
def test_the_same_events_give_the_same_attainment(
    counts: dict[tuple[str, str], Row], name: str, tolerance: float
) -> None:
    row = counts[name, "window"]
    assert row["bad"] / row["total"] == pytest.approx(TRUE_BAD, rel=tolerance)


@pytest.mark.parametrize("name", ["good", "latency", "raw"])
def test_kinds_that_count_the_same_series_agree_to_rounding(counts: dict[tuple[str, str], Row], name: str) -> None:
    for span in ("window", "since", "previous"):
        same, other = counts["events", span], counts[name, span]
        assert other["bad"] / other["total"] == pytest.approx(same["bad"] / same["total"], rel=1e-9)


@pytest.mark.parametrize("name", ["good", "latency", "raw", "sloth", "pyrra"])
def test_trends_add_up_to_the_same_share(facts: Facts, name: str) -> None:
    trend = Analyses(facts).slo.trends[f"web/{name}"].sum()
    assert trend["bad"] / trend["total"] == pytest.approx(TRUE_BAD, rel=2e-3)


def test_what_a_reader_must_know_is_noted(counts: dict[tuple[str, str], Row]) -> None:
    notes = {name: counts[name, "window"]["note"] for name in SLIS}
    assert {name: note for name, note in notes.items() if note} == {
        "between": "between_bounds:0.3..1",
        "no-good": "good_absent",
        "invalid": "ratio_invalid",
    }


def test_absent_good_events_are_all_bad(counts: dict[tuple[str, str], Row]) -> None:
    row = counts["no-good", "window"]
    assert row["total"] == pytest.approx(2 * 60 * 3 * 1440, rel=1e-3)
    assert row["bad"] == row["total"]


def test_what_cannot_be_counted_has_no_data_and_a_failure_that_says_why(facts: Facts) -> None:
    states = dict(Analyses(facts).slo.summary[["name", "state"]].itertuples(index=False, name=None))
    for name in ("too-low", "too-high", "no-histogram", "invalid"):
        assert states[name] == "NO_DATA"
    told = {failure.source: failure.message for failure in facts.failures}
    bounds = "bucket bound; bounds: 0.1, 0.3, 1"
    assert told == {
        "web/too-low": f"the threshold 0.05 s of latency_seconds is below the lowest {bounds}",
        "web/too-high": f"the threshold 2 s of latency_seconds is above the highest finite {bounds}",
        "web/no-histogram": "no series: check the metric name and the labels",
    }


def recount(slice_minutes: int, good: tuple[float, ...]) -> tuple[float, float]:
    """Seconds known and bad of the probe over three days, slice by slice, from the samples."""
    known = bad = 0
    for end in range((DAYS - 3) * 1440 + slice_minutes, DAYS * 1440 + 1, slice_minutes):
        # the newest sample of the 5 minutes before: sampled 5.2 s after each minute
        seen = [value for minute in range(end - 5, end) if (value := probe(minute)) is not None]
        known += bool(seen)
        bad += bool(seen) and seen[-1] not in good
    return known * slice_minutes * 60.0, bad * slice_minutes * 60.0


@pytest.mark.parametrize(("name", "minutes"), [("probe", 5), ("probe-unequal", 15)])
def test_slices_are_those_of_a_slow_recount_and_nan_never_satisfies(
    facts: Facts, counts: dict[tuple[str, str], Row], name: str, minutes: int
) -> None:
    row = counts[name, "window"]
    assert (row["total"], row["bad"]) == recount(minutes, (1.0,))
    assert row["bad"] > 90 * 60  # the outage and the NaN
    assert row["weight"] == "time"
    trend = Analyses(facts).slo.trends[f"web/{name}"].sum()
    assert (trend["total"], trend["bad"]) == recount(minutes, (1.0,))


def test_time_without_a_recorded_ratio_is_not_known_and_spoils_nothing(
    facts: Facts, counts: dict[tuple[str, str], Row]
) -> None:
    row = counts["night", "window"]
    # NaN for the first half of three days, then 0.5: looked at once a minute
    assert row["total"] == pytest.approx(THREE_DAYS / 2, abs=60)
    assert row["bad"] == pytest.approx(row["total"] / 2)
    (summary,) = [row for row in rows(Analyses(facts).slo.summary) if row["name"] == "night"]
    assert summary["missing_fraction"] == pytest.approx(0.5, abs=0.002)


def test_a_snapshot_holds_the_bounds_and_gives_the_same_numbers(facts: Facts, tmp_path: Path) -> None:
    again = reopen(freeze(facts, tmp_path / "snapshot"))
    assert "slo/web/latency/bounds" in again.answers
    pd.testing.assert_frame_equal(Analyses(again).slo.counts, Analyses(facts).slo.counts)
    for ref, trend in Analyses(facts).slo.trends.items():
        pd.testing.assert_frame_equal(Analyses(again).slo.trends[ref], trend)
    assert again.failures == facts.failures


def test_check_looks_at_every_kind(server: str, tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "shop.yaml").write_text(product(server).model_dump_json())
    found = {finding.subject: finding for finding in check_product("shop", tmp_path, now=END)}
    assert found["shop: query slo/web/latency/good"].well
    assert found["shop: query slo/web/sloth/bad"].well
    assert not found["shop: query slo/web/no-good/good"].well
    assert "is below the lowest bucket bound" in found["shop: query slo/web/too-low/bounds"].said
    assert found["shop: history web/probe"].said
    assert "shop: history web/too-low" not in found
