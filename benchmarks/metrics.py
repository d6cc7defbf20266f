"""What a large product costs: gathering, analysis and memory.

Run ``python benchmarks/metrics.py`` from the checkout. It makes a product of 12
services, 40 SLOs, 24 loads and 36 resources with limits, puts 8 weeks of its
data into a real Prometheus on loopback, and reviews 6 weeks of it at 5 minutes.

- gathering, against the same questions sent raw over 8 connections whose answers are read and thrown away
- analysis (every property of the findings), against reading the frozen facts from Parquet
- memory of the process that does it, at its highest

Gathering and raw questions take turns in one process, after one of each that is
not counted; reading and analysis are timed in processes of their own, cold, as
a report does them. Of several rounds the fastest counts: whatever else the
machine does only adds. One line for each result; exit status 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
from prodmeet_kit.facts import Question
from prodmeet_kit.gathering.gather import gather
from prodmeet_kit.parameters.models import Product
from prodmeet_kit.queries.questions import plan
from prodmeet_kit.review import window_of
from prodmeet_kit.snapshot import freeze, reopen
from prodmeet_kit.sources.prometheus.source import parts

MOST_OF_RAW = 2.0
MOST_OF_READING, AND_SECONDS = 1.5, 2.0
MOST_MEMORY_MB = 900.0
CONNECTIONS = 8

MEETING = datetime(2026, 11, 23, 1, tzinfo=UTC)
SERVICES = [f"service-{number:02}" for number in range(12)]
SLOS = {name: ["a", "b", "c"] + (["d"] if number < 4 else []) for number, name in enumerate(SERVICES)}
LOADS = ("requests", "sessions")
RESOURCES = ("cpu", "memory", "disk")


def product(url: str) -> Product:
    """12 services, 40 SLOs over 28 days but one over six weeks, 24 loads, 36 resources with limits."""

    def slo(service: str, name: str) -> dict[str, Any]:
        rate = f'sum(rate(events_total{{service="{service}",slo="{name}"%s}}[{{{{.window}}}}]))'
        first = service == SERVICES[0] and name == "a"
        return {
            "name": name,
            "objective": 99.9,
            "window": "42d" if first else "28d",
            "sli": {"events": {"error_query": rate % ',result="bad"', "total_query": rate % ""}},
        }

    def measured(kind: str, service: str, name: str) -> dict[str, Any]:
        return {"name": name, "unit": "1", "query": f'sum({kind}{{service="{service}",name="{name}"}})'}

    return Product.model_validate(
        {
            "product": "large",
            "timezone": "Europe/Berlin",
            "sources": {"metrics": {"url": url, "jobs": CONNECTIONS, "step": "5m"}},
            "services": [
                {
                    "name": service,
                    "slos": [slo(service, name) for name in SLOS[service]],
                    "load": [measured("load", service, name) for name in LOADS],
                    "resources": [
                        {
                            **measured("use", service, name),
                            "limit_query": measured("bound", service, name)["query"],
                        }
                        for name in RESOURCES
                    ],
                }
                for service in SERVICES
            ],
        }
    )


def openmetrics_days() -> Iterator[str]:
    """Eight weeks: counters scraped each minute, gauges every fourth; a day's rhythm, growth, an outage each."""
    random = np.random.default_rng(7)
    grid = Grid(MEETING - timedelta(weeks=8, hours=2), (8 * 7 * 24 + 2) * 60)
    minutes = np.arange(grid.minutes)
    wave = (1 + 0.6 * np.sin(2 * np.pi * minutes / 1440)) * (1 + 0.02 * grid.weeks)
    counters, gauges = [], []
    for service in SERVICES:
        for name in SLOS[service]:
            total = random.poisson(600 * wave)
            share = np.full(grid.minutes, 0.0004)
            outage = int(random.integers(grid.minutes - 14 * 1440, grid.minutes - 120))
            share[outage : outage + 40] = 0.3
            bad = random.binomial(total, share)
            for result, events in (("good", total - bad), ("bad", bad)):
                text = series_text("events_total", {"service": service, "slo": name, "result": result})
                counters.append(Series(text, round(float(random.uniform(1, 59)), 3), minutes, np.cumsum(events)))
        few = minutes[::4]
        for kind, names in (("load", LOADS), ("use", RESOURCES)):
            for name in names:
                values = np.round(wave[few] * random.normal(100, 3, len(few)), 3)
                gauges.append((kind, service, name, few, values))
        gauges += [("bound", service, name, few, np.full(len(few), 400.0)) for name in RESOURCES]
    families = [Family("events", "counter", counters)]
    for kind in ("load", "use", "bound"):
        series = [
            Series(series_text(kind, {"service": service, "name": name}), 21.7, at, values)
            for of, service, name, at, values in gauges
            if of == kind
        ]
        families.append(Family(kind, "gauge", series))
    return days(grid, families)


