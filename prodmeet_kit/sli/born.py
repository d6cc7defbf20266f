"""Counters read sample by sample: what they counted, and the first value of those that were born with an event.

``increase`` begins with the first sample of a series. A process that makes its error series with the first error
gives a series whose first sample is 1 or more, and that much is lost. It is counted where it is known to have
happened in between two scrapes:

- the target was scraped before, without the series (other series of the target, or ``up``, have a sample there);
- or the target's process began shortly before (``process_start_time_seconds``);
- or the series comes back after its target was scraped :data:`ABSENT` times without it: no process drops a series, so
  this is another one, and counts from zero.

A first value that is none of these may be old: it is ``unsure``. What was there when the data begins is neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["COLUMNS", "Evidence", "Increments", "Samples", "evidence", "increments", "target_of"]

COLUMNS = ("counted", "born", "unsure", "returned")
"""What happens at a sample: what ``increase`` sees, what it misses, what nobody knows; and what of the first comes with
a series that was away, which a trend in short steps misses as well."""

ABSENT = 3
"""Scrapes without a series: one or two may have been cut short."""

_LEAST_MS = 60_000

YOUNG_MS = 3_600_000
"""A process no older than an hour when it is first seen: what it has counted belongs to that hour."""

_TARGET = (
    "job", "namespace", "instance", "pod", "container", "host", "hostname", "node", "cluster", "region",
    "replica", "prometheus", "prometheus_replica", "task", "task_id", "container_id", "pod_name",
)  # fmt: skip
_ONE = {"instance", "pod", "host", "hostname", "task_id", "container_id", "pod_name"}
"""Labels of which any tells one target from another."""

_OF_EVENTS = {
    "__name__", "code", "status", "status_code", "http_status", "http_status_code", "http_code", "response_code",
    "grpc_code", "grpc_status", "class", "result", "outcome", "success", "error", "reason", "exception", "type",
    "method",
    "http_method", "verb", "path", "route", "handler", "endpoint", "uri", "url", "operation", "le", "quantile",
}  # fmt: skip

Times = npt.NDArray[np.int64]
Target = tuple[tuple[str, str], ...]


class Samples(Protocol):
    """A series as it was stored: labels, milliseconds since the epoch in order, values."""

    @property
    def labels(self) -> Mapping[str, str]:
        """With ``__name__``."""
        ...

    @property
    def times(self) -> Times:
        """Ascending."""
        ...

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """One for each time."""
        ...


@dataclass(frozen=True)
class Increments:
    """What happened at which sample, in milliseconds since the epoch; one array each of :data:`COLUMNS`."""

    times: Times
    amounts: Mapping[str, npt.NDArray[np.float64]]
    unknown: tuple[Target, ...] = ()
    """Targets of which more would have to be known."""


@dataclass(frozen=True)
class Evidence:
    """When each target was scraped and when the data begins, in milliseconds; seconds at which its processes began."""

    begin: int
    scraped: Mapping[Target, Times]
    processes: Mapping[Target, Sequence[float]] = field(default_factory=dict)


def target_of(labels: Mapping[str, str]) -> Target:
    """Which process a series is of: the labels that tell targets apart, or all but those that tell events apart."""
    if any(name in labels for name in _ONE):
        return tuple((name, labels[name]) for name in _TARGET if name in labels)
    return tuple(sorted((name, value) for name, value in labels.items() if name not in _OF_EVENTS))


def evidence(series: Iterable[Samples]) -> Evidence:
    """What samples of any kind tell of when their targets were scraped."""
    times: dict[Target, list[Times]] = {}
    for each in series:
        if len(each.times):
            times.setdefault(target_of(each.labels), []).append(each.times)
    scraped = {target: np.unique(np.concatenate(parts)) for target, parts in times.items()}
    return Evidence(min((int(each[0]) for each in scraped.values()), default=0), scraped)


def increments(series: Iterable[Samples], known: Evidence) -> Increments:
    """What the counters counted, sample by sample."""
    times: list[Times] = []
    amounts: dict[str, list[npt.NDArray[np.float64]]] = {name: [] for name in COLUMNS}
    unknown = []
    for each in series:
        finite = np.isfinite(each.values)
        at, values = each.times[finite], each.values[finite]
        if not len(at):
            continue
        target = target_of(each.labels)
        scraped = known.scraped.get(target, at)
        steps = np.diff(values)
        counted = np.concatenate([[0.0], np.where(steps < 0, values[1:], steps)])
        born, unsure = np.zeros(len(at)), np.zeros(len(at))
        usual = _interval(at, scraped)
        # Scrapes of the target between a sample and the one before.
        missed = np.diff(np.searchsorted(scraped, at)) - 1
        again = np.flatnonzero((missed >= ABSENT) & (np.diff(at) > ABSENT * usual)) + 1
        born[again] = values[again] - counted[again]
        returned = np.zeros(len(at))
        returned[again] = counted[again]
        if values[0] > 0:
            first = _first(int(at[0]), target, scraped, known, usual)
            if first == "unsure":
                unknown.append(target)
            if first:
                (born if first == "born" else unsure)[0] = values[0]
        times.append(at)
        for name, part in zip(COLUMNS, (counted, born, unsure, returned), strict=True):
            amounts[name].append(part)
    empty = np.zeros(0)
    return Increments(
        np.concatenate(times) if times else np.zeros(0, dtype=np.int64),
        {name: np.concatenate(parts) if parts else empty for name, parts in amounts.items()},
        tuple(dict.fromkeys(unknown)),
    )


def _interval(at: Times, scraped: Times) -> float:
    """Milliseconds between two samples of a series; rules that are evaluated one after another are no more scrapes."""
    apart = [float(np.median(np.diff(times))) for times in (at, scraped) if len(times) > 3]
    return max([*apart, _LEAST_MS])


def _first(at: int, target: Target, scraped: Times, known: Evidence, interval: float) -> str:
    """What the first value of a series is: ``born``, ``unsure``, or empty where the data begins with it."""
    if at - known.begin < 2 * interval:
        return ""
    if len(scraped) and scraped[0] <= at - 0.5 * interval:
        return "born"
    if any(at - YOUNG_MS <= 1000 * began <= at + interval for began in known.processes.get(target, ())):
        return "born"
    return "unsure"
