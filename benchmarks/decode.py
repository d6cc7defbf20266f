"""Decoding a range answer: ours against the client's MetricRangeDataFrame, in the same run.

Prints one line with both times, the fastest of a few rounds, and their ratio.
Run with ``python benchmarks/decode.py``.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from prometheus_api_client import MetricRangeDataFrame

from prodmeet_kit.facts import Question
from prodmeet_kit.sources.prometheus.decoding import frame, series_of

SERIES = 24
POINTS = 8065  # four weeks at five minutes
ROUNDS = 5


def main() -> None:
    draw = random.Random(1)
    start = datetime(2026, 10, 26, tzinfo=UTC)
    zero = int(start.timestamp())
    result = [
        {
            "metric": {"__name__": "http_requests_total", "service": f"service-{number}", "code": "200"},
            "values": [[zero + 300 * point, str(draw.random())] for point in range(POINTS)],
        }
        for number in range(SERIES)
    ]
    step = timedelta(minutes=5)
    question = Question("benchmark", "metrics", "http_requests_total", start, start + (POINTS - 1) * step, step)
    ours = best(lambda: frame(question, [series_of("matrix", result)]))
    client = best(lambda: MetricRangeDataFrame(result))
    asked = f"{SERIES} x {POINTS} points"
    print(f"decode  {asked}  {ours * 1e3:.0f} ms  client {client * 1e3:.0f} ms  ratio {client / ours:.1f}")


def best(work: Callable[[], object]) -> float:
    """Seconds of the fastest of a few rounds."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


if __name__ == "__main__":
    main()
