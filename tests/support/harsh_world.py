"""A world that is hard on whoever counts it: every event with its instant, and what a scrape saw of it.

Six weeks to 28 October 2026, the same for the same seed. In it: counters that
start anew every forty minutes, pods that live for hours, errors whose series
appear with the first of them, nine hours without a scrape, single scrapes
missed, three requests a day, a service that was switched off, one that is
young, gauges below zero, infinite and not a number. Berlin leaves summer time
on 25 October at 01:00 UTC.

Instants are seconds since the Unix epoch. Samples lie off the whole minute, as in life.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

__all__ = ["GAP", "Counter", "Gauge", "HarshWorld", "Samples", "build"]

Samples = list[tuple[float, float]]
"""Time and value of each scrape, in order."""

DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0


def instant(text: str) -> float:
    """A UTC time as seconds since the epoch."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


START, END = instant("2026-09-15T00:00"), instant("2026-10-28T09:10")
GAP = instant("2026-10-20T02:00"), instant("2026-10-20T11:00")
OUTAGE = instant("2026-10-22T10:03"), instant("2026-10-22T10:48")
SWITCHED_OFF = instant("2026-09-25T12:00")
YOUNG = instant("2026-10-21T08:00")
_MISSED = 0.01  # share of scrapes that fail one by one


@dataclass(frozen=True)
class Counter:
    """One counter: its labels, the instants of the events it counts and of its restarts, and what scrapes saw.

    ``events`` holds all that happened in its life, also what no scrape saw.
    """

    labels: Mapping[str, str]
    events: list[float]
    restarts: Sequence[float]
    samples: Samples
    name = "events_total"


@dataclass(frozen=True)
class Gauge:
    """One gauge: its name, labels, and what scrapes saw."""

    name: str
    labels: Mapping[str, str]
    samples: Samples


@dataclass(frozen=True)
class HarshWorld:
    """All counters and gauges."""

    counters: tuple[Counter, ...]
    gauges: tuple[Gauge, ...]

    def counted(self, service: str, codes: Iterable[str] = ()) -> list[Counter]:
        """The counters of a service, of these codes only when any are given."""
        wanted = set(codes)
        return [
            each
            for each in self.counters
            if each.labels["service"] == service and (not wanted or each.labels["code"] in wanted)
        ]

    def gauge(self, name: str) -> list[Gauge]:
        """The gauges of a name."""
        return [each for each in self.gauges if each.name == name]

    def openmetrics_days(self) -> Iterator[str]:
        """One complete OpenMetrics text a UTC day."""
        families = {"events": ("counter", [(each.name, each.labels, each.samples) for each in self.counters])}
        for name in dict.fromkeys(each.name for each in self.gauges):
            families[name] = ("gauge", [(each.name, each.labels, each.samples) for each in self.gauge(name)])
        day = START - START % DAY
        while day < END:
            yield _text(families, day, day + DAY)
            day += DAY


Family = tuple[str, Sequence[tuple[str, Mapping[str, str], Samples]]]


def _text(families: Mapping[str, Family], since: float, until: float) -> str:
    lines = []
    for family, (kind, series) in families.items():
        lines.append(f"# TYPE {family} {kind}")
        for name, labels, samples in series:
            inside = ",".join(f'{label}="{value}"' for label, value in labels.items())
            first, last = (bisect_right(samples, (edge, -math.inf)) for edge in (since, until))
            lines += [f"{name}{{{inside}}} {_number(value)} {time:.3f}" for time, value in samples[first:last]]
    return "\n".join([*lines, "# EOF\n"])


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if math.isnan(value) else f"{value:.15g}"


def build(seed: int = 29) -> HarshWorld:
    """The world of a seed."""
    random = np.random.default_rng(seed)
    counters = [
        *_restless(random),
        *_churning(random),
        *_rare(random),
        *_plain(random, "strict", {"200": 0.02, "500": 9e-6}),
        *_plain(random, "hopeless", {"500": 0.01}),
        *_plain(random, "gone", {"200": 0.05, "500": 0.0005}, died=SWITCHED_OFF),
        *_plain(random, "young", {"200": 0.05, "500": 0.0008}, born=YOUNG),
    ]
    return HarshWorld(tuple(counters), tuple(_gauges(random)))


def _scrapes(random: np.random.Generator, born: float = START, died: float = END) -> list[float]:
    """When a target was scraped: every minute, off the whole minute, but for the gap and single misses."""
    offset = round(float(random.uniform(2, 58)), 3)
    times = np.arange(START + offset, END, MINUTE)
    times = times[(times > born) & (times <= died) & ((times < GAP[0]) | (times > GAP[1]))]
    return [round(time, 3) for time in times[random.random(len(times)) >= _MISSED].tolist()]


