"""The shop in numbers: four services, their pods, demand, errors, latency and limits on an ordinary day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from prodmeet_kit.demo.shape import Floats, Grid, office_hours, shop_hours

__all__ = ["LATENCY_BOUND", "SERVICES", "Service", "service"]

_MIB = 2.0**20

LATENCY_BOUND = "0.3"
"""The bucket, in seconds, that the latency objectives count as fast enough."""


@dataclass(frozen=True)
class Service:
    """One service on an ordinary day. Shares are fractions of its requests.

    ``slower`` maps a bucket's bound in seconds to the share of requests slower
    than it; empty for a service that keeps no histogram. CPU is per pod,
    memory per pod in bytes.
    """

    name: str
    pods: tuple[str, ...]
    hours: Callable[[Grid], Floats]
    requests_per_second: float
    growth_per_week: float
    errors: float
    not_found: float
    cpu_idle: float
    cpu_per_request: float
    cpu_limit: float
    memory: float
    memory_limit: float
    leak_per_day: float = 0.0
    slower: dict[str, float] = field(default_factory=dict)


SERVICES = (
    Service(
        name="web",
        pods=("web-0", "web-1"),
        hours=shop_hours,
        requests_per_second=38.0,
        growth_per_week=0.03,
        errors=0.00030,
        not_found=0.011,
        cpu_idle=0.04,
        cpu_per_request=0.024,
        cpu_limit=2.0,
        memory=610 * _MIB,
        memory_limit=1024 * _MIB,
        slower={"0.1": 0.12, "0.3": 0.0052, "1": 0.0006},
    ),
    Service(
        name="cart",
        pods=("cart-0", "cart-1"),
        hours=shop_hours,
        requests_per_second=11.0,
        growth_per_week=0.02,
        errors=0.00022,
        not_found=0.004,
        cpu_idle=0.02,
        cpu_per_request=0.021,
        cpu_limit=0.5,
        memory=300 * _MIB,
        memory_limit=1024 * _MIB,
        leak_per_day=12 * _MIB,
        slower={"0.1": 0.07, "0.3": 0.0031, "1": 0.0003},
    ),
    Service(
        name="payments",
        pods=("payments-0", "payments-1"),
        hours=shop_hours,
        requests_per_second=3.2,
        growth_per_week=0.015,
        errors=0.00028,
        not_found=0.001,
        cpu_idle=0.02,
        cpu_per_request=0.035,
        cpu_limit=0.5,
        memory=260 * _MIB,
        memory_limit=512 * _MIB,
    ),
    Service(
        name="invoices",
        pods=("invoices-0",),
        hours=office_hours,
        requests_per_second=6.0 / 3600,
        growth_per_week=0.0,
        errors=0.0050,
        not_found=0.004,
        cpu_idle=0.015,
        cpu_per_request=0.9,
        cpu_limit=0.5,
        memory=190 * _MIB,
        memory_limit=512 * _MIB,
    ),
)
"""Busiest first."""


def service(name: str) -> Service:
    """The service of that name. ``KeyError`` for another name."""
    return {each.name: each for each in SERVICES}[name]
