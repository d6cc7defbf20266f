"""Latency from native histograms, on a real Prometheus that takes them by remote write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prodmeet_kit.analyses import Analyses
from prodmeet_kit.core.window import Window
from prodmeet_kit.demo.server import running_prometheus
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters import Product
from tests.support.remote_write import Histogram, write

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 20, 12, tzinfo=UTC)
WINDOW = Window.ending(
    END, cadence=timedelta(hours=1), timezone="UTC", longest=timedelta(hours=2), step=timedelta(minutes=5)
)
MINUTES = 130


def series(offset: float, start: datetime = END - timedelta(minutes=MINUTES)) -> Iterator[Histogram]:
    """Each minute 80 events of 0.5 to 1 s, 15 of 1 to 2 s and 5 of 2 to 4 s."""
    for minute in range(MINUTES):
        yield start.timestamp() + 60 * minute + offset, [share * (minute + 1) for share in (80, 15, 5)]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    flags = ["--enable-feature=native-histograms", "--web.enable-remote-write-receiver"]
    with running_prometheus(arguments=flags) as url:
        pods = {pod: list(series(offset)) for pod, offset in (("a", 17.3), ("b", 41.9))}
        for first in range(0, MINUTES, 10):  # side by side: a server takes nothing an hour older than its newest
            for pod, samples in pods.items():
                write(url, {"__name__": "latency_seconds", "pod": pod}, samples[first : first + 10])
        yield url


def test_attainment_is_exact_on_a_bound_and_interpolated_between_and_always_noted(server: str, tmp_path: Path) -> None:
    slos = [
        {
            "name": threshold,
            "objective": 90,
            "window": "2h",
            "sli": {"latency": {"histogram": "latency_seconds", "threshold": threshold, "native": True}},
        }
        for threshold in ("1s", "2s", "1500ms")
    ]
    product = Product.model_validate(
        {"product": "shop", "sources": {"metrics": {"url": server}}, "services": [{"name": "web", "slos": slos}]}
    )
    facts = gather(product, WINDOW, folder=tmp_path)
    assert facts.failures == ()
    analyses = Analyses(facts)
    counts = analyses.slo.counts
    window = counts[counts["span"] == "window"].set_index("name")
    good = (1 - window["bad"] / window["total"]).to_dict()
    assert good["1s"] == pytest.approx(0.80, rel=1e-6)
    assert good["2s"] == pytest.approx(0.95, rel=1e-6)
    assert 0.80 < good["1500ms"] < 0.95
    # 2 pods, 100 events a minute, 2 hours: the first and the last scrape are extrapolated to the ends
    assert window["total"]["1s"] == pytest.approx(2 * 100 * 120, rel=0.01)
    assert set(counts["note"]) == {"interpolated"}
    trend = analyses.slo.trends["web/1s"].dropna().sum()
    assert 1 - trend["bad"] / trend["total"] == pytest.approx(0.80, rel=1e-6)