def window(shop: Product) -> Window:
    return window_of(shop, now=MEETING)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def raw(url: str, asked: list[Question]) -> None:
    """The same questions as plain requests over 8 connections; the answers are read and thrown away."""
    forms: dict[tuple[str, ...], dict[str, str]] = {}
    for question in asked:
        if question.instant:
            form = {"query": question.query, "time": f"{question.end.timestamp():.3f}"}
            forms.setdefault(tuple(form.values()), form)
            continue
        assert question.step is not None
        for start, end in parts(question):
            form = {"query": question.query, "start": f"{start.timestamp():.3f}", "end": f"{end.timestamp():.3f}"}
            forms.setdefault(tuple(form.values()), {**form, "step": f"{question.step.total_seconds():g}"})
    mine = threading.local()

    def ask(form: dict[str, str]) -> int:
        if not hasattr(mine, "session"):
            mine.session = requests.Session()
        path = "query_range" if "step" in form else "query"
        reply = mine.session.post(f"{url}/api/v1/{path}", data=form, timeout=60)
        reply.raise_for_status()
        return len(reply.content)

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for _ in pool.map(ask, forms.values()):
            pass


def measure_gathering(url: str, folder: Path, rounds: int) -> dict[str, Any]:
    """Gather and ask raw in turn; freeze what was gathered."""
    shop = product(url)
    span = window(shop)
    asked = list(plan(shop, span))
    kit, plain = [], []
    for _ in range(rounds + 1):
        kit.append(seconds(lambda: gather(shop, span, folder=folder)))
        plain.append(seconds(lambda: raw(url, asked)))
    known = gather(shop, span, folder=folder)
    assert not known.failures, known.failures
    freeze(known, folder / "snapshot")
    points = sum(answer.points for answer in known.answers.values())
    return {"kit": kit[1:], "plain": plain[1:], "queries": len(asked), "points": points, "memory_mb": peak_mb()}


def measure_analysis(folder: Path) -> dict[str, Any]:
    """Read the frozen facts and calculate everything, each once."""
    began = time.perf_counter()
    facts = reopen(folder / "snapshot")
    read = time.perf_counter() - began
    analyses = Analyses(facts)
    each = {
        f"{topic}.{name}": seconds(lambda part=part, name=name: getattr(part, name))  # type: ignore[misc]
        for topic, part in analyses.parts.items()
        for name, member in vars(type(part)).items()
        if isinstance(member, property | cached_property)
    }
    return {"read": read, "analysis": sum(each.values()), "each": each, "memory_mb": peak_mb()}


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def in_a_process(*words: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, __file__, *words], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="times each way is measured (default: 3)")
    parser.add_argument("--slowest", type=int, default=0, help="print so many of the slowest analyses")
    parser.add_argument("--gather", nargs=2, metavar=("URL", "DIR"), help=argparse.SUPPRESS)
    parser.add_argument("--analyse", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.gather:
        print(json.dumps(measure_gathering(options.gather[0], Path(options.gather[1]), options.rounds)))
        return 0
    if options.analyse:
        print(json.dumps(measure_analysis(options.analyse)))
        return 0
    with tempfile.TemporaryDirectory(prefix="prodmeet-benchmark-") as name:
        folder = Path(name)
        backfill(openmetrics_days(), folder / "tsdb")
        with running_prometheus(folder / "tsdb") as url:
            gathered = in_a_process("--gather", url, str(folder), "--rounds", str(options.rounds))
        analysed = [in_a_process("--analyse", str(folder)) for _ in range(options.rounds)]
    kit, plain = (min(gathered[way]) for way in ("kit", "plain"))
    read, analysis = (min(run[part] for run in analysed) for part in ("read", "analysis"))
    print(f"{gathered['queries']} queries, {gathered['points']} points: gathered in {kit:.2f} s, raw in {plain:.2f} s")
    print(f"snapshot read in {read:.2f} s, all of it analysed in {analysis:.2f} s")
    slowest = sorted(analysed[-1]["each"].items(), key=lambda item: -item[1])[: options.slowest]
    for name, took in slowest:
        print(f"  {name}: {took:.2f} s")
    memory = max(gathered["memory_mb"], *(run["memory_mb"] for run in analysed))
    well = [
        told("gathering against raw questions", kit / plain, "", MOST_OF_RAW),
        told("analysis against reading", analysis, " s", MOST_OF_READING * read + AND_SECONDS),
        told("peak memory", memory, " MB", MOST_MEMORY_MB),
    ]
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
