"""``ALERTS`` of a real Prometheus, run for run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prodmeet_kit.core.window import Window
from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.schemas import frames
from prodmeet_kit.sources.base import Context
from prodmeet_kit.sources.prometheus import PrometheusSource
from prodmeet_kit.sources.prometheus.alerts import read
from tests.support.answering import metric_source, shop

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 23, tzinfo=UTC)
WINDOW = Window.ending(END, cadence=timedelta(days=14), timezone="UTC")
START = WINDOW.history_start

# An alert that fires for 35 days, evaluated on the minute: samples fall on both ends and on every join of chunks.
STEADY = [START + timedelta(minutes=minute) for minute in range(-7 * 1440, 28 * 1440 + 60)]
# Another pends and fires 23 s after the minute, twice, 60 s apart.
SHORT = [END - timedelta(days=3) + timedelta(seconds=23 + 60 * minute) for minute in range(10)]


def samples() -> Iterator[tuple[datetime, str]]:
    for moment in STEADY:
        yield moment, 'ALERTS{alertname="Steady",alertstate="firing",replica="a",severity="ticket"} 1'
    for number, moment in enumerate(SHORT):
        state = "pending" if number < 3 else "firing"
        yield moment, f'ALERTS{{alertname="Short",alertstate="{state}",service="cart",severity="page"}} 1'


def days() -> Iterator[str]:
    by_day: dict[str, list[tuple[str, float]]] = {}
    for moment, text in samples():
        by_day.setdefault(f"{moment:%Y-%m-%d}", []).append((text, moment.timestamp()))
    for lines in by_day.values():
        # promtool wants the samples of one series together, in order of time
        body = "\n".join(f"{text} {time:.3f}" for text, time in sorted(lines))
        yield f"# TYPE ALERTS gauge\n{body}\n# EOF\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("alerts") / "tsdb"
    backfill(days(), data)
    with running_prometheus(data) as url:
        yield url


def test_every_run_of_the_history_is_there_once_and_whole(server: str) -> None:
    source = PrometheusSource(metric_source(server))
    context = Context(shop(), WINDOW, frames.ALERT_RUNS, "sources.alerts[0]", Path(), None, source)
    made = frames.ALERT_RUNS.check(read({"type": "prometheus_alerts"}, context)).set_index(["alertname", "state"])
    spans = {key: [(row["start"].to_pydatetime(), row["last"].to_pydatetime())] for key, row in made.iterrows()}
    # One run over all four answers; it began before the history and goes on after the meeting.
    assert spans == {
        ("Short", "firing"): [(SHORT[3], SHORT[9])],
        ("Short", "pending"): [(SHORT[0], SHORT[2])],
        ("Steady", "firing"): [(START, END)],
    }
    assert len(made) == 3
    assert made.loc[("Steady", "firing"), "labels"] == '{"replica":"a","severity":"ticket"}'
    assert context.notes == []


def test_matchers_narrow_what_is_read(server: str) -> None:
    source = PrometheusSource(metric_source(server))
    context = Context(shop(), WINDOW, frames.ALERT_RUNS, "sources.alerts[0]", Path(), None, source)
    made = read({"type": "prometheus_alerts", "matchers": 'severity="page"', "page": 'severity="page"'}, context)
    assert set(made["alertname"]) == {"Short"}
