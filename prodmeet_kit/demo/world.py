"""The demo world: six weeks of a shop, the same for the same seed, and the truth about it.

The truth is counted from the events themselves; a Prometheus filled with
:meth:`World.openmetrics_days` sees them through scrapes and counters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from prodmeet_kit.demo import openmetrics
from prodmeet_kit.demo.alerts import AlertHistory, Episode, Measured, evaluate
from prodmeet_kit.demo.counters import PodEvents, draw_events
from prodmeet_kit.demo.exposition import families
from prodmeet_kit.demo.resources import cpu_cores, memory_bytes
from prodmeet_kit.demo.shape import Floats, Grid, local, wander
from prodmeet_kit.demo.shop import LATENCY_BOUND, SERVICES, Service
from prodmeet_kit.demo.stories import MEETING, OUTAGES, Outage, error_share, night_spikes, restarts, slow_shares

__all__ = ["Pod", "World"]

_START = local("2026-10-11T09:00")  # midnight UTC; the SLO window of the last meeting begins a day later
_AFTER_MEETING = timedelta(minutes=5)


@dataclass(frozen=True)
class Pod:
    """One pod through the six weeks: its requests, CPU cores and memory bytes, one value a minute."""

    service: Service
    events: PodEvents
    cpu: Floats
    memory: Floats


@dataclass(frozen=True)
class World:
    """Everything that happened. ``meeting`` is the end of the review's window; data goes a little further."""

    seed: int
    grid: Grid
    meeting: datetime
    pods: Mapping[str, Pod]
    alerts: tuple[AlertHistory, ...]
    outages: tuple[Outage, ...]

    @classmethod
    def build(cls, seed: int = 31) -> World:
        """Make the world of a seed; the same seed makes the same world to the last sample."""
        grid = Grid(_START, int((MEETING + _AFTER_MEETING - _START).total_seconds()) // 60)
        seeds = np.random.SeedSequence(seed).spawn(len(SERVICES))
        pods: dict[str, Pod] = {}
        for service, its_seed in zip(SERVICES, seeds, strict=True):
            pods |= _service_pods(np.random.default_rng(its_seed), grid, service, first_slot=len(pods))
        return cls(seed, grid, MEETING, pods, tuple(evaluate(_measured(grid, pods))), OUTAGES)

    @property
    def episodes(self) -> list[Episode]:
        """Every time an alert fired, in order of its start."""
        found = [episode for history in self.alerts for episode in history.episodes(self.grid)]
        return sorted(found, key=lambda episode: (episode.start, episode.alert, sorted(episode.labels.items())))

    def openmetrics_days(self) -> Iterator[str]:
        """What Prometheus scraped and its rules wrote: one complete OpenMetrics text a UTC day."""
        return openmetrics.days(self.grid, families(self.grid, self.pods, self.alerts))


def _service_pods(random: np.random.Generator, grid: Grid, service: Service, first_slot: int) -> dict[str, Pod]:
    """A service's pods by name. ``first_slot`` spreads the moments of scraping over the minute."""
    drift = wander(random, grid.minutes, 0.05) * random.normal(1.0, 0.02, grid.minutes).clip(0.8, 1.2)
    demand = service.hours(grid) * (1 + service.growth_per_week) ** grid.weeks * drift
    errors = error_share(grid, service, wander(random, grid.minutes, 0.25))
    slower = slow_shares(grid, service, demand)
    spikes = night_spikes(grid, random)
    result = {}
    for number, pod in enumerate(service.pods):
        started = restarts(grid, pod)
        events = draw_events(
            random,
            pod=pod,
            offset=round(3.1 + 7.7 * (first_slot + number), 3),
            restarts=started,
            rate=service.requests_per_second * demand / len(service.pods),
            errors=errors,
            not_found=service.not_found,
            slower=slower,
        )
        cpu = cpu_cores(random, grid, service, events.total.sum(axis=1), spikes if pod == "web-1" else [])
        result[pod] = Pod(service, events, cpu, memory_bytes(random, grid, service, demand, started))
    return result


def _measured(grid: Grid, pods: Mapping[str, Pod]) -> Measured:
    """The sums that alerting rules look at."""
    names = [service.name for service in SERVICES]
    of = {name: [pod for pod in pods.values() if pod.service.name == name] for name in names}
    histogram = [service.name for service in SERVICES if LATENCY_BOUND in service.slower]

    return Measured(
        grid=grid,
        total={name: np.sum([pod.events.total.sum(axis=1) for pod in of[name]], axis=0) for name in names},
        failed={name: np.sum([pod.events.failed.sum(axis=1) for pod in of[name]], axis=0) for name in names},
        slow={
            name: np.sum([pod.events.slower[LATENCY_BOUND].sum(axis=1) for pod in of[name]], axis=0)
            for name in histogram
        },
        memory={name: np.sum([pod.memory for pod in of[name]], axis=0) for name in names},
        cpu={name: pod.cpu for name, pod in pods.items()},
        restarts={name: pod.events.restarts for name, pod in pods.items()},
    )