def _moments(random: np.random.Generator, per_second: float, since: float, until: float) -> list[float]:
    """Instants of events at a constant rate, in order."""
    count = random.poisson(per_second * max(until - since, 0.0))
    return sorted(random.uniform(since, until, count).tolist())


def _seen(
    labels: Mapping[str, str], events: list[float], scrapes: list[float], restarts: Sequence[float] = (), *, lazy: bool
) -> Counter:
    """The counter of these events. ``lazy``: a process has no such series before its first event."""
    samples = []
    for time in scrapes:
        began = bisect_right(restarts, time)
        value = bisect_right(events, time) - (bisect_right(events, restarts[began - 1]) if began else 0)
        if value or not lazy:
            samples.append((time, float(value)))
    return Counter(labels, events, restarts, samples)


def _restless(random: np.random.Generator) -> Iterator[Counter]:
    """A pod that starts anew every forty minutes or so, some of it within the gap; an outage of 45 minutes."""
    restarts = _moments(random, 1 / (40 * MINUTE), START, END)
    scrapes = _scrapes(random)
    errors = sorted(_moments(random, 0.0004, START, END) + _moments(random, 0.04, *OUTAGE))
    for code, events in (("200", _moments(random, 0.12, START, END)), ("500", errors)):
        yield _seen({"service": "restless", "pod": "a-0", "code": code}, events, scrapes, restarts, lazy=False)


def _churning(random: np.random.Generator) -> Iterator[Counter]:
    """Two pods at a time, each under a new name after hours or days; every other one tells errors from the first on."""
    for slot in range(2):
        born, number = START, 0
        while born < END:
            died = min(born + float(random.uniform(5 * HOUR, 2 * DAY)), END)
            scrapes = _scrapes(random, born, died)
            for code, rate in (("200", 0.04), ("500", 0.0002), ("503", 0.00004)):
                labels = {"service": "churning", "pod": f"b-{slot}-{number}", "code": code}
                lazy = code != "200" and number % 2 == 0
                yield _seen(labels, _moments(random, rate, born, died), scrapes, lazy=lazy)
            born, number = died + float(random.uniform(0, 4 * MINUTE)), number + 1


def _rare(random: np.random.Generator) -> Iterator[Counter]:
    """Three requests a day, every seventieth of which fails; a restart a week."""
    days = np.arange(START, END - DAY, DAY)
    moments = np.sort((days[:, None] + random.uniform(0, DAY, (len(days), 3))).ravel()).tolist()
    restarts = np.arange(START + 3.3 * DAY, END, 7 * DAY).tolist()
    scrapes = _scrapes(random)
    for code, events in (("200", [m for k, m in enumerate(moments) if k % 70]), ("500", moments[::70])):
        yield _seen({"service": "rare", "pod": "c-0", "code": code}, events, scrapes, restarts, lazy=False)


def _plain(
    random: np.random.Generator, service: str, rates: Mapping[str, float], born: float = START, died: float = END
) -> Iterator[Counter]:
    scrapes = _scrapes(random, born, died)
    for code, rate in rates.items():
        labels = {"service": service, "pod": "d-0", "code": code}
        yield _seen(labels, _moments(random, rate, born, died), scrapes, lazy=code != "200")


def _gauges(random: np.random.Generator) -> Iterator[Gauge]:
    """A queue that goes below zero and beyond all bounds, a freezer, a disk with and without a bound."""
    for pod in ("q-0", "q-1"):
        wave = [
            (time, round(9 * math.sin(time / DAY * 2 * math.pi) + float(random.normal(3, 2)), 6))
            for time in _scrapes(random)
        ]
        yield Gauge("queue_depth", {"pod": pod}, _spoilt(random, wave))
    freezer = [(time, round(float(random.normal(-18, 1)), 6)) for time in _scrapes(random)]
    yield Gauge("freezer_celsius", {"pod": "f-0"}, _spoilt(random, freezer))
    scrapes = _scrapes(random)
    yield Gauge("disk_used", {"pod": "g-0"}, [(time, 40.0 + (time - START) / DAY) for time in scrapes])
    yield Gauge("disk_size", {"pod": "g-0"}, [(t, math.inf if (t // HOUR) % 7 == 0 else 200.0) for t in scrapes])


def _spoilt(random: np.random.Generator, samples: Samples) -> Samples:
    """The samples with stretches of twelve that are infinite, minus infinite or no number: about one a day."""
    spoilt = list(samples)
    for first in np.flatnonzero(random.random(len(samples)) < 1 / 1440).tolist():
        wrong = (math.inf, -math.inf, math.nan)[first % 3]
        for place in range(first, min(first + 12, len(spoilt))):
            spoilt[place] = (spoilt[place][0], wrong)
    return spoilt
