"""What the demo world needs, and what truly happened in it: to compare with what a Prometheus says."""

from __future__ import annotations

import shutil
from datetime import datetime

from prodmeet_kit.demo.shop import LATENCY_BOUND
from prodmeet_kit.demo.world import World


def missing_programs() -> list[str]:
    """Names of the programs that running it needs and this machine lacks; empty when all is there."""
    return [name for name in ("prometheus", "promtool") if shutil.which(name) is None]


def true_counts(world: World, service: str, slo: str, start: datetime, end: datetime) -> tuple[int, int]:
    """Bad events and all events in ``[start, end)``, whole minutes, whether or not a scrape saw them.

    ``slo`` is ``availability`` (bad: a 5xx) or ``latency`` (bad: slower
    than 0.3 s). ``KeyError`` for a service that has no such SLO,
    ``ValueError`` for times outside the world or between minutes.
    """
    first, last = world.grid.index(start), world.grid.index(end)
    events = [pod.events for pod in world.pods.values() if pod.service.name == service]
    bad = {
        "availability": [each.failed for each in events],
        "latency": [each.slower[LATENCY_BOUND] for each in events if LATENCY_BOUND in each.slower],
    }.get(slo)
    if not bad:
        raise KeyError(f"{service}/{slo}")
    total = [each.total for each in events]
    return sum(int(part[first:last].sum()) for part in bad), sum(int(part[first:last].sum()) for part in total)
