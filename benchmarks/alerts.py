"""What many alerts cost: six weeks of 200 rules and 5,000 episodes, gathered and judged.

Run ``python benchmarks/alerts.py`` from the checkout. It makes a product of 10
services with one SLO each, puts six weeks of its events and of the ``ALERTS``
of 200 rules (5,000 times one fired, 5 to 65 minutes long) into a real Prometheus on
loopback that also has the rules, and reviews it.

- gathering everything and calculating every finding, against the same questions
  sent raw, one connection after the other, whose answers are read and decoded as JSON
- the page: the HTML of the two items with the alerts, in MB

The two take turns in one process, after one of each that is not counted; of
several rounds the fastest counts. One line for each result; exit status 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import requests
from _targets import told  # type: ignore[import-not-found] # beside this file

from prodmeet_kit.analyses import Analyses
from prodmeet_kit.core.window import Window
from prodmeet_kit.demo.openmetrics import Family, Series, days, series_text
from prodmeet_kit.demo.server import backfill, running_prometheus
from prodmeet_kit.demo.shape import Grid
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.queries.questions import plan
from prodmeet_kit.review import Review, window_of
from prodmeet_kit.sources.prometheus.source import parts

RULES, EPISODES = 200, 5_000
TIMES_RAW, AND_SECONDS = 1.5, 1.5
MOST_HTML_MB = 2.0
MEETING = datetime(2026, 11, 23, 1, tzinfo=UTC)
SERVICES = [f"service-{number:02}" for number in range(10)]
DAY = 24 * 60


def product(url: str) -> Product:
    """10 services with one SLO each; severity page pages."""

    def events(service: str, which: str) -> str:
        return f'sum(rate(events_total{{service="{service}"{which}}}[{{{{.window}}}}]))'

    return Product.model_validate(
        {
            "product": "alerting",
            "timezone": "Europe/Berlin",
            "sources": {
                "metrics": {"url": url, "step": "5m"},
                "alerts": [{"type": "prometheus_alerts", "page": 'severity="page"'}],
            },
            "services": [
                {
                    "name": service,
                    "slos": [
                        {
                            "name": "availability",
                            "objective": 99.9,
                            "window": "42d" if service == SERVICES[0] else "28d",
                            "sli": {
                                "events": {
                                    "error_query": events(service, ',result="bad"'),
                                    "total_query": events(service, ""),
                                }
                            },
                        }
                    ],
                }
                for service in SERVICES
            ],
        }
    )


def labels(rule: int) -> dict[str, str]:
    severity = ("page", "ticket")[rule % 2]
    return {"alertname": f"Alert{rule:03}", "service": SERVICES[rule % len(SERVICES)], "severity": severity}


def rules_text() -> str:
    """The rule file: conditions that do not hold now, so that the server only tells of them."""
    lines = ["groups:", "  - name: all", "    rules:"]
    for rule in range(RULES):
        own = labels(rule)
        lines += [
            f"      - alert: {own['alertname']}",
            f'        expr: queue_length{{service="{own["service"]}"}} > {100 + rule}',
            "        for: 5m",
            f"        labels: {{service: {own['service']}, severity: {own['severity']}}}",
        ]
    return "\n".join(lines) + "\n"


def openmetrics_days() -> Iterator[str]:
    """Six weeks: counters each minute with ten outages, and the firing minutes of each alert."""
    random = np.random.default_rng(11)
    grid = Grid(MEETING - timedelta(weeks=6, hours=2), (42 * 24 + 2) * 60)
    minutes = np.arange(grid.minutes)
    counters = []
    for service in SERVICES:
        total = random.poisson(500, grid.minutes)
        share = np.full(grid.minutes, 0.0002)
        outage = int(random.integers(grid.minutes - 14 * DAY, grid.minutes - 120))
        share[outage : outage + 40] = 0.3
        bad = random.binomial(total, share)
        for result, seen in (("good", total - bad), ("bad", bad)):
            text = series_text("events_total", {"service": service, "result": result})
            counters.append(Series(text, 7.5, minutes, np.cumsum(seen)))
    alerts = []
    for rule in range(RULES):
        times = EPISODES // RULES
        # One slot an episode, so that none touches the next and there are exactly as many as said.
        slot = (grid.minutes - 180) // times
        starts = 120 + slot * np.arange(times) + random.integers(0, slot - 70, times)
        fired = np.concatenate([np.arange(start, start + int(random.integers(5, 65))) for start in starts])
        text = series_text("ALERTS", {**labels(rule), "alertstate": "firing"})
        alerts.append(Series(text, 23.0, fired, np.ones(len(fired), dtype=np.int64)))
    return days(grid, [Family("events", "counter", counters), Family("ALERTS", "gauge", alerts)])


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def raw(url: str, shop: Product, window: Window) -> None:
    """The ranges of ``ALERTS`` and the questions about SLOs as plain requests, decoded and thrown away."""
    forms: list[dict[str, str]] = []
    at = window.end
    while at > window.history_start:
        forms.append({"query": "ALERTS[7d]", "time": f"{at.timestamp():.3f}"})
        at -= timedelta(days=7)
    for question in plan(shop, window):
        if question.step is None:
            forms.append({"query": question.query, "time": f"{question.end.timestamp():.3f}"})
            continue
        step = f"{question.step.total_seconds():g}"
        for start, end in parts(question):
            span = {"start": f"{start.timestamp():.3f}", "end": f"{end.timestamp():.3f}", "step": step}
            forms.append({"query": question.query, **span})
    with requests.Session() as session:
        for form in forms:
            path = "query_range" if "step" in form else "query"
            reply = session.post(f"{url}/api/v1/{path}", data=form, timeout=60)
            reply.raise_for_status()
            reply.json()


def judged(shop: Product, window: Window, folder: Path) -> Review:
    """The review, every finding calculated."""
    review = Review(gather(shop, window, folder=folder))
    for part in review.analyses.parts.values():
        for name, member in vars(type(part)).items():
            if isinstance(member, property | cached_property):
                getattr(part, name)
    return review


def check(review: Review) -> None:
    """What was judged is what was made."""
    found: dict[str, Any] = {
        "episodes": len(review.analyses.alerting.episodes),
        "alerts": int(review.analyses.alerting.episodes["alert"].nunique()),
    }
    assert found == {"episodes": EPISODES, "alerts": RULES}, found


def html_mb(review: Review) -> float:
    from prodmeet_kit.render.html import chunks

    items = (review.paging_events, review.non_paging_events)
    return sum(len(part.encode()) for item in items for part in chunks(item) if isinstance(part, str)) / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="times each way is measured (default: 3)")
    parser.add_argument("--slowest", type=int, default=0, help="print so many of the slowest findings")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="prodmeet-benchmark-") as name:
        folder = Path(name)
        (folder / "rules.yml").write_text(rules_text(), encoding="utf-8")
        backfill(openmetrics_days(), folder / "tsdb")
        config = f"global: {{evaluation_interval: 1m}}\nrule_files: ['{folder / 'rules.yml'}']\n"
        with running_prometheus(folder / "tsdb", config_text=config) as url:
            shop = product(url)
            window = window_of(shop, now=MEETING)
            kit, plain = [], []
            review = None
            for _ in range(options.rounds + 1):
                began = time.perf_counter()
                review = judged(shop, window, folder)
                kit.append(time.perf_counter() - began)
                plain.append(seconds(lambda: raw(url, shop, window)))
            assert review is not None
            check(review)
            size = html_mb(review)
            if options.slowest:
                slowest(review, options.slowest)
    best, direct = min(kit[1:]), min(plain[1:])
    print(f"{EPISODES} episodes of {RULES} rules: gathered and judged in {best:.2f} s, asked raw in {direct:.2f} s")
    well = [
        told("gathered and judged", best, " s", TIMES_RAW * direct + AND_SECONDS),
        told("HTML of paging and non-paging events", size, " MB", MOST_HTML_MB),
    ]
    return 0 if all(well) else 1


def slowest(review: Review, most: int) -> None:
    """How long each finding took, calculated anew."""
    analyses = Analyses(review.facts)
    took = {
        f"{topic}.{name}": seconds(lambda part=part, name=name: getattr(part, name))  # type: ignore[misc]
        for topic, part in analyses.parts.items()
        for name, member in vars(type(part)).items()
        if isinstance(member, property | cached_property)
    }
    for name, each in sorted(took.items(), key=lambda item: -item[1])[:most]:
        print(f"  {name}: {each:.2f} s")


if __name__ == "__main__":
    sys.exit(main())
