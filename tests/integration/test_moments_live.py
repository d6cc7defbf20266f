"""The moments a review gives, asked of a real Prometheus at scrape step, against those at which things happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prodmeet_kit.core.window import Window
from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.documents.review_json import record
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.queries import fine_times
from prodmeet_kit.review import Review
from prodmeet_kit.snapshot import freeze, reopen

pytestmark = [pytest.mark.integration, pytest.mark.takes(10)]

END = datetime(2026, 11, 24, 10, tzinfo=UTC)
DAYS = 4
SCRAPED = {"quick": 15.0, "plain": 60.0, "seldom": 60.0}
"""Seconds between scrapes of each service. ``seldom`` is of a product that says it scrapes every 15 s."""

RATE = 30.0  # requests a second, over two targets


@dataclass(frozen=True)
class Trouble:
    """When a service began to fail, when that was over, which share failed, and when somebody was paged."""

    begin: float
    end: float
    share: float
    paged: float


def clock(day: int, hour: int, minute: int, second: int) -> float:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC).timestamp()


# At 99.9% and 14.4x/1h: all failing is found after 14.4 * 0.001 * 3600 = 51.84 s, a fiftieth after 43.2 min.
TROUBLES = {
    "quick": (
        Trouble(clock(23, 3, 7, 41), clock(23, 3, 33, 12), 1.0, clock(23, 3, 14, 23)),
        Trouble(clock(23, 12, 1, 9), clock(23, 16, 44, 50), 0.02, clock(23, 12, 45, 23)),  # when the standard rule does
    ),
    "plain": (
        Trouble(clock(23, 8, 4, 17), clock(23, 9, 1, 2), 0.5, clock(23, 8, 12, 23)),
        Trouble(clock(23, 20, 33, 33), clock(23, 21, 50, 50), 0.5, clock(23, 21, 20, 23)),  # long after the rule would
    ),
    "seldom": (Trouble(clock(23, 3, 7, 41), clock(23, 3, 33, 12), 1.0, clock(23, 3, 14, 23)),),
}


def samples(service: str, rng: np.random.Generator) -> Iterator[tuple[str, str, float]]:
    """Series, value and instant: what two targets had counted at each scrape."""
    last = END.timestamp()
    first = last - DAYS * 86_400.0
    for target in range(2):
        at = np.arange(first + rng.uniform(0, SCRAPED[service]), last, SCRAPED[service])
        failing = np.zeros(len(at))
        for trouble in TROUBLES[service]:
            failing += trouble.share * np.clip(np.minimum(at, trouble.end) - trouble.begin, 0, None)
        for code, counted in (("200", RATE / 2 * (at - first) - RATE / 2 * failing), ("500", RATE / 2 * failing)):
            series = f'http_requests_total{{service="{service}",target="{target}",code="{code}"}}'
            yield from ((series, str(int(value)), moment) for value, moment in zip(counted, at, strict=True))
    for trouble in TROUBLES[service]:
        fired = np.arange(trouble.paged, trouble.end + 120, 60.0)
        series = f'ALERTS{{alertname="Burns",alertstate="firing",service="{service}",severity="page"}}'
        yield from ((series, "1", moment) for moment in fired)


def texts() -> Iterator[str]:
    """OpenMetrics, a text a day."""
    rng = np.random.default_rng(7)
    days: dict[str, dict[str, list[str]]] = {}
    for service in SCRAPED:
        for series, value, at in samples(service, rng):
            of_day = days.setdefault(f"{datetime.fromtimestamp(at, UTC):%d}", {})
            of_day.setdefault(series, []).append(f"{series} {value} {at:.3f}")
    for day in days.values():
        lines = []
        for name, kind in (("ALERTS", "gauge"), ("http_requests", "counter")):
            lines.append(f"# TYPE {name} {kind}")
            lines += [line for series in sorted(day) if series.startswith(name) for line in day[series]]
        yield "\n".join([*lines, "# EOF", ""])


def product(url: str, services: tuple[str, ...], scrape: str) -> Product:
    rate = 'sum(rate(http_requests_total{service="%s"%s}[{{.window}}]))'
    return Product.model_validate(
        {
            "product": "shop",
            "timezone": "UTC",
            "meeting": {"cadence": "2d"},
            "sources": {
                "metrics": {"url": url, "scrape_interval": scrape},
                "alerts": [{"type": "prometheus_alerts", "page": 'severity="page"'}],
                "rules": [],
            },
            "services": [
                {
                    "name": name,
                    "slos": [
                        {
                            "name": "availability",
                            "objective": 99.9,
                            "window": "3d",
                            "sli": {
                                "events": {
                                    "error_query": rate % (name, ',code="500"'),
                                    "total_query": rate % (name, ""),
                                }
                            },
                        }
                    ],
                }
                for name in services
            ],
        }
    )


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("moments") / "tsdb"
    backfill(texts(), data)
    with running_prometheus(data) as found:
        yield found


def reviewed(url: str, services: tuple[str, ...], scrape: str) -> Review:
    window = Window.ending(END, cadence=timedelta(days=2), timezone="UTC", step=timedelta(minutes=5))
    return Review(gather(product(url, services, scrape), window, folder=Path()))


def content(review: Review) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps(record(review, generated_at=END)))
    return told


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(("service", "scrape"), [("quick", "15s"), ("plain", "60s")])
def test_onsets_ends_and_detection_are_known_to_two_scrapes_and_frozen(
    url: str, service: str, scrape: str, tmp_path: Path
) -> None:
    review = reviewed(url, (service,), scrape)
    fine = {key: answer for key, answer in review.facts.answers.items() if fine_times.is_fine(key)}
    assert 0 < len(fine) <= 4 * len(TROUBLES[service])
    assert all(answer.error == "" and answer.points <= fine_times.MOST_POINTS for answer in fine.values())
    told = content(review)
    events = told["slo_events"]
    assert len(events) == len(TROUBLES[service])
    for event, trouble in zip(events, TROUBLES[service], strict=True):
        assert event["onset_step_s"] == event["end_step_s"] == SCRAPED[service]
        for low, truth, high in (
            (event["onset_from"], trouble.begin, event["onset_to"]),
            (event["end_from"], trouble.end, event["end_to"]),
        ):
            assert moment(low) <= truth <= moment(high) <= moment(low) + 2 * SCRAPED[service] + 15
    times = told["paging_quality"]["detection_time_s"]["between"]
    for (low, high), trouble in zip(times, TROUBLES[service], strict=True):
        assert low <= trouble.paged - trouble.begin <= high <= low + 2 * SCRAPED[service] + 15
    again = Review(reopen(freeze(review.facts, tmp_path / "snapshot")))
    assert content(again) == told


@pytest.mark.parametrize("scrape", ["15s", "60s"])
def test_late_is_what_came_long_after_the_standard_rule(url: str, scrape: str) -> None:
    told = content(reviewed(url, ("quick", "plain"), scrape))
    ours = [page for page in told["pages"] if page["service"] != "seldom"]
    pages = sorted(ours, key=lambda page: str(page["start"]))
    said = [(page["service"], page["suggested_verdict"]) for page in pages]
    assert said == [("quick", "right"), ("plain", "right"), ("quick", "right"), ("plain", "late")]


def test_a_back_end_without_finer_data_gives_ranges_that_hold_the_truth(url: str) -> None:
    told = content(reviewed(url, ("seldom",), "15s"))
    (event,) = told["slo_events"]
    (trouble,) = TROUBLES["seldom"]
    assert event["onset_step_s"] == 300
    assert moment(event["onset_from"]) <= trouble.begin <= moment(event["onset_to"])
    assert moment(event["end_from"]) <= trouble.end <= moment(event["end_to"])
    times = told["paging_quality"]["detection_time_s"]
    ((low, high),) = times["between"]
    assert low <= trouble.paged - trouble.begin <= high and times["median"] is None
