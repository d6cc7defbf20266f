"""A shop of ten services, reviewed in Tokyo on 23 November 2026: outages, burns, a late leak, growth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from tests.support.worlds.building import World, service_entry
from tests.support.worlds.truth import Fact

__all__ = ["END", "LISTS", "OUTAGE", "SAID", "UNTOLD", "build", "facts", "product"]

END = datetime(2026, 11, 23, 1, tzinfo=UTC)
ZONE = "Asia/Tokyo"
BUDGET = 0.001
CADENCE = timedelta(days=14)
GIB = 2**30
OUTAGE = ("11-12T05:20", "11-12T06:10")
UNTOLD = ("11-17T14:00", "11-17T14:45")


def build(seed: int = 1) -> World:
    """The world of a seed."""
    world = World(END, 58, ZONE, seed)
    outage = tuple(world.at(moment) for moment in OUTAGE)
    untold = tuple(world.at(moment) for moment in UNTOLD)
    calm = 0.1 * BUDGET

    def during(span: tuple[int, ...], share: float) -> Any:
        return world.level(calm, (span[0], span[1], share))

    world.service("gateway", world.demand(40), during(outage, 0.3))
    world.service("orders", world.demand(12), during(outage, 0.4), slow=world.level(0.002, (*outage, 0.6)))  # type: ignore[arg-type]
    world.service("stock", world.demand(15), during(outage, 0.2))
    world.service("media", world.demand(25), during(untold, 0.15), slow=world.level(0.002, (*untold, 0.3)))  # type: ignore[arg-type]
    burning = world.before_end(5)
    world.service("search", world.demand(40), world.level(calm, (burning, world.minutes, 2.7 * BUDGET)))
    world.service("catalog", world.demand(20), world.level(1.6 * BUDGET))
    world.service("cart", world.demand(10), world.level(calm))
    feed = world.service("feed", world.demand(30, growth=0.03), world.level(calm))
    world.service("static", world.demand(60), world.level(calm))
    world.service("geo", world.demand(8), world.level(calm))

    _catalog_cpu(world)
    noise = world.random.normal(1, 0.02, world.minutes)
    world.cpu("feed", feed / 60 * 0.05 * noise, limit=6)
    leak = np.interp(np.arange(world.minutes), [world.before_end(14), world.minutes], [0.43, 0.66])
    world.used("cart", "memory", leak, 4 * GIB)
    world.used("geo", "memory", np.full(world.minutes, 0.5), 2 * GIB)
    world.gauge("cart_sessions_kept", {}, np.full(world.minutes, 12.0), every=4)

    world.burn_alert("OrdersErrorBudgetBurn", "orders/availability", "page", 14.4 * BUDGET, 60, 5, 2)
    world.burn_alert("SearchErrorsSlow", "search/availability", "page", 2 * BUDGET, 24 * 60, 120, 15)
    return world


def _catalog_cpu(world: World) -> None:
    """A pod that is busy for four minutes about once a day, whatever users see."""
    cores = 1.0 * world.random.normal(1, 0.02, world.minutes)
    for first in world.random.choice(np.arange(world.before_end(40), world.minutes - 60, 97), 40, replace=False):
        cores[first : first + 4] = 1.95
    world.cpu("catalog", cores, limit=2)
    holds = np.concatenate([[False], cores[1:] > 1.8])
    query = 'sum(rate(cpu_seconds_total{service="catalog"}[2m])) > 1.8'
    world.alert("CatalogHighCPU", "catalog", "page", query, holds, wait=1)


def product(url: str) -> dict[str, Any]:
    """The parameters."""
    three = {"availability": 99.9}
    both = {"availability": 99.9, "latency": 99.0}
    return {
        "product": "shop",
        "timezone": ZONE,
        "sources": {
            "metrics": {"url": url, "step": "5m"},
            "alerts": [{"type": "prometheus_alerts", "page": 'severity="page"'}],
            **{key: [{"type": "file", "path": f"{key}.json"}] for key in LISTS},
        },
        "services": [
            service_entry("gateway", three),
            service_entry("orders", both),
            service_entry("stock", three, owner="stock team"),
            service_entry("media", both),
            service_entry("search", three),
            service_entry("catalog", three, ("cpu",), owner="catalog team"),
            service_entry("cart", three, ("memory",), owner="cart team"),
            service_entry("feed", three, ("cpu",)),
            service_entry("static", three),
            service_entry("geo", three, ("memory",)),
        ],
    }


LISTS: dict[str, list[dict[str, Any]]] = {
    "incidents": [
        {
            "id": "INC-61", "title": "Orders failed while the cluster's network was rebuilt",
            "services": ["gateway", "orders", "stock"], "start": "2026-11-12T05:26Z", "detected": "2026-11-12T05:30Z",
            "mitigated": "2026-11-12T06:10Z", "end": "2026-11-12T06:10Z", "detected_by": "page",
            "impact": "A third of all requests failed", "postmortem": "https://wiki.example.com/inc-61",
        },
    ],
    "changes": [
        {
            "id": "CH-71", "title": "Move stock to the new database", "start": "2026-11-25T02:00Z", "duration": "2h",
            "services": ["stock"], "owner": "stock team", "response_needed": "Be ready to switch back",
            "rollback": "Switch back to the old database",
        },
        {
            "id": "CH-72", "title": "Renew the certificates of static", "start": "2026-11-26T02:00Z",
            "duration": "30m", "services": ["static"], "owner": "web team", "response_needed": "none",
            "rollback": "Put the old certificates back",
        },
    ],
    "action_items": [
        {
            "id": "AI-31", "text": "Free the sessions that fill cart's memory", "owner": "cart team",
            "born": "2026-11-09", "due": "2026-12-04", "status": "open",
            "verify": {"query": "max(cart_sessions_kept)", "expect": "< 100"},
        },
    ],
}  # fmt: skip

SAID: tuple[dict[str, str], ...] = ()


def facts(world: World) -> tuple[Fact, ...]:
    """All that deserves a word. Nothing else does."""

    def spent(span: tuple[str, str], *slos: str) -> list[float]:
        """What an outage cost each SLO, and what it lost since the last meeting."""
        since, until = (world.time(moment) for moment in span)
        return [
            world.spent(slo, 99 if "latency" in slo else 99.9, *times)
            for slo in slos
            for times in ((since, until), (END - CADENCE, END))
        ]

    bad, total = world.true("catalog/availability", END - 2 * CADENCE, END)
    pages = sum(start > END - CADENCE for start, _ in world.fired("CatalogHighCPU"))
    return (
        Fact(
            "INC-61, three services, paged by orders",
            (
                "outage:INC-61",
                r"outage:(gateway|orders|stock)/.*",
                "slo:(gateway|orders|stock)/.*",
                r"alert:OrdersErrorBudgetBurn/.*",
            ),
            never="nobody|unpaged",
            true={
                "%": spent(
                    OUTAGE, *(f"{name}/availability" for name in ("gateway", "orders", "stock")), "orders/latency"
                ),
                "min": [50],
                "times": [1],
            },
        ),
        Fact(
            "media failed, and nobody wrote it down or was paged",
            (r"outage:media/.*", "slo:media/.*"),
            true={"%": spent(UNTOLD, "media/availability", "media/latency"), "min": [45]},
        ),
        Fact(
            "search burns at 2.7 times the pace since five days; its only alert saw it",
            ("slo:search/availability", "alert:SearchErrorsSlow/search"),
            never="delete|noise",
            true={
                "%": [world.spent("search/availability", 99.9, END - CADENCE, END)],
                "days": [4.9, 5],
                "times": [1, 2.7],
            },
        ),
        Fact(
            "catalog misses its objective all the time",
            ("slo:catalog/availability",),
            owned=True,
            true={
                "%": [
                    99.9,
                    100 * (1 - bad / total),
                    100 * (bad / total / BUDGET - 1),
                    world.spent("catalog/availability", 99.9, END - CADENCE, END),
                ]
            },
        ),
        Fact(
            "CatalogHighCPU is noise",
            ("alert:CatalogHighCPU/catalog",),
            owned=True,
            never="delete|no user",
            true={"times": [pages]},
        ),
        Fact(
            "cart's memory grows from 43% to 66% in a fortnight",
            ("resource:cart/memory", "action_item:AI-31"),
            owned=True,
            true={"days": [14 * 0.34 / 0.23], "%": [43, 66, 53]},
        ),
        Fact("CH-71 needs somebody on 25 November", ("change:CH-71",), timed=True, owned=True),
        Fact("feed grows by 3% a week", ("load:feed/requests",), required=False, true={"%": [3, 6]}),
    )
