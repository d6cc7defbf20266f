"""What happened in the shop, and when: outages, deploys, restarts, a job that eats CPU at night.

Times are on the shop's clock (Asia/Tokyo). Meetings are on Mondays at 10:00;
the one the demo prepares is on 2026-11-23. ``parameters/demo/`` tells the same
events as a team would write them down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from prodmeet_kit.demo.shape import Floats, Grid, Ints, local
from prodmeet_kit.demo.shop import Service

__all__ = [
    "CPU_SPIKES_SINCE",
    "MEETING",
    "OUTAGES",
    "RESTARTS",
    "SLOWER_SINCE",
    "Outage",
    "error_share",
    "night_spikes",
    "restarts",
    "slow_shares",
]

MEETING = local("2026-11-23T10:00")

SLOWER_SINCE = local("2026-11-13T14:00")
"""A deploy of web after which pages take longer."""

CPU_SPIKES_SINCE = local("2026-10-27T00:00")
"""A nightly job on web-1: it fills the CPU for minutes, and nobody is hurt."""


@dataclass(frozen=True)
class Outage:
    """A time when a share of a service's requests failed (and were slow) because something was broken."""

    service: str
    start: datetime
    end: datetime
    errors: float
    slow: float
    paged: bool


OUTAGES = (
    Outage("web", local("2026-10-31T21:05"), local("2026-10-31T21:27"), errors=0.12, slow=0.05, paged=True),
    Outage("payments", local("2026-11-12T18:30"), local("2026-11-12T22:30"), errors=0.03, slow=0.0, paged=False),
    Outage("cart", local("2026-11-17T12:07"), local("2026-11-17T12:42"), errors=0.48, slow=0.40, paged=True),
)
"""In order of time. The one on payments stayed below the only alert there was."""

RESTARTS = {
    "web-0": """
        2026-10-13T14:00 2026-10-20T14:00 2026-10-27T14:00 2026-11-04T14:00 2026-11-13T14:00 2026-11-18T15:00
    """,
    "web-1": """
        2026-10-13T14:03 2026-10-20T14:03 2026-10-24T05:41 2026-10-27T14:03 2026-11-04T14:03 2026-11-13T14:03
        2026-11-18T15:03
    """,
    # The version of 14 October leaks; nobody has restarted cart since.
    "cart-0": "2026-10-14T11:00",
    "cart-1": "2026-10-14T11:02",
    "payments-0": "2026-10-15T10:30 2026-10-29T10:30 2026-11-10T10:30",
    "payments-1": "2026-10-15T10:32 2026-10-29T10:32 2026-11-10T10:32",
    "invoices-0": "2026-10-22T16:00 2026-11-05T16:00 2026-11-19T03:12",
}
"""When a pod started anew; its counters begin at zero again."""

_BLIP_MINUTES = 2
_BLIP_ERRORS = 0.004


def restarts(grid: Grid, pod: str) -> Ints:
    """Minutes at which a pod's processes started, in order; the first is the start of the grid."""
    return np.array([0, *(grid.index(local(text)) for text in RESTARTS[pod].split())], dtype=np.int64)


def error_share(grid: Grid, service: Service, drift: Floats) -> Floats:
    """Share of the service's requests that fail, each minute: everyday errors, restarts, outages."""
    share = service.errors * drift
    for pod in service.pods:
        for start in restarts(grid, pod)[1:]:
            share[start : start + _BLIP_MINUTES] += _BLIP_ERRORS
    for outage in OUTAGES:
        if outage.service == service.name:
            _rise(share, grid, outage, outage.errors)
    return share


def slow_shares(grid: Grid, service: Service, demand: Floats) -> dict[str, Floats]:
    """Share of requests slower than each bucket's bound, each minute; more when the service is busy."""
    busy = 0.6 + 0.4 * demand / demand.mean()
    shares = {bound: share * busy for bound, share in service.slower.items()}
    if service.name == "web":
        since = grid.index(SLOWER_SINCE)
        for bound, factor in (("0.1", 1.7), ("0.3", 4.0), ("1", 2.2)):
            if bound in shares:
                shares[bound][since:] *= factor
    for outage in OUTAGES:
        if outage.service == service.name:
            for bound, part in (("0.1", 1.0), ("0.3", 0.8), ("1", 0.5)):
                if bound in shares:
                    _rise(shares[bound], grid, outage, outage.slow * part)
    return shares


def _rise(share: Floats, grid: Grid, outage: Outage, level: float) -> None:
    """Lift a share to the outage's level: it takes two minutes to break fully, and ends at once."""
    first, last = grid.index(outage.start), grid.index(outage.end)
    ramp = np.minimum(1.0, np.arange(1, last - first + 1) / 3)
    share[first:last] = np.maximum(share[first:last], level * ramp)


def night_spikes(grid: Grid, random: np.random.Generator) -> list[tuple[int, int]]:
    """Minutes ``[first, last)`` in which the nightly job fills the CPU of web-1: one to three times a night."""
    spikes = []
    night = grid.index(CPU_SPIKES_SINCE) + 90
    while night + 180 < grid.minutes:
        slots = random.permutation(6)[: random.integers(1, 4)]
        for slot in sorted(slots):
            first = night + 30 * int(slot) + int(random.integers(0, 15))
            spikes.append((first, first + int(random.integers(5, 11))))
        night += 24 * 60
    return spikes
