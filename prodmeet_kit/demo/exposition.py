"""Which series the shop's targets expose: from events, CPU, memory and alerts to families of samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from prodmeet_kit.demo.alerts import RULE_OFFSET, AlertHistory
from prodmeet_kit.demo.counters import counter_at
from prodmeet_kit.demo.openmetrics import Family, Series, series_text
from prodmeet_kit.demo.resources import cpu_counter_at
from prodmeet_kit.demo.shape import MINUTE, Floats, Grid, Ints

if TYPE_CHECKING:
    from prodmeet_kit.demo.world import Pod

__all__ = ["families"]

_LIMITS_OFFSET = 51.4
_TYPICAL_SECONDS = {"0.1": 0.045, "0.3": 0.17, "1": 0.52, "+Inf": 1.9}
"""What a request in a bucket takes on average: makes the histogram's sum."""


def families(grid: Grid, pods: Mapping[str, Pod], alerts: Sequence[AlertHistory]) -> list[Family]:
    """Every series of the world, under its ``# TYPE``."""
    minute = np.arange(grid.minutes, dtype=np.int64)
    every = list(pods.values())
    return [
        Family("http_requests", "counter", [s for pod in every for s in _requests(pod, minute)]),
        Family("http_request_duration_seconds", "histogram", [s for pod in every for s in _durations(pod, minute)]),
        Family("container_cpu_usage_seconds", "counter", [_cpu(pod, minute) for pod in every]),
        Family("container_memory_working_set_bytes", "gauge", [_memory(pod, minute) for pod in every]),
        Family("kube_pod_container_resource_limits", "gauge", [s for pod in every for s in _limits(pod, minute)]),
        Family("ALERTS", "gauge", [s for alert in alerts for s in _alerts(alert)]),
        Family("ALERTS_FOR_STATE", "gauge", [_for_state(grid, alert) for alert in alerts]),
    ]


def _labels(pod: Pod, **more: str) -> dict[str, str]:
    return {"service": pod.service.name, "pod": pod.events.pod, **more}


def _container_offset(pod: Pod) -> float:
    """Containers are scraped from the node, at another second than the application."""
    return round((pod.events.offset + 29.0) % MINUTE, 3)


def _requests(pod: Pod, minute: Ints) -> Iterator[Series]:
    events = pod.events
    for code, seen in events.codes.items():
        text = series_text("http_requests_total", _labels(pod, code=code))
        yield Series(text, events.offset, minute, counter_at(seen, events.restarts))


def _durations(pod: Pod, minute: Ints) -> Iterator[Series]:
    events, name = pod.events, "http_request_duration_seconds"
    if not events.slower:
        return
    count = counter_at(events.total, events.restarts)
    faster = {bound: count - counter_at(slower, events.restarts) for bound, slower in events.slower.items()}
    faster["+Inf"] = count
    seconds, below = np.zeros(len(count)), np.zeros_like(count)
    for bound, up_to in faster.items():
        seconds, below = seconds + (up_to - below) * _TYPICAL_SECONDS[bound], up_to
        yield Series(series_text(f"{name}_bucket", _labels(pod, le=bound)), events.offset, minute, up_to)
    yield Series(series_text(f"{name}_count", _labels(pod)), events.offset, minute, count)
    yield Series(series_text(f"{name}_sum", _labels(pod)), events.offset, minute, np.round(seconds, 3))


def _cpu(pod: Pod, minute: Ints) -> Series:
    offset = _container_offset(pod)
    seconds: Floats = np.round(cpu_counter_at(pod.cpu, pod.events.restarts, offset), 2)
    return Series(series_text("container_cpu_usage_seconds_total", _labels(pod)), offset, minute, seconds)


def _memory(pod: Pod, minute: Ints) -> Series:
    pages: Ints = pod.memory.astype(np.int64) // 4096 * 4096
    return Series(
        series_text("container_memory_working_set_bytes", _labels(pod)), _container_offset(pod), minute, pages
    )


def _limits(pod: Pod, minute: Ints) -> Iterator[Series]:
    for resource, unit, value in (
        ("cpu", "core", pod.service.cpu_limit),
        ("memory", "byte", pod.service.memory_limit),
    ):
        text = series_text("kube_pod_container_resource_limits", _labels(pod, resource=resource, unit=unit))
        yield Series(text, _LIMITS_OFFSET, minute, np.full(len(minute), value))


def _alerts(alert: AlertHistory) -> Iterator[Series]:
    for state, chosen in (("pending", ~alert.firing), ("firing", alert.firing)):
        text = series_text("ALERTS", {**alert.labels, "alertstate": state})
        minute = alert.minute[chosen]
        yield Series(text, RULE_OFFSET, minute, np.ones(len(minute), dtype=np.int64))


def _for_state(grid: Grid, alert: AlertHistory) -> Series:
    """The value is when the alert became active, Unix seconds."""
    since = grid.epoch[alert.active] + int(RULE_OFFSET)
    return Series(series_text("ALERTS_FOR_STATE", alert.labels), RULE_OFFSET, alert.minute, since)
