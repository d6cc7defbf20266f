"""The shop's alerting rules, evaluated on what happened: when each alert was pending, when it fired.

A rule is looked at once a minute and sees the minutes that are over. It is
pending while its condition holds for less than its ``for``, then it fires.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from prodmeet_kit.demo.shape import MINUTE, Floats, Grid, Ints
from prodmeet_kit.demo.shop import SERVICES, service

__all__ = ["RULE_OFFSET", "AlertHistory", "Episode", "Measured", "evaluate"]

RULE_OFFSET = 23.0
"""Second of the minute at which rules are evaluated."""

Flags = npt.NDArray[np.bool_]

_HOUR, _DAY = 60, 24 * 60


@dataclass(frozen=True)
class Measured:
    """What rules look at, one value a minute: sums over a service's pods, CPU by pod, starts by pod."""

    grid: Grid
    total: Mapping[str, Ints]
    failed: Mapping[str, Ints]
    slow: Mapping[str, Ints]
    memory: Mapping[str, Floats]
    cpu: Mapping[str, Floats]
    restarts: Mapping[str, Ints]


@dataclass(frozen=True)
class Episode:
    """An alert that fired without a break. ``end`` is the last firing evaluation plus one minute.

    ``active`` is when it became pending. ``labels`` are all but ``alertname``.
    """

    alert: str
    service: str
    severity: str
    labels: Mapping[str, str]
    active: datetime
    start: datetime
    end: datetime


@dataclass(frozen=True)
class AlertHistory:
    """One alert with its labels: the minutes evaluated as pending or firing, and since which minute it is active."""

    labels: Mapping[str, str]
    minute: Ints
    firing: Flags
    active: Ints

    def episodes(self, grid: Grid) -> Iterator[Episode]:
        """The times it fired, in order; one that was only pending is none."""

        def at(minute: int) -> datetime:
            return grid.start + timedelta(seconds=MINUTE * minute + RULE_OFFSET)

        labels = {name: value for name, value in self.labels.items() if name != "alertname"}
        for active in np.unique(self.active[self.firing]):
            fired = self.minute[self.firing & (self.active == active)]
            yield Episode(
                alert=self.labels["alertname"],
                service=labels.get("service", ""),
                severity=labels.get("severity", ""),
                labels=labels,
                active=at(int(active)),
                start=at(int(fired[0])),
                end=at(int(fired[-1]) + 1),
            )


def evaluate(seen: Measured) -> list[AlertHistory]:
    """Every alert that was pending or firing at least once, by its labels."""
    histories = [_history(labels, holds, wait) for labels, holds, wait in _rules(seen)]
    return [history for history in histories if len(history.minute)]


def _rules(seen: Measured) -> Iterator[tuple[dict[str, str], Flags, int]]:
    """Labels, whether the condition holds at each evaluation, and ``for`` in minutes."""
    for name in ("web", "cart"):
        share = {span: _share(seen.failed[name], seen.total[name], span) for span in (5, _HOUR)}
        fast = (share[5] > 14.4 * 0.001) & (share[_HOUR] > 14.4 * 0.001)
        yield _labels(f"{name.capitalize()}ErrorBudgetBurn", "page", name), fast, 2
    # Payments has no burn rate alert yet, only this one: 3% of errors for hours passes under it.
    many = _share(seen.failed["payments"], seen.total["payments"], 5) > 0.08
    yield _labels("PaymentsErrorsHigh", "page", "payments"), many, 10
    yield _labels("CartLatencyHigh", "page", "cart"), _share(seen.slow["cart"], seen.total["cart"], 5) > 0.20, 5
    slow = {span: _share(seen.slow["web"], seen.total["web"], span) for span in (6 * _HOUR, 3 * _DAY)}
    ticket = (slow[6 * _HOUR] > 0.01) & (slow[3 * _DAY] > 0.01)
    yield _labels("WebLatencyBudgetBurn", "ticket", "web"), ticket, 60
    cart = service("cart")
    full = _before(seen.memory["cart"]) > 0.75 * cart.memory_limit * len(cart.pods)
    yield _labels("CartMemoryHigh", "ticket", "cart"), full, 30
    yield _labels("InvoicesErrors", "ticket", "invoices"), _last(seen.failed["invoices"], _HOUR) > 0, 0
    for each in SERVICES:
        for pod in each.pods:
            if each.name == "web":
                hot = _before(seen.cpu[pod]) > 0.85 * each.cpu_limit
                yield _labels("WebHighCPU", "page", "web", pod), hot, 2
            yield _labels("PodRestarted", "info", each.name, pod), _young(seen.grid, seen.restarts[pod]), 0


def _labels(alert: str, severity: str, service: str, pod: str = "") -> dict[str, str]:
    labels = {"alertname": alert, "severity": severity, "service": service}
    return {**labels, "pod": pod} if pod else labels


def _last(events: Ints, span: int) -> Ints:
    """Events of the ``span`` minutes before each minute; fewer at the beginning of the world."""
    so_far = np.concatenate([[0], np.cumsum(events)])
    now = np.arange(len(events))
    result: Ints = so_far[now] - so_far[np.maximum(now - span, 0)]
    return result


def _share(part: Ints, whole: Ints, span: int) -> Floats:
    """Share over the ``span`` minutes before each minute; 0 without events, and while less than the span is known."""
    known = np.arange(len(whole)) >= span
    result: Floats = np.where(known, _last(part, span) / np.maximum(_last(whole, span), 1), 0.0)
    return result


def _before(values: Floats) -> Floats:
    """The value of the minute before each minute."""
    return np.concatenate([values[:1], values[:-1]])


def _young(grid: Grid, restarts: Ints) -> Flags:
    """Within ten minutes after a restart."""
    young = np.zeros(grid.minutes, dtype=bool)
    for start in restarts[1:]:
        young[start + 1 : start + 11] = True
    return young


def _history(labels: dict[str, str], holds: Flags, wait: int) -> AlertHistory:
    minute = np.flatnonzero(holds)
    begins = np.flatnonzero(holds & ~np.concatenate([[False], holds[:-1]]))
    active = begins[np.searchsorted(begins, minute, side="right") - 1] if len(minute) else minute
    return AlertHistory(labels, minute, minute - active >= wait, active)
