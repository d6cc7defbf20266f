"""A bank of ten services, reviewed in Berlin on 4 November 2026, ten days after its clocks went back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from tests.support.worlds.building import DAY, Served, World, service_entry
from tests.support.worlds.truth import Fact

__all__ = ["END", "FULL_IN", "LISTS", "MAIL", "NOTIFY", "SAID", "build", "facts", "product"]

END = datetime(2026, 11, 4, 9, tzinfo=UTC)
ZONE = "Europe/Berlin"
MAIL = ("10-29T07:10", "10-29T08:30")
NOTIFY = ("11-01T20:05", "11-01T21:20")
GIB = 2**30
FULL_IN = 9.65
"""Days from the meeting until the disk that doubles every fortnight, 62% full, is full: 14 * log2(1 / 0.62)."""


def build(seed: int = 2) -> World:
    """The world of a seed."""
    world = World(END, 58, ZONE, seed)
    calm = 0.0001
    for name, rate in (("api", 50), ("ledger", 12), ("pricing", 20), ("fx", 15), ("kyc", 6), ("cards", 25)):
        world.service(name, world.demand(rate), world.level(calm))
    mail = (world.at(MAIL[0]), world.at(MAIL[1]))
    gap = (world.at("10-29T07:35"), world.at("10-29T08:05"))
    world.service("mail", world.demand(10), world.level(calm, (*mail, 0.5)), gap=gap)
    notify = (world.at(NOTIFY[0]), world.at(NOTIFY[1]))
    world.service("notify", world.demand(18), world.level(calm, (*notify, 0.3)))
    world.service("fraud", world.demand(40), world.level(calm, (world.before_end(4), world.minutes, 0.0026)))
    world.pods("reports", _pods(world))

    days = (np.arange(world.minutes) - world.minutes) / DAY
    world.used("ledger", "disk", 0.62 * 2 ** (days / 14), 500 * GIB)
    step = np.where(np.arange(world.minutes) < world.at("10-27T13:10"), 0.4, 0.58)
    world.used("pricing", "memory", step, 8 * GIB)
    world.used("fx", "memory", np.full(world.minutes, 0.55), 2 * GIB)

    limit = 14.4 * 0.001
    world.burn_alert("NotifyErrorBudgetBurn", "notify/availability", "page", limit, 60, 5, 2)
    with np.errstate(invalid="ignore"):
        failing = world.share("mail/availability", 5) > 0.1
    query = (
        'sum(rate(http_requests_total{service="mail",code="500"}[5m]))'
        ' / sum(rate(http_requests_total{service="mail"}[5m])) > 0.1'
    )
    world.alert("MailErrors", "mail", "page", query, failing, wait=5)
    world.burn_alert("FraudBudgetTicket", "fraud/availability", "ticket", 0.001, 3 * DAY, 360, 60)
    queue = np.full(world.minutes, 20.0)
    queue[world.at("10-30T11:00") : world.at("10-30T11:20")] = 400
    world.gauge("kyc_queue_length", {}, queue, every=1)
    world.alert("KycQueueLong", "kyc", "page", "max(kyc_queue_length) > 200", queue > 200, wait=5)
    return world


def _pods(world: World) -> list[Served]:
    """Two at a time, for six to thirty hours each; twelve requests an hour, one in a hundred and forty fails."""
    made = []
    for _ in range(2):
        born = 0
        while born < world.minutes:
            died = min(born + int(world.random.integers(6 * 60, 30 * 60)), world.minutes)
            total = world.random.poisson(6 / 60, died - born).astype(np.int64)
            made.append(Served(born, died, total, world.random.binomial(total, 0.007)))
            born = died
    return made


def product(url: str) -> dict[str, Any]:
    """The parameters."""
    one = {"availability": 99.9}
    return {
        "product": "bank",
        "timezone": ZONE,
        "sources": {
            "metrics": {"url": url, "step": "5m"},
            "alerts": [{"type": "prometheus_alerts", "page": 'severity="page"'}],
            **{key: [{"type": "file", "path": f"{key}.json"}] for key in LISTS},
        },
        "services": [
            service_entry("api", one),
            service_entry("ledger", one, ("disk",)),
            service_entry("pricing", one, ("memory",)),
            service_entry("fx", one, ("memory",)),
            service_entry("kyc", one),
            service_entry("cards", one),
            service_entry("mail", {"availability": 99.5}),
            service_entry("notify", one),
            service_entry("fraud", one),
            service_entry("reports", {"availability": 99.0}, owner="reports team"),
        ],
    }


LISTS: dict[str, list[dict[str, Any]]] = {
    "incidents": [
        {
            "id": "INC-91", "title": "Mails bounced", "services": ["mail"], "start": "2026-10-29T07:10Z",
            "detected": "2026-10-29T07:17Z", "mitigated": "2026-10-29T08:30Z", "end": "2026-10-29T08:30Z",
            "detected_by": "page", "impact": "Half of all mails bounced", "postmortem": "https://wiki.example.com/inc-91",
        },
        {
            "id": "INC-92", "title": "Push messages were lost", "services": ["notify"], "start": "2026-11-01T20:30Z",
            "detected": "2026-11-01T20:32Z", "mitigated": "2026-11-01T21:20Z", "end": "2026-11-01T21:20Z",
            "detected_by": "page", "impact": "Three messages in ten were lost",
        },
    ],
    "changes": [
        {
            "id": "CH-82", "title": "Keep a year of prices in memory", "start": "2026-10-27T13:00Z", "duration": "30m",
            "services": ["pricing"], "owner": "pricing team", "response_needed": "none",
            "rollback": "Keep a month of prices again",
        },
    ],
    "action_items": [
        {
            "id": "AI-42", "text": "Find out why fraud refuses good cards", "owner": "fraud team",
            "born": "2026-10-21", "due": "2026-11-20", "status": "open",
        },
    ],
}  # fmt: skip

SAID = (
    {
        "subject": "limit_near/ledger/disk", "item": "metrics", "meeting": "2026-10-21", "decision": "act",
        "owner": "ledger team", "due": "2026-11-10", "what": "ledger/disk is nearly full",
    },
)  # fmt: skip
"""What was decided at the meeting before."""


def facts(world: World) -> tuple[Fact, ...]:
    """All that deserves a word. Nothing else does."""
    since = world.time("10-21T08:00")  # the clocks went back in between

    def spent(slo: str, objective: float, *span: str) -> list[float]:
        first, last = (world.time(moment) for moment in span) if span else (since, END)
        return [world.spent(slo, objective, first, last), world.spent(slo, objective, since, END)]

    return (
        Fact(
            "ledger's disk doubles every fortnight and is full before the next meeting",
            ("resource:ledger/disk",),
            owned=True,  # and promised in time: there is nothing to decide
            true={"days": [FULL_IN], "%": [62]},
        ),
        Fact(
            "CH-82 made pricing use 45% more memory",
            ("resource:pricing/memory", "change:CH-82"),
            never="its limit in",
            true={"%": [45, 40, 58]},
        ),
        Fact(
            "INC-91, paged, with half an hour that nobody scraped",
            ("outage:INC-91", r"outage:mail/.*", "slo:mail/availability", "alert:MailErrors/mail"),
            never="nobody|unpaged|noise|should MailErrors page",
            true={"%": spent("mail/availability", 99.5, *MAIL), "min": [80, 30], "times": [1, 2]},
        ),
        Fact(
            "INC-92, paged before the recorded start, and dear",
            ("outage:INC-92", r"outage:notify/.*", "slo:notify/availability", "alert:NotifyErrorBudgetBurn/notify"),
            never="nobody|unpaged|noise",
            true={"%": [*spent("notify/availability", 99.9, *NOTIFY), 20], "min": [75], "times": [1]},
        ),
        Fact(
            "fraud burns at 2.6 times the pace since four days, and AI-42 is about it",
            ("slo:fraud/availability", "alert:FraudBudgetTicket/fraud", "action_item:AI-42"),
            owned=True,
            never="delete|noise",
            true={"%": spent("fraud/availability", 99.9), "days": [6.2, 4], "times": [1, 2.6]},
        ),
        Fact(
            "KycQueueLong paged once", ("alert:KycQueueLong/kyc",), required=False, never="delete", true={"times": [1]}
        ),
    )
