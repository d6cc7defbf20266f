"""Services in which little fails, pod by pod: every event with its instant, and what a scrape a minute saw of it.

Pods come and go, or start anew under the same name; the series of an error appears with the first such error of its
process, that of a success with the process. Instants are seconds since the Unix epoch, off the whole minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt

__all__ = ["Scraped", "World", "openmetrics_days", "world"]

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
CODES = ("500", "502", "503")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scraped:
    """A series as it is stored, times in milliseconds."""

    labels: Mapping[str, str]
    times: npt.NDArray[np.int64]
    values: Floats


@dataclass
class World:
    """One service: its series, the instants of its failures and of all its requests."""

    series: list[Scraped] = field(default_factory=list)
    failed: list[float] = field(default_factory=list)
    every: list[float] = field(default_factory=list)

    def of(self, *names: str, codes: Sequence[str] = ()) -> list[Scraped]:
        """The series of these names, of these codes only when any are given."""
        return [
            each
            for each in self.series
            if each.labels["__name__"] in names and (not codes or each.labels.get("code") in codes)
        ]


@dataclass(frozen=True)
class _Kind:
    hours: tuple[float, float]  # a process lives for
    same_name: bool
    requests: float  # a second, of each pod
    failures: float  # of the service in four weeks
    evidence: bool  # ``up`` and ``process_start_time_seconds`` are kept


KINDS = {
    "deployed every day": _Kind((10, 40), False, 0.01, 60, True),
    "deployed every hour": _Kind((0.7, 3), False, 0.02, 80, True),
    "restarts under one name": _Kind((6, 60), True, 0.01, 50, True),
    "long-lived": _Kind((2000, 3000), False, 0.005, 9, True),
    "hardly used": _Kind((100, 300), False, 0.0004, 12, True),
    "nothing else kept": _Kind((10, 40), False, 0.02, 60, False),
}


def world(kind: str, start: datetime, end: datetime, seed: int, service: str = "cart") -> World:
    """A service of a kind from before ``start`` to ``end``; some scrapes are missed, one by one."""
    made, shape, random = World(), KINDS[kind], np.random.default_rng([seed, 11])
    first, last = start.timestamp(), end.timestamp()
    weeks = (last - first) / (28 * DAY)
    for slot in range(3):
        born, number = first - float(random.uniform(0, 20)) * HOUR, 0
        while born < last:
            died = born + float(random.uniform(*shape.hours)) * HOUR
            pod = f"{service}-{slot}" if shape.same_name else f"{service}-{slot}-{number}"
            _process(made, shape, random, (service, pod, slot), (born, min(died, last)), first, weeks)
            born, number = died + float(random.uniform(5, 200)), number + 1
    merged: dict[tuple[tuple[str, str], ...], list[Scraped]] = {}
    for each in made.series:
        merged.setdefault(tuple(sorted(each.labels.items())), []).append(each)
    made.series = [
        Scraped(same[0].labels, np.concatenate([s.times for s in same]), np.concatenate([s.values for s in same]))
        for same in merged.values()
    ]
    return made


def _process(
    made: World,
    shape: _Kind,
    random: np.random.Generator,
    who: tuple[str, str, int],
    life: tuple[float, float],
    first: float,
    weeks: float,
) -> None:
    service, pod, slot = who
    born, died = life
    offset = 7.0 + 13.0 * slot + 0.25
    times = np.arange(np.ceil((max(born, first) - offset) / MINUTE), (died - offset) / MINUTE) * MINUTE + offset
    times = times[random.random(len(times)) >= 0.01]
    target = {"job": "shop", "instance": f"{pod}:8080", "service": service}
    part = (died - born) / (3 * weeks * 28 * DAY) * weeks
    events = {"200": _moments(random, shape.requests * (died - born), life)}
    for code in CODES:
        events[code] = _moments(random, shape.failures * part / len(CODES), life)
    for code, moments in events.items():
        values = np.searchsorted(moments, times, side="right").astype(float)
        seen = (values > 0) | (code == "200")
        made.every += moments.tolist()
        made.failed += moments.tolist() if code != "200" else []
        if seen.any():
            labels = {"__name__": "http_requests_total", **target, "code": code}
            made.series.append(Scraped(labels, _ms(times[seen]), values[seen]))
    if shape.evidence and len(times):
        its = {"job": "shop", "instance": target["instance"]}
        made.series.append(Scraped({"__name__": "up", **its}, _ms(times), np.ones(len(times))))
        began = np.full(len(times), round(born, 2))
        made.series.append(Scraped({"__name__": "process_start_time_seconds", **its}, _ms(times), began))


def _moments(random: np.random.Generator, mean: float, life: tuple[float, float]) -> Floats:
    return np.sort(random.uniform(*life, random.poisson(mean)))


def _ms(times: Floats) -> npt.NDArray[np.int64]:
    return np.rint(times * 1000).astype(np.int64)


def openmetrics_days(series: Sequence[Scraped]) -> Iterator[str]:
    """One complete OpenMetrics text a UTC day."""
    begin = min(int(each.times[0]) for each in series) // 86_400_000
    end = max(int(each.times[-1]) for each in series) // 86_400_000
    for day in range(begin, end + 1):
        lines = []
        for name in dict.fromkeys(each.labels["__name__"] for each in series):
            family = name.removesuffix("_total")
            lines.append(f"# TYPE {family} {'counter' if family != name else 'gauge'}")
            for each in series:
                if each.labels["__name__"] == name:
                    lines += _lines(each, day * 86_400_000, (day + 1) * 86_400_000)
        yield "\n".join([*lines, "# EOF\n"])


def _lines(series: Scraped, since: int, until: int) -> list[str]:
    inside = ",".join(f'{label}="{value}"' for label, value in series.labels.items() if label != "__name__")
    first, last = np.searchsorted(series.times, [since, until])
    head = f"{series.labels['__name__']}{{{inside}}}"
    pairs = zip(series.values[first:last].tolist(), series.times[first:last].tolist(), strict=True)
    return [f"{head} {value:.15g} {time / 1000:.3f}" for value, time in pairs]
