"""A product's servers as they were: what each of them did in each minute, what scrapes saw, which alerts fired.

Minute ``k`` of a world is the time between scrapes ``k - 1`` and ``k`` of a
target, which lie off the whole minute; so counts between two scrapes are known
exactly. Rules are evaluated at second 23 of each minute and see what has been
scraped by then, as Prometheus does: ``rate(x[W])`` spans ``W - 1`` minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from prodmeet_kit.demo.openmetrics import Family, Series, days, series_text
from prodmeet_kit.demo.shape import MINUTE, Floats, Grid, Ints, wander

__all__ = ["DAY", "Alert", "Counts", "Served", "World"]

Flags = npt.NDArray[np.bool_]
DAY = 24 * 60
EVALUATED = 23.0
"""Second of the minute at which rules are evaluated; targets are scraped before it."""


@dataclass(frozen=True)
class Counts:
    """Bad and all events of an SLO in each minute, in which minutes and at which second the target was scraped."""

    bad: Ints
    total: Ints
    seen: Flags
    offset: float = 0.0


@dataclass(frozen=True)
class Served:
    """What one process served: from minute ``born`` up to, not including, ``died``."""

    born: int
    died: int
    total: Ints
    bad: Ints


@dataclass(frozen=True)
class Alert:
    """An alert: its rule as Prometheus has it, and the minutes in which it was pending and firing."""

    name: str
    service: str
    severity: str
    query: str
    wait: int
    minute: Ints
    active: Ints

    @property
    def firing(self) -> Flags:
        return self.minute - self.active >= self.wait


@dataclass
class World:
    """Grows as a story tells it. ``end`` is the meeting; ``start`` is whole days before."""

    end: datetime
    days: int
    zone: str
    seed: int
    counts: dict[str, Counts] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    families: dict[str, tuple[str, list[Series]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.start = self.end - timedelta(days=self.days)
        self.grid = Grid(self.start, self.days * DAY)
        self.random = np.random.default_rng(self.seed)
        self._offsets = iter(np.round(np.linspace(2.3, 20.9, 60), 3).tolist())

    @property
    def minutes(self) -> int:
        return self.grid.minutes

    def at(self, moment: str) -> int:
        """The minute that begins at a UTC time, such as ``11-12T05:20``."""
        return self.grid.index(self.time(moment))

    def before_end(self, days: float) -> int:
        return self.minutes - round(days * DAY)

    def demand(self, per_second: float, *, growth: float = 0.0) -> Floats:
        """Requests a minute: a day on the product's clock, quieter weekends, drift; compound ``growth`` a week."""
        offset = self.start.astimezone(ZoneInfo(self.zone)).utcoffset()
        assert offset is not None
        local = self.grid.epoch + int(offset.total_seconds())
        hour, weekend = (local % 86_400) / 3600, (local // 86_400 + 3) % 7 >= 5
        shape = (1 - 0.55 * np.cos((hour - 3) / 12 * np.pi)) * np.where(weekend, 0.8, 1.08)
        last = (np.arange(self.minutes) - self.minutes) / (7 * DAY)
        result: Floats = per_second * MINUTE * shape * (1 + growth) ** last * wander(self.random, self.minutes, 0.03)
        return result

    def level(self, usual: float, *spans: tuple[int, int, float]) -> Floats:
        """A share that is ``usual`` but in the spans (from minute, to minute, share)."""
        share = np.full(self.minutes, usual)
        for first, last, value in spans:
            share[first:last] = value
        return share

    def service(
        self,
        name: str,
        rate: Floats,
        errors: Floats,
        *,
        slow: Floats | None = None,
        gap: tuple[int, int] = (0, 0),
    ) -> Ints:
        """A service of one process: its counters by code, of slow requests where it has any; its requests a minute."""
        total = self.random.poisson(rate).astype(np.int64)
        bad = self.random.binomial(total, errors)
        seen = np.ones(self.minutes, dtype=bool)
        seen[gap[0] : gap[1]] = False
        offset = next(self._offsets)
        parts = [("http_requests", {"code": "200"}, total - bad), ("http_requests", {"code": "500"}, bad)]
        self.counts[f"{name}/availability"] = Counts(bad, total, seen, offset)
        if slow is not None:
            late = self.random.binomial(total, slow)
            parts.append(("slow_requests", {}, late))
            self.counts[f"{name}/latency"] = Counts(late, total, seen, offset)
        minute = np.flatnonzero(seen)
        for family, labels, events in parts:
            self._counter(
                family, {"service": name, "pod": f"{name}-0", **labels}, offset, minute, np.cumsum(events)[minute]
            )
        return total

    def pods(self, name: str, served: list[Served]) -> None:
        """A service of processes that come and go; the series of an error is born with the first one."""
        total, bad = np.zeros(self.minutes, dtype=np.int64), np.zeros(self.minutes, dtype=np.int64)
        for number, pod in enumerate(served):
            minute, offset = np.arange(pod.born, pod.died), round(float(self.random.uniform(2, 21)), 3)
            total[minute] += pod.total
            bad[minute] += pod.bad
            labels = {"service": name, "pod": f"{name}-{number}"}
            self._counter("http_requests", {**labels, "code": "200"}, offset, minute, np.cumsum(pod.total - pod.bad))
            failed = np.cumsum(pod.bad)
            self._counter("http_requests", {**labels, "code": "500"}, offset, minute[failed > 0], failed[failed > 0])
        self.counts[f"{name}/availability"] = Counts(bad, total, np.ones(self.minutes, dtype=bool))

    def _counter(self, name: str, labels: Mapping[str, str], offset: float, minute: Ints, values: Any) -> None:
        self._add(name, "counter", Series(series_text(f"{name}_total", labels), offset, minute, values))

    def cpu(self, service: str, cores: Floats, limit: float) -> None:
        """CPU seconds of a service, and its limit."""
        seconds = np.round(np.cumsum(cores * MINUTE), 2)
        self._counter("cpu_seconds", {"service": service}, next(self._offsets), np.arange(self.minutes), seconds)
        self._limit(service, "cpu", limit)

    def gauge(self, name: str, labels: Mapping[str, str], values: Floats, *, every: int = 3) -> None:
        """A gauge, scraped every so many minutes, which is short of the time after which it would be stale."""
        minute = np.arange(0, self.minutes, every)
        self._add(name, "gauge", Series(series_text(name, labels), next(self._offsets), minute, values[minute]))

    def used(self, service: str, resource: str, share: Floats, limit: float) -> None:
        """Bytes in use as a share of a limit, in whole pages, with a little noise that fades within the hour."""
        noisy = share * wander(self.random, self.minutes, 0.004)
        pages = np.round(np.clip(noisy, 0, 1) * limit / 4096) * 4096
        self.gauge("used_bytes", {"service": service, "resource": resource}, pages)
        self._limit(service, resource, limit)

    def _limit(self, service: str, resource: str, limit: float) -> None:
        self.gauge("limits", {"service": service, "resource": resource}, np.full(self.minutes, limit), every=4)

    def _add(self, name: str, kind: str, series: Series) -> None:
        self.families.setdefault(name, (kind, []))[1].append(series)

    def share(self, slo: str, span: int) -> Floats:
        """What ``rate(bad[span]) / rate(total[span])`` gives at each evaluation; NaN with fewer than two samples."""
        counts = self.counts[slo]
        now = np.arange(self.minutes)
        seen = np.flatnonzero(counts.seen)
        last = seen[np.maximum(np.searchsorted(seen, now, side="right") - 1, 0)]
        first = seen[np.minimum(np.searchsorted(seen, np.maximum(now - span + 1, 0)), len(seen) - 1)]
        bad, total = (np.cumsum(events) for events in (counts.bad, counts.total))
        result: Floats = (bad[last] - bad[first]) / np.where(
            last > first, np.maximum(total[last] - total[first], 1), np.nan
        )
        result[: min(span, self.minutes)] = np.nan
        return result

    def alert(self, name: str, service: str, severity: str, query: str, holds: Flags, wait: int = 0) -> None:
        """An alert whose condition held at these evaluations."""
        minute = np.flatnonzero(holds)
        begins = np.flatnonzero(holds & ~np.concatenate([[False], holds[:-1]]))
        active = begins[np.searchsorted(begins, minute, side="right") - 1] if len(minute) else minute
        made = Alert(name, service, severity, query, wait, minute, active)
        self.alerts.append(made)
        labels = {"alertname": name, "severity": severity, "service": service}
        for state, chosen in (("pending", ~made.firing), ("firing", made.firing)):
            text = series_text("ALERTS", {**labels, "alertstate": state})
            self._add(
                "ALERTS", "gauge", Series(text, EVALUATED, minute[chosen], np.ones(int(chosen.sum()), dtype=np.int64))
            )
        since = self.grid.epoch[active] + int(EVALUATED) if len(minute) else minute
        self._add(
            "ALERTS_FOR_STATE", "gauge", Series(series_text("ALERTS_FOR_STATE", labels), EVALUATED, minute, since)
        )

    def burn_alert(
        self, name: str, slo: str, severity: str, limit: float, long: int, short: int, wait: int, *, bad: str = ""
    ) -> None:
        """An alert on a burn over two spans (minutes): both shares above ``limit``."""
        with np.errstate(invalid="ignore"):
            holds = (self.share(slo, long) > limit) & (self.share(slo, short) > limit)
        service, kind = slo.split("/")
        query = " and ".join(f"{share_query(service, kind, f'{span}m')} > {limit:g}" for span in (long, short))
        self.alert(name, service, severity, query, holds, wait)

    def fired(self, name: str) -> list[tuple[datetime, datetime]]:
        """The spans in which an alert fired: first evaluation, last one plus one minute."""
        (alert,) = (alert for alert in self.alerts if alert.name == name)
        spans = []
        for active in np.unique(alert.active[alert.firing]):
            minutes = alert.minute[alert.firing & (alert.active == active)]
            spans.append((self.moment(int(minutes[0])), self.moment(int(minutes[-1]) + 1)))
        return spans

    def moment(self, minute: int) -> datetime:
        """When rules were evaluated in a minute."""
        return self.start + timedelta(seconds=MINUTE * minute + EVALUATED)

    def began(self, slo: str, minute: int) -> datetime:
        """When the first event of a minute of an SLO can have happened: the scrape before it."""
        return self.start + timedelta(seconds=MINUTE * (minute - 1) + self.counts[slo].offset)

    def true(self, slo: str, first: datetime, last: datetime) -> tuple[int, int]:
        """Bad and total events between two times, to within a minute."""
        since, until = (int((moment - self.start).total_seconds()) // MINUTE for moment in (first, last))
        counts = self.counts[slo]
        return int(counts.bad[max(since, 0) : until].sum()), int(counts.total[max(since, 0) : until].sum())

    def spent(self, slo: str, objective: float, first: datetime, last: datetime) -> float:
        """The share of the error budget of four weeks that an SLO lost between two times, per cent."""
        total = self.true(slo, self.end - timedelta(days=28), self.end)[1]
        return 100 * self.true(slo, first, last)[0] / (total * (1 - objective / 100))

    def time(self, moment: str) -> datetime:
        """A UTC time, written as for :meth:`at`."""
        return datetime.fromisoformat(f"{self.end.year}-{moment}+00:00")

    def openmetrics_days(self) -> Iterator[str]:
        """One complete text a UTC day."""
        found = [Family(name, kind, series) for name, (kind, series) in self.families.items()]
        return days(self.grid, found)

    def rules_text(self) -> str:
        """The rules of these alerts, as a Prometheus rule file."""
        lines = ["groups:", "  - name: product", "    interval: 1m", "    rules:"]
        for alert in self.alerts:
            lines += [
                f"      - alert: {alert.name}",
                f"        expr: '{alert.query}'",
                *([f"        for: {alert.wait}m"] if alert.wait else []),
                f"        labels: {{service: {alert.service}, severity: {alert.severity}}}",
            ]
        return "\n".join(lines) + "\n"


def share_query(service: str, kind: str, span: str) -> str:
    """The share of bad events over a span, as a rule asks it."""
    bad, total = event_queries(service, kind)
    return f"{bad} / {total}".replace("{{.window}}", span)


def event_queries(service: str, kind: str) -> tuple[str, str]:
    """Bad and total events a second, as the parameters ask them."""
    total = f'sum(rate(http_requests_total{{service="{service}"}}[{{{{.window}}}}]))'
    if kind == "latency":
        return f'sum(rate(slow_requests_total{{service="{service}"}}[{{{{.window}}}}]))', total
    return f'sum(rate(http_requests_total{{service="{service}",code="500"}}[{{{{.window}}}}]))', total


def service_entry(
    name: str, objectives: Mapping[str, float], resources: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    """A service as the parameter file has it."""
    uses = {
        "cpu": {"unit": "cores", "query": f'sum(rate(cpu_seconds_total{{service="{name}"}}[{{{{.window}}}}]))'},
        **{
            each: {"unit": "bytes", "query": f'sum(used_bytes{{service="{name}",resource="{each}"}})'}
            for each in ("memory", "disk")
        },
    }
    return {
        "name": name,
        "slos": [
            {
                "name": kind,
                "objective": objective,
                "sli": {"events": dict(zip(("error_query", "total_query"), event_queries(name, kind), strict=True))},
            }
            for kind, objective in objectives.items()
        ],
        "load": [{"name": "requests", "unit": "req/s", "query": event_queries(name, "availability")[1]}],
        "resources": [
            {"name": each, **uses[each], "limit_query": f'sum(limits{{service="{name}",resource="{each}"}})'}
            for each in resources
        ],
        **more,
    }
