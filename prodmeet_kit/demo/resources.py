"""CPU and memory of a pod: what its requests cost, what it holds, what leaks."""

from __future__ import annotations

import numpy as np

from prodmeet_kit.demo.counters import since_restart
from prodmeet_kit.demo.shape import MINUTE, Floats, Grid, Ints, wander
from prodmeet_kit.demo.shop import Service
from prodmeet_kit.demo.stories import SLOWER_SINCE

__all__ = ["cpu_cores", "cpu_counter_at", "memory_bytes"]

_DEARER = 1.12  # the slow version of web also costs more CPU a request
_SPIKE = 0.96  # share of its limit that the nightly job takes a pod to
_WARM_UP_HOURS = 5.0


def cpu_cores(
    random: np.random.Generator, grid: Grid, service: Service, requests: Ints, spikes: list[tuple[int, int]]
) -> Floats:
    """Mean CPU cores in each minute, from its requests; ``spikes`` are minutes ``[first, last)`` of the nightly job."""
    cost = service.cpu_per_request * wander(random, grid.minutes, 0.02) * random.normal(1.0, 0.015, grid.minutes)
    if service.name == "web":
        cost[grid.index(SLOWER_SINCE) :] *= _DEARER
    cores = np.minimum(service.cpu_idle + cost * requests / MINUTE, service.cpu_limit)
    for first, last in spikes:
        cores[first:last] = service.cpu_limit * (_SPIKE + 0.01 * random.uniform(-1, 1, last - first))
    return cores


def cpu_counter_at(cores: Floats, restarts: Ints, offset: float) -> Floats:
    """CPU seconds since the container started, as scraped ``offset`` seconds into each minute."""
    before_minute = np.concatenate([[0.0], np.cumsum(cores * MINUTE)])[:-1]
    result: Floats = before_minute + cores * offset - before_minute[since_restart(len(cores), restarts)]
    return result


def memory_bytes(random: np.random.Generator, grid: Grid, service: Service, demand: Floats, restarts: Ints) -> Floats:
    """Working set in bytes at each minute: caches that fill after a start, a little more when busy, and a leak.

    The leak is of the version in place since the pod's last restart: before the first restart nothing leaks.
    """
    minutes = np.arange(grid.minutes)
    started = since_restart(grid.minutes, restarts)
    age_days = (minutes - started) / (24 * 60)
    warm = 0.78 + 0.22 * (1 - np.exp(-age_days * 24 / _WARM_UP_HOURS))
    busy = 1 + 0.03 * (demand / demand.mean() - 1)
    steady = service.memory * warm * busy * wander(random, grid.minutes, 0.008)
    leak = np.where(started > 0, service.leak_per_day * age_days, 0.0)
    result: Floats = np.minimum(steady + leak, 0.99 * service.memory_limit)
    return result
