"""Alerts as real servers write them: of a slow group, over a restart, and of rules made by Sloth, read and judged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prodmeet_kit.core.window import Window
from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.review import Review
from prodmeet_kit.schemas.frames import rows
from tests.support.alert_store import every
from tests.support.answering import metric_source

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 23, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")


def clock(day: int, hour: int, minute: int = 0) -> float:
    """An instant that lies on no minute."""
    return datetime(2026, 11, day, hour, minute, 17, 300_000, tzinfo=UTC).timestamp()


AWAY = clock(19, 10, 30), clock(19, 10, 33)  # three evaluations are missing
BURN = clock(20, 10), clock(20, 11)

SLOTH = {
    "alertname": "CartHighErrorRate",
    "sloth_id": "cart-requests",
    "sloth_service": "cart",
    "sloth_severity": "page",
}
KUBE = {
    "alertname": "KubePodCrashLooping",
    "job": "kube-state-metrics",
    "service": "kube-state-metrics",
    "pod": "web-7c",
}
FIRED: list[tuple[dict[str, str], list[float]]] = [
    ({"alertname": "SlowGroup", "service": "cart"}, every(300, clock(18, 9), clock(18, 11))),
    # One missed evaluation at 10:10, then the server was away.
    (
        {"alertname": "OneOutage", "service": "cart"},
        every(60, clock(19, 10), clock(19, 11), (clock(19, 10, 10), clock(19, 10, 10)), AWAY),
    ),
    # Twice, ten minutes apart: that it stopped was seen.
    (
        {"alertname": "Flaps", "service": "cart"},
        every(60, clock(21, 10), clock(21, 11), (clock(21, 10, 20), clock(21, 10, 30))),
    ),
    (SLOTH, every(60, clock(20, 10, 2), clock(20, 11, 2))),
    (KUBE, every(60, clock(20, 10, 1), clock(20, 11, 1))),
    ({"alertname": "WebErrors", "service": "web"}, every(60, clock(20, 10, 5), clock(20, 11, 5))),
]


def counted() -> Iterator[tuple[str, str, float]]:
    """Requests and up of two days before the first alert to the end, without the time away: series, value, instant."""
    times = every(60, clock(16, 0), END.timestamp(), (AWAY[0] - 30, AWAY[1] + 30))
    for service in ("cart", "web"):
        bad = 0
        for number, at in enumerate(times):
            bad += 60 if BURN[0] < at <= BURN[1] else 0
            yield f'http_requests_total{{service="{service}",code="200"}}', str(600 * number), at
            yield f'http_requests_total{{service="{service}",code="500"}}', str(bad), at
        yield from ((f'up{{job="{service}"}}', "1", at) for at in times)


def texts() -> Iterator[str]:
    """OpenMetrics, a text a day."""
    lines: dict[str, dict[str, list[str]]] = {}
    samples = [*counted()]
    for labels, times in FIRED:
        own = {**labels, "alertstate": "firing", "severity": "page"}
        series = "ALERTS{" + ",".join(f'{name}="{text}"' for name, text in own.items()) + "}"
        samples += [(series, "1", at) for at in times]
    for series, value, at in samples:
        day = f"{datetime.fromtimestamp(at, UTC):%d}"
        lines.setdefault(day, {}).setdefault(series, []).append(f"{series} {value} {at:.3f}")
    for by_series in lines.values():
        kinds = ["ALERTS gauge", "http_requests_total counter", "up gauge"]
        told = [
            line
            for kind in kinds
            for line in (
                f"# TYPE {kind.replace('_total', '')}",
                *(
                    line
                    for series in sorted(by_series)
                    if series.startswith(kind.split()[0])
                    for line in by_series[series]
                ),
            )
        ]
        yield "\n".join([*told, "# EOF", ""])


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    data = tmp_path_factory.mktemp("cases") / "tsdb"
    backfill(texts(), data)
    with running_prometheus(data) as url:
        yield Review(gather(product(url), WINDOW, folder=Path()))


def product(url: str) -> Product:
    """Two services with an SLO each, judged by events."""
    services = []
    for name in ("web", "cart"):
        rate = f'sum(rate(http_requests_total{{service="{name}"%s}}[{{{{.window}}}}]))'
        events = {"error_query": rate % ',code=~"5.."', "total_query": rate % ""}
        slo = {"name": "availability", "objective": 99.9, "window": "28d", "sli": {"events": events}}
        services.append({"name": name, "slos": [slo]})
    sources = {
        "metrics": metric_source(url).model_dump(mode="json", exclude_none=True),
        "alerts": [{"type": "prometheus_alerts", "page": 'severity="page"'}],
    }
    return Product.model_validate({"product": "shop", "timezone": "UTC", "sources": sources, "services": services})


def test_each_time_an_alert_fired_is_one_page(review: Review) -> None:
    pages = review.analyses.paging.pages
    assert pages["alert"].value_counts().to_dict() == {
        "SlowGroup": 1,
        "OneOutage": 1,
        "Flaps": 2,
        "CartHighErrorRate": 1,
        "KubePodCrashLooping": 1,
        "WebErrors": 1,
    }
    lasted = pages.set_index("alert")["duration_s"]
    assert (lasted["SlowGroup"], lasted["OneOutage"]) == (7200 + 300, 3600 + 60)


def test_the_time_away_is_listed(review: Review) -> None:
    spots = review.analyses.alerting.blind_spots.set_index("code")
    assert spots.loc["server_away", "value"] == 300  # from the last scrape before to the first one after
    assert [source.state for source in review.facts.sources if source.name == "alerts"] == ["ok"]


def test_a_page_of_sloth_is_judged_against_its_own_service(review: Review) -> None:
    pages = {page["alert"]: page for page in rows(review.analyses.paging.pages)}
    sloth, web, kube = (pages[alert] for alert in ("CartHighErrorRate", "WebErrors", "KubePodCrashLooping"))
    assert (sloth["service"], sloth["suggested_verdict"]) == ("cart", "right")
    assert [event.split("/")[0] for event in sloth["caught"]] == ["cart"]
    # Web's own page came later, and is the first that told of web.
    assert (web["suggested_verdict"], web["reason"]) == ("right", "caught")
    assert (kube["service"], kube["caught"]) == ("kube-state-metrics", [])
    assert review.analyses.detection.missed.empty
